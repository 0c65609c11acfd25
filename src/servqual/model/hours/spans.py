"""Spans of time as pairs of whole microseconds since 1970 in UTC, in order and apart: joined, shared, taken out."""

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
    """An aware moment as microseconds since 1970 in UTC; a naive one is refused."""
    try:
        since = at - EPOCH
    except TypeError:
        since = as_instant(at, field) - EPOCH  # says what is wrong
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(at: int) -> dt.datetime:
    """Microseconds since 1970 as a moment in UTC; beyond the years 1 to 9999 there are none."""
    try:
        return EPOCH + dt.timedelta(microseconds=at)
    except OverflowError:
        raise InvalidValue(
            f"a moment must lie in the years 1 to 9999 (got {at} microseconds from 1970); ask for less work",
            got=at,
        ) from None


FIRST: Final = micros(dt.datetime.min.replace(tzinfo=dt.UTC))
LAST: Final = micros(dt.datetime.max.replace(tzinfo=dt.UTC))


def join(spans: Iterable[tuple[int, int]]) -> Spans:
    """The union: in order, with those that touch or overlap made one, and without the empty."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def overlap(left: Spans, right: Spans) -> Spans:
    """What lies in both."""
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
    """What lies in the first and not in the second."""
    edges = [FIRST - DAY, *(edge for span in away for edge in span), LAST + DAY]
    return overlap(whole, list(zip(edges[::2], edges[1::2], strict=True)))


def clipped(spans: Spans, start: int, end: int) -> Spans:
    """What lies between two moments, found by search: most of what is not asked for is never looked at."""
    first = bisect_right(spans, start, key=itemgetter(1))
    part = spans[first : bisect_left(spans, end, key=itemgetter(0))] if start < end else []
    if part:
        part[0] = (max(part[0][0], start), part[0][1])
        part[-1] = (part[-1][0], min(part[-1][1], end))
    return part
