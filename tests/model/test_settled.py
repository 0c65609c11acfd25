"""States that cannot be built, in rooms across the model; each was once found by somebody who tried."""

import copy
import datetime as dt
import pickle
from collections.abc import Callable

import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    AgentId,
    Appraisal,
    Complaint,
    ComplaintId,
    ComplaintStatus,
    CustomerId,
    Indicator,
    Money,
    Objective,
    Procedure,
    Rating,
    Role,
    Scale,
    Step,
)
from servqual.model import appraisal as rated
from servqual.model import case as told
from servqual.model import complaint as event
from servqual.model import standard as text
from servqual.model.score import points

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
QUARTER = (dt.date(2026, 1, 1), dt.date(2026, 3, 31))


def complaint() -> Complaint:
    """A fresh one."""
    received = event.Received(
        at=NINE, id=ComplaintId("P-1"), customer=CustomerId("K-1"), channel="phone", category="billing",
        owner="A-1", due=NINE + 48 * HOUR, description="charged twice",
    )  # fmt: skip
    return Complaint(history=[received])


def scheme(member: str = "A-1", **facts: object) -> rated.SchemeSet:
    """Half satisfaction, half ratings."""
    return rated.SchemeSet(
        at=NINE, by="M-1", member=AgentId(member), period=QUARTER, weights={"csat": 0.5, "ratings": 0.5},
        rater_weights={"peer": 1.0}, **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def test_an_event_that_the_status_forbids_is_refused_at_the_same_instant_too() -> None:
    """Equal instants have no order in a stored history, but an act on an object has: it comes after what is known."""
    gone = complaint().record(event.Withdrawn(at=NINE + HOUR, by="A-1", reason="found the letter"))
    with pytest.raises(IllegalTransition):
        gone.record(event.Extended(at=NINE + HOUR, by="A-1", due=NINE + 90 * HOUR, reason="holidays"))
    heard = complaint().record(event.Listened(at=NINE + HOUR, by="A-1", demand="a refund"))
    with pytest.raises(IllegalTransition):
        heard.record(event.Started(at=NINE + HOUR, by="A-1"))
    assert heard.status is ComplaintStatus.ANALYSING


def test_scored_data_stand() -> None:
    """What becomes known after the score does not change it."""
    found = Appraisal(history=[scheme()]).record(
        rated.DataCollected(at=NINE + HOUR, by="M-1", scores={"csat": 80}, ratings=(Rating(by="peer", score=60),))
    )
    found = found.record(rated.Scored(at=NINE + 2 * HOUR, by="M-1"))
    late = rated.DataCollected(at=NINE + 1.5 * HOUR, by="M-1", scores={"csat": 0}, recorded_at=NINE + 9 * HOUR)
    with pytest.raises(InvalidValue, match="known before they are scored"):
        found.record(late)
    assert found.score().value == 70.0


def test_an_appraisal_stays_that_of_its_member() -> None:
    """A new scheme may weigh anew, not judge somebody else."""
    mine = Appraisal(history=[scheme()])
    with pytest.raises(InvalidValue, match="same appraisal"):
        mine.record(rated.SchemeSet(
            at=NINE + HOUR, by="M-1", member=AgentId("A-2"), period=QUARTER, weights={"csat": 1.0}, rater_weights={},
        ))  # fmt: skip


def test_an_indicator_has_one_source_and_is_missing_or_found() -> None:
    """No number overrides another without a word."""
    twice = rated.DataCollected(
        at=NINE + HOUR, by="M-1", scores={"csat": 80, "ratings": 100}, ratings=(Rating(by="peer", score=0),)
    )
    with pytest.raises(InvalidValue, match="one source"):
        Appraisal(history=[scheme(), twice]).score()
    lost = rated.DataCollected(at=NINE + HOUR, by="M-1", missing={"csat": "lost"})
    found = rated.DataCollected(
        at=NINE + 2 * HOUR, by="M-1", scores={"csat": 80}, ratings=(Rating(by="peer", score=60),)
    )
    assert dict(Appraisal(history=[scheme(), lost, found]).score().missing) == {}


def test_a_rating_cannot_be_stretched_afterwards() -> None:
    """Its scale is a tuple, whatever was passed."""
    ends = [1, 5]
    rating = Rating(by="peer", score=4, scale=ends)
    ends[1] = 2
    assert rating.points == 75.0


BAD: dict[str, Callable[[], object]] = {
    "of": lambda: complaint().record(event.Duplicate(at=NINE + HOUR, by="A-1", of=ComplaintId("P-1"))),
    "compensation": lambda: event.Resolved(
        at=NINE, by="A-1", solution="s", told_customer=True, compensation=Money("-5", "EUR")
    ),
    "satisfied": lambda: event.FollowedUp(at=NINE, by="A-1", satisfied="yes", answer="fine"),  # type: ignore[arg-type]
    "told_customer": lambda: told.Resolved(at=NINE, by="A-1", solution="s", told_customer="no"),  # type: ignore[arg-type]
    "effective": lambda: told.Verified(at=NINE, by="Q", effective=1, customer_confirmed=True),  # type: ignore[arg-type]
    "department_head": lambda: text.Reviewed(at=NINE, by="D", department_head="no", passed=True),  # type: ignore[arg-type]
    "due": lambda: Indicator(kpi="k", goal=1.0, due=NINE),
    "value": lambda: points(float("nan"), worst=0, best=1),
}


@pytest.mark.parametrize("field", BAD)
def test_facts_are_what_they_say(field: str) -> None:
    """A truth is True or False, a date a date, money given not less than nothing."""
    with pytest.raises(InvalidValue) as refused:
        BAD[field]()
    assert refused.value.field == field


def test_an_objective_weighs_something_finite() -> None:
    """Infinity over infinity is no score."""
    with pytest.raises(ValueError, match="inf"):
        Objective(what="a", progress=0.5, weight=float("inf"))


TRAVELLERS = [
    Scale(low=1, high=5, anchors={1: "poor", 5: "good"}),
    Procedure(name="enquiry", steps=(Step(name="hear", role=Role.AGENT), Step(name="solve", role=Role.AGENT))),
    complaint(),
]


@pytest.mark.parametrize("value", TRAVELLERS, ids=lambda value: type(value).__name__)
def test_values_copy_and_pickle(value: object) -> None:
    """Also those that hold read-only mappings."""
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  (our own bytes)
