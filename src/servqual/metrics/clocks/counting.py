"""How the cycles of one clock count, for all of them at once: what has elapsed, and when they are due.

The same as `servqual.model.sla.counting`, in bulk; tests hold the two equal. A cycle whose hours turn, as another
target brought others, is counted leg by leg.
"""

import datetime as dt
from typing import Any, Final, NamedTuple

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.clocks.cycles import Cycles
from servqual.metrics.clocks.order import heads_of
from servqual.metrics.time.business_time import Pauses, after, elapsed
from servqual.model.hours.spans import LAST, micros
from servqual.model.sla.agreement import Sla
from servqual.readers.columns.columns import MISSING

_EARLIEST: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_NONE: Final = np.zeros(0, np.int64)


class Calendars:
    """The hours under which the targets of an agreement count.

    Where the last ones count for all time, they are those in force at the end of what is counted.
    """

    def __init__(self, sla: Sla) -> None:
        agreed = [target.hours or sla.hours for target in sla.targets]
        turns: list[dt.datetime] = []
        if sla.conventions.whole_history:
            turns = sorted({turn for hours in agreed for turn in hours.turns})
        eras = [[hours.in_force(at) for at in (_EARLIEST, *turns)] if turns else [hours] for hours in agreed]
        self.hours = list(dict.fromkeys(hours for each in eras for hours in each))
        self._places = np.array([[self.hours.index(hours) for hours in each] for each in eras], np.int64)
        self._turns = np.array([micros(turn) for turn in turns], np.int64)

    def which(self, target: Array, until: Array) -> Array | None:
        """The place among the hours of those of each target, as far as a moment; None where all have the same."""
        if len(self.hours) == 1:
            return None
        return np.asarray(self._places[target, np.searchsorted(self._turns, until, side="right")])

    def differ(self, target: Array, other: Array) -> Array:
        """Whether two targets have other hours."""
        return np.asarray(self._places[target, 0] != self._places[other, 0])


class _Waits(NamedTuple):
    """Pauses of some cycles: the place among them, start and end; those that last come last, cut at the end."""

    row: Array
    begin: Array
    end: Array


class _Legs(NamedTuple):
    """Spans of cycles whose hours turn, each under the hours of one target, in the order of cycles and time."""

    row: Array
    begin: Array
    end: Array
    which: Array
    heads: Array


class Counting:
    """Cycles, each under the hours of its target, and of others from its turns on.

    Attributes:
        until: the last moment that counts of each cycle: its stop, or now, which cycles that all stopped do not need.
    """

    def __init__(self, sla: Sla, calendars: Calendars, cycles: Cycles, now: int | None = None) -> None:
        self.conventions, self.hours, self.cycles = sla.conventions, calendars.hours, cycles
        self.until = cycles.stop
        if now is not None:
            self.until = np.where(cycles.stop == MISSING, now, cycles.stop)
        self.which = calendars.which(cycles.target, self.until)
        self.turn_which = calendars.which(cycles.turn_target, self.until[cycles.turn_cycle])

    def elapsed(self) -> Array:
        """The time that all cycles counted."""
        return self._elapsed(slice(None), self.until, self._waits(np.arange(len(self.until))))

    def elapsed_by(self, rows: Array, until: Array) -> Array:
        """The time that some cycles had counted by a moment of each."""
        row, begin, end = self._waits(rows)
        return self._elapsed(rows, until, _Waits(row, np.minimum(begin, until[row]), np.minimum(end, until[row])))

    def moved(self) -> Array:
        """By how much pauses have moved the day of all cycles: nothing, unless they are in wall time."""
        moved = np.zeros(len(self.until), np.int64)
        if self.conventions.pauses == "wall":
            row, begin, end = self._waits(np.arange(len(self.until)))
            np.add.at(moved, row, end - begin)
        return moved

    def due(self, rows: Array, limit: Array) -> Array:
        """The last moments by which no more than the limits have counted; a pause that begins there carries them on.

        Missing where hours never open again.
        """
        try:
            return self._due(rows, limit)
        except InvalidValue:  # some row has no answer: halves of them, until it is alone
            half = len(rows) // 2
            if not half:
                return np.full(1, MISSING)
            return np.concatenate([self.due(rows[:half], limit[:half]), self.due(rows[half:], limit[half:])])

    def passed(self, rows: Array, due: Array) -> Array:
        """Whether cycles are past due at their end, and were so before the pause that lasts."""
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

    def _legs(self, rows: Array | slice) -> _Legs | None:
        """The legs of those of some cycles whose hours turn."""
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
        return _Legs(row, begin, end, which, heads)

    def _elapsed(self, rows: Any, until: Array, waits: _Waits) -> Array:
        if self.conventions.pauses == "wall" and len(waits.row):
            until = until.copy()
            np.subtract.at(until, waits.row, waits.end - waits.begin)
            waits = _Waits(_NONE, _NONE, _NONE)
        which = None if self.which is None else self.which[rows]
        spent = self._spent(self.cycles.start[rows], until, which, waits)
        if (legs := self._legs(rows)) is not None:
            spent[legs.row[legs.heads]] = np.add.reduceat(self._spent_by_leg(legs, until, waits), legs.heads)
        return spent

    def _spent(self, start: Array, end: Array, which: Array | None, waits: _Waits) -> Array:
        """The pauses of a cycle never overlap, so that each can be taken out by itself."""
        spent = self._counted(elapsed, start.view("M8[us]"), end.view("M8[us]"), which)
        if len(waits.row):
            mine = None if which is None else which[waits.row]
            away = self._counted(elapsed, waits.begin.view("M8[us]"), waits.end.view("M8[us]"), mine)
            np.subtract.at(spent, waits.row, away)
        return spent

    def _spent_by_leg(self, legs: _Legs, until: Array, waits: _Waits) -> Array:
        """What each leg counted by a moment of its cycle."""
        start, end = np.minimum(legs.begin, until[legs.row]), np.minimum(legs.end, until[legs.row])
        order = np.argsort(waits.row, kind="stable")
        first, last = (np.searchsorted(waits.row[order], legs.row, side) for side in ("left", "right"))
        leg = np.repeat(np.arange(len(start)), last - first)
        place = np.arange(len(leg)) - np.repeat(np.cumsum(last - first) - last, last - first)
        wait = order[place]
        cut = (np.clip(edge[wait], start[leg], end[leg]) for edge in (waits.begin, waits.end))
        return self._spent(start, end, legs.which, _Waits(leg, *cut))

    def _counted(self, answer: Any, start: Array, other: Array, which: Array | None, **options: Any) -> Array:
        """An answer of business time, for each row under its own hours."""
        if which is None:
            found = answer(self.hours[0], start, other, **options)
        else:
            found = answer(self.hours, start, other, which=which, **options)
        return np.asarray(found).view(np.int64)

    def _due(self, rows: Array, limit: Array) -> Array:
        waits = self._waits(rows)
        is_masked = self.conventions.pauses == "open" and len(waits.row) > 0
        start, work, which = self.cycles.start[rows], limit, None if self.which is None else self.which[rows]
        if (legs := self._legs(rows)) is not None:
            leg, rest = self._last_legs(legs, limit, waits if is_masked else _Waits(_NONE, _NONE, _NONE))
            assert which is not None
            turned, work = legs.row[leg], limit.copy()
            start[turned], work[turned], which[turned] = legs.begin[leg], rest, legs.which[leg]
        options: dict[str, Any] = {"at_close": self.conventions.at_close}
        if is_masked:
            options["without"] = Pauses(waits.row, waits.begin.view("M8[us]"), waits.end.view("M8[us]"))
        due = self._counted(after, start.view("M8[us]"), work.view("m8[us]"), which, **options)
        ended = len(waits.row) - int(np.count_nonzero(self.cycles.paused_at[rows] != MISSING))
        if self.conventions.pauses == "wall":
            return self._moved(due, waits, ended)
        row, begin, end = (column[:ended] for column in waits)
        while (inside := (begin <= due[row]) & (due[row] < end)).any():
            due[row[inside]] = end[inside]
        return due

    def _last_legs(self, legs: _Legs, limit: Array, waits: _Waits) -> tuple[Array, Array]:
        """The leg on which each cycle reaches its limit, and what of the limit is left when it begins."""
        until = np.full(len(limit), LAST, np.int64)
        until[legs.row[legs.heads]] = np.maximum.reduceat(legs.begin, legs.heads)
        spent = self._spent_by_leg(legs, until, waits)
        sizes = np.diff(np.append(legs.heads, len(spent)))
        total = np.cumsum(spent)
        total -= np.repeat((total - spent)[legs.heads], sizes)
        wanted = limit[legs.row]
        there = total >= wanted if self.conventions.at_close == "stay" else total > wanted
        there[legs.heads + sizes - 1] = True
        leg = np.minimum.reduceat(np.where(there, np.arange(len(spent)), len(spent)), legs.heads)
        return leg, (wanted - total + spent)[leg]

    def _moved(self, due: Array, waits: _Waits, ended: int) -> Array:
        """Due moments moved by the pauses that begin before them, in order, and by those that begin there and ended."""
        row, begin, end = waits
        carries = (np.arange(len(row)) < ended) | (self.conventions.at_close == "roll")
        order = np.argsort(row, kind="stable")
        heads = heads_of(row[order])
        sizes = np.diff(np.append(heads, len(row)))
        for nth in range(int(sizes.max(initial=0))):
            pause = order[heads[sizes > nth] + nth]
            until = due[row[pause]]
            met = (begin[pause] < until) | (carries[pause] & (begin[pause] == until))
            due[row[pause[met]]] += (end - begin)[pause[met]]
        return due
