"""Rows with a repeated id are marked wherever sorted tables are cut, and counted where the others are."""

import datetime as dt
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.engines import combine, plan
from servqual.engines.marking import MARK, marked, standing, with_lost
from servqual.engines.parts import part_of
from servqual.errors import NaiveTime, RefusedRow
from servqual.metrics import tally

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
COLUMNS = ("case_id", "team", "updated_at", "received_at", "note")
rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", " B", "7", "", None]),
        st.sampled_from(["north", "south", None]),
        st.integers(0, 3).map(lambda day: START + dt.timedelta(days=day)),
        st.just(START),
        st.sampled_from(["x", "y"]),
    ),
    max_size=25,
)


def as_arrow(some: list[Any]) -> pa.Table:
    """Rows of cases as a table of Arrow."""
    kinds = [pa.string(), pa.string(), pa.timestamp("us", "UTC"), pa.timestamp("us", "UTC"), pa.string()]
    columns = zip(*some, strict=True) if some else [()] * len(COLUMNS)
    return pa.table(
        [pa.array(list(values), kind) for values, kind in zip(columns, kinds, strict=True)], names=[*COLUMNS]
    )


@given(rows, st.integers(1, 6), st.integers(1, 3))
def test_the_rows_that_stand_are_those_of_one_machine(some: list[Any], size: int, parts: int) -> None:
    """By columns that no KPI reads, and however the sorted rows are cut; marked rows may then go to any part."""
    asked = plan(["case_volume"], {"cases": COLUMNS}, by=["team"], now=NOW)
    in_order = as_arrow(sorted(some, key=lambda row: (row[0] or "").strip()))
    tables = [in_order.slice(start, size) for start in range(0, len(some), size)]
    found = [*marked(tables, asked.question, "cases", ["received_at", "team"])]
    assert sum(each.num_rows for each in found) == len(some)
    made = []
    for number in range(parts):
        lost = Counter[str]()
        mine = (each.take(pa.array(range(number, each.num_rows, parts), pa.int64())) for each in found)
        part = part_of(standing(mine, lost), asked, "cases")
        made.append(with_lost(part, "cases", lost).to_bytes())
    whole = tally(["case_volume"], {"cases": as_arrow(some)}, by=["team"], now=NOW)
    assert combine(made, asked).to_bytes() == whole.to_bytes()


def test_an_error_waits_for_where_rows_are_counted() -> None:
    """A moment without a zone, by which the row that stands would be chosen, and a row that must not be refused."""
    twice = as_arrow([("A", "north", START, START, "x")] * 2)
    naive = twice.set_column(2, "updated_at", twice["updated_at"].cast(pa.timestamp("us")))
    for table, strict, error in ((naive, False, NaiveTime), (twice, True, RefusedRow)):
        question = plan(["case_volume"], {"cases": COLUMNS}, strict=strict).question
        found = [*marked([table], question, "cases", ["received_at"])]
        assert [each[MARK].null_count for each in found] == [2]
        with pytest.raises(error):
            [*standing(found, Counter())]


def test_an_answer_is_named_by_what_it_holds() -> None:
    """Answers of one customer to one question are compared, and differ in their moment."""
    answers = pa.table(
        {
            "customer_id": ["a", "a", "a", "b", None, None],
            "question": ["q"] * 6,
            "answered_at": pa.array([START, START, NOW, START, START, START], pa.timestamp("us", "UTC")),
            "score": [9] * 6,
        }
    )
    question = plan(["nps"], {"answers": answers.column_names}).question
    found = pa.concat_tables(marked([answers.slice(0, 2), answers.slice(2)], question, "answers", ["score"]))
    assert found[MARK].to_pylist() == [None, "customer_id repeats another row", None, None, None, None]


def test_the_id_of_an_answer_comes_before_what_it_holds() -> None:
    """Rows of one id are compared, for each question; those without one are left alone."""
    answers = pa.table(
        {
            "answer_id": ["1", "1", "1", "2", None, None],
            "customer_id": ["a"] * 6,
            "question": ["q", "q", "r", "q", "q", "q"],
            "answered_at": pa.array([START] * 6, pa.timestamp("us", "UTC")),
            "score": [9] * 6,
        }
    )
    asked = plan(["nps"], {"answers": ["answer_id", "score"]})
    assert asked.named == {"answers"}
    tables = [answers.slice(0, 1), answers.slice(1)]
    found = pa.concat_tables(marked(tables, asked.question, "answers", ["score"]))
    assert found[MARK].to_pylist() == [None, "answer_id repeats another row", None, None, None, None]
