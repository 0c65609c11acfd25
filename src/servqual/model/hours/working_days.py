"""Working days of opening hours: the days that open at some time, counted by the date on which each opens.

             Mon 9-17    Tue holiday   Wed 9-17     Thu 22-6       three sorted columns: day, opens, closes
    days     |=======|       .         |=======|         |====|
    place       0                         1               2

    received Mon 10:00 and Tue 12:00:  day 0 is Mon, and Wed, the first that closes after the receipt
    2 working days from Mon 10:00:     due when place 0 + 2 closes, on Fri at 6:00

An answer is a bisection in the closes, and a sum. The simple way, a walk from day to day, costs each answer all days of
its promise again, and bulk answers all days of all rows.
"""

import datetime as dt
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, Literal, Protocol, TypeAlias, get_args
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import among, one_of, whole
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.hours.spans import DAY, EPOCH, Spans, micros, moment
from servqual.model.hours.wall_clock import day_of, opening

DayConvention: TypeAlias = Literal["close", "same_time"]
_EPOCH_DAY: Final = EPOCH.toordinal()
_LAST_DAY: Final = dt.date.max.toordinal()
_CENTURY: Final = 36_525


@declared("working_days")
@attrs.frozen
class WorkingDays:
    """A limit in working days: the days of some hours that are open at some time.

    Day 0 is the working day of receipt, or the next one where that day has closed. `convention="close"` is due when day
    `days` closes; `"same_time"` at the time of receipt on that day, or at the next opening where it is closed then, and
    what arrives outside the hours counts as received at the next opening. Negative and broken numbers are refused.

    >>> from servqual.model import BusinessHours
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> friday = dt.datetime(2026, 5, 8, 16, tzinfo=dt.UTC)
    >>> hours.add_working_days(friday, 2).isoformat()
    '2026-05-12T17:00:00+00:00'
    >>> hours.add_working_days(friday, 2, convention="same_time").isoformat()
    '2026-05-12T16:00:00+00:00'
    >>> print(WorkingDays(2))
    2 working days
    """

    days: int = attrs.field(validator=whole(0))
    convention: DayConvention = attrs.field(default="close", kw_only=True, validator=one_of("close", "same_time"))

    @property
    def at_close(self) -> Literal["stay", "roll"]:
        """How elapsed time finds the due moment again: a close stays, while a time of the day is an open moment."""
        return "stay" if self.convention == "close" else "roll"

    def __str__(self) -> str:
        count = f"{self.days} working day{'' if self.days == 1 else 's'}"
        return count if self.convention == "close" else f"{count}, same time"


@attrs.frozen
class Compiled:
    """The working days of [first, last): the ordinals of their dates, when they open, and when they close."""

    first: int
    last: int
    days: list[int]
    opens: list[int]
    closes: list[int]

    def received(self, at: int) -> int:
        """Find the place of the first working day that closes after an instant."""
        return bisect_right(self.closes, at)


class Source(Protocol):
    """Hours whose working days are counted."""

    @property
    def day_zone(self) -> ZoneInfo:
        """The zone whose dates are its days; refused where there are several."""
        ...

    def open_by_day(self, days: range) -> Mapping[int, Spans]:
        """List the open spans of those days that have some, by the ordinal of the date on which they open."""
        ...

    def next_open(self, at: dt.datetime) -> dt.datetime | None:
        """Return the first open moment from this one on."""
        ...


class Workdays:
    """Working days of some hours, compiled when first asked for and replaced as a whole by more of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._compiled: Compiled | None = None

    def over(self, start: int, end: int) -> Compiled:
        """Compile all working days that touch the time from start to end."""
        zone = self._source.day_zone
        return self._within(day_of(zone, start) - 2, day_of(zone, end) + 2)

    def reaching(self, start: int, end: int, more: int) -> Compiled:
        """Compile from start up to the working day that comes `more` working days after the receipt at end.

        It is refused when the hours are closed for a century, or when the calendar ends.
        """
        compiled = self.over(start, end)
        while (place := compiled.received(end) + more) >= len(compiled.days):
            seen = max([day_of(self._source.day_zone, end), *compiled.days[-1:]])
            if compiled.last > _LAST_DAY or compiled.last - seen > _CENTURY:
                raise InvalidValue.of(
                    "days",
                    f"fit into hours that are open after {moment(end).isoformat()}",
                    more,
                    do="give the hours a week or special days, or ask for fewer days",
                )
            missing = 2 * (place + 1 - len(compiled.days))
            compiled = self._within(compiled.first, compiled.last + max(missing, compiled.last - seen))
        return compiled

    def after(self, at: int, limit: WorkingDays) -> int:
        """Return the due instant of a limit that counts from an instant."""
        compiled = self.reaching(at, at, limit.days)
        place = compiled.received(at)
        due = place + limit.days
        if limit.convention == "close":
            return compiled.closes[due]
        zone = self._source.day_zone
        begun = moment(max(at, compiled.opens[place])).astimezone(zone).replace(tzinfo=dt.UTC)
        since = micros(begun) - (compiled.days[place] - _EPOCH_DAY) * DAY
        found = self._source.next_open(moment(opening(zone, compiled.days[due], since)))
        if found is None:
            raise InvalidValue.of("days", "end while the hours are open", limit, do="give the hours a week")
        return max(at, micros(found))  # in an hour that the clock shows twice, not before the receipt

    def between(self, start: int, end: int, convention: DayConvention) -> int:
        """Return the fewest working days within which an end is in time; negative where it comes first."""
        if end < start:
            return -self.between(end, start, convention)
        compiled = self.over(start, end)
        days = max(0, bisect_left(compiled.closes, end) - compiled.received(start))
        if convention == "close":
            return days

        def late(days: int) -> bool:
            return end > self.after(start, WorkingDays(days, convention=convention))

        while late(days):  # a night shift may run on into the due day
            days += 1
        while days > 0 and not late(days - 1):
            days -= 1
        return days

    def _within(self, first: int, last: int) -> Compiled:
        """Compile the days from first to last, and what was compiled before, in whole years."""
        compiled = self._compiled
        if compiled is None or first < compiled.first or last >= compiled.last:
            if compiled is not None:
                first, last = min(first, compiled.first), max(last, compiled.last - 1)
            self._compiled = compiled = self._compile(_year(first), _year(last, after=1))
        return compiled

    def _compile(self, first: int, last: int) -> Compiled:
        by_day = sorted(self._source.open_by_day(range(first, last)).items())
        closes = accumulate((spans[-1][1] for _, spans in by_day), max)
        return Compiled(first, last, [day for day, _ in by_day], [spans[0][0] for _, spans in by_day], list(closes))


class CountsDays(ABC):
    """Questions about working days, for all kinds of hours."""

    __slots__ = ()
    working: Workdays

    def add_working_days(self, start: dt.datetime, days: int, *, convention: DayConvention = "close") -> dt.datetime:
        """Return when a promise of so many working days is due; see `WorkingDays` for the two conventions.

        A day is a working day if it is open at some time; a night shift belongs to the day on which it opens. Refused:
        a naive moment, fewer than 0 days, hours that never open again, and joined hours of several zones.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}, holidays=[dt.date(2026, 5, 1)])
        >>> thursday = dt.datetime(2026, 4, 30, 10, tzinfo=dt.UTC)
        >>> hours.add_working_days(thursday, 1).isoformat()
        '2026-05-04T17:00:00+00:00'
        """
        return moment(self.working.after(micros(start, "start"), WorkingDays(days, convention=convention)))

    def working_days_between(self, start: dt.datetime, end: dt.datetime, *, convention: DayConvention = "close") -> int:
        """Count the working days of a promise that an end keeps: the fewest whose due moment is not before the end.

        It is 0 up to the close of the day of receipt, and negative where the end comes first. Naive moments are
        refused.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
        >>> friday = dt.datetime(2026, 5, 8, 10, tzinfo=dt.UTC)
        >>> hours.working_days_between(friday, friday + dt.timedelta(days=4))
        2
        """
        among("convention", convention, get_args(DayConvention))
        return self.working.between(micros(start, "start"), micros(end, "end"), convention)

    def allowance(self, start: dt.datetime, within: dt.timedelta | WorkingDays) -> dt.timedelta:
        """Return the open time of a limit that counts from a moment: itself, or the open time until it is due.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
        >>> hours.allowance(dt.datetime(2026, 5, 8, 10, tzinfo=dt.UTC), WorkingDays(1))
        datetime.timedelta(seconds=54000)
        """
        if isinstance(within, dt.timedelta):
            return within
        return self.elapsed(start, moment(self.working.after(micros(start, "start"), within)))

    @abstractmethod
    def elapsed(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Count the open time between two moments."""


def _year(day: int, after: int = 0) -> int:
    """Return the ordinal of the first day of the year of a day, or of a later year."""
    year = dt.date.fromordinal(min(max(day, 1), _LAST_DAY)).year + after
    return dt.date(year, 1, 1).toordinal() if year <= dt.MAXYEAR else _LAST_DAY + 1
