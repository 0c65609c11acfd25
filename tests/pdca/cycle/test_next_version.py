"""The next version of a standard: nothing retyped, and no promise that was not kept."""

import datetime as dt
from typing import Any

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue, OutOfOrder
from servqual.metrics import KPIS, Tally, tally
from servqual.model import BusinessHours, Indicator, ServiceStandard, StandardStatus
from servqual.model.standards import standard as event
from servqual.pdca import Action, Adjust, Outcome, Plan, Standardise, compare


def day(month: int, number: int) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, tzinfo=dt.UTC)


QUICK = Indicator(name="quick", kpi="first_response_kept", goal=0.9, within=dt.timedelta(hours=1))
SOLVE = Indicator(name="solve", kpi="resolution_rate", goal=0.65, reason="a promise", due=dt.date(2026, 12, 31))
TEXT = event.Drafted(
    at=day(1, 5), by="M-1", name="Support", version="1", departments=("desk",), indicators=(QUICK, SOLVE),
    process="take, solve, close", documents=("manual",), note="first",
)  # fmt: skip
SUPPORT = ServiceStandard(
    history=[
        TEXT,
        event.Reviewed(at=day(1, 6), by="D-1", department_head=True, passed=True),
        event.Confirmed(at=day(1, 7), by="D-1", how="internal_review"),
        event.Published(at=day(1, 8), by="M-1"),
    ]
)
PLAN = Plan(
    id="Q-1", subject="solve what we take on", owner="M-1", at=day(3, 20), kpi="resolution_rate", baseline=0.6,
    goal=0.7,
    hypothesis="parts in stock",
    actions=(Action(what="order", owner="A-1", due=dt.date(2026, 4, 10), criterion="x"),),
)  # fmt: skip


LIMITS = {days: KPIS["resolution_kept"].with_(within=dt.timedelta(days=days)) for days in (1, 2, 3)}
ONE, TWO = (Indicator(name=f"{n}", kpi="resolution_kept", goal=0.5, within=dt.timedelta(days=n)) for n in (1, 2))


def outcome(judged: Any, *, plan: Plan = PLAN, act: Any = None, **facts: Any) -> Outcome:
    """An outcome of the third of June; the value after is 0.75."""
    do = plan.start(at=day(4, 1)).complete("order", at=day(4, 9), evidence="x")
    check = do.check(judged(**({"kpi": plan.kpi} | facts)), at=day(6, 2), findings="x")
    return check.act(act or Standardise(standard="Support", version="2"), at=day(6, 3))


def test_the_text_is_that_of_the_version_before(judged: Any) -> None:
    """But for version, author, moment and the goal that was reached; the old goals hold until it is published."""
    new = outcome(judged).apply(SUPPORT)
    assert (new.status, new.version, new.draft.by, new.draft.at) == (StandardStatus.DRAFT, "2", "M-1", day(6, 3))
    assert new.draft.indicators == (QUICK, attrs.evolve(SOLVE, goal=0.7))
    same = attrs.evolve(new.draft, at=TEXT.at, version="1", indicators=TEXT.indicators, note="first")
    assert same == TEXT
    assert (new.indicators, SUPPORT.version) == ((QUICK, SOLVE), "1")
    for step in (
        event.Reviewed(at=day(6, 4), by="D-1", department_head=True, passed=True),
        event.Confirmed(at=day(6, 5), by="D-1", how="internal_review"),
        event.Published(at=day(6, 6), by="M-1"),
    ):
        new = new.record(step)
    assert [version.text.version for version in new.versions] == ["1", "2"]
    assert [indicator.goal for indicator in new.indicators_at(day(6, 5))] == [0.9, 0.65]
    assert [indicator.goal for indicator in new.indicators_at(day(6, 7))] == [0.9, 0.7]


def test_parts_that_the_act_names_read_differently(judged: Any) -> None:
    """And only those; parts that a standard does not have, or that follow from the plan, are refused."""
    act = Standardise(
        standard="Support", version="2", changes={"process": "order on Friday", "documents": ["manual 2"]}
    )
    draft = outcome(judged, act=act).apply(SUPPORT).draft
    assert (draft.process, draft.documents, draft.departments) == ("order on Friday", ("manual 2",), ("desk",))
    with pytest.raises(InvalidValue, match="changes must be one of process"):
        Standardise(standard="Support", version="2", changes={"indicators": ()})
    parts = {"process": "order on Friday", "documents": ["manual 2"]}
    kept = Standardise(standard="Support", version="2", changes=parts)
    parts["process"], parts["documents"] = "never", []
    assert dict(kept.changes) == {"process": "order on Friday", "documents": ("manual 2",)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"process": 5}, r"changes\[process\] must be a text"),
        ({"process": ["order"]}, r"changes\[process\] must be a text"),
        ({"documents": "manual"}, "must be a list of texts"),
        ({"documents": [" "]}, "must all have content"),
        ("process", "changes must be a mapping"),
        ([("process", "x")], "changes must be a mapping"),
    ],
)
def test_what_a_standard_cannot_hold_is_refused_by_the_act(changes: Any, words: str) -> None:
    """And not only when the version is written."""
    with pytest.raises(InvalidValue, match=words):
        Standardise(standard="Support", version="2", changes=changes)


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [(0.65, 0.75, 0.7), (0.65, 0.72, 0.7), (0.65, 0.71, 0.65), (0.8, 0.75, 0.8), (None, 0.75, 0.7), (0.65, None, 0.65)],
)
def test_a_promise_is_raised_only_to_what_was_reached(judged: Any, old: Any, value: Any, new: Any) -> None:
    """A goal that was not surely reached (71 %, 69 to 73) stays out of it, and a stricter one stays in it."""
    low, high = (None, None) if value is None else (round(value - 0.02, 2), value + 0.02)
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=(attrs.evolve(SOLVE, goal=old),))])
    after = {"value": value, "low": low, "high": high}
    found = outcome(judged, after=after).apply(support).draft.indicators
    assert [indicator.goal for indicator in found] == [new]


def test_what_got_worse_promises_no_more(judged: Any) -> None:
    """Although the value after is beyond the goal, and a second person overruled the verdict."""
    check = outcome(judged).check
    lost = attrs.evolve(check, verdict=judged("worse"))
    act = Standardise(standard="Support", version="2")
    made = lost.act(act, at=day(6, 3), overruled_by="D-1", reason="cheap")
    assert (lost.goal, check.goal) == ("reached", "reached")
    assert made.apply(SUPPORT).draft.indicators == (QUICK, SOLVE)


def test_a_cycle_for_one_group_promises_nothing_to_all(judged: Any) -> None:
    """The goals stay, and the note of the draft says why."""
    group = {"team": "north"}
    draft = outcome(judged, plan=attrs.evolve(PLAN, group=group), group=group).apply(SUPPORT).draft
    assert draft.indicators == (QUICK, SOLVE)
    assert draft.note == "from cycle Q-1, judged for team north only, so that goals stay as they were"


def test_a_kpi_that_the_standard_did_not_have_is_added(judged: Any) -> None:
    """With goal, baseline, reason and owner of the plan, so that it is SMART."""
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=(QUICK,))])
    _, added = outcome(judged).apply(support).draft.indicators
    assert (added.kpi, added.goal, added.baseline, added.owner) == ("resolution_rate", 0.7, 0.6, "M-1")
    assert added.smart_gaps(KPIS) == ()


def test_a_limit_that_an_indicator_would_not_say_is_not_added(judged: Any) -> None:
    """An indicator without it would promise something else."""
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=(QUICK,))])
    done = outcome(judged, plan=attrs.evolve(PLAN, kpi=LIMITS[1]), definition=LIMITS[1].definition)
    assert done.apply(support).draft.indicators == (QUICK,)


def test_a_duration_stays_a_duration(judged: Any) -> None:
    """Ten minutes instead of fifteen, as a timedelta like the goal before."""
    slow = Indicator(name="asa", kpi="asa", goal=dt.timedelta(minutes=15))
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=(slow,))])
    plan = attrs.evolve(PLAN, kpi="asa", baseline=1200.0, goal=600.0)
    before, after = ({"value": x, "low": x - 9, "high": x + 9} for x in (1200.0, 590.0))
    (found,) = outcome(judged, plan=plan, before=before, after=after).apply(support).draft.indicators
    assert found.goal == dt.timedelta(minutes=10)


@pytest.mark.parametrize("by_key", [True, False])
@pytest.mark.parametrize(
    ("held", "days", "goals"),
    [
        ((ONE, TWO), 1, [0.7, 0.5]),
        ((ONE, TWO), 2, [0.5, 0.7]),
        ((ONE, TWO), 3, [0.5, 0.5]),
        ((TWO,), 1, [0.5]),
        ((TWO,), 2, [0.7]),
    ],
)
def test_only_the_limit_that_was_judged_moves(
    judged: Any, held: tuple[Indicator, ...], days: int, goals: list[float], by_key: bool
) -> None:
    """An indicator of the same KPI within another time was not judged, also where the plan names a key alone."""
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=held)])
    plan = attrs.evolve(PLAN, kpi="resolution_kept" if by_key else LIMITS[days])
    found = outcome(judged, plan=plan, definition=LIMITS[days].definition).apply(support).draft.indicators
    assert [indicator.goal for indicator in found] == goals
    assert [indicator.within for indicator in found] == [indicator.within for indicator in held]


def test_the_limit_is_known_by_the_kpi_where_business_hours_are_set() -> None:
    """An indicator says the limit and not the hours; a KPI of another key is known by its name."""
    hours = BusinessHours(zone="UTC", week={"mon-sun": "08:00-18:00"})
    kpi = LIMITS[1].with_(key="solved_in_a_day", hours=hours)

    def cases(month: int, kept: int) -> Tally:
        ends = [day(month, 3)] * kept + [day(month, 20)] * (400 - kept)
        rows = {"received_at": [day(month, 2)] * 400, "resolved_at": ends}
        return tally([kpi], {"cases": rows}, now=day(month + 1, 1))

    old, new = cases(2, 240), cases(5, 300)
    plan = attrs.evolve(PLAN, kpi=kpi, baseline=old)
    do = plan.start(at=day(4, 1)).complete("order", at=day(4, 9), evidence="x")
    check = do.check(compare(old, new), at=day(6, 2), findings="x")
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=(ONE, TWO))])
    done = check.act(Standardise(standard="Support", version="2"), at=day(6, 3))
    assert [indicator.goal for indicator in done.apply(support).draft.indicators] == [0.7, 0.5]


def test_a_promise_for_all_is_not_raised_by_what_some_rows_show(judged: Any) -> None:
    """What was judged for urgent cases alone says nothing of all."""
    urgent = KPIS["resolution_rate"].with_(only={"priority": "urgent"})
    done = outcome(judged, plan=attrs.evolve(PLAN, kpi=urgent), definition=urgent.definition)
    assert done.apply(SUPPORT).draft.indicators == TEXT.indicators


def test_an_indicator_of_a_kpi_of_ones_own_is_known_by_key_and_limit() -> None:
    """The catalogue does not know it."""
    mine = attrs.evolve(LIMITS[1], key="mine", name="mine")

    def cases(month: int, kept: int) -> Tally:
        ends = [day(month, 3)] * kept + [day(month, 20)] * (400 - kept)
        return tally(
            [mine], {"cases": {"received_at": [day(month, 2)] * 400, "resolved_at": ends}}, now=day(month + 1, 1)
        )

    old, new = cases(2, 240), cases(5, 300)
    do = attrs.evolve(PLAN, kpi=mine, baseline=old).start(at=day(4, 1)).complete("order", at=day(4, 9), evidence="x")
    check = do.check(compare(old, new), at=day(6, 2), findings="x")
    held = tuple(attrs.evolve(one, kpi="mine") for one in (ONE, TWO))
    support = ServiceStandard(history=[attrs.evolve(TEXT, indicators=held)])
    done = check.act(Standardise(standard="Support", version="2"), at=day(6, 3))
    assert [indicator.goal for indicator in done.apply(support).draft.indicators] == [0.7, 0.5]


def test_a_draft_under_way_is_carried_on(judged: Any) -> None:
    """The newest text is the one that is changed."""
    under_way = SUPPORT.record(attrs.evolve(TEXT, at=day(5, 1), version="1.1", process="take, call, solve"))
    assert outcome(judged).apply(under_way).draft.process == "take, call, solve"


def test_only_the_standard_that_was_decided_on_is_changed(judged: Any) -> None:
    """Not another, not a retired one, not with a version that was published, not before the decision."""
    other = ServiceStandard(history=[attrs.evolve(TEXT, name="Sales")])
    with pytest.raises(InvalidValue, match="standard must be 'Support', as decided"):
        outcome(judged).apply(other)
    retired = SUPPORT.record(event.Retired(at=day(5, 1), by="D-1", reason="merged"))
    with pytest.raises(IllegalTransition) as refused:
        outcome(judged).apply(retired)
    assert refused.value.code == "standard.illegal_transition"
    with pytest.raises(InvalidValue, match="version must be new"):
        outcome(judged, act=Standardise(standard="Support", version="1")).apply(SUPPORT)
    with pytest.raises(InvalidValue, match="decision must be Standardise to change a standard"):
        outcome(judged, act=Adjust(reason="x")).apply(SUPPORT)
    with pytest.raises(OutOfOrder):
        outcome(judged).apply(SUPPORT, at=day(6, 1))
    with pytest.raises(InvalidValue, match="standard must be a ServiceStandard"):
        outcome(judged).apply("Support")  # type: ignore[arg-type]
    assert outcome(judged).apply(SUPPORT, at=day(6, 9)).draft.at == day(6, 9)


def test_who_overruled_the_check_writes_the_version(judged: Any) -> None:
    """Not the owner, who was overruled."""
    do = PLAN.start(at=day(4, 1)).complete("order", at=day(4, 9), evidence="x")
    check = do.check(judged("unclear"), at=day(6, 2), findings="x")
    done = check.act(Standardise(standard="Support", version="2"), at=day(6, 3), overruled_by="D-1", reason="cheap")
    assert done.apply(SUPPORT).draft.by == "D-1"
