"""A case from the columns of an export: moments and a status."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.model import Case, CaseStatus, Vocabulary

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(hours: float) -> dt.datetime:
    """So many hours after nine."""
    return NINE + hours * HOUR


def imported(**columns: Any) -> Case:
    """A ticket of an export that came at nine."""
    return Case.imported(id="T-1", received_at=NINE, **columns)


MOMENTS = ("assigned_at", "first_response_at", "resolved_at", "verified_at", "closed_at")


@given(hours=st.lists(st.integers(0, 99), min_size=5, max_size=5).map(sorted), known=st.sets(st.sampled_from(MOMENTS)))
def test_the_case_tells_the_moments_that_the_export_had(hours: list[int], known: set[str]) -> None:
    """Each as it was, and None where the export had none; the events are flagged."""
    if "verified_at" in known:
        known = known | {"resolved_at"}
    columns = {name: at(hour) for name, hour in zip(MOMENTS, hours, strict=True) if name in known}
    case = imported(**columns)
    assert {name: getattr(case, name) for name in MOMENTS} == {name: columns.get(name) for name in MOMENTS}
    assert all(getattr(event, "imported", False) for event in case.history)
    assert case.confirmed == ("verified_at" in known)
    table = measure(["cases_closed"], {"cases": [case]}, now=at(1000)).one()
    assert table.value == ("closed_at" in known)


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("new", "received"),
        ("open", "handling"),
        ("Pending", "waiting"),
        ("hold", "waiting"),
        ("solved", "verifying"),
        ("closed", "closed"),
        ("cancelled", "cancelled"),
    ],
)
def test_the_status_decides_what_no_moment_says(status: str, stands: str) -> None:
    """The five statuses of a widespread desk and ours, at the moment of the last change."""
    case = imported(status=status, updated_at=at(5))
    assert case.status == stands
    assert case.history[-1].at == (NINE if stands == "received" else at(5))


@pytest.mark.parametrize("status", ["new", "open", "pending"])
def test_moments_are_stronger_than_the_status(status: str) -> None:
    """A case with a solution is solved, and one with an end has ended."""
    assert imported(status=status, resolved_at=at(1), updated_at=at(2)).status is CaseStatus.VERIFYING
    assert imported(status=status, closed_at=at(1), updated_at=at(2)).status is CaseStatus.CLOSED


def test_what_the_export_does_not_say_is_a_gap() -> None:
    """A solution without words, a pause without a reason, an end without a solution."""
    solved = imported(resolved_at=at(1), customer="K-1", owner="A-1")
    assert {"solution", "told_customer", "by", "channel", "impact"} <= {*solved.gaps()}
    assert solved.first_response_at is None
    assert "on" in imported(status="hold", updated_at=at(1)).gaps()
    closed = imported(closed_at=at(1))
    assert closed.resolved_at is None
    assert {"resolved_at", "customer_confirmed"} <= {*closed.gaps()}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"resolved_at": at(-1)}, "resolved_at"),
        ({"resolved_at": at(2), "closed_at": at(1)}, "closed_at"),
        ({"resolved_at": at(2), "verified_at": at(1)}, "verified_at"),
        ({"verified_at": at(1)}, "resolved_at"),
        ({"resolved_at": at(2), "updated_at": at(1)}, "updated_at"),
        ({"resolved_at": at(1), "status": "cancelled", "updated_at": at(2)}, "resolved_at"),
        ({"status": "closed"}, "closed_at"),
        ({"status": "solved"}, "resolved_at"),
        ({"status": "pending"}, "updated_at"),
        ({"status": "verified", "updated_at": at(1)}, "verified_at"),
        ({"status": "clsoed", "updated_at": at(1)}, "status"),
        ({"resolved_at": dt.datetime(2026, 5, 4)}, "resolved_at"),  # noqa: DTZ001
    ],
)
def test_contradictions_are_refused(columns: dict[str, Any], field: str) -> None:
    """By the name of the column, also a status that ends or pauses a case at no known moment."""
    with pytest.raises(InvalidValue) as refused:
        imported(**columns)
    assert refused.value.field == field


def test_words_are_checked_where_a_vocabulary_is_passed() -> None:
    """An import is where mistyped words come in."""
    with pytest.raises(InvalidValue, match="did you mean billing"):
        imported(category="bililng", vocabulary=Vocabulary(words={"category": ["billing"]}))
