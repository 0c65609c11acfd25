"""Frames of other libraries, and files of columns, into chunks.

pandas, Polars and PyArrow frames and DuckDB relations come through narwhals; anything with the Arrow C stream interface
through PyArrow. Frames say the zone of their moments: a naive column is refused unless its zone is named.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from servqual._checks import need
from servqual.errors import InvalidValue, UnreadableFile
from servqual.readers.columns.columns import Chunk
from servqual.readers.columns.request import ALL, Asked
from servqual.readers.columns.tables import names_of
from servqual.readers.files.export import Export
from servqual.readers.files.layout import Layout
from servqual.readers.memory.arrays import PART, check_name, columns_of, parts_of
from servqual.readers.memory.series import FOREIGN


def is_frame(source: object) -> bool:
    """Whether something is a frame of another library."""
    return type(source).__module__.partition(".")[0] in FOREIGN or hasattr(source, "__arrow_c_stream__")


def frame_batch(table: str, frame: Any, naive: str | None = None) -> Chunk:
    """Read a frame; raises `NaiveTime` for moments without a zone where `naive` does not name one.

    >>> import polars as pl
    >>> frame_batch("cases", pl.DataFrame({"team": ["north", None]})).columns["team"].values.tolist()
    [0, -1]
    """
    return columns_of(table, _series(table, frame), naive)


def frame_parts(table: str, frame: Any, asked: Asked = ALL) -> Iterator[Callable[[], Chunk]]:
    """The same a chunk of rows at a time, each read when it is called for."""
    return parts_of(table, _series(table, frame), asked)


def _series(table: str, frame: Any) -> dict[str, Any]:
    """A frame's columns by name."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    try:
        native = nw.from_native(frame, pass_through=True)
        if isinstance(native, nw.LazyFrame):
            native = native.collect()
        if not isinstance(native, nw.DataFrame):
            native = _streamed(table, frame)
        names = list(native.columns)
    except nw.exceptions.DuplicateError as error:
        raise InvalidValue(
            f"the columns of {table} must have different names (got {error}); rename or drop one",
            field=table,
            expected="different names",
            got=str(error),
        ) from None
    for name in names:
        check_name(table, name)
    return {name: native[name] for name in names}


def _streamed(table: str, frame: Any) -> Any:
    """What the Arrow interfaces give, as a frame of narwhals."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    arrow = need("pyarrow", "files", "reading an Arrow stream")
    try:
        return nw.from_native(arrow.table(frame))
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidValue.of(
            table,
            "be a frame, or give a stream of one",
            frame,
            shown=f"{type(frame).__name__}",
            do=f"a column alone belongs into a mapping: {error}",
        ) from None


def files_of(table: str, path: Path, asked: Asked = ALL) -> Iterator[Callable[[], Chunk]]:
    """The chunks of a file, of all Parquet and CSV files of a folder, or of a glob, in the order of their names.

    Each is read when it is called for; of a Parquet file only the columns that are wanted.
    """
    for file in _files(path):
        if _is_parquet(file):
            yield from _parquet(table, file, asked)
        else:
            layout = Layout(zone=asked.naive, columns=asked.names)
            for chunk in Export(file, layout, table=table, need=(), kinds=asked.kinds).chunks():
                yield partial(_same, chunk)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) == b"PAR1"


def rows_told(path: Path) -> int:
    """How many rows the Parquet files of a path say that they hold; other files do not say."""
    files = [file for file in _files(path) if _is_parquet(file)]
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file") if files else None
    return sum(parquet.read_metadata(file).num_rows for file in files) if parquet else 0


def _files(path: Path) -> list[Path]:
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


def _same(chunk: Chunk) -> Chunk:
    return chunk


def _parquet(table: str, path: Path, asked: Asked) -> Iterator[Callable[[], Chunk]]:
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file")
    arrow = need("pyarrow", "files", "reading a Parquet file")

    def read(part: Any, first: int) -> Chunk:
        # a file may be longer than its ids fit into memory, so that nobody asks which came before
        there = {ours: theirs for ours, theirs in asked.names.items() if theirs in part.schema.names}
        [whole] = frame_parts(table, arrow.Table.from_batches([part]), attrs.evolve(asked, names=there, unique=False))
        chunk = whole()
        refusals = chunk.refusals.shifted(first)
        return attrs.evolve(chunk, rows=range(first, first + chunk.size), refusals=refusals, others=others)

    first = 0
    with parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if len(names) != len(set(names)):
            raise InvalidValue(f"the columns of {path} must have different names (got {names})", field=table, got=names)
        ours = names_of(table, asked.renamed(table, {name: name for name in names}))
        wanted = [asked.names.get(given, given) for given, (name, _) in ours.items() if asked.wants(name)]
        others = [name for name, _ in ours.values() if not asked.wants(name)]
        # rows count even where nothing of them is wanted
        for part in file.iter_batches(batch_size=PART, columns=wanted or names[:1]):
            yield partial(read, part, first)
            first += part.num_rows
