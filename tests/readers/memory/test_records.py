"""Rows as single mappings are the same table as their columns."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import measure, tally
from servqual.readers.memory import records

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
KPIS = ["resolution_rate", "resolution_time", "reopen_ratio"]

cells = st.fixed_dictionaries(
    {"received_at": st.integers(0, 100).map(lambda hour: NINE + hour * HOUR)},
    optional={
        "resolved_at": st.none() | st.integers(100, 200).map(lambda hour: NINE + hour * HOUR),
        "team": st.sampled_from(["north", "süd", "", None]),
        "reopened": st.sampled_from([0, 2, None, "1"]),
    },
)


def stored(data: Any) -> bytes:
    """The bytes of a tally by team."""
    return tally(KPIS, {"cases": data}, by=["team"], now=NINE + 500 * HOUR).to_bytes()


@given(st.lists(cells, min_size=1, max_size=12))
def test_rows_make_the_same_bytes_as_columns(rows: list[dict[str, Any]]) -> None:
    """As a list, a generator, and with ids of which some name a row again."""
    rows = [{"team": None, "resolved_at": None, "reopened": None} | row for row in rows]
    ids = [{"case_id": str(number % 7)} | row for number, row in enumerate(rows)]
    for table in (rows, ids):
        columns = {name: [row[name] for row in table] for name in table[0]}
        assert stored(table) == stored(columns)
        if table is rows:
            assert stored(row for row in table) == stored(columns)


def test_a_key_that_a_row_lacks_is_a_missing_cell() -> None:
    """Also where only a later row has it."""
    rows = [{"received_at": NINE}, {"received_at": NINE, "resolved_at": NINE + HOUR}]
    found = measure(["resolution_rate"], {"cases": rows}, now=NINE + 2 * HOUR).one()
    assert (found.value, found.n) == (0.5, 2)


def test_an_iterator_of_rows_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any length; columns and rows may follow each other."""
    monkeypatch.setattr(records, "_CHUNK", 2)

    def come() -> Iterator[Any]:
        yield from ({"received_at": NINE, "resolved_at": NINE + HOUR} for _ in range(5))
        yield {"received_at": [NINE] * 3, "resolved_at": [None] * 3}

    found = measure(["resolution_rate"], {"cases": come()}, now=NINE + 2 * HOUR).one()
    assert (found.value, found.n) == (5 / 8, 8)


@pytest.mark.parametrize(
    ("item", "row"),
    [
        (
            {"a": 1, "b": "x", "c": None, "d": NINE, "e": np.float64(2), "f": np.datetime64("2026-05-04"), "g": b"x"},
            True,
        ),
        ({"a": [1]}, False),
        ({"a": np.array([1])}, False),
        ({"a": ()}, False),
        ({"a": [1], "b": 2}, True),
        ({"a": {"b": 1}, "c": None}, True),
        ({"a": [1], "b": (2,)}, False),
        ({}, True),
        ([1], False),
    ],
)
def test_a_row_has_single_values(item: Any, row: bool) -> None:
    """A mapping of lists alone is columns; one single value, or nothing at all, makes it a row."""
    assert records.is_record(item) is row


def test_what_is_wrong_in_rows_is_told_as_in_columns() -> None:
    """A needed column that no row has, and a list where a moment is needed."""
    with pytest.raises(MissingColumn, match="received_at"):
        measure(["resolution_rate"], {"cases": [{"team": "north"}]}, now=NINE)
    with pytest.raises(InvalidValue):
        measure(["resolution_rate"], {"cases": [{"received_at": [NINE], "team": "north"}]}, now=NINE)


mixed = st.fixed_dictionaries(
    {},
    optional={
        "received_at": st.just(NINE),
        "resolved_at": st.just(NINE + HOUR),
        "team": st.none() | st.just("north") | st.lists(st.sampled_from("ab"), max_size=2),
        "note": st.just("x") | st.lists(st.integers(), max_size=2),
    },
)


@pytest.mark.parametrize("size", [2, 100])
@given(st.lists(mixed, max_size=9))
def test_every_row_is_used_or_refused(size: int, some: list[dict[str, Any]]) -> None:
    """Also rows that hold nothing, and those of which a cell is a list; as a list and as an iterator, in any parts."""
    rows = [{"received_at": NINE, "resolved_at": None}, *some]
    some = [row for row in some if not row or any(not isinstance(cell, list) for cell in row.values())]
    rows = [rows[0], *some]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_CHUNK", size)
        for source in (rows, iter(rows)):
            found = measure(["resolution_rate"], {"cases": source}, now=NINE + 2 * HOUR).rows["cases"]
            assert found.read == found.used + found.refused == len(rows)
            assert found.used == sum("received_at" in row for row in rows)
