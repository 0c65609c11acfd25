"""Groups and filters from neighbouring tables: the same as a plain join over unique keys, and never a row twice."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn, ServqualError, TallyMismatch
from servqual.metrics import KPIS, Tally, measure, tally
from servqual.metrics.engine import looking_up
from servqual.model import AgentId, Case, CaseId, Customer, CustomerId, Interaction, InteractionId, Member
from servqual.readers.columns import arrow_labels
from servqual.readers.memory import arrays

DAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
NOW = DAY + dt.timedelta(days=16)
Table = dict[str, list[Any]]
CSAT = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
CASES: Table = {
    "case_id": ["1", "2", "3"],
    "customer_id": ["a", "b", "x"],
    "category": ["bill", "line", "line"],
    "agent": ["Ann", "Bo", "Ann"],
    "received_at": [DAY] * 3,
}
CUSTOMERS: Table = {"customer_id": ["a", "b"], "tier": ["gold", "silver"]}
ANSWERS: Table = {"case_id": ["1", "1", "2", None], "answered_at": [NOW] * 4, "score": [5, 4, 1, 3]}


def volumes(data: dict[str, Any], name: str, **options: Any) -> dict[Any, float | None]:
    """Cases by group."""
    found = measure(["case_volume"], data, by=[name], now=NOW, **options)
    return {each.group[name]: each.value for each in found}


def csv_of(table: Table, name: str, folder: Path) -> str:
    """Write a table as a CSV."""
    path = folder / f"{name}.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    return str(path)


def parquet_of(table: Table, name: str, folder: Path) -> str:
    """Write a table as Parquet."""
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(table), path)
    return str(path)


CARRIERS: dict[str, Callable[[Table, str, Path], Any]] = {
    "columns": lambda table, _, __: table,
    "arrays": lambda table, _, __: {
        name: np.array(values, "M8[us]") if name.endswith("_at") else values
        for name, values in (
            (n, [v.replace(tzinfo=None) for v in vs] if n.endswith("_at") else vs) for n, vs in table.items()
        )
    },
    "pandas": lambda table, _, __: pd.DataFrame(table),
    "polars": lambda table, _, __: pl.DataFrame(table),
    "lazy": lambda table, _, __: pl.LazyFrame(table),
    "arrow": lambda table, _, __: pa.table(table),
    "stream": lambda table, _, __: pa.table(table).to_reader(),
    "rows": lambda table, _, __: [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)],
    "parts": lambda table, _, __: [{n: v[:1] for n, v in table.items()}, {n: v[1:] for n, v in table.items()}],
    "iterator": lambda table, _, __: iter([{n: v[:1] for n, v in table.items()}, {n: v[1:] for n, v in table.items()}]),
    "csv": csv_of,
    "parquet": parquet_of,
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_any_carrier_gives_the_same_groups(carrier: str, tmp_path: Path) -> None:
    """The table and its neighbour may come from anything that holds rows."""
    carry = CARRIERS[carrier]
    data = {"cases": carry(CASES, "cases", tmp_path), "customers": carry(CUSTOMERS, "customers", tmp_path)}
    found = measure(["case_volume"], data, by=["tier"], now=NOW)
    assert {each.group["tier"]: each.n for each in found} == {None: 1, "gold": 1, "silver": 1}
    assert found.rows.keys() == {"cases"}  # the neighbour is counted in no rows
    assert (found.rows["cases"].read, found.rows["cases"].used) == (3, 3)


ids = st.none() | st.integers(0, 6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, Table, Table]:
    """Answers, cases and customers whose keys are numbers on one side and texts on the other, some missing."""
    as_id = draw(st.sampled_from([int, str, float]))

    def key(value: int | None) -> Any:
        return None if value is None else as_id(value)

    case_ids = draw(st.lists(st.integers(0, 6), unique=True, max_size=6))
    people = draw(st.lists(st.integers(0, 6), unique=True, max_size=6))
    cases: Table = {
        "case_id": [*map(key, case_ids)],
        "customer_id": draw(st.lists(ids, min_size=len(case_ids), max_size=len(case_ids))),
        "received_at": [DAY] * len(case_ids),
    }
    tiers = st.sampled_from(["gold", "silver", None])
    customers: Table = {
        "customer_id": [*map(str, people), None, None],
        "tier": [*draw(st.lists(tiers, min_size=len(people), max_size=len(people))), "gold", "gold"],
    }
    of = draw(st.lists(ids, min_size=1, max_size=12))
    answers: Table = {
        "case_id": of,
        "answered_at": [NOW - n * dt.timedelta(hours=1) for n in range(len(of))],
        "score": [5] * len(of),
    }
    return answers, cases, customers


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 12))
def test_groups_are_those_of_a_plain_join(three: tuple[Table, Table, Table], cut: int) -> None:
    """Over one hop and over two, whole and in parts that are added."""
    answers, cases, customers = three
    tier = {key: tier for key, tier in zip(*customers.values(), strict=True) if key is not None}
    person = {str(int(c)): p for c, p in zip(cases["case_id"], cases["customer_id"], strict=True)}

    def tier_of(who: int | None) -> Any:
        return None if who is None else tier.get(str(who))

    expected = Counter(tier_of(None if case is None else person.get(str(case))) for case in answers["case_id"])
    data = {"cases": cases, "customers": customers}
    whole = tally([CSAT], {"answers": answers, **data}, by=["tier"], now=NOW)
    assert {each.group["tier"]: each.n for each in whole.measure()} == dict(expected)
    parts = [
        tally([CSAT], {"answers": {n: v[rows] for n, v in answers.items()}, **data}, by=["tier"], now=NOW)
        for rows in (slice(cut), slice(cut, None))
    ]
    assert (parts[0] + parts[1]).to_bytes() == whole.to_bytes()
    mine = Counter(tier_of(who) for who in cases["customer_id"])
    if mine:
        assert volumes(data, "tier") == dict(mine)
        chosen = measure(["case_volume"], data, where={"tier": "gold"}, now=NOW).one()
        assert chosen.n == mine["gold"]


@pytest.mark.parametrize("mine", [[3, 9, 3, 77], ["3", "9", "3", "x"], [3, 9, 3, 10**12]])
@pytest.mark.parametrize("theirs", [[3, 4, 5], ["3", "04", "5"], [3, 10**9, 5], ["3", "b", "5"]])
def test_numbers_match_texts_however_they_are_coded(mine: list[Any], theirs: list[Any]) -> None:
    """Ranges of digits are matched without a look at each label, other labels by their text."""
    cases = {"customer_id": mine, "received_at": [DAY] * 4}
    customers = {"customer_id": theirs, "tier": ["gold", "silver", "none"]}
    assert volumes({"cases": cases, "customers": customers}, "tier") == {"gold": 2, None: 2}


WHOLE = st.integers(-3, 3) | st.sampled_from([10**18, 10**18 + 1, 1234567890123456789, -(2**63) + 1])
TEXTS = st.none() | WHOLE.map(str) | st.sampled_from(["north", "-0", "-", "007", "+1", "1_0", "٣", " 1 ", "", "\xa0"])


def text(key: Any) -> str | None:
    """The key as the documentation says it is compared."""
    return None if key is None else str(key).strip() or None


HOLDERS: list[tuple[Callable[[list[Any]], Any], st.SearchStrategy[Any]]] = [
    (lambda values: np.array(values, np.int64), WHOLE),
    (list, TEXTS | WHOLE),
    (lambda values: pa.array(values, pa.string()), TEXTS),
    (lambda values: pl.Series(values, dtype=pl.Categorical), TEXTS),
    (lambda values: pd.Series(values, dtype="str"), TEXTS),
]


@st.composite
def keys(draw: st.DrawFn, *, unique: bool) -> tuple[list[Any], Any]:
    """Keys as plain values, and as a column of numbers or of texts in one of four libraries."""
    carry, of = draw(st.sampled_from(HOLDERS))
    values = draw(st.lists(of, max_size=8, unique_by=(lambda key: text(key) or object()) if unique else None))
    return values, carry(values)


@pytest.mark.parametrize("many", [0, 1 << 30])
@settings(max_examples=60, deadline=None)
@given(mine=keys(unique=False), theirs=keys(unique=True), size=st.integers(1, 9))
def test_keys_match_by_their_texts(
    many: int, mine: tuple[list[Any], Any], theirs: tuple[list[Any], Any], size: int
) -> None:
    """Numbers, texts and dictionaries of texts, few or many, whole or in chunks, as a dictionary of Python does."""
    tiers = [f"tier {place}" for place in range(len(theirs[0]))]
    tier = {text(key): name for key, name in zip(theirs[0], tiers, strict=True) if text(key)}
    data = {
        "cases": {"customer_id": mine[1], "received_at": [DAY] * len(mine[0])},
        "customers": {"customer_id": theirs[1], "tier": tiers},
    }
    with patch.object(arrow_labels, "_MANY", many), patch.object(arrays, "CHUNK", size):
        found = volumes(data, "tier")
    assert found == dict(Counter(tier.get(text(key)) for key in mine[0]))


@pytest.mark.parametrize("carry", [csv_of, parquet_of])
def test_a_neighbour_without_rows_has_its_columns(carry: Callable[[Table, str, Path], str], tmp_path: Path) -> None:
    """Its header tells them, so that every row is in the group None, over one hop and over two."""
    nobody: Table = {"customer_id": [], "tier": []}
    for customers in (nobody, carry(nobody, "customers", tmp_path)):
        assert volumes({"cases": CASES, "customers": customers}, "tier") == {None: 3}
        found = measure([CSAT], {"answers": ANSWERS, "cases": CASES, "customers": customers}, by=["tier"])
        assert (found.one().group, found.one().n) == ({"tier": None}, 4)


def test_an_answer_knows_the_category_of_its_case() -> None:
    """And the contacts, agents and teams of a case are found by their own keys."""
    data: dict[str, Any] = {"answers": ANSWERS, "cases": CASES, "customers": CUSTOMERS}
    by_category = measure([CSAT], data, by=["category"])
    assert [(each.group["category"], each.n) for each in by_category] == [(None, 1), ("bill", 2), ("line", 1)]
    staff = {"agent": ["Ann", "Bo"], "team": ["one", "two"]}
    teams = {"team": ["one", "two"], "site": ["x", "y"]}
    assert volumes({"cases": CASES, "staff": staff, "teams": teams}, "site") == {"x": 2, "y": 1}
    contacts = {"interaction_id": ["i"], "channel": ["chat"]}
    asked = {"interaction_id": ["i", "j"], "answered_at": [NOW] * 2, "score": [5, 1]}
    by_channel = measure([CSAT], {"answers": asked, "interactions": contacts}, by=["channel"])
    assert by_channel.get("csat", channel="chat").n == 1


def test_a_column_that_the_table_has_is_its_own() -> None:
    """A neighbour is asked only for what is lacking."""
    own = {**CASES, "tier": ["bronze", None, "bronze"]}
    assert volumes({"cases": own, "customers": CUSTOMERS}, "tier") == {None: 1, "bronze": 2}


def test_the_nearer_table_is_preferred() -> None:
    """A customer named by the answer itself counts before that of its case."""
    answers = {**ANSWERS, "customer_id": ["b", "b", "b", "b"]}
    found = measure([CSAT], {"answers": answers, "cases": CASES, "customers": CUSTOMERS}, by=["tier"])
    assert found.get("csat", tier="silver").n == 4


def test_two_ways_are_refused_and_a_name_of_its_own_helps() -> None:
    """Nothing is chosen silently."""
    cases, staff = {**CASES, "site": ["x"] * 3}, {"agent": ["Ann"], "site": ["y"]}
    answers = {**ANSWERS, "agent": ["Ann"] * 4}
    data: dict[str, Any] = {"answers": answers, "cases": cases, "staff": staff}
    with pytest.raises(InvalidValue, match="site must be found in one way from answers") as refused:
        measure([CSAT], data, by=["site"])
    assert refused.value.code == "lookup.ambiguous"
    assert "leave staff out of data, or name the other column anew" in str(refused.value)
    assert "columns={'staff': {'staff_site': 'site'}}" in str(refused.value)
    found = measure([CSAT], data, by=["site"], columns={"staff": {"staff_site": "site"}})
    assert found.get("csat", site="x").n == 3


@pytest.mark.parametrize("tier", [["gold", "silver"], ["gold", "gold"]])
def test_a_key_that_stands_twice_is_refused(tier: list[str]) -> None:
    """A row is never counted twice, not even for equal values."""
    with pytest.raises(ValueError, match=r"customer_id must be unique in customers.* \(got 'a' in several") as refused:
        volumes({"cases": CASES, "customers": {"customer_id": ["a", "a"], "tier": tier}}, "tier")
    assert isinstance(refused.value, ServqualError)
    assert refused.value.code == "lookup.not_unique"


def test_of_cases_with_one_id_the_row_that_stands_is_looked_up() -> None:
    """The look-up table is unique after its own repeated ids are settled."""
    cases = {
        "case_id": ["1", "1", "2"],
        "category": ["old", "new", "line"],
        "updated_at": [DAY, DAY + dt.timedelta(days=1), DAY],
    }
    found = measure([CSAT], {"answers": ANSWERS, "cases": cases}, by=["category"])
    assert [each.group["category"] for each in found] == [None, "line", "new"]


def test_a_repeated_id_in_files_is_settled_too(tmp_path: Path) -> None:
    """A table in chunks is read anew once an id turns out to name several rows."""
    cases = {
        "case_id": ["1", "1"],
        "category": ["old", "new"],
        "updated_at": ["2026-05-04T09:00Z", "2026-05-05T09:00Z"],
    }
    found = measure([CSAT], {"answers": ANSWERS, "cases": csv_of(cases, "cases", tmp_path)}, by=["category"])
    assert found.get("csat", category="new").n == 2


def test_a_table_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are counted chunk by chunk, texts included."""
    monkeypatch.setattr(looking_up, "_MOST", 400)
    with pytest.raises(InvalidValue, match="customers must take at most") as refused:
        volumes(
            {"cases": CASES, "customers": {"customer_id": [f"c{n}" for n in range(20)], "tier": ["gold"] * 20}}, "tier"
        )
    assert refused.value.code == "lookup.too_large"


def test_an_iterator_cannot_be_read_twice() -> None:
    """First for its columns and then for its rows: it is refused before it is used up."""
    with pytest.raises(InvalidValue, match="cases must be read twice"):
        measure([CSAT, "case_volume"], {"answers": ANSWERS, "cases": iter([CASES])}, by=["category"])


@pytest.mark.parametrize("law", ["commutative", "keyed"])
def test_keyed_kpis_are_grouped_by_neighbours_too(law: str) -> None:
    """Chains of contacts, and shares whose spread lies between customers."""
    contacts = {"customer_id": ["a", "a", "b", "x"], "queued_at": [DAY + n * dt.timedelta(hours=1) for n in range(4)]}
    kpi = "fcr" if law == "keyed" else "volume"
    found = measure([kpi], {"interactions": contacts, "customers": CUSTOMERS}, by=["tier"], now=NOW)
    counts = {each.group["tier"]: each.n for each in found}
    assert counts == ({"gold": 1, "silver": 1, None: 1} if law == "keyed" else {"gold": 2, "silver": 1, None: 1})
    only = measure([kpi], {"interactions": contacts, "customers": CUSTOMERS}, where={"tier": ["gold"]}, now=NOW)
    assert only.one().n == counts["gold"]


def test_a_choice_of_a_kpi_is_looked_up() -> None:
    """`only=` of a KPI is a filter like `where=`."""
    gold = KPIS["resolution_rate"].with_(key="gold", only={"tier": "gold"})
    cases = {**CASES, "resolved_at": [NOW, None, None]}
    assert measure([gold], {"cases": cases, "customers": CUSTOMERS}, now=NOW).one().n == 1


def test_each_table_looks_up_what_it_lacks_itself() -> None:
    """Tables of one question share a neighbour and ask it for different columns."""
    customers = {**CUSTOMERS, "country": ["DE", "FR"]}
    gold = KPIS["case_volume"].with_(key="gold", only={"tier": "gold"})
    french = KPIS["complaint_resolution_rate"].with_(key="french", only={"country": "FR"})
    complaints = {"customer_id": ["a", "b", "b"], "received_at": [DAY] * 3, "resolved_at": [NOW] * 3}
    found = measure([gold, french], {"cases": CASES, "complaints": complaints, "customers": customers}, now=NOW)
    assert (found.get("gold").n, found.get("french").n) == (1, 2)


def test_stocks_by_week_are_grouped_by_neighbours() -> None:
    """A group of a neighbour goes with the periods of a stock."""
    cases = {**CASES, "resolved_at": [NOW, None, None]}
    found = measure(["backlog"], {"cases": cases, "customers": CUSTOMERS}, by=["tier", "week"], now=NOW)
    assert {each.group["tier"] for each in found} == {None, "gold", "silver"}
    assert sum(each.value or 0 for each in found if each.group["week"] == dt.date(2026, 5, 4)) == 3


def cases_of_the_model() -> list[Case]:
    """Three cases that name no tier."""
    return [
        Case.open(id=name, at=DAY, channel="phone", customer=CustomerId(who))
        for name, who in zip(CASES["case_id"], "abx", strict=True)
    ]


def test_objects_of_the_model_are_tables_like_any_other() -> None:
    """A column that none of the objects fills is lacking."""
    people = [Customer(id=CustomerId(who), name=who, tier=tier) for who, tier in (("a", "gold"), ("b", "silver"))]
    expected = {None: 1, "gold": 1, "silver": 1}
    assert volumes({"cases": cases_of_the_model(), "customers": people}, "tier") == expected
    assert volumes({"cases": iter(cases_of_the_model()), "customers": iter(people)}, "tier") == expected
    staff = [Member(id=AgentId("Ann"), name="Ann", team="one")]
    assert volumes({"cases": CASES, "staff": staff}, "team") == {None: 1, "one": 2}


@pytest.mark.parametrize("where", [None, {"tier": ["gold", "silver"]}])
def test_cases_of_a_log_look_up_as_well(where: dict[str, Any] | None) -> None:
    """The log of events stands in for cases, which are completed once they are folded."""
    people = {"customer_id": ["a", "b"], "tier": ["gold", "silver"]}
    found = volumes({"case_events": cases_of_the_model(), "customers": people}, "tier", where=where)
    assert found == {"gold": 1, "silver": 1} | ({} if where else {None: 1})


def test_a_later_part_with_the_column_is_refused() -> None:
    """Whether a table has a column holds for all of it."""

    def parts() -> Iterator[Any]:
        yield {name: CASES[name] for name in ("customer_id", "received_at")}
        yield {"customer_id": ["a"], "received_at": [DAY], "tier": ["bronze"]}

    with pytest.raises(InvalidValue, match="tier must be filled in all parts of a table or in none"):
        volumes({"cases": parts(), "customers": CUSTOMERS}, "tier")
    with pytest.raises(MissingColumn, match="tier is looked up in customers, which needs the column 'customer_id'"):
        volumes({"cases": iter([CASES, {"received_at": [DAY]}]), "customers": CUSTOMERS}, "tier")


@pytest.mark.parametrize("customers", [CUSTOMERS, [Customer(id=CustomerId("a"), name="A", tier="gold")]])
@pytest.mark.parametrize("options", [{"by": ["teir"]}, {"where": {"teir": "gold"}}])
def test_a_slip_is_told_the_near_names_of_neighbours(customers: Any, options: dict[str, Any]) -> None:
    """Beside those of the table itself."""
    data = {"cases": {**CASES, "their": ["x"] * 3}, "customers": customers}
    with pytest.raises(MissingColumn, match=r"did you mean their.*; near to it is tier in customers") as refused:
        measure(["case_volume"], data, now=NOW, **options)
    assert refused.value.near == ("their", "tier")


def test_an_empty_list_knows_nobody() -> None:
    """As a day without a new customer: every row is in the group None, as with empty columns."""
    empty: list[Any] = [[], (), {"customer_id": [], "tier": []}]
    for nobody in empty:
        assert volumes({"cases": CASES, "customers": nobody}, "tier") == {None: 3}
    answers = {"answers": ANSWERS, "cases": CASES, "customers": []}
    assert [(each.group["tier"], each.n) for each in measure([CSAT], answers, by=["tier"])] == [(None, 4)]
    found = measure(["case_volume"], {"cases": CASES, "customers": CUSTOMERS, "staff": []}, by=["tier"], now=NOW)
    assert {each.group["tier"] for each in found} == {None, "gold", "silver"}


def test_two_ways_to_one_table_need_its_key() -> None:
    """No other name of the column would help there."""
    contacts = {"interaction_id": ["i"], "customer_id": ["a"]}
    answers = {**ANSWERS, "interaction_id": ["i"] * 4}
    data: dict[str, Any] = {"answers": answers, "cases": CASES, "interactions": contacts, "customers": CUSTOMERS}
    with pytest.raises(InvalidValue, match="leave interactions out of data, or add customer_id to answers"):
        measure([CSAT], data, by=["tier"])
    data["answers"] = {**answers, "customer_id": ["a"] * 4}
    assert measure([CSAT], data, by=["tier"]).get("csat", tier="gold").n == 4


def test_a_column_that_nobody_has_is_missing_as_before() -> None:
    """The error names the columns of the table."""
    with pytest.raises(MissingColumn, match="case_volume needs the column 'tear' of cases"):
        volumes({"cases": CASES, "customers": CUSTOMERS}, "tear")


@pytest.mark.parametrize(
    ("cases", "customers", "lacking"),
    [
        (CASES, {"id": ["a", "b"], "tier": ["gold", "silver"]}, "customers"),
        ({"received_at": [DAY]}, CUSTOMERS, "cases"),
    ],
)
def test_a_missing_key_is_named(cases: Table, customers: Table, lacking: str) -> None:
    """Who passed the neighbour is told what it is found by."""
    with pytest.raises(
        MissingColumn, match=f"tier of cases is looked up in customers by customer_id, which {lacking} lac"
    ):
        volumes({"cases": cases, "customers": customers}, "tier")
    with pytest.raises(MissingColumn, match="customer_id"):
        measure(["case_volume"], {"cases": cases, "customers": customers}, where={"tier": "gold"}, now=NOW)


def test_the_way_is_part_of_the_question_and_the_content_is_not() -> None:
    """Tallies that were grouped in another way do not add, and no name of a customer is stored."""
    looked_up = tally(["case_volume"], {"cases": CASES, "customers": CUSTOMERS}, by=["tier"], now=NOW)
    own = tally(["case_volume"], {"cases": {**CASES, "tier": ["gold"] * 3}}, by=["tier"], now=NOW)
    with pytest.raises(TallyMismatch, match="differ in ways"):
        looked_up + own
    again = Tally.from_bytes(looked_up.to_bytes())
    assert (again.plan.ways, again.to_bytes()) == (looked_up.plan.ways, looked_up.to_bytes())
    assert json.loads(json.dumps(looked_up.plan.plain()))["ways"] == {"cases": {"tier": ["customers"]}}
    assert looked_up.without("tier").to_bytes() == tally(["case_volume"], {"cases": CASES}, now=NOW).to_bytes()


GOLD = [Customer(id=CustomerId("K"), name="A", tier="gold")]
"""One customer whose tier is known."""


def opened(name: str, **fields: Any) -> Case:
    """Open a case."""
    return Case.open(id=name, at=DAY, channel="email", **fields)


@pytest.mark.parametrize("table", ["cases", "case_events"])
def test_an_object_without_a_value_looks_it_up_and_parts_add(table: str) -> None:
    """Case by case: its own tier first, else that of its customer, however the cases are cut."""
    cases = [opened("1", customer="K", tier="own"), opened("2", customer="K"), opened("3")]

    def of(some: Any) -> Tally:
        return tally(["case_volume"], {table: some, "customers": GOLD}, by=["tier"], now=NOW)

    whole = of(cases)
    assert {each.group["tier"]: each.n for each in whole.measure()} == {"own": 1, "gold": 1, None: 1}
    parts = [of([]), *(of([each]) for each in cases), of([])]
    assert sum(parts[1:], parts[0]).to_bytes() == whole.to_bytes() == of(iter(cases)).to_bytes()


@pytest.mark.parametrize(
    ("name", "own", "looked_up", "groups"),
    [("cost", 9.0, 2.5, {9.0: 1, 2.5: 1, None: 1}), ("vip", False, True, {"false": 1, "true": 1, None: 1})],
)
def test_flags_and_numbers_of_objects_are_looked_up_one_by_one(
    name: str, own: Any, looked_up: Any, groups: dict[Any, int]
) -> None:
    """As labels are, where both are of one kind: a contact of its own value keeps it, others have that of the case."""
    cases = [opened(str(n), attributes=its) for n, its in enumerate([{name: looked_up}, {name: looked_up}, {}])]
    contacts = [
        Interaction(id=InteractionId(str(n)), channel="phone", queued_at=DAY, case=CaseId(str(n)), attributes=its)
        for n, its in enumerate([{name: own}, {}, {}])
    ]
    found = measure(["volume"], {"interactions": contacts, "cases": cases}, by=[name], now=NOW)
    assert {each.group[name]: each.n for each in found} == groups


@pytest.mark.parametrize("table", ["cases", "case_events"])
@pytest.mark.parametrize("carrier", [list, iter])
@pytest.mark.parametrize("some", [[], [opened("1")]])
def test_a_quiet_day_is_no_error(table: str, carrier: Any, some: list[Case]) -> None:
    """Cases of nobody, or none at all, are in no tier; columns whose keys are all missing say the same."""

    def data() -> dict[str, Any]:
        return {table: carrier(some), "customers": GOLD}

    assert volumes(data(), "tier") == ({None: 1} if some else {})
    assert measure(["case_volume"], data(), where={"tier": "gold"}, now=NOW).one().n == 0
    columns = {"case_id": ["1"], "customer_id": [None], "received_at": [DAY]}
    assert volumes({"cases": columns, "customers": GOLD}, "tier") == {None: 1}


def test_a_neighbour_of_objects_has_the_columns_of_its_class() -> None:
    """No case has a category, no customer a tier: the answers are in the group None."""
    for name in ("category", "tier"):
        data = {"answers": ANSWERS, "cases": [opened("1")], "customers": [Customer(id=CustomerId("K"), name="A")]}
        found = measure([CSAT], data, by=[name])
        assert (found.one().group, found.one().n) == ({name: None}, 4)
    with pytest.raises(MissingColumn, match="'product'"):
        measure([CSAT], {"answers": ANSWERS, "cases": [opened("1")]}, by=["product"])


def test_who_an_object_belongs_to_is_its_own() -> None:
    """A contact that nobody answered is not that of the owner of its case, nor an anonymous one its customer's."""
    contacts = [
        Interaction(id=InteractionId("1"), channel="phone", queued_at=DAY, case=CaseId("C")),
        Interaction(
            id=InteractionId("2"), channel="phone", queued_at=DAY, agent=AgentId("Ann"), customer=CustomerId("K")
        ),
    ]
    data = {"interactions": contacts, "cases": [opened("C", owner="Bo", customer="L")]}
    for name, mine in (("agent", "Ann"), ("customer_id", "K")):
        found = measure(["volume"], data, by=[name], now=NOW)
        assert {each.group[name]: each.n for each in found} == {None: 1, mine: 1}


def test_a_column_of_objects_needs_no_neighbour() -> None:
    """Two ways to it, or a neighbour that can be read only once, do not matter where the objects fill it."""
    contact = Interaction(
        id=InteractionId("1"), channel="phone", queued_at=DAY, case=CaseId("1"), agent=AgentId("Ann"), site="own"
    )
    cases = [opened("1", site="x")]
    staff = [Member(id=AgentId("Ann"), name="Ann", attributes={"site": "y"})]
    found = measure(["volume"], {"interactions": [contact], "cases": cases, "staff": staff}, by=["site"], now=NOW)
    assert found.one().group == {"site": "own"}
    for name, mine, theirs in (("site", "own", "x"), ("tier", None, None)):
        data = {"interactions": [contact], "cases": iter(cases)}
        both = measure(["volume", "case_volume"], data, by=[name], now=NOW)
        assert both.get("volume", **{name: mine}).n == both.get("case_volume", **{name: theirs}).n == 1
    with pytest.raises(InvalidValue, match="site must be found in one way from interactions"):
        measure(
            ["volume"],
            {"interactions": [attrs.evolve(contact, site=None)], "cases": cases, "staff": staff},
            by=["site"],
            now=NOW,
        )
