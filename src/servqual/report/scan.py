"""One look through the cases before anything is measured: columns, moments, and what looks odd."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np

from servqual._words import counted
from servqual.readers import Chunk, Export
from servqual.readers.columns.duplicates import RepeatedIdError
from servqual.readers.columns.refusals import Refusal
from servqual.readers.columns.tables import moments_of
from servqual.readers.sources import Source, TableChunks

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LARGE: Final = 1 << 23
"""Bytes of a file from which on no rows are held."""
_HELD: Final = 1 << 16
"""Rows that are held in memory; the typed columns of a case take about 150 bytes."""
_US: Final = dt.timedelta(microseconds=1)
_HAPPENED: Final = tuple(name for name in moments_of("cases") if name != "due_at")


@attrs.define
class Scan:
    """Facts about the cases of an export.

    Attributes:
        read, lost, size: the rows of the source, those of them that reached no case, and the cases made of the rest.
        first, last_received: when the first and the last case came in.
        last, last_column: the latest moment of all, and the column that holds it.
        unseen: the cases that came in after `now`.
        closed_only: the cases that were closed without a resolved_at.
        labels: of the columns by which targets choose their cases, the labels that occur.
        losses: how often a row or a case fell away for a column and a reason.
        examples: the first refusal of each of these.
    """

    columns: tuple[str, ...] = ()
    read: int = 0
    lost: int = 0
    size: int = 0
    first: dt.datetime | None = None
    last_received: dt.datetime | None = None
    last: dt.datetime | None = None
    last_column: str = ""
    unseen: int = 0
    closed_only: int = 0
    labels: dict[str, set[str]] = attrs.field(factory=dict)
    losses: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    examples: dict[tuple[str, str], Refusal] = attrs.field(factory=dict)

    def why(self) -> str:
        """The commonest reason for which rows fell away, as a clause."""
        if not self.losses:
            return ""
        [(cause, count)] = self.losses.most_common(1)
        return f"; refused {counted(count, 'time')} as in {self.examples[cause]}"


class Cases:
    """The cases of an export, or the rows of another `table`, as chunks.

    Up to 65,536 rows stay in memory, so that such a file is opened once; a longer export is read again each time, so
    that memory stays flat. Every reading goes through the readers' own door: of the rows of one case_id all but the one
    that stands are left out and counted as refused, as in `measure`. `shown` changes each chunk, as to hide people.
    """

    def __init__(self, source: Source, table: str = "cases", shown: Callable[[Chunk], Chunk] | None = None) -> None:
        self._source, self._shown = source, shown or _itself
        self._chunks = TableChunks(table, source)
        self._held: Sequence[Chunk] | None = None

    def __iter__(self) -> Iterator[Chunk]:
        if self._held is not None:
            yield from self._held
            return
        held, rows = [], 0
        most: float = _HELD
        if isinstance(self._source, Iterator):  # it cannot be read again
            most = math.inf
        elif isinstance(self._source, Export) and _is_large(self._source.source):
            most = -1
        for read in self._chunks:
            chunk = self._shown(read())
            rows += chunk.size
            if rows <= most:
                held.append(chunk)
            else:
                held.clear()
            yield chunk
            del chunk, read
        if rows <= most:
            self._held = held

    def chunks(self) -> Iterator[Callable[[], Chunk]]:
        """The chunks as the engine takes them."""
        return (partial(_itself, chunk) for chunk in self)


def _is_large(source: Any) -> bool:
    return isinstance(source, Path) and source.is_file() and source.stat().st_size > _LARGE


def _itself(chunk: Chunk) -> Chunk:
    return chunk


def scan(cases: Cases, now: dt.datetime | None = None, chosen_by: Collection[str] = ()) -> Scan:
    """Look through the cases once.

    `now` tells which of them came in too late to be seen; of the columns in `chosen_by` the labels are kept.
    """
    try:
        return _scan(cases, now, chosen_by)
    except RepeatedIdError:  # the cases are read anew, without the rows that do not stand
        return _scan(cases, now, chosen_by)


def _scan(cases: Cases, now: dt.datetime | None, chosen_by: Collection[str]) -> Scan:
    found = Scan(labels={name: set() for name in chosen_by})
    for chunk in cases:
        found.columns = found.columns or tuple(chunk.columns)
        found.read += chunk.read
        found.lost += len(chunk.lost)
        found.size += chunk.size
        for refusal in chunk.lost:
            found.losses[refusal.column, refusal.reason] += 1
            found.examples.setdefault((refusal.column, refusal.reason), refusal)
        for part in chunk.refusals.of_columns({"received_at"}).parts:
            found.losses[part.column, part.reason] += len(part.rows)
            found.examples.setdefault((part.column, part.reason), next(iter(part)))
        for name, labels in found.labels.items():
            if column := chunk.columns.get(name):
                labels.update(column.labels[int(code)] for code in np.unique(column.values[column.known]))
        _moments(found, chunk, now)
    return found


def _moments(found: Scan, chunk: Chunk, now: dt.datetime | None) -> None:
    columns = chunk.columns
    for name in _HAPPENED:
        if name not in columns or not columns[name].known.any():
            continue
        known = columns[name].values[columns[name].known]
        latest = _moment(known.max())
        if found.last is None or latest > found.last:
            found.last, found.last_column = latest, name
        if name == "received_at":
            found.first = min(found.first or _moment(known.min()), _moment(known.min()))
            found.last_received = max(found.last_received or EPOCH, latest)
            found.unseen += 0 if now is None else int((known > (now - EPOCH) // _US).sum())
    if "closed_at" in columns and "resolved_at" in columns:
        found.closed_only += int((columns["closed_at"].known & ~columns["resolved_at"].known).sum())


def _moment(value: Any) -> dt.datetime:
    return EPOCH + int(value) * _US
