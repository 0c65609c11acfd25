"""The one true order of the events of a log: by case, in each by moment, and at one moment as the lifecycle has it.

Events of a case at one moment go by `seq`, then as the lifecycle of a case orders those of one instant: each as soon as
the case allows it. Only cases that have such ties are walked through one by one. Two events of one kind at one instant
are told apart by what their rows say, so that the order of the rows never matters.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from servqual._arrays import Array
from servqual.model.history.lifecycle import Move
from servqual.model.hours.spans import moment
from servqual.model.service.case import CASE_TRANSITIONS, CaseStatus
from servqual.readers.columns.columns import Column
from servqual.readers.columns.tables import Kind
from servqual.readers.memory.object_columns import EVENT_COLUMNS


def order_of(case: Array, at: Array) -> Array | None:
    """The rows in the order of case and moment, those of one moment in any; None where they are in it already."""
    later = at[1:] >= at[:-1]
    if later.all():
        return None if (case[1:] >= case[:-1]).all() else _by_case(case)
    if ((case[1:] > case[:-1]) | ((case[1:] == case[:-1]) & later)).all():
        return None
    order = np.argsort(at)
    return np.asarray(order[_by_case(case[order])])


def ties_of(case: Array, at: Array) -> Array:
    """Which events, in the order of case and moment, are at the same moment as the one before them."""
    tied = np.zeros(len(at), np.bool_)
    np.logical_and(case[1:] == case[:-1], at[1:] == at[:-1], out=tied[1:])
    return tied


def settled(
    order: Array, tied: Array, columns: Mapping[str, Column], signal: Array, signals: tuple[tuple[str, ...], ...]
) -> Array:
    """The one true order of rows that are in the order of case and moment, where some are tied."""
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
            order, rows, case[rows], tied, _Steps(signal, signals, _content(columns, [names[0] for names in signals]))
        )
    return order


def heads_of(case: Array) -> Array:
    """Where each case begins, in rows that are in the order of cases."""
    heads = np.ones(len(case), np.bool_)
    np.not_equal(case[1:], case[:-1], out=heads[1:])
    return np.flatnonzero(heads)


def _by_case(case: Array) -> Array:
    """Rows in the order of their cases, those of a case as they come; by sixteen bits at a time, which are counted."""
    order = np.argsort(case.astype(np.uint16), kind="stable")
    high = int(case.max(initial=0)) >> 16
    if high:
        order = order[np.argsort((case >> 16).astype(np.min_scalar_type(high))[order], kind="stable")]
    return order


def _content(columns: Mapping[str, Column], names: Sequence[str]) -> Callable[[int, int], tuple[str, ...]]:
    """What a row of each signal says: the fields that are decisive in the model, then all labels by their names."""
    kinds = {kind.stored_name: kind for kind in CASE_TRANSITIONS.events}
    all_labels = [columns[name] for name in sorted(columns) if columns[name].kind is Kind.LABEL]
    told: list[list[Column | None]] = []
    for name in names:
        column_of = {field: column for column, field in EVENT_COLUMNS.get(name, {}).items()}
        fields = kinds[name].decisive if name in kinds else ()
        told.append([*(columns.get(column_of.get(field, field)) for field in fields), *all_labels])

    def content(row: int, signal: int) -> tuple[str, ...]:
        return tuple("" if column is None else _text(column, row) for column in told[signal])

    return content


def _text(column: Column, row: int) -> str:
    """A cell as `Event.content` has it."""
    if not column.take(slice(row, row + 1)).known[0]:
        return ""
    value = column.values[row]
    if column.kind is Kind.LABEL:
        return str(column.labels[int(value)])
    return f"{moment(int(value)):%Y-%m-%d %H:%M:%S.%f}" if column.kind is Kind.MOMENT else str(int(value))


def _settle(order: Array, rows: Array, case: Array, tied: Array, steps: "_Steps") -> None:
    """Put events of one case and moment into the order of the lifecycle, case by case."""
    heads = heads_of(case)
    for first, last in zip(heads.tolist(), [*heads[1:].tolist(), len(rows)], strict=True):
        mine = rows[first:last]
        order[mine] = steps.walk(order[mine].tolist(), tied[mine].tolist())


class _Steps:
    """The transitions of a case on signal codes: what each status allows, and where it leads."""

    def __init__(
        self, signal: Array, signals: tuple[tuple[str, ...], ...], content: Callable[[int, int], tuple[str, ...]]
    ) -> None:
        self.signal, self.content = signal, content
        rank = {kind.stored_name: place for place, kind in enumerate(CASE_TRANSITIONS.events)}
        self.rank = [rank.get(names[0], -1) for names in signals]
        self.to: dict[tuple[CaseStatus | None, int], CaseStatus | Move] = {}
        for code, names in enumerate(signals):
            for row in CASE_TRANSITIONS.rows:
                if row.event.stored_name == names[0] and (row.guard is None or names[-1] == "verified.passed"):
                    for source in row.sources:
                        self.to.setdefault((source, code), row.target)

    def walk(self, places: list[int], tied: list[bool]) -> list[int]:
        """The places in order; ties go by rank, each as soon as the status allows it."""
        codes = self.signal[places].tolist()
        status: CaseStatus | None = None
        came_from: CaseStatus | None = None
        out: list[int] = []
        i = 0
        while i < len(places):
            j = i + 1
            while j < len(places) and tied[j]:
                j += 1
            waiting = list(range(i, j))
            if len(waiting) > 1:
                keys = {n: (self.rank[codes[n]], self.content(places[n], codes[n])) for n in waiting}
                waiting.sort(key=keys.__getitem__)
            while waiting:
                pick = next((n for n, e in enumerate(waiting) if (status, codes[e]) in self.to), 0)
                event = waiting.pop(pick)
                out.append(places[event])
                target = self.to.get((status, codes[event]), Move.STAY)
                if target is Move.BACK:
                    status, came_from = came_from, None
                elif not isinstance(target, Move):
                    came_from = status if target is CaseStatus.WAITING else None
                    status = target
            i = j
        return out
