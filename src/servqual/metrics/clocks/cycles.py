"""The cycles of one clock as columns: by case, with their pauses and changes of target."""

from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.model.hours.spans import LAST
from servqual.readers.columns.columns import MISSING

_MINUTE: Final = 60_000_000
_NONE: Final = np.zeros(0, np.int64)

_ONE_EACH: Final = ("case", "start", "stop", "cancelled", "in_doubt", "target", "paused_at")
"""Columns with one value per cycle."""
_SOME_EACH: Final = (
    ("pause_cycle", "pause_start", "pause_end"),
    ("change_cycle", "change_at", "change_target"),
    ("turn_cycle", "turn_at", "turn_target"),
)
"""Columns with any number of rows per cycle; the first names the cycle."""


@attrs.frozen(eq=False, kw_only=True)
class Cycles:
    """The cycles of one clock, those of a case in order.

    Attributes:
        case: the code of the case.
        start, stop: microseconds; the stop is missing while it runs.
        cancelled: True for a cycle that ended without a verdict.
        in_doubt: True for a cycle that may have stopped before, as an import does not say it.
        target: the place of the first target, -1 for none.
        paused_at: the start of a pause that lasts, or missing.
        pause_cycle, pause_start, pause_end: pauses that ended, the time from a stop to a reopening included.
        change_cycle, change_at, change_target: later targets, in order.
        turn_cycle, turn_at, turn_target: changes of hours by another target, in order; see `retargeting`.
        last_target: the last target of each case, for clocks that have not begun.
    """

    case: Array
    start: Array
    stop: Array
    cancelled: Array
    in_doubt: Array
    target: Array
    paused_at: Array
    pause_cycle: Array
    pause_start: Array
    pause_end: Array
    change_cycle: Array
    change_at: Array
    change_target: Array
    last_target: Array
    turn_cycle: Array = _NONE
    turn_at: Array = _NONE
    turn_target: Array = _NONE

    def only(self, rows: Array) -> "Cycles":
        """Take some of the cycles, in order."""
        place = np.full(len(self.case), -1, np.int64)
        place[rows] = np.arange(len(rows))
        found = {name: getattr(self, name)[rows] for name in _ONE_EACH}
        for owner, *others in _SOME_EACH:
            mine = place[getattr(self, owner)]
            kept = np.flatnonzero(mine >= 0)
            found |= {owner: mine[kept], **{name: getattr(self, name)[kept] for name in others}}
        return Cycles(**found, last_target=self.last_target)

    def to_minutes(self) -> "Cycles":
        """Cut the edges of pauses to the minute, never to before the start of the cycle."""

        def cut(at: Array, cycle: Array | slice) -> Array:
            return np.where(at == MISSING, at, np.maximum(at - at % _MINUTE, self.start[cycle]))

        return attrs.evolve(
            self,
            paused_at=cut(self.paused_at, slice(None)),
            pause_start=cut(self.pause_start, self.pause_cycle),
            pause_end=cut(self.pause_end, self.pause_cycle),
        )

    def known_by(self, at: Array) -> "Cycles":
        """End each cycle at a moment; a pause that went on at that moment lasts."""
        begun = self.pause_start <= at[self.pause_cycle]
        lasts = begun & (self.pause_end > at[self.pause_cycle])
        paused_at = np.where(self.paused_at <= at, self.paused_at, MISSING)
        paused_at[self.pause_cycle[lasts]] = self.pause_start[lasts]
        kept = np.flatnonzero(begun & ~lasts)
        return self._with_pauses(self.pause_cycle[kept], self.pause_start[kept], self.pause_end[kept], paused_at, at)

    def cancelled_at(self, rows: Array, at: Array) -> "Cycles":
        """Cancel some of the cycles at a moment of each, and cut their pauses."""
        until = np.full(len(self.case), LAST, np.int64)
        until[rows] = at
        begun = np.flatnonzero(self.pause_start <= until[self.pause_cycle])
        lasting = rows[(self.paused_at[rows] != MISSING) & (self.paused_at[rows] <= at)]
        row = np.concatenate([self.pause_cycle[begun], lasting])
        order = np.argsort(row, kind="stable")
        row = row[order]
        start = np.concatenate([self.pause_start[begun], self.paused_at[lasting]])[order]
        end = np.minimum(np.concatenate([self.pause_end[begun], until[lasting]])[order], until[row])
        paused_at, stop, cancelled = self.paused_at.copy(), self.stop.copy(), self.cancelled.copy()
        paused_at[rows], stop[rows], cancelled[rows] = MISSING, at, True
        return attrs.evolve(self._with_pauses(row, start, end, paused_at, stop), cancelled=cancelled)

    def _with_pauses(self, cycle: Array, start: Array, end: Array, paused_at: Array, stop: Array) -> "Cycles":
        return attrs.evolve(self, pause_cycle=cycle, pause_start=start, pause_end=end, paused_at=paused_at, stop=stop)

    def merged(self, other: "Cycles") -> "Cycles":
        """Merge with the cycles of other cases, by case; both have the last targets of all cases."""
        case = np.concatenate([self.case, other.case])
        order = np.argsort(case, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        found = {name: np.concatenate([getattr(self, name), getattr(other, name)])[order] for name in _ONE_EACH}
        for owner, *others in _SOME_EACH:
            cycle = place[np.concatenate([getattr(self, owner), getattr(other, owner) + len(self.case)])]
            by_cycle = np.argsort(cycle, kind="stable")
            found[owner] = cycle[by_cycle]
            for name in others:
                found[name] = np.concatenate([getattr(self, name), getattr(other, name)])[by_cycle]
        return Cycles(**found, last_target=self.last_target)
