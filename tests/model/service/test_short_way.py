"""The second way into a case: a ticket as most desks have it, whose steps may be left out and whose gaps are listed."""

import copy
import datetime as dt
import pickle
from typing import Any

import attrs
import pytest

from servqual import schema
from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import measure
from servqual.model import (
    BusinessHours,
    Case,
    CaseId,
    CaseStatus,
    Clock,
    Complaint,
    CustomerId,
    Sla,
    Target,
    open_children,
)
from servqual.model import case as event
from servqual.model.service.case_table import CASE_TRANSITIONS

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def opened(name: str = "T-1", **facts: Any) -> Case:
    """A ticket at nine."""
    return Case.open(id=name, at=NINE, channel="web", **facts)


def sample(name: str) -> event.CaseEvent:
    """An event of each name, an hour after nine."""
    content: dict[str, dict[str, Any]] = {
        "classified": {"priority": "P1"},
        "assigned": {"to": "A-2", "team": "lines"},
        "handed_over": {"to": "A-3", "reason": "shift"},
        "escalated": {"to": "E-1", "level": 2, "reason": "hard"},
        "waiting": {"on": "customer"},
        "resolved": {"solution": "restarted", "told_customer": True},
        "verified": {"effective": True, "customer_confirmed": True},
        "closed": {"unconfirmed": "no answer"},
        "reopened": {"reason": "again"},
    }
    kind = next(kind for kind in CASE_TRANSITIONS.events if kind.stored_name == name)
    made: event.CaseEvent = kind(at=NINE + HOUR, by="A-1", **content.get(name, {}))  # type: ignore[assignment]
    return made


# issue decision: classified, handed over and escalated stay; resolved from any unsolved status; reopened also from
# verifying. That a desk may assign and start without a classification, and assign anew, is ours.
WAYS = {
    "received": [],
    "assigned": ["assigned"],
    "handling": ["started"],
    "waiting": ["waiting"],
    "verifying": ["resolved"],
}
LEADS = {
    "received": {"assigned": "assigned", "started": "handling", "resolved": "verifying"},
    "assigned": {"assigned": "assigned", "started": "handling", "resolved": "verifying"},
    "handling": {"assigned": "handling", "resolved": "verifying"},
    "waiting": {"assigned": "waiting", "resolved": "verifying", "resumed": "received"},
    "verifying": {"assigned": "verifying", "reopened": "handling", "closed": "closed", "verified": "verified"},
}
STAYS = ("classified", "handed_over", "escalated")
NAMES = (*STAYS, "assigned", "started", "resumed", "resolved", "verified", "closed", "reopened")


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_each_step_of_the_short_way(status: str, name: str) -> None:
    """A step leads where the decision says; any other is refused and leaves the case equal."""
    case = opened()
    for step in WAYS[status]:
        case = case.record(sample(step))
    assert case.status == status
    leads = status if name in STAYS else LEADS[status].get(name)
    following = attrs.evolve(sample(name), at=NINE + 2 * HOUR)
    if leads is None:
        with pytest.raises(IllegalTransition):
            case.record(following)
    else:
        after = case.record(following)
        assert after.status == leads
        assert Case(history=after.history) == after


def test_an_early_step_of_the_short_way_is_refused_on_the_whole_way() -> None:
    """The table marks what holds only for cases that were opened."""
    reported = event.Reported(
        at=NINE, id=CaseId("C-1"), customer=CustomerId("K-1"), description="d", impact="i", occurred_at=NINE,
        owner="A-1", channel="web", source="feedback",
    )  # fmt: skip
    received = Case(history=[reported, event.Received(at=NINE, by="desk")])
    for name in ("assigned", "started", "resolved", "escalated", "handed_over", "closed"):
        with pytest.raises(IllegalTransition, match=name):
            received.record(sample(name))
    with pytest.raises(IllegalTransition, match="classified is allowed with this content: category and priority"):
        received.record(sample("classified"))


def test_closing_names_the_missing_fact() -> None:
    """Without the customer's word a reason is needed, and with it none is taken; the list of steps leaves it out."""
    solved = opened().record(sample("resolved"))
    with pytest.raises(IllegalTransition, match="with this content: unconfirmed for a reason") as refused:
        solved.record(event.Closed(at=NINE + DAY, by="desk"))
    assert "closed" not in refused.value.allowed
    assert "verified" in refused.value.allowed
    verified = solved.record(sample("verified"))
    with pytest.raises(IllegalTransition, match="closed is allowed with this content: unconfirmed left out"):
        verified.record(event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer"))
    assert verified.record(event.Closed(at=NINE + DAY, by="desk")).confirmed


def test_an_unsolved_case_does_not_offer_its_end() -> None:
    """Only an event of an export ends one of an export; a solved one offers it, for with a reason it closes."""
    case = opened()
    for name in ("assigned", "started", "waiting"):
        assert "closed" not in case.allowed
        case = case.record(sample(name))
    assert "closed" not in case.allowed
    with pytest.raises(IllegalTransition, match=r"while the case is waiting \(got closed\)$") as refused:
        case.record(event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer"))
    assert "closed" not in refused.value.allowed
    with pytest.raises(InvalidValue, match="imported must be False"):
        case.record(event.Closed(at=NINE + DAY, by=None, imported=True))
    assert "closed" in opened().record(sample("resolved")).allowed


def test_an_unconfirmed_end_is_never_verified() -> None:
    """Also where an earlier solution was verified before the case came back."""
    case = opened()
    for step in ("resolved", "verified"):
        case = case.record(sample(step))
    case = case.record(event.Closed(at=NINE + 2 * HOUR, by="A-1"))
    assert (case.confirmed, case.verified_at) == (True, NINE + HOUR)
    case = case.record(event.Reopened(at=NINE + 3 * HOUR, by="desk", reason="again"))
    case = case.record(event.Resolved(at=NINE + 4 * HOUR, by="A-1", solution="new card", told_customer=False))
    case = case.record(event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer"))
    assert (case.status, case.confirmed, case.verified_at) == (CaseStatus.CLOSED, False, None)
    assert case.resolved_at == NINE + 4 * HOUR
    assert measure(["verified_rate"], {"cases": [case]}, now=NINE + 9 * DAY).one().value == 0


def test_gaps_list_what_the_whole_way_would_hold() -> None:
    """The report at first, the steps from the solution on, the verification at the end; nothing on the whole way."""
    case = opened()
    assert case.gaps() == ("customer", "description", "impact", "occurred_at", "source", "owner")
    full = opened(
        customer="K-1", description="d", impact="i", occurred_at=NINE, owner="A-1", source="feedback", category="line",
        priority="P1",
    )  # fmt: skip
    assert full.gaps() == ()
    solved = full.record(sample("resolved"))
    assert solved.gaps() == ("assigned_at", "started_at")
    end = solved.record(event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer"))
    assert end.gaps() == ("assigned_at", "started_at", "effective", "customer_confirmed")


def test_own_fields_are_changed_by_events() -> None:
    """Set, emptied, tagged and untagged; the case keeps its status."""
    case = opened(attributes={"product": "router", "tenant": "T1"}, tags=["vip"])
    case = case.record(
        event.Changed(at=NINE + HOUR, by="A-1", attributes={"product": "phone"}, clear=["tenant"], tag=["b2b"])
    )
    case = case.record(event.Changed(at=NINE + 2 * HOUR, by="A-1", untag=["vip"]))
    assert case.attributes == {"product": "phone"}
    assert (case.tags, case.status) == (("b2b",), CaseStatus.RECEIVED)
    assert case.as_of(NINE).attributes == {"product": "router", "tenant": "T1"}


@pytest.mark.parametrize(
    "name",
    [
        *("priority", "channel", "owner", "case_id", "resolved_at", "status"),
        *("history", "stage", "confirmed", "duplicate_of"),
    ],
)
def test_an_attribute_named_like_a_field_is_refused(name: str) -> None:
    """A group or a target could mean either."""
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        opened(attributes={name: "x"})
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        opened().record(event.Changed(at=NINE, by="A-1", attributes={name: "x"}))


def test_a_parent_closes_after_its_children_or_says_why() -> None:
    """Links of either side make a child, an undone link makes none, and a closed child is not open."""
    parent = opened("P-1").record(event.Linked(at=NINE, by="desk", to=CaseId("T-1"), relation="child"))
    child = opened("T-1")
    other = opened("T-2").record(event.Linked(at=NINE, by="desk", to=CaseId("P-1"), relation="parent"))
    done = opened("T-3").record(event.Linked(at=NINE, by="desk", to=CaseId("P-1"), relation="parent"))
    done = done.record(event.Cancelled(at=NINE, by="desk", reason="withdrawn"))
    assert [case.id for case in open_children(parent, [parent, child, other, done, opened("T-4")])] == ["T-1", "T-2"]
    solved = parent.record(sample("resolved"))
    with pytest.raises(IllegalTransition, match="children_closed must be True") as refused:
        solved.record(event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer"))
    assert refused.value.code == "case.illegal_transition"
    ways: list[dict[str, Any]] = [{"children_closed": True}, {"children_open": "they wait for a part"}]
    for more in ways:
        closing = event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer", **more)
        assert solved.record(closing).status is CaseStatus.CLOSED
    alone = solved.record(event.Unlinked(at=NINE + HOUR, by="desk", to=CaseId("T-1")))
    assert alone.links == ()
    assert alone.record(event.Closed(at=NINE + DAY, by="desk", unconfirmed="no answer")).status is CaseStatus.CLOSED
    with pytest.raises(InvalidValue, match="children_open"):
        event.Closed(at=NINE, by="desk", children_closed=True, children_open="x")


@pytest.mark.parametrize(
    ("end", "facts"), [(event.Cancelled, {"reason": "withdrawn"}), (event.Duplicate, {"of": CaseId("P-2")})]
)
def test_any_end_of_a_parent_speaks_of_its_children(end: Any, facts: dict[str, Any]) -> None:
    """A parent that is withdrawn, or repeats another case, leaves no child behind unsaid."""
    parent = opened("P-1").record(event.Linked(at=NINE, by="desk", to=CaseId("T-1"), relation="child"))
    with pytest.raises(IllegalTransition, match=f"to end a case with children .got {end.stored_name} of 'P-1'") as told:
        parent.record(end(at=NINE + HOUR, by="desk", **facts))
    assert (told.value.status, told.value.event) == ("received", end.stored_name)
    assert end.stored_name not in told.value.allowed
    assert {"resolved", "handed_over"} <= {*told.value.allowed}
    for more in ({"children_closed": True}, {"children_open": "they go on alone"}):
        assert parent.record(end(at=NINE + HOUR, by="desk", **facts, **more)).status is CaseStatus.CANCELLED
    assert opened("P-1").record(end(at=NINE + HOUR, by="desk", **facts)).status is CaseStatus.CANCELLED
    with pytest.raises(InvalidValue, match="children_open"):
        end(at=NINE, by="desk", children_closed=True, children_open="x", **facts)


def test_an_open_case_is_handed_over_and_escalated_in_any_state() -> None:
    """After a verification, too, as long as it is not closed; the status stays."""
    handed = event.HandedOver(at=NINE + DAY, by="A-1", to="A-2", reason="end of shift")
    escalated = event.Escalated(at=NINE + DAY, by="A-1", to="A-3", level=2, reason="a question is left")
    case = opened()
    for step in (None, sample("resolved"), sample("verified")):
        case = case if step is None else case.record(step)
        for event_ in (handed, escalated):
            assert case.record(event_).status is case.status
    assert case.status is CaseStatus.VERIFIED
    closed = case.record(event.Closed(at=NINE + DAY, by="desk"))
    for event_ in (handed, escalated):
        with pytest.raises(IllegalTransition):
            closed.record(event_)


def test_progress_is_an_answer_that_the_customer_sees() -> None:
    """It stops the clock of the first response, and nothing internal is in the view."""
    case = opened(owner="A-1").record(event.Replied(at=NINE + MINUTE, by="A-1", public=False, note="angry"))
    case = case.record(event.ProgressTold(at=NINE + HOUR, by="A-1", progress="a technician comes at noon"))
    case = case.record(event.Waiting(at=NINE + 2 * HOUR, by="A-1", on="customer"))
    assert case.first_response_at == NINE + HOUR
    view = case.customer_view(now=NINE + 3 * HOUR)
    assert (view.status, view.progress) == ("waiting_for_you", ((NINE + HOUR, "a technician comes at noon"),))
    assert "A-1" not in repr(view)
    assert "angry" not in repr(view)
    assert case.customer_view(now=NINE).progress == ()
    told = case.record(event.Resolved(at=NINE + 4 * HOUR, by="A-1", solution="new card", told_customer=True))
    assert (told.customer_view(now=NINE + DAY).status, told.customer_view(now=NINE + DAY).solution) == (
        "solved",
        "new card",
    )
    untold = case.record(event.Resolved(at=NINE + 4 * HOUR, by="A-1", solution="new card", told_customer=False))
    assert (untold.customer_view(now=NINE + DAY).status, untold.customer_view(now=NINE + DAY).solution) == (
        "in_progress",
        None,
    )
    again = told.record(event.Reopened(at=NINE + 5 * HOUR, by="desk", reason="again"))
    assert (again.customer_view(now=NINE + DAY).status, again.customer_view(now=NINE + DAY).solution) == (
        "in_progress",
        None,
    )


def zendesk() -> list[Case]:
    """Tickets of a desk that knows only new, open, pending, solved and closed."""
    new = opened("Z-1", priority="high", attributes={"product": "router"})
    at = NINE + HOUR
    open_ = opened("Z-2", attributes={"product": "router"}).record(event.Started(at=at, by="A-1"))
    pending = opened("Z-3", attributes={"product": "phone"}).record(event.Replied(at=at, by="A-1"))
    pending = pending.record(event.Waiting(at=at, by="A-1", on="customer"))
    solved = opened("Z-4", attributes={"product": "phone"})
    solved = solved.record(event.Resolved(at=at, by="A-1", solution="reset", told_customer=True))
    closed = opened("Z-5", attributes={"product": "phone"}).record(event.Waiting(at=at, by="A-1", on="customer"))
    closed = closed.record(event.Resumed(at=at + HOUR, by="A-1"))
    closed = closed.record(event.Resolved(at=at + 2 * HOUR, by="A-1", solution="reset", told_customer=True))
    closed = closed.record(event.Closed(at=at + DAY, by="desk", unconfirmed="closed by the system after a day"))
    return [new, open_, pending, solved, closed]


def test_a_desk_with_five_statuses_lives_its_whole_life() -> None:
    """Statuses, clocks that pause, KPIs by its own fields from cases and from their log alike, and the stored form."""
    cases = zendesk()
    assert [case.status.value for case in cases] == ["received", "handling", "waiting", "verifying", "closed"]
    sla = Sla(
        name="zendesk",
        hours=BusinessHours.always(),
        pause_on="customer",
        targets=[
            Target(clock=Clock.FIRST_RESPONSE, within=90 * MINUTE),
            Target(clock=Clock.RESOLUTION, within=3 * HOUR),
            Target(clock=Clock.RESOLUTION, within=30 * MINUTE, match={"product": "router"}),
        ],
    )
    now = NINE + 2 * DAY
    states = [sla.read(case, now=now)[Clock.RESOLUTION].state.value for case in cases]
    assert states == ["breached", "breached", "paused", "met", "met"]
    assert sla.read(cases[4], now=now)[Clock.RESOLUTION].elapsed == 2 * HOUR
    kept = measure(["resolution_kept"], {"case_events": cases}, sla=sla, by=["product"], now=now)
    assert [kept.get("resolution_kept", product=name).value for name in ("router", "phone")] == [0, 1]
    found = measure(["case_volume", "cases_resolved", "verified_rate"], {"cases": cases}, by=["product"], now=now)
    assert found.get("case_volume", product="router").value == 2
    assert found.get("cases_resolved", product="phone").value == 2
    assert found.get("verified_rate", product="phone").value == 0
    assert [schema.loads(schema.dumps(case)) for case in cases] == cases
    folded = measure(["case_volume", "cases_resolved"], {"case_events": cases}, by=["product"], now=now)
    for kpi in ("case_volume", "cases_resolved"):
        for product in ("router", "phone"):
            one, other = folded.get(kpi, product=product), found.get(kpi, product=product)
            assert (one.value, one.n) == (other.value, other.n)


def test_values_stay_values() -> None:
    """A case, an agreement and its readings copy, pickle and show their name and status."""
    case = zendesk()[4]
    sla = Sla(
        name="s", hours=BusinessHours.always(), targets=[Target(clock="resolution", within=HOUR, match={"a": "b"})]
    )
    everyone = Sla(name="s", hours=BusinessHours.always(), targets=[Target(clock="resolution", within=HOUR)])
    for value in (case, sla, everyone.read(case, now=NINE + DAY)):
        assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value  # noqa: S301
        assert hash(copy.deepcopy(value)) == hash(value)
    assert repr(case) == "Case(id='Z-5', status='closed', history=<5 events>)"


def test_a_case_is_not_linked_to_itself() -> None:
    """Neither as its child nor as any other relation."""
    with pytest.raises(InvalidValue, match="to must name another case"):
        opened().record(event.Linked(at=NINE + HOUR, by="desk", to=opened().id, relation="child"))


def test_an_unread_child_is_not_taken_as_ended() -> None:
    """A list without a child that the parent names is refused, and the child is named."""
    parent = opened().record(event.Linked(at=NINE + HOUR, by="desk", to=CaseId("T-404"), relation="child"))
    with pytest.raises(InvalidValue, match="T-404"):
        event.open_children(parent, [])


def test_a_fact_that_no_opening_has_is_refused() -> None:
    """With the nearest names, in both ways to make a case."""
    with pytest.raises(InvalidValue, match="did you mean subject"):
        Case.open(id="T-1", at=NINE, channel="phone", subjct="slow line")  # type: ignore[call-arg]
    kinds: list[Any] = [Case, Complaint]
    for kind in kinds:
        with pytest.raises(
            InvalidValue, match=r"facts must name facts of Opened \(got 'colour'\); give the firm's own"
        ):
            kind.imported(id="T-1", received_at=NINE, colour=1)
        with pytest.raises(InvalidValue, match=r"\(got 'catgory'\).*did you mean category"):
            kind.open(id="T-1", at=NINE, channel="phone", catgory="line")
        with pytest.raises(InvalidValue, match=r"\(got 'imported'\); read an export with imported"):
            kind.open(id="T-1", at=NINE, channel="phone", imported=True)


@pytest.mark.parametrize("field", ["priority", "kind"])
def test_a_word_has_content(field: str) -> None:
    """Empty text is not a word of a firm."""
    with pytest.raises(InvalidValue, match=f"{field} must be a text with content"):
        Case.open(id="T-1", at=NINE, channel="phone", **{field: " "})  # type: ignore[arg-type]


def test_a_moment_before_the_beginning_is_refused_as_such() -> None:
    """What was true then, and what was known then, by the name of the argument."""
    for read in (opened().as_of, opened().known_by):
        with pytest.raises(InvalidValue, match=r"moment must not come before the beginning.*\(got .*\); ask"):
            read(NINE - DAY)


def test_nothing_is_known_before_the_beginning_was_recorded() -> None:
    """Also where a later event was recorded earlier: the message has the moment of the record."""
    begun = event.Opened(at=NINE, id=CaseId("T-1"), channel="phone", recorded_at=NINE + 3 * HOUR)
    case = Case(history=[begun, event.CustomerMessage(at=NINE + HOUR)])
    with pytest.raises(InvalidValue, match="beginning was recorded, 2026-05-04 12:00:00") as refused:
        case.known_by(NINE + 2 * HOUR)
    assert (refused.value.field, refused.value.got) == ("moment", NINE + 2 * HOUR)
    assert case.known_by(NINE + 3 * HOUR) == case
    assert case.as_of(NINE + 2 * HOUR) == case


def test_the_missing_moment_of_a_frame_is_no_moment() -> None:
    """Refused as an error of ours, and taken as missing in an export."""
    nat = pytest.importorskip("pandas").NaT
    with pytest.raises(InvalidValue, match="at must be a datetime with a zone"):
        Case.open(id="T-1", at=nat, channel="phone")
    with pytest.raises(InvalidValue, match="moment must be a datetime with a zone"):
        opened().as_of(nat)
    assert Case.imported(id="T-1", received_at=NINE, resolved_at=nat).resolved_at is None


def test_conditions_are_compared_with_their_types() -> None:
    """The number 1 is not the flag True, so two targets with them differ and stand in one agreement."""
    one, true = (Target(clock=Clock.RESOLUTION, within=HOUR, match={"n": value}) for value in (1, True))
    assert one != true
    assert one == Target(clock=Clock.RESOLUTION, within=HOUR, match={"n": 1})
    assert len(Sla(name="both", hours=BusinessHours.always(), targets=[one, true]).targets) == 2


def test_tags_are_trimmed() -> None:
    """As KPIs read them, so that a target and a KPI find the same cases."""
    case = Case.open(id="T-1", at=NINE, channel="phone", tags=[" vip", "vip "])
    assert case.tags == ("vip",)
    assert case.record(event.Changed(at=NINE, by="desk", untag=[" vip"])).tags == ()
    assert Target(clock=Clock.RESOLUTION, within=HOUR, match={"tags": "vip "}).match["tags"] == ("vip",)


def test_the_own_fields_of_an_opening_can_be_amended() -> None:
    """All of them at once, and the correction is stored like any other."""
    case = Case.open(id="T-1", at=NINE, channel="phone", attributes={"product": "router"})
    wrong = event.Amended(
        at=NINE + HOUR, by="desk", event="opened", happened_at=NINE, reason="slip",
        changes={"attributes": {"product": "phone"}},
    )  # fmt: skip
    amended = case.record(wrong)
    assert amended.attributes == {"product": "phone"}
    assert schema.loads(schema.dumps(amended)) == amended
