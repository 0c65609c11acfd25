"""Parts of the data on any engine: the same bytes as on one machine, and what may not be added is refused."""

import datetime as dt
import pickle
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.engines import PartPlan, combine, merge, partial, plan
from servqual.engines import keys as keys_module
from servqual.engines.keys import Keys
from servqual.errors import InvalidValue, KeyInTwoParts, MissingColumn, TallyMismatch, UnreadableTally
from servqual.metrics import KPIS, Kpi, Tally, tally
from servqual.model import BusinessHours, Clock, Sla, Target

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
COLUMNS = ("customer_id", "queued_at", "team", "wait_s", "abandoned")
PLAIN: list[str | Kpi] = ["volume", "asa", "wait_p90", "abandonment_rate"]
KEYED: list[str | Kpi] = [*PLAIN, KPIS["fcr"].with_(window=dt.timedelta(days=3)), "repeat_rate"]
rows = st.lists(
    st.tuples(
        st.sampled_from(["anna", "ben", "cleo", "7", "dora ", None]),
        st.integers(0, 25 * 24).map(lambda hours: START + dt.timedelta(hours=hours)),
        st.sampled_from(["north", "south", None]),
        st.sampled_from(["12", "30.5", "soon", None]),
        st.sampled_from([True, False, None]),
    ),
    max_size=40,
)


def columns_of(some: Sequence[Sequence[Any]], names: Sequence[str] = COLUMNS) -> dict[str, list[Any]]:
    """Rows as columns."""
    return {name: [row[i] for row in some] for i, name in enumerate(names)}


def as_arrow(some: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows as a table of Arrow."""
    kinds = [pa.string(), pa.timestamp("us", "UTC"), pa.string(), pa.string(), pa.bool_()]
    arrays = [pa.array(values, kind) for values, kind in zip(columns_of(some).values(), kinds, strict=True)]
    return pa.table(arrays, names=COLUMNS)


def question(kpis: Sequence[Any]) -> PartPlan:
    """A plan as another process has it."""
    made = plan(kpis, {"interactions": COLUMNS}, by=["team", "week"], now=NOW)
    found: PartPlan = pickle.loads(pickle.dumps(made))  # noqa: S301
    return found


@given(rows, st.integers(1, 5), st.integers(1, 7))
def test_parts_are_the_whole(some: list[Any], parts: int, size: int) -> None:
    """Rows dealt in any way, in batches of any size, and merged by the way, are the tally of one machine."""
    asked = question(PLAIN)
    made = [partial(as_arrow(some[i::parts]).to_batches(max_chunksize=size), asked) for i in range(parts)]
    whole = tally(PLAIN, {"interactions": columns_of(some)}, by=["team", "week"], now=NOW)
    assert combine([merge(made[:2], asked), merge([], asked), *made[2:]], asked).to_bytes() == whole.to_bytes()
    assert combine(made).to_bytes() == whole.to_bytes()


@given(rows, st.integers(1, 4), st.integers(1, 7))
def test_parts_of_whole_customers_are_the_whole(some: list[Any], parts: int, size: int) -> None:
    """Rows dealt by customer and sorted give chains as on one machine, and the sum needs no warning."""
    asked = question(KEYED)
    some.sort(key=lambda row: (row[0] or "", row[1]))
    made = []
    for i in range(parts):
        mine = [row for row in some if len(row[0] or "") % parts == i]
        made.append(partial(as_arrow(mine).to_batches(max_chunksize=size), asked))
    whole = tally(KEYED, {"interactions": columns_of(some)}, by=["team", "week"], now=NOW)
    got = combine(made, asked)
    assert got.to_bytes() == whole.to_bytes()
    assert got.measure() == whole.measure()


@given(st.data(), st.integers(1, 4), st.integers(1, 7))
def test_parts_of_whole_cases_are_the_whole(data: st.DataObject, parts: int, size: int) -> None:
    """A log dealt by case; some parts have no event, and not even the names of columns."""
    hour = st.integers(0, 90).map(lambda hours: START + dt.timedelta(hours=hours))
    event = st.sampled_from(["reported", "replied", "waiting", "resumed", "resolved", "reopened", "closed", "?"])
    some = data.draw(st.lists(st.tuples(st.sampled_from("abcdef"), hour, event, st.sampled_from(["north", None]))))
    names = ("case_id", "at", "event", "team")
    hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "08:00-18:00"})
    sla = Sla(name="plain", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(hours=4))])
    kpis: list[str | Kpi] = ["resolution_kept", "case_volume"]
    asked = plan(kpis, {"case_events": names}, by=["team"], now=NOW, sla=sla)
    assert asked.order_by == {"case_events": ("case_id", "at")}
    made = []
    for i in range(parts):
        mine = sorted((row for row in some if ord(row[0]) % parts == i), key=lambda row: row[:2])
        chunks = (mine[start : start + size] for start in range(0, len(mine), size))
        made.append(partial([columns_of(chunk, names) for chunk in chunks], asked))
    whole = tally(kpis, {"case_events": columns_of(some, names)}, by=["team"], now=NOW, sla=sla)
    assert combine(made, asked).to_bytes() == whole.to_bytes()


def test_how_rows_must_be_dealt_is_told() -> None:
    """By the names that the data have; a KPI over all rows needs one part."""
    asked = plan(KEYED, {"interactions": ["Kunde", *COLUMNS[1:]]}, columns={"interactions": {"customer_id": "Kunde"}})
    assert asked.partition_by == {"interactions": ("Kunde",)}
    assert asked.order_by == {"interactions": ("Kunde", "queued_at")}
    assert plan(PLAIN, {"interactions": COLUMNS}).partition_by == {}
    both = plan(["fcr"], {"interactions": COLUMNS}, cluster="team", now=NOW)
    assert (both.partition_by, both.order_by) == ({"interactions": ()}, {})


def contact(customer: str, day: int = 0) -> tuple[Any, ...]:
    """A contact of a customer on a day of May."""
    return (customer, START + dt.timedelta(days=day), "north", "5", False)


def test_a_customer_in_two_parts_is_refused() -> None:
    """Where chains need all rows of a customer."""
    asked = question(KEYED)
    one, two = (partial([as_arrow([contact("anna", day)])], asked) for day in (1, 2))
    with pytest.raises(KeyInTwoParts, match="customer_id"):
        combine([one, two], asked)
    with pytest.raises(KeyInTwoParts, match="customer_id"):
        merge([one, two], asked)


def test_rows_that_are_not_sorted_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer who comes back after another one would be two."""
    asked = question(KEYED)
    some = [as_arrow([contact(name)]) for name in ("anna", "ben", "ben", "anna")]
    monkeypatch.setattr("servqual.engines.whole_customers.pieces.__defaults__", (2,))
    with pytest.raises(KeyInTwoParts, match="sort each part"):
        partial(some, asked)


@pytest.mark.parametrize("known", [True, False])
def test_some_customers_at_a_time_are_held(monkeypatch: pytest.MonkeyPatch, *, known: bool) -> None:
    """Ten times the rows cost a few bytes per customer, for the proof; rows without one are not held together."""
    monkeypatch.setattr("servqual.engines.whole_customers.pieces.__defaults__", (20_000,))
    asked = question(["volume", *KEYED[-2:]])

    def batches(rows: int) -> Iterator[dict[str, Any]]:
        for start in range(0, rows, 10_000):
            place = np.arange(start, start + 10_000)
            when = np.datetime64("2026-05-01", "us") + (place % 3) * np.timedelta64(1, "h")
            yield {
                "customer_id": place // 3 if known else [None] * len(place),
                "queued_at": when,
                "team": ["north"] * len(place),
            }

    def most(rows: int) -> int:
        tracemalloc.start()
        partial(batches(rows), asked)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few = most(60_000)
    assert most(600_000) - few < 40 * (180_000 if known else 10_000)


def test_two_parts_of_what_needs_all_rows_are_refused() -> None:
    """Here by two keys at once; parts without rows do no harm."""
    asked = plan(["fcr"], {"interactions": COLUMNS}, cluster="team", now=NOW)
    one, none = partial([as_arrow([contact("anna")])], asked), partial([], asked)
    assert combine([one, none, none], asked).measure().one().n == 1
    with pytest.raises(KeyInTwoParts, match="make the table one part"):
        combine([one, partial([as_arrow([contact("ben")])], asked)], asked)


def test_a_part_that_is_given_twice_is_refused() -> None:
    """As by a task that ran twice, where parts have names."""
    asked = question(PLAIN)
    part = partial([as_arrow([contact("anna")])], asked, name="may.parquet")
    with pytest.raises(KeyInTwoParts, match=r"'may.parquet' twice"):
        combine([part, part], asked)


def test_many_keys_are_a_sample_that_finds_what_was_not_dealt(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the sum says that it was not proved."""
    monkeypatch.setattr(keys_module, "MOST", 100)
    names = [f"c{number}" for number in range(1000)]
    one, two = Keys.of("customer_id", names[:500]), Keys.of("customer_id", names[500:])
    assert not (one + two).exact
    assert {*(one + two).hashes.tolist()} == {*Keys.of("customer_id", names).hashes.tolist()}
    with pytest.raises(KeyInTwoParts):
        _ = one + Keys.of("customer_id", names[::2])
    asked = question(KEYED)
    some = combine([partial([as_arrow([contact(name) for name in names])], asked)], asked)
    assert any(warning.code == "parts.unchecked" for warning in some.measure().warnings)


def test_a_column_in_some_parts_only_is_refused() -> None:
    """Without `abandoned` all contacts were answered, which an absent cell does not say."""
    asked = question(["volume", "asa"])
    table = as_arrow([contact("anna")])
    with pytest.raises(InvalidValue, match="abandoned in all of its parts"):
        combine([partial([table], asked), partial([table.drop_columns(["abandoned"])], asked)], asked)
    with pytest.raises(MissingColumn, match="queued_at"):
        partial([table.drop_columns(["queued_at"])], asked)


def test_columns_are_looked_up_in_every_part() -> None:
    """The neighbour goes with the plan."""
    customers = {"customer_id": ["anna", "ben", "7"], "tier": ["gold", "silver", "gold"]}
    some = [contact(name) for name in ("anna", "ben", "7", "cleo")]
    data = {"interactions": columns_of(some), "customers": customers}
    asked = plan(PLAIN, {"interactions": COLUMNS, "customers": customers}, by=["tier"])
    asked = pickle.loads(pickle.dumps(asked))  # noqa: S301
    assert asked.tables == ("interactions",)
    got = combine([partial([as_arrow([row])], asked) for row in some], asked)
    assert got.to_bytes() == tally(PLAIN, data, by=["tier"]).to_bytes()


def test_two_tables_are_counted_apart() -> None:
    """A rate of complaints and contacts is made of parts of both, in any order."""
    complaints = {"received_at": [START] * 3, "team": ["north", "south", "south"]}
    some = [contact(name) for name in ("anna", "ben")]
    kpis = ["complaint_volume", "volume"]
    data = {"interactions": columns_of(some), "complaints": complaints}
    asked = plan(kpis, {"interactions": COLUMNS, "complaints": ["received_at", "team"]}, by=["team"], now=NOW)
    made = [
        partial([as_arrow(some[:1])], asked, table="interactions"),
        partial([complaints], asked, table="complaints"),
        partial([as_arrow(some[1:])], asked, table="interactions"),
    ]
    assert combine(made[::-1], asked).to_bytes() == tally(kpis, data, by=["team"], now=NOW).to_bytes()
    with pytest.raises(InvalidValue, match=r"interactions, complaints|complaints, interactions"):
        partial([complaints], asked)


@pytest.mark.parametrize(
    ("table", "kpi", "named"),
    [
        ("interactions", "volume", {"interaction_id": ["i1"], "queued_at": [START]}),
        ("complaints", "complaint_volume", {"Nr": ["k1"], "received_at": [START]}),
        ("answers", "nps", {"customer_id": ["a"], "question": ["q"], "answered_at": [START], "score": [5]}),
    ],
)
def test_ids_that_no_two_parts_compared_are_a_warning(table: str, kpi: str, named: dict[str, list[Any]]) -> None:
    """A row that lies in two parts counts twice; one part, or a table whose rows have no ids, needs no warning."""
    renamed = {table: {"complaint_id": "Nr"}} if "Nr" in named else {}
    asked = plan([kpi], {table: [*named]}, columns=renamed)
    one, none = partial([named], asked), partial([], asked)
    whole = combine([one, none, none], asked).measure()
    assert "rows.repeats_unchecked" not in {warning.code for warning in whole.warnings}
    for parts in ([one, one], [merge([one, none], asked), one], [merge([one, one], asked)]):
        for told in (asked, None):
            found = combine(parts, told).measure()
            assert found.one().n == 2
            [warned] = [warning for warning in found.warnings if warning.code == "rows.repeats_unchecked"]
            assert (
                warned.text
                == f"ids of {table} were not compared across parts: a row that is in two of them counts twice"
            )
    nameless = {name: values for name, values in named.items() if name not in {"interaction_id", "Nr", "question"}}
    asked = plan([kpi], {table: [*nameless]})
    found = combine([partial([nameless], asked)] * 2, asked).measure()
    assert "rows.repeats_unchecked" not in {warning.code for warning in found.warnings}


def test_foreign_bytes_are_refused() -> None:
    """Cut, altered or of something else."""
    asked = question(KEYED)
    part = partial([as_arrow([contact("anna")])], asked)
    whole = combine([part], asked)
    for bad in (b"", part[:-1], part[:20] + b"x" + part[21:], whole.to_bytes(), "text"):
        with pytest.raises(UnreadableTally):
            combine([bad], asked)  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="parts"):
        combine([])
    with pytest.raises(TallyMismatch):
        combine([part, partial([], question(PLAIN))], asked)
    assert isinstance(whole, Tally)
