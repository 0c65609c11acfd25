"""A change at an export's door: as many days before it as after it, judged, and said so that a manager can use it."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import all_of, did_you_mean, must_be, near
from servqual._words import capital, clean, counted, difference, number, shorten
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi
from servqual.metrics.engine import plan_of, tallies_of
from servqual.pdca import Guardrail, Verdict, compare
from servqual.pdca.diagnosis.candidates import unit_of
from servqual.readers import Export
from servqual.report.build import CASES
from servqual.report.config import Config, as_limit
from servqual.report.scan import Cases, scan

__all__ = ["Comparison", "comparison"]

Plain: TypeAlias = dict[str, Any]
_WEEK: Final = dt.timedelta(days=7)
_POINTS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:points?|pp|%)", re.IGNORECASE)
_change: Final = partial(difference, points=" percentage points")
_SPLIT_BY: Final = ("category", "channel")
_LONGEST: Final = 60
_CAVEATS: Final = 6
_SILENT: Final = ("mix.unknown", "period.unknown", "margin.none", "guardrails.proposed")
"""Caveats of what was not asked for, which the command itself explains."""
_DECIDED: Final = {
    "not_comparable": "the two sides cannot be compared",
    "guardrail_worse": "something that must not get worse did",
    "within_margin": "the change is too small to matter",
    "worse": "the change is for the worse, and more than chance",
    "blocked": "a guardrail or the data leave open whether it is for the better",
    "improved": "the change is for the better, and more than chance",
    "interval_holds_zero": "the data cannot tell whether anything changed",
}
"""What each rule of a verdict means to a manager."""


@attrs.frozen(kw_only=True)
class Comparison:
    """A verdict with the spans it is of, as plain `data`, as `lines` for a terminal, and with its receipt."""

    verdict: Verdict
    data: Plain
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

    Both sides are as long as the shorter of the time before and after it, in whole weeks where there is a week, and
    each is seen from its own end, so that open cases had as much time on either side. `change` is a date in the zone
    of the configuration, or a moment with an offset; `margin` and the margins of guardrails are written as `0.02`,
    `2 points` or `30 min`. `kpi` is a key of the catalogue, or the name of a target of the configuration.

    >>> import tempfile
    >>> rows = [f"2026-05-{4 + day:02}T10:00Z,{kept}" for day in range(14) for kept in [day // 7] * 15 + [True] * 15]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export = Path(folder) / "cases.csv"
    ...     _ = export.write_text("received_at,sla_kept\n" + "\n".join(rows), encoding="utf-8")
    ...     end = dt.datetime(2026, 5, 18, tzinfo=dt.UTC)
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
    at = _moment(change, config)
    asked = [_kpi(key, config) for key in (kpi, *(guardrails or {}))]
    names = dict.fromkeys(name for each in asked for name in each.params.get("only") or ())
    source = Export(
        Path(path),
        config.layout,
        columns=CASES,
        also=tuple(dict.fromkeys((*(where or {}), *names))),
        progress=progress,
    )
    cases = Cases(source)
    seen = scan(cases, now)
    if seen.first is None or seen.last is None:
        raise InvalidValue("no case has a received_at that can be read", field="received_at", got=None)
    # the first day counts as a whole one, or three weeks from nine in the morning on would be two
    first = seen.first.astimezone(config.layout.zone or dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    length = _length(at, first.astimezone(dt.UTC), now or seen.last)
    split = [name for name in _SPLIT_BY if name in seen.columns and name not in (where or {})][:1]
    by = split if asked[0].statistic in {"share", "mean"} else []
    before, after = tallies_of(
        [
            plan_of(asked, by=by, zone=config.zone, now=end, period=(end - length, end), where=where)
            for end in (at, at + length)
        ],
        {"cases": cases.chunks()},
    )
    verdict = compare(
        before,
        after,
        asked[0].key,
        margin=_margin(margin, asked[0]),
        guardrails=[
            Guardrail(kpi=each.key, margin=_margin(told, each) or 0.0)
            for each, told in zip(asked[1:], (guardrails or {}).values(), strict=True)
        ],
        mix_by=by,
    )
    assert isinstance(verdict, Verdict)
    data = _plain(verdict, asked[0], at, length, Path(path).name)
    return Comparison(verdict=verdict, data=data, lines=tuple(map(clean, _lines(verdict, asked, at, length, config))))


def _moment(text: str, config: Config) -> dt.datetime:
    must_be(str, "change", "a text with a date", text)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue.of("--change", "be a date such as 2026-05-04, or a moment with an offset", text) from None
    zone = config.layout.zone or dt.UTC
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)


def _kpi(key: str, config: Config) -> Kpi:
    must_be(str, "kpi", "the key of a KPI", key)
    for promise in config.promises:
        if key in {promise.name, promise.kpi.key}:
            return promise.kpi
    known = {name: kpi for name, kpi in KPIS.items() if kpi.table == "cases" and not kpi.stock and not kpi.of_period}
    if key not in known:
        close = near(key, [*known, *(promise.name for promise in config.promises)])
        raise UnknownName(
            f"kpi must be a KPI of cases, or a target by its name (got {key!r}){did_you_mean(close)}", near=close
        )
    kpi = known[key]
    return kpi.with_(hours=config.hours) if config.hours and "hours" in kpi.params else kpi


def _margin(text: str | None, kpi: Kpi) -> float | None:
    """Read a margin in the unit of a KPI."""
    if text is None:
        return None
    if kpi.unit == "s":
        limit, _ = as_limit(text, None)
        assert isinstance(limit, dt.timedelta)
        return limit.total_seconds()
    found = _POINTS.fullmatch(text.strip())
    try:
        # a ratio is shown in per cent, too
        return float(found[1]) / (100 if kpi.unit in {"share", "ratio"} else 1) if found else float(text)
    except ValueError:
        raise InvalidValue.of("margin", "be a number such as 0.02, '2 points' or '30 min'", text) from None


def _length(at: dt.datetime, first: dt.datetime, last: dt.datetime) -> dt.timedelta:
    """How long each side is: the shorter of both, in whole weeks where it has one."""
    if not first < at < last:
        raise InvalidValue.of(
            "--change",
            f"lie between the first case, {first:%Y-%m-%d}, and now, {last:%Y-%m-%d}",
            at,
            shown=f"{at:%Y-%m-%d}",
        )
    shorter = min(at - first, last - at)
    return shorter // _WEEK * _WEEK if shorter >= _WEEK else shorter


def _plain(verdict: Verdict, kpi: Kpi, at: dt.datetime, length: dt.timedelta, name: str) -> Plain:
    sides = {
        side: {**attrs.asdict(found, filter=attrs.filters.exclude("period", "now")), "from": start.isoformat()}
        for side, found, start in (("before", verdict.before, at - length), ("after", verdict.after, at))
    }
    relative = verdict.relative
    return {
        "source": name,
        "kpi": verdict.kpi,
        "title": kpi.title,
        "definition": verdict.definition,
        "unit": verdict.unit,
        "better": verdict.better,
        "change_at": at.isoformat(),
        "days": length / dt.timedelta(days=1),
        "decision": verdict.decision,
        "rule": verdict.rule,
        **sides,
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
    verdict: Verdict, asked: Sequence[Kpi], at: dt.datetime, length: dt.timedelta, config: Config
) -> Iterator[str]:
    kpi = asked[0]
    unit, zone = unit_of(kpi), config.layout.zone or dt.UTC
    yield f"{capital(shorten(kpi.title, _LONGEST))}: {verdict.decision}: {_DECIDED[verdict.rule]}."
    for name, side, start in (("Before", verdict.before, at - length), ("After", verdict.after, at)):
        last = start + length - dt.timedelta(microseconds=1)
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
    for each in verdict.guardrails:
        told = "" if each.change is None else f", {_change(each.change, each.unit)}"
        yield f"Guardrail {shorten(each.title, _LONGEST)}: {each.decision}{told}."
    if verdict.margin is None:
        yield "No margin was named: say with --margin from which size on a change matters."
    if not verdict.guardrails:
        yield "No guardrail was named: name with --guardrail what must not get worse, such as reopen_rate='2 points'."
    for caveat in [one for one in verdict.caveats if one.code not in _SILENT][:_CAVEATS]:
        yield f"Mind: {caveat.text}."
    yield "A difference is not its cause: ask what else changed in that time."
