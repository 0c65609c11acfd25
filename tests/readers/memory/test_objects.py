"""Objects of the model as tables: the same numbers as from columns, and clocks as the model reads them."""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue, MissingColumn, UnknownName
from servqual.metrics import KPIS, Measures, measure, tally
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.readings import STATES, read_clock
from servqual.model import (
    ActionItem,
    AgentId,
    Answer,
    BusinessHours,
    Case,
    CaseId,
    Commitment,
    CommitmentId,
    Complaint,
    ComplaintId,
    Customer,
    CustomerId,
    Evaluation,
    FeedbackId,
    FeedbackItem,
    HandOver,
    Incident,
    Interaction,
    InteractionId,
    Invitation,
    MeetingId,
    Member,
    Money,
    Procedure,
    ProcedureRun,
    Purchase,
    Question,
    Relationship,
    Scale,
    Scorecard,
    ScorecardItem,
    Shift,
    Sla,
    Step,
    Suggestion,
    SuggestionId,
    SurveyId,
    Target,
    Team,
    Training,
    TrainingResult,
    Window,
    quality_questions,
)
from servqual.model import action_item as done
from servqual.model import case as event
from servqual.model import commitment as promise
from servqual.model import complaint as complained
from servqual.model import feedback as fed
from servqual.model import incident as outage
from servqual.model import procedure_run as running
from servqual.model import relationship as bond
from servqual.model import suggestion as idea
from servqual.model import training as course
from servqual.model.declared import name_of
from servqual.readers.columns.columns import MISSING, Chunk
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.memory import objects
from servqual.readers.memory.object_columns import EVENT_COLUMNS, OBJECT_COLUMNS
from servqual.readers.memory.objects import chunk_of_objects, is_object, object_chunks

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
HAPPY = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)


def row(chunk: Chunk, place: int = 0) -> dict[str, Any]:
    """What is known of one row: moments as hours after nine, durations in seconds, labels as they are."""
    out: dict[str, Any] = {}
    for name, column in chunk.columns.items():
        if column.known[place]:
            value = column.values.tolist()[place]
            match column.kind:
                case Kind.MOMENT:
                    value = (EPOCH + dt.timedelta(microseconds=value) - NINE) / HOUR
                case Kind.DURATION:
                    value = value / 1e6
                case Kind.LABEL:
                    value = column.labels[value]
            out[name] = value
    return out


def act(hours: float) -> dict[str, Any]:
    """When, and by whom."""
    return {"at": NINE + hours * HOUR, "by": "A-1"}


def told_case() -> Case:
    """Reported, sorted, escalated, answered, solved, verified, closed, reopened."""
    return Case(
        history=[
            event.Reported(
                at=NINE, id=CaseId("C-1"), customer=CustomerId("K-1"), description="d", impact="i", owner="A-0",
                occurred_at=NINE - HOUR, channel="phone", source="monitoring", tier="gold",
            ),
            event.Received(**act(1)),
            event.Classified(**act(2), category="line", priority="high", cause="cable"),
            event.Assigned(**act(3), to="A-2", team="north"),
            event.Escalated(**act(4), to="A-3", level=2, reason="hard"),
            event.Replied(**act(5), public=False),
            event.Replied(**act(6)),
            event.Started(**act(7)),
            event.Resolved(**act(8), solution="s", told_customer=True),
            event.Verified(**act(9), effective=True, customer_confirmed=True),
            event.Closed(**act(10)),
        ]
    )  # fmt: skip


CONTACT = Interaction(
    id=InteractionId("I-1"), customer=CustomerId("K-1"), channel="phone", handled_by="bot", queued_at=NINE,
    answered_at=NINE + 20 * SECOND, ended_at=NINE + HOUR, talk=HOUR / 2, wrap=MINUTE, outcome="unresolved",
    hand_overs=[HandOver(at=NINE + MINUTE, to="A-1")], case=CaseId("C-1"), topic="line",
)  # fmt: skip
COMPLAINT = Complaint(
    history=[
        complained.Received(
            at=NINE, id=ComplaintId("P-1"), customer=CustomerId("K-1"), channel="email", category="billing",
            description="d", owner="A-1", due=NINE + 48 * HOUR, severity="high", team="south",
        ),
        complained.Acknowledged(**act(1)),
        complained.Linked(**act(2), to=CaseId("C-1")),
        complained.Listened(**act(3), demand="refund"),
        complained.Analysed(**act(4), root_cause="tariff", upheld=True),
        complained.Resolved(**act(5), solution="refund", told_customer=True),
        complained.FollowedUp(**act(6), satisfied=True, answer="thanks"),
        complained.Closed(**act(7)),
    ]
)  # fmt: skip
FEEDBACK = FeedbackItem(
    history=[
        fed.Received(at=NINE, id=FeedbackId("F-1"), source="online_rating", stars=2, customer=CustomerId("K-1")),
        fed.Acknowledged(**act(1)),
        fed.Analysed(**act(2), category="speed", finding="slow"),
        fed.Handled(**act(3), how="fixed", reason="more people"),
        fed.Replied(**act(4), text="fixed"),
    ]
)
SUGGESTION = Suggestion(
    history=[
        idea.Submitted(at=NINE, id=SuggestionId("S-1"), text="call back", customer=CustomerId("K-1")),
        idea.Evaluated(**act(1), verdict="good"),
        idea.Adopted(**act(2), owner="A-1"),
        idea.Implemented(**act(3), result="done"),
    ]
)
COMMITMENT = Commitment(
    history=[
        promise.Made(**act(0), id=CommitmentId("W-1"), customer=CustomerId("K-1"), what="call", due=NINE + 4 * HOUR),
        promise.Broken(**act(5)),
        promise.MadeGood(**act(6)),
    ]
)
ACTION = ActionItem(
    history=[
        done.Agreed(
            **act(0), id="X-1", what="w", owner=AgentId("A-1"), due=dt.date(2026, 5, 4), meeting=MeetingId("M-1")
        ),
        done.CarriedOver(**act(1), owner=AgentId("A-2"), due=dt.date(2026, 5, 5), meeting=MeetingId("M-2")),
        done.Done(**act(2), result="r"),
    ]
)
ANSWER = Answer(
    survey=SurveyId("Q2"), question=HAPPY, customer=CustomerId("K-1"), invited_at=NINE, answered_at=NINE + HOUR, score=4
)
INVITATION = Invitation(survey=SurveyId("Q2"), customer=CustomerId("K-2"), at=NINE, channel="email")
EVALUATION = Evaluation(
    scorecard=Scorecard(
        name="calls",
        items=[
            ScorecardItem(name="clear", weight=2), ScorecardItem(name="polite", critical="customer"),
            ScorecardItem(name="hold"),
        ],
    ),
    at=NINE + HOUR, by="Q-1", interaction=InteractionId("I-1"), agent=AgentId("A-1"),
    marks={"clear": True, "polite": False, "hold": None},
)  # fmt: skip
PURCHASE = Purchase(customer=CustomerId("K-1"), at=NINE, amount=Money("99.90", "EUR"), what="line")
SHIFT = Shift(
    member=AgentId("A-1"), start=NINE, end=NINE + 8 * HOUR, breaks=[Window(start=NINE + HOUR, end=NINE + 2 * HOUR)]
)
RUN = ProcedureRun(
    history=[
        running.Started(**act(0), id="R-1", procedure=Procedure(name="enquiry", steps=[Step(name="ask", within=HOUR)])),
        running.StepBegun(**act(0), step="ask"),
        running.StepEnded(**act(3), step="ask"),
    ]
)
TRAINING = Training(
    history=[
        course.Identified(**act(0), id="T-1", goal="calm calls", needs=["listening"], programme="induction"),
        course.Designed(**act(0), modules=["listen first"], method="role play"),
        course.Scheduled(
            **act(1), period=(NINE.date(), NINE.date()), instructor=AgentId("Q-1"), members=[AgentId("A-1")]
        ),
        course.Delivered(**act(2), attended=[]),
        course.Delivered(**act(3), attended=[AgentId("A-1")]),
        course.Practised(**act(4), what="ten calls"),
        course.Evaluated(
            **act(5),
            judgement="calmer",
            methods=["self_assessment"],
            results=[TrainingResult(member=AgentId("A-1"), score_before=60, score_after=80.5, passed=True)],
        ),
    ]
)
INCIDENT = Incident(
    history=[
        outage.Declared(**act(0), id="E-1", what="payments fail", plan="payments down", began_at=NINE - HOUR),
        outage.Announced(**act(1), channels=["app"], text="we work on it", apology=True),
        outage.Coordinated(**act(2), duties={"technical": AgentId("T-1")}),
        outage.Restored(**act(3), how="another bank"),
    ]
)

ADA = Member(id=AgentId("A-1"), name="Ada", roles={"agent"}, team="north", joined_at=NINE, left_at=NINE + HOUR)

ROWS: list[tuple[str, Any, Mapping[str, Any]]] = [
    (
        "cases",
        told_case(),
        {
            "case_id": "C-1", "customer_id": "K-1", "team": "north", "agent": "A-3", "category": "line",
            "cause": "cable", "priority": "high", "channel": "phone", "tier": "gold", "source": "monitoring",
            "status": "closed", "occurred_at": -1, "received_at": 0, "assigned_at": 3, "first_response_at": 6,
            "resolved_at": 8, "verified_at": 9, "closed_at": 10, "updated_at": 10, "reopened": 0, "reassigned": 1,
            "escalated": 1, "answered_by": "A-1", "answered_team": "north", "resolved_by": "A-1",
            "resolved_team": "north", "procedure_followed": 1,
        },
    ),
    (
        "interactions",
        CONTACT,
        {
            "interaction_id": "I-1", "customer_id": "K-1", "case_id": "C-1", "channel": "phone", "topic": "line",
            "direction": "inbound", "handled_by": "bot", "outcome": "unresolved", "queued_at": 0,
            "answered_at": 20 / 3600, "ended_at": 1, "wait_s": 20, "talk_s": 1800, "wrap_s": 60, "bot": 1,
            "abandoned": 0, "transferred": 1, "to_person": 1, "resolved": 0,
        },
    ),
    (
        "customers",
        Customer(
            id=CustomerId("K-1"), name="Acme", tier="gold", need="basic", stage="loyal", feedback_segment="potential",
            industry="retail", size="small", preferred_channel="fax", joined_at=NINE, left_at=NINE + HOUR,
        ),
        {
            "customer_id": "K-1", "tier": "gold", "need": "basic", "stage": "loyal", "feedback_segment": "potential",
            "industry": "retail", "size": "small", "preferred_channel": "fax", "joined_at": 0, "left_at": 1,
        },
    ),
    ("staff", ADA, {"agent": "A-1", "team": "north", "role": "agent", "joined_at": 0, "left_at": 1}),
    (
        "teams",
        Team(name="north", members=[ADA], department="service", level="senior"),
        {"team": "north", "department": "service", "level": "senior"},
    ),
    (
        "complaints",
        COMPLAINT,
        {
            "complaint_id": "P-1", "customer_id": "K-1", "case_id": "C-1", "team": "south", "agent": "A-1",
            "category": "billing", "cause": "tariff", "severity": "high", "channel": "email", "status": "closed",
            "received_at": 0, "acknowledged_at": 1, "started_at": 3, "due_at": 48, "resolved_at": 5,
            "followed_up_at": 6, "closed_at": 7, "satisfied": 1, "upheld": 1, "reopened": 0, "answered_by": "A-1",
            "resolved_by": "A-1", "escalated": "false", "redress": 0,
        },
    ),
    (
        "feedback",
        FEEDBACK,
        {
            "feedback_id": "F-1", "customer_id": "K-1", "category": "speed", "source": "online_rating", "stars": 2,
            "status": "replied", "handled_as": "fixed", "received_at": 0, "first_response_at": 1, "handled_at": 3,
            "replied_at": 4,
        },
    ),
    (
        "suggestions",
        SUGGESTION,
        {
            "suggestion_id": "S-1", "customer_id": "K-1", "status": "implemented", "submitted_at": 0,
            "evaluated_at": 1, "decided_at": 2, "implemented_at": 3, "adopted": 1,
        },
    ),
    (
        "commitments",
        COMMITMENT,
        {
            "commitment_id": "W-1", "customer_id": "K-1", "agent": "A-1", "status": "broken", "made_at": 0,
            "due_at": 4, "fulfilled_at": 6, "broken_at": 5,
        },
    ),
    (
        "actions",
        ACTION,
        {
            "action_id": "X-1", "agent": "A-2", "meeting": "M-2", "status": "done", "agreed_at": 0,
            "due_at": (39 * 3.6e9 - 1) / 3.6e9, "done_at": 2,
        },
    ),
    (
        "answers",
        ANSWER,
        {
            "survey": "Q2", "customer_id": "K-1", "incentivised": 0, "question": "happy", "question_kind": "csat",
            "scale_low": 1, "scale_high": 5, "invited_at": 0, "answered_at": 1, "score": 4,
        },
    ),
    (
        "answers",
        INVITATION,
        {"survey": "Q2", "customer_id": "K-2", "channel": "email", "incentivised": 0, "invited_at": 0},
    ),
    (
        "qa_scores",
        EVALUATION,
        {
            "evaluated_at": 1, "interaction_id": "I-1", "agent": "A-1", "scorecard": "calls", "evaluator": "Q-1",
            "met": 2, "applicable": 3, "customer_critical": 1, "business_critical": 0, "compliance_critical": 0,
            "defects": 1, "opportunities": 2,
        },
    ),
    (
        "stages",
        Relationship(history=[bond.Met(at=NINE, id=CustomerId("K-1"))]),
        {"customer_id": "K-1", "stage": "potential", "entered_at": 0},
    ),
    ("purchases", PURCHASE, {"customer_id": "K-1", "at": 0, "amount": 99.9, "currency": "EUR", "what": "line"}),
    ("incidents", INCIDENT, {"incident_id": "E-1", "status": "restored", "started_at": -1, "restored_at": 3}),
    ("shifts", SHIFT, {"agent": "A-1", "starts_at": 0, "scheduled_s": 7 * 3600}),
    (
        "steps",
        RUN,
        {
            "run": "R-1", "procedure": "enquiry", "step": "ask", "agent": "A-1",
            "started_at": 0, "due_at": 1, "ended_at": 3,
        },
    ),
    (
        "trainings",
        TRAINING,
        {
            "training": "T-1", "programme": "induction", "round": "1", "agent": "A-1",
            "completed_at": 3, "passed": 1.0, "score_before": 60.0, "score_after": 80.5,
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "one", "want"), ROWS, ids=[f"{t}-{type(o).__name__}" for t, o, _ in ROWS])
def test_an_object_is_a_row(table: str, one: Any, want: Mapping[str, Any]) -> None:
    """Every column that is known, and nothing else is."""
    chunk = chunk_of_objects(table, [one])
    assert row(chunk) == want
    assert chunk.read == chunk.size == 1


def test_every_class_is_tried_and_every_column_is_one_of_its_table() -> None:
    """Each name is that of a class; a column that is more than a label is one that the table defines."""
    tried = {(table, name_of(type(one))) for table, one, _ in ROWS}
    for table, classes in OBJECT_COLUMNS.items():
        for name, columns in classes.items():
            assert table == "case_events" or (table, name) in tried
            assert all(column in TABLES[table] for column in columns if column.endswith(("_at", "_s")))
    stored = {kind.stored_name: kind for kind in event.CASE_TRANSITIONS.events}
    for name, fields in EVENT_COLUMNS.items():
        assert all(hasattr(stored[name], field) for field in fields.values())


def contacts(rng: random.Random, count: int) -> tuple[list[Interaction], dict[str, list[Any]]]:
    """The same facts as objects and as columns."""
    made: list[Interaction] = []
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "customer_id", "team", "queued_at", "wait_s", "talk_s", "hold_s", "wrap_s", "abandoned", "transferred",
            "resolved", "bot", "topic",
        )
    }  # fmt: skip
    for number in range(count):
        at = NINE + rng.randrange(10**9) * dt.timedelta(microseconds=1)
        wait = rng.randrange(10**8) * dt.timedelta(microseconds=1)
        answered = rng.random() < 0.8
        parts = [rng.choice([None, rng.randrange(300) * SECOND]) for _ in range(3)] if answered else [None] * 3
        bot, moved = rng.random() < 0.3, answered and rng.random() < 0.2
        outcome = rng.choice([None, "resolved", "unresolved"]) if answered else None
        team, topic, customer = rng.choice([None, "north", "süd"]), rng.choice("ab"), f"K-{rng.randrange(20)}"
        ended = at + wait + HOUR
        made.append(
            Interaction(
                id=InteractionId(f"I-{number}"), customer=CustomerId(customer), channel="chat", queued_at=at,
                handled_by="bot" if bot else "human", answered_at=at + wait if answered else None,
                ended_at=ended if answered else at + wait, talk=parts[0], hold=parts[1], wrap=parts[2],
                hand_overs=[HandOver(at=ended, to="B")] if moved else (), outcome=outcome, topic=topic,
                team=team,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        facts = (customer, team, at, wait, *parts, not answered, moved, outcome and outcome == "resolved", bot, topic)
        for values, fact in zip(columns.values(), facts, strict=True):
            values.append(fact)
    return made, columns


CONTACT_KPIS: list[Any] = [
    "volume", "asa", "aht", "service_level", "abandonment_rate", "wait_p90", "transfer_rate", "resolved_flag_rate",
    "self_service_rate", "bot_handover_rate", "repeat_rate", KPIS["fcr"].with_(window=dt.timedelta(days=1)),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_contacts_as_objects_measure_like_their_columns(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the byte: as a list, one by one, in lists of some, and in small chunks."""
    rng = random.Random(seed)  # noqa: S311
    made, columns = contacts(rng, 90)
    now = NINE + dt.timedelta(days=3)

    def found(source: Any) -> bytes:
        return tally(CONTACT_KPIS, {"interactions": source}, by=["team"], now=now).to_bytes()

    want = found(columns)
    assert found(made) == want
    monkeypatch.setattr(objects, "_CHUNK", 7)
    assert found(iter(made)) == want
    assert found([made[:30], tuple(made[30:31]), iter(made[31:])]) == want


def lived(rng: random.Random, number: int) -> Case:
    """A case that takes random legal steps of either way, often two at one instant."""
    at = NINE + 15 * MINUTE * rng.randrange(200)
    begun: Any = rng.choice([event.Reported, event.Opened])
    case = Case(
        history=[
            begun(
                at=at, id=CaseId(f"C-{number}"), customer=CustomerId("K"), description="d", impact="i", occurred_at=at,
                owner="A", channel=rng.choice(["phone", "chat"]), source="feedback", team=rng.choice([None, "south"]),
                priority=rng.choice([None, "urgent", "low"]), opened_by=rng.choice(["customer", "agent"]),
            )
        ]
    )  # fmt: skip
    content: dict[str, Any] = {
        "classified": lambda: {"category": rng.choice("ab"), "priority": rng.choice(["urgent", "low", "normal"])},
        "assigned": lambda: {"to": "B", "team": rng.choice([None, "north"])},
        "handed_over": lambda: {"to": "C", "reason": "r"},
        "escalated": lambda: {"to": "D", "level": 2, "reason": "r"},
        "linked": lambda: {"to": "Z", "relation": rng.choice(["related", "absorbed"]), "since": at - 300 * MINUTE},
        "replied": lambda: {"public": rng.random() < 0.7, "bot": rng.random() < 0.2},
        "waiting": lambda: {"on": rng.choice(["customer", "supplier"])},
        "resolved": lambda: {"solution": "s", "told_customer": True},
        "verified": lambda: {"effective": rng.random() < 0.6, "customer_confirmed": True},
        "followed_up": lambda: {"answer": "x"},
        "unlinked": lambda: {"to": "Z"},
        "changed": lambda: {"attributes": {"product": rng.choice(["router", "phone"])}, "tag": rng.sample("ab", 1)},
        "progress_told": lambda: {"progress": "p"},
        "closed": lambda: {} if case.status == "verified" else {"unconfirmed": "nobody answers"},
        "reopened": lambda: {"reason": "r"},
        "duplicate": lambda: {"of": "Q"},
        "cancelled": lambda: {"reason": "r"},
    }
    for _ in range(rng.randrange(14)):
        names = [name for name in case.allowed if name not in {"cancelled", "duplicate"} or rng.random() < 0.2]
        if case.status not in {"verifying", "verified"}:
            names = [name for name in names if name != "closed"]  # only an export closes what nobody solved
        if not names:
            break
        name = rng.choice(names)
        at += MINUTE * rng.choice([0, 15, 30, 60, 240, 1000])
        if any(e.at == at and e.stored_name == name for e in case.history):
            at += MINUTE
        kind: Any = next(kind for kind in event.CASE_TRANSITIONS.events if kind.stored_name == name)
        with suppress(IllegalTransition):  # at one instant a wait stands before a follow-up, which it does not allow
            case = case.record(kind(at=at, by="A", **content.get(name, dict)()))
    return case


SLA = Sla(
    name="desk",
    hours=BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}),
    targets=[
        Target(clock="first_response", within=HOUR),
        Target(clock="first_response", within=HOUR / 4, priority="urgent"),
        Target(clock="resolution", within=8 * HOUR),
        Target(clock="resolution", within=4 * HOUR, match={"channel": "chat"}),
        Target(clock="resolution", within=2 * HOUR, match={"team": "north", "category": "a"}),
    ],
    pause_on={"customer"},
)


def us(moment: dt.datetime | None) -> int:
    """Microseconds of UTC."""
    return MISSING if moment is None else (moment - EPOCH) // dt.timedelta(microseconds=1)


@pytest.mark.parametrize("seed", range(15))
def test_clocks_of_cases_in_a_list_are_those_of_the_model(seed: int) -> None:
    """Every promise, cycle by cycle, equal to reading each case by itself."""
    rng = random.Random(seed)  # noqa: S311
    cases = [lived(rng, number) for number in range(40)]
    now = NINE + MINUTE * rng.choice([300, 3000, 8000])
    [chunk] = object_chunks("case_events", cases)
    assert chunk.rows.tolist() == [i for i, case in enumerate(cases) for _ in case.history]
    log = EventLog.of(chunk, us(now))
    for told in SLA.promises:
        readings = read_clock(SLA, log, told.key, us(now))
        columns = (readings.start, readings.stop, readings.elapsed, readings.due, readings.breached_at)
        rows = zip(readings.case.tolist(), readings.state.tolist(), *(c.tolist() for c in columns), strict=True)
        found: dict[str, list[Any]] = {}
        for case, state, *rest in rows:
            found.setdefault(log.ids[case], []).append([STATES[state], *rest])
        want: dict[str, list[Any]] = {}
        for one in cases:
            reading = SLA.read(one, now=now).get(told.key) if one.history[0].at <= now else None
            for r in reading.cycles if reading else ():
                elapsed = r.elapsed // dt.timedelta(microseconds=1)
                want.setdefault(one.id, []).append(
                    [r.state, us(r.start), us(r.stop), elapsed, us(r.due), us(r.breached_at)]
                )
        assert found == want


CASE_KPIS = (
    "case_volume", "resolution_rate", "resolution_p50", "first_response_time", "reopen_rate", "reassignment_rate",
    "backlog", "backlog_age",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_cases_measure_the_same_as_a_table_and_as_their_log(seed: int) -> None:
    """Two ways from the same objects: each case's own word, and the fold of all events."""
    rng = random.Random(seed)  # noqa: S311
    cases = [lived(rng, number) for number in range(60)]
    now = max(case.history[-1].at for case in cases)
    for by in ([], ["team"], ["priority", "category"], ["agent"]):
        table = measure(CASE_KPIS, {"cases": cases}, by=by, now=now)
        log = measure(CASE_KPIS, {"case_events": iter(cases)}, by=by, now=now)
        assert [(m.kpi, m.group, m.value, m.n, m.undecided) for m in table] == [
            (m.kpi, m.group, m.value, m.n, m.undecided) for m in log
        ]


def test_answers_and_those_who_did_not_answer_come_in_two_lists() -> None:
    """So that the response rate is known."""
    found = measure(["survey_response_rate", csat], {"answers": [[ANSWER], [INVITATION]]})
    assert found.get("survey_response_rate").value == 0.5
    assert found.get("csat").value == 1


def test_a_perception_is_held_against_what_the_same_customer_expected() -> None:
    """The gaps of a table that has both sides in a row; an expectation is no score, and who is unknown has no gap."""
    rng = random.Random(4)  # noqa: S311
    seven = Scale(low=1, high=7)
    asked = {kind: quality_questions(kind=kind, scale=seven) for kind in ("expectation", "perception")}
    answers: list[Answer] = []
    columns: dict[str, list[Any]] = {
        name: [] for name in ("customer_id", "dimension", "answered_at", "score", "expected")
    }
    for who in ("K-1", "K-2", "K-3", None):
        for expects, perceives in zip(asked["expectation"], asked["perception"], strict=True):
            first, later, score = rng.choice([None, 2]), rng.choice([None, 6, 7]), rng.randint(1, 7)
            about: dict[str, Any] = {"survey": SurveyId("Q2"), "customer": who and CustomerId(who)}
            answers.append(Answer(question=perceives, score=score, answered_at=NINE, **about))
            for at, told in ((NINE - 2 * HOUR, first), (NINE - HOUR, later)):
                if told is not None:
                    answers.append(Answer(question=expects, score=told, answered_at=at, **about))
            row_ = (who, perceives.dimension, NINE, score, who and (later if later is not None else first))
            for name, value in zip(columns, row_, strict=True):
                columns[name].append(value)
    rng.shuffle(answers)
    kpis = [KPIS[key] for key in ("servperf", "servqual_item_gap", "servqual_dimension_gap")]
    found, wanted = (measure(kpis, {"answers": data}, by=["dimension"]) for data in (answers, columns))
    assert [(m.kpi, m.group, m.value, m.n) for m in found] == [(m.kpi, m.group, m.value, m.n) for m in wanted]
    assert {m.kpi for m in found if m.n} == {"servperf", "servqual_item_gap", "servqual_dimension_gap"}


@example(dt.datetime(2099, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC))
@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59, 999_999), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_moments_are_exact_to_the_microsecond(at: dt.datetime) -> None:
    """Over all years that are read."""
    chunk = chunk_of_objects("purchases", [Purchase(customer=CustomerId("K"), at=at, amount=Money(1, "EUR"))])
    assert chunk.columns["at"].values.tolist() == [us(at)]


@given(st.timedeltas(dt.timedelta(0), dt.timedelta(days=50_000)))
@example(dt.timedelta(days=49_711, microseconds=7))
def test_durations_are_exact_to_the_microsecond(length: dt.timedelta) -> None:
    """As long as anything that is read."""
    contact = Interaction(id=InteractionId("I"), channel="phone", queued_at=NINE, answered_at=NINE, talk=length)
    chunk = chunk_of_objects("interactions", [contact])
    assert chunk.columns["talk_s"].values.tolist() == [length // dt.timedelta(microseconds=1)]


def test_what_is_longer_than_any_case_is_refused() -> None:
    """Up to the longest that Python has."""
    contact = Interaction(
        id=InteractionId("I"), channel="phone", queued_at=NINE, answered_at=NINE, wrap=dt.timedelta.max
    )
    [refusal] = chunk_of_objects("interactions", [contact]).refusals
    assert refusal.column == "wrap_s"


def test_moments_before_1970_are_refused_with_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in every table, and counted over all chunks."""
    monkeypatch.setattr(objects, "_CHUNK", 2)
    old = Purchase(customer=CustomerId("K"), at=EPOCH - HOUR, amount=Money(1, "EUR"))
    rows = [r.row for chunk in object_chunks("purchases", iter([PURCHASE] * 3 + [old])) for r in chunk.refusals]
    assert rows == [3]


def test_an_empty_list_is_an_empty_table() -> None:
    """Of contacts, and of cases as a log."""
    assert measure(["volume"], {"interactions": []}).one().value == 0
    assert chunk_of_objects("case_events", []).size == 0
    assert measure(["case_volume"], {"cases": iter(())}, now=NINE).one().value == 0


def test_a_column_of_objects_may_stand_for_another() -> None:
    """By the names that the objects have in their table; a value that is refused is refused under its new name."""

    def of(kpi: str, *contacts: Interaction, by: tuple[str, ...] = (), **names: str) -> Measures:
        return measure([kpi], {"interactions": [*contacts]}, by=by, columns={"interactions": names})

    assert of("volume", CONTACT, by=("team",), team="channel").get("volume", team="phone").value == 1
    endless = attrs.evolve(CONTACT, wrap=dt.timedelta.max)
    found = of("talk_time", endless, talk_s="wrap_s")
    assert [(one.row, one.column) for one in found.rows["interactions"].refusals] == [(0, "talk_s")]
    assert of("aht", endless, wrap_s="hold_s").rows["interactions"].refused == 0
    with pytest.raises(MissingColumn, match="interactions has no column 'desk' for team"):
        of("volume", CONTACT, team="desk")
    with pytest.raises(InvalidValue, match=r"wait_s must hold a duration in interactions \(got 'channel', a label\)"):
        of("asa", CONTACT, wait_s="channel")
    assert measure(["volume"], {"interactions": []}, columns={"interactions": {"team": "desk"}}).one().value == 0


def test_a_class_made_from_ours_is_ours() -> None:
    """A subclass is read like its base, and may stand beside it."""

    class Call(Interaction):
        """A firm's own word for it."""

    call = Call(id=InteractionId("I-2"), channel="phone", queued_at=NINE)
    assert is_object(call)
    assert not is_object(NINE)
    assert chunk_of_objects("interactions", [CONTACT, call]).columns["interaction_id"].labels == ["I-1", "I-2"]


@pytest.mark.parametrize(
    ("table", "source", "message"),
    [
        ("interactions", [CONTACT, PURCHASE], r"interactions must hold Interaction \(got Purchase at place 1\)"),
        ("interactions", [PURCHASE], r"interactions must hold Interaction \(got Purchase at place 0\)"),
        ("answers", [ANSWER, INVITATION], r"answers must hold Answer \(got Invitation at place 1\)"),
        ("answers", [PURCHASE], r"answers must hold Answer or Invitation \(got Purchase at place 0\)"),
        ("skills", [PURCHASE], r"skills must hold no objects \(got Purchase at place 0\)"),
        ("cases", [told_case().history[0]], r"cases must hold Case \(got Reported at place 0\)"),
        ("interactions", CONTACT, "put one object into a list"),
        ("interactions", 7, "interactions must be columns, a frame, a path, or a list"),
        ("interactions", [7], "interactions must be columns, a frame, a path, or a list"),
    ],
)
def test_what_is_not_of_the_table_is_named_with_its_place(table: str, source: Any, message: str) -> None:
    """And so is one object without a list, and what holds nothing to read."""
    keys: dict[str, Any] = {
        "interactions": "volume",
        "answers": csat,
        "skills": "training_need_rate",
        "cases": "case_volume",
    }
    with pytest.raises(InvalidValue, match=message):
        measure([keys[table]], {table: source}, now=NINE)


def test_the_place_counts_over_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an iterator, too."""
    monkeypatch.setattr(objects, "_CHUNK", 2)

    def come() -> Iterator[Any]:
        yield from (CONTACT, CONTACT, CONTACT, PURCHASE)

    with pytest.raises(InvalidValue, match="got Purchase at place 3"):
        list(object_chunks("interactions", come()))
    with pytest.raises(UnknownName, match="table must be one that servqual knows"):
        list(object_chunks("contacts", [CONTACT]))


def test_objects_are_read_as_they_were_at_now() -> None:
    """What was extended, reopened or given to another team later is not known yet, as in a log of the events."""
    opened, _, _, listened, analysed, resolved, *_ = COMPLAINT.history
    extended = complained.Extended(**act(60), due=NINE + 100 * HOUR, reason="parts are missing")
    late = Complaint(
        history=[opened, listened, analysed, extended, attrs.evolve(resolved, at=NINE + 90 * HOUR)],
    )

    def of(kpi: str, now: float) -> tuple[float | None, int, int]:
        found = measure([kpi], {"complaints": [late]}, now=NINE + now * HOUR).one()
        return found.value, found.n, found.undecided

    assert [of("complaint_overdue", now)[0] for now in (48, 50, 70, 90)] == [0, 1, 0, 0]
    assert [of("complaint_kept", now) for now in (48, 50, 70, 90)] == [(None, 0, 1), (0, 1, 0), (None, 0, 1), (1, 1, 0)]
    assert of("complaint_overdue", -1) == (0, 0, 0)

    again = told_case().record(event.Reopened(**act(20), reason="r"))
    again = again.record(event.HandedOver(**act(21), to="A-9", team="south", reason="r"))
    owner: dict[str, Any] = {"by": ["team", "agent"], "credit": "owner"}
    then = measure(["resolution_rate"], {"cases": [again]}, now=NINE + 12 * HOUR, **owner).one()
    assert (then.group, then.value) == ({"team": "north", "agent": "A-3"}, 1)
    today = measure(["resolution_rate"], {"cases": [again]}, now=NINE + 30 * HOUR, **owner).one()
    assert (today.group, today.value) == ({"team": "south", "agent": "A-9"}, 0)


@pytest.mark.parametrize(("table", "one"), [(table, one) for table, one, _ in ROWS if hasattr(one, "history")])
@pytest.mark.parametrize("hours", [-2, 0, 1.5, 3, 5.5])
def test_every_object_with_a_history_is_its_events_up_to_now(table: str, one: Any, hours: float) -> None:
    """In every table; one that begins later is there with its first event, which lies ahead."""
    now = NINE + hours * HOUR
    [chunk] = object_chunks(table, [one], now=(now - EPOCH) // dt.timedelta(microseconds=1))
    then = one.as_of(max(now, one.history[0].at))
    told = chunk_of_objects(table, [then])
    assert chunk.size == told.size
    if not told.size:  # a training without results
        return
    assert row(chunk) == row(told)
    assert all(moment <= max(hours, 0) for name, moment in row(chunk).items() if name in HAPPENED)


HAPPENED = {name for moments in TABLES.values() for name in moments if name.endswith("_at") and name != "due_at"}
