"""The story of a service process: its steps, map and blueprint, how it is kept, watched and audited."""

import datetime as dt

import attrs
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, attainment, funnel, measure
from servqual.model import (
    Audit,
    AuditId,
    Blueprint,
    BlueprintStep,
    CaseId,
    Indicator,
    KeyLink,
    Line,
    Passage,
    Procedure,
    ProcedureRun,
    Role,
)
from servqual.model import audit as audit_event
from servqual.model import procedure_run as run_event
from servqual.presets import example_procedures

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SOLVE = Indicator(name="solve", kpi="resolution_rate", goal=0.95)

ENQUIRY = Procedure(
    name="enquiry",
    steps=[
        attrs.evolve(step, role=role, within=limit, guide="see the manual", checklist=items, indicators=("step_kept",))
        for step, role, limit, items in zip(
            example_procedures()["enquiry"].steps,
            [Role.AGENT, Role.AGENT, Role.AGENT, Role.TECH_SUPPORT, Role.AGENT],
            [5 * MINUTE, 10 * MINUTE, 30 * MINUTE, 4 * HOUR, DAY],
            [(), ("need in writing",), (), (), ("rating asked",)],
            strict=True,
        )
    ],
)


def run(*minutes: int, role: Role = Role.TECH_SUPPORT) -> dict[str, Passage]:
    """A run whose steps take so many minutes each, one after the other, with all items ticked."""
    passages, start = {}, MONDAY
    for step, length in zip(ENQUIRY.steps, minutes, strict=False):
        end = start + length * MINUTE
        done_by = role if step.role is Role.TECH_SUPPORT else step.role
        passages[step.name] = Passage(start=start, end=end, role=done_by, ticked=step.checklist)
        start = end
    return passages


def test_each_step_has_a_duty_a_limit_a_guide_and_a_checklist() -> None:
    """ST-06, ST-18, ST-36: a run is held against them, and each fault is told by its step."""
    assert (ENQUIRY.unclear, len(example_procedures()["enquiry"].unclear)) == ((), 5)
    assert {step.guide for step in ENQUIRY.steps} == {"see the manual"}
    assert [step.name for step in ENQUIRY.duties[Role.TECH_SUPPORT]] == ["problem solving"]
    assert ENQUIRY.check(run(5, 10, 30, 240, 60)).conforms

    late = ENQUIRY.check(run(5, 11, 30, 241, 60))
    assert [step.name for step in late.late] == ["need confirmation", "problem solving"]
    assert [step.name for step in ENQUIRY.check(run(5, 5, 5, 5, 5, role=Role.AGENT)).wrong_role] == ["problem solving"]
    assert [step.name for step in ENQUIRY.check(run(5, 5, 5)).missing] == ["problem solving", "service feedback"]
    loose = run(5, 5, 5, 5, 5)
    loose["need confirmation"] = attrs.evolve(loose["need confirmation"], ticked=())
    assert dict(ENQUIRY.check(loose).unticked) == {"need confirmation": ("need in writing",)}


def test_the_five_phases_of_the_service_process_come_in_order() -> None:
    """ST-19: needs, strategy, service, feedback, optimisation; a phase that begins too soon is told."""
    phases = example_procedures()["service process"]
    names = [step.name for step in phases.steps]
    assert len(names) == 5
    in_turn = {name: (MONDAY + number * DAY, MONDAY + (number + 1) * DAY) for number, name in enumerate(names)}
    assert phases.check(in_turn).conforms
    hasty = in_turn | {names[4]: (MONDAY, MONDAY + HOUR)}
    assert [step.name for step in phases.check(hasty).out_of_order] == [names[4]]


def test_the_service_process_is_lived_through_and_begins_again() -> None:
    """ST-19: a run goes through the five phases in their order and ends with the last; the next one starts anew."""
    phases = example_procedures()["service process"]
    for number in (1, 2):
        run = ProcedureRun(history=[run_event.Started(at=MONDAY, by="A-1", id=f"R-{number}", procedure=phases)])
        for place, step in enumerate(phases.steps):
            assert [each.name for each in run.next_steps] == [step.name]
            begun = MONDAY + place * DAY
            run = run.record(run_event.StepBegun(at=begun, by="A-1", step=step.name, role=step.role))
            run = run.record(run_event.StepEnded(at=begun + HOUR, by="A-1", step=step.name, ticked=step.checklist))
        assert run.next_steps == ()
        assert run.check(now=MONDAY + 5 * DAY).conforms


def test_the_map_shows_bottleneck_and_contacts() -> None:
    """ST-24, ST-25: the way through the process, the step with most of the time, and the links that decide success."""
    assert ENQUIRY.edges[0] == ("consultation", "need confirmation")
    assert len(ENQUIRY.edges) == 4
    found = ENQUIRY.check(run(5, 10, 5, 60, 20))
    assert found.bottleneck is not None
    assert (found.bottleneck.name, found.shares["problem solving"]) == ("problem solving", 0.6)
    assert "consultation (front-line agent, 5 min)" in ENQUIRY.diagram()
    links = [step.link for step in ENQUIRY.steps]
    assert links == [KeyLink.CONTACT, KeyLink.CONTACT, KeyLink.DELIVERY, KeyLink.DELIVERY, KeyLink.FEEDBACK]


def test_the_blueprint_shows_who_acts_where_the_customer_sees_it() -> None:
    """ST-23: duty of each member in its lane, contacts with the customer, and what nobody answers."""
    repair = Blueprint(
        name="repair",
        steps=[
            BlueprintStep(name="ask", lane="customer"),
            BlueprintStep(name="take in", lane="front_stage", role=Role.AGENT),
            BlueprintStep(name="mend", lane="back_stage", role=Role.TECH_SUPPORT),
            BlueprintStep(name="send photo", lane="customer", after=("ask",)),
            BlueprintStep(name="collect", lane="customer", after=("mend", "send photo")),
        ],
    )
    assert repair.crossings(Line.INTERACTION) == (("ask", "take in"), ("mend", "collect"))
    assert repair.crossings(Line.VISIBILITY) == (("take in", "mend"), ("mend", "collect"))
    assert [step.name for step in repair.unanswered] == ["send photo"]


def test_every_step_is_watched_by_indicators() -> None:
    """ST-40: quality is watched inside the process, so that each link meets what is expected of it."""
    kept = Indicator(name="step_kept", kpi="step_kept", goal=0.9)
    watched = ENQUIRY.watched_by([kept, SOLVE])
    assert set(watched.values()) == {(kept,)}
    with pytest.raises(InvalidValue, match="indicators of 'consultation'"):
        ENQUIRY.watched_by([SOLVE])
    due = MONDAY + HOUR
    late = {"consultation": 0, "need confirmation": 0, "service response": 2, "problem solving": 5}
    rows = [(name, due + HOUR if number < count else due) for name, count in late.items() for number in range(10)]
    steps = {"step": [name for name, _ in rows], "due_at": [due] * 40, "ended_at": [ended for _, ended in rows]}
    met = {
        name: attainment(watched[name], {"steps": steps}, where={"step": name}, now=due + DAY)[0].met for name in late
    }
    assert met == {
        "consultation": True,
        "need confirmation": True,
        "service response": False,
        "problem solving": False,
    }


def test_the_process_is_assessed_by_time_and_by_what_was_right_at_once() -> None:
    """ST-30, QM-03: which step takes the time, and which has to be done again."""
    steps = {
        "step": ["ask", "solve"] * 4,
        "started_at": [MONDAY] * 8,
        "ended_at": [MONDAY + 10 * MINUTE, MONDAY + 30 * MINUTE] * 4,
        "reworked": [False, True, False, False, False, False, False, False],
    }
    share = KPIS["step_time_share"].with_(steps=("solve",))
    assert measure([share], {"steps": steps}).one().value == 0.75
    right = measure(["first_pass_yield"], {"steps": steps}, by=["step"])
    assert {m.group["step"]: m.value for m in right} == {"ask": 1, "solve": 0.75}


def test_one_standard_at_every_site() -> None:
    """ST-26: how consistently the process is kept, and which sites differ by more than chance."""
    kept = {"north": 95, "east": 93, "west": 96, "south": 60}
    cases = {
        "received_at": [MONDAY] * 400,
        "site": [site for site in kept for _ in range(100)],
        "procedure_followed": [number < count for count in kept.values() for number in range(100)],
    }
    found = measure(["procedure_followed_rate"], {"cases": cases}, by=["site"])
    assert {m.group["site"]: m.value for m in found} == {site: count / 100 for site, count in kept.items()}
    rows = funnel(found, "procedure_followed_rate", overall=0.95)
    assert [(row.measured.group["site"], row.side) for row in rows if row.outside] == [("south", "worse")]


@pytest.mark.parametrize(
    ("kind", "evidence"), [("process_audit", "process_audit"), ("process_review", "case_analysis")]
)
def test_an_audit_of_the_process_ends_when_every_finding_is_answered(kind: str, evidence: str) -> None:
    """ST-29, ST-34: review and audit come by their rhythm, find slow steps, and each becomes a case or a plan."""
    slow = audit_event.Finding(name="slow", text="answers take an hour", evidence=evidence)
    plan = audit_event.Planned(
        at=MONDAY,
        by="Q-1",
        id=AuditId("R-1"),
        kind=kind,
        subject="enquiry",
        due=dt.date(2026, 5, 29),
        every="half_yearly",
    )
    audit = Audit(history=[plan])
    assert [audit.overdue(today=dt.date(2026, 5, day)) for day in (29, 30)] == [False, True]
    audit = audit.record(audit_event.Held(at=MONDAY + DAY, by="Q-1", findings=[slow]))
    end = audit_event.Closed(at=MONDAY + 9 * DAY, by="Q-1")
    with pytest.raises(InvalidValue, match="no answer to slow"):
        audit.record(end)
    answer = audit_event.Corrected(
        at=MONDAY + 8 * DAY,
        by="M-1",
        finding="slow",
        how="two more people at noon",
        improvement="P-1",
        case=CaseId("C-1"),
    )
    closed = audit.record(answer).record(end)
    assert (str(closed.status), dict(closed.improvements), answer.case) == ("closed", {"slow": "P-1"}, "C-1")
    # held on 5 May, so the next is due half a year later
    assert closed.next_due(zone="UTC") == dt.date(2026, 11, 5)
    again = closed.following(id=AuditId("R-2"), at=MONDAY + 10 * DAY, by="Q-1", zone="UTC")
    assert (str(again.plan.kind), again.plan.due, again.plan.subject) == (kind, dt.date(2026, 11, 5), "enquiry")


def test_every_link_of_a_running_process_is_recorded_and_tracked_live() -> None:
    """SR-02: a run shows at any moment which step is late, which is missing and who had it, and feeds the step KPIs.

    Consultation may take 5 minutes and takes 4; need confirmation may take 10, begins at 4 and ends at 18.
    """
    told: list[run_event.ProcedureRunEvent] = [
        run_event.Started(at=MONDAY, by="A-1", id="R-1", procedure=ENQUIRY, case=CaseId("C-1")),
        run_event.StepBegun(at=MONDAY, by="A-1", step="consultation", role=Role.AGENT),
        run_event.StepEnded(at=MONDAY + 4 * MINUTE, by="A-1", step="consultation"),
        run_event.StepBegun(at=MONDAY + 4 * MINUTE, by="A-2", step="need confirmation", role=Role.AGENT),
    ]
    live = ProcedureRun(history=told)
    assert [len(live.check(now=MONDAY + minute * MINUTE).late) for minute in (14, 15)] == [0, 1]
    assert [step.name for step in live.check(now=MONDAY + 15 * MINUTE).missing] == [
        "service response",
        "problem solving",
        "service feedback",
    ]
    ended = run_event.StepEnded(
        at=MONDAY + 18 * MINUTE, by="A-2", step="need confirmation", ticked=("need in writing",)
    )
    run = live.record(ended)
    assert dict(run.done_by) == {"consultation": "A-1", "need confirmation": "A-2"}
    assert [step.name for step in run.next_steps] == ["service response"]
    found = measure(["step_kept"], {"steps": [run]}, by=["step", "agent"], now=MONDAY + HOUR)
    assert found.equals(measure(["step_kept"], {"steps": run.rows()}, by=["step", "agent"], now=MONDAY + HOUR))
    assert {(m.group["step"], m.group["agent"]): m.value for m in found} == {
        ("consultation", "A-1"): 1,
        ("need confirmation", "A-2"): 0,
    }
