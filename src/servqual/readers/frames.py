"""Frames of other libraries, and files of columns, into batches.

pandas, Polars and PyArrow frames and DuckDB relations come through narwhals; anything with the Arrow C stream interface
through PyArrow. Frames say the zone of their moments: a naive column is refused unless its zone is named.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from servqual._checks import as_zone, need
from servqual.errors import InvalidValue, NaiveTime, UnreadableFile
from servqual.readers.arrays import columns_of
from servqual.readers.columns import Batch
from servqual.readers.export import Export
from servqual.readers.layout import Layout
from servqual.readers.tables import Kind, kind_of, known_as
from servqual.readers.zones import instants

__all__ = ["files_of", "frame_batch", "is_frame"]

_FOREIGN = ("pandas", "polars", "pyarrow", "duckdb", "modin", "cudf")


def is_frame(source: object) -> bool:
    """Whether something is a frame of another library."""
    return type(source).__module__.partition(".")[0] in _FOREIGN or hasattr(source, "__arrow_c_stream__")


def frame_batch(table: str, frame: Any, naive: str | None = None) -> Batch:
    """Read a frame; raises `NaiveTime` for moments without a zone where `naive` does not name one.

    >>> import polars as pl
    >>> frame_batch("cases", pl.DataFrame({"team": ["north", None]})).columns["team"].values.tolist()
    [0, -1]
    """
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    native = nw.from_native(frame, pass_through=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if not isinstance(native, nw.DataFrame):
        native = nw.from_native(need("pyarrow", "files", "reading an Arrow stream").table(frame))
    return columns_of(table, {name: _values(table, name, native[name], naive) for name in native.columns})


def _values(table: str, name: str, series: Any, naive: str | None) -> Any:
    """A column as numpy, or coded."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    kind, dtype = kind_of(table, known_as(table, name)[0]), series.dtype
    if isinstance(dtype, nw.Datetime | nw.Date):
        return _moments(name, series, dtype, naive)
    if dtype == nw.Duration:
        return series.to_numpy().astype("timedelta64[us]")
    if kind is Kind.LABEL:
        return _labels(series, dtype)
    if dtype == nw.Boolean:
        missing = series.is_null()
        plain = series.fill_null(value=False).cast(nw.Int8).to_numpy().astype(np.float64)
        return np.where(missing.to_numpy(), np.nan, plain) if missing.any() else plain.astype(np.bool_)
    if dtype.is_numeric():
        return series.cast(nw.Float64).to_numpy()
    return series.to_list()


def _moments(name: str, series: Any, dtype: Any, naive: str | None) -> Any:
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    zone = getattr(dtype, "time_zone", None)
    if zone is None and naive is None:
        raise NaiveTime(
            f"{name} needs a zone (got a naive column); convert it in the frame, or pass the zone in which it was "
            "written, such as naive='Europe/Berlin'",
            field=name,
            expected="a column with a time zone",
            got=str(dtype),
        )
    if zone is None:
        wall = series.cast(nw.Datetime("us")).to_numpy().astype("datetime64[us]").view(np.int64)
        return instants(wall, as_zone(naive)).view("datetime64[us]")
    return series.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")


def _labels(series: Any, dtype: Any) -> Any:
    if dtype.is_integer() and not series.is_null().any():
        return series.to_numpy()
    try:
        arrow = need("pyarrow", "files", "coding labels")
    except ImportError:
        return series.to_list()
    coded = series.to_arrow()
    if isinstance(coded, arrow.ChunkedArray):
        coded = coded.combine_chunks()
    return coded if isinstance(coded, arrow.DictionaryArray) else coded.dictionary_encode()


def files_of(table: str, path: Path, naive: str | None = None) -> Iterator[Batch]:
    """The batches of a file, of all Parquet and CSV files of a folder, or of a glob, in the order of their names."""
    for file in _files(path):
        with file.open("rb") as opened:
            parquet = opened.read(4) == b"PAR1"
        if parquet:
            yield from _parquet(table, file, naive)
        else:
            yield from Export(file, Layout(zone=naive), table=table, need=()).batches()


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


def _parquet(table: str, path: Path, naive: str | None) -> Iterator[Batch]:
    need("pyarrow", "files", "reading a Parquet file")
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file")
    arrow = need("pyarrow", "files", "reading a Parquet file")
    first = 0
    with parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if len(names) != len(set(names)):
            raise InvalidValue(f"the columns of {path} must have different names (got {names})", field=table, got=names)
        for part in file.iter_batches(batch_size=1 << 18):
            batch = frame_batch(table, arrow.Table.from_batches([part]), naive)
            yield attrs.evolve(batch, rows=range(first, first + batch.size))
            first += batch.size
