"""Opening hours compiled to arithmetic: from an instant to the open time elapsed by then, and back.

             first   Mon 9-17   Tue 9-17      three sorted columns; the empty span at `first` spares a case
    opens    Jan 1   Mon  9     Tue  9        before it
    closes   Jan 1   Mon 17     Tue 17
    before   0       0          8 h           elapsed before each span

    elapsed(Tue 11) = 8 h + (Tue 11 - Tue 9) = 10 h        instant(10 h) = Tue 9 + (10 h - 8 h) = Tue 11

An answer costs one bisection, O(log n), and elapsed time between two instants is one subtraction. The simple way, a
walk over the days between two instants, costs every answer all those days again.

Hours are compiled in whole years (UTC) on demand. A wider timeline keeps the old counts and gives earlier spans
negative ones, so the elapsed time of an instant never changes. Each growth makes a new `Compiled`, which never changes:
a reader keeps a consistent one without a lock. Only growth takes a lock, so that there is one first `Compiled`, from
whose start all counts of a timeline begin, and answers of several look-ups may mix an old one and a wider one.
"""

import datetime as dt
import threading
from bisect import bisect_left, bisect_right
from typing import Final, Protocol, Self

import attrs

from servqual.errors import InvalidValue
from servqual.model.hours.spans import DAY, FIRST, LAST, Spans, clipped, join, micros, moment

CENTURY: Final = 36_525 * DAY


@attrs.frozen
class Compiled:
    """Open spans of [first, last) after an empty one at `first`, and the time elapsed before each."""

    first: int
    last: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]

    @classmethod
    def of(cls, first: int, last: int, spans: Spans, before: int) -> Self:
        """Compile the open spans of [first, last), with the time elapsed before `first`."""
        opens, closes, elapsed = [first], [first], [before]
        for start, end in spans:
            elapsed.append(elapsed[-1] + closes[-1] - opens[-1])
            opens.append(start)
            closes.append(end)
        return cls(first, last, tuple(opens), tuple(closes), tuple(elapsed))

    def covers(self, start: int, end: int) -> bool:
        """Whether it holds the time from start to end, both included."""
        return self.first <= start and end < self.last

    def between(self, start: int, end: int) -> Spans:
        """Cut the open spans at two instants."""
        part = slice(bisect_right(self.closes, start), bisect_left(self.opens, end))
        return clipped(list(zip(self.opens[part], self.closes[part], strict=True)), start, end)

    @property
    def total(self) -> int:
        """Time elapsed by `last`."""
        return self.before[-1] + self.closes[-1] - self.opens[-1]

    def close_of(self, at: int) -> int:
        """Return the close of the last span that opened by an instant; it is later than an open instant."""
        return self.closes[bisect_right(self.opens, at) - 1]

    def elapsed(self, at: int) -> int:
        """Return the time elapsed by an instant."""
        i = bisect_right(self.opens, at) - 1
        return self.before[i] + min(at, self.closes[i]) - self.opens[i]

    def instant(self, elapsed: int) -> int:
        """Return the last instant by which no more than this has elapsed; at a close, the next opening."""
        i = bisect_right(self.before, elapsed) - 1
        return self.opens[i] + elapsed - self.before[i]


class Source(Protocol):
    """Hours that a timeline compiles."""

    def open_between(self, start: int, end: int) -> Spans:
        """List the open spans between two instants."""
        ...

    def is_steady(self) -> bool:
        """Say whether they are always open or never, so that all time is one span or none."""
        ...


class Timeline:
    """Compiled part of some hours, replaced as a whole by a wider one; thread-safe."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._compiled: Compiled | None = None
        self._growing = threading.Lock()

    def over(self, start: int, end: int) -> Compiled:
        """Compile the time from start to end, both included."""
        compiled = self._compiled
        if compiled is None or not compiled.covers(start, end):
            with self._growing:
                compiled = self._compiled  # another thread may have made it meanwhile
                if compiled is None or not compiled.covers(start, end):
                    self._compiled = compiled = self._grown(compiled, start, end)
        return compiled

    def reaching(self, compiled: Compiled, elapsed: int, since: int) -> Compiled:
        """Compile the future or the past of an instant up to the moment when more than this has elapsed.

        It is refused when the hours are closed for a century, or when the calendar ends.
        """
        while elapsed >= compiled.total:
            seen = max(since, compiled.closes[-1])
            if compiled.last > LAST or compiled.last - seen > CENTURY:
                raise _never(since, "after")
            more = max(elapsed - compiled.total, compiled.last - seen)
            compiled = self.over(compiled.first, min(LAST, compiled.last + more))
        while elapsed < compiled.before[0]:
            seen = min([since, *compiled.opens[1:2]])
            if compiled.first <= FIRST or seen - compiled.first > CENTURY:
                raise _never(since, "before")
            more = max(compiled.before[0] - elapsed, seen - compiled.first, 1)
            compiled = self.over(max(FIRST, compiled.first - more), compiled.last - 1)
        return compiled

    def _grown(self, old: Compiled | None, start: int, end: int) -> Compiled:
        if self._source.is_steady():
            return Compiled.of(FIRST, LAST + 1, self._source.open_between(FIRST, LAST + 1), 0)
        first = _year(start)
        last = _year(end, after=1)
        if old is None:
            return Compiled.of(first, last, self._source.open_between(first, last), 0)
        first, last = min(first, old.first), max(last, old.last)
        past = self._source.open_between(first, old.first) if first < old.first else []
        future = self._source.open_between(old.last, last) if last > old.last else []
        earlier = sum(end - start for start, end in past)
        return Compiled.of(
            first, last, join([*past, *old.between(old.first, old.last), *future]), old.before[0] - earlier
        )


def _year(at: int, after: int = 0) -> int:
    """Return the beginning of the year (UTC) of an instant, or of a later year."""
    year = moment(at).year + after
    return micros(dt.datetime(year, 1, 1, tzinfo=dt.UTC)) if year <= dt.MAXYEAR else LAST + 1


def _never(since: int, side: str) -> InvalidValue:
    return InvalidValue.of(
        "work",
        f"fit into hours that are open {side} {moment(since).isoformat()}",
        None,
        shown="hours that are closed for a century, or more work than the calendar holds",
        do="give the hours a week or special days, or ask for less work",
    )
