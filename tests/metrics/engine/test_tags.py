"""Tags as groups: a row counts in each of its tags, and once among the rows."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn, TagsOverlap
from servqual.metrics import KPIS, Tally, measure, tally
from servqual.model import Case, Customer, CustomerId
from servqual.pdca import compare

DAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
NOW = DAY + dt.timedelta(days=16)
TAGS: list[Any] = [["vip", "b2b"], ["vip", "vip"], [], None]
CASES: dict[str, Any] = {
    "received_at": [DAY] * 4,
    "resolved_at": [NOW - dt.timedelta(days=n) for n in range(4)],
    "tags": TAGS,
}
TEXTS = {**CASES, "tags": ["vip; b2b", "vip;vip", " ; ", None]}


def parquet_of(table: dict[str, Any], folder: Path) -> str:
    """Write a table with lists as Parquet."""
    pq.write_table(pa.table(table), folder / "cases.parquet")
    return str(folder / "cases.parquet")


def csv_of(_: dict[str, Any], folder: Path) -> str:
    """Write a table with texts as a CSV."""
    pd.DataFrame(TEXTS).to_csv(folder / "cases.csv", index=False)
    return str(folder / "cases.csv")


CARRIERS: dict[str, Callable[[dict[str, Any], Path], Any]] = {
    "lists": lambda table, _: table,
    "tuples": lambda table, _: {**table, "tags": [cell and tuple(cell) for cell in table["tags"]]},
    "sets": lambda table, _: {**table, "tags": [cell and set(cell) for cell in table["tags"]]},
    "arrays": lambda table, _: {
        **table,
        "tags": [None if cell is None else np.array(cell, "U3") for cell in table["tags"]],
    },
    "rows": lambda table, _: [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)],
    "pandas": lambda table, _: pd.DataFrame(table),
    "polars": lambda table, _: pl.DataFrame(table),
    "arrow": lambda table, _: pa.table(table),
    "parquet": parquet_of,
    "texts": lambda _, __: TEXTS,
    "csv": csv_of,
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_row_counts_in_each_of_its_tags(carrier: str, tmp_path: Path) -> None:
    """From lists, and from texts with a declared separator; untagged rows are in the group None."""
    data = {"cases": CARRIERS[carrier](CASES, tmp_path)}
    found = measure(["case_volume"], data, by=["tags"], now=NOW, tag_separator=";")
    assert {each.group["tags"]: each.n for each in found} == {None: 2, "b2b": 1, "vip": 2}
    assert (found.rows["cases"].read, found.rows["cases"].used) == (4, 4)
    chosen = measure(["case_volume"], data, where={"tags": ["b2b", "vip"]}, now=NOW, tag_separator=";")
    assert chosen.one().n == 2


def test_without_a_separator_a_text_is_one_tag() -> None:
    """A sign between tags is declared, never guessed."""
    found = measure(["case_volume"], {"cases": TEXTS}, by=["tags"], now=NOW)
    assert {each.group["tags"] for each in found} == {None, ";", "vip; b2b", "vip;vip"}


def unsplit(found: Any) -> list[str]:
    """The warnings about texts of several tags."""
    return [str(each) for each in found.warnings if each.code == "tags.unsplit"]


@pytest.mark.parametrize("options", [{"by": ["tags"]}, {"where": {"tags": "vip"}}, {"where": {"tags": "b2b"}}])
@pytest.mark.parametrize("carry", [lambda table: table, pd.DataFrame, pl.DataFrame])
def test_texts_that_look_like_several_tags_are_said(options: dict[str, Any], carry: Callable[[Any], Any]) -> None:
    """Unless a separator is given; the count adds up and is stored."""
    table: dict[str, Any] = {"received_at": [DAY] * 5, "tags": ["vip b2b", "vip,b2b", "vip", None, "b2b;x"]}
    said = ["3 texts in tags of cases may be several tags, and count as one; pass tag_separator"]
    whole = tally(["case_volume"], {"cases": carry(table)}, now=NOW, **options)
    assert unsplit(whole.measure()) == said
    parts = [
        tally(["case_volume"], {"cases": carry({n: v[rows] for n, v in table.items()})}, now=NOW, **options)
        for rows in (slice(1), slice(1, None))
    ]
    assert Tally.from_bytes((parts[0] + parts[1]).to_bytes()) == whole
    assert unsplit((parts[0] + parts[1]).measure()) == said
    assert unsplit(measure(["case_volume"], {"cases": carry(table)}, now=NOW, tag_separator=";", **options)) == []
    assert unsplit(measure(["case_volume"], {"cases": carry(table)}, now=NOW)) == []


@pytest.mark.parametrize("options", [{"by": ["tags"]}, {"where": {"tags": "key account"}}])
def test_a_tag_of_a_list_may_hold_a_blank(options: dict[str, Any]) -> None:
    """A list says where its tags end, alone or among others."""
    tags = [["key account"], ["key account", "vip"], ["key account", "key account"]]
    cases = [Case.open(id=str(n), at=DAY, channel="chat", tags=some) for n, some in enumerate(tags)]
    for data in ({"cases": {"received_at": [DAY] * 3, "tags": tags}}, {"cases": cases}, {"case_events": cases}):
        found = measure(["case_volume"], data, now=NOW, **options)
        assert unsplit(found) == []
        assert next(each.n for each in found if each.group.get("tags", "key account") == "key account") == 3


def test_a_log_says_it_as_well() -> None:
    """Its rows are those of the events, of which each case is one."""
    log = {"case_id": ["1", "2"], "at": [DAY] * 2, "event": ["reported"] * 2, "tags": ["vip b2b", "vip"]}
    found = measure(["case_volume"], {"case_events": log}, by=["tags"], now=NOW)
    assert unsplit(found) == ["1 text in tags of cases may be several tags, and count as one; pass tag_separator"]


def test_tags_are_those_of_the_row_itself() -> None:
    """Where no case is tagged, those of its customer are another thing and are not looked up."""
    customers = {"customer_id": ["a"], "tags": [["vip"]]}
    people = [Customer(id=CustomerId("a"), name="A", tags=("vip",))]
    cases = [Case.open(id="1", at=DAY, channel="chat", customer=CustomerId("a"))]
    for there, table in product((customers, people), ("cases", "case_events")):
        data = {table: cases, "customers": there}
        assert measure(["case_volume"], data, where={"tags": "vip"}, now=NOW).one().n == 0
        found = measure(["case_volume"], data, by=["tags"], now=NOW)
        assert [(each.group["tags"], each.n) for each in found] == [(None, 1)]
        assert [str(each) for each in found.warnings if each.group is None] == ["no row has a value in tags"]
        columns = {"customer_id": ["a"], "received_at": [DAY]}
        with pytest.raises(MissingColumn, match="near to it is tags in customers; tags are never looked up"):
            measure(["case_volume"], {"cases": columns, "customers": there}, where={"tags": "vip"}, now=NOW)


def test_objects_of_the_model_bring_their_tags() -> None:
    """As one row per object."""
    cases = [Case.open(id=str(n), at=DAY, channel="chat", tags=tags or ()) for n, tags in enumerate(TAGS)]
    for table in ("cases", "case_events"):
        found = measure(["case_volume"], {table: cases}, by=["tags"], now=NOW)
        assert {each.group["tags"]: each.n for each in found} == {None: 2, "b2b": 1, "vip": 2}


KEYS = ["case_volume", "resolution_rate", "resolution_p90", "resolution_time", "backlog"]
words = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(words, st.integers(0, 20), st.sampled_from(["x", "y"])), max_size=10), st.integers(0, 10))
def test_tags_are_those_of_rows_that_are_repeated_by_hand(rows: list[tuple[list[str], int, str]], cut: int) -> None:
    """Each tag has the state of a table of the rows that have it; parts add up to the whole."""
    table: dict[str, Any] = {
        "received_at": [DAY + n * dt.timedelta(minutes=1) for n in range(len(rows))],
        "resolved_at": [None if days > 14 else DAY + dt.timedelta(days=1 + days) for _, days, _ in rows],
        "team": [team for *_, team in rows],
        "tags": [tags for tags, *_ in rows],
    }
    whole = tally(KEYS, {"cases": table}, by=["team", "tags"], now=NOW)
    parts = [
        tally(KEYS, {"cases": {name: values[rows] for name, values in table.items()}}, by=["team", "tags"], now=NOW)
        for rows in (slice(cut), slice(cut, None))
    ]
    assert (parts[0] + parts[1]).to_bytes() == whole.to_bytes() == Tally.from_bytes(whole.to_bytes()).to_bytes()
    counted = Counter((team, tag) for tags, _, team in rows for tag in (set[str | None](tags) or {None}))
    found = whole.measure()
    assert {(each.group["team"], each.group["tags"]): each.n for each in found.of("case_volume")} == dict(counted)
    for tag in {tag for _, tag in counted}:
        mine = [n for n, (tags, *_) in enumerate(rows) if (tag in tags if tag else not tags)]
        alone = {name: [values[n] for n in mine] for name, values in table.items() if name != "tags"}
        for each in measure(KEYS, {"cases": alone}, by=["team"], now=NOW):
            twin = found.get(each.kpi, team=each.group["team"], tags=tag)
            assert (twin.value, twin.n, twin.undecided, twin.low) == (each.value, each.n, each.undecided, each.low)


def test_a_keyed_kpi_counts_by_tag() -> None:
    """First contacts, whose chains no group cuts."""
    contacts = {
        "customer_id": ["a", "a", "b"],
        "queued_at": [DAY + n * dt.timedelta(hours=1) for n in range(3)],
        "tags": [["x", "y"], ["y"], ["y"]],
    }
    found = measure(["fcr"], {"interactions": contacts}, by=["tags"], now=NOW)
    assert {each.group["tags"]: (each.value, each.n) for each in found} == {"x": (0.0, 1), "y": (0.5, 2)}


def test_tags_cannot_be_taken_out_of_a_tally() -> None:
    """Sums over tags would count rows twice; other columns can."""
    found = tally(["case_volume"], {"cases": {**CASES, "team": ["x"] * 4}}, by=["team", "tags"], now=NOW)
    with pytest.raises(TagsOverlap, match="columns must not name tags") as refused:
        found.without("tags")
    assert refused.value.code == "tags.overlap"
    assert found.without("team").to_bytes() == tally(["case_volume"], {"cases": CASES}, by=["tags"], now=NOW).to_bytes()


def test_two_tags_are_not_compared() -> None:
    """A row may be on both sides; one tag in two months is fine."""
    found = measure(["resolution_rate"], {"cases": CASES}, by=["tags"], now=NOW)
    verdict = compare(found.get("resolution_rate", tags="vip"), found.get("resolution_rate", tags="b2b"))
    assert verdict.decision == "invalid"
    assert "compare.tags_overlap" in {each.code for each in verdict.caveats}
    same = compare(found.get("resolution_rate", tags="vip"), found.get("resolution_rate", tags="vip"))
    assert "compare.tags_overlap" not in {each.code for each in same.caveats}


def test_spreads_between_customers_are_refused_by_tag() -> None:
    """A customer in two tags of one row would count as two."""
    with pytest.raises(InvalidValue, match="cluster must be left out where groups are tags"):
        measure([KPIS["resolution_rate"]], {"cases": CASES}, by=["tags"], cluster="customer_id")


@pytest.mark.parametrize("separator", [";", "/", " ", "_"])
def test_lists_say_themselves_where_a_tag_ends(separator: str) -> None:
    """A separator takes only texts apart, also in a column that holds both."""
    one = f"key{separator}account"
    cells = [[one], [one, "vip"], f"vip{separator}b2b", ["vip"], "vip"]
    cases = {"cases": {"received_at": [DAY] * 5, "tags": cells}}
    found = measure(["case_volume"], cases, by=["tags"], tag_separator=separator)
    assert {each.group["tags"]: each.n for each in found} == {one: 2, "vip": 4, "b2b": 1}
    assert measure(["case_volume"], cases, where={"tags": one}, tag_separator=separator).one().n == 2


@pytest.mark.parametrize("separator", ["x", "and", "7"])
def test_a_separator_has_a_sign(separator: str) -> None:
    """A letter stands in tags."""
    with pytest.raises(InvalidValue, match="tag_separator must have a sign that is no letter or digit"):
        measure(["case_volume"], {"cases": TEXTS}, by=["tags"], tag_separator=separator)


def test_a_result_by_tags_says_that_they_overlap() -> None:
    """Under the table, above it in a notebook, and beside the columns of a frame; no other result does."""
    words = "a row counts in each of its tags"
    by_tag = measure(["case_volume"], {"cases": CASES}, by=["tags"])
    assert repr(by_tag).splitlines()[-1] == words
    assert words in by_tag._repr_html_()
    assert by_tag.to_frame("pandas").attrs["tags"] == words
    other = measure(["case_volume"], {"cases": CASES}, where={"tags": "vip"})
    assert words not in repr(other)
    assert "tags" not in other.to_frame("pandas").attrs
