"""What asks for an improvement, and the plan that answers it."""

import datetime as dt
from typing import Any

import pytest

from servqual.errors import InvalidValue
from servqual.model import (
    ActionItem,
    AgentId,
    Appraisal,
    Audit,
    AuditId,
    Finding,
    Meeting,
    MeetingId,
    Question,
    Suggestion,
    SuggestionId,
    Survey,
    SurveyId,
    action_item,
    appraisal,
    audit,
    meeting,
    suggestion,
    survey,
)
from servqual.model.people.training_needs import needs_after
from servqual.pdca import Cause, Link, Need, Plan, Register, needs_of

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SLOW = Finding(name="slow", text="replies take an hour", evidence="service_records")
KIND = Finding(name="kind", text="the tone is good", evidence="customer_feedback", strength=True)
AUDIT = Audit(
    history=[
        audit.Planned(at=NINE, by="Q-1", id=AuditId("A-7"), kind="process_audit", subject="enquiries"),
        audit.Held(at=NINE + DAY, by="Q-1", findings=[SLOW, KIND]),
    ]
)
SHIFT = survey.Improvement(problem="long waits", what="a second shift", owner="A-1", due=dt.date(2026, 6, 1))
SURVEY = Survey(
    history=[
        survey.Designed(
            at=NINE, by="M-1", id=SurveyId("Q2"), name="second quarter", method="questionnaire",
            questions=(Question(key="why", kind="text", text="What should we do better?"),),
        ),
        survey.Opened(at=NINE, by="M-1"),
        survey.Closed(at=NINE + DAY, by="M-1"),
        survey.Analysed(at=NINE + 2 * DAY, by="M-1", problems=["long waits", "bad music", "no chat"]),
        survey.FedBack(at=NINE + 3 * DAY, by="M-1", departments=["desk"]),
        survey.MeasuresSet(
            at=NINE + 4 * DAY,
            by="M-1",
            improvements=[SHIFT],
            unaddressed=[survey.Unaddressed(problem="bad music", reason="taste differs")],
        ),
    ]
)  # fmt: skip
REVIEW = Meeting(
    history=[
        meeting.Noticed(
            at=NINE, by="M-1", id=MeetingId("W-19"), kind="service_review", theme="April", agenda=["numbers"]
        ),
        meeting.Held(at=NINE + DAY, by="M-1", present=[AgentId("A-1")], problems=["40 % call twice"]),
    ]
)  # fmt: skip
ITEM = ActionItem(
    history=[
        action_item.Agreed(
            at=NINE, by="M-1", id="W-19/1", what="rewrite the note", owner=AgentId("A-1"), due=dt.date(2026, 5, 8),
            meeting=MeetingId("W-19"),
        )
    ]
)  # fmt: skip
IDEA = Suggestion(
    history=[
        suggestion.Submitted(at=NINE, by="A-2", id=SuggestionId("S-1"), text="call back instead of holding"),
        suggestion.Evaluated(at=NINE + DAY, by="M-1", verdict="cheap"),
        suggestion.Adopted(at=NINE + 2 * DAY, by="M-1", owner="A-2"),
    ]
)
TALK = Appraisal(
    history=[
        appraisal.SchemeSet(
            at=NINE, by="M-1", id="P-1", member=AgentId("A-1"), period=(dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
            weights={"csat": 1.0}, rater_weights={},
        ),
        appraisal.DataCollected(at=NINE + DAY, by="M-1", scores={"csat": 80.0}),
        appraisal.Scored(at=NINE + 2 * DAY, by="M-1"),
        appraisal.Discussed(at=NINE + 3 * DAY, by="M-1", said_by_member="yes", improvements=["learn the new tariff"]),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (AUDIT, [("finding", "A-7/slow", "replies take an hour", "")]),
        (
            SURVEY,
            [("survey", "Q2/long waits", "long waits", "a second shift"), ("survey", "Q2/no chat", "no chat", "")],
        ),
        (REVIEW, [("meeting", "W-19/40 % call twice", "40 % call twice", "")]),
        (ITEM, [("action_item", "W-19/1", "rewrite the note", "rewrite the note")]),
        (IDEA, [("suggestion", "S-1", "call back instead of holding", "call back instead of holding")]),
        (TALK, [("training_need", "P-1/learn the new tariff", "learn the new tariff", "")]),
    ],
    ids=["audit", "survey", "meeting", "item", "suggestion", "appraisal"],
)
def test_each_source_gives_what_still_waits(source: Any, found: list[tuple[str, str, str, str]]) -> None:
    """IM-11, IM-21, FB-11: findings to correct, problems without a reason to stay, and what was agreed on."""
    needs = needs_of(source, source)
    assert [(need.link.kind, need.link.id, need.problem, need.what) for need in needs] == found


@pytest.mark.parametrize(
    "source",
    [
        AUDIT.record(audit.Corrected(at=NINE + 2 * DAY, by="M-1", finding="slow", how="a second shift")),
        ITEM.record(action_item.Done(at=NINE + DAY, by="A-1", result="done")),
        IDEA.record(suggestion.Implemented(at=NINE + 3 * DAY, by="A-2", result="a minute less")),
        Meeting(history=REVIEW.history[:1]),
        Survey(history=SURVEY.history[:3]),
        Appraisal(history=TALK.history[:3]),
    ],
)
def test_what_is_settled_or_not_known_yet_asks_for_nothing(source: Any) -> None:
    """An answered finding, a done item, an idea that was carried out, a meeting that was not held."""
    assert needs_of(source) == ()


def test_other_things_are_refused() -> None:
    """Rather than passed over."""
    with pytest.raises(InvalidValue, match="sources must be audits, surveys, meetings"):
        needs_of("A-7")


def test_a_need_becomes_a_plan_that_answers_it() -> None:
    """The agreed measure is its action once its criterion is known, and the register no longer lists the need."""
    waits = needs_of(SURVEY)[0]
    plan = waits.draft(
        id="Q-1", at=NINE, kpi="asa", baseline=300.0, goal=120.0, criterion="median wait under 2 minutes"
    )
    assert (plan.subject, plan.owner, plan.links) == ("long waits", "A-1", (waits.link,))
    assert [(action.what, action.owner, action.due) for action in plan.actions] == [
        ("a second shift", "A-1", dt.date(2026, 6, 1))
    ]
    assert waits.draft(id="Q-1", at=NINE, kpi="asa").actions == ()
    register = Register(plans=[plan])
    assert [need.problem for need in register.needs(SURVEY, AUDIT)] == ["no chat", "replies take an hour"]
    cause = Cause.five_whys("slow", "one shift", links=[Link(kind="finding", id="A-7/slow")])
    caused = Plan(id="Q-2", subject="slow", at=NINE, kpi="asa", cause=cause)
    assert [need.problem for need in Register(plans=[plan, caused]).needs(SURVEY, AUDIT)] == ["no chat"]
    more = waits.draft(id="Q-3", at=NINE, kpi="asa", links=[AUDIT], owner="M-2")
    assert (more.owner, more.links) == ("M-2", (waits.link, Link(kind="audit", id="A-7")))
    for alone in (AUDIT, Link(kind="audit", id="A-7")):
        assert waits.draft(id="Q-3", at=NINE, kpi="asa", links=alone).links == more.links
    with pytest.raises(InvalidValue, match="links must be"):
        waits.draft(id="Q-3", at=NINE, kpi="asa", links=5)


def test_points_that_are_short_are_a_training_need() -> None:
    """With the content that was named for it; below 90 points there are 10 to gain."""
    [short] = needs_after(TALK, below=90, contents={"csat": "listening"})
    [need] = needs_of(short)
    assert (need.link.kind, need.link.id, need.what) == ("training_need", "A-1/csat", "listening")
    assert need.problem == "csat of A-1 is 10 points short"


def test_a_training_need_that_nobody_recorded_is_a_need_by_hand() -> None:
    """With its link, so that a plan can answer it."""
    need = Need(link=Link(kind="training_need", id="T-1"), problem="nobody knows the new tariff")
    assert needs_of(need) == (need,)
