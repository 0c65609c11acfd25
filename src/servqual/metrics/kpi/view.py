"""The rows that a KPI counts, as it sees them: typed columns, the moment `now`, the period, and its parameters."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, TypeVar, cast

import numpy as np

from servqual._arrays import Array, read_only
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import hash_of
from servqual.metrics.kpi.currencies import CURRENCY, currencies_in, is_of_money
from servqual.metrics.kpi.marks import blanks_in
from servqual.metrics.kpi.statuses import unknown_in
from servqual.metrics.time.periods import keys_of
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.notes import SHOWN_TWICE, UNDATED
from servqual.readers.columns.refusals import Refusals, Unusable
from servqual.readers.columns.tables import OF_SPANS, Kind, kind_of

Made = TypeVar("Made")
_JUDGED: Final = frozenset({"case_events", "cases", "complaints", "purchases", "staff"})
"""Tables whose KPIs see by themselves what came after `now`; of all others such rows are not seen."""
_AHEAD: Final = "due_at"
"""The moment that is known before it comes."""


def no_rows(kpi: Any, columns: Collection[str], now: int | None) -> "View":
    """Give no row of some columns, from which a KPI refuses a parameter, or a `now`, that is still to be set."""
    names = [name for name in columns if name in kpi.columns]
    none = {name: Column.missing(kind_of(kpi.table, name, kpi.kinds), 0) for name in names}
    return View(Chunk(none, 0, 0, range(0)), kpi, now)


class View:
    """Some rows of a table as a `Kpi` sees them: typed columns, `now`, the period, and its parameters."""

    def __init__(
        self,
        chunk: Chunk,
        kpi: Any,
        now: int | Array | None,
        period: tuple[int, int] | None = None,
        *,
        memo: dict[Any, Any] | None = None,
        by: Sequence[str] = (),
        where: Collection[str] = (),
    ) -> None:
        self._chunk = chunk
        self._kpi = kpi
        self._now = now
        self._period = period
        self._memo: dict[Any, Any] = {} if memo is None else memo
        self.size = chunk.size
        keys = keys_of(by, kpi.at)
        dating = (kpi.at,) if kpi.table in OF_SPANS else ()
        self.named = kpi.columns | {*keys, *dating}
        self.told_by = kpi.columns | {*by, *where}
        self.params = kpi.params
        self.refusals = Refusals()
        self._bad: Array | None = None
        self._twice: dict[str, Array] = {}
        self._noted: dict[tuple[str, str], Array] = {}
        self._seen: tuple[Array | None, ...] = ()
        for name in dict.fromkeys((*kpi.needs, *kpi.uses, *keys, *dating)):
            column = chunk.columns.get(name)
            if column is not None and column.bad is not None:
                self._bad = self.bad | column.bad
            if column is not None and column.twice is not None:
                self._twice[name] = column.twice
        undated = self._undated() if dating else None
        if undated is not None:
            self.refuse(undated, kpi.at, "is missing, so that the row is of no time")

    @property
    def bad(self) -> Array:
        """Rows that cannot be used."""
        return np.zeros(self.size, np.bool_) if self._bad is None else self._bad

    @property
    def usable(self) -> Array | None:
        """Rows that can be used; None for all rows."""
        return None if self._bad is None else ~self._bad

    @property
    def now(self) -> Any:
        """Moment from which open items are seen, in microseconds of UTC; for a stock by period one per row."""
        if self._now is None:
            raise InvalidValue.of(
                "now",
                f"be given for {self._kpi.key}, which judges open items",
                None,
                do="pass now=, the moment at which the export was made",
            )
        return self._now

    @property
    def period(self) -> tuple[int, int]:
        """Start and end of the measured period, the end outside it, in microseconds of UTC."""
        if self._period is None:
            raise InvalidValue.of("period", f"be given for {self._kpi.key}", None, do="pass period=(start, end)")
        return self._period

    def passed(self, at: int) -> bool:
        """Whether a moment has come by `now`; without a `now` it has."""
        return self._now is None or bool(at <= self._now)

    def within(self, counted: Array | None = None) -> Array | None:
        """Rows dated where the KPI looks, which alone make groups; None for all rows.

        They lie in the period, and not after `now`; a KPI of a period as a whole also sees what was before it.
        A row without a date lies in no period and is refused; of a keyed KPI only where it is `counted`, as it may tell
        of another row, such as the answer to an invitation.
        """
        inside = self._inside(counted)
        self._seen = inside, counted
        return inside

    def _inside(self, counted: Array | None) -> Array | None:
        kpi, at = self._kpi, self._kpi.at
        inside: Array | None = None
        if kpi.dated_by:
            inside = self.known(at) if at == _AHEAD else self.seen(at)
        elif kpi.table not in _JUDGED and at != _AHEAD and self._now is not None:
            inside = ~(self.known(at) & (self.us(at) > self._now))
        if self._period is None or kpi.of_period:
            return inside
        if not kpi.dated_by:
            undated = ~self.known(at)
            if kpi.law == "keyed" and counted is not None:
                undated &= counted
            self.refuse(undated, at, "is missing, so that the row lies in no period")
        start, end = self._period
        during: Array = (self.us(at) >= start) & (self.us(at) < end)
        return during if inside is None else inside & during

    def _undated(self) -> Array | None:
        """Rows without the moment that dates them; None where there are none, or the table has no such column."""
        at = self._kpi.at

        def find() -> Array | None:
            known = self.known(at) if at in self._chunk.columns else None
            return None if known is None or known.all() else read_only(~known)

        return self.once(("undated", at), find)

    def notes(self) -> Iterator[tuple[tuple[str, str], Array]]:
        """List the cells that are used and say less than they should: by column and note, their rows."""
        for name, twice in self._twice.items():
            yield (name, SHOWN_TWICE), twice & ~self.bad
        kpi, at = self._kpi, self._kpi.at
        undated = None if at in kpi.needs or kpi.dated_by or self._period is not None else self._undated()
        if undated is not None:
            # what lacks a needed column is no row of the KPI, such as an invitation among answers
            yield (at, UNDATED), np.logical_and.reduce([undated, *(self.known(name) for name in kpi.needs)]) & ~self.bad
        column = self._chunk.columns.get(CURRENCY) if is_of_money(kpi) else None
        if column is not None:
            masks = (mask for mask in self._seen if mask is not None)
            yield from currencies_in(column, np.logical_and.reduce([~self.bad, *masks]))
        inside = self._seen[0] if self._seen else None
        rows = ~self.bad if inside is None else inside & ~self.bad
        yield from blanks_in(kpi, self._chunk.columns, rows)
        yield from unknown_in(kpi, self._chunk.columns, rows)
        for told, mine in self._noted.items():
            if (mine & rows).any():
                yield told, mine & rows

    def note(self, rows: Array, name: str, note: str) -> None:
        """Note rows whose cell in a column is used, and says less than it should."""
        self._noted[name, note] = rows

    def column(self, name: str) -> Column:
        """Read a column with its kind; an absent one is all missing. The KPI must name the columns that it reads."""
        self._check(name)
        found = self._chunk.columns.get(name)
        return found or Column.missing(kind_of(self._kpi.table, name, {"": Kind.LABEL, **self._kpi.kinds}), self.size)

    def has(self, name: str) -> bool:
        """Whether the table has this column."""
        self._check(name)
        return name in self._chunk.columns

    def _check(self, name: str) -> None:
        if name in self._chunk.others:
            raise InvalidValue.of(
                "uses",
                f"name every column that {self._kpi.key} reads",
                name,
                shown=f"{name!r} beside {', '.join(self.named)}",
                do="add it to needs, or to uses where it may be absent",
            )

    def us(self, name: str) -> Array:
        """A moment in microseconds of UTC, or a duration in microseconds; see `known` for where there is one."""
        return self.column(name).values

    def known(self, name: str) -> Array:
        """Where a column has a value."""
        return self.once(("known", name), lambda: read_only(self.column(name).known))

    def settled(self, name: str) -> Array:
        """Where a column has a value; in all rows of a table without it, for which the KPI states a default."""
        return self.known(name) if self.has(name) else np.ones(self.size, np.bool_)

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Make something that depends on the rows alone, once for all KPIs that see them; it must not be written to."""
        if key not in self._memo:
            self._memo[key] = make()
        return cast("Made", self._memo[key])

    def seen(self, name: str) -> Array:
        """Where a moment has come by `now`; without a `now`, wherever there is one."""
        known = self.known(name)
        return known if self._now is None else np.asarray(known & (self.us(name) <= self._now))

    def __getitem__(self, name: str) -> Array:
        """Read a column as numpy: datetime64, float64 (durations in seconds), bool (unknown is False) or text."""
        return self.once(("plain", name), lambda: read_only(self._as_numpy(self.column(name))))

    @staticmethod
    def _as_numpy(column: Column) -> Array:
        if column.kind is Kind.MOMENT:
            return np.asarray(column.values.view("datetime64[us]"))
        if column.kind is Kind.DURATION:
            return np.where(column.known, column.values / 1e6, np.nan)
        if column.kind is Kind.FLAG:
            return np.asarray(column.values == 1)
        if column.kind is Kind.LABEL:
            return np.asarray(np.array([*column.labels, None], object)[column.values])
        return np.asarray(column.values)

    def refuse(self, rows: Array, name: str, reason: str) -> None:
        """Refuse rows whose value in a column cannot be true, such as an end before the start."""
        rows = rows & ~self.bad
        if rows.any():
            self.remark(rows, name, reason)
            self._bad = self.bad | rows

    def remark(self, rows: Array, name: str, reason: str) -> None:
        """Note rows whose cells contradict each other; they are used as they are, and the reason is counted."""
        places = np.flatnonzero(rows & ~self.bad)
        if len(places):
            self.refusals += Refusals((Unusable(name, reason, self._chunk.numbers[places], self[name][places]),))

    def content(self, rows: Array, *without: str) -> list[Array]:
        """Content of some rows in the columns read, but `without` some, as numbers that do not depend on row order.

        The last decides first: the KPI's own columns, so that rows which differ there stand alike in any groups.
        """
        out: list[Array] = []
        for name in sorted(self.told_by - {*without}, key=lambda name: (name in self._kpi.columns, name)):
            column = self._chunk.columns.get(name)
            if column is None:
                continue
            if column.kind is Kind.LABEL:
                present, places = np.unique(column.values[rows], return_inverse=True)
                hashes = hash_of([column.labels[code] if code >= 0 else "" for code in present.tolist()])
                out.append(hashes[places])
            else:
                out.append(column.values[rows])
        return out
