"""One column of another library's frame as numpy, as codes and labels, or else as a list.

pandas, Polars and PyArrow are read through narwhals. Text and types unknown to narwhals become lists.
"""

import sys
from typing import Any

import numpy as np

from servqual._arrays import Array
from servqual._checks import as_zone, need
from servqual.errors import NaiveTime
from servqual.readers.columns.arrow_labels import coded_texts
from servqual.readers.columns.columns import FIRST_MOMENT, LARGEST, LAST_MOMENT, MISSING, Column
from servqual.readers.columns.labels import coded, labels_of
from servqual.readers.columns.request import NOWHERE, Zones
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.zones import existing
from servqual.readers.memory.values import days_of, in_microseconds

FOREIGN = ("pandas", "polars", "pyarrow", "duckdb", "modin", "cudf")
_POWERS = range(23)
"""Powers of ten that are floats without rounding."""
_FAR = 2 * 86_400_000_000
"""Two days in microseconds: more than the offset of any zone."""


def is_series(values: object) -> bool:
    """Whether something is a column of another library."""
    return type(values).__module__.partition(".")[0] in (*FOREIGN, "narwhals")


def plain_of(name: str, kind: Kind, values: Any, zones: Zones = NOWHERE) -> Any:
    """Convert a series to the form that its kind is read from.

    A naive moment, and a date, raises `NaiveTime` where `zones` does not have its zone.

    >>> import polars as pl
    >>> plain_of("wait_s", Kind.DURATION, pl.Series([1, None])).tolist()
    [1.0, nan]
    """
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    series = _series(values)
    dtype = series.dtype
    if kind is Kind.LABEL:
        return _labels(series, dtype)
    if kind is Kind.MOMENT and isinstance(dtype, nw.Date):
        return days_of(name, in_microseconds(_dates(series), LAST_MOMENT), zones).view("datetime64[us]")
    if kind is Kind.MOMENT and isinstance(dtype, nw.Datetime):
        return _moments(name, series, dtype, zones)
    if kind is Kind.DURATION and dtype == nw.Duration:
        return series.to_numpy()
    return _amounts(series, dtype)


def is_naive(values: Any) -> bool:
    """Whether a column holds moments without a zone, each a time of some wall clock."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    dtype = _series(values).dtype
    return isinstance(dtype, nw.Datetime) and dtype.time_zone is None


def listed(values: Any) -> list[Any]:
    """List the cells of a series; those of a nested one are lists."""
    found: list[Any] = _series(values).to_list()
    return found


def each_once(values: Any) -> bool:
    """Whether the library counts no value of a series twice.

    >>> import polars as pl
    >>> each_once(pl.Series(["a", "b"])), each_once(pl.Series(["a", "a"]))
    (True, False)
    """
    series = _series(values)
    return bool(series.n_unique() == len(series))


def chosen(values: Any, rows: Array) -> Any:
    """Take some rows of a series."""
    return _series(values)[rows.tolist()]


def at_once(kind: Kind, values: Any, naive: str | None = None) -> Any:
    """Convert a whole column to numpy where that copies little or nothing; else give a series, to be cut.

    Those are floats, and moments in UTC without a zone of their own.
    """
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    series = _series(values)
    dtype = series.dtype
    plain = dtype == nw.Float64
    utc = isinstance(dtype, nw.Datetime) and dtype.time_zone is None and naive == "UTC"
    if (kind is not Kind.MOMENT and plain) or (kind is Kind.MOMENT and utc):
        return series.to_numpy()
    return series


def _amounts(series: Any, dtype: Any) -> Any:
    """Convert numbers and flags to numpy, NaN where one is missing; anything else to a list."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    if dtype == nw.Boolean:
        if not series.null_count():
            return _flags(series)
        plain = series.fill_null(value=False).to_numpy().astype(np.float64)
        return np.where(series.is_null().to_numpy(), np.nan, plain)
    if dtype == nw.Decimal:
        return _decimals(series)
    if dtype in (nw.Int64, nw.UInt64):  # as the nearest floats, to which Arrow refuses to round
        none = series.is_null().to_numpy()
        whole = series.fill_null(0).to_numpy() if none.any() else series.to_numpy()
        return np.where(none, np.nan, whole.astype(np.float64))
    return series.cast(nw.Float64).to_numpy() if dtype.is_numeric() else series.to_list()


def _flags(series: Any) -> Any:
    """Convert flags without gaps to numpy, straight from the bits of Arrow where the library has them."""
    native = series.to_native()
    if type(native).__module__.partition(".")[0] != "pyarrow":
        return series.to_numpy().astype(np.bool_)
    flags = [np.zeros(0, np.uint8)]
    for chunk in native.chunks:
        if len(chunk):
            first, skipped = divmod(chunk.offset, 8)
            bits = np.frombuffer(chunk.buffers()[1], np.uint8, -(-(skipped + len(chunk)) // 8), first)
            flags.append(np.unpackbits(bits, count=skipped + len(chunk), bitorder="little")[skipped:])
    return np.concatenate(flags).view(np.bool_)


def _series(values: Any) -> Any:
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    library = type(values).__module__.partition(".")[0]
    if library == "pyarrow" and not hasattr(values, "combine_chunks"):
        values = sys.modules["pyarrow"].chunked_array([values])
    elif library == "pandas" and type(values).__name__ != "Series":  # an index, a categorical, an array of its own
        values = sys.modules["pandas"].Series(values)
    return nw.from_native(values, series_only=True)


def _moments(name: str, series: Any, dtype: Any, zones: Zones) -> Any:
    zone, naive = getattr(dtype, "time_zone", None), zones.naive
    if zone is None and naive is None:
        raise NaiveTime(
            f"{name} needs a zone (got a naive column); convert it in the frame, or pass the zone in which it was "
            f"written, such as {zones.advice.zone}",
            field=name,
            expected="a column with a time zone",
            got=str(dtype),
        )
    if zone is not None:
        return series.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy()
    shown = in_microseconds(series.to_numpy(), LAST_MOMENT + _FAR)
    near = np.clip(shown, FIRST_MOMENT - _FAR, LAST_MOMENT + _FAR)  # no calendar has offsets further away
    return existing(np.where(shown == MISSING, MISSING, near), as_zone(naive)).view("datetime64[us]")


def _dates(series: Any) -> Any:
    """Convert dates to numpy, where the library does so as dates, however far away."""
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    found = series.to_numpy()
    return found if found.dtype.kind == "M" else series.cast(nw.Datetime("us")).to_numpy()


def _decimals(series: Any) -> Any:
    """Convert decimals to the nearest floats: a whole number over a power of ten, which rounds once."""
    column = _arrow(series)
    if column is None or str(column.type).partition("(")[0] != "decimal128" or column.type.scale not in _POWERS:
        return series.to_list()
    words = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :][: 2 * len(column)]
    low, high = words[::2], words[1::2]
    known = np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    if not (((low >> 63) == high) & (abs(low) <= LARGEST) | ~known).all():
        return series.to_list()
    return np.where(known, low / 10.0**column.type.scale, np.nan)


def _labels(series: Any, dtype: Any) -> Column:
    import narwhals as nw  # noqa: PLC0415  (loads with the first frame)

    if dtype == nw.Object:  # Arrow would convert cells of several types to one: beside dates, 5 is a day of 1970
        return labels_of(series.to_list())
    if dtype.is_integer() and not series.is_null().any():
        return labels_of(series.to_numpy())
    column = _arrow(series)
    if column is None:
        return labels_of(series.to_list())
    once = not hasattr(column, "dictionary")
    if once:
        try:
            column = column.dictionary_encode()
        except (NotImplementedError, ValueError):  # Arrow codes no structs, intervals and the like
            return labels_of(series.to_list())
    indices = column.indices
    if indices.null_count:
        indices = indices.cast("int32").fill_null(-1)
    codes, found = indices.to_numpy(zero_copy_only=False), column.dictionary
    if str(found.type) in {"string", "large_string", "string_view"}:
        return coded_texts(codes, found, once=once)
    return coded(codes, found.to_pylist())


def _arrow(series: Any) -> Any:
    """Convert a column to one Arrow array; None where PyArrow is not installed or has no type for it."""
    try:
        arrow = need("pyarrow", "files", "coding labels")
    except ImportError:
        return None
    try:
        column = series.to_arrow()
        # chunks of dictionaries get common codes
        return column.combine_chunks() if isinstance(column, arrow.ChunkedArray) else column
    except (NotImplementedError, TypeError, ValueError):  # objects of several types, dictionaries that hold nothing
        return None
