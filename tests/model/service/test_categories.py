"""The table of categories, and the record form of a service event."""

import datetime as dt
import json
import pickle

import pytest

from servqual.errors import InvalidValue
from servqual.model import Case, CaseId, Categories, CustomerId, service_record
from servqual.model import case as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
TABLE = Categories.of({"billing": ["refund", "double charge"], "router": {"wifi": ["weak signal"], "power": None}})


def report(category: str | None) -> event.Reported:
    """A report in this category."""
    return event.Reported(
        at=NINE,
        id=CaseId("C-1"),
        customer=CustomerId("K-1"),
        description="no signal",
        impact="one home",
        occurred_at=NINE,
        owner="A-1",
        channel="phone",
        source="feedback",
        category=category,
        site="Lyon",
    )


def test_a_category_has_its_way_from_the_top() -> None:
    """A mapping and a list are both parts."""
    assert TABLE.path("weak signal") == ("router", "wifi", "weak signal")
    assert (TABLE.top("billing"), TABLE.top("power")) == ("billing", "router")
    assert TABLE.leaves == ("refund", "double charge", "weak signal", "power")
    assert pickle.loads(pickle.dumps(TABLE)) == TABLE  # noqa: S301


def test_reports_are_checked() -> None:
    """A report without a category is not wrong yet."""
    assert TABLE.check(report(None)).category is None
    assert TABLE.check(report("wifi")).category == "wifi"
    with pytest.raises(InvalidValue, match="did you mean refund") as refused:
        TABLE.check(report("refunds"))
    assert refused.value.field == "category"
    cases = [Case(history=[report(category)]) for category in (None, "refund", "refunds")]
    assert TABLE.undeclared(cases) == (cases[2],)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Categories(parents={"a": "b"}), r"parents must name declared categories \(got 'b'\)"),
        (lambda: Categories(parents={"a": "b", "b": "a"}), r"parents must not lead in a circle \(got a → b → a\)"),
        (lambda: Categories(parents={" ": None}), "names with content"),
        (lambda: Categories.of({"a": ["b"], "b": []}), "'b' twice"),
        (lambda: Categories.of({"a": "b"}), "put one part into a list"),
        (lambda: Categories.of({"a": [5]}), "be texts"),
    ],
)
def test_a_table_that_is_no_tree_is_refused(make: object, message: str) -> None:
    """Each category has one place."""
    assert callable(make)
    with pytest.raises(InvalidValue, match=message):
        make()


def test_the_record_is_plain_data() -> None:
    """It survives JSON, and says only what stands: a solution that failed is none."""
    told: list[event.CaseEvent] = [
        event.Received(at=NINE, by="desk"),
        event.Classified(at=NINE, by="desk", category="wifi", priority="high"),
        event.Assigned(at=NINE, by="desk", to="A-2"),
        event.Started(at=NINE, by="A-2"),
        event.Resolved(at=NINE + dt.timedelta(hours=1), by="A-2", solution="new channel", told_customer=True),
    ]
    case = Case(history=[report("refund"), *told])
    record = service_record(case, TABLE)
    assert json.loads(json.dumps(record)) == record
    assert record == {
        "id": "C-1",
        "customer": "K-1",
        "description": "no signal",
        "impact": "one home",
        "occurred_at": "2026-05-04T09:00:00+00:00",
        "channel": "phone",
        "source": "feedback",
        "site": "Lyon",
        "reported_at": "2026-05-04T09:00:00+00:00",
        "owner": "A-2",
        "category": "wifi",
        "category_path": ["router", "wifi"],
        "priority": "high",
        "status": "verifying",
        "first_response_at": "2026-05-04T10:00:00+00:00",
        "resolved_at": "2026-05-04T10:00:00+00:00",
        "solution": "new channel",
    }
    failed = case.record(
        event.Verified(at=NINE + dt.timedelta(hours=2), by="Q-1", effective=False, customer_confirmed=False)
    )
    assert service_record(failed)["solution"] is None
    assert service_record(failed)["category_path"] is None


def test_what_is_only_identified_has_an_empty_form() -> None:
    """No report yet."""
    noticed = Case(history=[event.Identified(at=NINE, by="A-1", id=CaseId("C-2"), source="monitoring")])
    record = service_record(noticed)
    assert (record["id"], record["description"], record["reported_at"]) == ("C-2", None, None)


def test_only_a_report_is_checked() -> None:
    """A bare name has no category; `path` takes one."""
    with pytest.raises(InvalidValue, match="report must be a report"):
        Categories.of({"router": ["wifi"]}).check("router")  # type: ignore[type-var]
