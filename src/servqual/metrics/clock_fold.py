"""From ordered events to the cycles of one clock, for all cases at once: the same steps as the model's fold.

The k-th events of all cases are taken together, so every step is an operation on arrays in which each case occurs
once. `servqual.model._cycles` is the definition; this file follows it step by step, and tests hold the two equal.
"""

from typing import Final

import attrs
import numpy as np

from servqual.metrics.accumulators import Array
from servqual.metrics.clock_log import EventLog
from servqual.model.clocks import ANY, Reopening
from servqual.model.sla import Promise
from servqual.readers.columns import MISSING

__all__ = ["Cycles", "cycles_of"]

_START, _STOP, _CANCEL, _REOPEN, _WAIT, _RESUME, _SOLVED, _ABSORB = (1 << bit for bit in range(8))
_NOBODY: Final = -1


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


def cycles_of(log: EventLog, promise: Promise, places: dict[int, int]) -> Cycles:
    """The cycles of a promise's clock; `places` gives the place of a target (by identity) in the agreement."""
    bits, changed, codes = _relevant(log, promise)
    fold = _Fold(log, promise, places, codes)
    rows = np.flatnonzero(bits | changed.astype(np.uint8))
    case = log.case[rows]
    first = np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]])) if len(case) else np.zeros(0, np.int64)
    nth = np.arange(len(case)) - np.repeat(first, np.diff(np.append(first, len(case))))
    sizes = np.bincount(nth)
    order = np.argsort(nth.astype(np.min_scalar_type(len(sizes))), kind="stable")
    rows = rows[order]
    fold.reserve(int(np.count_nonzero(bits & (_START | _REOPEN))))
    ends = np.cumsum(sizes)
    for begin, end in zip(ends - sizes, ends, strict=True):
        part = rows[begin:end]
        fold.take(part, bits[part], changed[part])
    return fold.cycles()


def _relevant(log: EventLog, promise: Promise) -> tuple[Array, Array, dict[str, Array]]:
    """What each event means to the clock, and which events give a case an attribute that it did not have."""
    rule = promise.rule
    meaning = np.zeros(len(log.signals) + 1, np.uint8)
    for code, names in enumerate(log.signals):
        for bit, listened in (
            (_START, rule.start),
            (_STOP, rule.stop),
            (_CANCEL, rule.cancel),
            (_REOPEN, rule.reopen_on),
        ):
            meaning[code] |= 0 if listened.isdisjoint(names) else bit
        if promise.pause_on and names[0] in {"waiting", "resumed"}:
            meaning[code] |= _WAIT if names[0] == "waiting" else _RESUME
        if rule.unsolved_only and names[0] in {"resolved", "closed"}:
            meaning[code] |= _SOLVED
        if rule.from_earliest and "linked.absorbed" in names:
            meaning[code] |= _ABSORB
    bits = meaning[log.signal]
    changed = np.zeros(len(log.case), np.bool_)
    codes = {}
    for name in promise.chooser.reads:
        column = log.attributes.get(name)
        if column is None:
            continue
        codes[name] = column.values
        rows = np.flatnonzero(column.values >= 0)
        value, case = column.values[rows], log.case[rows]
        new = np.ones(len(rows), np.bool_)
        new[1:] = (value[1:] != value[:-1]) | (case[1:] != case[:-1])
        changed[rows[new]] = True
    return bits, changed, codes


class _Fold:
    def __init__(self, log: EventLog, promise: Promise, places: dict[int, int], codes: dict[str, Array]) -> None:
        size = len(log.ids)
        self.log, self.rule, self.promise, self.codes = log, promise.rule, promise, codes
        self.places = places
        self.known = {name: np.full(size, -1, np.int32) for name in codes}
        self.choices: dict[tuple[int, ...], int] = {}
        self.target = np.full(size, self._choose(tuple(-1 for _ in codes)), np.int32)
        self.waiting = np.full(size, _NOBODY, np.int32)
        self.solved = np.zeros(size, np.bool_)
        self.running = np.zeros(size, np.bool_)
        self.current = np.full(size, -1, np.int64)
        self.first = np.full(size, -1, np.int64)
        self.pauses_on = np.array([promise.pause_on >= ANY or r in promise.pause_on for r in log.reasons] + [False])
        self.pauses: list[tuple[Array, ...]] = []
        self.changed: list[tuple[Array, ...]] = []
        self.made = 0

    def reserve(self, most: int) -> None:
        """Room for the cycles that may begin."""
        self.case = np.zeros(most, np.int64)
        self.start = np.full(most, MISSING, np.int64)
        self.stop = np.full(most, MISSING, np.int64)
        self.cancelled = np.zeros(most, np.bool_)
        self.dropped = np.zeros(most, np.bool_)
        self.first_target = np.full(most, _NOBODY, np.int32)
        self.last_change = np.full(most, _NOBODY, np.int32)
        self.changes = np.ones(most, np.int32)
        self.paused_at = np.full(most, MISSING, np.int64)

    def take(self, rows: Array, bits: Array, changed: Array) -> None:
        """One event of each of some cases."""
        case, at = self.log.case[rows], self.log.at[rows]
        self._end(case, at, bits)
        if changed.any():
            self._learn(rows[changed], case[changed])
        if self.promise.chooser.reads:
            self._retarget(case, at)
        waits = (bits & (_WAIT | _RESUME)) > 0
        if waits.any():
            self._wait(rows[waits], case[waits], at[waits], (bits[waits] & _WAIT) > 0)
        self._begin(rows, case, at, bits)

    def _end(self, case: Array, at: Array, bits: Array) -> None:
        runs = self.running[case]
        ends = runs & ((bits & (_STOP | _CANCEL)) > 0)
        if ends.any():
            cycle = self.current[case[ends]]
            self._resume(cycle, at[ends])
            self.stop[cycle] = at[ends]
            self.cancelled[cycle] = (bits[ends] & _STOP) == 0
            self.running[case[ends]] = False
        if self.rule.reopening is Reopening.NEVER:
            return
        back = ~runs & ((bits & _REOPEN) > 0) & (self.current[case] >= 0)
        back[back] = ~self.cancelled[self.current[case[back]]]
        if back.any():
            self._reopen(case[back], at[back])

    def _reopen(self, case: Array, at: Array) -> None:
        cycle = self.current[case]
        match self.rule.reopening:
            case Reopening.RESUME:
                self.pauses.append((cycle, self.stop[cycle], at))
                self.stop[cycle] = MISSING
            case Reopening.RETROACTIVE:
                self.stop[cycle] = MISSING
            case Reopening.RESTART:
                self.dropped[cycle] = True
                self._new(case, at)
            case _:
                self._new(case, at)
        self.running[case] = True

    def _new(self, case: Array, at: Array) -> Array:
        cycle = np.arange(self.made, self.made + len(case))
        self.made += len(case)
        self.case[cycle], self.start[cycle] = case, at
        self.first_target[cycle] = self.last_change[cycle] = self.target[case]
        fresh = self.first[case] < 0
        self.first[case[fresh]] = cycle[fresh]
        replaced = ~fresh & self.dropped[self.first[case]]
        self.first[case[replaced]] = cycle[replaced]
        self.current[case] = cycle
        return cycle

    def _learn(self, rows: Array, case: Array) -> None:
        """Take in attributes; a cycle that stopped before any target held is judged by the first that ever does."""
        for name, codes in self.codes.items():
            value = codes[rows]
            given = value >= 0
            self.known[name][case[given]] = value[given]
        combined = np.stack([known[case] for known in self.known.values()], axis=1)
        unique, inverse = np.unique(combined, axis=0, return_inverse=True)
        chosen = np.array([self._choose(tuple(codes)) for codes in unique.tolist()], np.int32)
        self.target[case] = chosen[inverse.reshape(-1)]
        made = slice(0, self.made)
        late = (self.first_target[made] < 0) & (self.changes[made] == 1) & (self.stop[made] != MISSING)
        if late.any():
            cycle = np.flatnonzero(late)
            cycle = cycle[np.isin(self.case[cycle], case)]
            self.first_target[cycle] = self.last_change[cycle] = self.target[self.case[cycle]]

    def _choose(self, codes: tuple[int, ...]) -> int:
        if codes not in self.choices:
            known = {
                name: self.log.attributes[name].labels[code]
                for name, code in zip(self.codes, codes, strict=True)
                if code >= 0
            }
            target = self.promise.chooser.choose(known)
            self.choices[codes] = _NOBODY if target is None else self.places[id(target)]
        return self.choices[codes]

    def _retarget(self, case: Array, at: Array) -> None:
        runs = self.running[case]
        cycle = self.current[case[runs]]
        new = self.last_change[cycle] != self.target[case[runs]]
        if new.any():
            cycle, target = cycle[new], self.target[case[runs][new]]
            self.changed.append((cycle, at[runs][new], target))
            self.changes[cycle] += 1
            self.last_change[cycle] = target

    def _resume(self, cycle: Array, at: Array) -> None:
        paused = self.paused_at[cycle] != MISSING
        if paused.any():
            cycle, at = cycle[paused], at[paused]
            self.pauses.append((cycle, self.paused_at[cycle], at))
            self.paused_at[cycle] = MISSING

    def _wait(self, rows: Array, case: Array, at: Array, waits: Array) -> None:
        on = self.log.on[rows]
        reason = np.where(waits & self.pauses_on[on], on, _NOBODY)
        new = self.running[case] & (reason != self.waiting[case])
        if new.any():
            cycle = self.current[case[new]]
            self._resume(cycle, at[new])
            paused = reason[new] != _NOBODY
            self.paused_at[cycle[paused]] = at[new][paused]
        self.waiting[case] = reason

    def _begin(self, rows: Array, case: Array, at: Array, bits: Array) -> None:
        rule = self.rule
        if rule.unsolved_only:
            self.solved[case] = (self.solved[case] | ((bits & _SOLVED) > 0)) & ((bits & _REOPEN) == 0)
        runs, has = self.running[case], self.current[case] >= 0
        may = np.where(runs, rule.restarts, True if rule.repeats else ~has)
        begins = may & ((bits & _START) > 0)
        if rule.unsolved_only:
            begins &= ~self.solved[case]
        if begins.any():
            mine = case[begins]
            again = self.running[mine]
            self.dropped[self.current[mine[again]]] = True
            cycle = self._new(mine, at[begins])
            self.running[mine] = True
            paused = self.waiting[mine] != _NOBODY
            self.paused_at[cycle[paused]] = at[begins][paused]
        if rule.from_earliest:
            absorbs = ~begins & has & ((bits & _ABSORB) > 0)
            since = np.where(self.log.since[rows] == MISSING, at, self.log.since[rows])[absorbs]
            cycle = self.first[case[absorbs]]
            self.start[cycle] = np.minimum(self.start[cycle], since)

    def cycles(self) -> Cycles:
        """What has been made, those of a case in order."""
        alive = np.flatnonzero(~self.dropped[: self.made])
        order = alive[np.argsort(self.case[alive], kind="stable")]
        place = np.full(self.made + 1, -1, np.int64)
        place[order] = np.arange(len(order))
        case = self.case[order]
        pauses = _joined(self.pauses, place)
        changed = _joined(self.changed, place)
        pause = dict(zip(("pause_cycle", "pause_start", "pause_end"), pauses, strict=True))
        change = dict(zip(("change_cycle", "change_at", "change_target"), changed, strict=True))
        return Cycles(
            case=case,
            start=self.start[order],
            stop=self.stop[order],
            cancelled=self.cancelled[order],
            target=self.first_target[order],
            changes=self.changes[order],
            paused_at=self.paused_at[order],
            **pause,
            **change,
            last_target=self.target,
        )


def _joined(parts: list[tuple[Array, ...]], place: Array) -> list[Array]:
    """Pieces made in the course of the fold, with the places of their cycles; those of dropped cycles are left out."""
    if not parts:
        return [np.zeros(0, np.int64)] * 3
    columns = [np.concatenate([part[i] for part in parts]).astype(np.int64) for i in range(3)]
    columns[0] = place[columns[0]]
    kept = columns[0] >= 0
    columns = [column[kept] for column in columns]
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]
