"""From ordered events to the cycles of one clock, for all cases at once: the same steps as the model's fold.

The k-th events of all cases are taken together, so every step is an operation on arrays in which each case occurs
once. `servqual.model._cycles` is the definition; this file follows it step by step, and tests hold the two equal.
"""

from typing import Final

import attrs
import numpy as np

from servqual.metrics.accumulators import Array
from servqual.metrics.clock_log import EventLog, by_case, heads_of
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
    """The cycles of a promise's clock; `places` gives the place of a target (by identity) in the agreement.

    A case whose clock can only start once, stop once and keep its target needs no fold: its one cycle is found by
    looking for the first start and the first stop after it.
    """
    bits, changed, codes = _relevant(log, promise)
    fold = _Fold(log, promise, places, codes)
    rows = np.flatnonzero(bits | changed.view(np.uint8))
    plain = _plain_cases(log, promise, rows, bits, changed)
    if plain.all():
        return _once(log, fold, rows, bits)
    simple = plain[log.case[rows]]
    fold.run(rows[~simple], bits, changed)
    return _merged(_once(log, fold, rows[simple], bits), fold.cycles())


def _plain_cases(log: EventLog, promise: Promise, rows: Array, bits: Array, changed: Array) -> Array:
    """Which cases cannot have more than one cycle, nor more than one target in it."""
    rule = promise.rule
    plain = np.ones(len(log.ids), np.bool_)
    if rule.repeats or rule.restarts:
        return ~plain
    odd = _ABSORB if rule.from_earliest else 0
    if rule.reopening is not Reopening.NEVER:
        odd |= _REOPEN
    plain[log.case[rows[(bits[rows] & odd) > 0]]] = False
    if promise.chooser.reads:
        # attributes that are known with the first start, and never change, choose one target
        first = _first_of(rows[(bits[rows] & _START) > 0], log)
        late = np.flatnonzero(changed)
        plain[log.case[late[late > first[log.case[late]]]]] = False
    return plain


def _first_of(rows: Array, log: EventLog) -> Array:
    """The first of some rows in each case; beyond all rows where there is none."""
    out = np.full(len(log.ids), len(log.case), np.int64)
    out[log.case[rows[::-1]]] = rows[::-1]  # an index that repeats leaves its last value behind
    return out


def _once(log: EventLog, fold: "_Fold", rows: Array, bits: Array) -> Cycles:
    """The cycles of cases that have at most one, whose events these rows are."""
    flags, nobody = bits[rows], len(log.case)
    began = _first_of(rows[(flags & _START) > 0], log)
    ending = rows[(flags & (_STOP | _CANCEL)) > 0]
    ended = _first_of(ending[ending > began[log.case[ending]]], log)
    case = np.flatnonzero(began < nobody)
    start_row, stop_row = began[case], ended[case]
    stops = stop_row < nobody
    last = np.minimum(stop_row, nobody - 1)
    if fold.codes:
        fold.learn_all(rows, log)
    pauses, paused_at = _pauses_of(log, fold, rows[(flags & (_WAIT | _RESUME)) > 0], began, ended)
    place = np.full(len(log.ids), -1, np.int64)
    place[case] = np.arange(len(case))
    nothing = np.zeros(0, np.int64)
    return Cycles(
        case=case,
        start=log.at[start_row],
        stop=np.where(stops, log.at[last], MISSING),
        cancelled=stops & ((bits[last] & _STOP) == 0),
        target=fold.target[case],
        changes=np.ones(len(case), np.int32),
        paused_at=paused_at[case],
        pause_cycle=place[pauses[0]],
        pause_start=pauses[1],
        pause_end=pauses[2],
        change_cycle=nothing,
        change_at=nothing,
        change_target=nothing,
        last_target=fold.target,
    )


def _pauses_of(
    log: EventLog, fold: "_Fold", rows: Array, began: Array, ended: Array
) -> tuple[tuple[Array, Array, Array], Array]:
    """The waits in each case's one cycle: case, start and end of those that ended, and since when one lasts."""
    rows = by_case(log.case, rows)
    case = log.case[rows]
    reason = np.where(fold.waits[log.signal[rows]], log.on[rows], _NOBODY)
    reason = np.where(fold.pauses_on[reason], reason, _NOBODY)
    before = np.concatenate([[_NOBODY], reason[:-1]])
    before[heads_of(case)] = _NOBODY
    turns = reason != before
    rows, case, reason = rows[turns], case[turns], reason[turns]
    until = np.append(rows[1:], len(log.case))
    until[np.append(case[1:] != case[:-1], [True])[: len(case)]] = len(log.case)
    start_row, end_row = np.maximum(rows, began[case]), np.minimum(until, ended[case])
    inside = (reason != _NOBODY) & (start_row < end_row) & (began[case] < len(log.case))
    case, start_row, end_row = case[inside], start_row[inside], end_row[inside]
    lasts = end_row == len(log.case)
    paused_at = np.full(len(log.ids), MISSING, np.int64)
    paused_at[case[lasts]] = log.at[start_row[lasts]]
    done = ~lasts
    return (case[done], log.at[start_row[done]], log.at[end_row[done]]), paused_at


def _merged(one: Cycles, other: Cycles) -> Cycles:
    """The cycles of some cases and of all others, in the order of cases."""
    both = {f.name: np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in attrs.fields(Cycles)}
    order = np.argsort(both["case"], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    for name in ("case", "start", "stop", "cancelled", "target", "changes", "paused_at"):
        both[name] = both[name][order]
    for part in ("pause", "change"):
        cycle = place[np.concatenate([getattr(one, f"{part}_cycle"), getattr(other, f"{part}_cycle") + len(one.case)])]
        by_cycle = np.argsort(cycle, kind="stable")
        for f in attrs.fields(Cycles):
            if f.name.startswith(f"{part}_"):
                both[f.name] = both[f.name][by_cycle]
        both[f"{part}_cycle"] = cycle[by_cycle]
    return Cycles(**{**both, "last_target": one.last_target})


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
        rows = by_case(log.case, np.flatnonzero(column.values >= 0))
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
        self.waits = np.array([names[0] == "waiting" for names in log.signals] + [False])
        self.pauses_on = np.array([promise.pause_on >= ANY or r in promise.pause_on for r in log.reasons] + [False])
        self.pauses: list[tuple[Array, ...]] = []
        self.changed: list[tuple[Array, ...]] = []
        self.made = 0

    def run(self, rows: Array, bits: Array, changed: Array) -> None:
        """Take these rows: first the first of every case, then the second of every case, and so on."""
        rows = by_case(self.log.case, rows)
        case = self.log.case[rows]
        heads = heads_of(case)
        nth = np.arange(len(case)) - np.repeat(heads, np.diff(np.append(heads, len(case))))
        sizes = np.bincount(nth)
        rows = rows[np.argsort(nth.astype(np.min_scalar_type(len(sizes))), kind="stable")]
        self._reserve(int(np.count_nonzero(bits[rows] & (_START | _REOPEN))))
        ends = np.cumsum(sizes)
        for begin, end in zip(ends - sizes, ends, strict=True):
            part = rows[begin:end]
            self._take(part, bits[part], changed[part])

    def learn_all(self, rows: Array, log: EventLog) -> None:
        """Take in what is known of cases whose target never changes."""
        case = log.case[rows]
        for name, codes in self.codes.items():
            given = codes[rows] >= 0
            self.known[name][case[given]] = codes[rows][given]
        self._choose_for(np.unique(case))

    def _reserve(self, most: int) -> None:
        self.case = np.zeros(most, np.int64)
        self.start = np.full(most, MISSING, np.int64)
        self.stop = np.full(most, MISSING, np.int64)
        self.cancelled = np.zeros(most, np.bool_)
        self.dropped = np.zeros(most, np.bool_)
        self.first_target = np.full(most, _NOBODY, np.int32)
        self.last_change = np.full(most, _NOBODY, np.int32)
        self.changes = np.ones(most, np.int32)
        self.paused_at = np.full(most, MISSING, np.int64)

    def _take(self, rows: Array, bits: Array, changed: Array) -> None:
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
        self._choose_for(case)
        made = slice(0, self.made)
        late = (self.first_target[made] < 0) & (self.changes[made] == 1) & (self.stop[made] != MISSING)
        if late.any():
            cycle = np.flatnonzero(late)
            cycle = cycle[np.isin(self.case[cycle], case)]
            self.first_target[cycle] = self.last_change[cycle] = self.target[self.case[cycle]]

    def _choose_for(self, case: Array) -> None:
        """The targets of cases by what is known of them."""
        key = np.zeros(len(case), np.int64)
        for name, known in self.known.items():
            key = key * (len(self.log.attributes[name].labels) + 1) + known[case] + 1
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        combinations = zip(*(known[case[first]].tolist() for known in self.known.values()), strict=True)
        self.target[case] = np.array([self._choose(codes) for codes in combinations], np.int32)[inverse]

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
