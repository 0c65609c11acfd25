"""Whatever holds a table, as chunks of rows that are read when they are called for."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, MissingColumn
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.duplicates import IDS, LOOKED_THROUGH, Ids
from servqual.readers.columns.labels import labels_of
from servqual.readers.columns.request import ALL, Asked
from servqual.readers.columns.tables import Kind, kind_of
from servqual.readers.files.export import Export
from servqual.readers.files.frames import files_of, frame_parts, is_frame, rows_told
from servqual.readers.memory.arrays import parts_of
from servqual.readers.memory.objects import is_object, object_chunks

Source: TypeAlias = Any
"""A mapping of columns, a frame, an `Export`, a path, objects of our model, chunks, or an iterator of these."""


def parts_of_source(table: str, source: Source, asked: Asked = ALL) -> Iterator[Callable[[], Chunk]]:
    """The chunks of a source; a row whose id came before is left out, and told in the `lost` of its chunk.

    >>> [part] = parts_of_source("cases", {"Team": ["north"]}, Asked(names={"team": "Team"}))
    >>> part().columns["team"].labels
    ['north']
    """
    if isinstance(source, Mapping):
        yield from parts_of(table, source, asked)
    elif is_frame(source):
        yield from frame_parts(table, source, asked)
    elif not asked.unique or table not in IDS or not _looked_through(source):
        yield from _in_parts(table, source, asked)
    else:
        ids, only = Ids(table), None if asked.only is None else asked.only | {IDS[table]}
        for number, part in enumerate(_in_parts(table, source, attrs.evolve(asked, only=only))):
            yield partial(ids.first_told, number, part)


def _looked_through(source: Source) -> bool:
    """Not a list of objects, which is one part, nor files that say that they are too long."""
    if isinstance(source, Sequence) and not isinstance(source, str):
        return not (source and is_object(source[0]))
    return not isinstance(source, str | Path) or rows_told(Path(source)) <= LOOKED_THROUGH


def _in_parts(table: str, source: Source, asked: Asked) -> Iterator[Callable[[], Chunk]]:
    """The chunks of what is not there at once."""
    if isinstance(source, str | Path):
        yield from files_of(table, Path(source), asked)
    elif isinstance(source, Export):
        for chunk in source.chunks():
            yield partial(_renamed, table, chunk, asked)
    else:
        only = None if asked.only is None else {*asked.only, *asked.names.values()}
        for part in object_chunks(table, source, only):
            if isinstance(part, Chunk):
                yield partial(_renamed, table, part, asked)
            else:
                yield from parts_of_source(table, part, attrs.evolve(asked, unique=False))


def _renamed(table: str, chunk: Chunk, asked: Asked) -> Chunk:
    """A chunk that came with columns of ours, of which some are to stand for others."""
    if not asked.names or not chunk.columns:
        return chunk
    columns = asked.renamed(table, chunk.columns)
    for ours, theirs in asked.names.items():
        kind = kind_of(table, ours, asked.kinds)
        if columns[ours].kind is not kind:
            raise InvalidValue(
                f"{ours} of {table} must hold a {kind} (got {theirs!r}, a {columns[ours].kind}); name another column",
                field=ours,
                expected=kind,
                got=theirs,
            )
    names = {name: [name] for name in columns if name not in asked.names}
    for ours, theirs in asked.names.items():
        names.setdefault(theirs, []).append(ours)
    return attrs.evolve(chunk, columns=columns, refusals=chunk.refusals.named(names))


def chosen(chunk: Chunk, where: Mapping[str, Collection[Any]]) -> Chunk:
    """The rows that `chosen_rows` names; the others are not read at all."""
    inside = chosen_rows(chunk, where)
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


def chosen_rows(chunk: Chunk, where: Mapping[str, Collection[Any]]) -> Array | None:
    """The rows whose columns hold one of the values that count; None where all do.

    A label is compared by its text, a flag or a number as it is; None stands for nothing known. Raises `MissingColumn`
    for a column that the rows do not have, `InvalidValue` for one of moments or durations.
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
        inside &= _holds(name, chunk.columns[name], values)
    return None if inside.all() else inside


def _holds(name: str, column: Column, values: Collection[Any]) -> Array:
    if column.kind in (Kind.MOMENT, Kind.DURATION):
        raise InvalidValue(
            f"where compares labels, flags and numbers (got {name!r}, a {column.kind}); use period= for moments",
            field="where",
            expected="a column of labels, flags or numbers",
            got=name,
        )
    known = column.known
    found = ~known if None in values else np.zeros(len(known), np.bool_)
    if column.kind is Kind.LABEL:
        wanted_labels = {str(label) for value in values for label in labels_of([value]).labels}
        codes = [code for code, label in enumerate(column.labels) if str(label) in wanted_labels]
        return np.asarray(found | np.isin(column.values, codes))
    wanted = [float(value) for value in values if value is not None]
    return np.asarray(found | (known & np.isin(column.values, wanted)))
