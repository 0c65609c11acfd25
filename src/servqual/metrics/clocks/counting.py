"""How the cycles of one clock count, for all cycles at once: the elapsed time, and the due moments.

A cycle is one row; its pauses, and the spans after a change of hours, are rows that name it:

    cycle     |-----------------------------|  start .. until (its stop, or now)
    pauses         |---|         |--|          never overlap within a cycle
    spans     |----------------|------------|  only where a target with other hours took over

Elapsed time is open time from start to until, less the open time of each pause: one call of `business_time` for all
cycles and one for all pauses, subtracted row by row. Due moments take one call, too; what depends on order within a
cycle, such as a due moment that falls into a pause, is repeated by the n-th pause of all cycles, so that the number of
rounds is the number of pauses of one cycle. `servqual.model.sla.counting` is the definition, cycle by cycle, and tests
hold the two equal: it asks for one cycle at a time, so a log of a million cycles would be a million walks in Python.
"""

import datetime as dt
from typing import Any, Final, NamedTuple

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.clocks.cycles import Cycles
from servqual.metrics.clocks.order import heads_of
from servqual.metrics.time import business_time
from servqual.model.hours.hours import AtClose
from servqual.model.hours.spans import LAST, micros
from servqual.model.sla.agreement import Sla
from servqual.readers.columns.columns import MISSING

_EARLIEST: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_NONE: Final = np.zeros(0, np.int64)


class Calendars:
    """The hours under which the targets of an agreement count.

    Under the convention `whole_history` the hours in force at the end of a cycle count for all of it.
    """

    def __init__(self, sla: Sla) -> None:
        agreed = [target.hours or sla.hours for target in sla.targets]
        turns: list[dt.datetime] = []
        if sla.conventions.whole_history:
            turns = sorted({turn for hours in agreed for turn in hours.turns})
        in_force = [[hours.in_force(at) for at in (_EARLIEST, *turns)] if turns else [hours] for hours in agreed]
        self.hours = list(dict.fromkeys(hours for each in in_force for hours in each))
        self._places = np.array([[self.hours.index(hours) for hours in each] for each in in_force], np.int64)
        self._turns = np.array([micros(turn) for turn in turns], np.int64)

    def which(self, target: Array, until: Array) -> Array | None:
        """Find the place in `hours` of each target's hours at a moment; None where all targets have the same."""
        if len(self.hours) == 1:
            return None
        return np.asarray(self._places[target, np.searchsorted(self._turns, until, side="right")])

    def differ(self, target: Array, other: Array) -> Array:
        """Compare the hours of two targets."""
        return np.asarray(self._places[target, 0] != self._places[other, 0])


class _Waits(NamedTuple):
    """Pauses of some cycles: the place of the cycle, start and end; those that last are cut at `until`, and last."""

    row: Array
    begin: Array
    end: Array


class _Spans(NamedTuple):
    """Spans of cycles whose hours turn, each under the hours of one target, by cycle and time."""

    row: Array
    begin: Array
    end: Array
    which: Array
    heads: Array


class Counting:
    """Cycles, each under the hours of its target, and from its turns on under those of other targets.

    Attributes:
        until: the last moment of each cycle that counts: its stop, or now. Without a now all cycles must have stopped.

    `judged_by` is the target whose limit each cycle has, by default that of the cycle.
    """

    def __init__(
        self, sla: Sla, calendars: Calendars, cycles: Cycles, now: int | None = None, judged_by: Array | None = None
    ) -> None:
        usual = sla.conventions.at_close
        rolls = np.array([target.at_close(usual) == "roll" for target in sla.targets] + [usual == "roll"])
        self._rolls = rolls.take(cycles.target if judged_by is None else judged_by)
        self.conventions, self.hours, self.cycles = sla.conventions, calendars.hours, cycles
        self.until = cycles.stop
        if now is not None:
            self.until = np.where(cycles.stop == MISSING, now, cycles.stop)
        self.which = calendars.which(cycles.target, self.until)
        self.turn_which = calendars.which(cycles.turn_target, self.until[cycles.turn_cycle])

    def elapsed(self) -> Array:
        """Count the elapsed time of all cycles."""
        return self._elapsed(slice(None), self.until, self._waits(np.arange(len(self.until))))

    def elapsed_by(self, rows: Array, until: Array) -> Array:
        """Count the elapsed time of some cycles up to a moment of each."""
        row, begin, end = self._waits(rows)
        return self._elapsed(rows, until, _Waits(row, np.minimum(begin, until[row]), np.minimum(end, until[row])))

    def moved(self) -> Array:
        """Sum the pauses of each cycle where pauses move due moments in wall time; else 0."""
        moved = np.zeros(len(self.until), np.int64)
        if self.conventions.pauses == "wall":
            row, begin, end = self._waits(np.arange(len(self.until)))
            np.add.at(moved, row, end - begin)
        return moved

    def due(self, rows: Array, limit: Array) -> Array:
        """Find the last moments at which the elapsed time does not exceed the limits.

        A pause that begins at such a moment moves it on. Missing where hours never open again.
        """
        rolls = self._rolls.take(rows)
        if rolls.any() and not rolls.all():
            out = np.empty(len(rows), np.int64)
            for some in (np.flatnonzero(rolls), np.flatnonzero(~rolls)):
                out[some] = self.due(rows[some], limit[some])
            return out
        try:
            return self._due(rows, limit, "roll" if rolls.any() else "stay")
        except InvalidValue:  # a row has no answer: halve the rows until it is alone
            half = len(rows) // 2
            if not half:
                return np.full(1, MISSING)
            return np.concatenate([self.due(rows[:half], limit[:half]), self.due(rows[half:], limit[half:])])

    def passed(self, rows: Array, due: Array) -> Array:
        """Tell whether cycles were past due at their end, and before a pause that lasts."""
        paused_at = self.cycles.paused_at[rows]
        return np.asarray((due != MISSING) & (due < self.until[rows]) & ((paused_at == MISSING) | (due < paused_at)))

    def _waits(self, rows: Array) -> _Waits:
        c = self.cycles
        row, begin, end = c.pause_cycle, c.pause_start, c.pause_end
        if len(rows) < len(c.case):
            place = self._place(rows).take(row)
            mine = np.flatnonzero(place >= 0)
            row, begin, end = place.take(mine), begin.take(mine), end.take(mine)
        lasting = np.flatnonzero(c.paused_at.take(rows) != MISSING)
        if len(lasting):
            row = np.concatenate([row, lasting])
            begin = np.concatenate([begin, c.paused_at[rows[lasting]]])
            end = np.concatenate([end, self.until[rows[lasting]]])
        return _Waits(row, begin, end)

    def _place(self, rows: Array) -> Array:
        place = np.full(len(self.cycles.case), -1, np.int64)
        place[rows] = np.arange(len(rows))
        return place

    def _spans(self, rows: Array | slice) -> _Spans | None:
        """Cut those of some cycles whose hours turn into spans."""
        c = self.cycles
        if not len(c.turn_cycle):
            return None
        every = np.arange(len(c.case))[rows]
        place = self._place(every)[c.turn_cycle]
        mine = np.flatnonzero(place >= 0)
        if not len(mine):
            return None
        assert self.which is not None
        assert self.turn_which is not None
        turned = np.unique(place[mine])
        row = np.concatenate([turned, place[mine]])
        order = np.argsort(row, kind="stable")
        row = row[order]
        begin = np.concatenate([c.start[every[turned]], c.turn_at[mine]])[order]
        which = np.concatenate([self.which[every[turned]], self.turn_which[mine]])[order]
        heads = heads_of(row)
        end = np.append(begin[1:], LAST)
        end[heads[1:] - 1] = LAST
        return _Spans(row, begin, end, which, heads)

    def _elapsed(self, rows: Any, until: Array, waits: _Waits) -> Array:
        if self.conventions.pauses == "wall" and len(waits.row):
            until = until.copy()
            np.subtract.at(until, waits.row, waits.end - waits.begin)
            waits = _Waits(_NONE, _NONE, _NONE)
        which = None if self.which is None else self.which[rows]
        counted = self._between(self.cycles.start[rows], until, which, waits)
        if (spans := self._spans(rows)) is not None:
            counted[spans.row[spans.heads]] = np.add.reduceat(self._by_span(spans, until, waits), spans.heads)
        return counted

    def _between(self, start: Array, end: Array, which: Array | None, waits: _Waits) -> Array:
        """Count from start to end; pauses of a row never overlap, so each is taken out by itself."""
        counted = self._ask(business_time.elapsed, start.view("M8[us]"), end.view("M8[us]"), which)
        if len(waits.row):
            mine = None if which is None else which[waits.row]
            away = self._ask(business_time.elapsed, waits.begin.view("M8[us]"), waits.end.view("M8[us]"), mine)
            np.subtract.at(counted, waits.row, away)
        return counted

    def _by_span(self, spans: _Spans, until: Array, waits: _Waits) -> Array:
        """Count each span up to a moment of its cycle: every pause is cut to every span of its cycle."""
        start, end = np.minimum(spans.begin, until[spans.row]), np.minimum(spans.end, until[spans.row])
        order = np.argsort(waits.row, kind="stable")
        first, last = (np.searchsorted(waits.row[order], spans.row, side) for side in ("left", "right"))
        span = np.repeat(np.arange(len(start)), last - first)
        place = np.arange(len(span)) - np.repeat(np.cumsum(last - first) - last, last - first)
        wait = order[place]
        cut = (np.clip(edge[wait], start[span], end[span]) for edge in (waits.begin, waits.end))
        return self._between(start, end, spans.which, _Waits(span, *cut))

    def _ask(self, answer: Any, start: Array, other: Array, which: Array | None, **options: Any) -> Array:
        """Ask `business_time` for each row under its own hours."""
        if which is None:
            found = answer(self.hours[0], start, other, **options)
        else:
            found = answer(self.hours, start, other, which=which, **options)
        return np.asarray(found).view(np.int64)

    def _due(self, rows: Array, limit: Array, at_close: AtClose) -> Array:
        waits = self._waits(rows)
        is_masked = self.conventions.pauses == "open" and len(waits.row) > 0
        start, left, which = self.cycles.start[rows], limit, None if self.which is None else self.which[rows]
        if (spans := self._spans(rows)) is not None:
            span, rest = self._last_spans(spans, limit, waits if is_masked else _Waits(_NONE, _NONE, _NONE), at_close)
            assert which is not None
            turned, left = spans.row[span], limit.copy()
            start[turned], left[turned], which[turned] = spans.begin[span], rest, spans.which[span]
        options: dict[str, Any] = {"at_close": at_close}
        if is_masked:
            options["without"] = business_time.Pauses(waits.row, waits.begin.view("M8[us]"), waits.end.view("M8[us]"))
        due = self._ask(business_time.after, start.view("M8[us]"), left.view("m8[us]"), which, **options)
        ended = len(waits.row) - int(np.count_nonzero(self.cycles.paused_at[rows] != MISSING))
        if self.conventions.pauses == "wall":
            return self._moved(due, waits, ended, at_close)
        row, begin, end = (column[:ended] for column in waits)
        while (inside := (begin <= due[row]) & (due[row] < end)).any():
            due[row[inside]] = end[inside]
        return due

    def _last_spans(self, spans: _Spans, limit: Array, waits: _Waits, at_close: AtClose) -> tuple[Array, Array]:
        """Find the span in which each cycle reaches its limit, and the rest of the limit at its start."""
        until = np.full(len(limit), LAST, np.int64)
        until[spans.row[spans.heads]] = np.maximum.reduceat(spans.begin, spans.heads)
        counted = self._by_span(spans, until, waits)
        sizes = np.diff(np.append(spans.heads, len(counted)))
        total = np.cumsum(counted)
        total -= np.repeat((total - counted)[spans.heads], sizes)
        wanted = limit[spans.row]
        there = total >= wanted if at_close == "stay" else total > wanted
        there[spans.heads + sizes - 1] = True
        span = np.minimum.reduceat(np.where(there, np.arange(len(counted)), len(counted)), spans.heads)
        return span, (wanted - total + counted)[span]

    def _moved(self, due: Array, waits: _Waits, ended: int, at_close: AtClose) -> Array:
        """Move due moments by the pauses that begin before them, in order, and by those that begin there and ended."""
        row, begin, end = waits
        carries = (np.arange(len(row)) < ended) | (at_close == "roll")
        order = np.argsort(row, kind="stable")
        heads = heads_of(row[order])
        sizes = np.diff(np.append(heads, len(row)))
        for nth in range(int(sizes.max(initial=0))):
            pause = order[heads[sizes > nth] + nth]
            until = due[row[pause]]
            met = (begin[pause] < until) | (carries[pause] & (begin[pause] == until))
            due[row[pause[met]]] += (end - begin)[pause[met]]
        return due
