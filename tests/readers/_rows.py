"""Generated rows: cells of every kind as exports, frames and people write them, each as a value and as its text."""

# ruff: noqa: DTZ001  (moments without a zone are what is tried)

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from servqual.metrics import KPIS, Kpi
from servqual.readers.columns.duplicates import IDS
from servqual.readers.columns.tables import TABLES, Kind, kind_of

NOW: Final = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
ZONES: Final = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


@attrs.frozen
class Cell:
    """A value and the text that a person or a program writes for it; None is an empty cell."""

    value: Any
    text: str | None


@attrs.frozen
class Cells:
    """One column: its cells, and the Arrow type that holds them all, where there is one."""

    cells: tuple[Cell, ...]
    arrow: pa.DataType | None

    def at(self, places: Sequence[int]) -> "Cells":
        """Take the cells at some places."""
        return Cells(tuple(self.cells[place] for place in places), self.arrow)

    @property
    def values(self) -> list[Any]:
        """The cells as Python's values."""
        return [cell.value for cell in self.cells]

    @property
    def texts(self) -> list[str | None]:
        """The cells as texts."""
        return [cell.text for cell in self.cells]


@attrs.frozen
class Asked:
    """Rows of a table, and what is measured of them."""

    table: str
    kpis: tuple[Kpi, ...]
    columns: Mapping[str, Cells]
    options: Mapping[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())).cells)

    def at(self, places: Sequence[int]) -> "Asked":
        """Take some rows, in any order."""
        return attrs.evolve(self, columns={name: cells.at(places) for name, cells in self.columns.items()})


def texts_of(*texts: str) -> st.SearchStrategy[Cell]:
    """Cells that are texts in every carrier."""
    return st.sampled_from(texts).map(lambda text: Cell(text, text))


NOTHING: Final = Cell(None, None)
ABSENT: Final = st.sampled_from(
    [NOTHING, Cell("", ""), Cell(float("nan"), None), Cell(pd.NA, None), Cell(pd.NaT, None),
     Cell(np.datetime64("NaT"), None), Cell(Decimal("NaN"), None), Cell(np.float64("nan"), None)]
)  # fmt: skip
WORDS: Final = texts_of("n/a", "N/A", "NULL", "null", "None", "NaN", "-", "?", "<NA>", "nAt", "NA", " ", " n/a ")

LOCAL: Final = st.one_of(
    st.sampled_from(
        [
            dt.datetime(2026, 3, 29, 2, 30),  # skipped in Berlin
            dt.datetime(2026, 10, 25, 2, 30),  # twice in Berlin
            dt.datetime(2026, 3, 8, 2, 0),  # skipped in New York
            dt.datetime(2026, 11, 1, 1, 59, 59, 999_999),  # twice in New York
            dt.datetime(2026, 4, 5, 1, 45),  # twice on Lord Howe, by half an hour
            dt.datetime(2026, 10, 4, 2, 15),  # skipped on Lord Howe
            dt.datetime(2026, 5, 31, 23, 59, 59, 999_999),
            dt.datetime(2026, 5, 4),
            dt.datetime(2026, 5, 4, 9, 0, 0, 1),
        ]
    ),
    # neither a frame nor a text says which of two equal hours it means, so that fold is 0
    st.datetimes(dt.datetime(2026, 3, 1), dt.datetime(2026, 11, 30)).map(lambda at: at.replace(fold=0)),
    st.datetimes(dt.datetime(2026, 5, 1), dt.datetime(2026, 5, 9)).map(
        lambda at: at.replace(second=0, microsecond=0, fold=0)
    ),
)
FAR: Final = st.sampled_from(
    [dt.datetime(1969, 12, 31, 23, 59), dt.datetime(1970, 1, 1, 0, 30), dt.datetime(2099, 12, 31, 23, 30),
     dt.datetime(2100, 1, 1), dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59)]
)  # fmt: skip
OFFSETS: Final = st.one_of(
    st.just(dt.UTC),
    st.sampled_from(["+02:00", "-05:00", "+05:30", "+14:00", "-03:30"]).map(
        lambda text: dt.datetime.fromisoformat(f"2026-01-01T00:00{text}").tzinfo
    ),
    st.sampled_from(ZONES).map(ZoneInfo),
)


def mostly(usual: st.SearchStrategy[Any], *rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the usual four times as often as anything else."""
    return st.integers(0, 4).flatmap(lambda n: usual if n else st.one_of(*rare))


def written(at: dt.datetime | dt.date, form: int) -> str:
    """ISO 8601 in one of the ways in which people write it."""
    text = at.isoformat(sep="T" if form % 2 else " ") if isinstance(at, dt.datetime) else at.isoformat()
    return text.removesuffix("+00:00") + "Z" if form > 1 and text.endswith("+00:00") else text


FORM: Final = st.integers(0, 3)
# a few, as the changes of a clock are looked for on each day between the first moment and the last
FAR_TOO: Final[st.SearchStrategy[dt.datetime]] = st.integers(0, 59).flatmap(lambda n: LOCAL if n else FAR)
AWARE: Final = st.builds(
    lambda at, offset, form: Cell(moment := at.replace(tzinfo=offset), written(moment, form)),
    FAR_TOO.filter(lambda at: 1 < at.year < 9999),
    OFFSETS,
    FORM,
)
NAIVE: Final = st.builds(lambda at, form: Cell(at, written(at, form)), FAR_TOO, FORM)
DAY: Final = st.builds(lambda at: Cell(at.date(), at.date().isoformat()), FAR_TOO)
STAMP: Final = AWARE.map(lambda cell: Cell(pd.Timestamp(cell.value), cell.text))
NUMPY_MOMENT: Final = LOCAL.map(lambda at: Cell(np.datetime64(at, "us"), f"{at.isoformat()}Z"))
NUMPY_DAY: Final = LOCAL.map(lambda at: Cell(np.datetime64(at.date(), "D"), at.date().isoformat()))
NO_MOMENT: Final = texts_of("soon", "2026-13-01", "2026-02-30", "04.05.2026", "20260504", "2026-05-04T25:00", "09:00",
                            "1777885200", "2026-05-04T09:00+25:00", "2026-05-04T09", "2026-W19-1", " 2026-05-04 ",
                            "2026-05-04T09:00:00.1234567Z", "2026-05-04 09:00:00,5")  # fmt: skip


def spans(seconds: int) -> tuple[st.SearchStrategy[Cell], st.SearchStrategy[Cell]]:
    """Real durations that the unit of a column writes exactly, and the same in numpy."""
    # a third of a minute has no decimal text, so that durations are whole multiples of what a decimal of the unit is
    step = {1: 1, 60: 600_000, 3600: 36_000_000}[seconds]
    some = st.integers(-5, 3_600_000_000 // step).map(lambda n: n * step)
    told = some.map(lambda us: (us, format(Decimal(us) / (seconds * 1_000_000), "f")))
    return (
        told.map(lambda one: Cell(dt.timedelta(microseconds=one[0]), one[1])),
        told.map(lambda one: Cell(np.timedelta64(one[0], "us"), one[1])),
    )


def whole(least: int, most: int) -> st.SearchStrategy[Cell]:
    """Whole numbers."""
    return st.integers(least, most).map(lambda n: Cell(n, str(n)))


def floats(least: float, most: float) -> st.SearchStrategy[Cell]:
    """Floats, whole ones among them."""
    some = st.one_of(st.floats(least, most), st.integers(int(least), int(most)).map(float), st.just(-0.0))
    return some.map(lambda x: Cell(x, repr(x)))


def decimals(least: int, most: int) -> st.SearchStrategy[Cell]:
    """Decimals with two places."""
    return st.decimals(least, most, places=2).map(lambda d: Cell(d, format(d, "f")))


ODD_NUMBERS: Final = texts_of(
    *("1,234", "1 234", "1.234,5", "1_000", "+3", " 4 ", "-1", "−1", "1e3", "3.0", "0x10", "٣", "½", "€5", "5 %", "1e"),
    *("inf", "-Infinity", "1e400", "9007199254740993", "1e17", "0.1", "00", ".5", "5.", "1:30", "0:01:30", "90s"),
    *("two", "--", "12345678901234567890123"),
)
HUGE: Final = st.sampled_from([2**53, 2**53 + 1, 10**17, 10**30, 10**400, -(2**63)]).map(lambda n: Cell(n, str(n)))
ENDLESS: Final = st.sampled_from(
    [Cell(float("inf"), "inf"), Cell(float("-inf"), "-inf"), Cell(1e17, "1e17"), Cell(-1.0, "-1.0")]
)

FLAG_WORDS: Final = texts_of(
    "yes", "No", "TRUE", "false", "1", "0", "1.0", "0.0", "ja", "nein", "Y", "f", " yes ", "是", "+1"
)
NO_FLAG: Final = texts_of("maybe", "2", "x", "0.5", "yes!", "01", "1e0")
NO_FLAG_VALUE: Final = st.sampled_from([Cell(2, "2"), Cell(0.5, "0.5"), Cell(-1, "-1"), Cell(float("inf"), "inf")])
NAMES: Final = st.one_of(
    texts_of("north", "south", "NA", "n/a", "None", "nan", "null", "7", "007", " 7 ", "True", "true", "Süd", "客户",
             "-", "a,b", 'say "hi"', "two\nlines", "=1+1", "#N/A", "e\u0301", "\u00e9", "7.50", "1e3", "x" * 40,
             "\u00a07", "\ufeffx", "2026-05-04", "North", "NORTH", "+7", "\u200b", "'7"),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=5).map(lambda t: Cell(t, t)),
)  # fmt: skip
# 7.0 as a text is "7.0" to a program and "7" to a person: its text here is that of its label
WHOLE_LABEL: Final = (st.integers(-9, 2**53) | st.just(10**22)).map(lambda n: Cell(float(n), str(n)))
PART_LABEL: Final = st.sampled_from([0.5, 2.5, -1.25, 0.1, 1e-7, 123456.789]).map(lambda x: Cell(x, repr(x)))
TRUTH: Final = st.booleans().map(lambda b: Cell(b, str(b)))
# and True is "True" to Python, "true" to Arrow, "TRUE" to Excel: a label of it is "true"
TRUE_LABEL: Final = st.booleans().map(lambda b: Cell(b, str(b).lower()))


def in_float(cell: Cell) -> Cell:
    """A whole number as a float, as frames hold one beside missing cells."""
    return Cell(float(cell.value), f"{cell.value}.0")


US: Final = pa.timestamp("us")


@cache  # a strategy costs more to make than to draw from
def kinds_of_cells(kind: Kind, seconds: int) -> list[tuple[st.SearchStrategy[Cell], Any]]:
    """How a column may be held: cells of one type, with that type; and last cells of every type."""
    text = pa.string()
    match kind:
        case Kind.MOMENT:
            told = st.one_of(AWARE, NAIVE, DAY).map(lambda cell: Cell(cell.text, cell.text))
            one = [
                (AWARE, pa.timestamp("us", "UTC")),
                (NAIVE, US),
                (DAY, pa.date32()),
                (mostly(told, NO_MOMENT, WORDS), text),
            ]
            rest = [STAMP, NUMPY_MOMENT, NUMPY_DAY]
        case Kind.DURATION:
            span, numpy = spans(seconds)
            one = [
                (mostly(whole(0, 500), whole(-2, 10**12)), pa.int64()),
                (mostly(floats(0, 500), ENDLESS), pa.float64()),
                (decimals(-1, 500), pa.decimal128(20, 2)),
                (span, pa.duration("us")),
                (mostly(texts_of("0", "30", "12.5", "60"), ODD_NUMBERS, WORDS), text),
            ]
            rest = [numpy, HUGE]
        case Kind.COUNT:
            one = [
                (mostly(whole(0, 5), whole(-2, 2**60)), pa.int64()),
                (mostly(whole(0, 5).map(in_float), floats(-1, 3), ENDLESS), pa.float64()),
                (whole(-1, 5).map(lambda cell: Cell(Decimal(cell.value), cell.text)), pa.decimal128(20, 0)),
                (mostly(texts_of("0", "1", "2", "3.0"), ODD_NUMBERS, WORDS), text),
            ]  # fmt: skip
            rest = [HUGE]
        case Kind.NUMBER:
            one = [
                (whole(-3, 10), pa.int64()),
                (mostly(floats(-3, 10), ENDLESS), pa.float64()),
                (decimals(-3, 10), pa.decimal128(20, 2)),
                (mostly(texts_of("0", "1", "2.5", "5", "10"), ODD_NUMBERS, WORDS), text),
            ]
            rest = [HUGE]
        case Kind.FLAG:
            one = [
                (TRUTH, pa.bool_()),
                (mostly(whole(0, 1), whole(-1, 2)), pa.int64()),
                (mostly(st.sampled_from([Cell(1.0, "1.0"), Cell(0.0, "0.0")]), floats(0, 1)), pa.float64()),
                (mostly(FLAG_WORDS, NO_FLAG, WORDS), text),
            ]
            rest = [
                NO_FLAG_VALUE,
                st.sampled_from([Cell(Decimal(1), "1"), Cell(np.True_, "True"), Cell(np.int8(0), "0")]),
            ]
        case Kind.LABEL:
            one = [
                (NAMES, text),
                (whole(-9, 2**60), pa.int64()),
                (mostly(WHOLE_LABEL, PART_LABEL), pa.float64()),
                (TRUE_LABEL, pa.bool_()),
                (DAY.filter(lambda cell: cell.value.year > 999), pa.date32()),
            ]
            rest = [
                whole(5, 9),
                st.just(Cell(7.0, "7")),
                st.just(Cell(Decimal("7.00"), "7")),
                st.just(Cell(np.int16(7), "7")),
            ]
    # how a number in memory is written proves nothing about the texts beside it, where a file has only texts
    mixed = st.one_of(*(some for some, _ in one), *rest).filter(lambda cell: cell.value != "1,234")
    return [*one, (mixed, None)]


@cache
def with_gaps(kind: Kind, seconds: int) -> list[tuple[st.SearchStrategy[Cell], Any]]:
    """The same with empty cells, as the type holds them."""
    plain, text = st.just(NOTHING), st.just(NOTHING) | texts_of("")
    return [
        (mostly(usual, usual, ABSENT if arrow is None else text if arrow == pa.string() else plain), arrow)
        for usual, arrow in kinds_of_cells(kind, seconds)
    ]


@st.composite
def column(draw: st.DrawFn, kind: Kind, size: int, seconds: int = 1, *, few: bool = False) -> Cells:
    """One column: of one type or of many, with empty cells."""
    some, arrow = draw(st.sampled_from(with_gaps(kind, seconds)))
    if few:
        pool = draw(st.lists(some, min_size=1, max_size=3))
        some = st.sampled_from(pool)
    return Cells(tuple(draw(st.lists(some, min_size=size, max_size=size))), arrow)


GIVEN: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "short": dt.timedelta(seconds=5), "within": dt.timedelta(days=2), "until": dt.timedelta(days=9), "at_least": 2,
        "window": dt.timedelta(days=30), "steps": ("north",), "complaints": ("north",), "compliments": ("south",),
        "scale": (1, 5), "satisfied_from": 4, "surveys": ("north",), "internal": ("north",), "slo": 0.9,
    }
)  # fmt: skip
"""What the desk must say itself."""


def told(kpi: Kpi) -> Kpi:
    """Set the parameters of a KPI that have no default."""
    return kpi.with_(**{name: GIVEN[name] for name, value in kpi.params.items() if value is None and name in GIVEN})


BY_TABLE: Final[Mapping[str, Sequence[Kpi]]] = MappingProxyType(
    {
        table: found
        for table in TABLES
        if table != "case_events"
        and (found := [told(k) for k in KPIS.values() if k.table == table and not k.of_period])
    }
)
GRAVEST: Final = ("cases", "interactions", "complaints", "answers")
UNITS: Final = {"_s": 1, "_min": 60, "_h": 3600}


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Rows of a table with hostile but plausible cells, and several KPIs of it by labels and periods."""
    table = draw(st.sampled_from(GRAVEST) | st.sampled_from(sorted(BY_TABLE)))
    kpis = draw(st.lists(st.sampled_from(BY_TABLE[table]), min_size=1, max_size=4, unique_by=lambda k: k.key))
    size = draw(st.integers(1, 8))
    names = dict.fromkeys(name for kpi in kpis for name in kpi.needs)
    names |= dict.fromkeys(name for kpi in kpis for name in kpi.uses if draw(st.booleans()))
    names |= dict.fromkeys(kpi.at for kpi in kpis if kpi.at)
    by = draw(st.lists(st.sampled_from(["site", "team", "day", "month", "week"]), max_size=2, unique=True))
    names |= dict.fromkeys(name for name in by if name in {"site", "team"})
    if draw(st.booleans()) and table in IDS:
        names |= {IDS[table]: None} | ({"updated_at": None} if draw(st.booleans()) else {})
    columns = {}
    for name in draw(st.permutations(list(names))):
        kind, seconds, given = kind_of(table, name), 1, name
        if kind is Kind.DURATION:
            suffix = draw(st.sampled_from(sorted(UNITS)))
            given, seconds = name.removesuffix("_s") + suffix, UNITS[suffix]
        columns[given] = draw(column(kind, size, seconds, few=kind is Kind.LABEL or draw(st.booleans())))
    options = {
        "by": by,
        "naive": draw(st.sampled_from(ZONES)),
        "zone": draw(st.none() | st.sampled_from(ZONES)),
        "now": NOW,
        "threads": draw(st.sampled_from([1, 2, 4])),
    }
    return Asked(table, tuple(kpis), columns, options)


def plain_cells(table: str, name: str, values: Sequence[Any]) -> Cells:
    """Make a column of Python's own values, each with its text."""

    def text(value: Any) -> str | None:
        match value:
            case None:
                return None
            case dt.datetime():
                return value.isoformat()
            case dt.timedelta():
                return format(Decimal(value // dt.timedelta(microseconds=1)) / 1_000_000, "f")
            case bool():
                return str(value).lower()
            case _:
                return str(value)

    arrow = {
        Kind.MOMENT: pa.timestamp("us", "UTC"),
        Kind.DURATION: pa.duration("us"),
        Kind.FLAG: pa.bool_(),
        Kind.COUNT: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.LABEL: pa.string(),
    }[kind_of(table, name)]
    return Cells(tuple(Cell(value, text(value)) for value in values), arrow)
