"""What a comparison is asked, in words of the command line: the moment, the KPI, the margin, and the two sides."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs

from servqual._checks import did_you_mean, must_be, near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi
from servqual.pdca.verdicts.wall import at_wall, on_wall, within_time
from servqual.report.config import Config
from servqual.report.limits import as_limit
from servqual.report.maturity import RIPE

Span: TypeAlias = tuple[dt.datetime, dt.datetime]
_WEEK: Final = dt.timedelta(days=7)
_POINTS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:points?|pp|%)", re.IGNORECASE)


@attrs.frozen
class Sides:
    """The spans before and after a change, and how many days each has by the clock on the wall."""

    before: Span
    after: Span
    days: float


def moment_of(text: str, config: Config) -> dt.datetime:
    """Read the moment of a change; a date begins in the zone of the configuration."""
    must_be(str, "change", "a text with a date", text)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue.of("change", "be a date such as 2026-05-04, or a moment with an offset", text) from None
    zone = config.layout.zone or dt.UTC
    return within_time("change", found if found.tzinfo else found.replace(tzinfo=zone))


def kpi_of(key: str, config: Config) -> Kpi:
    """Find a KPI of cases by its key, or by the name of a target."""
    must_be(str, "kpi", "the key of a KPI", key)
    promises = [each for each in config.promises if each.kpi.table == "cases" and not each.kpi.stock]
    for promise in promises:
        if key in {promise.name, promise.kpi.key}:
            return promise.kpi
    known = {name: kpi for name, kpi in KPIS.items() if kpi.table == "cases" and not kpi.stock and not kpi.of_period}
    if key not in known:
        close = near(key, [*known, *(promise.name for promise in promises)])
        raise UnknownName(
            f"kpi must be a KPI of cases, or a target by its name (got {key!r}){did_you_mean(close)}", near=close
        )
    kpi = known[key]
    return kpi.with_(hours=config.hours) if config.hours and "hours" in kpi.params else kpi


def margin_of(text: str | None, kpi: Kpi, field: str = "margin") -> float | None:
    """Read a margin in the unit of a KPI."""
    if text is None:
        return None
    if kpi.unit == "s":
        hours = kpi.params.get("hours")
        limit, counted_in = as_limit(text, hours, field)
        if not isinstance(limit, dt.timedelta) or counted_in != hours:
            raise InvalidValue.of(field, f"be a length of business time for {kpi.key}", text, do="write '4 h'")
        return limit.total_seconds()
    found = _POINTS.fullmatch(text.strip())
    if found and kpi.unit in {"share", "ratio"}:  # a ratio is shown in per cent, too
        return float(found[1]) / 100
    try:
        return float(text)
    except ValueError:
        rule = "0.02 or '2 points'" if kpi.unit in {"share", "ratio"} else "0.5"
        raise InvalidValue.of(field, f"be a number such as {rule} for {kpi.key}, in {kpi.unit}", text) from None


def sides_of(at: dt.datetime, first: dt.datetime, now: dt.datetime, recorded: Sequence[str], zone: dt.tzinfo) -> Sides:
    """The spans before and after: as long as the shorter of both, in whole weeks where it has one.

    Lengths are those of the clock on the wall, so that a week in which the clocks change is a week.
    """
    # the first day counts as a whole one, or three weeks from nine in the morning on would be two
    start = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if not start < at < now:
        days = [f"{moment.astimezone(zone):%Y-%m-%d}" for moment in (first, now, at)]
        raise InvalidValue.of("change", f"lie between the first case, {days[0]}, and now, {days[1]}", at, shown=days[2])
    last = now - RIPE if recorded else now
    if at >= last:
        raise InvalidValue.of(
            "change",
            f"come over {RIPE.days} days before now, {now.astimezone(zone):%Y-%m-%d}, for {' and '.join(recorded)} may "
            "still grow and has no moment",
            at,
            shown=f"{at.astimezone(zone):%Y-%m-%d}",
            do="compare a later export, or a KPI of moments",
        )
    wall = [on_wall(moment, zone) for moment in (start, at, last)]
    shorter = min(wall[1] - wall[0], wall[2] - wall[1])
    length = shorter // _WEEK * _WEEK if shorter >= _WEEK else shorter
    begin, end = (at_wall(wall[1] + step, zone) for step in (-length, length))
    return Sides((begin, at), (at, end), length / dt.timedelta(days=1))
