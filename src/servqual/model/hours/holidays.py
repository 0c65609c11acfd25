"""Holidays as dates and rules: a fixed day, the nth weekday of a month, a day around Easter, a range, any recurrence.

>>> import datetime as dt
>>> closed = Holidays.of([
...     FixedDay(month=1, day=1, name="New Year's Day", observed={"sat": -1, "sun": 1}),
...     NthWeekday(month=11, weekday="thu", nth=4, name="Thanksgiving"),
...     EasterDay(offset=-2, name="Good Friday"),
...     DayRange(first=(12, 24), last=(1, 2), name="winter closing"),
... ])
>>> [closed.on(day) for day in (dt.date(2026, 11, 26), dt.date(2026, 4, 3), dt.date(2027, 1, 2))]
['Thanksgiving', 'Good Friday', 'winter closing']
>>> closed.on(dt.date(2021, 12, 31)), closed.on(dt.date(2026, 5, 4))
("New Year's Day (observed); winter closing", None)
"""

import datetime as dt
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias, cast

import attrs
from dateutil import easter, rrule

from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.hours.spells import DAYS, as_date, weekday_of

_FURTHEST: Final = 366
_LEAP: Final = 2024  # a year that has every day
_TOO_OFTEN: Final = re.compile("FREQ *= *(SECONDLY|MINUTELY)", re.IGNORECASE)
READ_YEARS: Final = range(1970, 2101)  # the years for which a calendar object is read


def _year(_: object, field: "attrs.Attribute[int | None]", value: int | None) -> None:
    if value is not None and value not in range(dt.MINYEAR, dt.MAXYEAR + 1):
        raise InvalidValue.of(field.name, "be a year, or None", value)


def _whole(_: object, field: "attrs.Attribute[int]", value: object) -> None:
    if not isinstance(value, int) or abs(value) > _FURTHEST:
        raise InvalidValue.of(field.name, "be a whole number of days, at most a year either way", value)


def _nth(_: object, field: "attrs.Attribute[int]", value: object) -> None:
    if not isinstance(value, int) or value not in {1, 2, 3, 4, 5, -1, -2, -3, -4, -5}:
        raise InvalidValue.of(field.name, "be 1 to 5, or -1 to -5 from the end of the month", value)


def _shifts(given: Mapping[str, int]) -> Mapping[str, int]:
    mapped = isinstance(given, Mapping)  # pyright: ignore[reportUnnecessaryIsInstance]
    if not mapped or any(type(days) is not int or abs(days) > _FURTHEST for days in given.values()):
        raise InvalidValue.of("observed", "map weekdays to days moved", given)
    return MappingProxyType({DAYS[weekday_of(day, "observed")]: days for day, days in given.items()})


def _weekday(given: str) -> str:
    return DAYS[weekday_of(given, "weekday")]


def _month_day(given: tuple[int, int]) -> tuple[int, int]:
    try:
        month, day = given
    except (TypeError, ValueError):
        raise InvalidValue.of("first", "be (month, day), and last as well", given) from None
    return month, day


def _items(mapping: Mapping[Any, Any]) -> tuple[tuple[Any, Any], ...]:
    return tuple(sorted(mapping.items()))


def _dated(given: Mapping[dt.date, str]) -> Mapping[dt.date, str]:
    return MappingProxyType({as_date(date, "holidays"): str(given[date]) for date in sorted(given)})


@attrs.frozen(kw_only=True, field_transformer=typed)
class HolidayRule(Rebuilt):
    """Common part of all rules: a name, the first and last year, and days on which it is observed.

    `observed={"sat": -1, "sun": 1}` closes the Friday before or the Monday after as well when the holiday is on a
    weekend; the day itself stays a holiday, too. `since` and `until` are years, both included.
    """

    name: str = "holiday"
    since: int | None = attrs.field(default=None, validator=_year)
    until: int | None = attrs.field(default=None, validator=_year)
    observed: Mapping[str, int] = attrs.field(factory=dict[str, int], converter=_shifts, eq=_items)

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidValue.of("until", "not come before since", self.until, shown=f"{self.since} to {self.until}")

    def days(self, year: int) -> Iterator[dt.date]:
        """List the days of the holiday that begins in a year, before any shift."""
        raise NotImplementedError

    def named_days(self, year: int) -> Iterator[tuple[dt.date, str]]:
        """List the closed days of the holiday of a year, with their names; some may be in a neighbouring year."""
        if (self.since is not None and year < self.since) or (self.until is not None and year > self.until):
            return
        for day in self.days(year):
            yield day, self.name
            shift = self.observed.get(DAYS[day.weekday()], 0)
            for moved in _moved(day, shift) if shift else ():
                yield moved, f"{self.name} (observed)"


@declared("FixedDay")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FixedDay(HolidayRule):
    """The same day every year, such as 25 December; 29 February only in leap years.

    >>> list(FixedDay(month=12, day=25).days(2026))
    [datetime.date(2026, 12, 25)]
    """

    month: int
    day: int

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        _existing(self.month, self.day)

    def days(self, year: int) -> Iterator[dt.date]:
        """List that day, if the year has it."""
        if (self.month, self.day) != (2, 29) or _is_leap(year):
            yield dt.date(year, self.month, self.day)


@declared("NthWeekday")
@attrs.frozen(kw_only=True, field_transformer=typed)
class NthWeekday(HolidayRule):
    """The nth weekday of a month, counted from its end where negative, moved by `offset` days.

    >>> list(NthWeekday(month=5, weekday="mon", nth=-1, name="Memorial Day").days(2026))
    [datetime.date(2026, 5, 25)]
    """

    month: int
    weekday: str = attrs.field(converter=_weekday)
    nth: int = attrs.field(validator=_nth)
    offset: int = attrs.field(default=0, validator=_whole)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        _existing(self.month, 1)

    def days(self, year: int) -> Iterator[dt.date]:
        """List that day, if the month has it."""
        month = [dt.date(year, self.month, day) for day in range(1, _last_of(year, self.month) + 1)]
        found = [day for day in month if DAYS[day.weekday()] == self.weekday]
        place = self.nth - 1 if self.nth > 0 else len(found) + self.nth
        if 0 <= place < len(found):
            yield from _moved(found[place], self.offset)


@declared("EasterDay")
@attrs.frozen(kw_only=True, field_transformer=typed)
class EasterDay(HolidayRule):
    """A day counted from Easter Sunday: -2 is Good Friday, 1 Easter Monday, 39 Ascension, 50 Whit Monday.

    >>> list(EasterDay(offset=-2).days(2026)), list(EasterDay(offset=0, orthodox=True).days(2026))
    ([datetime.date(2026, 4, 3)], [datetime.date(2026, 4, 12)])
    """

    offset: int = attrs.field(validator=_whole)
    orthodox: bool = False

    def days(self, year: int) -> Iterator[dt.date]:
        """List that day, in the years for which Easter is defined."""
        if 1583 <= year <= 4099:  # noqa: PLR2004  # the years of the Gregorian reckoning that dateutil knows
            sunday = easter.easter(year, easter.EASTER_ORTHODOX if self.orthodox else easter.EASTER_WESTERN)
            yield sunday + dt.timedelta(days=self.offset)


@declared("DayRange")
@attrs.frozen(kw_only=True, field_transformer=typed)
class DayRange(HolidayRule):
    """Every day from one (month, day) to another, both included; a last day before the first is in the next year.

    The range belongs to the year of its first day, which `since` and `until` compare.

    >>> [day.isoformat() for day in DayRange(first=(12, 30), last=(1, 1)).days(2026)]
    ['2026-12-30', '2026-12-31', '2027-01-01']
    """

    first: tuple[int, int] = attrs.field(converter=_month_day)
    last: tuple[int, int] = attrs.field(converter=_month_day)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        _existing(*self.first)
        _existing(*self.last)

    def days(self, year: int) -> Iterator[dt.date]:
        """List the days of the range that begins in this year."""
        wraps = self.last < self.first
        for day in _every_day(year):
            if self.first <= (day.month, day.day) and (wraps or (day.month, day.day) <= self.last):
                yield day
        for day in _every_day(year + 1) if wraps and year < dt.MAXYEAR else ():
            if (day.month, day.day) <= self.last:
                yield day


@declared("Recurring")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Recurring(HolidayRule):
    r"""Any recurrence of RFC 5545, kept as its text; a `dateutil.rrule.rrule` is converted automatically.

    The text needs a `DTSTART`, so that its meaning does not depend on the present day. Only the dates count, and a rule
    that recurs every minute or second is refused.

    >>> first_fridays = Recurring(rule="DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYDAY=1FR;COUNT=2")
    >>> [day.isoformat() for day in first_fridays.days(2026)]
    ['2026-01-02', '2026-02-06']
    """

    rule: str

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        try:
            _recurrence(self.rule)
        except (ValueError, TypeError, AttributeError, KeyError) as reason:
            raise InvalidValue.of(
                "rule",
                "be a recurrence such as 'DTSTART:20260101\\nRRULE:FREQ=YEARLY'",
                self.rule,
                shown=f"{self.rule!r}: {reason}",
            ) from None

    def days(self, year: int) -> Iterator[dt.date]:
        """List its dates in the year."""
        yield from _recurrence(self.rule).of(year)


Given: TypeAlias = "Holidays | Mapping[dt.date, str] | Iterable[dt.date | HolidayRule | rrule.rrule]"


class _Asked(Protocol):
    def get(self, day: dt.date, /) -> str | None: ...


@declared("holidays")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Holidays(Rebuilt):
    """Holidays by date and by rule, each with its name.

    Build them with `Holidays.of(...)`; two holidays on one date close it once, with both names.
    """

    dates: Mapping[dt.date, str] = attrs.field(factory=dict[dt.date, str], converter=_dated, eq=_items)
    rules: tuple[HolidayRule, ...] = attrs.field(default=(), converter=tuple[HolidayRule, ...])
    _years: dict[int, Mapping[dt.date, str]] = attrs.field(init=False, factory=dict, eq=False, repr=False)

    @classmethod
    def of(cls, given: Given) -> "Holidays":
        """Read dates, a mapping of dates to names, rules, `dateutil` recurrences, or a `holidays` object.

        An object that fills itself on demand, as in the `holidays` package, is read for the years 1970 to 2100 at once
        and kept as dates, so that the hours stay a value. Other values are refused.
        """
        if isinstance(given, Holidays):
            return given
        if isinstance(given, Mapping):
            asked = cast("_Asked", given)
            for year in READ_YEARS:
                asked.get(dt.date(year, 1, 1))
            return cls(dates=cast("Mapping[dt.date, str]", given))
        dates: dict[dt.date, str] = {}
        rules: list[HolidayRule] = []
        for holiday in given:
            if isinstance(holiday, HolidayRule):
                rules.append(holiday)
            elif isinstance(holiday, rrule.rrule):
                rules.append(Recurring(rule=str(holiday)))
            else:
                dates[as_date(holiday, "holidays")] = "holiday"
        return cls(dates=dates, rules=rules)

    def on(self, day: dt.date) -> str | None:
        """Return the name of the holiday on a date; None on an ordinary day."""
        year = self._years.get(day.year)
        if year is None:
            year = self._years[day.year] = self._in(day.year)
        return year.get(day)

    def _in(self, year: int) -> Mapping[dt.date, str]:
        names: dict[dt.date, list[str]] = {day: [name] for day, name in self.dates.items() if day.year == year}
        for rule in self.rules:
            for begun in range(max(year - 1, dt.MINYEAR), min(year + 1, dt.MAXYEAR) + 1):
                for day, name in rule.named_days(begun):
                    if day.year == year and name not in names.setdefault(day, []):
                        names[day].append(name)
        return {day: "; ".join(listed) for day, listed in names.items()}

    def __bool__(self) -> bool:
        return bool(self.dates or self.rules)


class _Recurrence:
    """Dates of a recurrence by year, each worked out once and in order; thread-safe.

    A walk from the first date for each year would cost the square of the years, and the cache of `dateutil` blocks
    threads that read to the end of a recurrence at the same time.
    """

    def __init__(self, text: str) -> None:
        if "DTSTART" not in text:
            raise ValueError("it has no DTSTART")
        if _TOO_OFTEN.search(text):
            raise ValueError("it recurs more often than FREQ=HOURLY")
        self._rest = iter(cast("rrule.rrule", rrule.rrulestr(text, ignoretz=True)))
        self._next: dt.date | None = dt.date.min
        self._years: dict[int, list[dt.date]] = {}
        self._reading = threading.Lock()

    def of(self, year: int) -> tuple[dt.date, ...]:
        """List its dates in a year."""
        with self._reading:
            while self._next is not None and self._next.year <= year:
                at = next(self._rest, None)
                if at is not None and at.date() != self._next:
                    self._years.setdefault(at.year, []).append(at.date())
                self._next = None if at is None else at.date()
            return tuple(self._years.get(year, ()))


_recurrence = lru_cache(maxsize=256)(_Recurrence)


def _moved(day: dt.date, by: int) -> Iterator[dt.date]:
    """Give a date some days away; none beyond the years 1 to 9999."""
    ordinal = day.toordinal() + by
    if 0 < ordinal <= dt.date.max.toordinal():
        yield dt.date.fromordinal(ordinal)


def _existing(month: object, day: object) -> None:
    try:
        dt.date(_LEAP, month, day)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (ValueError, TypeError):
        raise InvalidValue.of("day", "be in the month", (month, day), shown=f"month {month!r}, day {day!r}") from None


def _every_day(year: int) -> Iterator[dt.date]:
    first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
    return map(dt.date.fromordinal, range(first, last + 1))


def _is_leap(year: int) -> bool:
    return _last_of(year, 2) == 29  # noqa: PLR2004  # days of a leap February


def _last_of(year: int, month: int) -> int:
    if month == 12:  # noqa: PLR2004  # December
        return 31
    return (dt.date(year, month + 1, 1) - dt.timedelta(days=1)).day
