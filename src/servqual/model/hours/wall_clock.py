"""Wall-clock time of a zone as instants: the real opening and closing of a written spell, and back.

    gap: the clock skips 2:00 to 3:00        fold: the clock shows 2:00 to 3:00 twice
    wall   1:00   1:59 | 3:00   3:59         wall   2:00   2:59 | 2:00   2:59   3:00
    UTC    0:00   0:59 | 1:00   1:59         UTC    0:00   0:59 | 1:00   1:59   2:00

An opening or closing in a gap moves to the `end` of the gap (here 1:00 UTC); or it is read with the offset before the
change, which is `later` (2:30 as 1:30 UTC); or with the offset after it, which is `earlier` (2:30 as 0:30 UTC). A spell
in a fold opens at the first and closes at the second showing, so that it has `both`; or both its edges are the `first`,
or the `second`.

The furthest time that a clock has shown never goes back: an hour shown twice is new the first time only, and a skipped
hour is shown at once.

The offsets before and after a change are those of Python's `fold=0` and `fold=1`: equal in an ordinary hour, so that
an edge costs two lookups. Only gaps and repeated hours search for the instant of the change, by bisection over seconds,
because `zoneinfo` lists no changes. Arithmetic on aware datetimes is no way: within one zone it ignores the offset.
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
    """Return the first open instant of a spell that opens at this time of this day (the ordinal of a date)."""
    return _instant(zone, day, since_midnight, gap, first=fold != "second")


def closing(zone: ZoneInfo, day: int, since_midnight: int, gap: Gap = "end", fold: Fold = "both") -> int:
    """Return the first closed instant after a spell that closes at this time of this day."""
    return _instant(zone, day, since_midnight, gap, first=fold == "first")


def day_of(zone: ZoneInfo, at: int) -> int:
    """Return the ordinal of the date in a zone at an instant."""
    return _EPOCH_DAY + (at + _whole(_offset_at(zone, at))) // DAY


def shown_at(zone: ZoneInfo, at: int) -> int:
    """Return the furthest wall-clock time shown by an instant, in microseconds since 1970 of the zone."""
    wall = at + _whole(_offset_at(zone, at))
    before, after = _offsets(zone, wall)
    if before > after and at == wall - after:
        wall = _change(zone, wall - before, at) + before
    return wall


def shown_by(zone: ZoneInfo, wall: int, *, first: bool) -> int:
    """Return the first instant by which a wall-clock time was shown, or the last by which no later time was."""
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
    """Return the offsets from UTC at a wall-clock time: before a change of the clock, and after it."""
    time = _wall(wall)
    return _whole(zone.utcoffset(time)), _whole(zone.utcoffset(time.replace(fold=1)))


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """Find the instant of the change of the clock, after `low` and not after `high`."""
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
