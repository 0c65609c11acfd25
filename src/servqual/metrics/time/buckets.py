"""Compiled hours as tables of equal buckets: instants find their elapsed time, and back, by a shift.

    time      |....####|####....|........|..######|     # open, . closed; a bucket is 2^k microseconds
    bucket        0        1        2        3          instant >> k
    base          0        4        8        8          open time before the bucket
    gap         [0,4)    [4,8)    [0,8)    [0,2)        its one closed gap

The answer is `base + at - clip(at, gap)`: three look-ups and a little arithmetic per row, whatever the number of
holidays and spells, where a search takes a step per doubling of them. The size of buckets is chosen so that none holds
two gaps; hours with openings of a few minutes would need very small ones, so there the rows of the few crowded buckets
are searched for. The way back, from elapsed time to instants, is a table of the same shape. Where hours never close
the answer is one addition.
"""

from typing import Final, Self, TypeAlias
from weakref import WeakKeyDictionary

import attrs
import numpy as np
import numpy.typing as npt

from servqual.model.hours.spans import moment
from servqual.model.hours.timeline import Compiled, Timeline

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

ROWS: Final = 16_384  # rows of a chunk, which stays in the cache
_COARSEST: Final = 50  # buckets of 2**50 microseconds, 36 years
_FINEST: Final = 30  # buckets of 2**30 microseconds, 18 minutes
_MOST: Final = 2**22  # buckets in a table


def elapsed_table(timeline: Timeline, low: int, high: int) -> "ElapsedTable":
    """Make the table that covers all instants from low to high; years beyond 1 to 9999 are refused."""
    for instant in (low, high):
        moment(instant)
    compiled = timeline.over(low, high)
    table = _WORKS.get(timeline)
    if table is None or table.compiled is not compiled:
        table = _WORKS[timeline] = ElapsedTable.of(compiled)
    return table


def instant_table(timeline: Timeline, work: Ints, since: Ints) -> "InstantTable":
    """Make the table that covers all elapsed times; `since` are the instants from which they count."""
    compiled = timeline.over(int(since[0]), int(since[0]))
    for row in (work.argmax(), work.argmin()):
        compiled = timeline.reaching(compiled, int(work[row]), int(since[row]))
    table = _INSTANTS.get(timeline)
    if table is None or table.compiled is not compiled:
        table = _INSTANTS[timeline] = InstantTable.of(compiled)
    return table


@attrs.frozen(eq=False)
class ElapsedTable:
    """Instants to the time elapsed by them: `base + at - clip(at, gap_from, gap_to)` of the instant's bucket."""

    compiled: Compiled
    shift: int
    gap_from: Ints
    gap_to: Ints
    base: Ints
    crowded: Bools | None
    edges: Ints
    always: int | None

    @classmethod
    def of(cls, compiled: Compiled) -> Self:
        """Cut the compiled time into buckets."""
        first, last, edges = compiled.first, compiled.last, _edges(compiled)
        starts, ends = edges[1], np.append(edges[0, 1:], last)
        kept = (starts < ends) | (ends == last)
        starts, ends = starts[kept], ends[kept]
        shift, twice = _bucket_size(last - first, ends[:-1] - 1 - first, starts[1:] - first)
        left = first + (np.arange(((last - 1 - first) >> shift) + 1) << shift)
        right = left + (1 << shift)
        gap = np.searchsorted(ends, left, side="right").clip(max=ends.size - 1)
        gap_from, gap_to = np.clip(starts[gap], left, right), np.clip(ends[gap], left, right)
        base = _elapsed_by(edges, left) - left + gap_from
        return cls(compiled, shift, gap_from, gap_to, base, _marked(left.size, twice), edges, _always(compiled))

    def at(self, instants: Ints, out: Ints, scratch: Ints) -> Ints:
        """Write the time elapsed by instants that the table covers to `out`, another array."""
        if self.always is not None:
            return np.subtract(instants, self.always, out=out)
        bucket, other = scratch[0, : out.size], scratch[1, : out.size]
        np.subtract(instants, self.compiled.first, out=bucket)
        np.right_shift(bucket, self.shift, out=bucket)
        np.take(self.gap_from, bucket, out=out, mode="clip")
        np.maximum(instants, out, out=out)
        np.take(self.gap_to, bucket, out=other, mode="clip")
        np.minimum(out, other, out=out)
        np.subtract(instants, out, out=out)
        np.take(self.base, bucket, out=other, mode="clip")
        np.add(out, other, out=out)
        if self.crowded is not None:
            rows = np.flatnonzero(self.crowded.take(bucket, mode="clip"))
            out[rows] = _elapsed_by(self.edges, instants[rows])
        return out


@attrs.frozen(eq=False)
class InstantTable:
    """Elapsed time to the instant at which the clock goes on: itself, plus the closed time before or from the step."""

    compiled: Compiled
    shift: int
    step: Ints
    closed: Ints
    less: Ints
    crowded: Bools | None
    edges: Ints
    always: int | None

    @classmethod
    def of(cls, compiled: Compiled) -> Self:
        """Cut the compiled elapsed time into buckets."""
        first, total, edges = compiled.before[0], compiled.total, _edges(compiled)
        opens, _, before = edges
        shift, twice = _bucket_size(total - first, before[1:-1] - first, before[2:] - first)
        left = first + (np.arange(((total - first) >> shift) + 1) << shift)
        piece = np.searchsorted(before, left, side="right") - 1
        later = np.minimum(piece + 1, before.size - 1)
        closed = opens - before
        step = np.where(later > piece, before[later], left + (1 << shift))
        less = closed[piece] - closed[later]
        return cls(compiled, shift, step, closed[later], less, _marked(left.size, twice), edges, _always(compiled))

    def at(self, work: Ints, out: Ints, scratch: Ints) -> Ints:
        """Write the instants at which the clock goes on after elapsed times to `out`, another array."""
        if self.always is not None:
            return np.add(work, self.always, out=out)
        bucket, other = scratch[0, : out.size], scratch[1, : out.size]
        np.subtract(work, self.compiled.before[0], out=bucket)
        np.right_shift(bucket, self.shift, out=bucket)
        np.take(self.step, bucket, out=out, mode="clip")
        np.subtract(work, out, out=out)
        np.right_shift(out, 63, out=out)  # all ones before the step, all zeros from it on
        np.take(self.less, bucket, out=other, mode="clip")
        np.bitwise_and(out, other, out=out)
        np.take(self.closed, bucket, out=other, mode="clip")
        np.add(out, other, out=out)
        np.add(out, work, out=out)
        if self.crowded is not None:
            rows = np.flatnonzero(self.crowded.take(bucket, mode="clip"))
            out[rows] = _instant_of(self.edges, work[rows])
        return out


_WORKS: Final[WeakKeyDictionary[Timeline, ElapsedTable]] = WeakKeyDictionary()
_INSTANTS: Final[WeakKeyDictionary[Timeline, InstantTable]] = WeakKeyDictionary()


def _bucket_size(span: int, lower: Ints, upper: Ints) -> tuple[int, Ints]:
    """Largest size, as a shift, at which no bucket holds a pair of edges; else also the buckets that do."""
    finest = next(shift for shift in range(_FINEST, 64) if span >> shift < _MOST)
    for shift in range(max(_COARSEST, finest), finest, -1):
        if not (lower >> shift == upper >> shift).any():
            return shift, lower[:0]
    return finest, (lower >> finest)[lower >> finest == upper >> finest]


def _marked(size: int, buckets: Ints) -> Bools | None:
    if not buckets.size:
        return None
    marked = np.zeros(size, np.bool_)
    marked[buckets] = True
    return marked


def _always(compiled: Compiled) -> int | None:
    """Distance of an instant from its elapsed time where hours never close, round the clock; else None."""
    opens, closes, before = (edge[-1] for edge in (compiled.opens, compiled.closes, compiled.before))
    return opens - before if opens <= compiled.first and closes >= compiled.last else None


def _edges(compiled: Compiled) -> Ints:
    """Rows of openings, closes, and the elapsed time before each."""
    return np.array([compiled.opens, compiled.closes, compiled.before], np.int64)


def _elapsed_by(edges: Ints, instants: Ints) -> Ints:
    opens, closes, before = edges
    i = np.searchsorted(opens, instants, side="right") - 1
    done: Ints = before[i] + np.minimum(instants, closes[i]) - opens[i]
    return done


def _instant_of(edges: Ints, work: Ints) -> Ints:
    opens, _, before = edges
    i = np.searchsorted(before, work, side="right") - 1
    at: Ints = opens[i] + work - before[i]
    return at
