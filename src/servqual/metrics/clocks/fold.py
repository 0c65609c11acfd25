"""From ordered events to the cycles of one clock, for all cases at once: the same steps as the model's fold.

A fold is a loop over the events of one case. Here the loop runs over n, and takes the n-th events of all cases as
arrays in which each case occurs once:

    case        a  a  a  b  c  c         events of a log, in order
    n           0  1  2  0  0  1
    step 0      a        b  c            one operation on arrays
    step 1         a           c
    step 2            a

The state of a fold (running, waiting for, current cycle, …) is one array per field, indexed by case, and cycles are
rows appended to arrays that are as long as there are starts and reopenings. A step costs as much as the cases that
still have events, so the whole costs one pass over the events; the number of steps is the longest history. A Python
loop over all events would cost a call per event instead.

Most cases need no fold: a clock that starts once, stops once and keeps its target has one cycle, from the first start
to the first stop after it. `_once` finds these with a few passes over the whole log, which makes a usual log 1.7 to
2.5 times as fast as folding all of it. `servqual.model.sla.cycles` is the definition; this file follows it step by
step, and tests hold the two equal.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.cycles import Cycles
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.long_cases import fold_long, longest
from servqual.metrics.clocks.order import heads_of
from servqual.model.sla.agreement import Promise
from servqual.model.sla.clocks import ANY, CALLED_OFF, ENDS_WAIT, Reopening, pauses_on
from servqual.model.sla.cycles import barring, is_doubtful
from servqual.readers.columns.columns import MISSING
from servqual.readers.columns.labels import CLEARED
from servqual.readers.columns.tags import TAGS

_START, _STOP, _CANCEL, _REOPEN, _WAIT, _RESUME, _BAR, _ABSORB, _CALL_OFF, _DOUBT = (1 << bit for bit in range(10))
_NOBODY: Final = -1
_FEW: Final = 1 << 12
"""Combinations of attributes that are looked up in a table; more of them are sorted."""


def cycles_of(log: EventLog, promise: Promise, places: dict[int, int]) -> Cycles:
    """Find the cycles of a promise's clock; `places` has the place of each target (by identity) in the agreement."""
    bits = _bits(log, promise)
    codes = {name: log.matched(name).values for name in promise.chooser.reads}
    changed = log.once(("changed", *codes), lambda: _changed(log.case, codes))
    _check_reasons(log, promise, bits)
    fold = _Fold(log, promise, places, codes)
    plain = _plain_cases(log, promise, bits, changed)
    if plain.all():
        return _once(log, fold, bits, changed)
    simple = plain[log.case]
    rows = np.flatnonzero(~simple & ((bits > 0) | changed))
    long = longest(log.case[rows], len(log.ids))[log.case[rows]]
    fold.run(rows[~long], bits, changed)
    found = _once(log, fold, np.where(simple, bits, 0), simple & changed).merged(fold.cycles())
    if long.any():
        return found.merged(fold_long(log, promise, rows[long], codes, choose=fold.choose, last=fold.target))
    return found


def _bits(log: EventLog, promise: Promise) -> Array:
    """Say as bits what each event means to the clock."""
    bits = _meanings(log, promise).take(log.signal)
    imported = np.flatnonzero(log.imported)
    if len(imported):
        doubtful = np.array([is_doubtful(promise.rule, names) for names in log.signals])
        bits[imported] |= doubtful.take(log.signal.take(imported)).astype(bits.dtype) * np.uint16(_DOUBT)
    return bits


def _meanings(log: EventLog, promise: Promise) -> Array:
    """Say as bits what each signal means to the clock."""
    rule, bars = promise.rule, barring(promise.rule)
    meaning = np.zeros(len(log.signals) + 1, np.uint16)
    for code, names in enumerate(log.signals):
        for bit, listened in (
            (_START, rule.start),
            (_STOP, rule.stop),
            (_CANCEL, rule.cancel),
            (_REOPEN, rule.reopen_on),
            (_BAR, bars),
        ):
            meaning[code] |= 0 if listened.isdisjoint(names) else bit
        if promise.pause_on and (names[0] == "waiting" or names[0] in ENDS_WAIT):
            meaning[code] |= _WAIT if names[0] == "waiting" else _RESUME
        if names[0] in CALLED_OFF and meaning[code] & _CANCEL and rule.reopening is not Reopening.NEVER:
            meaning[code] |= _CALL_OFF
        if rule.from_earliest and "linked.absorbed" in names:
            meaning[code] |= _ABSORB
    return meaning


def _check_reasons(log: EventLog, promise: Promise, bits: Array) -> None:
    """Refuse reasons of waiting that differ from those that pause in letter case alone."""
    if not promise.pause_on or promise.pause_on >= ANY:
        return
    named = {name.casefold() for name in promise.pause_on}
    labels = enumerate(log.on.labels)
    near = [code for code, label in labels if label.casefold() in named and label not in promise.pause_on]
    waits = log.on.values.take(_with(bits, _WAIT)) if near else ()
    for code in near:
        if code in waits:
            pauses_on(log.on.labels[code], promise.pause_on)


def _changed(case: Array, codes: Mapping[str, Array]) -> Array:
    """Mark the events that give a case a new value of an attribute."""
    changed = np.zeros(len(case), np.bool_)
    for values in codes.values():
        known = values >= 0
        rows = slice(None) if known.all() else np.flatnonzero(known)
        value, mine = values[rows], case[rows]
        new = np.ones(len(value), np.bool_)
        np.not_equal(value[1:], value[:-1], out=new[1:])
        new[1:] |= mine[1:] != mine[:-1]
        changed[rows] |= new
    return changed


def _plain_cases(log: EventLog, promise: Promise, bits: Array, changed: Array) -> Array:
    """Mark the cases that have at most one cycle, with one target."""
    rule = promise.rule
    plain = np.ones(len(log.ids), np.bool_)
    if rule.repeats or rule.restarts != "never":
        return ~plain
    plain[log.case[_with(bits, _REOPEN | _CALL_OFF | _ABSORB)]] = False
    first = _by_case(log, _first(log.case, _with(bits, _START)))
    bars = _with(bits, _BAR)
    plain[log.case[bars[bars < first[log.case[bars]]]]] = False
    if promise.chooser.reads:
        # attributes that are known with the first start, and never change, choose one target
        late = np.flatnonzero(changed)
        plain[log.case[late[late > first[log.case[late]]]]] = False
    return plain


def _with(bits: Array, wanted: int) -> Array:
    """Find the rows that have one of these bits."""
    return np.flatnonzero((bits & wanted) > 0)


def _first(case: Array, rows: Array) -> Array:
    """Find the first of some rows in each case."""
    return rows.take(heads_of(case.take(rows)))


def _by_case(log: EventLog, rows: Array) -> Array:
    """Spread rows over the cases of `log.ids`; a case without one gets a place beyond all rows."""
    out = np.full(len(log.ids), len(log.case), np.int64)
    out[log.case.take(rows)] = rows
    return out


def _once(log: EventLog, fold: "_Fold", bits: Array, changed: Array) -> Cycles:
    """Find the cycles of cases that have at most one; the bits of events of all other cases are 0."""
    start_row = _first(log.case, _with(bits, _START))
    began = _by_case(log, start_row)
    ending = _with(bits, _STOP | _CANCEL | _DOUBT)
    after_start = np.flatnonzero(ending > began.take(log.case.take(ending)))
    ended = _by_case(log, _first(log.case, ending.take(after_start)))
    case = log.case.take(start_row)
    stop_row = ended.take(case)
    stops = np.flatnonzero(stop_row < len(log.case))
    stop, (cancelled, in_doubt) = np.full(len(case), MISSING, np.int64), np.zeros((2, len(case)), np.bool_)
    stop[stops] = log.at.take(stop_row.take(stops))
    cancelled[stops] = (bits.take(stop_row.take(stops)) & _STOP) == 0
    in_doubt[stops] = (bits.take(stop_row.take(stops)) & _DOUBT) > 0
    if fold.codes:
        fold.learn_all(np.flatnonzero(changed), log)
    pauses, paused_at = _pauses_of(log, fold, bits, began, ended)
    place = np.full(len(log.ids), -1, np.int64)
    place[case] = np.arange(len(case))
    nothing = np.zeros(0, np.int64)
    return Cycles(
        case=case,
        start=log.at.take(start_row),
        stop=stop,
        cancelled=cancelled,
        in_doubt=in_doubt,
        target=fold.target.take(case),
        paused_at=paused_at.take(case),
        pause_cycle=place.take(pauses[0]),
        pause_start=pauses[1],
        pause_end=pauses[2],
        change_cycle=nothing,
        change_at=nothing,
        change_target=nothing,
        last_target=fold.target,
    )


def _pauses_of(
    log: EventLog, fold: "_Fold", bits: Array, began: Array, ended: Array
) -> tuple[tuple[Array, Array, Array], Array]:
    """Find the pauses in the one cycle of each case: case, start, end; and the starts of pauses that last."""
    nobody = len(log.case)
    rows = _with(bits, _WAIT | _RESUME)
    case = log.case.take(rows)
    # the reason for a pause after each event, as a code from 1; 0 is no pause
    reasons = np.append(0, np.arange(1, len(log.on.labels) + 1) * fold.pauses_on[:-1])
    reason = reasons.take(log.on.values.take(rows) + 1) * ((bits.take(rows) & _WAIT) > 0)
    before = np.zeros_like(reason)
    np.multiply(reason[:-1], case[1:] == case[:-1], out=before[1:])
    turns = np.flatnonzero(reason != before)
    if len(turns) < len(rows):
        rows, case, reason = rows.take(turns), case.take(turns), reason.take(turns)
    pauses = np.flatnonzero(reason)
    until = np.append(rows, nobody).take(pauses + 1)
    mine = case.take(pauses)
    until[np.append(case, -1).take(pauses + 1) != mine] = nobody
    start_row = np.maximum(rows.take(pauses), began.take(mine))
    end_row = np.minimum(until, ended.take(mine))
    inside = np.flatnonzero(start_row < end_row)
    if len(inside) < len(mine):
        mine, start_row, end_row = mine.take(inside), start_row.take(inside), end_row.take(inside)
    paused_at = np.full(len(log.ids), MISSING, np.int64)
    lasts = np.flatnonzero(end_row == nobody)
    paused_at[mine.take(lasts)] = log.at.take(start_row.take(lasts))
    done = np.flatnonzero(end_row < nobody)
    return (mine.take(done), log.at.take(start_row.take(done)), log.at.take(end_row.take(done))), paused_at


class _Fold:
    """The state of the fold of every case, one array per field, and the cycles made so far."""

    def __init__(self, log: EventLog, promise: Promise, places: dict[int, int], codes: dict[str, Array]) -> None:
        size = len(log.ids)
        self.log, self.rule, self.promise, self.codes = log, promise.rule, promise, codes
        self.places = places
        self.known = {name: np.full(size, -1, np.int32) for name in codes}
        self.choices: dict[tuple[int, ...], int] = {}
        self.target = np.full(size, self.choose(tuple(-1 for _ in codes)), np.int32)
        self.pauses_on = np.array([promise.pause_on >= ANY or r in promise.pause_on for r in log.on.labels] + [False])
        names = list(dict.fromkeys(signal[0] for signal in log.signals))
        self.kind = np.array([names.index(signal[0]) for signal in log.signals] + [_NOBODY], np.int32)
        self.pauses: list[tuple[Array, ...]] = []
        self.changed: list[tuple[Array, ...]] = []
        self.made = 0

    def run(self, rows: Array, bits: Array, changed: Array) -> None:
        """Fold these rows: the first of every case, then the second of every case, and so on."""
        case = self.log.case[rows]
        heads = heads_of(case)
        nth = np.arange(len(case)) - np.repeat(heads, np.diff(np.append(heads, len(case))))
        sizes = np.bincount(nth)
        rows = rows[np.argsort(nth.astype(np.min_scalar_type(len(sizes))), kind="stable")]
        # an event may both reopen a clock and begin it anew
        self._reserve(sum(int(np.count_nonzero(bits[rows] & bit)) for bit in (_START, _REOPEN)))
        ends = np.cumsum(sizes)
        for begin, end in zip(ends - sizes, ends, strict=True):
            nth_rows = rows[begin:end]
            self._take(nth_rows, bits[nth_rows], changed[nth_rows])

    def learn_all(self, rows: Array, log: EventLog) -> None:
        """Learn the attributes of cases whose target never changes."""
        case = log.case.take(rows)
        for name, codes in self.codes.items():
            value = codes.take(rows)
            given = value >= 0
            self.known[name][case[given]] = value[given]
        self._choose_for(case.take(heads_of(case)))

    def _reserve(self, most: int) -> None:
        size = len(self.log.ids)
        self.waiting = np.full(size, _NOBODY, np.int32)
        self.barred = np.zeros(size, np.bool_)
        self.running = np.zeros(size, np.bool_)
        self.current = np.full(size, -1, np.int64)
        self.first = np.full(size, -1, np.int64)
        self.case = np.zeros(most, np.int64)
        self.start = np.full(most, MISSING, np.int64)
        self.stop = np.full(most, MISSING, np.int64)
        self.cancelled = np.zeros(most, np.bool_)
        self.in_doubt = np.zeros(most, np.bool_)
        self.dropped = np.zeros(most, np.bool_)
        self.began_with = np.full(most, _NOBODY, np.int32)
        self.first_target = np.full(most, _NOBODY, np.int32)
        self.last_change = np.full(most, _NOBODY, np.int32)
        self.changes = np.ones(most, np.int32)
        self.paused_at = np.full(most, MISSING, np.int64)

    def _take(self, rows: Array, bits: Array, changed: Array) -> None:
        case, at, kind = self.log.case[rows], self.log.at[rows], self.kind[self.log.signal[rows]]
        ended = self._end(case, at, bits, kind)
        if changed.any():
            self._learn(rows[changed], case[changed], at[changed])
        if self.promise.chooser.reads:
            self._retarget(case, at)
        waits = (bits & (_WAIT | _RESUME)) > 0
        if waits.any():
            self._wait(rows[waits], case[waits], at[waits], (bits[waits] & _WAIT) > 0)
        if self.rule.stops_alone:
            bits = np.where(ended, bits & ~np.uint16(_START), bits)
        self._begin(rows, case, at, bits, kind)

    def _end(self, case: Array, at: Array, bits: Array, kind: Array) -> Array:
        """End or reopen the cycles that these events end or reopen; return which of them ended one."""
        runs = self.running[case]
        ends = runs & ((bits & (_STOP | _CANCEL | _DOUBT)) > 0)
        if ends.any():
            cycle = self.current[case[ends]]
            self._resume(cycle, at[ends])
            self.stop[cycle] = at[ends]
            self.cancelled[cycle] = (bits[ends] & _STOP) == 0
            self.in_doubt[cycle] = (bits[ends] & _DOUBT) > 0
            self.running[case[ends]] = False
        rests = ~runs & (self.current[case] >= 0)
        off = rests & ((bits & _CALL_OFF) > 0) & ~self.barred[case]
        if off.any():
            cycle = self.current[case[off]]
            self.stop[cycle], self.cancelled[cycle] = at[off], True
        back = rests & ((bits & (_REOPEN | _CANCEL)) == _REOPEN)
        if back.any():
            self._reopen(case[back], at[back], kind[back])
        return ends

    def _reopen(self, case: Array, at: Array, kind: Array) -> None:
        """Continue stopped clocks as the rule says; those that the end of the case cut off never stopped."""
        cut, never = self.cancelled[self.current[case]], self.rule.reopening is Reopening.NEVER
        goes_on = np.where(cut, self.barred[case], not never) & ~self.in_doubt[self.current[case]]
        case, at, kind = case[goes_on], at[goes_on], kind[goes_on]
        cycle = self.current[case]
        match self.rule.reopening:
            case Reopening.RESUME:
                self.pauses.append((cycle, self.stop[cycle], at))
                self._go_on(cycle)
            case Reopening.RETROACTIVE | Reopening.NEVER:
                self._go_on(cycle)
            case Reopening.RESTART:
                self.dropped[cycle] = True
                self._new(case, at, kind)
            case _:
                self._new(case, at, kind)
        self.running[case] = True
        paused = self.waiting[case] != _NOBODY
        self.paused_at[self.current[case[paused]]] = at[paused]

    def _go_on(self, cycle: Array) -> None:
        self.stop[cycle], self.cancelled[cycle] = MISSING, False

    def _new(self, case: Array, at: Array, kind: Array) -> Array:
        cycle = np.arange(self.made, self.made + len(case))
        self.made += len(case)
        self.case[cycle], self.start[cycle], self.began_with[cycle] = case, at, kind
        self.first_target[cycle] = self.last_change[cycle] = self.target[case]
        fresh = self.first[case] < 0
        self.first[case[fresh]] = cycle[fresh]
        replaced = ~fresh & self.dropped[self.first[case]]
        self.first[case[replaced]] = cycle[replaced]
        self.current[case] = cycle
        return cycle

    def _learn(self, rows: Array, case: Array, at: Array) -> None:
        """Learn attributes; a cycle without a target gets the first one of its case if that begins at its stop."""
        for name, codes in self.codes.items():
            value = codes[rows]
            given = value >= 0
            self.known[name][case[given]] = value[given]
        self._choose_for(case)
        has = self.current[case] >= 0
        cycle, case, at = self.current[case[has]], case[has], at[has]
        late = (self.stop[cycle] == at) & (self.first_target[cycle] < 0) & (self.changes[cycle] == 1)
        self.first_target[cycle[late]] = self.last_change[cycle[late]] = self.target[case[late]]

    def _choose_for(self, case: Array) -> None:
        """Choose the targets of cases by their attributes, once per combination of values."""
        key = np.zeros(len(case), np.int64)
        for name, known in self.known.items():
            key *= len(self.log.matched(name).labels) + 1
            key += known.take(case)
            key += 1
        if key.max(initial=0) < _FEW:
            one_of: Array = np.full(_FEW, -1, np.int32)
            one_of[key] = np.arange(len(key))
            there = np.flatnonzero(one_of >= 0)
            first, place = one_of.take(there), np.zeros(_FEW, np.intp)
            place[there] = np.arange(len(there))
            inverse = place.take(key)
        else:
            _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        combinations = zip(*(known[case[first]].tolist() for known in self.known.values()), strict=True)
        self.target[case] = np.array([self.choose(codes) for codes in combinations], np.int32).take(inverse)

    def choose(self, codes: tuple[int, ...]) -> int:
        """Choose the place of a target by the codes of attributes."""
        if codes not in self.choices:
            known = dict[str, Any]()
            for name, code in zip(self.codes, codes, strict=True):
                label = self.log.matched(name).labels[code] if code >= 0 else CLEARED
                if label != CLEARED:
                    known[name] = self.log.tags_of(label) if name == TAGS else label
            chooser = self.promise.chooser
            target = (chooser.choose_by_types if self.log.typed else chooser.choose_by_labels)(known)
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
        on = self.log.on.values[rows]
        reason = np.where(waits & self.pauses_on[on], on, _NOBODY)
        new = self.running[case] & (reason != self.waiting[case])
        if new.any():
            cycle = self.current[case[new]]
            self._resume(cycle, at[new])
            paused = reason[new] != _NOBODY
            self.paused_at[cycle[paused]] = at[new][paused]
        self.waiting[case] = reason

    def _begin(self, rows: Array, case: Array, at: Array, bits: Array, kind: Array) -> None:
        rule = self.rule
        self.barred[case] = (self.barred[case] & ((bits & _REOPEN) == 0)) | ((bits & _BAR) > 0)
        runs, has = self.running[case], self.current[case] >= 0
        may = np.where(runs, rule.restarts != "never", True if rule.repeats else ~has)
        if rule.restarts == "other":
            may[runs] = self.began_with[self.current[case[runs]]] != kind[runs]
        begins = may & ((bits & _START) > 0) & ~self.barred[case]
        if begins.any():
            mine = case[begins]
            again = self.running[mine]
            self.dropped[self.current[mine[again]]] = True
            cycle = self._new(mine, at[begins], kind[begins])
            self.running[mine] = True
            paused = self.waiting[mine] != _NOBODY
            self.paused_at[cycle[paused]] = at[begins][paused]
        if rule.from_earliest:
            absorbs = ~begins & has & ((bits & _ABSORB) > 0)
            since = self.log.since.values[rows]
            since = np.where(since == MISSING, at, since)[absorbs]
            cycle = self.first[case[absorbs]]
            self.start[cycle] = np.minimum(self.start[cycle], since)

    def cycles(self) -> Cycles:
        """Return the cycles that stand, those of a case in order."""
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
            in_doubt=self.in_doubt[order],
            target=self.first_target[order],
            paused_at=self.paused_at[order],
            **pause,
            **change,
            last_target=self.target,
        )


def _joined(made: list[tuple[Array, ...]], place: Array) -> list[Array]:
    """Join the rows that the steps made, with the places of their cycles, without those of dropped cycles."""
    if not made:
        return [np.zeros(0, np.int64)] * 3
    columns = [np.concatenate([rows[i] for rows in made]).astype(np.int64) for i in range(3)]
    columns[0] = place[columns[0]]
    kept = columns[0] >= 0
    columns = [column[kept] for column in columns]
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]
