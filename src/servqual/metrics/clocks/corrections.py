"""Corrections in a log of case events: rows that void or amend another row of their case, as the model does.

A row whose `event` is `voided` or `amended` names the row that it corrects by `corrects` (its event), `corrects_at`
(its moment) and, where two rows differ in nothing else, `corrects_seq`. An amended row counts at `amended_at` where
that is given, and with every other cell that the correction fills, such as `public` or `priority`.
"""

from collections.abc import Callable
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.order import content_of
from servqual.readers.columns.columns import MISSING, Chunk, Column
from servqual.readers.columns.refusals import Refusal, refusals_of
from servqual.readers.columns.tables import TABLES

_KINDS: Final = ("amended", "voided")
_NAMING: Final = ("seq", "corrects", "corrects_at", "corrects_seq", "amended_at")
_NO_FACTS: Final = {"case_id", "at", "event", *_NAMING}
_NEVER: Final = np.iinfo(np.int64).max
"""The moment of a row that no longer counts: no clock is ever read so late."""


def corrected(chunk: Chunk) -> Chunk:
    """Amend and void rows as the corrections say; rows that no longer count are moved beyond all time.

    A log without corrections is returned as it is. A correction is refused, like any unusable row, where it names no
    row that counts, or several that differ.
    """
    event = chunk.columns["event"]
    kinds = [code for code, label in enumerate(event.labels) if label in _KINDS]
    rows = np.flatnonzero(np.isin(event.values, kinds)) if kinds else event.values[:0]
    return _Log(chunk).corrected(rows) if len(rows) else chunk


class _Log:
    """The columns of a log while it is corrected, and the places of rows that corrections may name."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.columns = {
            name: Column(column.kind, column.values.copy(), column.labels, column.bad)
            for name, column in chunk.columns.items()
        }
        kinds = TABLES["case_events"]
        self.naming = {name: chunk.columns.get(name) or Column.missing(kinds[name], chunk.size) for name in _NAMING}
        self.places: dict[tuple[int, str, int], list[int]] = {}
        self.facts: dict[str, Callable[[int], tuple[str, ...]]] = {}

    def corrected(self, rows: Array) -> Chunk:
        """Apply the corrections, in the order of moment, `seq` and content."""
        event, at, case = (self.chunk.columns[name] for name in ("event", "at", "case_id"))
        known = rows[at.known[rows] & case.known[rows]]
        self._find(rows, known)
        codes = self.columns["event"].values
        codes[rows] = len(event.labels)  # counted as used, like an event after all time
        self.columns["at"].values[known] = _NEVER
        refusals: list[Refusal] = []
        for row in sorted(known.tolist(), key=self._order):
            fault = self._take(row)
            if fault:
                refusals.append(Refusal(int(self.chunk.rows[row]), "event", self._name("event", row), fault))
                codes[row] = -1
        columns = {**self.columns, "event": attrs.evolve(event, values=codes, labels=[*event.labels, "received"])}
        return attrs.evolve(self.chunk, columns=columns, refusals=self.chunk.refusals + refusals_of(refusals))

    def _find(self, rows: Array, known: Array) -> None:
        """Find the rows of the same cases at the named moments."""
        at, case = (self.chunk.columns[name] for name in ("at", "case_id"))
        meant = np.isin(case.values, case.values[known]) & np.isin(at.values, self.naming["corrects_at"].values[known])
        meant[rows] = False
        for row in np.flatnonzero(meant & at.known).tolist():
            key = int(case.values[row]), self._name("event", row), int(at.values[row])
            self.places.setdefault(key, []).append(row)

    def _take(self, row: int) -> str:
        """Correct the row that this one names, or return the reason against it."""
        made, then, moved = (
            int(values[row])
            for values in (self._was("at"), self.naming["corrects_at"].values, self.naming["amended_at"].values)
        )
        name, moves = self._name("corrects", row), moved != MISSING
        if not name or then == MISSING:
            return "needs corrects and corrects_at"
        if max(then, moved) > made:
            return "lies before what it corrects"
        case = int(self.chunk.columns["case_id"].values[row])
        here, seq = self.places.get((case, name, then), []), self.naming["corrects_seq"].values[row]
        found = [place for place in here if np.isnan(seq) or self._seq(place) == seq]
        if len({self._content(place) for place in found}) != 1:
            return "names several events that differ" if found else "names no event that counts in its case"
        place = found[0]
        if self._name("event", row) == "voided":
            here.remove(place)
            self.columns["at"].values[place] = _NEVER
            return ""
        facts = [name for name in self.columns if name not in _NO_FACTS and self._filled(name, row)]
        if not facts and not moves:
            return "changes nothing"
        for fact in facts:
            self.columns[fact].values[place] = self.columns[fact].values[row]
        if moves:
            here.remove(place)
            self.columns["at"].values[place] = moved
            self.places.setdefault((case, name, moved), []).append(place)
        return ""

    def _order(self, row: int) -> tuple[int, float, str, str, int, tuple[str, ...]]:
        then, name = int(self.naming["corrects_at"].values[row]), self._name("corrects", row)
        if name not in self.facts:
            self.facts[name] = content_of({**self.chunk.columns, "at": self.naming["amended_at"]}, name, "at")
        told = self.facts[name](row)
        return int(self._was("at")[row]), self._seq(row), self._name("event", row), name, then, told

    def _was(self, column: str) -> Array:
        return self.chunk.columns[column].values

    def _name(self, column: str, row: int) -> str:
        """Read the name in a cell without its finer part, as in `replied.public`; empty where there is none."""
        named = self.chunk.columns.get(column) or self.naming[column]
        code = int(named.values[row])
        return str(named.labels[code]).partition(".")[0] if code >= 0 else ""

    def _seq(self, row: int) -> float:
        return float(np.nan_to_num(self.naming["seq"].values[row]))

    def _content(self, row: int) -> tuple[str, ...]:
        return tuple(str(column.values[row]) for column in self.columns.values())

    def _filled(self, name: str, row: int) -> bool:
        column = self.columns[name]
        return bool(column.take(slice(row, row + 1)).known[0])
