"""Spans of time as sorted pairs of whole microseconds, with union, intersection and difference.

            9:00     12:00   13:00    17:00
    spans     |========|       |========|       [(9 h, 12 h), (13 h, 17 h)]
    away           |===============|            [(11 h, 15 h)]
    take_out  |====|               |====|       [(9 h, 11 h), (15 h, 17 h)]

A span is `[start, end)` in microseconds since 1970 in UTC. A list of spans is sorted, and its spans are not empty and
do not touch. All functions keep this form. So `clipped` finds its part by bisection, and `overlap` is one pass over two
lists, O(n + m); `take_out` is the overlap with the gaps between `away`; `join` sorts first, O(n log n).

Whole numbers and not datetimes, because the calendar of one year has hundreds of spans, and each subtraction of two
datetimes makes another object.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from servqual._checks import as_instant
from servqual.errors import InvalidValue

Spans = list[tuple[int, int]]

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DAY: Final = 86_400_000_000


def micros(at: dt.datetime, field: str = "at") -> int:
    """Convert an aware moment to microseconds since 1970 in UTC; refuse a naive one."""
    try:
        since = at - EPOCH
    except TypeError:
        since = as_instant(at, field) - EPOCH  # says what is wrong
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(at: int) -> dt.datetime:
    """Convert microseconds since 1970 to a moment in UTC; refuse one outside the years 1 to 9999."""
    try:
        return EPOCH + dt.timedelta(microseconds=at)
    except OverflowError:
        raise InvalidValue.of(
            "moment", "lie in the years 1 to 9999", at, shown=f"{at} microseconds from 1970", do="ask for less work"
        ) from None


FIRST: Final = micros(dt.datetime.min.replace(tzinfo=dt.UTC))
LAST: Final = micros(dt.datetime.max.replace(tzinfo=dt.UTC))


def join(spans: Iterable[tuple[int, int]]) -> Spans:
    """Sort spans, merge those that touch or overlap, and drop empty ones."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def overlap(left: Spans, right: Spans) -> Spans:
    """Intersect two lists of spans."""
    shared: Spans = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            shared.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return shared


def take_out(whole: Spans, away: Spans) -> Spans:
    """Subtract spans from others."""
    edges = [FIRST - DAY, *(edge for span in away for edge in span), LAST + DAY]
    return overlap(whole, list(zip(edges[::2], edges[1::2], strict=True)))


def clipped(spans: Spans, start: int, end: int) -> Spans:
    """Cut spans at two moments; bisection skips all spans outside."""
    first = bisect_right(spans, start, key=itemgetter(1))
    part = spans[first : bisect_left(spans, end, key=itemgetter(0))] if start < end else []
    if part:
        part[0] = (max(part[0][0], start), part[0][1])
        part[-1] = (part[-1][0], min(part[-1][1], end))
    return part
