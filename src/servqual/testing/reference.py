"""Slow and obvious versions of the fast code, to check it and other programs.

Hours are read minute by minute off the wall clock, straight from their definition: no arithmetic on offsets, no
tables, no cumulative sums. Use whole minutes, and days rather than years. KPIs are judged row by row, in plain Python;
see `servqual.testing.kpis`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, CombinedHours, DatedHours, Hours, Window
from servqual.model.hours.spells import DAYS, day_spells

_MINUTE = dt.timedelta(minutes=1)
_DAY = 1440
_MARGIN = 26 * 60  # minutes; no zone ever changed its clock by more


def elapsed(hours: Hours, start: dt.datetime, end: dt.datetime, *, without: Iterable[Window] = ()) -> dt.timedelta:
    """Count the open time between two moments, minute by minute, of real or of wall time.

    >>> hours = BusinessHours(zone="UTC", week={"mon": "09:00-17:00"})
    >>> elapsed(hours, dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC), dt.datetime(2026, 5, 4, 9, 30, tzinfo=dt.UTC))
    datetime.timedelta(seconds=1800)
    """
    if end < start:
        return -elapsed(hours, end, start, without=without)
    if isinstance(hours, BusinessHours) and hours.shown is not None:
        away = [Window(start=_shown(hours, pause.start), end=_shown(hours, pause.end)) for pause in without]
        return elapsed(hours.shown, _shown(hours, start), _shown(hours, end), without=away)
    return _MINUTE * sum(_counted(hours, start, (end - start) // _MINUTE, tuple(without)))


def after(hours: Hours, start: dt.datetime, work: dt.timedelta, *, without: Iterable[Window] = ()) -> dt.datetime:
    """Find the moment by which so much open time has passed, walking minute by minute, forward or backward.

    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> after(hours, dt.datetime(2026, 5, 8, 16, tzinfo=dt.UTC), dt.timedelta(hours=2)).isoformat()
    '2026-05-11T10:00:00+00:00'
    """
    pauses, at, left = tuple(without), start.astimezone(dt.UTC), abs(work) // _MINUTE
    while left:
        first = at if work > dt.timedelta() else at - _DAY * _MINUTE
        day = _counted(hours, first, _DAY, pauses)
        for counted in day if work > dt.timedelta() else reversed(day):
            if left:
                left -= counted
                at += _MINUTE if work > dt.timedelta() else -_MINUTE
    return at


def is_open(hours: Hours, at: dt.datetime) -> bool:
    """Tell whether it is open in the minute that begins at a moment."""
    return open_minutes(hours, at, 1)[0]


def open_minutes(hours: Hours, start: dt.datetime, count: int) -> list[bool]:
    """Tell for each of `count` minutes from a start whether it is open."""
    match hours:
        case CombinedHours():
            both = zip(open_minutes(hours.left, start, count), open_minutes(hours.right, start, count), strict=True)
            return [{"|": a or b, "&": a and b, "-": a and not b}[hours.how] for a, b in both]
        case DatedHours():
            eras = [(since, open_minutes(era, start, count)) for since, era in hours.eras]
            at = [start + _MINUTE * i for i in range(count)]
            return [[era for since, era in eras if since is None or since <= at[i]][-1][i] for i in range(count)]
        case BusinessHours():
            return _open_in_week(hours, start, count)
        case _:
            raise InvalidValue.of("hours", "be of a kind that the reference knows", hours)


def _open_in_week(hours: BusinessHours, start: dt.datetime, count: int) -> list[bool]:
    """Open each shift from the minute when the clock showed its opening to the minute when it showed its close."""
    begin = start.astimezone(dt.UTC) - _MARGIN * _MINUTE
    shown = [(begin + _MINUTE * i).astimezone(hours.zone).replace(tzinfo=None) for i in range(count + 2 * _MARGIN)]
    first, last = min(shown).date(), max(shown).date()
    dates = [first + dt.timedelta(days=i) for i in range(-2, (last - first).days + 2)]

    def minutes(date: dt.date, edges: tuple[int, int]) -> range:
        opens, closes = _at(date, edges)
        opening = _minute(shown, opens, hours.gap, last=hours.fold == "second")
        return range(opening, _minute(shown, closes, hours.gap, last=hours.fold != "first"))

    shifts = [minutes(date, edges) for date in dates for edges in _shifts(hours, date)]
    breaks = [minutes(date, edges) for date in dates for edges in day_spells(hours.breaks.get(date, ""), "breaks")]
    on = {i for shift in shifts for i in shift} - {i for away in breaks for i in away}
    return [i in on for i in range(_MARGIN, _MARGIN + count)]


def _shown(hours: BusinessHours, at: dt.datetime) -> dt.datetime:
    """Find the latest time that the clock has shown by a moment, as if it were UTC."""
    before = (at.astimezone(dt.UTC) - _MINUTE * i for i in range(1, _MARGIN))
    now, *ended = (moment.astimezone(hours.zone).replace(tzinfo=dt.UTC) for moment in (at, *before))
    return max(now, *(minute + _MINUTE for minute in ended))


def _minute(shown: list[dt.datetime], edge: dt.datetime, gap: str, *, last: bool) -> int:
    """Find the minute when the clock showed an edge, first or last; in a gap by the reading `gap`."""
    if edge in shown:
        return len(shown) - 1 - shown[::-1].index(edge) if last else shown.index(edge)
    later = next((i for i, time in enumerate(shown) if time > edge), len(shown))
    if later in {0, len(shown)} or gap == "end":
        return later
    if gap == "later":  # the clock goes on as it did before it was put forward
        return later - 1 + (edge - shown[later - 1]) // _MINUTE
    return later - (shown[later] - edge) // _MINUTE


def _shifts(hours: BusinessHours, date: dt.date) -> Iterator[tuple[int, int]]:
    if _is_holiday(hours, date):
        return
    for opens, closes in day_spells(hours.special.get(date, hours.week.get(DAYS[date.weekday()], "")), "week"):
        cut = hours.holiday_cuts_night and _is_holiday(hours, date + dt.timedelta(days=1))
        yield opens, min(closes, 86_400_000_000) if cut else closes


def _is_holiday(hours: BusinessHours, date: dt.date) -> bool:
    return hours.holidays.on(date) is not None and (hours.holiday_wins or date not in hours.special)


def _at(date: dt.date, edges: tuple[int, int]) -> tuple[dt.datetime, dt.datetime]:
    opens, closes = (dt.datetime.combine(date, dt.time()) + dt.timedelta(microseconds=edge) for edge in edges)
    return opens, closes


def _counted(hours: Hours, start: dt.datetime, count: int, pauses: tuple[Window, ...]) -> list[bool]:
    minutes = [start.astimezone(dt.UTC) + _MINUTE * i for i in range(count)]
    return [
        is_open and not any(pause.start <= at < pause.end for pause in pauses)
        for at, is_open in zip(minutes, open_minutes(hours, start, count), strict=True)
    ]
