"""How the cycles of one clock count, for all of them at once: what has elapsed, and when they are due.

The same as `servqual.model._counting`, in bulk; tests hold the two equal.
"""

import datetime as dt
from typing import Any, Final

import numpy as np

from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Array
from servqual.metrics.business_time import Pauses, after, elapsed
from servqual.metrics.clock_cycles import Cycles
from servqual.metrics.clock_order import heads_of
from servqual.model._stretches import micros
from servqual.model.open_time import Hours
from servqual.model.sla import Sla
from servqual.readers.columns import MISSING

__all__ = ["Counting"]

_EARLIEST: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


class Counting:
    """Cycles under the hours of their targets; `target` is the place of each cycle's in the agreement.

    Attributes:
        until: the last moment that counts of each cycle: its stop, or now.
        limit: counted microseconds; whoever works out limits that change sets it.
    """

    def __init__(self, sla: Sla, cycles: Cycles, target: Array, now: int, limit: Array) -> None:
        self.sla, self.cycles, self.target, self.limit = sla, cycles, target, limit
        self.until = cycles.stop.copy()
        self.until[np.flatnonzero(cycles.stop == MISSING)] = now
        self.calendars, self.which = self._calendars()

    def _pauses(self, rows: Array) -> tuple[Array, Array, Array]:
        """The pauses of some cycles, as places among them; those that last come last, cut at the end."""
        c = self.cycles
        row, begin, end = c.pause_cycle, c.pause_start, c.pause_end
        if len(rows) < len(c.case):
            place = np.full(len(c.case), -1, np.int64)
            place[rows] = np.arange(len(rows))
            row = place.take(row)
            mine = np.flatnonzero(row >= 0)
            row, begin, end = row.take(mine), begin.take(mine), end.take(mine)
        lasting = np.flatnonzero(c.paused_at.take(rows) != MISSING)
        if len(lasting):
            row = np.concatenate([row, lasting])
            begin = np.concatenate([begin, c.paused_at[rows[lasting]]])
            end = np.concatenate([end, self.until[rows[lasting]]])
        return row, begin, end

    def _calendars(self) -> tuple[list[Hours], Array | None]:
        """The hours that count, and the place of each cycle's among them where there are several.

        Where the last ones count for all time, they are those in force when the cycle ended, or now.
        """
        agreed = [target.hours or self.sla.hours for target in self.sla.targets]
        turns: list[dt.datetime] = []
        if self.sla.conventions.whole_history:
            turns = sorted({turn for hours in agreed for turn in hours.turns})
        eras = [[hours.in_force(at) for at in (_EARLIEST, *turns)] if turns else [hours] for hours in agreed]
        calendars = list(dict.fromkeys(hours for each in eras for hours in each))
        if len(calendars) == 1:
            return calendars, None
        place = np.array([[calendars.index(hours) for hours in each] for each in eras], np.int64)
        era = np.searchsorted(np.array([micros(turn) for turn in turns], np.int64), self.until, side="right")
        return calendars, place[self.target, era]

    def elapsed(self) -> Array:
        """The time that all cycles counted."""
        return self._elapsed(slice(None), self.until, *self._pauses(np.arange(len(self.until))))

    def elapsed_by(self, rows: Array, until: Array) -> Array:
        """The time that some cycles had counted by a moment of each."""
        row, begin, end = self._pauses(rows)
        return self._elapsed(rows, until, row, np.minimum(begin, until[row]), np.minimum(end, until[row]))

    def _elapsed(self, rows: Any, until: Array, row: Array, begin: Array, end: Array) -> Array:
        """The pauses of a cycle never overlap, so that each can be taken out by itself."""
        wall = self.sla.conventions.pauses == "wall"
        if wall and len(row):
            until = until.copy()
            np.subtract.at(until, row, end - begin)
        spent = self._counted(elapsed, self.cycles.start[rows].view("M8[us]"), until.view("M8[us]"), rows)
        if len(row) and not wall:
            mine = row if isinstance(rows, slice) else rows[row]
            np.subtract.at(spent, row, self._counted(elapsed, begin.view("M8[us]"), end.view("M8[us]"), mine))
        return spent

    def _counted(self, answer: Any, start: Array, other: Array, rows: Any, **options: Any) -> Array:
        """An answer of business time, for these cycles, each under its own hours."""
        if self.which is None:
            found = answer(self.calendars[0], start, other, **options)
        else:
            found = answer(self.calendars, start, other, which=self.which[rows], **options)
        return np.asarray(found).view(np.int64)

    def due(self, rows: Array) -> Array:
        """The last moments by which no more than the limits have counted; a pause that begins there carries them on.

        Missing where hours never open again.
        """
        try:
            return self._due(rows)
        except InvalidValue:  # some row has no answer: halves of them, until it is alone
            half = len(rows) // 2
            return np.concatenate([self.due(rows[:half]), self.due(rows[half:])]) if half else np.full(1, MISSING)

    def _due(self, rows: Array) -> Array:
        row, begin, end = self._pauses(rows)
        start, work = self.cycles.start[rows].view("M8[us]"), self.limit[rows].view("m8[us]")
        options: dict[str, Any] = {"at_close": self.sla.conventions.at_close}
        if self.sla.conventions.pauses == "open" and len(row):
            options["without"] = Pauses(row, begin.view("M8[us]"), end.view("M8[us]"))
        due = self._counted(after, start, work, rows, **options)
        ended = len(row) - int(np.count_nonzero(self.cycles.paused_at[rows] != MISSING))
        if self.sla.conventions.pauses == "wall":
            return self._moved(due, row, begin, end, ended)
        row, begin, end = row[:ended], begin[:ended], end[:ended]
        while (inside := (begin <= due[row]) & (due[row] < end)).any():
            due[row[inside]] = end[inside]
        return due

    def _moved(self, due: Array, row: Array, begin: Array, end: Array, ended: int) -> Array:
        """Due moments moved by the pauses that begin before them, in order, and by those that begin there and ended."""
        carries = (np.arange(len(row)) < ended) | (self.sla.conventions.at_close == "roll")
        order = np.argsort(row, kind="stable")
        heads = heads_of(row[order])
        sizes = np.diff(np.append(heads, len(row)))
        for nth in range(int(sizes.max(initial=0))):
            pause = order[heads[sizes > nth] + nth]
            until = due[row[pause]]
            met = (begin[pause] < until) | (carries[pause] & (begin[pause] == until))
            due[row[pause[met]]] += (end - begin)[pause[met]]
        return due

    def passed(self, rows: Array, due: Array, by: Array) -> Array:
        """Whether cycles are past due by a moment of each, and were so before the pause that lasts."""
        paused_at = self.cycles.paused_at[rows]
        return np.asarray((due != MISSING) & (due < by) & ((paused_at == MISSING) | (due < paused_at)))
