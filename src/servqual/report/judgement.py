"""A change at an export's door: as many days before it as after it, judged, and said so that a manager can use it."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import all_of, must_be
from servqual._words import capital, clean, counted, difference, number, shorten
from servqual.errors import InvalidValue
from servqual.metrics import Kpi, Tally
from servqual.metrics.engine import plan_of, tallies_of
from servqual.pdca import Caveat, Guardrail, Verdict, compare
from servqual.pdca.verdicts.wall import within_time
from servqual.readers import Export
from servqual.readers.columns.advice import IN_SETTINGS
from servqual.report.asking import Sides, kpi_of, margin_of, moment_of, sides_of
from servqual.report.build import CASES
from servqual.report.changing import to_tell
from servqual.report.config import Config
from servqual.report.maturity import DONE, FINISHED, RIPE, as_recorded
from servqual.report.scan import Cases, scan

__all__ = ["Comparison", "comparison"]

Plain: TypeAlias = dict[str, Any]
_change: Final = partial(difference, points=" percentage points")
_SPLIT_BY: Final = ("category", "channel")
_LONGEST: Final = 60
_CAVEATS: Final = 6
_USUAL: Final = (("reopen_rate", "reopened"), ("resolution_rate", "resolved_at"))
"""What is often named as a guardrail, and the column that an export needs for it."""
_DECIDED: Final = {
    "not_comparable": "the two sides cannot be compared",
    "guardrail_worse": "something that must not get worse did",
    "within_margin": "the change is too small to matter",
    "worse": "the change is for the worse, and more than chance",
    "blocked": "what is said below leaves open whether it is for the better",
    "improved": "the change is for the better, and more than chance",
    "interval_holds_zero": "the data cannot tell whether anything changed",
}
"""What each rule of a verdict means to a manager."""


@attrs.frozen(kw_only=True)
class Comparison:
    """A verdict with the spans it is of, as plain `data`, as `lines` for a terminal, and with its receipt."""

    verdict: Verdict
    data: Plain = attrs.field(hash=False)
    lines: tuple[str, ...]


def comparison(
    path: str | Path,
    config: Config,
    *,
    change: str,
    kpi: str,
    margin: str | None = None,
    guardrails: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
    progress: Callable[[float], object] | None = None,
) -> Comparison:
    r"""Compare a KPI of cases before and after a change.

    Both sides are as long as the shorter of the time before and after it, by the clock on the wall and in whole weeks
    where there is a week. Each is seen from its own end, so that open cases had as much time on either side.

    What an export knows without a moment, such as how often a case was reopened, cannot be seen from there: a KPI of it
    is compared among cases that had two weeks from their side's end to `now`, and refused while over 2 % of them are
    open; the lines say that the older side still had longer.

    `change` is a date in the zone of the configuration, or a moment with an offset. `margin` and the margins of
    guardrails are written as `0.02` or `2 points` of a share, as `30 min` or `2 h` of a duration, in business time
    where the KPI counts that, or as a number in the unit of any other KPI. `kpi` is a key of the catalogue, or the name
    of a target of the configuration. `now` is the moment of the export; without it the latest in the file.

    >>> import tempfile
    >>> rows = [f"2026-05-{4 + day:02}T10:00Z,{kept}" for day in range(14) for kept in [day // 7] * 15 + [True] * 15]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export = Path(folder) / "cases.csv"
    ...     _ = export.write_text("received_at,sla_kept\n" + "\n".join(rows), encoding="utf-8")
    ...     end = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    ...     print(comparison(export, Config(), change="2026-05-11", kpi="sla_kept", now=end).lines[0])
    Kept within target, as recorded: improved: the change is for the better, and more than chance.
    """
    must_be((str, Path), "path", "the path of an export", path)
    must_be(Config, "config", "a Config", config)
    must_be((str, type(None)), "margin", "a text, such as '2 points'", margin)
    must_be((Callable, type(None)), "progress", "a function of bytes read", progress)
    for field, given in (("guardrails", guardrails), ("where", where)):
        must_be((Mapping, type(None)), field, "a mapping of texts", given)
        all_of(str, field, [*(given or {}), *(given or {}).values()], "texts")
    at = moment_of(change, config)
    now = None if now is None else within_time("now", now)
    asked = [kpi_of(key, config) for key in (kpi, *(guardrails or {}))]
    for name, each in zip(guardrails or {}, asked[1:], strict=True):
        if [one.key for one in asked].count(each.key) > 1:
            raise InvalidValue.of(
                "guardrail",
                "be a KPI other than the compared one, each once",
                name,
                do="name another KPI, or leave it out",
            )
    least = margin_of(margin, asked[0])
    rails = [
        Guardrail(kpi=each.key, margin=margin_of(told, each, f"guardrails[{each.key}]") or 0.0)
        for each, told in zip(asked[1:], (guardrails or {}).values(), strict=True)
    ]
    names = dict.fromkeys(name for each in asked for name in each.params.get("only") or ())
    source = Export(
        Path(path),
        config.layout,
        columns=CASES,
        also=tuple(dict.fromkeys((*(where or {}), *names))),
        advice=IN_SETTINGS,
        progress=progress,
    )
    cases = Cases(source)
    seen = scan(cases, now)
    if seen.first is None or seen.last is None:
        raise InvalidValue("no case has a received_at that can be read", field="received_at", got=None)
    seen_at = now or seen.last
    recorded = tuple(dict.fromkeys(name for each in asked for name in as_recorded(each)))
    sides = sides_of(at, seen.first, seen_at, recorded, config.layout.zone or dt.UTC)
    split = [name for name in _SPLIT_BY if name in seen.columns and name not in (where or {})][:1]
    by = split if asked[0].statistic in {"share", "mean"} else []
    zone, spans = config.zone, (sides.before, sides.after)
    ends = recorded and {"resolved_at", "closed_at"} & {*seen.columns}
    before, after, *finished = tallies_of(
        [
            *(plan_of(asked, by=by, zone=zone, now=span[1], period=span, where=where) for span in spans),
            *(plan_of([FINISHED], zone=zone, now=seen_at, period=span, where=where) for span in spans if ends),
        ],
        {"cases": cases.chunks()},
    )
    for tally in finished:
        _check_finished(tally, recorded)
    verdict = compare(before, after, asked[0].key, margin=least, guardrails=rails, mix_by=by)
    assert isinstance(verdict, Verdict)
    data = _plain(verdict, asked[0], sides, Path(path).name)
    own = [_of_recorded(recorded)] if recorded else []
    data["caveats"] += map(attrs.asdict, own)
    there = {*seen.columns}
    usual = next((key for key, column in _USUAL if column in there and key != asked[0].key), None)
    example = "" if usual is None else f", such as {usual}='2 points'"
    lines = _lines(verdict, asked, sides, [*own, *to_tell(verdict)], config.layout.zone or dt.UTC, example=example)
    return Comparison(verdict=verdict, data=data, lines=tuple(map(clean, lines)))


def _check_finished(finished: Tally, recorded: Sequence[str]) -> None:
    """Refuse a side of which too many cases are open, so that what is recorded of them may still grow."""
    share = finished.measure().get(FINISHED.key).value
    if share is not None and share < DONE:
        raise InvalidValue.of(
            "kpi",
            f"have at most {number(1 - DONE, 'share')} open cases a side, for {' and '.join(recorded)} may still grow",
            share,
            shown=f"{number(1 - share, 'share')} open",
            do="compare a later export, or a KPI of moments",
        )


def _of_recorded(recorded: Sequence[str]) -> Caveat:
    return Caveat(
        code="cases.as_recorded",
        text=f"{' and '.join(recorded)} is known as of the export alone: every case had {RIPE.days} days or more for "
        "it after its side, and those before the change had longer",
        severity="weak",
        effect="none on the decision",
    )


def _plain(verdict: Verdict, kpi: Kpi, sides: Sides, name: str) -> Plain:
    starts = (sides.before[0], sides.after[0])
    told = {
        side: {**attrs.asdict(found, filter=attrs.filters.exclude("period", "now")), "from": start.isoformat()}
        for side, found, start in zip(("before", "after"), (verdict.before, verdict.after), starts, strict=True)
    }
    relative = verdict.relative
    return {
        "source": name,
        "kpi": verdict.kpi,
        "title": kpi.title,
        "definition": verdict.definition,
        "unit": verdict.unit,
        "better": verdict.better,
        "change_at": sides.after[0].isoformat(),
        "days": sides.days,
        "decision": verdict.decision,
        "rule": verdict.rule,
        **told,
        "change": verdict.change,
        "low": verdict.low,
        "high": verdict.high,
        "confidence": verdict.confidence,
        "p_value": verdict.p_value,
        "method": verdict.method,
        "margin": verdict.margin,
        "n_needed": verdict.n_needed,
        "relative": {"value": relative.value, "low": relative.low, "high": relative.high, "reason": relative.reason},
        "guardrails": [attrs.asdict(each) for each in verdict.guardrails],
        "caveats": [attrs.asdict(each) for each in verdict.caveats],
    }


def _lines(
    verdict: Verdict, asked: Sequence[Kpi], sides: Sides, caveats: Sequence[Caveat], zone: dt.tzinfo, *, example: str
) -> Iterator[str]:
    unit, *units = (kpi.told_in for kpi in asked)
    yield f"{capital(shorten(asked[0].title, _LONGEST))}: {verdict.decision}: {_DECIDED[verdict.rule]}."
    for name, side, (start, end) in (
        ("Before", verdict.before, sides.before),
        ("After", verdict.after, sides.after),
    ):
        last = end - dt.timedelta(microseconds=1)
        days = f"{start.astimezone(zone):%Y-%m-%d} to {last.astimezone(zone):%Y-%m-%d}"
        undecided = f", {side.undecided:,} undecided" if side.undecided else ""
        yield f"{name}, {days}: {number(side.value, unit)} of {counted(side.n, 'case')}{undecided}."
    if verdict.change is not None:
        said = f"The change is {_change(verdict.change, unit)}"
        if verdict.low is not None and verdict.high is not None:
            said += f"; it may well be anything from {_change(verdict.low, unit)} to {_change(verdict.high, unit)}"
        yield f"{said} ({verdict.confidence:.0%} sure)."
    if verdict.mix is not None and verdict.change:
        by = " and ".join(verdict.mix.by)
        yield (
            f"Of it, {_change(float(verdict.mix.rates), unit)} come from better or worse work within each {by}, "
            f"{_change(float(verdict.mix.mix), unit)} from another mix of them."
        )
    if verdict.n_needed:
        yield f"About {counted(verdict.n_needed, 'more case', 'more cases')} a side would show a change that matters."
    for each, its in zip(verdict.guardrails, units, strict=True):
        told = "" if each.change is None else f", {_change(each.change, its)}"
        yield f"Guardrail {shorten(each.title, _LONGEST)}: {each.said}{told}."
    if verdict.margin is None:
        yield "No margin was named: say with --margin from which size on a change matters."
    if not verdict.guardrails:
        yield f"No guardrail was named: name with --guardrail what must not get worse{example}."
    for caveat in caveats[:_CAVEATS]:
        yield f"Mind: {caveat.text}."
    yield "A difference is not its cause: ask what else changed in that time."
