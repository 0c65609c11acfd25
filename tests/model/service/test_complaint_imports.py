"""A complaint from the columns of an export: moments, the last answer, and a status."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import measure
from servqual.model import Case, CaseStatus, Complaint, ComplaintId, ComplaintStatus, Vocabulary
from servqual.model import complaint as event
from servqual.schema import dumps, loads

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MOMENTS = ("acknowledged_at", "resolved_at", "followed_up_at", "closed_at")


def at(hours: float) -> dt.datetime:
    """So many hours after nine."""
    return NINE + hours * HOUR


def imported(**columns: Any) -> Complaint:
    """A complaint of an export that came at nine."""
    return Complaint.imported(id="P-1", received_at=NINE, **columns)


@given(
    hours=st.lists(st.integers(0, 99), min_size=4, max_size=4).map(sorted),
    known=st.sets(st.sampled_from(MOMENTS)),
    satisfied=st.sampled_from([True, None]),
)
def test_the_complaint_tells_the_moments_that_the_export_had(
    hours: list[int], known: set[str], satisfied: bool | None
) -> None:
    """Each as it was, and None where the export had none; only the solution is an answer, too, if they were told."""
    if "followed_up_at" in known:
        known = known | {"resolved_at"}
    columns: dict[str, Any] = {name: at(hour) for name, hour in zip(MOMENTS, hours, strict=True) if name in known}
    answer = satisfied if "followed_up_at" in known else None
    complaint = imported(**columns, satisfied=answer)
    assert {name: getattr(complaint, name) for name in MOMENTS} == {name: columns.get(name) for name in MOMENTS}
    assert complaint.satisfied is answer
    assert all(getattr(told, "imported", False) for told in complaint.history)
    assert loads(dumps(complaint)) == complaint
    table = measure(["complaint_resolution_rate"], {"complaints": [complaint]}, now=at(1000)).one()
    assert table.value == ("resolved_at" in known)


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("new", "received"),
        ("open", "listening"),
        ("analysing", "listening"),
        ("Pending", "waiting"),
        ("hold", "waiting"),
        ("solved", "following_up"),
        ("closed", "closed"),
        ("withdrawn", "withdrawn"),
    ],
)
def test_the_status_decides_what_no_moment_says(status: str, stands: str) -> None:
    """The statuses of a widespread desk and ours, at the moment of the last change."""
    complaint = imported(status=status, updated_at=at(5))
    assert complaint.status == stands
    assert complaint.history[-1].at == (NINE if stands == "received" else at(5))
    assert complaint.waiting_on == ("customer" if status == "Pending" else None)


@pytest.mark.parametrize(("status", "stands"), [("new", "analysing"), ("open", "analysing"), ("pending", "waiting")])
@pytest.mark.parametrize("end", ["resolved_at", "closed_at"])
def test_an_open_complaint_with_a_solution_came_back(status: str, stands: str, end: str) -> None:
    """At the moment of the last change, as a case does; without that moment it is refused."""
    complaint = imported(**{end: at(1)}, status=status, updated_at=at(2))
    assert complaint.status == stands
    assert (complaint.reopened, complaint.resolved_at, complaint.closed_at) == (1, None, None)
    assert "reason" in complaint.gaps()
    assert loads(dumps(complaint)) == complaint
    with pytest.raises(InvalidValue, match="updated_at must be given"):
        imported(**{end: at(1)}, status=status)


def test_a_complaint_of_an_unhappy_customer_is_open_already() -> None:
    """It waits where the export says so, and did not come back a second time unless it had ended."""
    asked = {"resolved_at": at(1), "followed_up_at": at(2), "satisfied": False}
    open_ = imported(**asked, status="open")
    assert (open_.status, open_.reopened) == ("analysing", 0)
    waiting = imported(**asked, status="pending", updated_at=at(3))
    assert (waiting.status, waiting.reopened, waiting.waiting_on) == ("waiting", 0, "customer")
    ended = imported(**asked, closed_at=at(3), status="open", updated_at=at(4))
    assert (ended.status, ended.reopened) == ("analysing", 1)


KNOWN: list[dict[str, Any]] = [
    {},
    {"updated_at": at(9)},
    {"resolved_at": at(1)},
    {"resolved_at": at(1), "updated_at": at(9)},
    {"closed_at": at(2)},
    {"closed_at": at(2), "updated_at": at(9)},
]


@pytest.mark.parametrize("columns", KNOWN, ids=lambda columns: "+".join(columns) or "none")
@pytest.mark.parametrize("kind", [Case, Complaint])
def test_the_advice_for_a_status_without_its_moment_works(kind: Any, columns: dict[str, Any]) -> None:
    """Whatever status is refused is taken once the advice is followed, at most twice."""
    statuses = [*CaseStatus] if kind is Case else [*ComplaintStatus]
    for status in [*map(str, statuses), "new", "open", "pending", "hold", "solved"]:
        given: dict[str, Any] = {**columns, "status": status}
        for _ in range(3):
            try:
                kind.imported(id="T-1", received_at=NINE, **given)
                break
            except InvalidValue as refused:
                advice = str(refused).partition("; ")[2]
                if advice.startswith("give updated_at"):
                    given["updated_at"] = at(9)
                elif advice.startswith("say solved"):
                    given["status"] = "solved"
                elif advice.startswith(("leave the status out", "leave it out")):
                    del given["status"]
                elif refused.field == "resolved_at":  # of a cancelled case
                    del given["resolved_at"]
        else:
            pytest.fail(f"{status} is refused with {given}")


def test_a_status_is_a_text() -> None:
    """The missing cell of a frame is no status, and a duplicate is told another way."""
    kinds: list[Any] = [Case, Complaint]
    for kind in kinds:
        with pytest.raises(InvalidValue, match="status must be a text"):
            kind.imported(id="T-1", received_at=NINE, status=float("nan"))
    with pytest.raises(InvalidValue, match="leave it out, and record Duplicate with the one that goes on"):
        imported(status="duplicate")
    assert imported().record(event.Duplicate(at=at(1), by="A-1", of=ComplaintId("P-0"))).duplicate_of == "P-0"


@pytest.mark.parametrize(
    ("satisfied", "closed", "status", "gap"),
    [
        (True, False, "followed_up", None),
        (False, False, "analysing", None),
        (None, False, "following_up", "satisfied"),
        (True, True, "closed", None),
        (False, True, "closed", "final_answer"),
        (None, True, "closed", "satisfied"),
    ],
)
def test_the_answer_decides_how_it_goes_on(satisfied: bool | None, closed: bool, status: str, gap: str | None) -> None:
    """Who is not satisfied is analysed again, unless it ended: then the last word is missing, and not the answer."""
    complaint = imported(
        resolved_at=at(1), followed_up_at=at(2), satisfied=satisfied, closed_at=at(3) if closed else None
    )
    assert (complaint.status, complaint.satisfied) == (status, satisfied)
    assert complaint.confirmed == (satisfied is True)
    assert {"satisfied", "final_answer"} & {*complaint.gaps()} == {gap} - {None}


def test_what_the_export_does_not_say_is_a_gap() -> None:
    """The words of a solution, the channel, whom it waits on, and why it was withdrawn."""
    solved = imported(resolved_at=at(1), customer="K-1", owner="A-1", due=at(9))
    assert {"solution", "told_customer", "by", "channel", "root_cause"} <= {*solved.gaps()}
    assert {"customer", "owner", "due"}.isdisjoint(solved.gaps())
    assert solved.acknowledged_at is None
    assert "on" in imported(status="hold", updated_at=at(1)).gaps()
    assert "reason" in imported(status="withdrawn", updated_at=at(1)).gaps()


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"resolved_at": at(-1)}, "resolved_at"),
        ({"resolved_at": at(2), "closed_at": at(1)}, "closed_at"),
        ({"acknowledged_at": at(2), "closed_at": at(1)}, "closed_at"),
        ({"resolved_at": at(2), "followed_up_at": at(1)}, "followed_up_at"),
        ({"followed_up_at": at(1)}, "resolved_at"),
        ({"resolved_at": at(2), "satisfied": True}, "followed_up_at"),
        ({"resolved_at": at(2), "updated_at": at(1)}, "updated_at"),
        ({"status": "closed"}, "closed_at"),
        ({"status": "solved"}, "resolved_at"),
        ({"status": "pending"}, "updated_at"),
        ({"status": "withdrawn"}, "closed_at"),
        ({"status": "followed_up", "updated_at": at(1)}, "followed_up_at"),
        ({"status": "duplicate", "updated_at": at(1)}, "status"),
        ({"status": "clsoed", "updated_at": at(1)}, "status"),
        ({"resolved_at": dt.datetime(2026, 5, 4)}, "resolved_at"),  # noqa: DTZ001
    ],
)
def test_contradictions_are_refused(columns: dict[str, Any], field: str) -> None:
    """By the name of the column, also a status that ends or pauses a complaint at no known moment."""
    with pytest.raises(InvalidValue) as refused:
        imported(**columns)
    assert refused.value.field == field


def test_an_open_complaint_does_not_offer_its_end() -> None:
    """Only an event of an export ends one that nobody resolved; one of our own is refused."""
    complaint = Complaint.open(id="P-1", at=NINE, channel="phone")
    assert "closed" not in complaint.allowed
    with pytest.raises(IllegalTransition, match=r"while the complaint is received \(got closed\)$"):
        complaint.record(event.Closed(at=at(1), by="A-1", unconfirmed="no answer"))


def test_words_are_checked_where_a_vocabulary_is_passed() -> None:
    """An import is where mistyped words come in."""
    with pytest.raises(InvalidValue, match="did you mean billing"):
        imported(category="bililng", vocabulary=Vocabulary(words={"category": ["billing"]}))
