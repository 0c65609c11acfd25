"""Builders of objects for readable tests: what a test does not say is plain, and always the same.

Each takes the facts that matter to the test by keyword, lengths of time since `at`, and makes an object by the same
constructors as any program. Nothing is random and nothing reads the clock.
"""

import datetime as dt
from typing import Final, Unpack

import attrs

from servqual.model import Answer, BusinessHours, Case, Complaint, Interaction, Question, Scale, Sla, Target
from servqual.model.ids import CustomerId, InteractionId, SurveyId
from servqual.model.service import case as case_events
from servqual.model.service import complaint as complaint_events
from servqual.model.service.case import CaseEvent, CaseOpening
from servqual.model.service.complaint import ComplaintEvent
from servqual.model.service.complaint_events import ComplaintOpening

__all__ = ["MONDAY", "a_case", "a_complaint", "a_contact", "an_agreement", "an_answer"]

MONDAY: Final = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
"""Moment at which all begins unless a test says otherwise: a Monday in May, 9:00 UTC."""
_AGENT: Final = "A-1"


def a_case(
    *,
    id: str = "C-1",  # noqa: A002  (the name of the field)
    at: dt.datetime = MONDAY,
    channel: str = "email",
    answered_after: dt.timedelta | None = None,
    waiting_after: dt.timedelta | None = None,
    resumed_after: dt.timedelta | None = None,
    solved_after: dt.timedelta | None = None,
    verified_after: dt.timedelta | None = None,
    closed_after: dt.timedelta | None = None,
    reopened_after: dt.timedelta | None = None,
    **facts: Unpack[CaseOpening],
) -> Case:
    """Build a case that was opened the short way, and what happened to it since `at`.

    It waits on the customer between `waiting_after` and `resumed_after`. Without `verified_after` it closes
    unconfirmed. `facts` are those of `Case.open`, such as priority, team or tags. An order of steps that no case can
    take raises `IllegalTransition`.

    >>> hour = dt.timedelta(hours=1)
    >>> case = a_case(priority="urgent", answered_after=hour, solved_after=5 * hour)
    >>> case.status.value, case.resolved_at == MONDAY + 5 * hour
    ('verifying', True)
    """
    by = facts.get("owner") or _AGENT
    after: list[tuple[dt.timedelta | None, type[CaseEvent], dict[str, object]]] = [
        (answered_after, case_events.Replied, {}),
        (waiting_after, case_events.Waiting, {"on": "customer"}),
        (resumed_after, case_events.Resumed, {}),
        (solved_after, case_events.Resolved, {"solution": "solved", "told_customer": True}),
        (verified_after, case_events.Verified, {"effective": True, "customer_confirmed": True}),
        (closed_after, case_events.Closed, {"unconfirmed": "no answer"} if verified_after is None else {}),
        (reopened_after, case_events.Reopened, {"reason": "it came back"}),
    ]
    begun = Case.open(id=id, at=at, channel=channel, **facts)
    steps = [event(at=at + length, by=by, **known) for length, event, known in after if length is not None]  # type: ignore[arg-type]
    return Case(history=[*begun.history, *steps])


def a_complaint(
    *,
    id: str = "P-1",  # noqa: A002  (the name of the field)
    at: dt.datetime = MONDAY,
    channel: str = "email",
    acknowledged_after: dt.timedelta | None = None,
    solved_after: dt.timedelta | None = None,
    followed_up_after: dt.timedelta | None = None,
    satisfied: bool = True,
    closed_after: dt.timedelta | None = None,
    **facts: Unpack[ComplaintOpening],
) -> Complaint:
    """Build a complaint that was opened the short way, and what happened to it since `at`.

    `satisfied` is the answer at the follow-up; without `followed_up_after` it closes unconfirmed. `facts` are those of
    `Complaint.open`. An order of steps that no complaint can take raises `IllegalTransition`.

    >>> hour = dt.timedelta(hours=1)
    >>> complaint = a_complaint(acknowledged_after=hour, solved_after=30 * hour, due=MONDAY + 48 * hour)
    >>> complaint.status.value, complaint.overdue(now=MONDAY + 50 * hour)
    ('following_up', False)
    """
    by = facts.get("owner") or _AGENT
    after: list[tuple[dt.timedelta | None, type[ComplaintEvent], dict[str, object]]] = [
        (acknowledged_after, complaint_events.Acknowledged, {}),
        (solved_after, complaint_events.Resolved, {"solution": "solved", "told_customer": True}),
        (followed_up_after, complaint_events.FollowedUp, {"satisfied": satisfied, "answer": "asked by phone"}),
        (closed_after, complaint_events.Closed, {"unconfirmed": "no answer"} if followed_up_after is None else {}),
    ]
    begun = Complaint.open(id=id, at=at, channel=channel, **facts)
    steps = [event(at=at + length, by=by, **known) for length, event, known in after if length is not None]  # type: ignore[arg-type]
    return Complaint(history=[*begun.history, *steps])


def a_contact(
    *,
    id: str = "I-1",  # noqa: A002  (the name of the field)
    at: dt.datetime = MONDAY,
    customer: str | None = "K-1",
    channel: str = "phone",
    wait: dt.timedelta = dt.timedelta(seconds=20),
    talk: dt.timedelta = dt.timedelta(minutes=4),
    wrap: dt.timedelta = dt.timedelta(minutes=1),
    abandoned: bool = False,
) -> Interaction:
    """Build a contact that was answered after `wait`, or, `abandoned`, ended then without an answer.

    Other facts are set by `attrs.evolve`.

    >>> a_contact(wait=dt.timedelta(minutes=2)).handle_time
    datetime.timedelta(seconds=300)
    >>> a_contact(abandoned=True).outcome.value
    'abandoned'
    """
    begun = Interaction(
        id=InteractionId(id), customer=None if customer is None else CustomerId(customer), channel=channel, queued_at=at
    )
    if abandoned:
        return attrs.evolve(begun, ended_at=at + wait, outcome="abandoned")
    ended = at + wait + talk
    return attrs.evolve(
        begun, answered_at=at + wait, ended_at=ended, talk=talk, hold=dt.timedelta(), wrap=wrap, outcome="resolved"
    )


def an_answer(
    score: int = 5, *, at: dt.datetime = MONDAY, customer: str | None = "K-1", question: Question | None = None
) -> Answer:
    """Build an answer to a survey: by default a full mark for satisfaction from 1 to 5, where 4 and 5 are satisfied.

    Other facts are set by `attrs.evolve`.

    >>> an_answer(3).satisfied, an_answer(4).satisfied
    (False, True)
    """
    asked = question or Question(
        key="satisfied", kind="csat", text="Are you satisfied?", scale=Scale(low=1, high=5), satisfied_from=4
    )
    return Answer(
        survey=SurveyId("S-1"),
        question=asked,
        customer=None if customer is None else CustomerId(customer),
        answered_at=at,
        score=score,
    )


def an_agreement(
    *, first_response: dt.timedelta | None = dt.timedelta(hours=4), resolution: dt.timedelta | None = None
) -> Sla:
    """Build a service-level agreement from Monday to Friday, 9:00 to 17:00 UTC.

    Waiting on the customer pauses the clock of solving. A limit of None is not promised; one of the two must be.

    >>> four = dt.timedelta(hours=4)
    >>> an_agreement().read(a_case(answered_after=four), now=MONDAY + 2 * four)["first_response"].state.value
    'met'
    """
    limits = {"first_response": first_response, "resolution": resolution}
    return Sla(
        name="support",
        hours=BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}),
        targets=[Target(clock=clock, within=within) for clock, within in limits.items() if within is not None],
        pause_on={"customer"},
    )
