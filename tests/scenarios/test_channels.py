"""Contacts, channels and touchpoints: stories of the documents' rows on interaction (CH)."""

import datetime as dt
from typing import Any

import attrs
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, measure
from servqual.model import (
    AgentId,
    Answer,
    BusinessHours,
    Case,
    CaseId,
    Channel,
    Clock,
    ClockState,
    Complaint,
    CustomerId,
    Evaluation,
    FeedbackId,
    FeedbackItem,
    HandledBy,
    HandOver,
    Interaction,
    InteractionId,
    Journey,
    Question,
    Scale,
    Scorecard,
    ScorecardItem,
    Sla,
    Suggestion,
    SuggestionId,
    SurveyId,
    Target,
    Touchpoint,
    contacts_of,
    history_of,
    marks_by_item,
)
from servqual.model import case as event
from servqual.model import feedback as voice
from servqual.model import suggestion as thought

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)  # a Monday
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
ANNA = CustomerId("K-1")
HAPPY = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
CSAT = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)


def at(minutes: float) -> dt.datetime:
    """So many minutes after nine."""
    return NINE + minutes * MINUTE


def contact(name: str, minute: float = 0, *, wait: float = 1, **more: Any) -> Interaction:
    """A contact of two minutes that was answered after so many minutes."""
    plain = Interaction(
        id=InteractionId(name),
        customer=ANNA,
        channel="phone",
        queued_at=at(minute),
        answered_at=at(minute + wait),
        ended_at=at(minute + wait + 2),
    )
    return attrs.evolve(plain, **more)


def answer(score: int, **more: Any) -> Answer:
    """An answer to how satisfied a customer was."""
    plain = Answer(survey=SurveyId("Q2"), question=HAPPY, customer=ANNA, answered_at=at(99), score=score)
    return attrs.evolve(plain, **more)


def reported(name: str, minute: float, channel: str) -> Case:
    """A case that was reported on this channel."""
    return Case(
        history=[
            event.Reported(
                at=at(minute),
                id=CaseId(name),
                customer=ANNA,
                description="parcel lost",
                impact="one order",
                occurred_at=at(minute),
                owner="A-1",
                channel=channel,
                source="feedback",
            )
        ]
    )


def test_a_contact_is_recorded_from_the_queue_to_its_outcome() -> None:
    """CH-01, CH-27: who, where, when, about what and with what end; the wait is measured, and became 30 % less."""
    call = contact("I-1", wait=0.5, agent="A-1", topic="delivery", outcome="resolved", case=CaseId("C-1"))
    assert (call.wait, call.abandoned, call.transferred) == (MINUTE / 2, False, False)
    assert [(entry.at, entry.what) for entry in history_of(ANNA, interactions=[call])] == [(at(0), call)]
    month = 28 * DAY / MINUTE
    waits = [(0, 1), (1, 3), (month, 1), (month + 1, 1.8)]
    calls = [contact(f"I-{minute}", minute, wait=wait) for minute, wait in waits]
    may, june = measure(["asa"], {"interactions": calls}, by=["month"])
    assert may.value == pytest.approx(120)
    assert june.value == pytest.approx(120 * 0.7)


def test_the_journey_shows_where_it_hurts_and_where_nobody_asks() -> None:
    """CH-02, CH-03: contacts, feedback and answers name points of the journey, whose worst scores are pain points."""
    journey = Journey(
        name="order",
        touchpoints=[
            Touchpoint(name="shop", stage="purchase", channel="web", feedback=["survey"]),
            Touchpoint(name="parcel", stage="delivery", feedback=["survey"]),
            Touchpoint(name="hotline", stage="after-sales", channel="phone"),
        ],
    )
    answers = [answer(5, touchpoint="shop"), answer(2, touchpoint="parcel"), answer(1, touchpoint="parcel")]
    rating = FeedbackItem(
        history=[voice.Received(at=at(5), id=FeedbackId("F-1"), source="online_rating", stars=2, touchpoint="parcel")]
    )
    call = contact("I-1", touchpoint="hotline")
    heard = [*(one.touchpoint for one in answers), rating.received.touchpoint]
    assert dict(journey.coverage(heard).heard) == {"shop": 1, "parcel": 3, "hotline": 0}
    assert journey.coverage(heard).silent == ("hotline",)
    assert journey.unasked == (journey.stages["after-sales"][0],)
    found = measure([KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": answers}, by=["touchpoint"])
    scores = {m.group["touchpoint"]: m.value for m in found if m.value is not None}
    assert scores == {"shop": 5, "parcel": 1.5}
    assert [point.stage for point in journey.pain_points(scores, below=3)] == ["delivery"]
    visits = measure(["volume"], {"interactions": [call]}, by=["touchpoint"])
    assert visits.get("volume", touchpoint="hotline").value == 1


def test_every_channel_counts_for_itself_and_one_case_may_use_several() -> None:
    """CH-04, CH-05, CH-06, CH-08: volume, response, resolution and satisfaction by channel, online and not."""
    named = {*("phone", "email", "chat", "social", "self_service", "in_person", "app", "web", "store")}
    assert named <= {*Channel}
    assert {str(channel) for channel in Channel if channel.online} >= {"web", "app", "social", "chat"}
    assert not {Channel.STORE, Channel.SERVICE_CENTRE, Channel.PHONE} & {c for c in Channel if c.online}

    contacts = [
        contact("I-1", 0, wait=1, channel="phone", outcome="unresolved", case=CaseId("C-1")),
        contact("I-2", 30, wait=3, channel="chat", outcome="unresolved", case=CaseId("C-1")),
        contact("I-3", 90, wait=0, channel="store", outcome="resolved", case=CaseId("C-1")),
        contact("I-4", 95, wait=5, channel="chat", outcome="resolved"),
    ]
    answers = [answer(5, channel="store"), answer(2, channel="chat"), answer(4, channel="chat")]
    case = reported("C-1", 0, "phone")
    of_case = [one.channel for one in contacts_of(case, reversed(contacts))]
    assert of_case == [Channel.PHONE, Channel.CHAT, Channel.STORE]
    story = [entry.name for entry in history_of(ANNA, cases=[case], interactions=contacts)]
    assert story == ["interaction", "case.reported", "interaction", "interaction", "interaction"]

    keys = ["volume", "asa", "resolved_flag_rate"]
    found = measure([*keys, CSAT], {"interactions": contacts, "answers": answers}, by=["channel"])
    by_channel = {
        channel: [found.get(key, channel=channel).value for key in (*keys, "csat")]
        for channel in ("phone", "chat", "store")
    }
    assert by_channel == {"phone": [1, 60, 0, None], "chat": [2, 240, 0.5, 0.5], "store": [1, 0, 1, 1]}


def test_online_consultation_is_there_day_and_night() -> None:
    """CH-09: chat is served around the clock, the telephone in office hours, and each promise counts its own."""
    office = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    half = 30 * MINUTE
    sla = Sla(
        name="desk",
        hours=office,
        targets=[
            Target(clock=Clock.FIRST_RESPONSE, within=half),
            Target(clock=Clock.FIRST_RESPONSE, within=half, match={"channel": "chat"}, hours=BusinessHours.always()),
        ],
    )
    sunday_night = -10 * 60.0  # 23:00
    due = {
        channel: sla.read(reported("C-1", sunday_night, channel), now=at(0))["first_response"].due
        for channel in ("chat", "phone")
    }
    assert due == {"chat": at(sunday_night + 30), "phone": at(30)}


def test_the_service_centre_is_seen_by_itself() -> None:
    """CH-13: consultation, complaint and suggestion at a centre carry its site, by which its operation is measured."""
    contacts = [
        contact("I-1", wait=4, channel="service_centre", site="Leipzig"),
        contact("I-2", wait=2, channel="service_centre", site="Leipzig"),
        contact("I-3", wait=9, channel="service_centre", site="Ulm"),
    ]
    found = measure(["volume", "asa"], {"interactions": contacts}, by=["site"])
    assert {(m.kpi, m.group["site"]): m.value for m in found} == {
        ("volume", "Leipzig"): 2,
        ("volume", "Ulm"): 1,
        ("asa", "Leipzig"): 180,
        ("asa", "Ulm"): 540,
    }
    grievance = Complaint.open(id="P-1", at=at(0), channel="service_centre", site="Ulm")
    idea = Suggestion(history=[thought.Submitted(at=at(0), id=SuggestionId("S-1"), text="more chairs", site="Ulm")])
    judged = idea.record(thought.Evaluated(at=at(1), by="M-1", verdict="cheap"))
    judged = judged.record(thought.Adopted(at=at(2), by="M-1", owner="A-1"))
    rest = measure(
        ["complaint_volume", "suggestion_adoption_rate", CSAT],
        {"complaints": [grievance], "suggestions": [judged], "answers": [answer(5, site="Ulm")]},
        by=["site"],
        now=at(99),
    )
    assert [(m.group["site"], m.value) for m in rest] == [("Ulm", 1)] * 3


def test_machines_answer_and_people_help_who_is_stuck() -> None:
    """CH-21, CH-22: share solved without a person, hand-over by bots, and satisfaction with contacts of bots."""
    person = HandOver(at=at(2), to="A-1")
    contacts = [
        contact("I-1", handled_by="self_service", channel="self_service", customer=CustomerId("K-1")),
        contact("I-2", handled_by="self_service", customer=CustomerId("K-2")),
        contact("I-3", 60 * 24, handled_by="human", customer=CustomerId("K-2")),  # stuck, calls the next day
        contact("I-4", handled_by="bot", customer=CustomerId("K-4")),
        contact("I-5", handled_by="bot", customer=CustomerId("K-5"), hand_overs=[person]),
    ]
    assert [one.contained for one in contacts] == [True, True, None, True, False]
    found = measure(
        ["self_service_rate", "containment_rate", "bot_handover_rate"], {"interactions": contacts}, now=NINE + 30 * DAY
    )
    assert {m.kpi: (m.value, m.n) for m in found} == {
        "self_service_rate": (3 / 5, 5),
        "containment_rate": (2 / 4, 4),
        "bot_handover_rate": (1 / 2, 2),
    }
    shares = {
        m.group["handled_by"]: m.value for m in measure(["volume"], {"interactions": contacts}, by=["handled_by"])
    }
    assert shares == {HandledBy.BOT: 2, HandledBy.HUMAN: 1, HandledBy.SELF_SERVICE: 2}
    told = [answer(score, interaction=InteractionId(name)) for name, score in (("I-4", 5), ("I-5", 1), ("I-3", 4))]
    happy = measure([CSAT], {"answers": told, "interactions": contacts}, by=["handled_by"])
    assert {m.group["handled_by"]: m.value for m in happy} == {"bot": 0.5, "human": 1}


def test_every_problem_is_answered_in_time() -> None:
    """CH-26: half an hour to the first answer; at the limit it is kept, a second later not, and the KPI agrees."""
    sla = Sla(
        name="desk",
        hours=BusinessHours.always(),
        targets=[Target(clock=Clock.FIRST_RESPONSE, within=30 * MINUTE, goal=0.95)],
    )
    cases = [
        reported(f"C-{number}", 0, "phone").record(event.Replied(at=at(minute), by="A-1"))
        for number, minute in enumerate((5, 30, 30 + 1 / 60))
    ]
    states = [sla.read(case, now=at(60))["first_response"].state for case in cases]
    assert states == [ClockState.MET, ClockState.MET, ClockState.BREACHED]
    kept = measure(["first_response_kept"], {"case_events": cases}, sla=sla, now=at(60)).one()
    assert (kept.value, kept.n) == (2 / 3, 3)
    mean = measure(["first_response_time"], {"cases": cases}, now=at(60)).one()
    assert mean.value == pytest.approx((300 + 1800 + 1801) / 3)


def test_talk_is_scored_by_criterion_and_by_agent() -> None:
    """CH-28, CH-32: clear, polite and right on every channel; calls of an agent have a score for the appraisal."""
    card = Scorecard(
        name="talk",
        items=[
            ScorecardItem(name="clear", weight=3),
            ScorecardItem(name="polite"),
            ScorecardItem(name="right", weight=2, critical="customer"),
        ],
    )

    def heard(name: str, agent: str, channel: str, **marks: bool | None) -> Evaluation:
        return Evaluation(
            scorecard=card,
            at=at(9),
            by="Q-1",
            interaction=InteractionId(name),
            agent=AgentId(agent),
            channel=channel,
            marks=marks,
        )

    evaluations = [
        heard("I-1", "A-1", "phone", clear=True, polite=True, right=True),
        heard("I-2", "A-1", "phone", clear=True, polite=False, right=None),
        heard("I-3", "A-2", "phone", clear=False, polite=True, right=False),
        heard("I-4", "A-1", "email", clear=None, polite=True, right=True),
    ]
    assert [one.score for one in evaluations] == [1, 3 / 4, 1 / 6, 1]
    calls = measure(["qa_score"], {"qa_scores": evaluations}, by=["agent"], where={"channel": "phone"})
    assert {m.group["agent"]: m.value for m in calls} == {"A-1": (6 + 3) / (6 + 4), "A-2": 1 / 6}
    one_call = measure(["qa_score"], {"qa_scores": evaluations}, by=["interaction_id"])
    assert one_call.get("qa_score", interaction_id="I-2").value == 3 / 4
    harmless = measure(["customer_critical_accuracy"], {"qa_scores": evaluations}).one()
    assert harmless.value == 3 / 4
    by_item = measure(["qa_score"], {"qa_scores": marks_by_item(evaluations)}, by=["item"])
    assert {m.group["item"]: m.value for m in by_item} == {"clear": 6 / 9, "polite": 3 / 4, "right": 4 / 6}


def test_a_conversation_listens_understands_responds_and_follows_up_where_needed() -> None:
    """CH-29: four steps in a fixed order, the last where support is needed later; the share that took all of them."""
    steps = ["listen", "understand", "respond", "follow_up"]
    with pytest.raises(InvalidValue, match="in this order"):
        contact("I-0", steps=["understand", "listen"])
    contacts = [
        contact("I-1", steps=steps[:3], outcome="resolved"),
        contact("I-2", steps=steps[:3], outcome="follow_up"),
        contact("I-3", steps=steps, outcome="follow_up"),
        contact("I-4", steps=steps[:1], outcome="unresolved"),
        contact("I-5"),  # nobody recorded them
    ]
    assert [[*one.steps_left] for one in contacts[:4]] == [[], ["follow_up"], [], ["understand", "respond"]]
    found = measure(["conversation_followed_rate"], {"interactions": contacts}).one()
    assert (found.value, found.n) == (2 / 4, 4)
