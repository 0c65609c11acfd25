"""Rows held until all of them are there, apart by customer, so that a block has every row of each of its customers."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual.metrics.accumulators import Array
from servqual.metrics.sets import hash_of
from servqual.readers.columns import Batch, Column, joined

__all__ = ["Blocks"]

_BLOCKS: Final = 64
"""Of 20 million rows a block then fits the processor's cache."""
_LITTLE: Final = 1 << 18
"""Fewer rows than this are one block."""


class Blocks:
    """Takes batches and gives blocks of whole customers; only the columns that are asked for are kept."""

    def __init__(self, key: str, columns: Collection[str]) -> None:
        self._key, self._columns = key, columns
        self._held: list[list[Batch]] = [[] for _ in range(_BLOCKS)]
        self._labels: Sequence[Any] = ()
        self._block_of = np.zeros(0, np.uint8)
        self._rows = 0

    def __bool__(self) -> bool:
        return any(self._held)

    def add(self, batch: Batch) -> None:
        """Hold one more batch."""
        kept = {name: column for name, column in batch.columns.items() if name in self._columns}
        batch = attrs.evolve(batch, columns=kept)
        self._rows += batch.size
        column = batch.columns.get(self._key)
        if column is None or not batch.size:
            self._held[0].append(batch)
            return
        block = self._blocks(column)
        order = np.argsort(block, kind="stable")
        ends = np.cumsum(np.bincount(block, minlength=_BLOCKS))
        numbers = np.asarray(batch.rows)
        refused: dict[int, list[Any]] = {}
        if batch.refusals:
            home = dict(zip(numbers.tolist(), block.tolist(), strict=True))
            for refusal in batch.refusals:
                refused.setdefault(home[refusal.row], []).append(refusal)
        for number, (first, last) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
            rows, lost = order[first:last], batch.lost if number == 0 else ()
            self._held[number].append(
                attrs.evolve(
                    batch,
                    columns={name: _compact(column.take(rows)) for name, column in kept.items()},
                    size=len(rows),
                    read=len(rows) + len(lost),
                    rows=numbers[rows],
                    refusals=refused.get(number, ()),
                    lost=lost,
                    weights=None if batch.weights is None else batch.weights[rows],
                )
            )

    def _blocks(self, column: Column) -> Array:
        if column.labels is not self._labels:
            self._labels = column.labels
            self._block_of = np.append((hash_of(column.labels) % _BLOCKS).astype(np.uint8), np.uint8(0))
        return self._block_of.take(column.values, mode="wrap")

    def __iter__(self) -> Iterator[Batch]:
        """The blocks; a block is given up as it is handed out."""
        if self._rows <= _LITTLE:
            every = [batch for held in self._held for batch in held]
            self._held = [every]
        while self._held:
            batches = self._held.pop()
            if batches:
                yield joined(batches)


def _compact(column: Column) -> Column:
    """Without the labels that no row has, where they are far more than the rows; ranges cost nothing."""
    if isinstance(column.labels, range) or len(column.labels) <= 4 * len(column.values):
        return column
    present, codes = np.unique(column.values, return_inverse=True)
    known = present[present >= 0]
    shift = len(present) - len(known)
    labels = [column.labels[code] for code in known.tolist()]
    return attrs.evolve(column, values=(codes - shift).astype(np.int32), labels=labels)
