"""The one true order of the events of a log: by case, then by moment, then as the lifecycle of a case allows.

Three sorts, each only of the rows that the one before left undecided:

    case, moment    all rows                     sorted as arrays; skipped where rows are in order already
    seq             rows that share a moment     sorted as arrays
    lifecycle       cases that still have ties   walked one by one, each event as soon as the status allows it

Two events of one kind at one instant are told apart by the content of their rows, so the input order never matters.
Sorting by case takes 16 bits of the code at a time, because numpy sorts 16-bit numbers stably by counting (radix sort)
and longer ones by comparing. A walk runs Python per event and is slow, but few cases of a log have ties. It cannot be a
sort: whether one event may precede another depends on all events before.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np

from servqual._arrays import Array
from servqual.model.history.lifecycle import Move
from servqual.model.hours.spans import moment
from servqual.model.service.case import CASE_TRANSITIONS, CaseStatus, Opened
from servqual.readers.columns.columns import Column
from servqual.readers.columns.tables import Kind
from servqual.readers.memory.object_columns import EVENT_COLUMNS


def order_of(case: Array, at: Array) -> Array | None:
    """Order rows by case and moment, those of one moment in any way; None where they are in order already."""
    later = at[1:] >= at[:-1]
    if later.all():
        return None if (case[1:] >= case[:-1]).all() else _by_case(case)
    if ((case[1:] > case[:-1]) | ((case[1:] == case[:-1]) & later)).all():
        return None
    order = np.argsort(at)
    return np.asarray(order[_by_case(case[order])])


def ties_of(case: Array, at: Array) -> Array:
    """Mark events at the moment of the one before them, in rows ordered by case and moment."""
    tied = np.zeros(len(at), np.bool_)
    np.logical_and(case[1:] == case[:-1], at[1:] == at[:-1], out=tied[1:])
    return tied


def settled(
    order: Array, tied: Array, columns: Mapping[str, Column], signal: Array, signals: tuple[tuple[str, ...], ...]
) -> Array:
    """Settle the ties of rows that are ordered by case and moment."""
    order, tied = order.copy(), tied.copy()
    near = np.flatnonzero(tied | np.append(tied[1:], [False]))
    seq = np.nan_to_num(columns["seq"].values[order[near]]) if "seq" in columns else np.zeros(len(near))
    by_seq = np.lexsort((order[near], seq, np.cumsum(~tied[near])))
    order[near], seq = order[near][by_seq], seq[by_seq]
    tied[near[1:]] &= seq[1:] == seq[:-1]
    if tied.any():
        case = columns["case_id"].values[order]
        concerned = np.zeros(int(case.max()) + 1, np.bool_)
        concerned[case[tied]] = True
        rows = np.flatnonzero(concerned[case])
        _settle(
            order, rows, case[rows], tied, _Steps(signal, signals, [content_of(columns, names[0]) for names in signals])
        )
    return order


def heads_of(case: Array) -> Array:
    """Find the first row of each case, in rows ordered by case."""
    heads = np.ones(len(case), np.bool_)
    np.not_equal(case[1:], case[:-1], out=heads[1:])
    return np.flatnonzero(heads)


def _by_case(case: Array) -> Array:
    """Order rows by case, those of a case in their present order, 16 bits of the code at a time."""
    order = np.argsort(case.astype(np.uint16), kind="stable")
    high = int(case.max(initial=0)) >> 16
    if high:
        order = order[np.argsort((case >> 16).astype(np.min_scalar_type(high))[order], kind="stable")]
    return order


def content_of(columns: Mapping[str, Column], event: str, *first: str) -> Callable[[int], tuple[str, ...]]:
    """Read the content of a row: these columns, the fields of its event that decide in the model, all others."""
    fields = next((kind.decisive for kind in CASE_TRANSITIONS.events if kind.stored_name == event), ())
    named = EVENT_COLUMNS.get(event, {})
    deciding = [[column for column, told in named.items() if told == field] or [field] for field in fields]
    groups = [*([name] for name in first), *deciding, *([name] for name in sorted(columns) if name != "seq")]
    told = [[columns[name] for name in names if name in columns] for names in groups]

    def content(row: int) -> tuple[str, ...]:
        return tuple(max((_text(column, row) for column in group), default="") for group in told)

    return content


def _text(column: Column, row: int) -> str:
    """Write a cell as `Event.content` does."""
    if not column.take(slice(row, row + 1)).known[0]:
        return ""
    value = column.values[row]
    if column.kind is Kind.LABEL:
        return str(column.labels[int(value)])
    return f"{moment(int(value)):%Y-%m-%d %H:%M:%S.%f}" if column.kind is Kind.MOMENT else str(int(value))


def _settle(order: Array, rows: Array, case: Array, tied: Array, steps: "_Steps") -> None:
    """Order events of one case and moment by the lifecycle, case by case."""
    heads = heads_of(case)
    for first, last in zip(heads.tolist(), [*heads[1:].tolist(), len(rows)], strict=True):
        mine = rows[first:last]
        order[mine] = steps.walk(order[mine].tolist(), tied[mine].tolist())


class _Steps:
    """The transitions of a case by signal codes: the events that each status allows, and the next status.

    A case goes the short way once it was opened so. Of guards only that of a verification is known from the signals.
    """

    def __init__(
        self,
        signal: Array,
        signals: tuple[tuple[str, ...], ...],
        content: Sequence[Callable[[int], tuple[str, ...]]],
    ) -> None:
        self.signal, self.content = signal, content
        rank = {kind.stored_name: place for place, kind in enumerate(CASE_TRANSITIONS.events)}
        self.rank = [rank.get(names[0], -1) for names in signals]
        self.to: dict[tuple[CaseStatus | None, int, bool], CaseStatus | Move] = {}
        self.begins_short = [names[0] == Opened.stored_name for names in signals]
        for code, names in enumerate(signals):
            for row in CASE_TRANSITIONS.rows:
                if row.event.stored_name == names[0] and (row.guard is None or names[-1] != "verified.failed"):
                    for source, short in product(row.sources, (True,) if row.short else (False, True)):
                        self.to.setdefault((source, code, short), row.target)

    def walk(self, places: list[int], tied: list[bool]) -> list[int]:
        """Order places; ties go by rank, each as soon as the status allows it."""
        codes = self.signal[places].tolist()
        status: CaseStatus | None = None
        came_from: CaseStatus | None = None
        short = False
        out: list[int] = []
        i = 0
        while i < len(places):
            j = i + 1
            while j < len(places) and tied[j]:
                j += 1
            waiting = list(range(i, j))
            if len(waiting) > 1:
                keys = {n: (self.rank[codes[n]], self.content[codes[n]](places[n])) for n in waiting}
                waiting.sort(key=keys.__getitem__)
            while waiting:
                pick = next((n for n, e in enumerate(waiting) if (status, codes[e], short) in self.to), 0)
                event = waiting.pop(pick)
                out.append(places[event])
                target = self.to.get((status, codes[event], short), Move.STAY)
                short = short or self.begins_short[codes[event]]
                if target is Move.BACK:
                    status, came_from = came_from, None
                elif not isinstance(target, Move):
                    came_from = status if target is CaseStatus.WAITING else None
                    status = target
            i = j
        return out
