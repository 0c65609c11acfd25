"""What dumps must load: values that no document holds are refused before, and equal values are one text."""

import datetime as dt
import json
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, LoadErrors
from servqual.metrics import KPIS
from servqual.metrics.catalogue.clocks import judged_by
from servqual.model import BusinessHours, Case, Money, Sla, Target
from servqual.model.history.corrections import Amended
from servqual.schema import dump, dumps, load, loads

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def opened(**facts: Any) -> Case:
    """A case with some facts."""
    at = facts.pop("at", NINE)
    return Case.open(id="C-1", at=at, channel="email", **facts)


def desk(goal: float) -> Sla:
    """An agreement with a goal."""
    office = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
    return Sla(
        name="desk", hours=office, targets=[Target(clock="first_response", within=dt.timedelta(hours=4), goal=goal)]
    )


def test_nanoseconds_are_left_out() -> None:
    """A moment of pandas becomes a datetime, whose text has six digits at most."""
    moment = pytest.importorskip("pandas").Timestamp("2026-05-04T09:00:00.123456789Z")
    case = opened(at=moment, attributes={"seen": moment})
    assert type(case.history[0].at) is dt.datetime
    assert case.history[0].at == NINE.replace(microsecond=123456)
    assert loads(dumps(case)) == case


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400, 10**5000, Fraction(10**400)], ids=range(5))
def test_numbers_that_nobody_stores_are_refused(number: Any) -> None:
    """A whole number of more than 64 bits, and a fraction that no float holds, are no attribute."""
    with pytest.raises(InvalidValue, match=r"attributes\.size") as refused:
        opened(attributes={"size": number})
    assert json.dumps(refused.value.to_dict())


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0])
def test_the_largest_numbers_come_back(number: int) -> None:
    """At the boundary an attribute is stored."""
    assert loads(dumps(opened(attributes={"size": number}))).history[0].attributes["size"] == number


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"subject": "\ud800"}, "subject"),
        ({"subject": "x" * (1 << 20) + "x"}, "subject"),
        ({"attributes": {"\ud800": 1}}, "attributes"),
        ({"attributes": {"a": "\ud800"}}, "attributes"),
    ],
)
def test_texts_that_would_not_load_are_not_dumped(facts: Any, field: str) -> None:
    """A text that is too long, or has no place in UTF-8, is refused by the name of its field."""
    for write in (dump, dumps):
        with pytest.raises(InvalidValue, match=f"^{field} must"):
            write(opened(**facts))
    assert loads(dumps(opened(subject="x" * (1 << 20)))).history[0].subject == "x" * (1 << 20)


amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6)


@settings(max_examples=60, deadline=None)
@given(amounts, st.integers(0, 4))
def test_equal_amounts_are_one_text(amount: Any, zeros: int) -> None:
    """An amount with more zeros behind the point is the same amount, and comes back as it."""
    one, other = Money(amount, "EUR"), Money(f"{amount:f}{'0' * zeros}", "EUR")
    assert one == other
    assert dumps(one) == dumps(other)
    assert loads(dumps(one)) == one


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.5", "12.50"),
        ("3", "3.00"),
        ("1E+3", "1000.00"),
        ("0.1250", "0.125"),
        ("-0", "0.00"),
        ("1E-10", "0.0000000001"),
    ],
)
def test_amounts_are_readable(amount: str, text: str) -> None:
    """An amount is written without an exponent, with two digits behind the point or as many as it needs."""
    assert dump(Money(amount, "EUR"))["data"]["amount"] == text


def test_a_goal_of_one_is_one() -> None:
    """1 and 1.0 are the same goal, text and definition of a KPI."""
    assert desk(1) == desk(1.0)
    assert dumps(desk(1)) == dumps(desk(1.0))
    kpi = judged_by(next(kpi for kpi in KPIS.values() if kpi.clock), desk(1))
    assert load(dump(kpi)).definition == kpi.definition


def problems(document: Any) -> dict[str, str]:
    """The messages of all problems, by their paths; each is plain JSON."""
    with pytest.raises(LoadErrors) as refused:
        load(document)
    assert json.dumps(refused.value.to_dict(), allow_nan=False)
    return {vars(problem)["path"]: str(problem) for problem in refused.value.exceptions}


def test_messages_speak_of_the_document() -> None:
    """What is expected is said as it stands in a document, and what came is plain JSON whatever it is."""
    document = dump(desk(0.9))
    document["data"]["targets"][0] |= {"within": 14400, "goal": float("nan")}
    found = problems(document)
    assert found["$.data.targets[0].within"].startswith(
        "within must be a duration such as 'PT5400S' or an object or null"
    )
    assert found["$.data.targets[0].goal"] == "goal must be a number or null (got nan)"


def test_attributes_have_their_own_paths() -> None:
    """A value of an attribute is told by its name."""
    document = dump(opened(attributes={"size": 1}))
    document["data"]["history"][0]["attributes"]["size"] = 2**70
    assert [*problems(document)] == ["$.data.history[0].attributes.size"]
    document["data"]["history"][0]["attributes"] = {"at": []}
    assert [*problems(document)] == ["$.data.history[0].attributes.at"]


@pytest.mark.parametrize("wrong", [["size", 2**70], ["size", []], ["status", "new"]])
def test_attributes_that_are_amended_have_their_own_paths(wrong: list[Any]) -> None:
    """Whether the value is none, or the name that of a field, the refusal tells which attribute it is."""
    amended = Amended(
        at=NINE, by="Q", event="opened", happened_at=NINE, reason="r", changes={"attributes": {"size": 1}}
    )
    document = dump(opened().record(amended))
    changes = document["data"]["history"][1]["changes"]
    assert changes == {"attributes": {"type": "mapping", "value": [["size", 1]]}}
    changes["attributes"]["value"] = [wrong]
    found = problems(document)
    assert [*found] == [f"$.data.history[1].changes.attributes.value.{wrong[0]}"]
    with pytest.raises(InvalidValue) as refused:
        opened().record(attrs.evolve(amended, changes={"attributes": dict([wrong])}))
    assert refused.value.field.endswith(f"attributes.{wrong[0]}")
