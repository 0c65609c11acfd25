"""The rows of one delivery that a state takes: those that are not late and were not sent before."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.streams.sent import Sent, content_of, ids_of
from servqual.readers.columns.columns import Chunk, Column, joined
from servqual.readers.columns.duplicates import listed_under
from servqual.readers.columns.refusals import Refusal
from servqual.readers.columns.standing import REPEATS, UNCHECKED
from servqual.readers.columns.tables import Kind

LATE: Final = "lies in a window that is closed"
"""The reason of a row that came after its window was closed."""
_AHEAD: Final = "due_at"
"""The moment that is known before it comes."""


class Arrivals:
    """The chunks of one table, without rows that come too late, and of rows with one id only the first.

    `at` dates the rows, and those before `closed` are late. After they were read, `sent` knows the ids of their rows,
    `latest` the last moment that has come, and `columns` what they have.
    """

    def __init__(
        self, table: str, chunks: Iterable[Callable[[], Chunk]], at: str, *, closed: int, sent: Sent, latest: int
    ) -> None:
        self._table, self._chunks, self._at, self._closed, self._before = table, chunks, at, closed, (sent, latest)
        self.sent, self.latest, self.columns = sent, latest, frozenset[str]()

    def __iter__(self) -> Iterator[Callable[[], Chunk]]:
        # a file whose ids repeat is read again, from the start
        self.sent, self.latest = self._before
        for read in self._chunks:
            chunk = self._taken(read())
            yield lambda chunk=chunk: chunk  # type: ignore[misc]

    def _taken(self, chunk: Chunk) -> Chunk:
        if chunk.size:
            self.columns |= chunk.columns.keys()
        for name, column in chunk.columns.items():
            if column.kind is Kind.MOMENT and name != _AHEAD:
                self.latest = max(self.latest, int(column.values.max(initial=0)))
        at = chunk.columns.get(self._at) or Column.missing(Kind.MOMENT, chunk.size)
        late = at.known & (at.values < self._closed)
        named = ids_of(self._table, chunk.columns)
        again = same = np.zeros(chunk.size, np.bool_)
        if named is not None:
            ids, has = named
            content = content_of(chunk.columns, sorted(chunk.columns))
            again, same = (mask & has & ~late for mask in self.sent.compared(ids, content))
            fresh = has & ~late & ~again
            # the id of a row without a moment is remembered as long as that of one that happens now
            moments = np.where(at.known, at.values, self.latest)
            self.sent = self.sent.with_rows(ids[fresh], content[fresh], moments[fresh])
        if late.any() or again.any():
            chunk = self._without(chunk, late, again, same)
        return chunk

    def _without(self, chunk: Chunk, late: Array, again: Array, same: Array) -> Chunk:
        """Leave out late rows, and rows that were sent before, each with its reason."""
        at, numbers, keep = chunk.columns.get(self._at), chunk.numbers, np.flatnonzero(~(late | again))
        name = listed_under(self._table, chunk.columns)
        ids = chunk.columns.get(name)
        lost = [*chunk.lost]
        for row in np.flatnonzero(late).tolist():
            assert at is not None
            lost.append(Refusal(int(numbers[row]), self._at, str(at.values[row].view("datetime64[us]")), LATE))
        for row in np.flatnonzero(again).tolist():
            shown = "" if ids is None else str(ids.labels[int(ids.values[row])])
            lost.append(Refusal(int(numbers[row]), name, shown, REPEATS if same[row] else UNCHECKED))
        return attrs.evolve(
            chunk,
            columns={key: column.take(keep) for key, column in chunk.columns.items()},
            size=len(keep),
            rows=numbers[keep],
            refusals=chunk.refusals.only(numbers[keep]),
            lost=lost,
            left=joined([part for part in (chunk.left, chunk.take(np.flatnonzero(late | again))) if part]),
        )
