"""What `where=` asked for and no row has is said, with the nearest values, by whole tallies and by added ones."""

import datetime as dt
import difflib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Tally, measure, tally
from servqual.metrics.results.nearest import nearest

DAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
NOW = DAY + dt.timedelta(days=16)


def cases(**columns: list[Any]) -> dict[str, Any]:
    """Cases with some columns."""
    size = len(next(iter(columns.values())))
    return {"cases": {"received_at": [DAY] * size, **columns}}


def warned(found: Any) -> list[str]:
    """The texts about wanted values."""
    return [str(each) for each in found.warnings if each.code == "where.no_match"]


@pytest.mark.parametrize(
    ("columns", "where", "texts"),
    [
        ({"team": ["north", "south"]}, {"team": "nroth"}, ["no row has team nroth; the nearest are north, south"]),
        (
            {"team": ["north", "south"]},
            {"team": ["north", "suoth"]},
            ["no row has team suoth; the nearest are south, north"],
        ),
        ({"team": [7, 8, 70]}, {"team": 77}, ["no row has team 77; the nearest are 7, 70, 8"]),
        ({"cost": [1.0, 5.0, 9.0]}, {"cost": 6}, ["no row has cost 6; the nearest are 5.0, 9.0, 1.0"]),
        ({"escalated": [True, True]}, {"escalated": False}, ["no row has escalated False; the nearest are True"]),
        ({"tags": [["vip", "b2b"], []]}, {"tags": "vpi"}, ["no row has tags vpi; the nearest are vip, b2b"]),
        ({"team": ["north"]}, {"team": None}, ["no row has team None"]),
        ({"team": [None]}, {"team": "north"}, ["no row has team north"]),
        ({"team": ["north"], "site": ["x"]}, {"team": "north", "site": "y"}, ["no row has site y; the nearest are x"]),
    ],
)
def test_a_value_that_nowhere_occurs_is_said(columns: Any, where: Any, texts: list[str]) -> None:
    """With the eight nearest values, whatever the kind of the column; a value that occurs is not named."""
    assert warned(measure(["case_volume"], cases(**columns), where=where)) == texts


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, np.datetime64("NaT"), pd.NA, pd.NaT, [pd.NA]])
def test_any_missing_value_asks_for_missing_ones(nothing: Any) -> None:
    """As frames write it."""
    for values in ({"category": ["x", None, "y"]}, {"cost": [1.0, None, 2.0]}):
        [name] = values
        found = measure(["case_volume"], cases(**values), where={name: nothing})
        assert (found.one().n, found.where[name], warned(found)) == (1, (None,), [])


@pytest.mark.parametrize("nothing", [[], (), set(), np.array([])])
def test_no_value_at_all_is_refused(nothing: Any) -> None:
    """It would count no row, which nobody means."""
    with pytest.raises(InvalidValue, match="where must name a value of team"):
        measure(["case_volume"], cases(team=["north"]), where={"team": nothing})


@pytest.mark.parametrize(
    ("columns", "only", "texts"),
    [
        ({"team": ["north", "south"]}, {"team": "nroth"}, ["no row has team nroth; the nearest are north, south"]),
        ({"team": ["north", "south"]}, {"team": ("NORTH", "nroth")}, []),
        ({"team": ["north", None]}, {"team": (None, "x")}, []),
        (
            {"team": ["north", "south"]},
            {"team": (None, "nort")},
            ["no row has team None", "no row has team nort; the nearest are north, south"],
        ),
        ({"cost": [1.0, 5.0]}, {"cost": 6}, ["no row has cost 6; the nearest are 5.0, 1.0"]),
        ({"tags": [["vip", "b2b"], []]}, {"tags": ["vpi"]}, ["no row has tags vpi; the nearest are vip, b2b"]),
        (
            {"team": ["a", "b"], "site": ["x", "y"]},
            {"team": "a", "site": "y"},
            ["no row counted has team a, site y"],
        ),
    ],
)
def test_a_kpi_that_chooses_rows_which_nowhere_are_says_so(columns: Any, only: Any, texts: list[str]) -> None:
    """As `where=` does, with the nearest values, from stored parts as well."""
    kpis = [KPIS["case_volume"].with_(only=only)]
    whole = tally(kpis, cases(**columns))
    rows = ([{name: values[row : row + 1] for name, values in columns.items()}] for row in (0, 1))
    parts = [tally(kpis, cases(**row)) for [row] in rows]
    for found in (whole, Tally.from_bytes(whole.to_bytes(), kpis), parts[0] + parts[1]):
        assert warned(found.measure()) == texts


def test_no_small_n_is_said_where_there_is_none() -> None:
    """The reason is the value, not the number of rows."""
    found = measure(["reopen_rate"], cases(team=["north"], reopened=[0]), where={"team": "south"}, now=NOW)
    assert {each.code for each in found.warnings} == {"where.no_match"}
    assert {each.code for each in found.one().warnings} == {"where.no_match"}


def test_values_that_only_together_match_no_row_are_said_as_before() -> None:
    """Each occurs, but in no row all of them."""
    found = measure(["case_volume"], cases(team=["a", "b"], site=["x", "y"]), where={"team": "a", "site": "y"})
    assert warned(found) == ["no row counted has site y, team a"]


def test_each_kpi_is_told_of_the_rows_of_its_own_table() -> None:
    """A value may occur in one table and not in another."""
    data = {**cases(team=["a"]), "interactions": {"queued_at": [DAY], "team": ["b"]}}
    found = measure(["case_volume", "volume"], data, where={"team": "a"}, now=NOW)
    assert not found.get("case_volume").warnings
    assert [str(each) for each in found.get("volume").warnings] == ["no row has team a; the nearest are b"]


teams = st.lists(st.sampled_from(["north", "south", "nord", "sued", None, *(f"t{n}" for n in range(12))]), max_size=12)


@settings(max_examples=50, deadline=None)
@given(teams, teams, st.sampled_from(["north", "nrth", "t9"]))
def test_what_was_found_adds_up(one: list[Any], two: list[Any], wanted: str) -> None:
    """Parts give the bytes of the whole, in either order, and the nearest are those of a slow search."""
    where = {"team": [wanted, "south"]}
    parts = [tally(["case_volume"], cases(team=some), where=where, by=["team"], now=NOW) for some in (one, two)]
    whole = tally(["case_volume"], cases(team=[*one, *two]), where=where, by=["team"], now=NOW)
    assert (parts[0] + parts[1]).to_bytes() == whole.to_bytes() == (parts[1] + parts[0]).to_bytes()
    assert Tally.from_bytes(whole.to_bytes()).founds == whole.founds
    values = {team for team in (*one, *two) if team}

    def distance(value: str) -> tuple[float, str]:
        return 1 - difflib.SequenceMatcher(None, value, wanted, autojunk=False).ratio(), value

    [found] = [
        each
        for text, each in zip(whole.plan.where["team"], whole.founds["cases", "team", ""], strict=True)
        if text == wanted
    ]
    assert found.rows == [*one, *two].count(wanted)
    assert found.near == (() if found.rows else tuple(sorted(values, key=distance)[:8]))


def test_the_nearest_of_many_are_eight() -> None:
    """Numbers by distance, texts without their case, nothing near to None."""
    assert nearest(4.5, [float(n) for n in range(20)]) == (4.0, 5.0, 3.0, 6.0, 2.0, 7.0, 1.0, 8.0)
    assert nearest("GOULD", ["silver", "gold"]) == ("gold", "silver")
    assert nearest(None, ["gold"]) == ()


def test_a_group_that_nowhere_occurs_is_said_with_its_neighbours() -> None:
    """A quiet combination of labels that do occur is no slip."""
    found = measure(["case_volume"], cases(tier=["gold", "silver"], team=["a", "b"]), by=["tier", "team"])
    slip = found.get("case_volume", tier="gould", team="a")
    assert (slip.value, slip.n) == (None, 0)
    assert [(each.code, str(each)) for each in slip.warnings] == [
        ("group.no_match", "no row has tier gould; the nearest are gold, silver")
    ]
    assert not found.get("case_volume", tier="gold", team="b").warnings
    assert not found.get("case_volume", tier=None, team="b").warnings


def test_a_keyed_kpi_is_told_as_well() -> None:
    """Its rows are all read, whatever is asked for."""
    contacts = {"interactions": {"customer_id": ["a"], "queued_at": [DAY], "team": ["north"]}}
    assert warned(measure(["fcr"], contacts, where={"team": "nroth"}, now=NOW)) == [
        "no row has team nroth; the nearest are north"
    ]
    assert KPIS["fcr"].law == "keyed"


SNOWFLAKE = 1_541_815_603_606_036_480
"""A whole number of 19 digits, as messaging services number their posts."""


@pytest.mark.parametrize("ids", [[-3, -2, -1, 0], [SNOWFLAKE, SNOWFLAKE + 1, SNOWFLAKE + 2], [7, 8, 9]])
def test_ids_find_the_same_rows_as_numbers_and_as_texts(ids: list[int]) -> None:
    """Whatever their sign or length, and however rows and `where=` write them."""
    carriers: list[Any] = [ids, [*map(str, ids)], np.array(ids), pd.Series(ids), pd.Series([*map(str, ids)])]
    for carrier in carriers:
        for wanted in (ids[0], str(ids[0]), np.int64(ids[0]), [ids[0]], np.array(ids[:1])):
            found = measure(["case_volume"], cases(customer_id=carrier), where={"customer_id": wanted})
            assert (found.one().n, warned(found)) == (1, [])
        customers = {"customer_id": [*map(str, ids)], "tier": ["gold", *["none"] * (len(ids) - 1)]}
        by_tier = measure(["case_volume"], {**cases(customer_id=carrier), "customers": customers}, by=["tier"])
        assert {each.group["tier"]: each.n for each in by_tier} == {"gold": 1, "none": len(ids) - 1}


@pytest.mark.parametrize("ids", [[-3, -2, -1, 0], [SNOWFLAKE, SNOWFLAKE + 1, SNOWFLAKE + 2], [7, 8, 9]])
def test_ids_are_one_customer_as_numbers_and_as_texts(ids: list[int]) -> None:
    """Customers of two parts of a table are counted once, and contacts are chained, though one part has numbers."""
    texts = [*map(str, ids)]
    parts = [tally(["contacts_per_customer"], {"interactions": part(values)}) for values in (np.array(ids), texts)]
    assert (parts[0] + parts[1]).measure().one().value == 2.0
    chained = KPIS["repeat_rate"].with_(window=dt.timedelta(days=7))
    repeats = measure([chained], {"interactions": [part(np.array(ids)), part(texts, hour=1)]}, now=NOW)
    assert repeats.one().value == 0.5


def part(customers: Any, hour: int = 0) -> dict[str, Any]:
    """One contact of each customer."""
    size = len(customers)
    return {"customer_id": customers, "topic": ["line"] * size, "queued_at": [DAY + dt.timedelta(hours=hour)] * size}


def test_most_values_are_never_matched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip among 20,000 ids costs a look at their letters; the answer is that of matching each."""
    matched = list[float]()

    class Counting(difflib.SequenceMatcher[str]):
        def ratio(self) -> float:
            matched.append(super().ratio())
            return matched[-1]

    monkeypatch.setattr(difflib, "SequenceMatcher", Counting)
    found = nearest("K-1234x", {f"K-{n:05}" for n in range(20_000)})
    assert found[:2] == ("K-01234", "K-10234")
    assert len(matched) < 1_000
