"""Every kind of column gives the same values and labels, whichever library carries it and in whichever type."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servqual.errors import InvalidValue, NaiveTime
from servqual.readers.columns.columns import Column
from servqual.readers.memory.arrays import columns_of
from servqual.readers.memory.frames import frame_chunk

S: Final = 1_000_000
NINE: Final = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
TOKYO: Final = ZoneInfo("Asia/Tokyo")
NINE_US: Final = 1_777_885_200 * S


def told(column: Column) -> list[Any]:
    """A column as plain values: labels as they are, what is missing as None."""
    cells = zip(column.values.tolist(), column.known.tolist(), strict=True)  # noqa: PD011  (ours, not pandas')
    if column.kind == "label":
        return [column.labels[code] if known else None for code, known in cells]
    return [value if known else None for value, known in cells]


def as_pandas(values: Sequence[Any], dtype: Any) -> pd.DataFrame:
    """One column in pandas."""
    return pd.DataFrame({"it": pd.Series(values, dtype=dtype)})


def as_polars(values: Sequence[Any], dtype: Any) -> pl.DataFrame:
    """One column in Polars."""
    return pl.DataFrame({"it": pl.Series(values, dtype=dtype)})


def as_arrow(values: Sequence[Any], dtype: Any) -> pa.Table:
    """One column in Arrow."""
    return pa.table({"it": pa.array(values, dtype)})


def in_chunks(values: Sequence[Any], dtype: Any) -> pa.Table:
    """One column in Arrow, in pieces and one of them empty."""
    column = pa.chunked_array([pa.array(part, dtype) for part in (values[:1], [], values[1:])])
    return pa.table({"it": column})


def as_slice(values: Sequence[Any], dtype: Any) -> pa.Table:
    """One column in Arrow that begins inside its memory."""
    return pa.table({"it": pa.array([*values[:2], *values], dtype)}).slice(2)


def in_duckdb(values: Sequence[str], dtype: str) -> Any:
    """One column in DuckDB, of SQL literals."""
    link = duckdb.connect()
    link.execute("set timezone = 'UTC'")
    rows = ", ".join(f"({value})" for value in values)
    return link.sql(f"select cast(it as {dtype}) as it from (values {rows}) as t(it)")  # noqa: S608


def in_pandas_arrow(values: Sequence[Any], dtype: Any) -> pd.DataFrame:
    """One column in pandas that Arrow holds."""
    return as_pandas(values, pd.ArrowDtype(dtype))


def dictionary(values: Sequence[Any], dtype: Any) -> pa.Table:
    """One coded column in Arrow, in pieces whose codes differ, with nothing as one of the coded values."""
    codes = [pa.array([1, 0], dtype), pa.array([0, 1], dtype)]
    first = pa.DictionaryArray.from_arrays(codes[0], pa.array([None, values[0]]))
    second = pa.DictionaryArray.from_arrays(codes[1], pa.array([values[2], "unused"]).slice(0, 2))
    return pa.table({"it": pa.chunked_array([first, second.slice(0, 1)])})


Carrier = tuple[Callable[[Sequence[Any], Any], Any], Sequence[Any], Any]

SPANS: Final = [dt.timedelta(minutes=1), None, dt.timedelta(seconds=1.5)]
MOMENTS: Final = [NINE, None, NINE.astimezone(TOKYO) + dt.timedelta(milliseconds=1)]
UTC_MOMENTS: Final = [None if moment is None else moment.astimezone(dt.UTC) for moment in MOMENTS]
COUNTS: Final = [3, None, 0]
AMOUNTS: Final = [Decimal("0.30"), None, Decimal("1234567.89")]
PLAIN: Final = [0.3, None, 1234567.89]
FLAGS: Final = [True, None, False]
TEXTS: Final = ["north", None, "süd"]
NUMBERS: Final = [7, None, 2**40]

CARRIED: Final[Mapping[tuple[str, str], tuple[Sequence[Any], Sequence[Carrier]]]] = MappingProxyType(
    {
        ("cases", "received_at"): (
            [NINE_US, None, NINE_US + 1000],
            [
                (as_pandas, UTC_MOMENTS, "datetime64[ns, UTC]"),
                (as_pandas, MOMENTS, "datetime64[ms, Asia/Tokyo]"),
                (as_pandas, MOMENTS, object),
                (in_pandas_arrow, UTC_MOMENTS, pa.timestamp("ns", "Asia/Tokyo")),
                (as_polars, UTC_MOMENTS, pl.Datetime("ms", "UTC")),
                (as_polars, UTC_MOMENTS, pl.Datetime("ns", "Europe/Berlin")),
                (as_arrow, UTC_MOMENTS, pa.timestamp("us", "Asia/Tokyo")),
                (in_chunks, UTC_MOMENTS, pa.timestamp("ms", "UTC")),
                (as_slice, UTC_MOMENTS, pa.timestamp("ns", "UTC")),
                (in_duckdb, ["'2026-05-04 09:00:00Z'", "null", "'2026-05-04 18:00:00.001+09'"], "timestamptz"),
                (as_polars, ["2026-05-04T09:00Z", None, "2026-05-04 18:00:00.001+09:00"], pl.String),
            ],
        ),
        ("interactions", "wait_s"): (
            [60 * S, None, 3 * S // 2],
            [
                (as_pandas, [60, None, 1.5], "float64"),
                (as_pandas, SPANS, "timedelta64[ns]"),
                (as_pandas, SPANS, "timedelta64[ms]"),
                (as_pandas, SPANS, object),
                (in_pandas_arrow, SPANS, pa.duration("us")),
                (in_pandas_arrow, [Decimal(60), None, Decimal("1.5")], pa.decimal128(9, 3)),
                (as_polars, SPANS, pl.Duration("ns")),
                (as_polars, [60, None, 1.5], pl.Float32),
                (as_polars, ["60", None, "1.5"], pl.String),
                (as_arrow, SPANS, pa.duration("ms")),
                (in_chunks, SPANS, pa.duration("ns")),
                (in_duckdb, ["'1 minute'", "null", "'1.5 seconds'"], "interval"),
                (in_duckdb, ["60", "null", "1.5"], "decimal(9, 3)"),
            ],
        ),
        ("cases", "reopened"): (
            [3, None, 0],
            [
                (as_pandas, COUNTS, "float64"),
                (as_pandas, COUNTS, "Int64"),
                (as_pandas, COUNTS, "UInt8"),
                (as_pandas, COUNTS, "category"),
                (as_pandas, [3, pd.NA, 0], object),
                (in_pandas_arrow, COUNTS, pa.int32()),
                (as_polars, COUNTS, pl.UInt64),
                (as_polars, COUNTS, pl.Int128),
                (as_polars, ["3", None, "0"], pl.String),
                (as_arrow, COUNTS, pa.uint8()),
                (in_chunks, COUNTS, pa.int16()),
                (in_duckdb, ["3", "null", "0"], "hugeint"),
                (in_duckdb, ["3", "null", "0"], "utinyint"),
            ],
        ),
        ("interactions", "cost"): (
            PLAIN,
            [
                (as_pandas, AMOUNTS, object),
                (as_pandas, PLAIN, "Float64"),
                (in_pandas_arrow, AMOUNTS, pa.decimal128(12, 2)),
                (as_polars, AMOUNTS, pl.Decimal(12, 2)),
                (as_polars, [0.3, float("nan"), 1234567.89], pl.Float64),
                (as_polars, ["0.30", None, "1234567.89"], pl.String),
                (as_arrow, AMOUNTS, pa.decimal128(38, 20)),
                (as_arrow, AMOUNTS, pa.decimal256(50, 30)),
                (as_arrow, AMOUNTS, pa.decimal64(12, 2)),
                (in_chunks, AMOUNTS, pa.decimal128(12, 2)),
                (as_slice, AMOUNTS, pa.decimal128(12, 2)),
                (in_duckdb, ["0.30", "null", "1234567.89"], "decimal(18, 4)"),
            ],
        ),
        ("interactions", "abandoned"): (
            [1, None, 0],
            [
                (as_pandas, FLAGS, object),
                (as_pandas, FLAGS, "boolean"),
                (as_pandas, [1.0, None, 0.0], "float64"),
                (as_pandas, [1, None, 0], "Int8"),
                (as_pandas, ["true", None, "No"], "str"),
                (as_pandas, ["yes", None, "no"], "category"),
                (in_pandas_arrow, FLAGS, pa.bool_()),
                (as_polars, FLAGS, pl.Boolean),
                (as_polars, [1, None, 0], pl.UInt8),
                (as_polars, ["TRUE", None, "0"], pl.Categorical),
                (as_arrow, FLAGS, pa.bool_()),
                (in_chunks, FLAGS, pa.bool_()),
                (as_slice, FLAGS, pa.bool_()),
                (in_duckdb, ["true", "null", "false"], "boolean"),
                (in_duckdb, ["1", "null", "0"], "decimal(2, 0)"),
            ],
        ),
        ("cases", "team"): (
            TEXTS,
            [
                (as_pandas, TEXTS, "str"),
                (as_pandas, TEXTS, object),
                (as_pandas, TEXTS, pd.StringDtype("python")),
                (as_pandas, TEXTS, pd.CategoricalDtype(["unused", "süd", "north"])),
                (in_pandas_arrow, TEXTS, pa.large_string()),
                (as_polars, TEXTS, pl.String),
                (as_polars, TEXTS, pl.Categorical),
                (as_polars, TEXTS, pl.Enum(["unused", "süd", "north"])),
                (as_polars, [b"north", None, "süd".encode()], pl.Binary),
                (as_arrow, TEXTS, pa.large_string()),
                (as_arrow, TEXTS, pa.string_view()),
                (as_arrow, TEXTS, pa.dictionary(pa.uint8(), pa.string())),
                (in_chunks, TEXTS, pa.string()),
                (as_slice, TEXTS, pa.string()),
                (as_slice, TEXTS, pa.dictionary(pa.int8(), pa.large_string())),
                (dictionary, TEXTS, pa.int8()),
                (dictionary, TEXTS, pa.uint64()),
                (in_duckdb, ["'north'", "null", "'süd'"], "varchar"),
                (in_duckdb, ["'north'", "null", "'süd'"], "enum('unused', 'süd', 'north')"),
            ],
        ),
        ("cases", "customer_id"): (
            ["7", None, str(2**40)],
            [
                (as_pandas, NUMBERS, "float64"),
                (as_pandas, NUMBERS, "Int64"),
                (as_pandas, NUMBERS, "category"),
                (as_pandas, NUMBERS, object),
                (in_pandas_arrow, NUMBERS, pa.uint64()),
                (as_polars, NUMBERS, pl.Int64),
                (as_polars, NUMBERS, pl.Float64),
                (as_polars, NUMBERS, pl.Decimal(20, 0)),
                (as_arrow, NUMBERS, pa.uint64()),
                (as_arrow, NUMBERS, pa.dictionary(pa.int8(), pa.int64())),
                (in_chunks, NUMBERS, pa.int64()),
                (in_duckdb, ["7", "null", f"{2**40}"], "hugeint"),
            ],
        ),
    }
)


@pytest.mark.parametrize(
    ("place", "want", "carrier"),
    [(place, want, carrier) for place, (want, carriers) in CARRIED.items() for carrier in carriers],
    ids=lambda value: f"{value[0].__name__}-{value[2]}" if isinstance(value, tuple) and len(value) == 3 else None,
)
def test_every_carrier_says_the_same(place: tuple[str, str], want: Sequence[Any], carrier: Carrier) -> None:
    """Missing cells, unused categories, sliced and chunked memory included; nothing is refused."""
    (table, name), (make, values, dtype) = place, carrier
    frame = make(values, dtype)
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.select(duckdb.ColumnExpression("it").alias(name))
    elif isinstance(frame, pa.Table):
        frame = frame.rename_columns([name])
    elif isinstance(frame, pd.DataFrame):
        frame = frame.rename(columns={"it": name})
    else:
        frame = frame.rename({"it": name})
    chunk = frame_chunk(table, frame)
    assert told(chunk.columns[name]) == want
    assert not chunk.refusals


@pytest.mark.parametrize("place", CARRIED, ids=lambda place: place[1])
def test_lists_and_arrays_say_the_same(place: tuple[str, str]) -> None:
    """As plain lists, as numpy of objects, and as masked arrays."""
    table, name = place
    given: dict[str, Any] = {
        "received_at": MOMENTS,
        "wait_s": SPANS,
        "reopened": COUNTS,
        "cost": AMOUNTS,
        "abandoned": FLAGS,
        "team": TEXTS,
        "customer_id": NUMBERS,
    }
    want = CARRIED[place][0]
    for values in (given[name], np.array(given[name], object)):
        assert told(columns_of(table, {name: values}).columns[name]) == want
    plain = [value for value in given[name] if value is not None]
    typed = np.array(plain[:1] * 2 + plain[1:])
    if typed.dtype.kind in "ifbU":
        masked = np.ma.MaskedArray(typed, mask=[False, True, False])
        assert told(columns_of(table, {name: masked}).columns[name]) == want


@pytest.mark.parametrize(
    "values",
    [
        [None] * 3,
        [float("nan")] * 3,
        np.full(3, np.nan),
        pd.Series([pd.NA] * 3),
        pd.Series([None] * 3),
        pd.Series([pd.NaT] * 3),
        pl.Series([None] * 3),
        pa.nulls(3),
        pa.nulls(3, pa.string()),
    ],
    ids=lambda values: f"{type(values).__module__}.{getattr(values, 'dtype', '')}",
)
@pytest.mark.parametrize("place", CARRIED, ids=lambda place: place[1])
def test_nothing_known_is_nothing_known(place: tuple[str, str], values: Any) -> None:
    """A column without a single value, of whatever type, is missing and not refused."""
    table, name = place
    chunk = columns_of(table, {name: values}, "UTC")
    assert told(chunk.columns[name]) == [None] * 3
    assert not chunk.refusals


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), pl.DataFrame(), pa.table({}), pd.DataFrame({"team": []}), pl.DataFrame({"team": []})]
)
def test_an_empty_frame_is_an_empty_table(frame: Any) -> None:
    """With columns or without."""
    assert frame_chunk("cases", frame).size == 0


@pytest.mark.parametrize(
    ("name", "values", "want", "reasons"),
    [
        ("reopened", [1, -1, 1.5, np.inf, 2.0**60, -0.0], [1, None, None, None, None, 0], "whole number, 0 or more"),
        ("reopened", np.array([2**64 - 1, 5], np.uint64), [None, 5], "whole number, 0 or more"),
        ("cost", [np.inf, -np.inf, -0.0, 10**400], [None, None, 0.0, None], "finite number"),
        ("escalated", [0, 1, 2, 0.5, dt.UTC], [0, 1, None, None, None], "true or false"),
        ("escalated", ["ja", "nein", "maybe", ""], [1, 0, None, None], "true or false"),
        ("reopened", ["2", "x", "nan", None], [2, None, None, None], "number"),
        (
            "received_at",
            [NINE, dt.datetime(1969, 12, 31, 23, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)],
            [NINE_US, None, None],
            "between 1970 and 2100",
        ),
        (
            "received_at",
            np.array(["2026-05-04T09", "NaT", 2**62, -(2**62)], "datetime64[s]"),
            [NINE_US, None, None, None],
            "between 1970 and 2100",
        ),
        ("received_at", ["2026-05-04T09:00Z", "yesterday"], [NINE_US, None], "must be a date"),
    ],
)
def test_cells_out_of_range_are_refused(name: str, values: Any, want: list[Any], reasons: str) -> None:
    """Each with its row and its reason, and never read as another number."""
    chunk = columns_of("cases", {name: values})
    assert told(chunk.columns[name]) == want
    blank = [value is None or str(value) in ("", "NaT", "nan") for value in values]
    assert [r.row for r in chunk.refusals] == [i for i, value in enumerate(want) if value is None and not blank[i]]
    assert all(reasons in r.reason for r in chunk.refusals)


@pytest.mark.parametrize(
    "values",
    [
        [-1, 2**60, np.inf, np.nan],
        [dt.timedelta(-1), dt.timedelta.max, dt.timedelta(days=60_000), None],
        np.array([-1, 2**62, 2**45, "NaT"], "timedelta64[s]"),
        [np.timedelta64(-1, "s"), np.timedelta64(2**62, "h"), np.timedelta64(2**45, "s"), np.timedelta64("NaT")],
        ["-1", "1e30", "inf", ""],
        np.array([-1.0, 2**64, -np.inf, np.nan], np.float32),
        [Decimal(-1), Decimal("1e30"), dt.timedelta(days=99_999), None],
    ],
)
def test_durations_out_of_range_are_refused(values: Any) -> None:
    """Below zero, endless, or longer than any case; one that is not known is missing."""
    chunk = columns_of("interactions", {"wait_s": values})
    assert told(chunk.columns["wait_s"]) == [None] * 4
    assert [r.row for r in chunk.refusals] == [0, 1, 2]


def test_units_of_texts_and_numbers_are_those_of_the_name() -> None:
    """Minutes and hours; a real duration has its own unit."""
    for values in ([1.5], ["1.5"], [Decimal("1.5")], pl.Series([1.5]), pa.array(["1.5"])):
        assert told(columns_of("interactions", {"wait_min": values}).columns["wait_s"]) == [90 * S]
        assert told(columns_of("interactions", {"wait_h": values}).columns["wait_s"]) == [5400 * S]
    for values in ([SPANS[2]], [np.timedelta64(1500, "ms")], pl.Series([SPANS[2]])):
        assert told(columns_of("interactions", {"wait_h": values}).columns["wait_s"]) == [3 * S // 2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"wait_s": [1], "wait_min": [2]}, "wait_s must be one column of interactions .*'wait_s' and 'wait_min'"),
        ({"wait_s": [1], "team": ["a", "b"]}, "columns that are equally long"),
        ({1: [1]}, "columns named by texts"),
        ({"team": "north"}, "must be a list or an array of one dimension"),
        ({"wait_s": np.zeros((2, 2))}, "must be a list or an array of one dimension"),
        ({"wait_s": 3}, "must be a list or an array of one dimension"),
        ({"wait_s": (n for n in "ab")}, "must be a list or an array of one dimension"),
        ({"wait_s": np.array([3], "timedelta64[M]")}, "of a fixed length"),
        ({"wait_s": [dt.time(0, 5)]}, "durations or numbers"),
        ({"wait_s": [NINE]}, "durations or numbers"),
        ({"cost": [dt.timedelta(1)]}, "must hold numbers"),
        ({"cost": np.array([1], "timedelta64[s]")}, "must hold numbers"),
        ({"cost": [1 + 2j]}, "must hold numbers"),
        ({"queued_at": [1_700_000_000]}, "must hold datetimes"),
        ({"queued_at": np.array([1.5])}, "must hold datetimes"),
        ({"queued_at": pl.Series([dt.time(9)])}, "must hold datetimes"),
    ],
)
def test_columns_that_cannot_be_meant_are_errors(data: Any, message: str) -> None:
    """Two units at once, one text for a column, numbers for moments, months for durations."""
    with pytest.raises(InvalidValue, match=message):
        columns_of("interactions", data)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (lambda: pd.DataFrame([[1, 2]], columns=["team", "team"]), "columns with different names"),
        (lambda: pa.table([[1], [2]], names=["team", "team"]), "columns with different names"),
        (lambda: pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("team", "a"), ("team", "b")])), "texts"),
        (lambda: pd.DataFrame([[1, 2]]), "columns named by texts .got 0."),
        (lambda: pl.DataFrame({"wait_s": [1], "wait_h": [1]}), "must be one column of interactions"),
        (lambda: in_duckdb(["'1 month'"], "interval").select(duckdb.ColumnExpression("it").alias("wait")), "no fixed"),
    ],
)
def test_frames_that_cannot_be_meant_are_errors(frame: Callable[[], Any], message: str) -> None:
    """Names that come twice, have levels or are no texts, and intervals of months."""
    with pytest.raises(InvalidValue, match=message):
        frame_chunk("interactions", frame())


def test_dates_and_naive_moments_need_a_zone_only_where_they_are_moments() -> None:
    """A column of dates that only labels rows is text in every library; as a moment it begins the zone's day."""
    day = dt.date(2026, 5, 4)
    for frame in (pl.DataFrame({"chunk": [day]}), pa.table({"chunk": [day]}), pd.DataFrame({"chunk": [day]})):
        assert told(frame_chunk("cases", frame).columns["chunk"]) == ["2026-05-04"]
    naive = pl.DataFrame({"imported": [NINE.replace(tzinfo=None)]})
    assert told(frame_chunk("cases", naive).columns["imported"]) == ["2026-05-04 09:00:00"]
    aware = ({"imported": [NINE.astimezone(TOKYO)]}, {"imported": np.array(["2026-05-04T09:00:00"], "datetime64[ns]")})
    for columns in (*aware, pl.DataFrame(aware[0]).to_dict(as_series=True)):
        assert told(columns_of("cases", columns).columns["imported"]) == ["2026-05-04 09:00:00+00:00"]
    midnight_in_tokyo = NINE_US - 18 * 3600 * S
    for moments in (pl.Series([day]), pa.array([day]), pd.Series([day]), [day]):
        with pytest.raises((NaiveTime, InvalidValue), match="received_at"):
            columns_of("cases", {"received_at": moments})
        chunk = columns_of("cases", {"received_at": moments}, "Asia/Tokyo")
        assert told(chunk.columns["received_at"]) == [midnight_in_tokyo]


def test_a_far_wall_clock_is_refused_and_not_wrapped() -> None:
    """Naive seconds beyond what microseconds can hold."""
    frame = pd.DataFrame({"received_at": np.array([2**60, "NaT", "2026-05-04T18:00"], "datetime64[s]")})
    chunk = frame_chunk("cases", frame, "Asia/Tokyo")
    assert told(chunk.columns["received_at"]) == [None, None, NINE_US]
    assert [r.row for r in chunk.refusals] == [0]


def test_labels_come_once() -> None:
    """Equal after reading means the same group: bytes and text, a number and its digits; a flag is no number."""
    column = columns_of("cases", {"team": ["a", b"a", 1, "1", True, None]}).columns["team"]
    assert told(column) == ["a", "a", "1", "1", "true", None]
    assert len(set(column.labels)) == len(column.labels)
    mixed = pd.Series(pd.Categorical(["1", 1, None], categories=[1, "1", "x"]))
    assert told(columns_of("cases", {"team": mixed}).columns["team"]) == ["1", "1", None]
    assert told(columns_of("cases", {"team": [["a"], ["a"]]}).columns["team"]) == ["['a']"] * 2


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, ">i4", np.int64, np.uint64])
def test_whole_numbers_of_every_width_keep_their_names(dtype: Any) -> None:
    """From the lowest to the highest, which narrow arithmetic would mix up."""
    ends = np.iinfo(dtype)
    wide = [*range(ends.min, ends.min + 100), *range(ends.max - 99, ends.max + 1)]
    for want in (wide, list(range(max(ends.min, -100), min(ends.max, 120)))):
        values = np.array(want, dtype)
        assert told(columns_of("cases", {"team": values}).columns["team"]) == [*map(str, want)]
        assert told(columns_of("cases", {"team": want}).columns["team"]) == [*map(str, want)]


@pytest.mark.parametrize(
    "frame",
    [
        pa.record_batch({"team": ["north", None]}),
        pa.table({"team": ["north", None]}).to_reader(),
        pl.DataFrame({"team": ["north", None]}).lazy(),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_what_gives_arrow_tables_is_a_frame(frame: Any) -> None:
    """Chunks and readers, and frames that are not computed yet."""
    assert told(frame_chunk("cases", frame).columns["team"]) == ["north", None]


@pytest.mark.parametrize("column", [pd.Series([1]), pl.Series([1]), pa.chunked_array([[1]]), pa.array([1])])
def test_a_column_alone_is_no_frame(column: Any) -> None:
    """It belongs into a mapping."""
    with pytest.raises(InvalidValue, match=r"cases must be a frame, or give a stream of one \(got "):
        frame_chunk("cases", column)
