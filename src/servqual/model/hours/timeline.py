"""Opening hours compiled to arithmetic: from any instant to the work done by then, and back.

Work is counted in open microseconds from a fixed origin, so the work between two instants is a subtraction. What is
compiled grows, year by year, with what is asked; the counts of an instant never change as it grows.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from typing import Final, Protocol, Self

import attrs

from servqual.errors import InvalidValue
from servqual.model.hours.spans import DAY, FIRST, LAST, Spans, clipped, join, micros, moment

CENTURY: Final = 36_525 * DAY


@attrs.frozen
class Compiled:
    """The open spans of [first, last), led by an empty one at `first`, and the work before each."""

    first: int
    last: int
    opens: list[int]
    closes: list[int]
    before: list[int]

    @classmethod
    def of(cls, first: int, last: int, spans: Spans, before: int) -> Self:
        """From the open spans of [first, last), and the work before `first`."""
        opens, closes, work = [first], [first], [before]
        for start, end in spans:
            work.append(work[-1] + closes[-1] - opens[-1])
            opens.append(start)
            closes.append(end)
        return cls(first, last, opens, closes, work)

    def between(self, start: int, end: int) -> Spans:
        """The open spans between two instants, cut at both."""
        part = slice(bisect_right(self.closes, start), bisect_left(self.opens, end))
        return clipped(list(zip(self.opens[part], self.closes[part], strict=True)), start, end)

    @property
    def total(self) -> int:
        """The work done by the end of what is compiled."""
        return self.before[-1] + self.closes[-1] - self.opens[-1]

    def close_of(self, at: int) -> int:
        """The close of the last span that opened by an instant; after the instant, where it is open."""
        return self.closes[bisect_right(self.opens, at) - 1]

    def work(self, at: int) -> int:
        """The work done by an instant."""
        i = bisect_right(self.opens, at) - 1
        return self.before[i] + min(at, self.closes[i]) - self.opens[i]

    def instant(self, work: int) -> int:
        """The last instant by which no more than this work is done; at a close, the next opening."""
        i = bisect_right(self.before, work) - 1
        return self.opens[i] + work - self.before[i]


class Source(Protocol):
    """What a timeline compiles."""

    def open_between(self, start: int, end: int) -> Spans:
        """The open spans between two instants."""
        ...

    def is_steady(self) -> bool:
        """Whether the answer is the same all the time, so that all time costs as much as a day."""
        ...


class Timeline:
    """What has been compiled so far of some hours, replaced as a whole when more is asked."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._compiled: Compiled | None = None

    def over(self, start: int, end: int) -> Compiled:
        """Everything from start to end, compiled."""
        compiled = self._compiled
        if compiled is None or start < compiled.first or end >= compiled.last:
            self._compiled = compiled = self._grown(compiled, start, end)
        return compiled

    def reaching(self, compiled: Compiled, work: int, since: int) -> Compiled:
        """Enough of the future or the past of an instant to hold the moment when this work goes on.

        It is refused once nothing is open for a century on end, or when time ends.
        """
        while work >= compiled.total:
            seen = max(since, compiled.closes[-1])
            if compiled.last > LAST or compiled.last - seen > CENTURY:
                raise _never(since, "after")
            more = max(work - compiled.total, compiled.last - seen)
            compiled = self.over(compiled.first, min(LAST, compiled.last + more))
        while work < compiled.before[0]:
            seen = min([since, *compiled.opens[1:2]])
            if compiled.first <= FIRST or seen - compiled.first > CENTURY:
                raise _never(since, "before")
            more = max(compiled.before[0] - work, seen - compiled.first, 1)
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
        undone = sum(end - start for start, end in past)
        return Compiled.of(
            first, last, join([*past, *old.between(old.first, old.last), *future]), old.before[0] - undone
        )


def _year(at: int, after: int = 0) -> int:
    """The beginning of the year (UTC) of an instant, or of a year after it."""
    year = moment(at).year + after
    return micros(dt.datetime(year, 1, 1, tzinfo=dt.UTC)) if year <= dt.MAXYEAR else LAST + 1


def _never(since: int, side: str) -> InvalidValue:
    return InvalidValue(
        f"work needs hours that are open {side} {moment(since).isoformat()} (got hours that are shut for a century, or "
        "more work than the calendar holds); give the hours a week or special days, or ask for less work",
        field="work",
        expected="hours that open",
    )
