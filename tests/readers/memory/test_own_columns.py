"""The firm's own fields and tags of objects are columns: the same numbers as from a mapping of columns."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, measure, tally
from servqual.model import (
    AgentId,
    Answer,
    Case,
    Complaint,
    Customer,
    CustomerId,
    Interaction,
    InteractionId,
    Member,
    Question,
    Role,
    Scale,
    SurveyId,
    Team,
)
from servqual.model import complaint as event
from servqual.readers.memory.objects import chunk_of_objects, object_chunks

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HAPPY = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)


def call(n: int, **own: Any) -> Interaction:
    """A contact with the firm's own fields."""
    return Interaction(
        id=InteractionId(f"I-{n}"), channel="phone", queued_at=T0, answered_at=T0 + HOUR, attributes=own, tags=["t"]
    )


def cells(objects: Sequence[Any], table: str, *names: str) -> list[list[str | None]]:
    """The labels of some columns, cell by cell."""
    chunk = chunk_of_objects(table, objects, only=frozenset(names))
    found = [chunk.columns[name] for name in names]
    return [[None if code < 0 else one.labels[code] for code in one.values.tolist()] for one in found]


def test_attributes_of_every_kind_are_columns() -> None:
    """A value is its text, as in a file; an object without it has a missing cell."""
    calls = [call(1, a="x", b=1, c=True, d=T0), call(2, a="y", b=2.5), call(3, b=1.0)]
    assert cells(calls, "interactions", "a", "b", "c", "d") == [
        ["x", "y", None],
        ["1", "2.5", "1"],
        ["true", None, None],
        ["2026-05-04 09:00:00+00:00", None, None],
    ]


def test_each_carrier_with_own_fields_groups_by_them() -> None:
    """Interactions, cases, complaints and answers, by a field of the firm and by tags."""
    answer = Answer(
        survey=SurveyId("S"),
        question=HAPPY,
        customer=None,
        answered_at=T0,
        score=5,
        attributes={"product": "r"},
        tags={"t"},
    )
    case = Case.open(id="C-1", at=T0, channel="phone", attributes={"product": "r"}, tags={"t"})
    complaint = Complaint.open(id="P-1", at=T0, channel="phone", attributes={"product": "q"}, tags={"t"})
    changed = complaint.record(event.Changed(at=T0 + HOUR, by="A", attributes={"product": "r"}))
    csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    tables: dict[Any, tuple[str, Sequence[Any]]] = {
        "volume": ("interactions", [call(1, product="r")]),
        "case_volume": ("cases", [case]),
        "complaint_volume": ("complaints", [changed]),
        csat: ("answers", [answer]),
    }
    for kpi, (table, objects) in tables.items():
        found = measure([kpi], {table: objects}, by=["product"], now=T0 + 2 * HOUR)
        assert {one.group["product"]: one.value for one in found} == {"r": 1}
        only = measure([kpi], {table: objects}, where={"product": ["r"]}, now=T0 + 2 * HOUR)
        assert only.one().value == 1
        tagged = measure([kpi], {table: objects}, by=["tags"], now=T0 + 2 * HOUR)
        assert {one.group["tags"]: one.value for one in tagged} == {"t": 1}
    then = measure(["complaint_volume"], {"complaints": [changed]}, by=["product"], now=T0 + HOUR / 2)
    assert then.get("complaint_volume", product="q").value == 1


def test_a_mistyped_field_is_found() -> None:
    """A name that no object has is no column, and the nearest one is named; a field of the model wins over nothing."""
    calls = [call(1, product="r"), call(2)]
    with pytest.raises(MissingColumn, match="product"):
        measure(["volume"], {"interactions": calls}, by=["prodct"])
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        call(1, topic="x")


def test_a_stream_has_its_columns_in_every_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that no object of a later chunk has is missing there."""
    monkeypatch.setattr("servqual.readers.memory.objects._CHUNK", 2)

    def stream() -> Iterator[Interaction]:
        yield from [call(1, product="r"), call(2), call(3), call(4)]

    chunks = list(object_chunks("interactions", stream(), only=frozenset({"product"})))
    assert [chunk.columns["product"].values.tolist() for chunk in chunks] == [[0, -1], [-1, -1]]
    found = measure(["volume"], {"interactions": stream()}, by=["product"])
    assert {one.group["product"]: one.value for one in found} == {"r": 1, None: 3}


def test_every_part_of_a_stream_has_the_columns_of_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a stream has neither more nor fewer columns than a list, whichever part has an attribute."""
    monkeypatch.setattr("servqual.readers.memory.objects._CHUNK", 2)
    cases = [Case.open(id=str(n), at=T0, channel="email") for n in range(4)]
    last = Case.open(id="4", at=T0, channel="email", attributes={"product": "r"})
    rate = measure(["resolution_rate"], {"cases": iter(cases)}, now=T0 + HOUR)
    assert rate.equals(measure(["resolution_rate"], {"cases": cases}, now=T0 + HOUR))
    both = [
        measure(["case_volume"], {"cases": some}, by=["product"]) for some in ([*cases, last], iter([*cases, last]))
    ]
    assert [{one.group["product"]: one.n for one in each} for each in both] == [{None: 4, "r": 1}] * 2
    unknown = measure(["case_volume"], {"cases": iter(cases)}, by=["prodct"])
    assert [str(each) for each in unknown.warnings] == ["no row has a value in prodct"]
    with pytest.raises(MissingColumn, match="prodct"):
        measure(["case_volume"], {"cases": iter(cases[:2])}, by=["prodct"])


def test_an_attribute_with_the_name_of_a_column_must_fit_it() -> None:
    """A number where the table has a number is that column; a text there, or any duration, is refused."""
    assert chunk_of_objects("interactions", [call(1, cost=2.5), call(2)]).columns["cost"].values[0] == 2.5
    for own in ({"cost": "2.5 EUR"}, {"cost": True}, {"wait_min": 3, "cost": "x"}):
        with pytest.raises(InvalidValue, match=r"attributes.cost must be a number, as the column of this name"):
            chunk_of_objects("interactions", [call(1, **own)])


def test_customers_members_and_teams_are_tables() -> None:
    """Their fields, attributes and tags are columns; a member of two roles is in a group of its own."""
    acme = Customer(
        id=CustomerId("K-1"), name="Acme", tier="gold", industry="retail", attributes={"region": "EU"}, tags=["a", "b"]
    )
    assert cells([acme], "customers", "customer_id", "tier", "industry", "region", "tags") == [
        ["K-1"], ["gold"], ["retail"], ["EU"], ["a\x1fb"],
    ]  # fmt: skip
    ada = Member(
        id=AgentId("A-1"),
        name="Ada",
        roles={Role.AGENT, Role.TRAINER},
        team="north",
        attributes={"site": "X"},
        joined_at=T0,
    )
    bob = Member(id=AgentId("A-2"), name="Bob", team="north", joined_at=T0, left_at=T0 + 24 * HOUR)
    assert cells([ada, bob], "staff", "agent", "team", "role", "site") == [
        ["A-1", "A-2"], ["north", "north"], ["agent, trainer", None], ["X", None],
    ]  # fmt: skip
    team = Team(name="north", members=[ada], department="service", level="senior")
    assert cells([team], "teams", "team", "department", "level") == [["north"], ["service"], ["senior"]]


@given(
    own=st.lists(
        st.dictionaries(st.sampled_from("pq"), st.sampled_from(["x", "y", 1, True]), max_size=2), min_size=1, max_size=8
    )
)
def test_objects_are_counted_as_columns_are(own: list[dict[str, Any]]) -> None:
    """Random fields: objects, and a mapping of columns with the same cells, give the same measures."""
    names = sorted({name for each in own for name in each})
    objects = [call(n, **each) for n, each in enumerate(own)]
    columns: dict[str, list[Any]] = {
        "queued_at": [T0] * len(own),
        "answered_at": [T0 + HOUR] * len(own),
        "ended_at": [None] * len(own),
    }
    columns |= {name: [each.get(name) for each in own] for name in names}
    columns["interaction_id"] = [one.id for one in objects]
    whole = tally(["volume"], {"interactions": objects}, by=names).measure()
    assert whole.equals(tally(["volume"], {"interactions": columns}, by=names).measure())
