"""The cycles of one clock as columns: for all cases, in the order of cases, with their pauses and changes of target."""

from typing import Final

import attrs
import numpy as np

from servqual.metrics.accumulators import Array
from servqual.readers.columns import MISSING

__all__ = ["Cycles"]

_MINUTE: Final = 60_000_000

_ONE_EACH: Final = ("case", "start", "stop", "cancelled", "target", "changes", "paused_at")
"""What there is one of for each cycle."""
_SOME_EACH: Final = (
    ("pause_cycle", "pause_start", "pause_end"),
    ("change_cycle", "change_at", "change_target"),
)
"""What there may be several of, or none, each with the cycle that it belongs to."""


@attrs.frozen(eq=False, kw_only=True)
class Cycles:
    """The cycles of one clock, those of a case in order.

    Attributes:
        case: the code of the case.
        start, stop: microseconds; the stop is missing while it runs.
        cancelled: whether it ended without a verdict.
        target: the place of the target that applied first, -1 for none.
        changes: how many targets applied one after another; the later ones are in `change_*`.
        paused_at: since when a pause lasts, or missing.
        pause_cycle, pause_start, pause_end: the pauses that ended, the time between a stop and a reopening included.
        change_cycle, change_at, change_target: each later target, in order.
        last_target: the target that applies to each case at the end, for clocks that have not begun.
    """

    case: Array
    start: Array
    stop: Array
    cancelled: Array
    target: Array
    changes: Array
    paused_at: Array
    pause_cycle: Array
    pause_start: Array
    pause_end: Array
    change_cycle: Array
    change_at: Array
    change_target: Array
    last_target: Array

    def last_targets(self) -> Array:
        """The place of the target that applied last to each cycle."""
        last = self.target.copy()
        last[self.change_cycle] = self.change_target  # a cycle that repeats keeps its last change
        return last

    def only(self, rows: Array) -> "Cycles":
        """Some of the cycles, in order."""
        place = np.full(len(self.case), -1, np.int64)
        place[rows] = np.arange(len(rows))
        found = {name: getattr(self, name)[rows] for name in _ONE_EACH}
        for owner, *others in _SOME_EACH:
            mine = place[getattr(self, owner)]
            kept = np.flatnonzero(mine >= 0)
            found |= {owner: mine[kept], **{name: getattr(self, name)[kept] for name in others}}
        return Cycles(**found, last_target=self.last_target)

    def to_minutes(self) -> "Cycles":
        """These cycles with the edges of their pauses cut to the minute, though never before the start of the cycle."""

        def cut(at: Array, cycle: Array | slice) -> Array:
            return np.where(at == MISSING, at, np.maximum(at - at % _MINUTE, self.start[cycle]))

        return attrs.evolve(
            self,
            paused_at=cut(self.paused_at, slice(None)),
            pause_start=cut(self.pause_start, self.pause_cycle),
            pause_end=cut(self.pause_end, self.pause_cycle),
        )

    def merged(self, other: "Cycles") -> "Cycles":
        """These cycles and those of other cases, in the order of cases; both know the last targets of all."""
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
