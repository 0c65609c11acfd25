"""A simulated support desk with a known improvement, to try everything on."""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._checks import as_zone, frozen, instant
from servqual.errors import InvalidValue
from servqual.model import BusinessHours
from servqual.model._pickled import Rebuilt
from servqual.samples import _parameters as p
from servqual.samples._clockwork import Dice, Shifts, arrivals
from servqual.samples._simulation import Simulation
from servqual.samples._tables import Column, Table, tables

_MOST_DAYS = 3660
_MOST_CASES = 10_000


def _fixed(tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """Make tables read-only, with the arrays in them, which a copy would make writable."""
    for table in tables.values():
        for column in table.values():
            column.flags.writeable = False
    return MappingProxyType({name: MappingProxyType({**table}) for name, table in tables.items()})


@attrs.frozen(kw_only=True)
class Desk(Rebuilt):
    """A simulated support desk: its records in five tables, and the truth about it.

    Moments are UTC; the simulation stops at `end`, also called `now`. The desk is open in `hours`, read in `zone`.
    `tables` maps `cases`, `case_events`, `interactions`, `answers` and `complaints` to read-only columns: moments are
    datetime64[us] with NaT, durations (`…_s`), scores and costs (EUR) are float64 with NaN, texts and answers of yes or
    no are objects with None where they are missing.

    The truth, to compare findings with: at `improved_at` the category `improved` got better, by the numbers in `truth`
    and, in words, in `improvement`; the category `weak_spot` is worse than all others. Of an unchanged desk the first
    two are None and `truth` is empty.

    Two desks are equal when they were made from the same arguments; build one with `desk`.

    >>> from servqual.samples import desk
    >>> sample = desk(days=28)
    >>> sample.improved, sample.weak_spot, sample.simulated
    ('invoice', 'network', True)
    """

    seed: int
    start: dt.datetime = attrs.field(converter=instant)
    end: dt.datetime = attrs.field(converter=instant)
    zone: ZoneInfo = attrs.field(converter=as_zone)
    hours: BusinessHours = attrs.field(repr=False)
    cases_per_day: float
    season: float
    improved_at: dt.datetime | None = attrs.field(converter=attrs.converters.optional(instant))
    improved: str | None
    weak_spot: str
    truth: Mapping[str, float] = attrs.field(repr=False, hash=False, converter=frozen)
    improvement: str = attrs.field(repr=False)
    simulated: bool = attrs.field(default=True, init=False)
    tables: Mapping[str, Table] = attrs.field(
        eq=False,
        converter=_fixed,
        repr=lambda tables: "<" + ", ".join(f"{len(t['case_id']):,} {name}" for name, t in tables.items()) + ">",
    )

    @property
    def now(self) -> dt.datetime:
        """The end of the simulation; only due dates in the tables are later."""
        return self.end

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """Write each table as a CSV file, such as `cases.csv`, and return the paths.

        The files are UTF-8 with commas; moments are ISO 8601 in UTC, missing values are empty, flags are true and
        false. A missing folder is made, and files of the same names are replaced.

        >>> import tempfile
        >>> from servqual.samples import desk
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [path.name for path in desk(days=2).write(folder)]
        ['cases.csv', 'case_events.csv', 'interactions.csv', 'answers.csv', 'complaints.csv']
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        return tuple(_write(target / f"{name}.csv", table) for name, table in self.tables.items())


def desk(
    *,
    seed: int = 1,
    days: int = 180,
    start: dt.date = dt.date(2026, 1, 5),
    zone: str | ZoneInfo = "Europe/Berlin",
    cases_per_day: float = 42.0,
    improved_after: int | Literal["half"] | None = "half",
    season: float = 0.0,
) -> Desk:
    """Simulate a support desk for some days and return its records.

    Customers come by the hour and the weekday, wait in queues by priority and age, are served by teams on shift from
    Monday to Friday, are sent to wrong teams, wait for answers and suppliers, come back, are asked for a score and
    complain. From the day `improved_after` (half of the days by default) one category is handled better; None leaves
    the desk unchanged.

    `cases_per_day` is the mean of new wishes over all days of the week and the year; returning customers are on top.
    With a `season` of 0.3 there are 30 % more of them in the middle of January and 30 % less in July, so that queues
    and times follow although nobody works otherwise. The number of agents is fixed: from about 65 cases a day the
    queues grow without end. The same arguments give the same tables on every machine.

    Raises `InvalidValue` for days below 2 or above 3660, an improvement outside the days, rates outside 0 to 10,000,
    and a season below 0 or not below 1.

    >>> sample = desk(seed=1, days=28)
    >>> sample.simulated, sample.now.isoformat()
    (True, '2026-02-01T23:00:00+00:00')
    >>> sample.improvement
    'simulated: in cases of "invoice" received from 2026-01-18T23:00:00+00:00 on, the chance of a wrong team first falls from 40 % to 10 %, and the median work from 45 to 30 minutes'
    """  # noqa: E501  (the answer of the example is one line)
    days = _whole("days", days, 2, _MOST_DAYS)
    if improved_after is not None:
        day = days // 2 if improved_after == "half" else improved_after
        improved_after = _whole("improved_after", day, 1, days - 1)
    seed = _whole("seed", seed, 0, 2**63 - 1)
    if not isinstance(start, dt.date):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidValue.of("start", "be a date, such as datetime.date(2026, 1, 5)", start)
    cases_per_day = _rate(cases_per_day)
    season = _season(season)
    where = as_zone(zone)
    hours = BusinessHours(zone=where, week=dict(p.WEEK))

    def midnight(day: int) -> dt.datetime:
        return dt.datetime.combine(start + dt.timedelta(days=day), dt.time(), where).astimezone(dt.UTC)

    begin, end = midnight(0), midnight(days)
    improved_at = None if improved_after is None else midnight(improved_after)
    dice = Dice(seed)
    # a week more than the desk runs, so that there is at least one spell
    shifts = Shifts(
        (int(spell.start.timestamp()), int(spell.end.timestamp()))
        for spell in hours.windows(begin, end + dt.timedelta(days=7))
    )
    simulation = Simulation(
        dice=dice,
        shifts=shifts,
        end=int(end.timestamp()),
        improved_at=None if improved_at is None else int(improved_at.timestamp()),
        customers=max(1, round(60 * cases_per_day)),
    )
    simulation.run(
        arrivals(dice, where, int(begin.timestamp()), int(end.timestamp()), per_day=cases_per_day, season=season)
    )
    truth, improvement = _truth(improved_at)
    return Desk(
        seed=seed,
        start=begin,
        end=end,
        zone=where,
        hours=hours,
        cases_per_day=cases_per_day,
        season=season,
        improved_at=improved_at,
        improved=None if improved_at is None else p.IMPROVED,
        weak_spot=p.WEAK_SPOT,
        truth=truth,
        improvement=improvement,
        tables=tables(simulation, dice, shifts, int(end.timestamp())),
    )


def _truth(improved_at: dt.datetime | None) -> tuple[dict[str, float], str]:
    """What got better, in numbers and in words."""
    if improved_at is None:
        return {}, "simulated: nothing was improved"
    before = p.CATEGORIES[p.IMPROVED]
    truth = {
        "misrouted_before": before.misrouted,
        "misrouted_after": p.IMPROVED_MISROUTED,
        "median_work_min_before": before.work_min,
        "median_work_min_after": p.IMPROVED_WORK_MIN,
    }
    words = (
        f'simulated: in cases of "{p.IMPROVED}" received from {improved_at.isoformat()} on, the chance of a wrong '
        f"team first falls from {before.misrouted:.0%} to {p.IMPROVED_MISROUTED:.0%}, and the median work from "
        f"{before.work_min:g} to {p.IMPROVED_WORK_MIN:g} minutes"
    )
    return truth, words.replace("%", " %")


def _whole(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or not low <= value <= high:
        raise InvalidValue.of(name, f"be a whole number from {low} to {high}", value)
    return value


def _rate(value: object) -> float:
    if not isinstance(value, int | float) or not 0 < value <= _MOST_CASES:
        raise InvalidValue.of("cases_per_day", f"be a number above 0 and at most {_MOST_CASES}", value)
    return float(value)


def _season(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise InvalidValue.of("season", "be a share of 0 or more and below 1", value, do="write 0.3 for 30 %")
    return float(value)


def _write(path: Path, table: Table) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*map(_cells, table.values()), strict=True))
    return path


def _cells(column: Column) -> Iterator[str]:
    if column.dtype.kind == "M":
        texts = np.datetime_as_string(column, unit="s").tolist()
        return ("" if text == "NaT" else text + "+00:00" for text in texts)
    return map(_cell, column.tolist())


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124  (only NaN differs from itself)
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
