"""Any source of a table into chunks, each read when it is called."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice
from numbers import Real
from pathlib import Path
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, MissingColumn, NaiveTime
from servqual.readers.columns.advice import IN_CALL
from servqual.readers.columns.calendar import moments_of_days
from servqual.readers.columns.columns import Chunk, Column, Digits, number_of
from servqual.readers.columns.duplicates import CHECKED_ROWS, NAMING, Ids, RepeatedIdError, Settled
from servqual.readers.columns.ends import ends_of_durations
from servqual.readers.columns.labels import is_missing, text_of
from servqual.readers.columns.request import ALL, Request
from servqual.readers.columns.tables import Kind, kind_of, names_of
from servqual.readers.columns.tags import TAGS, tags_in
from servqual.readers.columns.texts import CellReader
from servqual.readers.files.export import Export
from servqual.readers.files.layouts import Layout
from servqual.readers.files.memory_rows import is_table
from servqual.readers.files.paths import file_chunks, file_names, files_of, parquet_rows
from servqual.readers.memory.arrays import column_chunks
from servqual.readers.memory.frames import frame_chunks, frame_names, is_frame, series_of
from servqual.readers.memory.objects import is_object, object_chunks
from servqual.readers.memory.records import are_records, columns_of_records, gathered, is_record

Source: TypeAlias = Any
"""A mapping of columns, a frame, an `Export`, a path, objects of our model, rows as mappings, chunks, or an iterator
of these."""


class TableChunks:
    """The chunks of one table, from the first on each time; of several rows with one id only the one that stands.

    A source in chunks, such as a file, raises `RepeatedIdError` at the first id that names several rows; iterated over
    once more, it leaves out the rows that do not stand and lists them in the `lost` of their chunk. An iterator can be
    read only once: there the rows of an id are compared within a chunk, and of different chunks the first stands,
    which the result says (`rows.repeats_unchecked`).

    >>> [chunk] = TableChunks("cases", {"Team": ["north"]}, Request(names={"team": "Team"}))
    >>> chunk().columns["team"].labels
    ['north']
    """

    def __init__(self, table: str, source: Source, request: Request = ALL) -> None:
        self._table, self._source, self._request = table, source, request
        self._read = self._repeats = False

    def __iter__(self) -> Iterator[Callable[[], Chunk]]:
        table, source, request = self._table, self._source, self._request
        once = isinstance(source, Iterator)
        if self._read and once:
            raise InvalidValue.of(table, "be given anew to be read again", source, do="pass a fresh iterator")
        self._read = True
        if are_records(source):
            source = columns_of_records(source)
        if isinstance(source, Mapping):
            yield from column_chunks(table, source, request)
        elif is_frame(source):
            yield from frame_chunks(table, source, request)
        elif not request.unique or table not in NAMING or not _ids_are_checked(source):
            yield from _streamed(table, source, request)
        else:
            only = None if request.only is None else request.only.union(NAMING[table])
            check = self._settled() if self._repeats else partial(self._checked, Ids(table, once=once))
            for number, chunk in enumerate(_streamed(table, source, attrs.evolve(request, only=only))):
                yield partial(check, number, chunk)

    def _checked(self, ids: Ids, number: int, read: Callable[[], Chunk]) -> Chunk:
        try:
            return ids.checked(number, read)
        except RepeatedIdError:
            self._repeats = True
            raise

    def _settled(self) -> Callable[[int, Callable[[], Chunk]], Chunk]:
        """Find the rows that do not stand."""
        table, request = self._table, self._request
        source = self._source
        if isinstance(source, Export):
            source = attrs.evolve(source, columns=None, progress=None)
        ids = _streamed(table, source, attrs.evolve(request, only=frozenset(NAMING[table])))
        return Settled(table, ids, _streamed(table, source, attrs.evolve(request, only=None))).standing


def laid_out(table: str, source: Source, layout: Layout) -> Source:
    """Give a source to be read by a layout: a table as an `Export`, a folder or an iterator as one of each part.

    Raises `InvalidValue` for what has no columns of its own names, such as objects, for an `Export`, which has a layout
    already, and where the rows of a case, which become one, may lie in several parts.

    >>> laid_out("cases", {"Opened": ["2026-05-04T09:00Z"]}, Layout(columns={"received_at": "Opened"})).names()
    frozenset({'received_at'})
    """

    def export(part: Any) -> Export:
        if not isinstance(part, Path) and not is_table(part):
            raise InvalidValue.of(
                "layout",
                f"describe a file, a frame, columns or rows of {table}",
                part,
                shown=f"{part!r:.60}",
                do="give it in the Export" if isinstance(part, Export) else "leave it out",
            )
        given = series_of(table, part) if is_frame(part) else part  # a stream can be read once
        return Export(given, layout, need=(), table=table, advice=IN_CALL)

    if isinstance(source, str | Path):
        source = files_of(Path(source))
    elif is_table(source) or not isinstance(source, Iterator | Sequence):
        return export(source)
    parts = map(export, gathered(source))
    folded = layout.fold or layout.log is not None
    if isinstance(source, Iterator) and not folded:
        return parts
    exports = [*parts]
    if folded and len(exports) > 1:
        raise InvalidValue.of(
            table,
            "be one table where the rows of a case become one",
            exports,
            shown=f"{len(exports)} parts",
            do="join them",
        )
    return exports[0] if len(exports) == 1 else exports


_PEEKED: Final = 1 << 16
"""Objects or rows of an iterator that tell which columns it fills."""


def columns_in(table: str, source: Source, request: Request) -> tuple[Source, frozenset[str], frozenset[str]]:
    """Name those of the asked columns that a source fills; give first the source to be read with all its rows.

    A column of objects is filled where one of them has a value; any other source has a column or does not. Of a folder
    the first file tells, of an iterator its first 65,536 objects or its first chunk. The third are the columns that
    objects of this class have, filled or not; without any object all that are asked for, and none of another source.

    >>> columns_in("cases", {"Team": ["north"]}, Request(names={"team": "Team"}, only=frozenset({"team", "tier"})))[1]
    frozenset({'team'})
    """
    none = frozenset[str]()
    match source:
        case Iterator():
            head = [*islice(source, 1)]
            if head and (is_object(head[0]) or is_record(head[0])):
                head += islice(source, _PEEKED - 1)
            # what was seen is put back: an iterator can be read once
            seen, filled, of_class = columns_in(table, head, request)
            return chain(seen, source), filled, of_class
        case _ if is_frame(source):
            source, heads = frame_names(table, source)
            return source, _ours(table, heads, request), none
        case str() | Path():
            return source, frozenset(filter(request.wants, file_names(table, Path(source), request))), none
        case Sequence() if not source or is_object(source[0]):
            return source, *_of_objects(table, source, request)
        case Sequence() if not are_records(source):
            seen, filled, of_class = columns_in(table, source[0], request)
            return [seen, *source[1:]], filled, of_class
        case _:
            return source, _ours(table, _names(source), request), none


def _of_objects(table: str, objects: Sequence[Any], request: Request) -> tuple[frozenset[str], frozenset[str]]:
    """Name the asked columns that objects fill, and those of their class."""
    if not objects:
        return frozenset(), request.only or frozenset()
    wanted = {*(request.only or ()), *request.names.values()}
    chunk = next(object_chunks(table, objects, wanted, request.desk, request.now))
    columns = request.renamed(table, chunk.columns)
    filled = [name for name, column in columns.items() if column.known.any()]
    return _asked(table, filled, request), _asked(table, columns, request)


def _names(source: Source) -> Iterable[str]:
    """Name the columns of a source in memory that holds no objects, or of an export."""
    if isinstance(source, Mapping):
        return source
    if isinstance(source, Chunk):
        return source.columns
    if isinstance(source, Export):
        return source.names()
    # what is none of these cannot be read, as is said later
    return dict.fromkeys(name for row in source for name in row) if are_records(source) else ()


def _ours(table: str, names: Iterable[str], request: Request) -> frozenset[str]:
    """Keep the asked ones of the names in a source, as our names."""
    return _asked(table, request.renamed(table, dict.fromkeys(names)) if names else (), request)


def _asked(table: str, names: Iterable[str], request: Request) -> frozenset[str]:
    """Keep the asked ones of names of ours, and of those that lengths tell."""
    found = {name for name, _ in names_of(table, dict.fromkeys(names)).values()}
    return frozenset(filter(request.wants, found | ends_of_durations(table, found)))


def _ids_are_checked(source: Source) -> bool:
    """Whether repeated ids are looked for: not in Parquet that is too long, nor in a list of objects, one chunk."""
    if isinstance(source, Sequence) and not isinstance(source, str):
        return not (source and is_object(source[0]))
    return not isinstance(source, str | Path) or parquet_rows(Path(source)) <= CHECKED_ROWS


def _streamed(table: str, source: Source, request: Request) -> Iterator[Callable[[], Chunk]]:
    """Cut what is not in memory at once, such as files and iterators, into chunks."""
    if isinstance(source, str | Path):
        yield from file_chunks(table, Path(source), request)
    elif isinstance(source, Export):
        if request.kinds.keys() - source.kinds.keys():
            source = attrs.evolve(source, kinds={**request.kinds, **source.kinds})
        named = {*request.names.values()}

        def wants(name: str) -> bool:
            return name in named or request.wants(name)

        for chunk in source.chunks(desk=request.desk, wants=None if request.only is None else wants):
            yield partial(_renamed, table, chunk, request)
    else:
        only = None if request.only is None else {*request.only, *request.names.values()}
        # what cannot be read again is compared at once, by all columns
        once = request.unique and isinstance(source, Iterator)
        for item in gathered(object_chunks(table, source, only, request.desk, request.now)):
            if isinstance(item, Chunk):
                yield partial(_renamed, table, item, request)
            elif once and (isinstance(item, Mapping) or is_frame(item)):
                yield from TableChunks(table, item, request)
            else:
                yield from TableChunks(
                    table, item, attrs.evolve(request, unique=False, only=None if once else request.only)
                )


def _renamed(table: str, chunk: Chunk, request: Request) -> Chunk:
    """Rename columns of a chunk that already bear names of ours."""
    if not request.names or not chunk.columns:
        return chunk
    columns = request.renamed(table, chunk.columns)
    for ours, theirs in request.names.items():
        kind = kind_of(table, ours, request.kinds)
        if columns[ours].kind is not kind:
            raise InvalidValue.of(
                ours,
                f"hold a {kind} in {table}",
                theirs,
                shown=f"{theirs!r}, a {columns[ours].kind}",
                do="name another column",
            )
    names = {name: [name] for name in columns if name not in request.names}
    for ours, theirs in request.names.items():
        names.setdefault(theirs, []).append(ours)
    return attrs.evolve(chunk, columns=columns, refusals=chunk.refusals.named(names))


def chosen(chunk: Chunk, inside: Array | None) -> Chunk:
    """Keep the rows that `chosen_rows` marks; the others count as not read."""
    if inside is None:
        return chunk
    rows = np.flatnonzero(inside)
    numbers = chunk.numbers[rows]
    weights = None if chunk.weights is None else chunk.weights[rows]
    return attrs.evolve(
        chunk,
        columns={name: column.take(rows) for name, column in chunk.columns.items()},
        size=len(rows),
        read=(len(rows) if weights is None else int(weights.sum())) + len(chunk.lost),
        rows=numbers,
        refusals=chunk.refusals.only(numbers),
        weights=weights,
    )


def without_left(chunk: Chunk, inside: Array | None) -> Chunk:
    """Forget the rows that another one replaces where they lie outside: like others there they count as not read."""
    if chunk.left is None or inside is None:
        return chunk
    outside = {*chunk.left.numbers[~inside].tolist()}
    lost = [refusal for refusal in chunk.lost if refusal.row not in outside]
    return attrs.evolve(chunk, lost=lost, left=None, read=chunk.read - len(chunk.lost) + len(lost))


def chosen_rows(chunk: Chunk, where: Mapping[str, Collection[Any]], zone: ZoneInfo) -> Array | None:
    """Mark the rows whose columns hold one of the wanted values; None where all rows do.

    Values are compared as `holds` says. Raises `MissingColumn` for a column that the rows do not have.
    """
    if not where or not chunk.columns:
        return None
    inside = np.ones(chunk.size, np.bool_)
    for name, values in where.items():
        if name not in chunk.columns:
            names = [*chunk.columns, *chunk.others]
            close = near(name, names)
            raise MissingColumn(
                f"where needs the column {name!r} (got {', '.join(names)}){did_you_mean(close)}",
                column=name,
                near=close,
            )
        inside &= holds("where", name, chunk.columns[name], values, zone=zone)
    return None if inside.all() else inside


def label_codes(
    name: str, column: Column, texts: Collection[str], fold: Callable[[str], str] | None = None
) -> dict[str, list[int]]:
    """Find the codes of labels that are, or as sets of tags hold, one of some texts; `fold` makes labels alike.

    >>> label_codes("team", Column(Kind.LABEL, np.zeros(1, np.int32), ["north", "south"]), ["south", "west"])
    {'south': [1], 'west': []}
    """
    out: dict[str, list[int]] = {text: [] for text in texts}
    if isinstance(column.labels, Digits):
        numbers = column.labels.numbers
        return {text: [numbers.index(n)] if (n := number_of(text)) in numbers else [] for text in texts}
    for code, label in enumerate(column.labels):
        for text in tags_in(label) if name == TAGS else (label,):
            alike = fold(text) if fold else text
            if alike in out:
                out[alike].append(code)
    return out


def holds(
    field: str,
    name: str,
    column: Column,
    values: Collection[Any],
    fold: Callable[[str], str] | None = None,
    *,
    zone: ZoneInfo | None = None,
) -> Array:
    """Mark the rows of a column that hold one of the values of an option; a row holds each of its tags.

    A label is compared by its text, which `fold` makes alike; a flag or a number as it is, or as its text in a file. A
    moment lies in a period in words of the `zone`, such as 2026-05, or is the one of a text with an offset. None is a
    missing value. Raises `InvalidValue` for a column of durations, and without a zone of moments.

    >>> holds("where", "cost", Column(Kind.NUMBER, np.array([1.0, 5.0, np.nan])), [5, "1", None]).tolist()
    [True, True, True]
    """
    if column.kind is Kind.DURATION or (column.kind is Kind.MOMENT and zone is None):
        kinds = "labels, flags or numbers" if zone is None else "labels, flags, numbers or moments"
        raise InvalidValue.of(field, f"name columns of {kinds}", name, shown=f"{name!r}, a {column.kind}")
    known, wanted = column.known, [value for value in values if not is_missing(value)]
    found = ~known if len(wanted) < len(values) else np.zeros(len(known), np.bool_)
    if column.kind is Kind.LABEL:
        texts = (text_of(value).strip() for value in wanted)
        codes = label_codes(name, column, {fold(text) if fold else text for text in texts}, fold)
        return np.asarray(found | np.isin(column.values, [code for some in codes.values() for code in some]))
    for value in wanted:
        first, last = _ends(field, name, column.kind, value, zone)
        found |= known & (column.values >= first) & (column.values <= last)
    return found


def _ends(field: str, name: str, kind: Kind, value: object, zone: ZoneInfo | None) -> tuple[float, float]:
    """Find the least and the greatest value of a column that a wanted one stands for."""
    if isinstance(value, Real) and kind is not Kind.MOMENT:
        return float(value), float(value)
    if isinstance(value, str) and kind is Kind.MOMENT and ":" not in value and zone is not None:
        first, end = moments_of_days(value, field, zone)
        return first, end - 1
    with suppress(NaiveTime):
        if isinstance(value, str) and (read := CellReader(name, kind).read([value], 0)[0]).known.all():
            return float(read.values[0]), float(read.values[0])
    do = "write 2026-05, 2026-05-04 or 2026-05-04T09:00Z" if kind is Kind.MOMENT else ""
    raise InvalidValue.of(field, f"compare {name} with {kind}s", value, do=do)
