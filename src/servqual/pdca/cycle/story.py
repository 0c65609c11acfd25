"""A cycle on one screen: four columns, what each stage says, and a line from baseline to goal with what was reached.

Markup with its styles inside each element, because a notebook shares one style sheet, and colours that read on light
and dark pages. Every text from outside is escaped and cut.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

import attrs

from servqual._html import Html, escape
from servqual._words import capital, clean, counted, difference, interval, number, shorten
from servqual.metrics import KPIS
from servqual.metrics.results.caveats import Caveat
from servqual.pdca.causes.evidence import Evidence
from servqual.pdca.cycle.acts import Act, Standardise
from servqual.pdca.cycle.notices import Notice
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.cycle.rechecks import Recheck, blind_spots
from servqual.pdca.cycle.steps import Completed
from servqual.pdca.verdicts.caveats import Caveat as Told
from servqual.pdca.verdicts.verdict import Verdict

_TEXT: Final = 150
"""Columns that a text may take before it is cut."""
_CAVEATS: Final = 2
_HEAVY: Final = ("blocking", "weak", "note")
_MOST: Final = 6
"""Entries of a list before the rest is counted."""
_change: Final = partial(difference, points=" percentage points")
_GREEN, _RED, _GREY = "#23915a", "#d64a3a", "#7a7a7a"
_TONES: Final = {"improved": _GREEN, "worse": _RED}


@attrs.frozen(kw_only=True)
class Story:
    """What there is to tell: the plan, and of the later stages as much as the cycle has; None is not yet."""

    plan: Planned
    started_at: dt.datetime | None = None
    completed: tuple[Completed, ...] = ()
    progress: float = 0.0
    checked_at: dt.datetime | None = None
    verdict: Verdict | None = None
    findings: str = ""
    evidence: tuple[Evidence, ...] = ()
    gaps: tuple[Caveat, ...] = ()
    goal: str = ""
    ended_at: dt.datetime | None = None
    decision: Act | None = None
    overruled_by: str | None = None
    reason: str = ""
    notices: tuple[Notice, ...] = ()
    rechecks: tuple[Recheck, ...] = ()


def page(story: Story) -> Html:
    """Write the story as one block of markup."""
    plan = story.plan
    where = ", ".join(f"{name} {value}" for name, value in plan.place().items())
    owner = plan.owner and f"owner {plan.owner}"
    measured = "" if plan.measured_by.title == plan.subject else plan.measured_by.title
    facts = " · ".join(filter(None, [plan.id, owner, measured, where, plan.priority and plan.priority.label()]))
    columns = (
        _column("Plan", plan.at, plan, _planned(plan)),
        _column("Do", story.started_at, plan, _done(story)),
        _column("Check", story.checked_at, plan, _checked(story)),
        _column("Act", story.ended_at, plan, _ended(story)),
    )
    return Html(
        '<section style="font:14px/1.45 system-ui,sans-serif;max-width:1200px">'
        f'<h3 style="margin:0;font-size:1.25em">{_cut(capital(plan.subject))}</h3>'
        f'<p style="margin:.1em 0 .5em;opacity:.75">{escape(shorten(facts, 2 * _TEXT))}</p>'
        f"{_scale(story)}"
        '<div style="display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:10px">'
        f"{''.join(columns)}</div></section>"
    )


def _column(name: str, at: dt.datetime | None, plan: Planned, rows: Sequence[Html]) -> str:
    day = "" if at is None else f' <span style="font-weight:400;opacity:.7">{plan.day(at):%d %b %Y}</span>'
    body = f'<p style="margin:0;color:{_GREY}">not yet</p>' if at is None else "".join(rows)
    edge = "3px solid #3b82d6" if at is not None else "3px solid rgba(128,128,128,.35)"
    return (
        f'<div style="border-top:{edge};background:rgba(128,128,128,.08);padding:8px 10px;border-radius:0 0 6px 6px">'
        f'<h4 style="margin:0 0 .3em;font-size:1.05em">{escape(name)}{day}</h4>{body}</div>'
    )


def _planned(plan: Planned) -> list[Html]:
    cause = plan.cause
    chain = "" if cause is None else " ← ".join(step.text for step in cause.chain[1:])
    size = plan.cases_needed().n
    rows = [
        _row("Problem", plan.problem or (cause.problem if cause else "")),
        _row("Suspected cause" if cause and cause.suspected else "Cause", chain),
        _row("We expect", plan.hypothesis),
        _row("Chosen", "" if plan.chosen is None else f"{plan.chosen}: {plan.chosen_because}"),
        _row("Matters from", "" if plan.margin is None else _change(plan.margin, plan.told_in, signed=False)),
        _row("Cases needed", "" if size is None else f"{size:,} a side to see it"),
        _row("Must not worsen", ", ".join((guard.own_kpi or KPIS[guard.kpi]).title for guard in plan.guardrails)),
        _row("Missing", ", ".join(gap.label() for gap in plan.smart_gaps()), tone=_RED),
    ]
    return [row for row in rows if row]


def _done(story: Story) -> list[Html]:
    plan = story.plan
    when = {step.what: step for step in story.completed}
    lines = list[Html]()
    for action in plan.actions:
        step = when.get(action.what)
        late = step is not None and plan.day(step.at) > action.due
        mark = Html(f'<b style="color:{_GREEN if step else _GREY}">{"✓" if step else "○"}</b>')
        told = f"{action.owner}, due {action.due:%d %b}" + (", late" if late else "")
        proof = f": {'; '.join(one.text for one in step.evidence)}" if step else ""
        lines.append(Html(f'{mark} {_cut(action.what)} <span style="opacity:.7">({_cut(told)}){_cut(proof)}</span>'))
    percent = round(100 * story.progress)
    bar = (
        '<div style="background:rgba(128,128,128,.25);height:6px;border-radius:3px;margin:.2em 0 .5em">'
        f'<div style="background:{_GREEN};height:6px;border-radius:3px;width:{percent}%"></div></div>'
    )
    return [Html(f'<p style="margin:0">{percent} % done</p>{bar}'), *_list(lines, bullets="none")]


def _checked(story: Story) -> list[Html]:
    verdict, unit = story.verdict, story.plan.told_in
    if verdict is None:
        return []
    tone = _GREY if story.gaps and verdict.decision == "improved" else _TONES.get(verdict.decision, _GREY)
    sizes = "" if verdict.change is None else f" {_change(verdict.change, unit)}"
    between = _between(verdict.low, verdict.high, unit)
    head = Html(
        f'<p style="margin:0 0 .3em"><b style="color:{tone};font-size:1.1em">'
        f"{escape(capital(verdict.decision))}</b>{escape(sizes)}"
        + (f' <span style="opacity:.7">({escape(between)})</span>' if between else "")
        + "</p>"
    )
    guards = "; ".join(f"{guard.title} {guard.said}" for guard in verdict.guardrails)
    rows = [
        head,
        _row("Cases", f"{verdict.n_before:,} before, {verdict.n_after:,} after"),
        _row("Goal", story.goal.replace("_", " ")),
        _row("Guardrails", guards),
        *_heavy(verdict.caveats),
        _row("Lacking", "; ".join(gap.text for gap in story.gaps), tone=_RED),
        _row("Found", story.findings),
        *(_said(one) for one in story.evidence[:2]),
    ]
    return [row for row in rows if row]


def _heavy(caveats: Sequence[Told]) -> list[Html]:
    """Write the two heaviest caveats, and count the others."""
    rows = [_row("Mind", one.text) for one in sorted(caveats, key=lambda one: _HEAVY.index(one.severity))[:_CAVEATS]]
    more = len(caveats) - _CAVEATS
    return [*rows, Html(f'<p style="margin:.2em 0">and {counted(more, "more caveat")}</p>')] if more > 0 else rows


def _said(one: Evidence) -> Html:
    by = f" ({one.said_by})" if one.said_by else ""
    return Html(f'<p style="margin:.2em 0;font-style:italic">“{_cut(one.text)}”{_cut(by)}</p>')


def _ended(story: Story) -> list[Html]:
    decision = story.decision
    if decision is None:
        return []
    if isinstance(decision, Standardise):
        name, told = "Standardised", f"{decision.standard}, version {decision.version}"
    else:
        name, told = type(decision).__name__ + "ed", decision.reason
    rows = [
        Html(f'<p style="margin:0 0 .3em"><b style="font-size:1.1em">{escape(name)}</b>: {_cut(told)}</p>'),
        *_rewritten(decision),
        _row("Against the verdict", f"{story.overruled_by}: {story.reason}" if story.overruled_by else "", tone=_RED),
    ]
    again = [escape(f"{one.due:%d %b %Y}: {one.state.label()}") for one in story.rechecks]
    notices = [
        escape(f"{one.to.label()}: {shorten(one.what, _TEXT)}" + ("" if one.done_at is None else ", told"))
        for one in story.notices
    ]
    rows += [_row("Mind", gap.text) for gap in blind_spots(story.plan.margin, story.rechecks)]
    for heading, entries in (("Re-checks", again), ("Notices", notices)):
        if entries:
            rows += [Html(f'<p style="margin:.3em 0 0"><b>{heading}</b></p>'), *_list(entries)]
    return [row for row in rows if row]


def _rewritten(decision: Act) -> list[Html]:
    """Write the parts of the standard that read differently from now on."""
    changes = decision.changes if isinstance(decision, Standardise) else {}
    texts = {name: part if isinstance(part, str) else ", ".join(part) for name, part in changes.items()}
    return [_row(f"New {name}", text) for name, text in texts.items()]


def _scale(story: Story) -> str:
    """Draw baseline, goal and what was reached on one line, with the interval of the last; empty without numbers."""
    plan, verdict, unit = story.plan, story.verdict, story.plan.told_in
    after = None if verdict is None else verdict.after
    low, high = (None, None) if after is None else (after.low, after.high)
    value = None if after is None else after.value
    known = [x for x in (plan.baseline, plan.goal, value, low, high) if x is not None]
    if not known:
        return ""
    least, most = min(known), max(known)
    wide = (most - least) or abs(most) or 1.0
    least, most = least - 0.15 * wide, most + 0.15 * wide

    def x(at: float) -> float:
        return round(1000 * (at - least) / (most - least), 1)

    parts = ['<line x1="0" y1="34" x2="1000" y2="34" stroke="currentColor" stroke-opacity=".35"/>']
    if low is not None and high is not None:
        ends = f'x1="{x(low)}" y1="34" x2="{x(high)}" y2="34"'
        parts.append(f'<line {ends} stroke="#3b82d6" stroke-width="9" stroke-opacity=".4"/>')
    for name, at, colour, y in (
        ("baseline", plan.baseline, _GREY, 16),
        ("goal", plan.goal, _GREEN, 62),
        ("after", value, "#3b82d6", 80),
    ):
        if at is not None:
            label = escape(f"{name} {number(at, unit)}")
            parts.append(
                f'<circle cx="{x(at)}" cy="34" r="6" fill="{colour}"/><text x="{x(at)}" y="{y}" fill="{colour}" '
                f'font-size="15" text-anchor="middle">{label}</text>'
            )
    told = f"baseline {number(plan.baseline, unit)}, goal {number(plan.goal, unit)}"
    if value is not None:
        told += f", after {number(value, unit)} ({interval(low, high, unit)})"
    return (
        f'<svg viewBox="0 0 1000 88" role="img" aria-label="{escape(told)}" '
        f'style="display:block;width:100%;max-height:100px;margin:0 0 .4em">{"".join(parts)}</svg>'
    )


def _between(low: float | None, high: float | None, unit: str) -> str:
    """Write the interval of a change, with its unit once; empty where an end is missing."""
    if low is None or high is None:
        return ""
    first, last = (_change(end, unit) for end in (low, high))
    return f"{first.removesuffix(last[last.find(' ') :]) if ' ' in last else first} to {last}"


def _row(name: str, text: str, *, tone: str = "") -> Html:
    """Write a name and its text; nothing where there is no text."""
    if not text:
        return Html("")
    style = f' style="color:{tone}"' if tone else ""
    return Html(f'<p style="margin:.2em 0"><b{style}>{escape(name)}</b> {_cut(text)}</p>')


def _list(lines: Iterable[Any], *, bullets: str = "disc") -> list[Html]:
    entries = list(lines)
    more = len(entries) - _MOST
    shown = [Html(f"<li>{line}</li>") for line in entries[:_MOST]]
    if more > 0:
        shown.append(Html(f"<li>and {counted(more, 'more', 'more')}</li>"))
    inset = "1em" if bullets != "none" else "0"
    return [Html(f'<ul style="margin:.1em 0;padding:0 0 0 {inset};list-style:{bullets}">{"".join(shown)}</ul>')]


def _cut(text: str) -> Html:
    """Escape a text, and cut a long one behind a word."""
    shown = shorten(text, _TEXT)
    words = shown.rpartition(" ")[0].rstrip(" ,;:.")
    return escape(f"{words}…" if shown != clean(text) and len(words) > _TEXT / 2 else shown)
