"""Of several rows with one id one stands, by its content and never by its place; the others are refused."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, measure, tally
from servqual.model import Case, CaseId, CustomerId, Money, Purchase
from servqual.model import case as event
from servqual.readers import columns_of
from servqual.readers.columns import duplicates
from servqual.readers.columns.duplicates import IDS
from servqual.readers.columns.standing import UNCHECKED
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.memory import arrays

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


rows = st.lists(
    st.fixed_dictionaries(
        {
            "case_id": st.sampled_from(["A", "B", "C", None]),
            "updated_at": st.sampled_from([None, NINE, NINE + dt.timedelta(hours=1)]),
            "resolved_at": st.sampled_from([None, NINE, NINE + dt.timedelta(hours=2)]),
            "team": st.sampled_from(["north", "south", None]),
            "reopened": st.sampled_from([0, 1, None]),
        }
    ),
    min_size=1,
    max_size=12,
)


def rank(row: dict[str, Any]) -> tuple[Any, ...]:
    """The latest update stands; ties go by content, column by column from the last name, a missing one lowest."""
    content = [row[name] for name in sorted(row, reverse=True)]
    return (
        row["updated_at"] is not None,
        row["updated_at"] or NINE,
        [(cell is not None, str(cell)) for cell in content],
    )


def columns(some: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as columns; each was received at nine."""
    return {name: [row[name] for row in some] for name in some[0]} | {"received_at": [NINE] * len(some)}


FORMS = ("as they are", "shuffled", "frame", "parts")


@settings(max_examples=100)
@given(rows, st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from(FORMS))
def test_the_row_that_was_updated_last_stands(some: list[dict[str, Any]], random: Random, step: int, form: str) -> None:
    """Against the obvious version; in any order, in parts, and whatever is asked."""
    stands: list[dict[str, Any]] = [row for row in some if row["case_id"] is None]
    for name in ("A", "B", "C"):
        stands += (
            [max((row for row in some if row["case_id"] == name), key=rank)]
            if any(row["case_id"] == name for row in some)
            else []
        )
    now = NINE + dt.timedelta(days=1)
    kpis = ["case_volume", "resolution_time", "reopen_ratio"]
    want = measure(kpis, {"cases": {k: v for k, v in columns(stands).items() if k != "case_id"}}, by=["team"], now=now)
    shuffled = some if form == "as they are" else random.sample(some, len(some))
    data: Any = columns(shuffled)
    if form == "frame":
        data = pl.DataFrame(data)
    if form == "parts":
        data = [columns(shuffled[at : at + step]) for at in range(0, len(some), step)]
    found = measure(kpis, {"cases": data}, by=["team"], now=now)
    assert found.equals(want)
    counts = found.rows["cases"]
    assert (counts.read, counts.used, counts.refused) == (len(some), len(stands), len(some) - len(stands))
    alone = measure(["resolution_time"], {"cases": data}, by=["team"], now=now)
    assert alone.equals(measure(["resolution_time"], {"cases": columns(stands)}, by=["team"], now=now))


def test_of_the_legs_of_a_contact_the_answered_one_stands() -> None:
    """A call that rang at one agent and was answered by another is one call, in either order."""
    legs: dict[str, list[Any]] = {
        "interaction_id": ["I-1", "I-1", "I-2"], "queued_at": [NINE] * 3, "abandoned": [True, False, False],
        "agent": ["A-1", "A-2", "A-3"],
    }  # fmt: skip
    for order in ((0, 1, 2), (1, 0, 2)):
        data = {name: [values[row] for row in order] for name, values in legs.items()}
        found = measure(["answer_rate", "volume"], {"interactions": data}, by=["agent"])
        assert {m.group["agent"]: m.value for m in found.of("answer_rate")} == {"A-2": 1, "A-3": 1}


def test_identical_rows_are_told_from_replaced_ones() -> None:
    """Each refusal says why its row does not count."""
    data = {"case_id": ["A", "A", "A"], "received_at": [NINE] * 3, "updated_at": [NINE, None, NINE]}
    reasons = measure(["case_volume"], {"cases": data}).rows["cases"].reasons
    assert reasons == {("case_id", "repeats another row"): 1, ("case_id", "has another row that stands"): 1}


def test_a_row_that_is_gone_refuses_nothing_else() -> None:
    """It is told once, and what was read wrong in it no more."""
    data: dict[str, Any] = {"case_id": ["C-1", "C-1", "C-2"], "received_at": [NINE] * 3, "reopened": [0, -1, -1]}
    assert [refusal.row for refusal in columns_of("cases", data).refusals] == [2]
    found = measure(["case_volume", "reopen_rate"], {"cases": data}, now=NINE)
    assert found.get("case_volume").value == 2
    rows = found.rows["cases"]
    assert (rows.read, rows.used, rows.refused) == (3, 2, 1)
    assert rows.reasons["case_id", "has another row that stands"] == 1


def test_stretches_of_a_table_are_looked_through_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the length of a chunk; rows keep their numbers."""
    monkeypatch.setattr(arrays, "CHUNK", 2)
    data = {"case_id": [1, 2, 3, 1, 5, 2], "received_at": [NINE] * 6, "cost": [2, 1, 1, 1, 1, 2]}
    found = measure(["case_volume"], {"cases": data}, now=NINE)
    assert found.one().value == 4
    assert sorted(refusal.row for refusal in found.rows["cases"].refusals) == [1, 3]


def test_ids_are_looked_through_whatever_is_asked() -> None:
    """Though no KPI reads them; so that every KPI is of the same rows."""
    data = {"interaction_id": ["a", "b", "a"], "queued_at": [NINE] * 3, "wait_s": [1, 2, 0], "agent": ["z", "b", "a"]}
    for source in (data, pl.DataFrame(data)):
        found = measure(["volume", "asa"], {"interactions": source})
        assert (found.get("volume").value, found.get("asa").value) == (2, 1.5)


def test_objects_that_come_again_are_refused_in_a_list() -> None:
    """Equal cases are one; two states of a case are two rows where objects are listed, and one case as a log (c19)."""
    old = Case(
        history=[
            event.Reported(
                at=NINE, id=CaseId("C-1"), customer=CustomerId("K-1"), description="d", impact="i", owner="A-1",
                occurred_at=NINE, channel="phone", source="feedback",
            )
        ]
    )  # fmt: skip
    new = old.record(event.Received(at=NINE + dt.timedelta(hours=1), by="A-1"))
    now = NINE + dt.timedelta(days=1)
    for row, pair in ((1, [new, old]), (0, [old, new])):
        assert measure(["case_volume"], {"cases": pair}, now=now).one().value == 2
        found = measure(["case_volume"], {"case_events": pair}, now=now)
        assert found.one().value == 1
        rows = found.rows["case_events"]
        assert (rows.read, rows.used) == (3, 2)
        assert [str(refusal) for refusal in rows.refusals] == [
            f"row {row}: case_id has another row that stands (got 'C-1')"
        ]
    twice = measure(["case_volume"], {"cases": [new, new]}, now=now)
    assert twice.one().value == 1
    assert [str(refusal) for refusal in twice.rows["cases"].refusals] == [
        "row 1: case_id repeats another row (got 'C-1')"
    ]
    assert measure(["case_volume"], {"cases": iter([new, old])}, now=now).one().value == 1


def test_ids_that_name_no_rows_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than a list of refusals as long as the table."""
    monkeypatch.setattr(duplicates, "_MOST", 2)
    with pytest.raises(InvalidValue, match=r"case_id must name each row of cases .got 3 rows"):
        columns_of("cases", {"case_id": [7, 7, 7, 7]})


@pytest.mark.parametrize(
    ("kpi", "name"),
    [
        ("purchase_volume", "purchase_id"),
        ("delivery_on_time_rate", "delivery_id"),
        ("callback_kept", "callback_id"),
        ("restore_time", "incident_id"),
        ("reply_time", "message_id"),
        ("blockage_rate", "attempt_id"),
        ("apdex", "request_id"),
        ("commitment_kept", "commitment_id"),
    ],
)
def test_whatever_has_an_id_counts_once(kpi: str, name: str, tmp_path: Path) -> None:
    """The state that was updated last, or without that column the latest moment, from columns and from a file."""
    asked = KPIS[kpi].with_(within=dt.timedelta(seconds=1)) if kpi == "apdex" else KPIS[kpi]
    later = NINE + dt.timedelta(hours=1)
    told = {*asked.needs, *asked.uses, asked.at}
    moments = {one for one in told if TABLES[asked.table].get(one) is Kind.MOMENT}
    ends = moments & {"delivered_at", "done_at", "restored_at", "replied_at", "fulfilled_at"}
    begun = moments - ends - {"cancelled_at", "broken_at", "released_at"}
    rows: dict[str, list[Any]] = {name: ["1", "1", "2", None], "updated_at": [later, NINE, NINE, NINE]}
    rows |= {one: [NINE] * 4 for one in begun} | {one: [later] * 4 for one in ends}
    rows |= {one: [1] * 4 for one in told if TABLES[asked.table].get(one) is Kind.DURATION}
    rows |= {one: [1, 0, 0, 0] for one in told if TABLES[asked.table].get(one) is Kind.FLAG}
    pq.write_table(pa.table(rows), tmp_path / "rows.parquet")
    for source in (rows, tmp_path / "rows.parquet"):
        found = measure([asked], {asked.table: source}, now=later + dt.timedelta(days=1))
        counts = found.rows[asked.table]
        assert (counts.read, counts.used) == (4, 3)
        assert [str(refusal) for refusal in counts.refusals] == [f"row 1: {name} has another row that stands (got '1')"]


def test_objects_without_an_id_are_no_rows_of_one() -> None:
    """Two purchases that are equal are two."""
    bought = Purchase(at=NINE, customer=CustomerId("K-1"), amount=Money(amount=Decimal(9), currency="EUR"))
    assert measure(["purchase_volume"], {"purchases": [bought, bought]}).one().value == 2


def test_tables_without_an_id_are_left_alone() -> None:
    """And every id is a label of a table that there is."""
    assert all(TABLES[table].get(name, Kind.LABEL) is Kind.LABEL for table, name in IDS.items())
    assert columns_of("answers", {"survey": ["Q2", "Q2"]}).size == 2


ids = st.lists(st.sampled_from(["A", "B", "7", "07", 7, 12, None, "٣"]), min_size=1, max_size=30)


def cases(some: list[Any], first: int = 0) -> dict[str, Any]:
    """Cases of these ids, each of a team of its own, so that it shows which row was taken."""
    return {"case_id": some, "received_at": [NINE] * len(some), "team": [f"t{first + i}" for i in range(len(some))]}


@given(ids, st.integers(1, 7), st.integers(1, 3))
def test_parts_leave_out_the_same_rows(some: list[Any], step: int, threads: int) -> None:
    """By content, wherever the table is cut; in an iterator, which is read once, the first part of an id stands."""
    best: dict[str, int] = {}
    for place, one in enumerate(some):
        if one is not None and (str(one) not in best or f"t{place}" > f"t{best[str(one)]}"):
            best[str(one)] = place
    wanted = [f"t{place}" for place, one in enumerate(some) if one is None or best[str(one)] == place]
    parts = [cases(some[at : at + step], at) for at in range(0, len(some), step)]
    for data in (cases(some), parts, iter(parts)):
        found = measure(["case_volume"], {"cases": data}, by=["team"], threads=threads)
        if data is parts or isinstance(data, dict):
            assert Counter(m.group["team"] for m in found if m.n) == Counter(wanted)
        counts = found.rows["cases"]
        assert (counts.read, counts.used, counts.refused) == (len(some), len(wanted), len(some) - len(wanted))
        # the chunks of each id: where there are several, an iterator has let go of the first
        homes = {(str(one), place // step) for place, one in enumerate(some) if one is not None}
        unseen = isinstance(data, Iterator) and len(homes) > len({one for one, _ in homes})
        assert all(("rows.repeats_unchecked" in {w.code for w in m.warnings}) == unseen for m in found)


def test_files_that_overlap_are_told_once(tmp_path: Path) -> None:
    """Two exports of which the second repeats the end of the first, in CSV and in Parquet."""
    both = [["C-1", "C-2", "C-3"], ["C-3", "C-4"]]
    for number, some in enumerate(both):
        table = pa.table({"case_id": some, "received_at": pa.array([NINE] * len(some))})
        pq.write_table(table, tmp_path / f"{number}.parquet")
        lines = ["case_id,received_at", *(f"{one},{NINE.isoformat()}" for one in some)]
        (tmp_path / f"{number}.csv").write_text("\n".join(lines), encoding="utf-8")
    for kind in ("parquet", "csv"):
        rows = measure(["case_volume"], {"cases": tmp_path / f"*.{kind}"}).rows["cases"]
        assert (rows.read, rows.used) == (5, 4)
        assert [str(refusal) for refusal in rows.refusals] == [
            "row 0: case_id repeats another row (got 'C-3')"
        ] or kind == "csv"


def test_beyond_the_limit_nobody_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The ids that came so far are known still; long Parquet is not looked through at all."""
    monkeypatch.setattr(duplicates, "CHECKED_ROWS", 3)
    parts = [cases([1, 2, 3]), cases([4, 4, 1]), cases([4, 5])]
    assert measure(["case_volume"], {"cases": iter(parts)}).one().value == 7
    monkeypatch.setattr("servqual.readers.sources.CHECKED_ROWS", 3)
    pq.write_table(pa.table({"case_id": [1, 1, 1, 1], "received_at": pa.array([NINE] * 4)}), tmp_path / "long.parquet")
    assert measure(["case_volume"], {"cases": tmp_path / "long.parquet"}).one().value == 4


def test_a_column_that_names_no_rows_and_a_part_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused as for a whole table; nobody waits for a part that never comes."""
    monkeypatch.setattr(duplicates, "_MOST", 10)
    with pytest.raises(InvalidValue, match="case_id must name each row of cases"):
        measure(["case_volume"], {"cases": (cases(["C-1"] * 4) for _ in range(9))}, threads=3)

    def failing() -> Iterator[Any]:
        for number in range(9):
            yield cases([number]) if number != 4 else {"case_id": [4, 5], "received_at": ["soon"]}

    with pytest.raises(InvalidValue):
        measure(["case_volume"], {"cases": failing()}, threads=3)


def test_the_order_of_threads_changes_nothing() -> None:
    """Many parts that repeat each other, twice with as many threads: the same bytes."""
    rng = np.random.default_rng(5)
    parts = [cases(rng.integers(0, 900, 100).tolist(), 100 * n) for n in range(30)]
    found = {tally(["case_volume"], {"cases": iter(parts)}, by=["team"], threads=n).to_bytes() for n in (1, 2, 4, 4)}
    assert len(found) == 1


SAID: dict[str, list[Any]] = {
    "survey": ["Q2", "Q2", "Q2", "Q2", None, "Q2", "Q2"],
    "question": ["fast", "fast", "kind", "fast", "fast", "fast", "fast"],
    "customer_id": ["K-1", "K-1", "K-1", "K-2", "K-1", None, None],
    "answered_at": [NINE] * 7,
    "score": [5, 5, 5, 5, 5, 5, 5],
    "team": list("aacdefg"),
}
FROM = ["columns", "parts", "iterator", "frame", "csv", "cut"]


def carried(form: str, said: dict[str, list[Any]], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Answers in one of the forms of a table."""
    rows = [{name: [cell] for name, cell in zip(said, row, strict=True)} for row in zip(*said.values(), strict=True)]
    if form == "cut":
        monkeypatch.setattr(arrays, "CHUNK", 2)
    if form in {"columns", "cut"}:
        return said
    if form in {"parts", "iterator"}:
        return rows if form == "parts" else iter(rows)
    frame = pl.DataFrame(said, schema_overrides={"answered_at": pl.Datetime("us", "UTC")})
    if form == "frame":
        return frame
    frame.with_columns(pl.col("answered_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")).write_csv(folder / "answers.csv")
    return folder / "answers.csv"


@pytest.mark.parametrize("form", FROM)
def test_the_same_answer_twice_is_one(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same customer, question, moment and all else, from every carrier; who is unknown gave no answer before."""
    source = carried(form, SAID, tmp_path, monkeypatch)
    found = measure([KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": source}, by=["team"])
    assert {m.group["team"]: m.n for m in found if m.n} == dict.fromkeys("acdefg", 1)
    # an iterator is read once, so that rows of different parts cannot be compared
    assert [(r.column, r.value, r.reason) for r in found.rows["answers"].refusals] == [
        ("customer_id", "K-1", UNCHECKED if form == "iterator" else "repeats another row")
    ]


@pytest.mark.parametrize("form", FROM)
@pytest.mark.parametrize("told", ["agent", "about"])
def test_answers_that_differ_anywhere_are_several(
    told: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer rates three agents at once: no KPI of the mean reads who they are."""
    said: dict[str, list[Any]] = {
        "question": ["fast"] * 3, "customer_id": ["K-1"] * 3, "answered_at": [NINE] * 3, "score": [5, 5, 1],
        told: ["Ana", "Ben", "Cy"],
    }  # fmt: skip
    found = measure(
        [KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": carried(form, said, tmp_path, monkeypatch)}
    ).one()
    unseen = form == "iterator" and told == "about"  # a column of the firm's own is compared within a part
    assert found.n == (2 if unseen else 3)
    assert found.value == pytest.approx(3 if unseen else 11 / 3)
    assert ("rows.repeats_unchecked" in {w.code for w in found.warnings}) == unseen


@pytest.mark.parametrize("form", FROM)
def test_the_id_of_an_answer_names_it(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is told: one of an id and question counts, the latest; without an id a row is left alone."""
    later = NINE + dt.timedelta(hours=1)
    said: dict[str, list[Any]] = {
        "answer_id": ["1", "1", "2", "2", "3", None, None, "4", "4"],
        "answered_at": [later, NINE, NINE, NINE, NINE, NINE, NINE, NINE, NINE],
        "score": [2, 5, 4, 4, 4, 4, 4, 1, 1],
        "customer_id": ["K-1"] * 9,
        "question": [*["fast"] * 8, "kind"],
    }
    found = measure([KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": carried(form, said, tmp_path, monkeypatch)})
    assert found.one().n == 7
    assert found.one().value == pytest.approx(20 / 7)
    once = form == "iterator"
    assert found.rows["answers"].reasons == (
        {("answer_id", UNCHECKED): 2}
        if once
        else {("answer_id", "has another row that stands"): 1, ("answer_id", "repeats another row"): 1}
    )


def test_answers_that_do_not_say_who_was_asked_what_and_when_are_left_alone() -> None:
    """Two items of one dimension may look alike."""
    for lacking in ("question", "customer_id", "answered_at"):
        told = {name: cells for name, cells in SAID.items() if name != lacking}
        assert columns_of("answers", told).size == 7
    assert columns_of("answers", SAID).size == 6
    updated = {"answer_id": [1, 1], "updated_at": [NINE, None], "score": [1, 5]}
    assert columns_of("answers", updated).columns["score"].values.tolist() == [1]
    assert columns_of("answers", {**SAID, "score": [5, 4, 5, 5, 5, 5, 5]}).size == 7


@given(rows, st.sampled_from(["columns", "frame", "list of parts", "iterator", "file"]), st.booleans())
def test_a_filter_leaves_out_replaced_rows_like_any_other(some: list[dict[str, Any]], form: str, keyed: bool) -> None:
    """Rows read are those with the wanted label, whether they stand or not, and each is used or refused."""
    data = columns(some)
    parts = [{name: cells[at:until] for name, cells in data.items()} for at, until in ((0, 5), (5, 99))]
    kpi = KPIS["recurrence_rate"].with_(window=dt.timedelta(days=1)) if keyed else KPIS["case_volume"]
    if keyed:
        data |= {"customer_id": ["K"] * len(some), "cause": ["c"] * len(some)}
        parts = [
            {**part, "customer_id": ["K"] * len(part["team"]), "cause": ["c"] * len(part["team"])} for part in parts
        ]
    with TemporaryDirectory() as folder:
        pq.write_table(
            pa.table({**data, "reopened": pa.array(data["reopened"], pa.int64())}), Path(folder) / "a.parquet"
        )
        source: Any = {
            "columns": data,
            "frame": pl.DataFrame(data, strict=False),
            "list of parts": [part for part in parts if part["team"]],
            "iterator": iter(part for part in parts if part["team"]),
            "file": Path(folder) / "a.parquet",
        }[form]
        counted = measure([kpi], {"cases": source}, where={"team": "north"}, now=NINE).rows["cases"]
    assert counted.read == sum(row["team"] == "north" for row in some)
    assert counted.refused == sum(count for (name, _), count in counted.reasons.items() if name == "case_id")
