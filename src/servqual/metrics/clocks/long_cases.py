"""The few longest cases of a log, folded event by event with the model's own clock.

`fold` takes the n-th events of all cases at once, some hundred calls of numpy per step. Where one case has a million
events each step is one event, and costs twenty times as much as a step of the model's clock, which is used here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.cycles import Cycles
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.order import heads_of
from servqual.model.hours.spans import LAST
from servqual.model.sla.agreement import Promise
from servqual.model.sla.cycles import Chooser, Cycle, cycles_of
from servqual.readers.columns.columns import MISSING

_LONG: Final = 512
"""Events up to which a case is folded in steps with all others."""
_FEW: Final = 16
"""Cases that are taken out of the steps; of more cases a step costs less per event."""


def longest(case: Array, size: int) -> Array:
    """Mark the longest cases by the case of each event: at most `_FEW`, and only those with more than `_LONG`."""
    counts = np.bincount(case, minlength=size)
    usual = np.partition(counts, -_FEW - 1)[-_FEW - 1] if size > _FEW else 0
    return np.asarray(counts > max(_LONG, usual))


def fold_long(
    log: EventLog,
    promise: Promise,
    rows: Array,
    codes: Mapping[str, Array],
    *,
    choose: Callable[[tuple[int, ...]], int],
    last: Array,
) -> Cycles:
    """Fold these rows, by case; `choose` gives the place of a target by codes, and `last` takes the last of each case.

    Targets that are no target have the place -1.
    """

    def place(known: Mapping[str, int]) -> int | None:
        found = choose(tuple(known.get(name, -1) for name in codes))
        return None if found < 0 else found

    chooser = Chooser(tuple(codes), place, place, place)
    ends = np.append(heads_of(log.case[rows]), len(rows)).tolist()
    cases, found = list[int](), list[Cycle[int]]()
    for first, end in pairwise(ends):
        history: Any = _events(log, rows[first:end], codes)
        until: Any = LAST
        cycles, target = cycles_of(history, promise.rule, promise.pause_on, chooser, until)
        case = int(log.case[rows[first]])
        last[case] = -1 if target is None else target
        cases += [case] * len(cycles)
        found += cycles
    return _columns(cases, found, last)


def _events(log: EventLog, rows: Array, codes: Mapping[str, Array]) -> Iterator[SimpleNamespace]:
    """Give the rows as events whose moments are microseconds and whose attributes are codes."""
    on, reasons = log.on.values.take(rows), [*log.on.labels, None]
    since = log.since.values.take(rows)
    imported = log.imported.take(rows) if len(log.imported) else np.zeros(len(rows), np.bool_)
    given = (
        log.at.take(rows),
        log.signal.take(rows),
        on,
        since,
        imported,
        *(code.take(rows) for code in codes.values()),
    )
    for at, signal, why, begun, made, *known in zip(*(values.tolist() for values in given), strict=True):
        yield SimpleNamespace(
            at=at,
            signals=log.signals[signal],
            on=reasons[why],
            since=None if begun == MISSING else begun,
            imported=made,
            **{name: code for name, code in zip(codes, known, strict=True) if code >= 0},
        )


def _columns(cases: Sequence[int], cycles: Sequence[Cycle[int]], last: Array) -> Cycles:
    pauses = [(n, start, end) for n, cycle in enumerate(cycles) for start, end, _ in cycle.pauses if end is not None]
    changes = [(n, at, target) for n, cycle in enumerate(cycles) for at, target in cycle.changes[1:]]
    lasting = [next((start for start, end, _ in cycle.pauses[-1:] if end is None), None) for cycle in cycles]

    def whole(values: Sequence[Any], missing: int = MISSING) -> Array:
        return np.array([missing if value is None else value for value in values], np.int64)

    def three(made: Sequence[tuple[Any, ...]]) -> list[Array]:
        return [whole([one[column] for one in made], -1) for column in range(3)]

    named = zip(("pause_cycle", "pause_start", "pause_end"), three(pauses), strict=True)
    turned = zip(("change_cycle", "change_at", "change_target"), three(changes), strict=True)
    return Cycles(
        case=whole(cases),
        start=whole([cycle.start for cycle in cycles]),
        stop=whole([cycle.stop for cycle in cycles]),
        cancelled=np.array([cycle.cancelled for cycle in cycles], np.bool_),
        in_doubt=np.array([cycle.in_doubt for cycle in cycles], np.bool_),
        target=whole([cycle.changes[0].target for cycle in cycles], -1),
        paused_at=whole(lasting),
        last_target=last,
        **dict(named),
        **dict(turned),
    )
