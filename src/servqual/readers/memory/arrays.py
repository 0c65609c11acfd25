"""A mapping of columns (numpy arrays, lists, or series of other libraries) into a chunk."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from functools import partial
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import as_zone, must_be
from servqual.errors import InvalidValue
from servqual.readers.columns.columns import (
    DTYPES,
    FIRST_MOMENT,
    LARGEST,
    LAST_MOMENT,
    LONGEST,
    NONE,
    RULES,
    Chunk,
    Column,
)
from servqual.readers.columns.duplicates import IDS, NAMING, listed_under, naming, repeated, without
from servqual.readers.columns.ends import with_ends
from servqual.readers.columns.labels import labels_of, text_of
from servqual.readers.columns.refusals import Refusals, Unusable, as_objects
from servqual.readers.columns.request import ALL, Request, Zones
from servqual.readers.columns.standing import replaced
from servqual.readers.columns.tables import Kind, kind_of, names_of
from servqual.readers.columns.tags import TAGS, labelled
from servqual.readers.columns.texts import CellReader
from servqual.readers.columns.zones import SKIPPED, skipped_in
from servqual.readers.memory.series import at_once, chosen, each_once, is_naive, is_series, listed, plain_of
from servqual.readers.memory.shown_twice import shown_twice
from servqual.readers.memory.values import as_durations, as_flags, as_moments, as_numbers

CHUNK: Final = 1 << 19
"""Rows of a chunk: few enough for the processor's cache, many enough that Python costs little."""


def columns_of(
    table: str,
    data: Mapping[str, Any],
    naive: str | None = None,
    *,
    rows: Sequence[int] | Array | None = None,
    unique: bool = True,
) -> Chunk:
    """Read a mapping from column name to a list, an array or a series of the same length.

    Moments are aware datetimes or numpy datetime64, which is UTC by definition; `None`, NaN, NaT and NA are missing. A
    text is read like a cell of a CSV. A date, or datetime64 in days, is a day: its end in a column of due moments, else
    its start. A naive moment or a date raises `NaiveTime` unless `naive` names its zone; columns of
    different lengths, two that mean the same (`wait_s` and `wait_min`), and a column with values that can never be of
    its kind raise `InvalidValue`. A cell out of its kind's range is marked and listed in `refusals`; of the rows of one
    id all but the one that stands are left out and listed in `lost`, unless `unique` is False. Rows are
    numbered from 0 unless `rows` gives their numbers.

    >>> chunk = columns_of("cases", {"team": ["north", None], "reopened": [0, -1]})
    >>> chunk.columns["team"].labels, [str(r) for r in chunk.refusals]
    (['north'], ["row 1: reopened must be a whole number, 0 or more (got '-1')"])
    """
    must_be(str, "table", "the name of a table", table)
    must_be(Mapping, "data", "a mapping from column name to values", data)
    chunk = _Source(table, data, Request(naive=naive, unique=unique)).chunk(slice(None))
    if rows is None:
        return chunk
    numbers = np.asarray(rows)[chunk.numbers] if chunk.lost else rows
    lost = [attrs.evolve(refusal, row=int(rows[refusal.row])) for refusal in chunk.lost]
    left = chunk.left and attrs.evolve(chunk.left, rows=np.asarray(rows)[chunk.left.numbers])
    return attrs.evolve(
        chunk, rows=numbers, refusals=chunk.refusals.numbered(np.asarray(rows).take), lost=lost, left=left
    )


def column_chunks(table: str, data: Mapping[str, Any], request: Request = ALL) -> Iterator[Callable[[], Chunk]]:
    """Cut a mapping of columns into chunks, each read when it is called; labels are coded once for all.

    Raises `MissingColumn` where the data lack a column that `request` names.
    """
    source = _Source(table, request.renamed(table, data), request)
    step = max(source.size, 1) if request.whole else CHUNK
    for start in range(0, max(source.size, 1), step):
        yield partial(source.chunk, slice(start, start + step))


def rows_of(table: str, data: Mapping[str, Any]) -> int:
    """Count the rows of columns; names that are no texts and columns of different lengths raise `InvalidValue`."""
    sizes = {name: _size(table, name, values) for name, values in data.items()}
    if len(set(sizes.values())) > 1:
        raise InvalidValue.of(table, "have columns that are equally long", sizes)
    return next(iter(sizes.values()), 0)


class _Source:
    """Columns that are ready to be cut into chunks."""

    def __init__(self, table: str, data: Mapping[str, Any], request: Request) -> None:
        self.size = rows_of(table, data)
        self._table, self._zones = table, request.zones
        names = names_of(table, data)
        self._columns = {
            name: (_plain(name, kind, data[given], request.zones), kind, seconds)
            for given, (name, seconds) in names.items()
            if request.wants(name)
            for kind in [kind_of(table, name, request.kinds)]
        }
        self._others = [name for name, _ in names.values() if not request.wants(name)]
        self._id = IDS.get(table, "")
        self._ids: Column | None = None
        self._gone = self._identical = np.zeros(0, np.bool_)
        place = {name: given for given, (name, _) in names.items()}
        if request.unique and self._id in place:
            read, values = self._columns.get(self._id), data[place[self._id]]
            # counting is much quicker than coding a column that nobody wants
            if read or not (is_series(values) and each_once(values)):
                ids: Column = read[0] if read else _plain(self._id, Kind.LABEL, values, request.zones)
                self._leave_out(data, ids, ids, request)
        elif request.unique and table == "answers":
            told = {
                name: read_column(name, kind, _plain(name, kind, data[given], request.zones), seconds, request.zones)[0]
                for given, (name, seconds) in names.items()
                if name in NAMING[table]
                for kind in [kind_of(table, name)]
            }
            if same := naming(table, told):
                self._id = listed_under(table, told)
                self._leave_out(data, same, told[self._id], request)

    def _leave_out(self, data: Mapping[str, Any], naming_rows: Column, ids: Column, request: Request) -> None:
        """Find the rows that another one of their name replaces; they are listed under `ids`."""
        rows = repeated(self._table, naming_rows)
        if rows is not None:
            self._ids, (self._gone, self._identical) = ids, np.zeros((2, self.size), np.bool_)
            some = _Source(self._table, _taken(data, rows), attrs.evolve(request, only=None, unique=False)).chunk(
                slice(None)
            )
            self._gone[rows], self._identical[rows] = replaced(self._table, some, naming_rows.values[rows])

    def chunk(self, rows: slice) -> Chunk:
        """Read some rows."""
        numbers = range(self.size)[rows]
        columns: dict[str, Column] = {}
        refusals = Refusals()
        for name, (values, kind, seconds) in self._columns.items():
            columns[name], refused = read_column(name, kind, cut(values, rows), seconds, self._zones)
            refusals += refused.shifted(numbers.start)
        chunk = with_ends(
            self._table, Chunk(columns, len(numbers), len(numbers), numbers, refusals, others=self._others)
        )
        if self._ids is None:
            return chunk
        return without(self._table, chunk, self._gone[rows], self._identical[rows], (self._id, self._ids.take(rows)))


def _taken(data: Mapping[str, Any], rows: Array) -> dict[str, Any]:
    """Take some rows of all columns."""
    return {name: _taken_of(values, rows) for name, values in data.items()}


def _taken_of(values: Any, rows: Array) -> Any:
    """Take some values of a list, an array or a series."""
    if is_series(values):
        return chosen(values, rows)
    return values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows.tolist()]


def cut(values: Any, rows: slice) -> Any:
    """Take some rows that follow each other."""
    if rows == slice(None):
        return values
    return values.take(rows) if isinstance(values, Column) else values[rows]


def check_name(table: str, name: object) -> None:
    """Refuse a column whose name is not a text, such as one of several levels."""
    if not isinstance(name, str):
        raise InvalidValue.of(
            table, "have columns named by texts", name, shown=f"{name!r}", do="rename it, and flatten several levels"
        )


def _size(table: str, name: str, values: Any) -> int:
    check_name(table, name)
    if isinstance(values, str | bytes) or not isinstance(values, Sized) or getattr(values, "ndim", 1) != 1:
        raise InvalidValue.of(
            name, f"be a list or an array of one dimension in {table}", values, shown=f"{values!r:.60}"
        )
    return len(values)


def _plain(name: str, kind: Kind, values: Any, zones: Zones) -> Any:
    """Prepare a column for cutting: an array, a list, a series, or labels that are coded already."""
    if is_series(values) and name == TAGS:
        values = listed(values)
    elif is_series(values):
        values = plain_of(name, kind, values, zones) if kind is Kind.LABEL else at_once(kind, values, zones.naive)
    if isinstance(values, np.ma.MaskedArray):
        values = values.tolist()
    if name == TAGS and kind is Kind.LABEL and not isinstance(values, Column):
        values = labelled(values)
    return labels_of(values) if kind is Kind.LABEL and not isinstance(values, Column) else values


def read_cells(reader: CellReader, values: Any) -> tuple[Column, Refusals]:
    """Read a column by the words and forms of a file: texts as the reader does, and typed values as they are.

    A number is a word for missing where its text is one, and in a column of moments or flags it is read as its text.

    >>> import datetime as dt
    >>> reader = CellReader("received_at", Kind.MOMENT, dates=("%d/%m/%Y %H:%M %z",), missing=("-1",))
    >>> column, _ = read_cells(reader, ["04/05/2026 09:00 UTC", dt.datetime(2026, 5, 4, tzinfo=dt.UTC), -1])
    >>> column.values.view("datetime64[us]").astype("datetime64[h]").astype(str).tolist()
    ['2026-05-04T09', '2026-05-04T00', 'NaT']
    """
    kind = reader.kind
    if kind is Kind.LABEL:
        coded = _plain(reader.name, kind, values, reader.zones)
        return reader.read([*coded.labels, ""], 0)[0].take(coded.values), Refusals()
    naive = kind is Kind.MOMENT and is_series(values) and is_naive(values)
    if is_series(values):
        values = plain_of(reader.name, kind, values, reader.zones)
    if isinstance(values, np.ma.MaskedArray):
        values = values.tolist()
    numbers = isinstance(values, np.ndarray) and values.dtype.kind in "iuf"
    if numbers and kind not in {Kind.MOMENT, Kind.FLAG}:
        values = np.where(np.isin(values, reader.missing_numbers), np.nan, values) if reader.missing_numbers else values
    elif numbers or not isinstance(values, np.ndarray) or values.dtype.kind == "O":
        values = [reader.as_cell(value) for value in (values.tolist() if isinstance(values, np.ndarray) else values)]
    return read_column(reader.name, kind, values, reader.seconds, reader.zones, reader=reader, naive=naive)


def read_column(
    name: str,
    kind: Kind,
    values: Any,
    seconds: int,
    zones: Zones,
    *,
    reader: CellReader | None = None,
    naive: bool = False,
) -> tuple[Column, Refusals]:
    """Read a column, and list its cells that cannot be used; a `reader` reads its texts.

    `naive` says of moments that they came without a zone, as a series of such says itself.
    """
    given = values
    if is_series(values):
        values = plain_of(name, kind, values, zones)
    if isinstance(values, Column):
        return values, Refusals()
    if _has_text(values):
        return _texts(reader or _reader(name, kind, seconds, zones), values, zones)
    if kind is Kind.MOMENT:
        column = as_moments(name, values, zones)
        naive = naive or (is_series(given) and is_naive(given))
        column = attrs.evolve(column, twice=shown_twice(column.values, values, zones, naive=naive))
    elif kind is Kind.DURATION:
        column = as_durations(name, values, seconds)
    elif kind is Kind.FLAG:
        column = as_flags(values)
    else:
        column = as_numbers(name, kind, values)
    if column.whole or _lies_within(column):
        return attrs.evolve(column, whole=True), Refusals()
    bad = _broken(column)
    if bad is None or not bad.any():
        return column, Refusals()
    kept = np.where(bad, NONE[kind], column.values).astype(DTYPES[kind])
    skipped = column.values == SKIPPED if kind is Kind.MOMENT else np.zeros(len(bad), np.bool_)
    reasons = (
        (RULES[kind], np.flatnonzero(bad & ~skipped), values),
        (skipped_in(zones.naive), np.flatnonzero(skipped), given),
    )
    refused = (Unusable(name, reason, places, as_objects(_taken_of(of, places))) for reason, places, of in reasons)
    read = attrs.evolve(column, values=kept, bad=bad)
    return read, Refusals(tuple(part for part in refused if len(part.rows)))


def _has_text(values: Any) -> bool:
    if isinstance(values, np.ndarray) and values.dtype.kind != "O":
        return values.dtype.kind in "USO"
    return any(issubclass(kind, str | bytes) for kind in {*map(type, values)})


def _reader(name: str, kind: Kind, seconds: int, zones: Zones) -> CellReader:
    naive, desk = (None if zone is None else as_zone(zone) for zone in (zones.naive, zones.desk))
    return CellReader(name, kind, zone=naive, desk=desk, seconds=seconds, advice=zones.advice)


def _texts(reader: CellReader, values: Any, zones: Zones) -> tuple[Column, Refusals]:
    """Read the texts of a column as those of a file, and its other cells as they are."""
    name, kind = reader.name, reader.kind
    is_text = np.fromiter((isinstance(value, str | bytes) for value in values), np.bool_, len(values))
    at = np.flatnonzero(is_text)
    column, refusals = reader.read([text_of(values[place]) for place in at.tolist()], 0)
    if len(at) == len(values):
        return column, refusals
    rest = np.flatnonzero(~is_text)
    others, refused = read_column(name, kind, [values[place] for place in rest.tolist()], reader.seconds, zones)
    out, (bad, twice) = Column.missing(kind, len(values)).values, np.zeros((2, len(values)), np.bool_)
    for places, part in ((at, column), (rest, others)):
        out[places] = part.values
        bad[places] = False if part.bad is None else part.bad
        twice[places] = False if part.twice is None else part.twice
    return Column(kind, out, (), bad, twice=twice if twice.any() else None), refusals.numbered(
        at.take
    ) + refused.numbered(rest.take)


def _lies_within(column: Column) -> bool:
    """Whether all values are known and in range: one pass for the minimum and one for the maximum."""
    if column.kind not in _RANGES or not len(column.values) or column.bad is not None:
        return False
    first, last = _RANGES[column.kind]
    return bool(first <= column.values.min() and column.values.max() < last)


def _broken(column: Column) -> Array | None:
    """Where known values break the rule of their kind."""
    values, known = column.values, column.known
    if column.kind in (Kind.MOMENT, Kind.DURATION):
        first, last = _RANGES[column.kind]
        return np.asarray(known & ((values < first) | (values >= last)))
    if column.kind is Kind.COUNT:
        whole = (values >= 0) & (values <= LARGEST) & (values == np.floor(values))
        return np.asarray(known & ~whole)
    return np.asarray(np.isinf(values)) if column.kind is Kind.NUMBER else column.bad


_RANGES: Final = {Kind.MOMENT: (FIRST_MOMENT, LAST_MOMENT), Kind.DURATION: (0, LONGEST), Kind.FLAG: (0, 2)}
