"""What people get wrong first: mistyped columns and keys, frames of other shapes, results put into tables."""

import datetime as dt
import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servqual.errors import InvalidValue, MissingColumn, TallyMismatch, UnknownName, UnreadableTally
from servqual.metrics import KPIS, Kpi, Measures, Ratio, Tally, measure, pareto, tally
from servqual.testing import a_case

DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("key", ["asa", "fcr", "aht", "service_level", "transfer_rate"])
@pytest.mark.parametrize("frame", [dict, pd.DataFrame, pl.DataFrame, lambda given: [pa.table(given)]])
def test_a_table_without_any_column_that_is_known_lacks_those_that_are_needed(key: str, frame: Any) -> None:
    """Also in parts, and where nothing else of the table is read."""
    with pytest.raises(MissingColumn, match=f"{key} needs the column") as caught:
        measure([key], {"interactions": frame({"wiat_s": [1.0]})}, now=DAY)
    assert caught.value.column in KPIS[key].needs
    with pytest.raises(MissingColumn, match="queued_at"):
        measure(["volume"], {"interactions": frame({"team": ["a"]})}, by=["month"])


def test_rows_of_a_file_count_where_none_of_its_columns_is_wanted(tmp_path: Path) -> None:
    """A file says the same as its frame: how many there are, and what it lacks."""
    frames = [pl.DataFrame({"team": ["a", "b"], "made": [DAY] * 2}), pl.DataFrame({"queued_at": [DAY] * 3})]
    for name, frame in zip("ab", frames, strict=True):
        frame.write_parquet(tmp_path / f"{name}.parquet")
    for source, count in ((tmp_path / "a.parquet", 2), (tmp_path, 5), (iter(frames), 5)):
        found = measure(["volume"], {"interactions": source})
        assert (found.one().value, found.rows["interactions"].read) == (count, count)
    with pytest.raises(MissingColumn, match="wait_s"):
        measure(["asa"], {"interactions": tmp_path / "a.parquet"})
    other = {"interactions": {"wait_s": "made", "topic": "team"}}
    assert measure(["volume"], {"interactions": tmp_path / "a.parquet"}, columns=other).one().value == 2


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()])
def test_a_number_too_large_is_refused_with_its_row_in_arrow_too(kind: Any) -> None:
    """Arrow itself would refuse the whole column."""
    found = measure(["asa"], {"interactions": pa.table({"wait_s": pa.array([1, 2, 2**60, None], kind)})})
    assert found.one().value == 1.5
    assert [refusal.row for refusal in found.rows["interactions"].refusals] == [2]


@pytest.mark.parametrize("name", ["kpi", "value", "low", "high", "n", "undecided", "unit"])
def test_groups_are_not_named_as_the_columns_of_results(name: str) -> None:
    """A frame of results could not tell the two apart."""
    data = {"interactions": {name: ["x", "y"]}}
    with pytest.raises(InvalidValue, match="columns=") as caught:
        measure(["volume"], data, by=[name])
    assert caught.value.field == "by"
    named = measure(["volume"], data, by=["desk"], columns={"interactions": {"desk": name}})
    assert named.to_frame("polars")["desk"].to_list() == ["x", "y"]


def test_labels_of_two_tables_are_alike_in_one_frame() -> None:
    """One names its teams by numbers, the other by texts."""
    data = {"interactions": {"team": [1, 2, None]}, "cases": {"team": ["1", "b"], "received_at": [DAY] * 2}}
    found = measure(["volume", "case_volume"], data, by=["team"])
    for frame in (found.to_frame("polars"), found.to_frame("pyarrow"), found.to_frame("pandas")):
        assert {*pl.DataFrame(frame)["team"].to_list()} == {"1", "2", "b", None}


def test_counts_of_a_series_are_ranked_as_counts() -> None:
    """As `value_counts` gives them; a series of categories stays one, and NaN is nothing known."""
    told = pd.Series(["late"] * 3 + ["rude"] * 2)
    for given in (told, told.value_counts(), told.value_counts().to_dict()):
        assert [(row.category, row.count) for row in pareto(given)] == [("late", 3), ("rude", 2)]
    assert [(row.category, row.count) for row in pareto(pd.Series([7, 7, 8]).value_counts())] == [(7, 2), (8, 1)]
    gaps = pd.Series([1.0, None, None])
    for given in (gaps, gaps.value_counts(dropna=False)):
        assert [(row.category, row.count) for row in pareto(given)] == [(None, 2), (1.0, 1)]


@pytest.mark.parametrize("hit", [["no", "yes"], [1, 9], [0.5, 1.0], [float("nan"), 1.0]])
def test_what_is_neither_true_nor_false_is_no_hit(hit: list[Any]) -> None:
    """A text or a number other than 0 and 1 would count as a hit in silence."""
    with pytest.raises(InvalidValue, match="true or false"):
        Ratio.of(pd.Series(hit).to_numpy())


def test_a_mistyped_key_of_the_catalogue_is_told_with_those_that_are_near() -> None:
    """It is a KeyError still, as of any mapping."""
    with pytest.raises(UnknownName, match="did you mean csat") as caught:
        KPIS["csatt"]
    assert isinstance(caught.value, KeyError)
    assert KPIS.get("csatt") is None


@pytest.mark.parametrize("threads", [0, -3])
def test_fewer_than_one_thread_is_refused(threads: int) -> None:
    """Nobody would do the work."""
    with pytest.raises(InvalidValue, match="threads must be 1 or more"):
        measure(["volume"], {"interactions": {"team": ["a"]}}, threads=threads)


def whether_abandoned(given: dict[str, Any]) -> Measures:
    """Both rates of a table."""
    return measure(["abandonment_rate", "answer_rate"], {"interactions": given})


def test_nobody_knows_who_gave_up_without_a_column_that_says_so() -> None:
    """No data are not 0 %, and not 100 %."""
    with pytest.raises(MissingColumn, match="abandoned"):
        whether_abandoned({"wait_s": [1.0]})
    assert [m.value for m in whether_abandoned({"abandoned": [True, False]})] == [0.5, 0.5]


@pytest.mark.parametrize("key", sorted(key for key, kpi in KPIS.items() if kpi.needs_one_of))
def test_nobody_knows_what_is_open_without_a_column_that_says_so(key: str) -> None:
    """A misnamed end is not 0 % resolved, and not all open: it is said, with the name that is near."""
    kpi = KPIS[key]
    due: dict[str, Any] = {name: dt.timedelta(days=1) for name in ("within", "window", "until") if name in kpi.params}
    table = kpi.parts[0].table
    rows = {name: [None] for name in kpi.needs} | {"received_at": [DAY], "due_at": [DAY], "solved_at": [DAY]}
    with pytest.raises(MissingColumn, match="needs one of the columns resolved_at, closed_at") as told:
        measure([kpi.with_(**due)], {table: rows}, now=DAY)
    assert told.value.near == ("solved_at",)
    for name in kpi.needs_one_of:
        assert measure([kpi.with_(**due)], {table: {**rows, name: [None]}}, now=DAY).rows[table].read == 1


def test_every_kpi_of_open_items_needs_a_column_of_their_ends() -> None:
    """But those whose number does not depend on it, as their pages say."""
    free = {"first_response_time", "first_response_p50", "first_response_p90", "reopen_rate", "upheld_rate"}
    assert {key for key, kpi in KPIS.items() if {"resolved_at", "closed_at"} <= {*kpi.uses}} - free == {
        key for key, kpi in KPIS.items() if kpi.needs_one_of
    }


def test_objects_of_which_none_has_ended_are_all_open() -> None:
    """Their class has the columns, though no object fills them."""
    found = measure(["backlog", "resolution_rate"], {"cases": [a_case()]}, now=DAY + dt.timedelta(days=365))
    assert [m.value for m in found] == [1, 0]


def test_tallies_that_differ_say_in_what() -> None:
    """And what each of them has."""
    one, two = (tally(["volume"], {"interactions": {"queued_at": [DAY]}}, zone=zone) for zone in ("UTC", "Asia/Tokyo"))
    with pytest.raises(TallyMismatch, match="differ in zone: 'UTC' is not 'Asia/Tokyo'"):
        one + two


def test_bytes_that_are_signed_but_not_of_the_form_are_refused() -> None:
    """A header that lacks a part, and a body that is shorter or longer than it says."""
    data = tally(["volume"], {"interactions": {"queued_at": [DAY]}}).to_bytes()[:-32]
    size = struct.unpack_from("<I", data, 8)[0]
    header = json.loads(data[12 : 12 + size])
    text = json.dumps({name: told for name, told in header.items() if name != "rows"}).encode()
    for forged in (data[:8] + struct.pack("<I", len(text)) + text + data[12 + size :], data[:-8], data + bytes(8)):
        with pytest.raises(UnreadableTally, match="stored form"):
            Tally.from_bytes(forged + hashlib.sha256(forged).digest())


def test_own_kpis_still_extend_the_catalogue() -> None:
    """As any mapping."""
    mine: Kpi = KPIS["csat"].with_(key="mine")
    assert (KPIS | {"mine": mine})["mine"] is mine
