"""Frames of other libraries into chunks.

pandas, Polars and PyArrow frames and DuckDB relations are read through narwhals, anything with the Arrow C stream
interface through PyArrow. Frames know the zone of their moments: a naive column is refused unless its zone is named.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from servqual._checks import need
from servqual.errors import InvalidValue
from servqual.readers.columns.columns import Chunk
from servqual.readers.columns.request import ALL, Request
from servqual.readers.memory.arrays import check_name, column_chunks, columns_of
from servqual.readers.memory.series import FOREIGN


def is_frame(source: object) -> bool:
    """Whether something is a frame of another library."""
    return type(source).__module__.partition(".")[0] in FOREIGN or hasattr(source, "__arrow_c_stream__")


def frame_chunk(table: str, frame: Any, naive: str | None = None) -> Chunk:
    """Read a frame; raises `NaiveTime` for moments without a zone where `naive` does not name one.

    >>> import polars as pl
    >>> frame_chunk("cases", pl.DataFrame({"team": ["north", None]})).columns["team"].values.tolist()
    [0, -1]
    """
    return columns_of(table, series_of(table, frame), naive)


def frame_names(table: str, frame: Any) -> tuple[Any, list[str]]:
    """Name the columns of a frame, and give it to be read; a stream that can be read once is read now."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    with _different_names(table):
        native = nw.from_native(frame, pass_through=True)
        if isinstance(native, nw.LazyFrame):
            return frame, native.collect_schema().names()
        if not isinstance(native, nw.DataFrame):
            native = _streamed(table, frame)
            frame = native.to_native()
        return frame, list(native.columns)


def frame_chunks(table: str, frame: Any, request: Request = ALL) -> Iterator[Callable[[], Chunk]]:
    """Cut a frame into chunks, each read when it is called."""
    return column_chunks(table, series_of(table, frame), request)


def series_of(table: str, frame: Any) -> dict[str, Any]:
    """Give a frame's columns by name."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    with _different_names(table):
        native = nw.from_native(frame, pass_through=True)
        if isinstance(native, nw.LazyFrame):
            native = native.collect()
        if not isinstance(native, nw.DataFrame):
            native = _streamed(table, frame)
        names = list(native.columns)
    for name in names:
        check_name(table, name)
    return {name: native[name] for name in names}


@contextmanager
def _different_names(table: str) -> Generator[None]:
    """Refuse a frame in which two columns share a name."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    try:
        yield
    except nw.exceptions.DuplicateError as error:
        raise InvalidValue.of(
            table, "have columns with different names", str(error), shown=f"{error}", do="rename or drop one"
        ) from None


def _streamed(table: str, frame: Any) -> Any:
    """Read an Arrow stream as a frame of narwhals."""
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
