"""The spans of time that a report speaks of: what was asked for, cut to whole weeks or months, and the span before."""

import datetime as dt
from typing import Final, Literal, TypeAlias, get_args

import attrs

from servqual.errors import InvalidValue
from servqual.pdca.verdicts.wall import at_wall, on_wall
from servqual.readers.columns.calendar import Days, months_on

Span: TypeAlias = tuple[dt.datetime, dt.datetime]
Every: TypeAlias = Literal["day", "week", "month"]
EVERY: Final[tuple[Every, ...]] = get_args(Every)
_DAY: Final = dt.timedelta(days=1)
_SLACK: Final = 3
"""A month is reached by data that begin on its third day: it may begin with a weekend and a holiday."""
_MONTH: Final = dt.timedelta(days=28)
_MONTHS_FROM: Final = 200
"""The days of data from which on figures are told by month."""


@attrs.frozen
class Pair:
    """Two spans that are held together; the one before is seen from as long after its end as the one after."""

    before: Span
    after: Span
    now: dt.datetime

    @property
    def then(self) -> dt.datetime:
        """The moment from which the span before is seen."""
        return self.now - (self.after[1] - self.before[1])


def usual_period(days: Days) -> tuple[Every, str]:
    """Choose the period by which so many days are told, and say why; the last day is not over.

    >>> usual_period((dt.date(2026, 5, 4), dt.date(2026, 5, 14)))
    ('day', 'there are no two whole weeks')
    """
    first, end = days
    if (end - first).days >= _MONTHS_FROM:
        return "month", f"there are {_MONTHS_FROM} days or more"
    start, after = period_of(first, "week")
    weeks = (period_of(end, "week")[0] - (start if reached((start, after), first) else after)).days // 7
    if weeks >= 2:  # noqa: PLR2004  (one to hold against the other)
        return "week", f"there are {weeks} whole weeks and less than {_MONTHS_FROM} days"
    return "day", "there are no two whole weeks"


def before(days: Days) -> Days:
    """Give the days before: as many whole months before whole months, else as many days.

    >>> before((dt.date(2026, 5, 1), dt.date(2026, 8, 1)))
    (datetime.date(2026, 2, 1), datetime.date(2026, 5, 1))
    """
    start, end = days
    if start.day == end.day == 1:
        return months_on(start, 12 * (start.year - end.year) + start.month - end.month), start
    return start - (end - start), start


def period_of(day: dt.date, every: str) -> Days:
    """Give the week or month in which a day lies, or the day itself."""
    if every == "day":
        return day, day + _DAY
    if every == "week":
        start = day - day.weekday() * _DAY
        return start, start + 7 * _DAY
    start = day.replace(day=1)
    return start, months_on(start, 1)


def whole_of(first: dt.date, now: dt.date, every: str) -> Days:
    """Give the whole days, weeks or months of data that begin on a day and are seen on another, which is not over.

    >>> whole_of(dt.date(2026, 5, 3), dt.date(2026, 7, 9), "month")
    (datetime.date(2026, 5, 1), datetime.date(2026, 7, 1))
    """
    start, after = period_of(first, every)
    if not reached((start, after), first):
        start = after
    end = period_of(now, every)[0]
    if end <= start:
        raise InvalidValue.of(
            "whole",
            f"find a whole {every} between the first case, {first}, and now, {now}",
            True,  # noqa: FBT003  (what was asked)
            do="leave it out, or pass --now where the export ends with the period, such as the day after it",
        )
    return start, end


def reached(days: Days, first: dt.date) -> bool:
    """Whether data that begin on a day are taken to hold all of a span."""
    slack = _SLACK - 1 if days[1] - days[0] >= _MONTH else 0
    return first <= days[0] + slack * _DAY


def pair(days: Days, earlier: Days, now: dt.datetime, zone: dt.tzinfo) -> Pair:
    """Make moments of two spans of days in a zone; one that is not over at `now`, and the one before, are cut there."""
    now = now.astimezone(dt.UTC)  # moments of one zone would be told apart by the wall clock
    start, end, start_before, end_before = (at_wall(_midnight(day), zone) for day in (*days, *earlier))
    if now < end:
        end_before = min(
            at_wall(on_wall(start_before, zone) + (on_wall(now, zone) - on_wall(start, zone)), zone), start
        )
        end = now
    return Pair(before=(start_before, end_before), after=(start, end), now=now)


def span_of(days: Days, zone: dt.tzinfo) -> Span:
    """Make moments of a span of days in a zone."""
    return at_wall(_midnight(days[0]), zone), at_wall(_midnight(days[1]), zone)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())
