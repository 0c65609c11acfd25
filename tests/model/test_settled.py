"""States that cannot be built, in rooms across the model; each was once found by somebody who tried."""

import copy
import datetime as dt
import pickle
from collections.abc import Callable

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    ActionItem,
    AgentId,
    Appraisal,
    BusinessHours,
    Case,
    CaseId,
    Complaint,
    ComplaintId,
    ComplaintStatus,
    CustomerId,
    FeedbackId,
    FixedDay,
    Headcount,
    Indicator,
    Meeting,
    MeetingId,
    Member,
    Money,
    Objective,
    Procedure,
    Purchase,
    Question,
    Rating,
    Role,
    Scale,
    Skill,
    Sla,
    Step,
    Target,
    Team,
    suggest_assignee,
    what_if,
)
from servqual.model import action_item as items
from servqual.model import appraisal as rated
from servqual.model import case as told
from servqual.model import complaint as event
from servqual.model import feedback as told_us
from servqual.model import meeting as meets
from servqual.model import standard as text
from servqual.model import survey as asks
from servqual.model.people.score import points
from servqual.model.sla.clocks import STANDARD

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
    with pytest.raises(InvalidValue, match="recorded_at must lie before the score"):
        found.record(late)
    assert found.score().value == 70.0


def test_an_appraisal_stays_that_of_its_member() -> None:
    """A new scheme may weigh anew, not judge somebody else."""
    mine = Appraisal(history=[scheme()])
    with pytest.raises(InvalidValue, match="member must stay"):
        mine.record(rated.SchemeSet(
            at=NINE + HOUR, by="M-1", member=AgentId("A-2"), period=QUARTER, weights={"csat": 1.0}, rater_weights={},
        ))  # fmt: skip


def test_an_indicator_has_one_source_and_is_missing_or_found() -> None:
    """No number overrides another without a word."""
    twice = rated.DataCollected(
        at=NINE + HOUR, by="M-1", scores={"csat": 80, "ratings": 100}, ratings=(Rating(by="peer", score=0),)
    )
    with pytest.raises(InvalidValue, match="scores must be left out"):
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
    "agenda": lambda: meets.Noticed(at=NINE, by="M", id=MeetingId("W"), theme="calls", agenda=[]),
    "present": lambda: meets.Held(at=NINE, by="M", present=[]),
    "departments": lambda: asks.FedBack(at=NINE, by="M", departments=[]),
    "at_least": lambda: Headcount(role=Role.AGENT, at_least=-1),
    "at_most": lambda: Headcount(role=Role.AGENT, at_most="two"),  # type: ignore[arg-type]
    "stars": lambda: told_us.Received(at=NINE, id=FeedbackId("F"), source="online_rating", stars=6),
    "within": lambda: Step(name="hear", within=5),  # type: ignore[arg-type]
    "level": lambda: told.Escalated(at=NINE, by="A", to="B", level=1, reason="hard"),
    "opened_by": lambda: told.Reported(
        at=NINE, id=CaseId("C"), customer=CustomerId("K"), description="d", impact="i", occurred_at=NINE, owner="A",
        channel="phone", source="feedback", opened_by="nobody",  # type: ignore[arg-type]
    ),
    "version": lambda: scheme(version=0),
    "better": lambda: Indicator(kpi="k", goal=1.0, better="more"),
    "amount": lambda: Purchase(customer=CustomerId("K"), at=NINE, amount=5),  # type: ignore[arg-type]
    "weight": lambda: Objective(what="a", progress=0.5, weight="1"),  # type: ignore[arg-type]
    "at_close": lambda: attrs.evolve(STANDARD, at_close="close"),  # type: ignore[arg-type]
    "reversed": lambda: Question(
        key="q", kind="nps", text="would you?", scale=Scale(low=0, high=10), reversed=True
    ),
}  # fmt: skip


@pytest.mark.parametrize("field", BAD)
def test_facts_are_what_they_say(field: str) -> None:
    """A truth is True or False, a date a date, a number in its range; each error has its code, field and value."""
    with pytest.raises(InvalidValue, match=r"\(got ") as refused:
        BAD[field]()
    assert (refused.value.field, refused.value.code) == (field, "value.invalid")


@pytest.mark.parametrize("blank", ["", "  ", 5])
def test_texts_in_a_list_say_something(blank: str) -> None:
    """A department, a line of an agenda, somebody present: none is blank, and none is a number."""
    for make in (
        lambda: asks.FedBack(at=NINE, by="M", departments=["sales", blank]),
        lambda: meets.Noticed(at=NINE, by="M", id=MeetingId("W"), theme="calls", agenda=[blank, "two cases"]),
        lambda: meets.Held(at=NINE, by="M", present=[AgentId(blank)]),
        lambda: Step(name="hear", checklist=[blank]),
    ):
        with pytest.raises(InvalidValue, match="must all have content") as refused:
            make()
        assert refused.value.got == blank


def test_skills_are_found_by_name_too() -> None:
    """A skill that was given as text is the skill of that name, for a member, a need, and the choice of an assignee."""
    ada = Member(id=AgentId("A-1"), name="Ada", skills={"text": 3, "billing": 1})
    bob = Member(id=AgentId("A-2"), name="Bob", skills={Skill("text"): 4})
    assert (ada.level("text"), ada.level(Skill("text")), bob.level("text"), ada.level("music")) == (3, 3, 4, 0)
    assert ada.match({Skill("text"): 3, Skill("billing"): 2}) == ada.match({"text": 3, "billing": 2}) == 0.5
    team = Team(name="north", members=[ada, bob])
    chosen = suggest_assignee(team, needs={"text": 4}, load={})
    assert chosen == bob
    assert ada == Member(id=AgentId("A-1"), name="Ada", skills={Skill("text"): 3, Skill("billing"): 1})


def test_a_dropped_version_names_nothing_any_more() -> None:
    """After a draft is given up the standard is what it was: version, draft, indicators and status."""
    quick = Indicator(name="quick", kpi="first_response_kept", goal=0.9)
    one = text.Drafted(at=NINE, by="M", name="Support", version="1", departments=("desk",), indicators=(quick,))
    standard = text.ServiceStandard(history=[one])
    for step in (
        text.Reviewed(at=NINE + HOUR, by="D", department_head=True, passed=True),
        text.Confirmed(at=NINE + 2 * HOUR, by="D", how="internal_review"),
        text.Published(at=NINE + 3 * HOUR, by="M"),
    ):
        standard = standard.record(step)
    two = attrs.evolve(one, at=NINE + 4 * HOUR, version="2", indicators=())
    drafting = standard.record(two).record(attrs.evolve(two, at=NINE + 5 * HOUR, version="2b"))
    assert (drafting.version, drafting.indicators, drafting.status) == ("2b", (quick,), "draft")
    dropped = drafting.record(text.Dropped(at=NINE + 6 * HOUR, by="M", reason="too dear"))
    assert (dropped.version, dropped.draft, dropped.status) == ("1", one, "in_use")
    assert [held.text.version for held in dropped.versions] == ["1"]
    again = dropped.record(attrs.evolve(two, at=NINE + 7 * HOUR))
    assert again.version == "2"


def test_the_follow_up_of_a_meeting_names_its_items_and_loses_none() -> None:
    """An open item has to go somewhere first; items of other meetings are left out."""
    w19, w20 = MeetingId("W-19"), MeetingId("W-20")
    meeting = Meeting(
        history=[
            meets.Noticed(at=NINE, by="M", id=w19, theme="repeat calls", agenda=["two cases"]),
            meets.Held(at=NINE + HOUR, by="M", present=[AgentId("A-1")]),
        ]
    )
    first, second, other = (
        ActionItem(
            history=[
                items.Agreed(
                    at=NINE + HOUR, by="M", id=name, what="w", owner=AgentId("A-1"), due=QUARTER[1], meeting=where
                )
            ]
        )
        for name, where in (("1", w19), ("2", w19), ("3", w20))
    )  # fmt: skip
    first = first.record(items.Done(at=NINE + 2 * HOUR, by="A-1", result="done"))
    assert meeting.action_items == ()
    with pytest.raises(InvalidValue, match=r"W-19 is followed up \(got '2'") as refused:
        items.follow_up(meeting, [first, second, other], at=NINE + 3 * HOUR, by="M")
    assert (refused.value.field, refused.value.got) == ("items", "2")
    carried = items.carry_over([second], to=w20, due=QUARTER[1], at=NINE + 2 * HOUR, by="M")
    followed = items.follow_up(meeting, [first, *carried, other], at=NINE + 3 * HOUR, by="M")
    assert (followed.status, followed.action_items) == ("followed_up", ("1", "2"))
    assert carried[0].meetings == (w19, w20)


def test_an_objective_weighs_something_finite() -> None:
    """Infinity over infinity is no score."""
    with pytest.raises(ValueError, match="inf"):
        Objective(what="a", progress=0.5, weight=float("inf"))


BERLIN = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"}, holidays=[FixedDay(month=5, day=1)])
SLA = Sla(
    name="s",
    hours=BusinessHours.always(),
    targets=[
        Target(clock="next_response", within=HOUR / 2, warn_at=0.5),
        Target(clock="next_response", within=HOUR, match={"channel": "phone"}, hours=BERLIN),
    ],
)


def waiting_case(messages: int) -> Case:
    """A case in which the customer wrote, and was answered, some times."""
    report = told.Reported(
        at=NINE,
        id=CaseId("C-1"),
        customer=CustomerId("K-1"),
        description="no dial tone",
        impact="one site",
        occurred_at=NINE,
        owner="A-1",
        channel="phone",
        source="feedback",
    )
    life: list[told.CaseEvent] = [report]
    for number in range(messages):
        at = NINE + (2 * number + 1) * HOUR / 9
        life += [told.CustomerMessage(at=at), told.Replied(at=at + HOUR / 9, by="A-1")]
    return Case(history=life)


def test_a_reading_compares_and_hashes_each_of_its_cycles_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the cycles cost twice the look-ups, where each cycle has the earlier ones in it."""

    def looked_up(cycles: int) -> int:
        one, two = (SLA.read(waiting_case(cycles), now=NINE + 99 * HOUR)["next_response"] for _ in "ab")
        looks = [0]

        def counted(target: Target) -> int:
            looks[0] += 1
            return len(target.warn_at)

        monkeypatch.setattr(Target, "__hash__", counted)
        assert one == two
        assert hash(one) == hash(two)
        assert one != attrs.evolve(one, earlier=one.earlier[1:])
        assert len(one.cycles) == cycles
        return looks[0]

    assert looked_up(24) == 3 * looked_up(8) == 48


TRAVELLERS = [
    Scale(low=1, high=5, anchors={1: "poor", 5: "good"}),
    Procedure(name="enquiry", steps=(Step(name="hear", role=Role.AGENT), Step(name="solve", role=Role.AGENT))),
    complaint(),
    *SLA.targets,
    SLA,
    SLA.conventions,
    *SLA.conventions.rules.values(),
    waiting_case(3),
    SLA.read(waiting_case(3), now=NINE + 9 * HOUR)["next_response"],
    *SLA.read(waiting_case(3), now=NINE + 9 * HOUR)["next_response"].ledger,
    what_if([waiting_case(3)], SLA, attrs.evolve(SLA, hours=SLA.hours | BERLIN), now=NINE + 9 * HOUR),
    BERLIN,
    attrs.evolve(BERLIN, counting="wall"),
    BERLIN | SLA.hours,
    BusinessHours.during([(None, BERLIN), (NINE, SLA.hours)]),
    Money("12.50", "EUR"),
]


@pytest.mark.parametrize("value", TRAVELLERS, ids=lambda value: type(value).__name__)
def test_values_copy_and_pickle(value: object) -> None:
    """Also those that hold read-only mappings."""
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  (our own bytes)
