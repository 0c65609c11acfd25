"""Cases from the first sign of a problem to the verified end: stories of the documents' rows on problems (PB)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import KPIS, measure, pareto
from servqual.model import (
    AgentId,
    Answer,
    BusinessHours,
    Case,
    CaseId,
    CaseSource,
    CaseStage,
    Categories,
    Clock,
    CustomerId,
    Incident,
    IncidentDuty,
    Interaction,
    InteractionId,
    Money,
    Priority,
    Question,
    Scale,
    Sla,
    SurveyId,
    Target,
    Vocabulary,
    contacts_of,
    history_of,
    open_children,
    open_from,
    service_record,
)
from servqual.model import case as event
from servqual.model import incident as outage_event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)  # a Monday
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ANNA = CustomerId("K-1")


def at(hours: float) -> dt.datetime:
    """So many hours after nine."""
    return NINE + hours * HOUR


REPORT = event.Reported(
    at=at(0),
    id=CaseId("C-1"),
    customer=ANNA,
    description="no dial tone since the storm",
    impact="one shop, 4 lines",
    occurred_at=at(-1),
    owner="A-1",
    channel="phone",
    source="feedback",
)


def taken(
    name: str = "C-1", *, category: str = "line", priority: str = "normal", cause: str | None = None, **report: Any
) -> Case:
    """A case that is being handled by A-2, an hour after its report."""
    first = attrs.evolve(REPORT, id=CaseId(name), **report)
    begin = first.at
    return Case(
        history=[
            first,
            event.Received(at=begin, by="desk"),
            event.Classified(at=begin, by="desk", category=category, priority=priority, cause=cause),
            event.Assigned(at=begin + HOUR, by="desk", to="A-2", team="lines"),
            event.Started(at=begin + HOUR, by="A-2"),
        ]
    )


def closed(case: Case, hours: float) -> Case:
    """The case, solved so many hours after its report, verified and closed at once."""
    when = case.history[0].at + hours * HOUR
    steps = (
        event.Resolved(at=when, by="A-2", solution="new card", told_customer=True),
        event.Verified(at=when, by="Q-1", effective=True, customer_confirmed=True),
        event.Closed(at=when, by="A-2"),
    )
    return Case(history=(*case.history, *steps))


def test_a_problem_ends_when_effect_and_customer_say_yes() -> None:
    """GV-19, PB-02, PB-03, PB-09, PB-10, PB-12, PB-13: six steps in three stages, and no end without verification.

    The customer hears of solution and compensation, says no, is helped again, says yes and is asked once more.
    """
    steps: list[event.CaseEvent] = [
        event.Received(at=at(1), by="desk"),
        event.Classified(at=at(1), by="desk", category="line", priority="high", cause="wet cabinet"),
        event.Assigned(at=at(2), by="desk", to="A-2"),
        event.Started(at=at(3), by="A-2"),
        event.Resolved(
            at=at(4), by="A-2", solution="card dried", told_customer=True, compensation=Money("20.00", "EUR")
        ),
        event.Verified(at=at(5), by="Q-1", effective=True, customer_confirmed=False),
        event.Resolved(at=at(6), by="A-2", solution="card replaced", told_customer=True),
        event.Verified(at=at(7), by="Q-1", effective=True, customer_confirmed=True),
        event.FollowedUp(at=at(8), by="Q-1", answer="all lines work"),
        event.Closed(at=at(9), by="A-2"),
    ]
    case = Case(history=[REPORT])
    way: list[tuple[str, CaseStage | None]] = []
    for step in steps:
        if case.status != "verified":
            with pytest.raises(IllegalTransition, match=r"\(got closed\)"):
                case.record(event.Closed(at=step.at, by="A-2"))
        case = case.record(step)
        way.append((str(case.status), case.stage))
    problem, handling, verification = CaseStage
    assert way == [
        ("received", problem),
        ("classified", problem),
        ("assigned", problem),
        ("handling", handling),
        ("verifying", verification),
        ("handling", handling),
        ("verifying", verification),
        ("verified", verification),
        ("verified", verification),
        ("closed", verification),
    ]
    assert (case.first_response_at, case.resolved_at, case.verified_at) == (at(4), at(6), at(7))
    told = [(e.solution, e.compensation) for e in case.history if isinstance(e, event.Resolved) and e.told_customer]
    assert told == [("card dried", Money(20, "EUR")), ("card replaced", None)]
    again = case.record(event.Reopened(at=at(30), by="desk", reason="dead again"))
    assert (again.status, again.stage, again.verified_at) == ("handling", CaseStage.HANDLING, None)

    causes = measure(["case_volume"], {"cases": [case]}, by=["category", "cause"], now=at(40))
    assert causes.get("case_volume", category="line", cause="wet cabinet").value == 1

    happy = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
    answer = Answer(survey=SurveyId("after"), question=happy, customer=ANNA, answered_at=at(10), score=5, case=case.id)
    story = [entry.name for entry in history_of(ANNA, cases=[case], answers=[answer])]
    assert story[-4:] == ["case.verified", "case.followed_up", "case.closed", "answer"]


def test_problems_come_from_every_source_and_some_before_the_customer_calls() -> None:
    """PB-04, PB-05: the first source of a problem counts, also where the customer reports it later."""
    assert {*CaseSource} >= {
        *("feedback", "process_record", "complaint", "assessment", "service_desk", "survey", "audit"),
    }
    cases = [taken(f"C-{source}", source=source) for source in CaseSource]
    seen = event.Identified(at=at(-2), by="M-1", id=CaseId("C-9"), source="monitoring")
    cases.append(Case(history=[seen, *taken("C-9").history]))
    found = measure(
        ["case_volume", KPIS["proactive_discovery_rate"].with_(internal=("monitoring", "audit"))],
        {"cases": cases},
        by=["source"],
        now=at(9),
    )
    counts = {m.group["source"]: m.value for m in found.of("case_volume")}
    assert counts == {str(source): 2 if source == "monitoring" else 1 for source in CaseSource}
    ours = KPIS["proactive_discovery_rate"].with_(internal=("monitoring", "audit"))
    assert measure([ours], {"cases": cases}, now=at(9)).one().value == 3 / 9


@pytest.mark.parametrize("field", ["description", "impact", "occurred_at", "owner"])
def test_a_report_says_what_where_when_and_who(field: str) -> None:
    """PB-06: a problem report without description, impact, time of occurrence or responsible person is refused."""
    told = attrs.asdict(REPORT)
    with pytest.raises(InvalidValue, match=f"{field} must be") as refused:
        event.Reported(**{**told, field: None})
    assert refused.value.field == field


def test_a_report_is_plain_fields_in_the_words_of_the_firm() -> None:
    """PB-07, PB-21: category, impact and priority stand apart, and fields make the same report again."""
    report = attrs.evolve(REPORT, category="line", priority="high")
    assert event.Reported(**attrs.asdict(report)) == report
    report = attrs.evolve(report, severity="minor")
    case = Case(history=[report, event.Received(at=at(1), by="desk")])
    case = case.record(event.Classified(at=at(2), by="desk", category="exchange", priority="urgent"))
    case = case.record(event.Classified(at=at(3), by="desk", severity="major"))
    assert (case.category, case.priority, case.severity) == ("exchange", Priority.URGENT, "major")
    whole = measure(["case_volume"], {"cases": [case]}, by=["severity"], now=at(9)).one()
    told = measure(["case_volume"], {"case_events": [case]}, by=["severity"], now=at(9)).one()
    assert whole.group == told.group == {"severity": "major"}
    assert case.report is not None
    assert (case.report.impact, case.report.category, case.report.priority) == (
        "one shop, 4 lines",
        "line",
        Priority.HIGH,
    )


def test_a_case_begins_with_a_contact() -> None:
    """PB-01: a case opens out of a call, with its customer, its type and its priority, and the call names the case."""
    call = Interaction(
        id=InteractionId("I-1"),
        customer=ANNA,
        channel="phone",
        agent=AgentId("A-1"),
        queued_at=at(-0.1),
        answered_at=at(-0.05),
        ended_at=at(0),
    )
    case, named = open_from(call, id="C-1", at=at(0), kind="request", category="line", priority="high")
    assert named == attrs.evolve(call, case=case.id)
    assert (case.customer, case.owner, case.channel, case.received_at) == (ANNA, "A-1", "phone", at(0))
    assert (case.kind, case.category, case.priority, case.status) == ("request", "line", Priority.HIGH, "received")
    assert contacts_of(case, [named]) == (named,)
    with pytest.raises(InvalidValue, match="name no case yet"):
        open_from(named, id="C-2")
    with pytest.raises(InvalidValue, match=r"category must be one of line \(got 'lnie'\); did you mean line"):
        open_from(call, id="C-2", category="lnie", vocabulary=Vocabulary(words={"category": ["line"]}))
    story = history_of(ANNA, cases=[case], interactions=[named])
    assert [entry.name for entry in story] == ["interaction", "case.opened"]


def agreed(targets: Iterable[Target]) -> Sla:
    """An agreement around the clock."""
    return Sla(name="desk", hours=BusinessHours.always(), targets=targets)


def test_urgent_problems_are_promised_more_by_service_and_customer() -> None:
    """PB-11, CU-08: the limit follows priority, kind of service and tier, and each tier's promises are counted."""
    sla = agreed(
        [
            Target(clock=Clock.RESOLUTION, within=48 * HOUR),
            Target(clock=Clock.RESOLUTION, within=24 * HOUR, match={"category": "line"}),
            Target(clock=Clock.RESOLUTION, within=8 * HOUR, priority="urgent", match={"category": "line"}),
            Target(
                clock=Clock.RESOLUTION, within=2 * HOUR, priority="urgent", match={"category": "line", "tier": "gold"}
            ),
        ]
    )
    kinds: list[tuple[str, str, str | None, int]] = [
        ("billing", "normal", None, 48),
        ("line", "normal", "gold", 24),
        ("line", "urgent", None, 8),
        ("line", "urgent", "gold", 2),
    ]
    cases = []
    for number, (category, priority, tier, hours) in enumerate(kinds):
        case = taken(f"C-{number}", category=category, priority=priority, tier=tier)
        assert sla.read(case, now=at(1))["resolution"].limit == hours * HOUR
        cases.append(closed(case, 4))
    kept = measure(["resolution_kept"], {"case_events": cases}, sla=sla, by=["tier"], now=at(5))
    shares = {m.group["tier"]: (m.value, m.n) for m in kept}
    assert shares == {"gold": (0.5, 2), None: (1.0, 2)}  # gold: 4 h of 24 kept, 4 h of 2 missed


def test_a_technical_problem_goes_to_those_who_can_and_stays_in_sight() -> None:
    """PB-08, PB-14, PB-18, PB-20: classified, handed to the technical team, escalated to experts, followed on."""
    hard = taken("C-1", category="exchange")
    for step in (
        event.HandedOver(at=at(3), by="A-2", to="T-1", team="exchanges", reason="software of the exchange"),
        event.Started(at=at(3), by="T-1"),
        event.Escalated(at=at(5), by="T-1", to="E-1", level=2, team="experts", reason="fault of the maker"),
        event.Replied(at=at(6), by="E-1"),
    ):
        hard = hard.record(step)
    hard = closed(hard, 8)
    moments = {hour: hard.as_of(at(hour)) for hour in (0.5, 2, 4, 5.5, 8)}
    assert {hour: (str(past.status), past.owner, past.team) for hour, past in moments.items()} == {
        0.5: ("classified", "A-1", None),
        2: ("handling", "A-2", "lines"),
        4: ("handling", "T-1", "exchanges"),
        5.5: ("handling", "E-1", "experts"),
        8: ("closed", "E-1", "experts"),
    }
    assert (moments[4].age(now=at(4)), hard.age(now=at(99))) == (4 * HOUR, 8 * HOUR)
    assert hard.escalated

    cases = [hard, *(closed(taken(f"C-{number}"), 2) for number in (2, 3, 4))]
    keys = ["escalation_rate", "first_line_rate", "reassignments_per_case", "resolution_time"]
    want = {"escalation_rate": 1 / 4, "first_line_rate": 3 / 4, "reassignments_per_case": 2 / 4}
    want["resolution_time"] = (8 + 2 + 2 + 2) / 4 * 3600
    for table in ("cases", "case_events"):
        assert {m.kpi: m.value for m in measure(keys, {table: cases}, now=at(9))} == want


def test_frequent_problems_and_those_that_come_back_are_known() -> None:
    """PB-17, PB-23: defects by category and cause, problems per 100 contacts, and the same cause within 30 days."""
    causes = ["wet cabinet"] * 3 + ["old cable"] + ["wrong bill"]
    days = [0, 20, 80, 0, 0]
    cases = [
        closed(
            taken(
                f"C-{number}",
                category="billing" if cause == "wrong bill" else "line",
                cause=cause,
                at=NINE + day * DAY,
                occurred_at=NINE + day * DAY,
            ),
            2,
        )
        for number, (cause, day) in enumerate(zip(causes, days, strict=True))
    ]
    calls = [Interaction(id=InteractionId(f"I-{n}"), channel="phone", queued_at=NINE + DAY) for n in range(40)]
    later = NINE + 200 * DAY
    incidence = measure(["problem_incidence"], {"cases": cases, "interactions": calls}, now=later)
    assert incidence.one().value == pytest.approx(100 * 5 / 40)
    back = measure([KPIS["recurrence_rate"].with_(window=30 * DAY)], {"cases": cases}, now=later).one()
    assert (back.value, back.n) == (1 / 5, 5)  # the first came back after 20 days; the second only after 60
    counts = measure(["case_volume"], {"cases": cases}, by=["category", "cause"], now=later)
    ranked = pareto(counts)
    assert (ranked[0].category, ranked[0].count) == (("line", "wet cabinet"), 3)
    assert [row.category for row in pareto(causes).vital_few(0.8)] == ["wet cabinet", "old cable"]


def test_categories_are_a_table_and_the_record_is_a_form() -> None:
    """SR-05: reports are checked against the declared table, numbers are grouped by its top, the form is plain data."""
    table = Categories.of({"hardware": {"router": ["router power", "router wifi"]}, "invoice": ["charged twice"]})
    report = attrs.evolve(REPORT, category="router wifi")
    assert table.check(report) is report
    with pytest.raises(InvalidValue, match="did you mean router wifi"):
        table.check(attrs.evolve(REPORT, category="router wi-fi"))
    ticket = Case.open(id="T-1", at=at(0), channel="web", category="invoise")
    assert isinstance(ticket.report, event.Opened)
    with pytest.raises(InvalidValue, match="did you mean invoice"):
        table.check(ticket.report)
    with pytest.raises(InvalidValue, match="did you mean invoice"):
        table.check(event.Classified(at=at(1), by="desk", category="invoise"))
    assert table.undeclared([ticket]) == (ticket,)
    names = ["router power", "router wifi", "charged twice"]
    cases = [
        Case(history=[attrs.evolve(REPORT, id=CaseId(f"C-{number}"), category=name)])
        for number, name in enumerate(names)
    ]
    assert table.undeclared(cases) == ()
    rows = [service_record(case, table) for case in cases]
    tops = [{"received_at": row["reported_at"], "top": (row["category_path"] or ["none"])[0]} for row in rows]
    found = measure(["case_volume"], {"cases": tops}, by=["top"], now=at(9))
    assert {m.group["top"]: m.value for m in found} == {"hardware": 2, "invoice": 1}
    assert (rows[1]["category_path"], rows[1]["impact"]) == (["hardware", "router", "router wifi"], REPORT.impact)


def test_each_site_is_watched_by_cases_and_answers() -> None:
    """SR-11: cases, contacts and answers know their site, so that each site is seen by itself.

    Lyon has two cases, one of them solved, and one satisfied of two; Nice has one of each, good.
    """
    happy = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
    steps: list[event.CaseEvent] = [
        event.Received(at=at(0), by="desk"),
        event.Classified(at=at(0), by="desk", category="router", priority="high"),
        event.Assigned(at=at(0), by="desk", to="A-1"),
        event.Started(at=at(0), by="A-1"),
        event.Resolved(at=at(2), by="A-1", solution="s", told_customer=True),
    ]
    cases = [
        Case(history=[attrs.evolve(REPORT, id=CaseId(f"C-{number}"), site=site), *(steps if solved else ())])
        for number, (site, solved) in enumerate([("Lyon", True), ("Lyon", False), ("Nice", True)])
    ]
    answers = [
        Answer(survey=SurveyId("Q2"), question=happy, customer=CustomerId(who), answered_at=at(3), score=n, site=site)
        for who, site, n in (("K-1", "Lyon", 5), ("K-2", "Lyon", 2), ("K-3", "Nice", 4))
    ]
    calls = [
        Interaction(id=InteractionId(f"I-{number}"), channel="store", queued_at=at(number), site=site)
        for number, site in enumerate(["Lyon", "Nice", "Nice"])
    ]
    satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    data = {"cases": cases, "answers": answers, "interactions": calls}
    found = measure(["resolution_rate", satisfied, "volume"], data, by=["site"], now=at(9))
    assert {(m.kpi, m.group["site"]): m.value for m in found} == {
        ("resolution_rate", "Lyon"): 0.5,
        ("resolution_rate", "Nice"): 1,
        ("csat", "Lyon"): 0.5,
        ("csat", "Nice"): 1,
        ("volume", "Lyon"): 1,
        ("volume", "Nice"): 2,
    }
    log = measure(["case_volume"], {"case_events": cases}, by=["site"], now=at(9))
    assert {m.group["site"]: m.value for m in log} == {"Lyon": 2, "Nice": 1}


def test_an_outage_closes_after_the_tickets_that_it_caused() -> None:
    """PB-10: a case is not at its end while its parts are not; one that was linked by mistake does not hold it up."""
    tickets = {name: Case.open(id=name, at=at(0), channel="web", site="Lyon") for name in ("T-1", "T-2", "T-3")}
    cause = taken("C-1", category="outage")
    for name in tickets:
        cause = cause.record(event.Linked(at=at(1), by="desk", to=CaseId(name), relation="child"))
    cause = cause.record(event.Unlinked(at=at(1), by="desk", to=CaseId("T-3")))  # another street
    told = event.Resolved(at=at(2), by="A-2", solution="power is back", told_customer=True)
    ended = event.Closed(at=at(3), by="A-2", unconfirmed="no answer in an hour")
    tickets["T-1"] = tickets["T-1"].record(told).record(ended)
    assert [case.id for case in open_children(cause, tickets.values())] == ["T-2"]
    with pytest.raises(IllegalTransition, match="children_closed must be True, or children_open the reason"):
        closed(cause, 4)
    tickets["T-2"] = tickets["T-2"].record(told).record(ended)
    assert open_children(cause, tickets.values()) == ()
    cause = cause.record(told).record(event.Verified(at=at(4), by="Q-1", effective=True, customer_confirmed=True))
    cause = cause.record(event.Closed(at=at(4), by="A-2", children_closed=True))
    assert (cause.status, cause.gaps()) == ("closed", ())
    found = measure(["verified_rate"], {"cases": [cause, *tickets.values()]}, now=at(9)).one()
    assert (found.value, found.n) == (1 / 3, 3)  # of three that ended, one was verified


def test_the_customer_is_told_how_it_goes_and_sees_only_that() -> None:
    """SR-04: progress is an event of its own that answers the customer; the view holds nothing internal."""
    case = taken().record(event.Replied(at=at(2), by="A-2", public=False, note="he is rude"))
    case = case.record(event.ProgressTold(at=at(3), by="A-2", progress="the card is ordered"))
    assert case.first_response_at == at(3)
    assert case.customer_view(now=at(2)).progress == ()
    view = case.customer_view(now=at(4))
    assert (view.status, view.progress) == ("in_progress", ((at(3), "the card is ordered"),))
    assert not any(word in repr(view) for word in ("A-2", "rude", "lines", "normal"))


def test_an_emergency_is_declared_told_coordinated_restored_and_reviewed() -> None:
    """SR-01: plan, all channels and an apology, three duties, decisions, restored, compensated, reviewed.

    It began ten minutes before nine and is over at half past ten: 100 minutes to restore.
    """
    outage = Incident(
        history=[
            outage_event.Declared(
                at=at(0),
                by="M-1",
                id="E-1",
                what="payments fail",
                plan="payments down",
                began_at=at(-1 / 6),
                cases=[CaseId("C-1")],
            ),
            outage_event.Announced(
                at=at(0.1), by="M-1", channels=["app", "phone", "shop"], text="we are sorry", apology=True
            ),
        ]
    )
    with pytest.raises(IllegalTransition, match="restored"):
        outage.record(outage_event.Restored(at=at(1.5), by="T-1", how="another bank"))
    duties = {"answer": AgentId("A-1"), "follow": AgentId("A-2"), "technical": AgentId("T-1")}
    for step in (
        outage_event.Coordinated(at=at(0.2), by="M-1", duties=duties),
        outage_event.Decided(at=at(0.5), by="M-1", decision="pay by invoice until noon"),
        outage_event.CasesAffected(at=at(1), by="A-2", cases=[CaseId("C-2"), CaseId("C-3")]),
        outage_event.Restored(at=at(1.5), by="T-1", how="another bank"),
        outage_event.Compensated(at=at(24), by="M-1", how="a voucher each", amount=Money("15", "EUR")),
        outage_event.Reviewed(at=at(48), by="M-1", lesson="a second bank from the start", improvements=["P-1"]),
    ):
        outage = outage.record(step)
    assert (str(outage.status), outage.open_duties, outage.cases) == ("reviewed", (), ("C-1", "C-2", "C-3"))
    assert outage.duties[IncidentDuty.TECHNICAL] == "T-1"
    assert [(decided.at, decided.by) for decided in outage.decisions] == [(at(0.5), "M-1")]
    assert outage.time_to_restore == 100 * HOUR / 60
    found = measure(["restore_time"], {"incidents": [outage]}, now=at(72)).one()
    assert found.value == 100 * 60
