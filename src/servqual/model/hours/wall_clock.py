"""Wall-clock time of a zone as instants: when a spell that people wrote down really opens and closes; and back.

A spell edge inside a gap of the clock is no time at all. It moves to the `end` of the gap, the first instant that
exists; or it is read as if the clock had not been put forward yet, which is `later`; or as if it had been before, which
is `earlier`. Where the clock shows a time twice, a spell opens at the first and closes at the second, so that it has
`both`; or both its edges are the `first`, or the `second`.

What the clock has shown by an instant never goes back: an hour that it shows twice is new the first time only, and one
that it skips is shown all at once.
"""

import datetime as dt
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from servqual.model.hours.spans import DAY, FIRST, LAST

Gap: TypeAlias = Literal["end", "later", "earlier"]
Fold: TypeAlias = Literal["both", "first", "second"]

_NAIVE_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001  # wall-clock arithmetic, on purpose
_EPOCH_DAY: Final = _NAIVE_EPOCH.toordinal()
_SECOND: Final = 1_000_000


def opening(zone: ZoneInfo, day: int, since_midnight: int, gap: Gap = "end", fold: Fold = "both") -> int:
    """The first instant at which a spell that opens at this time of this day (a date's ordinal) is open."""
    return _instant(zone, day, since_midnight, gap, first=fold != "second")


def closing(zone: ZoneInfo, day: int, since_midnight: int, gap: Gap = "end", fold: Fold = "both") -> int:
    """The instant from which a spell that closes at this time of this day is closed."""
    return _instant(zone, day, since_midnight, gap, first=fold == "first")


def day_of(zone: ZoneInfo, at: int) -> int:
    """The ordinal of the date that a zone's calendar shows at an instant."""
    return _EPOCH_DAY + (at + _whole(_offset_at(zone, at))) // DAY


def shown_at(zone: ZoneInfo, at: int) -> int:
    """The furthest wall-clock time that a zone has shown by an instant, in microseconds since its own 1970."""
    wall = at + _whole(_offset_at(zone, at))
    before, after = _offsets(zone, wall)
    if before > after and at == wall - after:
        wall = _change(zone, wall - before, at) + before
    return wall


def shown_by(zone: ZoneInfo, wall: int, *, first: bool) -> int:
    """The first instant by which a zone has shown a wall-clock time, or the last by which it has shown no more."""
    at = opening(zone, _EPOCH_DAY + wall // DAY, wall % DAY)
    if not first:
        return at
    return min(at, opening(zone, _EPOCH_DAY + (wall - 1) // DAY, (wall - 1) % DAY) + 1)


def _instant(zone: ZoneInfo, day: int, since_midnight: int, gap: Gap, *, first: bool) -> int:
    wall = (day - _EPOCH_DAY) * DAY + since_midnight
    before, after = _offsets(zone, wall)
    if before >= after:
        return wall - (before if first else after)
    if gap == "end":
        return _change(zone, wall - after, wall - before)
    return wall - (before if gap == "later" else after)


def _offsets(zone: ZoneInfo, wall: int) -> tuple[int, int]:
    """What the zone adds to UTC at a wall-clock time: read before a change of the clock, and after it."""
    time = _wall(wall)
    return _whole(zone.utcoffset(time)), _whole(zone.utcoffset(time.replace(fold=1)))


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The instant, after `low` and not after `high`, at which the clock is changed."""
    low, high = low // _SECOND, -(-high // _SECOND)
    old = _offset_at(zone, low * _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(zone, middle * _SECOND) == old:
            low = middle
        else:
            high = middle
    return high * _SECOND


def _offset_at(zone: ZoneInfo, utc: int) -> dt.timedelta | None:
    at = _wall(min(max(utc, FIRST + 2 * DAY), LAST - 2 * DAY))  # on the first and last days a zone's clock has no date
    return zone.fromutc(at.replace(tzinfo=zone)).utcoffset()


def _wall(micros: int) -> dt.datetime:
    return _NAIVE_EPOCH + dt.timedelta(microseconds=min(max(micros, FIRST), LAST))


def _whole(offset: dt.timedelta | None) -> int:
    assert offset is not None  # a named zone always knows its offset
    return (offset.days * 86_400 + offset.seconds) * _SECOND
