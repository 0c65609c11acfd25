"""Stories of improvement: reviews, ideas of the staff, audits, duties, and numbers before and after."""

import datetime as dt

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import changes, measure
from servqual.model import (
    ActionItem,
    AgentId,
    Audit,
    AuditId,
    Cadence,
    Finding,
    Meeting,
    MeetingId,
    MeetingKind,
    MeetingStatus,
    Member,
    Raci,
    Role,
    Suggestion,
    SuggestionId,
    Team,
    carry_over,
    divided,
    follow_up,
    open_items,
)
from servqual.model import action_item as todo
from servqual.model import audit as auditing
from servqual.model import meeting as meeting_event
from servqual.model import suggestion as idea

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ADA, BO = AgentId("A-1"), AgentId("A-2")


def test_a_service_review_returns_to_what_is_not_done() -> None:
    """IM-11: a regular review with a date and decisions, each of which is done or taken up at the next review."""
    april, july = MeetingId("review-april"), MeetingId("review-july")
    review = Meeting(
        history=[
            meeting_event.Noticed(
                at=NINE - 7 * DAY,
                by="M-1",
                id=april,
                kind=MeetingKind.SERVICE_REVIEW,
                theme="the first quarter",
                agenda=["waiting times", "repeat calls"],
            ),
            meeting_event.Held(at=NINE, by="M-1", present=[ADA, BO], problems=["40 % call twice"]),
        ]
    )
    note, script = (
        ActionItem(
            history=[todo.Agreed(at=NINE, by="M-1", id=name, what=what, owner=owner, due=due, meeting=april)],
        )
        for name, what, owner, due in (
            ("1", "rewrite the refund note", ADA, dt.date(2026, 5, 15)),
            ("2", "new script for invoices", BO, dt.date(2026, 5, 29)),
        )
    )
    note = note.record(todo.Done(at=NINE + 8 * DAY, by=ADA, result="published"))
    assert open_items([note, script]) == (script,)
    with pytest.raises(InvalidValue, match="items must be done, dropped or carried over before meeting review-april"):
        follow_up(review, [note, script], at=NINE + 30 * DAY, by="M-1")
    next_day = Cadence.QUARTERLY.after(NINE.date())
    assert next_day == dt.date(2026, 8, 4)
    items = carry_over([note, script], to=july, due=next_day, at=NINE + 30 * DAY, by="M-1")
    done = follow_up(review, items, at=NINE + 30 * DAY, by="M-1")
    assert (done.status, done.action_items) == (MeetingStatus.FOLLOWED_UP, ("1", "2"))
    assert [(item.owner, item.meetings, item.overdue(today=dt.date(2026, 8, 5))) for item in items] == [
        (ADA, (april,), False),
        (BO, (april, july), True),
    ]


def test_ideas_of_the_staff_are_judged_and_good_ones_rewarded() -> None:
    """IM-15: employees hand in ideas as customers do; each is judged, the good one is done and rewarded."""
    judged = NINE + DAY

    def told(name: str, *events: idea.SuggestionEvent) -> Suggestion:
        submitted = idea.Submitted(at=NINE, by=ADA, id=SuggestionId(name), text="call back instead of holding")
        return Suggestion(history=[submitted, idea.Evaluated(at=judged, by="M-1", verdict="cheap"), *events])

    adopted = idea.Adopted(at=judged + DAY, by="M-1", owner=BO)
    good = told("S-1", adopted, idea.Implemented(at=judged + 9 * DAY, by=BO, result="1 min less on hold"))
    bad = told("S-2", idea.Declined(at=judged + DAY, by="M-1", reason="not legal"))
    fresh = told("S-3")
    assert {(one.submitted.by, one.customer) for one in (good, bad, fresh)} == {(ADA, None)}
    rewarded = good.record(idea.Rewarded(at=judged + 30 * DAY, by="M-1", reward="a free day"))
    assert (rewarded.adopted, rewarded.allowed) == (True, ())
    with pytest.raises(ValueError, match="suggestion is adopted"):
        told("S-4", adopted).record(idea.Rewarded(at=judged + 2 * DAY, by="M-1", reward="a free day"))
    table = {
        "evaluated_at": [judged] * 3,
        "adopted": [one.adopted for one in (good, bad, fresh)],
        "source": ["staff"] * 3,
    }
    rate = measure(["suggestion_adoption_rate"], {"suggestions": table}, by=["source"], now=NINE + 40 * DAY)
    [found] = rate
    assert (found.group, found.value, found.n, found.undecided) == ({"source": "staff"}, 0.5, 2, 1)


def test_an_audit_that_finds_slow_replies_stays_open_until_it_is_answered() -> None:
    """IM-21: the finding of a process audit has to be answered, by a plan of its own, before the audit can end."""
    slow = Finding(name="slow", text="replies take an hour", evidence="service_records")
    audit = Audit(
        history=[
            auditing.Planned(
                at=NINE,
                by="Q-1",
                id=AuditId("A-7"),
                kind="process_audit",
                subject="enquiries",
                checklist=["replied within 30 minutes"],
            ),
            auditing.Held(at=NINE + DAY, by="Q-1", findings=[slow]),
        ]
    )
    assert (audit.unmet, audit.open_findings) == (("replied within 30 minutes",), (slow,))
    with pytest.raises(InvalidValue, match="no answer to slow"):
        audit.record(auditing.Closed(at=NINE + 2 * DAY, by="Q-1"))
    better = audit.record(
        auditing.Corrected(at=NINE + 9 * DAY, by="M-1", finding="slow", how="a second shift", improvement="P-1")
    )
    assert dict(better.improvements) == {"slow": "P-1"}
    assert better.record(auditing.Closed(at=NINE + 10 * DAY, by="Q-1")).allowed == ()


def test_each_part_of_an_improvement_has_who_does_it_and_who_answers() -> None:
    """IM-14: responsibility is divided by role and by department; a part that nobody does or answers for is found."""
    team = Team(
        name="refunds",
        department="customer service",
        members=[
            Member(id=AgentId("M-1"), name="Lin", roles={Role.SERVICE_MANAGER}),
            Member(id=ADA, name="Ada", roles={Role.AGENT}),
            Member(id=BO, name="Bo", roles={Role.TECH_SUPPORT}),
        ],
        duties={
            "change the note": Raci(
                responsible={Role.AGENT}, accountable=Role.SERVICE_MANAGER, consulted={Role.LEGAL}, informed=set()
            ),
            "change the form": Raci(responsible={Role.TECH_SUPPORT}, accountable=Role.SERVICE_MANAGER),
            "measure the effect": Raci(responsible={Role.DATA_ANALYST}, accountable=Role.SERVICE_MANAGER),
        },
    )
    assert team.unassigned_duties() == ("measure the effect",)
    analysts = Team(
        name="data",
        department="technology",
        members=[Member(id=AgentId("D-1"), name="Di", roles={Role.DATA_ANALYST})],
    )
    duties = {name: duty for name, duty in team.duties.items() if isinstance(duty, Raci)}
    assert [line.held for line in divided(duties, [team])] == [True, True, False]
    note, _, effect = divided(duties, [team, analysts])
    assert dict(effect.parts) == {"customer service": ("accountable",), "technology": ("responsible",)}
    assert (note.missing, effect.missing) == (("consulted",), ())
    with pytest.raises(InvalidValue, match="responsible must name at least one role"):
        Raci(responsible=set(), accountable=Role.SERVICE_MANAGER)


def test_the_effect_is_a_difference_with_its_size_direction_and_certainty() -> None:
    """IM-09, IM-12, IM-17 and TC-15, partly: the same KPIs before and after, by which the change is judged.

    56 of 70 against 48 of 80 is the example (a) of R. G. Newcombe, 1998, method 10: 0.0524 to 0.3339. Waits that fall
    from 10 to 7 minutes are 30 % shorter, the bank of the documents (NU-09); shorter is better. 80 problems and then 70
    of 40 contacts are too few to be sure that problems became rarer: 10 less, with a standard error of some 12.
    """

    def month(solved: int, received: int, wait_s: float) -> dict[str, dict[str, list[object]]]:
        done: list[object] = [NINE + HOUR] * solved
        return {
            "cases": {"received_at": [NINE] * received, "resolved_at": [*done, *[None] * (received - solved)]},
            "interactions": {"queued_at": [NINE] * 40, "wait_s": [wait_s - 60, wait_s + 60] * 20},
        }

    before, after = (
        measure(["resolution_rate", "asa", "problem_incidence"], month(*facts), now=NINE + 30 * DAY)
        for facts in ((48, 80, 600.0), (56, 70, 420.0))
    )
    [rate] = changes(before, after, "resolution_rate")
    [wait] = changes(before, after, "asa")
    assert rate.gap is not None
    assert wait.gap is not None
    assert (rate.verdict, round(rate.gap.low or 0, 4), round(rate.gap.high or 0, 4)) == ("better", 0.0524, 0.3339)
    assert (wait.verdict, wait.gap.value) == ("better", -180.0)
    assert wait.relative == pytest.approx(-0.3)
    [problems] = changes(before, after, "problem_incidence")
    assert problems.before is not None
    assert problems.after is not None
    assert (problems.before.value, problems.after.value, problems.verdict) == (200.0, 175.0, "unclear")
    [same] = changes(after, after, "resolution_rate")
    assert same.verdict == "unclear"
