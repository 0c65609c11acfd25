"""A path, a folder or a glob into chunks: Parquet by its columns, CSV row by row."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from servqual._checks import need
from servqual.errors import InvalidValue, UnreadableFile
from servqual.readers.columns.advice import IN_CALL
from servqual.readers.columns.columns import Chunk
from servqual.readers.columns.ends import ends_of_durations
from servqual.readers.columns.request import ALL, Request
from servqual.readers.columns.tables import names_of
from servqual.readers.files.access import in_words, reading
from servqual.readers.files.export import Export
from servqual.readers.files.layouts import Layout
from servqual.readers.memory.arrays import CHUNK
from servqual.readers.memory.frames import frame_chunks


def file_chunks(table: str, path: Path, request: Request = ALL) -> Iterator[Callable[[], Chunk]]:
    """Cut a file, or all Parquet and CSV files of a folder or a glob in the order of their names, into chunks.

    Each chunk is read when it is called, and only the columns that are wanted.
    """
    for file in files_of(path):
        if _is_parquet(file):
            yield from _parquet(table, file, request)
        else:
            export, names = _export(table, file, request), frozenset[str]()
            if request.only is not None:
                # with the moment from which lengths are counted, and all columns that were named
                names = export.names()
                wanted = {*filter(request.wants, names), "received_at"}
                export = attrs.evolve(export, columns=wanted, also=tuple(request.names))
            for chunk in export.chunks(desk=request.desk):
                for name in export.repeated if request.only is None else request.only & {*export.repeated}:
                    raise InvalidValue.of(
                        name,
                        f"be one column of {table}",
                        file.name,
                        shown="several",
                        do="rename all but one in the file",
                    )
                yield partial(_itself, attrs.evolve(chunk, others=sorted(names - chunk.columns.keys())))


def file_names(table: str, path: Path, request: Request) -> Collection[str]:
    """Name our columns of a file, or of the first one of a folder or a glob, without a look at its rows."""
    file = files_of(path)[0]
    if not _is_parquet(file):
        return _export(table, file, request).names()
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file")
    with in_words(file):
        names = parquet.read_schema(file).names
    found = {name for name, _ in names_of(table, request.renamed(table, dict.fromkeys(names))).values()}
    return found | ends_of_durations(table, found)


def _export(table: str, file: Path, request: Request) -> Export:
    layout = Layout(zone=request.naive, columns=request.names)
    return Export(file, layout, table=table, need=(), kinds=request.kinds, advice=IN_CALL)


def _itself(chunk: Chunk) -> Chunk:
    return chunk


def parquet_rows(path: Path) -> int:
    """Count the rows of the Parquet files of a path by their metadata; other files have none and add nothing."""
    files = [file for file in files_of(path) if _is_parquet(file)]
    parquet: Any = need("pyarrow.parquet", "files", "reading a Parquet file") if files else None
    rows = 0
    for file in files:
        with in_words(file):
            rows += parquet.read_metadata(file).num_rows
    return rows


def files_of(path: Path) -> list[Path]:
    """List the files of a path: itself, or the Parquet and CSV files of a folder, or all of a glob, by name."""
    with in_words(path):
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if file.suffix in {".parquet", ".csv", ".gz"})
        elif any(sign in path.name for sign in "*?["):
            found = sorted(path.parent.glob(path.name))
        else:
            found = [path]
        if not found:
            raise UnreadableFile(f"{path} holds no Parquet or CSV file", path=str(path))
        for file in found:
            if not file.is_file():
                raise UnreadableFile(f"cannot read {file}: no such file", path=str(file))
        return found


def _is_parquet(file: Path) -> bool:
    with reading(file) as opened:
        return opened.read(4) == b"PAR1"


def _parquet(table: str, path: Path, request: Request) -> Iterator[Callable[[], Chunk]]:
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file")
    arrow = need("pyarrow", "files", "reading a Parquet file")

    def read(rows: Any, first: int) -> Chunk:
        # a file may have more ids than memory holds, so that repeated ids are not looked for here
        there = {ours: theirs for ours, theirs in request.names.items() if theirs in rows.schema.names}
        own = attrs.evolve(request, names=there, unique=False)
        [whole] = frame_chunks(table, arrow.Table.from_batches([rows]), own)
        chunk = whole()
        refusals = chunk.refusals.shifted(first)
        return attrs.evolve(chunk, rows=range(first, first + chunk.size), refusals=refusals, others=others)

    first = 0
    with in_words(path), parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if len(names) != len(set(names)):
            raise InvalidValue.of(table, f"have columns with different names in {path}", names)
        ours = names_of(table, request.renamed(table, {name: name for name in names}))
        wanted = [request.names.get(given, given) for given, (name, _) in ours.items() if request.wants(name)]
        others = [name for name, _ in ours.values() if not request.wants(name)]
        # rows count even where nothing of them is wanted
        for rows in file.iter_batches(batch_size=CHUNK, columns=wanted or names[:1]):
            yield partial(read, rows, first)
            first += rows.num_rows
