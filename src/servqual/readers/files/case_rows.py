"""Several rows per id into one: the latest row of each case stands, and the steps of a log give its moments.

The rows of a contact or complaint are folded as those of a case.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import DTYPES, MISSING, NONE, Chunk, Column, joined
from servqual.readers.columns.refusals import Refusal, Refusals
from servqual.readers.columns.standing import last_rows, preference
from servqual.readers.columns.tables import Kind
from servqual.readers.files.layouts import Log

EVENT, EVENT_AT = "event", "event_at"
"""Our names of a log's two columns."""
_NONE_YET = -1
"""The number of the row that stands for a case without one; rows in memory are numbered from 0."""


def one_row_per_id(name: str, chunks: Iterable[Chunk], log: Log | None = None) -> Chunk:
    """Join the rows of each case, or other thing with an id, in the order in which they first appear.

    `name` is the column of the id, such as case_id.

    Every column takes the value of the case's row that was updated last (`updated_at`; without it the row with the
    latest moment), missing or not; the order of the file does not matter, and ties are broken by content. With a `log`,
    its moments and repeats follow from the steps of all rows. A row without an id is refused, with a `log` also one
    without the moment or the name of its step; a case with a step whose moment could not be read has no such moment.
    Memory grows with the number of cases, not of rows.
    """
    cases = _Cases(name, log)
    for chunk in chunks:
        cases.add(chunk)
    return cases.chunk()


class _Cases:
    """The cases of the rows so far: one array per column, with a place per case."""

    def __init__(self, name: str, log: Log | None) -> None:
        self._id = name
        self._log = log
        self._needs = (name, EVENT_AT, EVENT) if log else (name,)
        self._read = 0
        self._lost: list[Refusal] = []
        self._refusals = Refusals()
        self._last: dict[str, Column] = {}
        self._values: dict[str, Array] = {}
        self._bad: dict[str, Array] = {}
        self._rows: Array = np.empty(0, np.int64)
        self._rated: Array = np.empty(0, np.int64)
        self._steps: dict[str, Array] = {}
        self._untimed: list[tuple[Array, Array]] = []
        self._twice: dict[str, list[Array]] = {}
        self._count: Array = np.empty(0, np.int64)

    def add(self, chunk: Chunk) -> None:
        """Read the next rows."""
        self._read += chunk.read
        self._lost.extend(chunk.lost)
        numbers = np.asarray(chunk.rows, np.int64)
        usable = np.ones(chunk.size, np.bool_)
        for name in self._needs:
            column = chunk.columns[name]
            without = usable & ~column.known
            if without.any():
                why = {r.row: r for r in chunk.refusals.of_columns({name})}
                self._lost.extend(why.get(n, Refusal(n, name, "", "is missing")) for n in numbers[without].tolist())
                if name == EVENT_AT:
                    self._untimed.append(
                        (chunk.columns[self._id].values[without], chunk.columns[EVENT].values[without])
                    )
            usable &= column.known
        for name, column in chunk.columns.items():
            if column.twice is not None:
                self._twice.setdefault(name, []).append(np.unique(column.values[column.twice]))
        keep = usable.nonzero()[0]
        cases = chunk.columns[self._id]
        codes = cases.values[keep]
        self._grow(chunk, len(cases.labels))
        self._count[:] += np.bincount(codes, minlength=len(self._count))
        if len(keep):
            self._stand(chunk, numbers, keep, codes)
        self._refusals += chunk.refusals
        if self._log:
            self._step(self._log, chunk, keep, codes)

    def _stand(self, chunk: Chunk, numbers: Array, keep: Array, codes: Array) -> None:
        """Take the latest row of each case, of this chunk or of those before."""
        found, place = np.unique(codes, return_inverse=True)
        mine = Chunk({name: column.take(keep) for name, column in chunk.columns.items()}, len(keep), 0, numbers[keep])
        rated = preference("cases", mine)
        best = last_rows(mine, place, rated)
        old = np.where(self._rows[found] > _NONE_YET, self._rated[found], MISSING)
        tied = np.flatnonzero((self._rows[found] > _NONE_YET) & (rated[best] == old))
        newer = (self._rows[found] == _NONE_YET) | (rated[best] > old)
        if len(tied):
            there = found[tied]
            stored = {
                name: Column(column.kind, self._values[name][there], column.labels)
                for name, column in chunk.columns.items()
            }
            both = joined([Chunk(stored, len(tied), 0, self._rows[there]), mine.take(best[tied])])
            pair = np.tile(np.arange(len(tied)), 2)
            newer[tied] = last_rows(both, pair, np.zeros(both.size)) >= len(tied)
        codes, rows = found[newer], best[newer]
        self._rated[codes], self._rows[codes] = rated[rows], mine.numbers[rows]
        for name, column in mine.columns.items():
            self._values[name][codes] = column.values[rows]
            self._bad[name][codes] = False if column.bad is None else column.bad[rows]

    def _grow(self, chunk: Chunk, size: int) -> None:
        def grown(old: Array | None, none: object, dtype: object) -> Array:
            have = 0 if old is None else len(old)
            if have >= size and old is not None:
                return old
            new = np.full(max(size, 2 * have), none, dtype)  # type: ignore[call-overload]
            if old is not None:
                new[:have] = old
            return np.asarray(new)

        self._last = dict(chunk.columns)  # the labels of the last chunk are those of all
        self._rows = grown(self._rows, _NONE_YET, np.int64)
        self._rated = grown(self._rated, MISSING, np.int64)
        self._count = grown(self._count, 0, np.int64)
        for name, column in chunk.columns.items():
            self._values[name] = grown(self._values.get(name), NONE[column.kind], DTYPES[column.kind])
            self._bad[name] = grown(self._bad.get(name), none=False, dtype=np.bool_)
        if self._log:
            for name, moment in self._log.moments.items():
                none = np.iinfo(np.int64).max if moment.pick == "first" else MISSING
                self._steps[name] = grown(self._steps.get(name), none, np.int64)
            for name in self._log.repeats:
                self._steps[name] = grown(self._steps.get(name), 0, np.int64)

    def _step(self, log: Log, chunk: Chunk, keep: Array, codes: Array) -> None:
        event, at = chunk.columns[EVENT], chunk.columns[EVENT_AT].values[keep]

        def among(names: tuple[str, ...]) -> Array:
            if "*" in names:
                return np.ones(len(keep), np.bool_)
            wanted = [code for code, label in enumerate(event.labels) if label in names]
            return np.isin(event.values[keep], wanted)

        for name, moment in log.moments.items():
            here = among(moment.of)
            (np.minimum if moment.pick == "first" else np.maximum).at(self._steps[name], codes[here], at[here])
        for name, of in log.repeats.items():
            np.add.at(self._steps[name], codes[among(of)], 1)

    def chunk(self) -> Chunk:
        """Give the cases of the rows so far."""
        labels = self._last[self._id].labels if self._last else ()
        size = len(labels)
        columns: dict[str, Column] = {
            name: Column(column.kind, values, column.labels, self._bad[name][:size], twice=self._among(name, values))
            for name, column in self._last.items()
            if name not in {EVENT, EVENT_AT}
            for values in [self._values[name][:size]]
        }
        columns.update(self._from_log(size))
        rows = self._rows[:size]
        # a refused row may still name a case; a case without any other row is left out
        seen = (rows > _NONE_YET).nonzero()[0]
        return Chunk(
            {name: column.take(seen) for name, column in columns.items()},
            len(seen),
            self._read,
            rows[seen],
            self._refusals.of_columns(columns).only(rows[seen]),
            self._lost,
            weights=self._count[seen],
        )

    def _among(self, name: str, moments: Array) -> Array | None:
        """Mark the moments that came as a time that the clock shows twice; None where none did."""
        found = np.isin(moments, np.concatenate(self._twice[name])) if name in self._twice else None
        return None if found is None or not found.any() else found

    def _unsure(self, of: tuple[str, ...], size: int) -> Array:
        """Mark cases with a step of these names whose moment could not be read."""
        unsure = np.zeros(size, np.bool_)
        steps = self._last[EVENT].labels
        wanted = [code for code, label in enumerate(steps) if label in of]
        for cases, events in self._untimed:
            unsure[cases if "*" in of else cases[np.isin(events, wanted)]] = True
        return unsure

    def _from_log(self, size: int) -> Mapping[str, Column]:
        if self._log is None:
            return {}
        columns = {}
        for name in self._log.moments:
            at = self._steps[name][:size]
            values = np.where(at == np.iinfo(np.int64).max, MISSING, at)
            unsure, twice = self._unsure(self._log.moments[name].of, size), self._among(EVENT_AT, values)
            columns[name] = Column(Kind.MOMENT, values, (), unsure, twice=twice)
        for name in self._log.repeats:
            columns[name] = Column(Kind.COUNT, np.maximum(self._steps[name][:size] - 1, 0).astype(np.float64))
        return columns
