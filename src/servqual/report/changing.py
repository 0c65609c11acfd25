"""What changed: each KPI of a period held against the period before, or against an earlier report, as plain data."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from servqual._words import number, shorten
from servqual.metrics import Kpi, Measurement, Measures, Tally
from servqual.metrics.engine import Plan, plan_of
from servqual.pdca import Caveat, Verdict
from servqual.pdca.verdicts.ages import ripens
from servqual.pdca.verdicts.together import judged_together, surely_changed, why_invalid
from servqual.readers.columns.calendar import Days
from servqual.report.framing import Frame
from servqual.report.maturity import DONE, FINISHED, RIPE
from servqual.report.spans import Pair, before, pair, period_of, reached

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 60
_DAY: Final = dt.timedelta(days=1)
_WEEK: Final = dt.timedelta(days=7)
_SURE: Final = 0.95
"""That no change is told although there is none, of all KPIs of a table together."""
_SILENT: Final = ("mix.unknown", "period.unknown", "margin.none", "guardrails.proposed")
"""Caveats of what was not asked for."""
GROWS: Final = "it grows with the age of the cases, so that the last one is always behind"


def to_tell(verdict: Verdict) -> list[Caveat]:
    """Leave out the caveats of what a report, or a comparison of the command line, was not asked for."""
    return [caveat for caveat in verdict.caveats if caveat.code not in _SILENT]


@attrs.frozen
class Side:
    """One side of a change: what was measured, its days, and what a sentence calls them."""

    measures: Measures
    days: Days
    called: str


@attrs.frozen
class Held:
    """What is held against what: the KPIs by pair of spans, and the reason for each one that cannot be judged."""

    pairs: Mapping[Pair, Sequence[Kpi]]
    unjudged: Sequence[Plain]
    every: str | None
    """Day, week or month where the last finished one is judged; None where the asked period is."""
    zone: str

    def plans(self, *, ends: bool) -> list[Plan]:
        """Plan the sides, before and after of each pair; `ends` says whether cases have one."""
        return [
            plan_of([*kpis, FINISHED] if ends else kpis, zone=self.zone, period=span, now=now)
            for each, kpis in self.pairs.items()
            for span, now in ((each.before, each.then), (each.after, each.now))
        ]


def judged(kpi: Kpi) -> bool:
    """Whether a change of a KPI may be for better or worse; a count grows with its period."""
    return kpi.better is not None and kpi.unit != "count"


def held_of(kpis: Sequence[Kpi], frame: Frame) -> Held:
    """Choose the spans by which each KPI is judged: the last finished period and the one directly before it.

    A KPI that ripens is finished two weeks after a period. Where a period was asked for, that one is judged.
    """
    pairs: dict[Pair, list[Kpi]] = {}
    unjudged: list[Plain] = []
    every, first, asked = frame.every, frame.first.date(), frame.cut if frame.asked else None
    today = frame.now.date()
    for kpi in filter(judged, kpis):
        ripe = today - RIPE if ripens(kpi) else today
        days = asked or period_of(period_of(ripe, every)[0] - _DAY, every)
        earlier = before(days) if asked else _earlier(days, every, first)
        if kpi.name == FINISHED.name:
            unjudged.append(not_judged(kpi, GROWS))
        elif asked and not reached(earlier, first):
            unjudged.append(not_judged(kpi, f"the export does not hold the period before, from {earlier[0]} on"))
        elif asked and ripens(kpi) and ripe < days[1]:
            unjudged.append(not_judged(kpi, f"it may still change until {RIPE.days} days after the period"))
        elif not reached(earlier, first):
            unjudged.append(not_judged(kpi, f"there are no two {every}s that are finished for it"))
        else:
            pairs.setdefault(pair(days, earlier, frame.now, frame.zone), []).append(kpi)
    return Held(pairs, unjudged, None if asked else every, str(frame.zone))


def _earlier(days: Days, every: str, first: dt.date) -> Days:
    """Give the period before: of a day the same day a week before, or the day before where no data reach so far."""
    week_before = days[0] - _WEEK, days[1] - _WEEK
    return week_before if every == "day" and reached(week_before, first) else before(days)


def changes_of(held: Held, tallies: Sequence[Tally], zone: dt.tzinfo, item: str = "case") -> Plain:
    """Judge the changes by the tallies of the plans of `held`; `item` is what a row of the table is called."""
    sides = [
        Side(tally.measure(), days := _days(span, zone), _called(days, held.every))
        for tally, span in zip(
            tallies, (span for each in held.pairs for span in (each.before, each.after)), strict=True
        )
    ]
    asked = [
        (kpi, old, new)
        for kpis, old, new in zip(held.pairs.values(), sides[::2], sides[1::2], strict=True)
        for kpi in kpis
    ]
    return judge(asked, held.unjudged, item)


def judge(asked: Sequence[tuple[Kpi, Side, Side]], unjudged: Sequence[Plain], item: str = "case") -> Plain:
    """Judge KPIs between two sides each.

    `changes` are the sure ones, worse before improved, at a risk of chance that all judged KPIs share;
    `changes_judged` counts these, `changes_between` gives their days, and `changes_unjudged` the reason for each other
    one.
    """
    pairs: list[tuple[Kpi, Measurement, Measurement, Side, Side]] = []
    lost = [*unjudged]
    for kpi, old, new in asked:
        then, now = old.measures.get(kpi.key), new.measures.get(kpi.key)
        reason = next((why for m, side in ((then, old), (now, new)) if (why := _unfinished(kpi, m, side, item))), "")
        if reason:
            lost.append(not_judged(kpi, reason))
        else:
            pairs.append((kpi, then, now, old, new))
    verdicts = judged_together([(then, now) for _, then, now, _, _ in pairs], _SURE)
    found = [(kpi, verdict, old, new) for (kpi, _, _, old, new), verdict in zip(pairs, verdicts, strict=True)]
    lost += [not_judged(kpi, reason) for kpi, verdict, *_ in found if (reason := why_invalid(verdict))]
    return {
        "changes": [_plain(*row) for row in surely_changed(found, lambda row: row[1])],
        "changes_judged": sum(verdict.decision != "invalid" for verdict in verdicts),
        "changes_between": [_span(*days) for days in dict.fromkeys((old.days, new.days) for *_, old, new in pairs)],
        "changes_unjudged": lost,
    }


def _span(old: Days, new: Days) -> Plain:
    return {
        "before_from": old[0].isoformat(),
        "before_to": (old[1] - _DAY).isoformat(),
        "after_from": new[0].isoformat(),
        "after_to": (new[1] - _DAY).isoformat(),
    }


def not_judged(kpi: Kpi, reason: str) -> Plain:
    """Say why the change of a KPI cannot be judged."""
    return {"kpi": kpi.key, "title": kpi.title, "reason": reason}


def _unfinished(kpi: Kpi, m: Measurement, side: Side, item: str) -> str:
    """Say why a period cannot be compared; empty where it can."""
    if kpi.stock and _is_idle(side.measures):
        return f"no {item} came in in {side.called}, so that what was open only grew older"
    if m.value is None:
        return f"no {item} of {side.called} has a value"
    if m.mostly_unread:
        return f"most cells of {side.called} could not be read"
    if m.low is None:
        return "it has no interval, so that chance cannot be told from a change"
    done = m.n / (m.n + m.undecided)
    if ripens(kpi) and any(each.key == FINISHED.key for each in side.measures.kpis):
        done = min(done, side.measures.get(FINISHED.key).value or 0)
    return f"{number(1 - done, 'share')} of the {item}s of {side.called} are not finished" if done < DONE else ""


def _is_idle(found: Measures) -> bool:
    """Whether nothing came in: no figure but stocks counts anything."""
    dated = [kpi for kpi in found.kpis if not kpi.stock]
    keys = [FINISHED.key] if any(kpi.key == FINISHED.key for kpi in dated) else [kpi.key for kpi in dated]
    return bool(keys) and not any(found.get(key).n + found.get(key).undecided for key in keys)


def _days(span: tuple[dt.datetime, dt.datetime], zone: dt.tzinfo) -> Days:
    last = span[1] - dt.timedelta(microseconds=1)
    return span[0].astimezone(zone).date(), last.astimezone(zone).date() + _DAY


def _called(days: Days, every: str | None) -> str:
    if days[1] - days[0] == _DAY:
        return f"{days[0]}"
    return f"the {every} from {days[0]}" if every else f"{days[0]} to {days[1] - _DAY}"


def _of_weekdays(old: Side, new: Side) -> Iterator[Caveat]:
    """Warn of two days that are not the same day of the week."""
    (then, end), (now, last) = old.days, new.days
    if end - then == last - now == _DAY and then.weekday() != now.weekday():
        text = f"a {then:%A} is held against a {now:%A}, and days of the week may differ whatever was changed"
        yield Caveat(code="days.of_week", text=text, severity="weak", effect="none on the decision")


def _plain(kpi: Kpi, verdict: Verdict, old: Side, new: Side) -> Plain:
    unit = kpi.told_in
    return {
        "kpi": kpi.key,
        "title": kpi.title,
        "unit": kpi.unit,
        "business_time": unit != kpi.unit,
        "better": kpi.better,
        "decision": verdict.decision,
        "before": verdict.before.value,
        "after": verdict.after.value,
        **_span(old.days, new.days),
        "n_before": verdict.n_before,
        "n_after": verdict.n_after,
        "change": verdict.change,
        "low": verdict.low,
        "high": verdict.high,
        "confidence": verdict.confidence,
        "caveats": [{"code": each.code, "text": each.text} for each in (*to_tell(verdict), *_of_weekdays(old, new))],
        "sentence": f"{shorten(kpi.title, _LONGEST)}: {verdict.decision} from {number(verdict.before.value, unit)} "
        f"to {number(verdict.after.value, unit)} in {new.called}, against {old.called}.",
    }
