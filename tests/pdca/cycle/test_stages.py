"""Plan, Do, Check, Outcome: each needs the one before, and a check needs evidence."""

import copy
import datetime as dt
import pickle
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import (
    InvalidValue,
    NothingDone,
    NotImproved,
    OtherQuestion,
    OutOfOrder,
    ServqualError,
    UnknownName,
    VerdictTooLate,
)
from servqual.metrics import KPIS, measure
from servqual.model import EvidenceKind
from servqual.pdca import (
    Abandon,
    Action,
    Adjust,
    Audience,
    Cause,
    Check,
    CycleStatus,
    Do,
    Evidence,
    Guardrail,
    Link,
    Notice,
    Outcome,
    Plan,
    RecheckState,
    Standardise,
)
from servqual.pdca.cycle.questions import _told


def day(month: int, number: int, hour: int = 0) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, hour, tzinfo=dt.UTC)


ORDER = Action(what="set order points", owner="A-1", due=dt.date(2026, 4, 10), criterion="no part out of stock")
TRAIN = Action(
    what="train the desk", owner="A-2", due=dt.date(2026, 4, 20), criterion="all passed", kind="preventive",
    prevention="training",
)  # fmt: skip
GUARD = Guardrail(kpi="reopen_rate", margin=0.03)
PLAN = Plan(
    id="Q-7",
    subject="solve what we take on",
    owner="M-1",
    at=day(3, 20),
    kpi="resolution_rate",
    baseline=0.60,
    goal=0.70,
    margin=0.02,
    guardrails=(GUARD,),
    cause=Cause.five_whys("unsolved", "no spare parts", "nobody orders them"),
    hypothesis="an order point keeps parts in stock",
    actions=(ORDER, TRAIN),
)
BEGUN = PLAN.start(at=day(4, 1))
DOING = BEGUN.complete("set order points", at=day(4, 9), evidence="stock list")
FULL: dict[str, Any] = {"margin": 0.02, "guardrails": [{"kpi": "reopen_rate", "margin": 0.03}]}
NEW = Standardise(standard="Support standard", version="1.2")


def checked(judged: Any, decision: str = "improved", **facts: Any) -> Check:
    """A check on the second of June, with a verdict that lacks nothing unless facts say so."""
    return DOING.check(judged(decision, **(FULL | facts)), at=day(6, 2), findings="parts are there")


def standardised(judged: Any) -> Outcome:
    """What followed on the third of June, the verdict being of the first."""
    return checked(judged, after={"now": day(6, 1)}).act(NEW, at=day(6, 3))


def test_a_stage_that_was_skipped_cannot_be_written(judged: Any) -> None:
    """Each stage has the verb of the next one only, and can be built from nothing else."""
    verbs = ("start", "check", "act", "apply")
    stages = (PLAN, DOING, checked(judged), standardised(judged))
    assert [[callable(getattr(stage, verb, None)) for verb in verbs] for stage in stages] == [
        [True, False, False, False],
        [False, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]
    wrong = cast("Any", PLAN)
    with pytest.raises(InvalidValue, match="do must be a Do"):
        Check(do=wrong, verdict=judged(), at=day(6, 2), findings="x")
    with pytest.raises(InvalidValue, match="check must be a Check"):
        Outcome(check=wrong, decision=NEW, at=day(6, 2))
    with pytest.raises(InvalidValue, match="plan must be a Plan"):
        Do(plan=cast("Any", DOING), at=day(6, 2))
    assert [stage.status for stage in stages] == list(CycleStatus)
    assert all(stage.plan == PLAN for stage in stages)


def test_what_was_done_is_kept_with_its_evidence() -> None:
    """In the order of time, however it was recorded; a day at the limit is in time, one after it is not."""
    found = BEGUN.complete(
        "train the desk", at=day(4, 21), evidence=["sheet", Evidence(text="I can do it", said_by="A-3")]
    )
    found = found.complete("set order points", at=day(4, 10, 23), evidence="stock list")
    assert [step.what for step in found.completed] == ["set order points", "train the desk"]
    assert [one.text for one in found.completed[1].evidence] == ["sheet", "I can do it"]
    assert (found.on_time, found.progress, found.open_actions) == (0.5, 1.0, ())
    assert (BEGUN.on_time, BEGUN.progress, BEGUN.prevented, found.prevented) == (None, 0.0, (), (TRAIN,))
    assert found == BEGUN.complete("set order points", at=day(4, 10, 23), evidence="stock list").complete(
        "train the desk", at=day(4, 21), evidence=found.completed[1].evidence
    )


def test_days_are_read_in_the_zone_of_the_plan() -> None:
    """23:00 UTC on the last day is the next morning in Shanghai."""
    for zone, share in (("UTC", 1.0), ("Asia/Shanghai", 0.0)):
        do = attrs.evolve(PLAN, zone=zone).start(at=day(4, 1))
        done = do.complete("set order points", at=day(4, 10, 23), evidence="x")
        assert done.on_time == share
        assert bool(do.overdue(now=day(4, 10, 23))) == (share == 0)


def test_a_day_needs_a_moment_with_a_zone() -> None:
    """A moment without one would be read in the zone of the machine."""
    assert PLAN.day(day(4, 10, 23)) == dt.date(2026, 4, 10)
    with pytest.raises(InvalidValue, match="moment needs a zone"):
        PLAN.day(dt.datetime(2026, 4, 10))  # noqa: DTZ001  (that is the point)


def test_progress_is_the_mean_over_the_actions() -> None:
    """As last reported; done counts whole."""
    half = BEGUN.report("train the desk", at=day(4, 5), progress=0.2).report(
        "train the desk", at=day(4, 8), progress=0.5
    )
    assert half.progress == 0.25
    assert half.complete("set order points", at=day(4, 9), evidence="x").progress == 0.75
    for wrong in (1.0, -0.1, float("nan"), True):
        with pytest.raises(InvalidValue, match="share must be a share from 0 to less than 1"):
            BEGUN.report("train the desk", at=day(4, 5), progress=wrong)


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (lambda: DOING.complete("set order points", at=day(4, 12), evidence="x"), InvalidValue, "not done yet"),
        (lambda: DOING.report("set order points", at=day(4, 12), progress=0.1), InvalidValue, "not done yet"),
        (lambda: DOING.complete("set order point", at=day(4, 12), evidence="x"), UnknownName, "did you mean"),
        (lambda: DOING.complete("train the desk", at=day(3, 31), evidence="x"), OutOfOrder, "the start"),
        (lambda: DOING.complete("train the desk", at=day(4, 12), evidence=()), InvalidValue, "evidence must hold"),
        (lambda: DOING.complete("train the desk", at=day(4, 12), evidence=" "), InvalidValue, "text must be"),
        (lambda: DOING.complete("train the desk", at=dt.datetime(2026, 4, 12), evidence="x"), InvalidValue, "zone"),  # noqa: DTZ001
        (lambda: PLAN.start(at=day(3, 19)), OutOfOrder, "the plan"),
    ],
)  # fmt: skip
def test_a_refused_step_changes_nothing(step: Any, error: type[ServqualError], words: str) -> None:
    """The object stays as it was."""
    before = pickle.dumps(DOING)
    with pytest.raises(error, match=words):
        step()
    assert pickle.dumps(DOING) == before


def test_a_check_needs_something_done(judged: Any) -> None:
    """Progress alone is not enough."""
    for do in (BEGUN, BEGUN.report("train the desk", at=day(4, 5), progress=0.9)):
        with pytest.raises(NothingDone) as refused:
            do.check(judged(), at=day(6, 2), findings="x")
        assert refused.value.code == "check.nothing_done"


def test_a_check_takes_no_opinion(judged: Any) -> None:
    """A verdict of compare, findings in words, at a moment after the last step."""
    with pytest.raises(InvalidValue, match="verdict must be a Verdict"):
        DOING.check(cast("Any", "improved"), at=day(6, 2), findings="we think so")
    with pytest.raises(InvalidValue, match="findings must be a text with content"):
        DOING.check(judged(), at=day(6, 2), findings=" ")
    with pytest.raises(OutOfOrder, match="the last step"):
        DOING.check(judged(), at=day(4, 8), findings="x")


@pytest.mark.parametrize(
    ("facts", "what"),
    [({"kpi": "reopen_rate"}, "KPI"), ({"group": {"team": "north"}}, "group")],
)
def test_a_verdict_on_another_question_is_refused(judged: Any, facts: dict[str, Any], what: str) -> None:
    """Another KPI, or the cell that happened to improve."""
    with pytest.raises(OtherQuestion, match=f"verdict must be on the {what} of plan Q-7") as refused:
        checked(judged, **facts)
    assert refused.value.code == "check.other_question"


def test_a_verdict_of_another_definition_is_refused(judged: Any) -> None:
    """Where the plan knows its definition: by a KPI or by a measured baseline."""
    kpi = KPIS["resolution_rate"]
    do = attrs.evolve(PLAN, kpi=kpi).start(at=day(4, 1)).complete("train the desk", at=day(4, 9), evidence="x")
    with pytest.raises(OtherQuestion, match="definition"):
        do.check(judged(definition="another"), at=day(6, 2), findings="x")
    assert do.check(judged(definition=kpi.definition), at=day(6, 2), findings="x").verdict.definition == kpi.definition


def test_a_plan_for_a_group_takes_the_verdict_of_that_group(judged: Any) -> None:
    """And not that of all."""
    do = (
        attrs.evolve(PLAN, group={"team": "north"})
        .start(at=day(4, 1))
        .complete("train the desk", at=day(4, 9), evidence="x")
    )
    assert do.check(judged(group={"team": "north"}), at=day(6, 2), findings="x").plan.id == "Q-7"
    with pytest.raises(OtherQuestion):
        do.check(judged(), at=day(6, 2), findings="x")


def test_a_verdict_later_than_its_check_is_refused(judged: Any) -> None:
    """At the same moment it is taken."""
    with pytest.raises(VerdictTooLate) as refused:
        checked(judged, after={"now": day(6, 2, 1)})
    assert refused.value.code == "check.verdict_too_late"
    assert checked(judged, after={"now": day(6, 2)}).improved
    with pytest.raises(VerdictTooLate):
        checked(judged, after={"period": (day(5, 1), day(6, 3))})
    with pytest.raises(VerdictTooLate):
        checked(judged, before={"now": day(6, 3)})
    assert checked(judged, after={"period": (day(5, 1), day(7, 1)), "now": day(6, 1)}).improved


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"margin": 0.03}, ["check.margin_wider"]),
        ({"margin": 0.1 - 0.08}, []),
        ({"guardrails": []}, ["check.guardrail_missing"]),
        ({"guardrails": [{"kpi": "reopen_rate", "margin": 0.05}]}, ["check.guardrail_wider"]),
        ({"guardrails": [{"kpi": "reopen_rate", "margin": 0.01}]}, []),
        ({"margin": None}, ["check.margin_missing"]),
        ({"margin": 0.01}, ["check.margin_missing"]),
        ({"after": {"period": (day(4, 1), day(4, 9))}}, ["check.measured_too_early"]),
        ({"after": {"period": (day(4, 1), day(4, 10))}}, ["check.measured_too_early"]),
        ({"after": {"period": (day(4, 8), day(5, 10))}}, ["check.measured_too_early"]),
        ({"after": {"period": (day(4, 9), day(5, 10))}}, []),
        ({"before": {"period": (day(3, 1), day(4, 9, 23))}}, []),
        ({"before": {"period": (day(3, 1), day(4, 10))}}, ["check.other_baseline"]),
        ({"before": {"value": 0.66, "low": 0.63, "high": 0.69}}, ["check.other_baseline"]),
        ({"before": {"value": 0.64, "low": 0.62, "high": 0.66}}, []),
        ({"before": {"value": 0.54, "low": 0.52, "high": 0.57}}, ["check.other_baseline"]),
        ({"after": {"now": day(4, 9)}}, ["check.measured_too_early"]),
        ({"after": {"now": day(4, 10)}}, []),
        ({"margin": None, "guardrails": []}, ["check.guardrail_missing", "check.margin_missing"]),
    ],
)
def test_a_verdict_that_lacks_what_was_planned_is_no_improvement(
    judged: Any, facts: dict[str, Any], codes: list[str]
) -> None:
    """It is accepted as a gap, and improved only without any."""
    check = checked(judged, **facts)
    assert [gap.code for gap in check.gaps] == codes
    assert check.improved is not bool(codes)
    assert check.effective is (None if codes else True)
    if codes:
        with pytest.raises(NotImproved, match=codes[0]):
            check.act(NEW, at=day(6, 3))


@pytest.mark.parametrize(
    ("facts", "equivalent", "worse"),
    [
        ({"guardrails": []}, False, False),
        ({"margin": 0.01}, False, False),
        ({"margin": 0.03}, None, False),
        ({"after": {"now": day(4, 9)}}, None, None),
    ],
)
def test_a_gap_excuses_no_harm_but_leaves_unknown_what_was_not_asked(
    judged: Any, facts: dict[str, Any], equivalent: bool | None, worse: bool | None
) -> None:
    """Worse is worse by any margin, alike is alike only by that of the plan, and too early a look says nothing."""
    assert checked(judged, "equivalent", **facts).effective is equivalent
    assert checked(judged, "worse", **facts).effective is worse


def test_margins_are_told_in_their_unit(judged: Any) -> None:
    """Points of a share, and hours of business time rather than days."""
    gap = checked(judged, margin=0.03).gaps[0]
    assert gap.text == "the verdict has a margin of 3 points, wider than the planned 2 points"
    wide = checked(judged, guardrails=[{"kpi": "reopen_rate", "margin": 0.05}]).gaps[0]
    assert wide.text == "the margin of reopen_rate is 5 points, wider than the planned 3 points"
    for key, margin, told in (("asa", 60.0, "1 min"), ("reassignments_per_case", 0.05, "0.05 per case")):
        plan = attrs.evolve(PLAN, kpi=key, baseline=90.0, goal=0.1, margin=margin)
        do = plan.start(at=day(4, 1)).complete("set order points", at=day(4, 9), evidence="x")
        before = {"value": 90.0, "low": 80.0, "high": 99.0}
        gaps = do.check(judged(kpi=key, margin=2 * margin, before=before), at=day(6, 2), findings="x").gaps
        assert [gap.text.endswith(f"wider than the planned {told}") for gap in gaps] == [False, True]


@pytest.mark.parametrize(
    ("margin", "unit", "told"),
    [
        (0.015, "share", "1.5 points"),
        (0.01504, "share", "1.504 points"),
        (0.07, "ratio", "7 points"),
        (1.25, "points", "1.25 points"),
        (100_030.5, "s", "27 h 47 min 10.5 s"),
        (180_000, "s", "50 h"),
        (60, "s", "1 min"),
        (0.25, "s", "0.25 s"),
        (0, "s", "0 s"),
        (0.05, "per case", "0.05 per case"),
    ],
)
def test_a_margin_is_told_without_rounding(margin: float, unit: str, told: str) -> None:
    """Two that differ by little are told apart, and hours of business time are never days."""
    assert _told(margin, unit) == told


@pytest.mark.parametrize(
    ("decision", "effective"),
    [("improved", True), ("worse", False), ("equivalent", False), ("unclear", None), ("invalid", None)],
)
def test_a_standard_is_made_of_an_improvement_alone(judged: Any, decision: str, effective: bool | None) -> None:
    """Everything else needs a reason and a second person; to adjust or to abandon it needs neither."""
    check = checked(judged, decision)
    assert check.effective is effective
    for other in (Adjust(reason="goal not reached"), Abandon(reason="not worth it")):
        assert (check.act(other, at=day(6, 3)).decision, check.act(other, at=day(6, 3)).rechecks) == (other, ())
    if decision == "improved":
        made = check.act(NEW, at=day(6, 3))
        assert (made.decision, made.overruled_by, len(made.rechecks)) == (NEW, None, 3)
        with pytest.raises(InvalidValue, match="overruled_by must be left out where nothing is overruled"):
            check.act(NEW, at=day(6, 3), overruled_by="D-1", reason="cheap")
        return
    for facts in ({}, {"overruled_by": "D-1"}, {"reason": "cheap"}, {"overruled_by": "m-1 ", "reason": "cheap"}):
        with pytest.raises(NotImproved) as refused:
            check.act(NEW, at=day(6, 3), **cast("Any", facts))
        assert refused.value.code == "check.not_improved"
    overruled = check.act(NEW, at=day(6, 3), overruled_by="D-1", reason="cheap")
    assert (overruled.overruled_by, overruled.reason) == ("D-1", "cheap")


def test_a_missing_guardrail_keeps_a_standard_from_being_made(judged: Any) -> None:
    """Although the verdict says improved."""
    with pytest.raises(NotImproved, match=r"improved, check\.guardrail_missing"):
        checked(judged, guardrails=[]).act(NEW, at=day(6, 3))


def test_only_an_act_follows_a_check(judged: Any) -> None:
    """Not before it, and not another thing."""
    with pytest.raises(OutOfOrder, match="the check"):
        checked(judged).act(NEW, at=day(6, 1))
    with pytest.raises(InvalidValue, match="decision must be"):
        checked(judged).act(cast("Any", "standardise"), at=day(6, 3))
    with pytest.raises(InvalidValue, match="overruled_by must be left out"):
        checked(judged).act(Adjust(reason="x"), at=day(6, 3), overruled_by="D-1")


@pytest.mark.parametrize(
    ("after", "goal"),
    [
        ({"low": 0.70, "high": 0.77}, "reached"),
        ({"low": 0.69, "high": 0.77}, "unclear"),
        ({"low": 0.72, "high": 0.77, "n": 2000, "undecided": 200}, "unclear"),  # 1,500 of 2,200 are 68 %
        ({"low": 0.72, "high": 0.77, "n": 2000, "undecided": 100}, "reached"),
        ({"low": 0.60, "high": 0.69}, "not_reached"),
        ({"value": None, "low": None, "high": None}, "cannot_be_judged"),
    ],
)
def test_the_goal_is_held_against_the_interval(judged: Any, after: dict[str, Any], goal: str) -> None:
    """A boundary reaches it; cases that are still open may all go the wrong way."""
    assert checked(judged, after=after).goal == goal
    assert checked(judged, "invalid", after=after).goal == "cannot_be_judged"


def test_the_goal_of_a_kpi_that_should_fall_is_reached_from_above(judged: Any) -> None:
    """Lower is better there."""
    plan = attrs.evolve(PLAN, kpi="reopen_rate", baseline=0.3, goal=0.2, guardrails=())
    do = plan.start(at=day(4, 1)).complete("train the desk", at=day(4, 9), evidence="x")
    for high, goal in ((0.20, "reached"), (0.21, "unclear")):
        after = {"value": 0.18, "low": 0.15, "high": high}
        verdict = judged(kpi="reopen_rate", better="lower", after=after, margin=0.02)
        assert do.check(verdict, at=day(6, 2), findings="x").goal == goal


def test_the_next_plan_begins_where_the_last_one_ended(judged: Any) -> None:
    """After Adjust: its parent, the value that was reached, and all that stays true; what was done stays behind."""
    old = checked(judged).act(Adjust(reason="goal not reached"), at=day(6, 3))
    new = old.next_plan(id="Q-8", goal=0.85, at=day(6, 4))
    assert (new.parent, new.baseline, new.goal, new.kpi, new.guardrails) == (
        "Q-7",
        0.75,
        0.85,
        "resolution_rate",
        (GUARD,),
    )
    assert (new.actions, new.cause, new.hypothesis) == ((), None, "")
    assert [str(gap) for gap in new.smart_gaps()] == ["relevant", "time_bound"]
    again = attrs.evolve(ORDER, due=dt.date(2026, 6, 4))
    later = old.next_plan(id="Q-8", goal=0.85, at=day(6, 4), cause=PLAN.cause, hypothesis="x", actions=(again,))
    assert later.smart_gaps() == ()
    with pytest.raises(OutOfOrder):
        old.next_plan(id="Q-8", goal=0.85, at=day(6, 2))
    with pytest.raises(ValueError, match="goal must not be worse than the baseline"):
        old.next_plan(id="Q-8", goal=0.7, at=day(6, 4))
    with pytest.raises(InvalidValue, match="id must be another one"):
        old.next_plan(id="Q-7", goal=0.85, at=day(6, 4))
    with pytest.raises(InvalidValue, match="changes must be one of"):
        old.next_plan(id="Q-8", goal=0.85, at=day(6, 4), hypotesis="x")


def test_an_action_is_not_due_before_its_plan() -> None:
    """On the day of the plan it is, in the zone of the plan."""
    assert attrs.evolve(PLAN, at=day(4, 10, 23)).actions == PLAN.actions
    for facts in ({"at": day(4, 11)}, {"at": day(4, 10, 23), "zone": "Asia/Shanghai"}):
        with pytest.raises(InvalidValue, match="actions must be due from the day of the plan on, 2026-04-11"):
            attrs.evolve(PLAN, **facts)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"baseline": -3}, "baseline must lie from 0 % to 100 % for resolution_rate"),
        ({"margin": 5}, "margin must be less than the scale of resolution_rate"),
        ({"margin": 1}, "margin must be less than the scale of resolution_rate"),
    ],
)
def test_what_the_kpi_cannot_take_is_refused(facts: dict[str, Any], words: str) -> None:
    """Minus three as a share, or a margin that holds every change."""
    with pytest.raises(InvalidValue, match=words):
        attrs.evolve(PLAN, **facts)


def test_without_a_margin_the_outcome_says_what_rechecks_cannot_find(judged: Any) -> None:
    """And so does its story; with a margin, or without re-checks, there is nothing to say."""
    check = attrs.evolve(PLAN, margin=None).start(at=day(4, 1)).complete(ORDER.what, at=day(4, 9), evidence="x")
    done = check.check(judged(guardrails=FULL["guardrails"]), at=day(6, 2), findings="x").act(NEW, at=day(6, 3))
    assert [gap.code for gap in done.gaps] == ["act.no_margin"]
    assert "without a margin nothing is as before" in done._repr_html_()
    assert attrs.evolve(done, rechecks=()).gaps == standardised(judged).gaps == ()
    assert "without a margin" not in standardised(judged)._repr_html_()


@pytest.mark.parametrize("decision", [NEW, Abandon(reason="not worth it")])
def test_other_decisions_open_no_next_plan(judged: Any, decision: Any) -> None:
    """A standard that holds, or an idea that was given up, has none."""
    with pytest.raises(InvalidValue, match="decision must be Adjust, or a standard that relapsed"):
        checked(judged).act(decision, at=day(6, 3)).next_plan(id="Q-8", goal=0.85, at=day(6, 4))


def test_rechecks_come_thirty_sixty_and_ninety_days_after_a_new_standard(judged: Any) -> None:
    """Other days can be given; no other decision has any."""
    outcome = standardised(judged)
    assert [one.due for one in outcome.rechecks] == [dt.date(2026, 7, 3), dt.date(2026, 8, 2), dt.date(2026, 9, 1)]
    check = outcome.check
    assert [one.due for one in check.act(NEW, at=day(6, 3), recheck_after=[14]).rechecks] == [dt.date(2026, 6, 17)]
    assert check.act(NEW, at=day(6, 3), recheck_after=()).rechecks == ()
    assert check.act(Adjust(reason="x"), at=day(6, 3)).rechecks == ()
    with pytest.raises(InvalidValue, match="recheck_after must be whole days from 1"):
        check.act(NEW, at=day(6, 3), recheck_after=[0])


FIRST = {"value": 0.60, "low": 0.58, "high": 0.62}
SINCE = {"value": 0.75, "low": 0.73, "high": 0.77, "now": day(6, 1)}


@pytest.mark.parametrize(
    ("decision", "facts", "state"),
    [
        ("improved", {"before": FIRST}, "held"),
        ("equivalent", {"before": FIRST}, "relapsed"),
        ("worse", {"before": FIRST}, "relapsed"),
        ("unclear", {"before": FIRST}, "unclear"),
        ("equivalent", {"before": SINCE}, "held"),
        ("improved", {"before": SINCE}, "held"),
        ("worse", {"before": SINCE}, "relapsed"),
        ("unclear", {"before": SINCE}, "unclear"),
        ("invalid", {"before": SINCE}, "unclear"),
        ("equivalent", {"before": SINCE, "guardrails": []}, "unclear"),
        ("equivalent", {"before": FIRST, "margin": 0.05}, "unclear"),
        ("equivalent", {"before": SINCE, "margin": 0.05}, "unclear"),
        ("worse", {"before": SINCE, "guardrails": []}, "relapsed"),
    ],
)
def test_a_recheck_says_whether_the_change_lasts(judged: Any, decision: str, facts: dict[str, Any], state: str) -> None:
    """Held against the side before, or against that after the change."""
    after = {"value": 0.74, "now": day(7, 1)}
    outcome = standardised(judged).recheck(judged(decision, **(FULL | {"after": after} | facts)), at=day(7, 2))
    assert [one.state for one in outcome.rechecks] == [RecheckState(state), RecheckState.OPEN, RecheckState.OPEN]
    assert outcome.relapsed is (state == "relapsed")
    assert [one.due for one in outcome.overdue(now=day(8, 1))] == []
    assert [one.due for one in outcome.overdue(now=day(8, 3))] == [dt.date(2026, 8, 2)]


def test_a_relapse_opens_a_child_plan_from_where_it_fell_back(judged: Any) -> None:
    """Until a later re-check holds again."""
    lost = judged("worse", **FULL, before=SINCE, after={"value": 0.62, "low": 0.6, "high": 0.64, "now": day(7, 1)})
    outcome = standardised(judged).recheck(lost, at=day(7, 2))
    child = outcome.next_plan(id="Q-9", goal=0.75, at=day(7, 3))
    assert (child.parent, child.baseline) == ("Q-7", 0.62)
    again = judged("improved", **FULL, before=FIRST, after={"now": day(8, 1)})
    assert not outcome.recheck(again, at=day(8, 2)).relapsed


def test_a_recheck_needs_a_later_verdict_on_the_same_question(judged: Any) -> None:
    """Not that of the check once more, not another KPI, and no more than were planned."""
    outcome = standardised(judged)
    with pytest.raises(OtherQuestion, match="a side after of a later time than was judged already, from 2026-06-01"):
        outcome.recheck(outcome.check.verdict, at=day(7, 2))
    with pytest.raises(OtherQuestion, match="KPI"):
        outcome.recheck(judged(kpi="fcr", after={"now": day(7, 1)}), at=day(7, 2))
    with pytest.raises(VerdictTooLate):
        outcome.recheck(judged(**FULL, after={"now": day(7, 3)}), at=day(7, 2))
    for month in (7, 8, 9):
        outcome = outcome.recheck(judged(**FULL, after={"now": day(month, 4)}), at=day(month, 5))
    with pytest.raises(InvalidValue, match="rechecks must have one that was not made yet"):
        outcome.recheck(judged(**FULL, after={"now": day(10, 4)}), at=day(10, 5))


def test_customers_and_staff_are_told(judged: Any) -> None:
    """To whom, what, by when, and when it was done; a training or a report spreads the result."""
    outcome = standardised(judged).notify(
        Notice(to="customers", what="parts are in stock", due=dt.date(2026, 6, 10)),
        Notice(to="staff", what="how to order", due=dt.date(2026, 6, 12), kind="training", owner="A-4"),
    )
    assert [(one.kind, one.what, one.owner) for one in outcome.overdue(now=day(6, 20))] == [
        ("notice", "parts are in stock", "M-1"),
        ("notice", "how to order", "A-4"),
    ]
    told = outcome.told("parts are in stock", at=day(6, 9))
    assert [one.to for one in told.notices if one.done_at is not None] == [Audience.CUSTOMERS]
    assert (outcome.last_at, told.last_at) == (day(6, 3), day(6, 9))
    assert (told.promoted, told.told("how to order", at=day(6, 11)).promoted) == (False, True)
    both = outcome.notify(*(attrs.evolve(outcome.notices[0], to=one) for one in ("staff", "public")))
    half = both.told("parts are in stock", at=day(6, 9), to="staff")
    assert [one.to for one in half.notices if one.done_at is not None] == [Audience.STAFF]
    assert [one.to for one in half.told("parts are in stock", at=day(6, 9)).notices if one.done_at is None] == ["staff"]
    with pytest.raises(InvalidValue, match="what must be a notice that was not given yet"):
        half.told("parts are in stock", at=day(6, 10), to="staff")
    with pytest.raises(InvalidValue, match="to must be one of customers, staff, public"):
        half.told("parts are in stock", at=day(6, 10), to="everybody")
    alone = outcome.check.act(NEW, at=day(6, 3), notices=outcome.notices[0])
    assert alone.notices == outcome.notices[:1]
    with pytest.raises(InvalidValue, match="what must be a notice that was not given yet"):
        told.told("parts are in stock", at=day(6, 10))
    with pytest.raises(OutOfOrder):
        outcome.told("how to order", at=day(6, 2))


def test_evidence_of_each_stage_is_a_number_or_somebodys_words(judged: Any) -> None:
    """QM-21, SR-07: evaluation reports and appraisals count, and it is known whose words they are."""
    facts = {"received_at": [day(5, 1)] * 4, "resolved_at": [day(5, 2)] * 3 + [None]}
    number = measure(["resolution_rate"], {"cases": facts}, now=day(6, 1)).one()
    report = Evidence(text="fewer calls", kind="evaluation_report", link=Link(kind="report", id="2026-Q2"))
    words = Evidence(text="I got my part at once", kind="customer_interview", said_by="K-17", at=day(5, 30))
    check = DOING.check(judged(**FULL), at=day(6, 2), findings="x", evidence=[number, report, words, "a note"])
    assert [one.quantitative for one in check.evidence] == [True, False, False, False]
    assert [one.kind for one in check.evidence] == [
        None,
        EvidenceKind.EVALUATION_REPORT,
        EvidenceKind.CUSTOMER_INTERVIEW,
        None,
    ]
    assert check.evidence[2].said_by == "K-17"
    for again in (pickle.loads(pickle.dumps(check)), copy.deepcopy(check)):  # noqa: S301  (our own bytes)
        assert again == check
        assert hash(again) == hash(check)
    outcome = check.act(Abandon(reason="x"), at=day(6, 3), evidence=Evidence(text="appraisal", kind="appraisal"))
    assert outcome.evidence[0].kind is EvidenceKind.APPRAISAL


def test_every_stage_compares_hashes_copies_and_pickles(judged: Any) -> None:
    """Equal content is equal."""
    done = standardised(judged).notify(Notice(to="staff", what="x", due=dt.date(2026, 6, 10)))
    done = done.recheck(judged(**FULL, after={"now": day(7, 1)}), at=day(7, 2))
    for stage in (PLAN, BEGUN, DOING, done.check, done):
        for again in (copy.copy(stage), copy.deepcopy(stage), pickle.loads(pickle.dumps(stage))):  # noqa: S301
            assert again == stage
            assert hash(again) == hash(stage)
    assert standardised(judged) != done


@given(st.lists(st.tuples(st.sampled_from([ORDER.what, TRAIN.what, "nothing"]), st.integers(-3, 40)), max_size=5))
def test_recording_agrees_with_a_slow_obvious_version(steps: list[tuple[str, int]]) -> None:
    """A step is taken if its action is planned and open and it does not come before the start; the shares follow."""
    do, done = BEGUN, dict[str, int]()
    for what, after in steps:
        legal = what in {ORDER.what, TRAIN.what} and what not in done and after >= 0
        try:
            do = do.complete(what, at=BEGUN.at + dt.timedelta(days=after), evidence="x")
        except ServqualError:
            assert not legal
        else:
            assert legal
            done[what] = after
    limits = {ORDER.what: 9, TRAIN.what: 19}
    kept = [after <= limits[what] for what, after in done.items()]
    assert do.on_time == (sum(kept) / len(kept) if kept else None)
    assert do.progress == len(done) / 2
    late = {one.what for one in do.overdue(now=day(4, 15))}
    assert late == {what for what, limit in limits.items() if what not in done and limit < 14}
