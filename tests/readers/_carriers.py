"""Carriers of generated rows: each gives the same cells as lists, arrays, frames or files of some library."""

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs
import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from tests.readers._rows import Asked, Cells

from servqual.readers import Export, Layout

Columns = Mapping[str, Cells]


def lists(rows: Asked, _: Path) -> Any:
    """Python's values."""
    return {name: cells.values for name, cells in rows.columns.items()}  # noqa: PD011  (ours, not pandas')


def objects(rows: Asked, _: Path) -> Any:
    """Arrays of objects."""
    return {name: np.fromiter(cells.values, object) for name, cells in rows.columns.items()}


_NUMPY: Final = {
    pa.int64(): "i8", pa.float64(): "f8", pa.bool_(): "?", pa.timestamp("us", "UTC"): "M8[us]", pa.date32(): "M8[D]",
    pa.duration("us"): "m8[us]", pa.string(): "U",
}  # fmt: skip
_NOTHING: Final = {"f8": float("nan"), "M8[us]": "NaT", "M8[D]": "NaT", "m8[us]": "NaT", "U": ""}


def _array(cells: Cells) -> Any:
    dtype = _NUMPY.get(cells.arrow)
    values = cells.values  # noqa: PD011  (ours, not pandas')
    if dtype is None or (None in values and dtype not in _NOTHING):
        return np.fromiter(values, object)
    if dtype == "M8[us]":
        values = [value and value.astimezone(dt.UTC).replace(tzinfo=None) for value in values]
    return np.array([_NOTHING[dtype] if value is None else value for value in values], dtype)


def arrays(rows: Asked, _: Path) -> Any:
    """Arrays of one type each, where numpy has it."""
    return {name: _array(cells) for name, cells in rows.columns.items()}


def arrow(rows: Asked, _: Path) -> Any:
    """A table of typed columns; one with cells of several types is text."""
    return pa.table(
        {
            name: pa.array(cells.texts, pa.string()) if cells.arrow is None else pa.array(cells.values, cells.arrow)
            for name, cells in rows.columns.items()
        }
    )


def coded(rows: Asked, folder: Path) -> Any:
    """The same, texts coded and in two pieces."""
    whole = arrow(rows, folder)
    table = pa.table(
        {
            name: whole[name].dictionary_encode() if whole[name].type == pa.string() else whole[name]
            for name in whole.column_names
        }
    )
    return pa.concat_tables([table.slice(0, len(rows) // 2), table.slice(len(rows) // 2)])


def pandas(rows: Asked, folder: Path) -> Any:
    """Pandas with its own types."""
    return arrow(rows, folder).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)


def pandas_objects(rows: Asked, _: Path) -> Any:
    """Pandas with cells of any type."""
    return pd.DataFrame({name: pd.Series(cells.values, dtype=object) for name, cells in rows.columns.items()})


def pandas_arrow(rows: Asked, folder: Path) -> Any:
    """Pandas with Arrow's types."""
    return arrow(rows, folder).to_pandas(types_mapper=pd.ArrowDtype)


def pandas_coded(rows: Asked, folder: Path) -> Any:
    """Pandas with coded columns."""
    frame = pandas(rows, folder)
    return frame.astype({name: "category" for name in frame if rows.columns[name].arrow in {None, pa.string()}})


def polars(rows: Asked, folder: Path) -> Any:
    """Polars with its own types."""
    return pl.DataFrame(arrow(rows, folder))


def polars_lazy(rows: Asked, folder: Path) -> Any:
    """Polars, read when asked."""
    return polars(rows, folder).lazy()


def in_duckdb(rows: Asked, folder: Path) -> Any:
    """A relation of DuckDB, whose moments are shown in a zone."""
    link = duckdb.connect()
    link.execute("set timezone = 'Asia/Tokyo'")
    return link.from_arrow(arrow(rows, folder))


def texts(rows: Asked, _: Path) -> Any:
    """Lists of texts."""
    return {name: cells.texts for name, cells in rows.columns.items()}


def pandas_texts(rows: Asked, folder: Path) -> Any:
    """Pandas, everything read as text."""
    return pd.DataFrame(texts(rows, folder), dtype=str)


def polars_texts(rows: Asked, folder: Path) -> Any:
    """Polars, everything read as text."""
    return pl.DataFrame(texts(rows, folder), schema=dict.fromkeys(rows.columns, pl.String))


def arrow_texts(rows: Asked, folder: Path) -> Any:
    """Arrow, everything read as text."""
    return pa.table(texts(rows, folder), pa.schema(dict.fromkeys(rows.columns, pa.large_string()).items()))


def new(folder: Path, suffix: str) -> Path:
    """Name a file that is not there yet; its name sorts after those before it."""
    return folder / f"part-{len([*folder.iterdir()]):03}{suffix}"


def csv_file(rows: Asked, folder: Path) -> Any:
    """A CSV file."""
    path = new(folder, ".csv")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(rows.columns)
        writer.writerows(zip(*(cells.texts for cells in rows.columns.values()), strict=True))
    return path


def csv_export(rows: Asked, folder: Path) -> Any:
    """A CSV file with its layout."""
    return Export(csv_file(rows, folder), layout(rows), table=rows.table, need=())


def layout(rows: Asked) -> Layout:
    """How the file is to be read."""
    return Layout(zone=rows.options["naive"])


def parquet(rows: Asked, folder: Path) -> Any:
    """A Parquet file of typed columns."""
    path = new(folder, ".parquet")
    pq.write_table(arrow(rows, folder), path, row_group_size=3)
    return path


def parquet_texts(rows: Asked, folder: Path) -> Any:
    """A Parquet file of texts."""
    path = new(folder, ".parquet")
    pq.write_table(arrow_texts(rows, folder), path)
    return path


def parquet_export(rows: Asked, folder: Path) -> Any:
    """A Parquet file with its layout."""
    return Export(parquet(rows, folder), layout(rows), table=rows.table, need=())


def _fits(value: Any) -> bool:
    """Whether Excel holds a value as it is: no zones, no fractions of milliseconds, 15 digits, nothing before 1900."""
    match value:
        case bool():
            return True
        case int():
            return abs(value) < 10**15
        case float():
            return np.isfinite(value) and float(f"{value:.15g}") == value
        case dt.datetime():
            return value.tzinfo is None and value.microsecond == 0 and value.year > 1900 and value.time() != dt.time()
        case _:
            return False


def excel(rows: Asked, folder: Path) -> Any:
    """A workbook; what Excel cannot hold as it is stands as text."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append([*rows.columns])
    for column, cells in enumerate(rows.columns.values(), 1):
        for row, cell in enumerate(cells.cells, 2):
            if type(cell.value) in {bool, int, float, dt.datetime} and _fits(cell.value):
                sheet.cell(row, column, cell.value)
            elif cell.text:
                sheet.cell(row, column, cell.text).data_type = "s"
    path = new(folder, ".xlsx")
    book.save(path)
    return Export(path, layout(rows), table=rows.table, need=())


CARRIERS: Final[Mapping[str, Callable[[Asked, Path], Any]]] = MappingProxyType(
    {
        carry.__name__: carry
        for carry in (
            lists, objects, arrays, arrow, coded, pandas, pandas_objects, pandas_arrow, pandas_coded, polars,
            polars_lazy, in_duckdb, texts, pandas_texts, polars_texts, arrow_texts, csv_file, csv_export, parquet,
            parquet_texts, parquet_export, excel,
        )
    }
)  # fmt: skip


def reversed_columns(rows: Asked) -> Asked:
    """The same rows with their columns the other way round."""
    return attrs.evolve(rows, columns=dict(reversed([*rows.columns.items()])))
