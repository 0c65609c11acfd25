"""Re-checks: whether a change lasts, told by the periods of the sides, restated or not."""

import datetime as dt
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, OtherQuestion, OutOfOrder
from servqual.metrics import Tally, tally
from servqual.pdca import Action, Outcome, Plan, Recheck, RecheckState, Standardise, Verdict, compare

DAY = dt.timedelta(days=1)


def day(month: int, number: int = 1) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, tzinfo=dt.UTC)


def month(number: int, solved: int, *, known: dt.datetime | None = None, cases: int = 1000) -> Tally:
    """Tally a month of cases with its period, as known at its end or later."""
    rows = {
        "received_at": [day(number, 2)] * cases,
        "resolved_at": [day(number, 3)] * solved + [None] * (cases - solved),
    }
    period = (day(number), day(number + 1))
    return tally(["resolution_rate"], {"cases": rows}, period=period, now=known or period[1])


def verdict(before: Tally, after: Tally) -> Verdict:
    """Compare with the margin of the plan."""
    found: Verdict = compare(before, after, margin=0.05)
    return found


MARCH, MAY = month(3, 600), month(5, 750)
PLAN = Plan(
    id="Q-7", subject="solve what we take on", owner="M-1", at=day(4), kpi="resolution_rate", baseline=MARCH, goal=0.7,
    margin=0.05, actions=(Action(what="order", owner="A-1", due=dt.date(2026, 4, 10), criterion="x"),),
)  # fmt: skip
DONE = (
    PLAN.start(at=day(4))
    .complete("order", at=day(4, 9), evidence="x")
    .check(verdict(MARCH, MAY), at=day(6, 2), findings="x")
    .act(Standardise(standard="Support", version="2"), at=day(6, 3))
)


def state(outcome: Outcome) -> str | None:
    """What the last re-check found."""
    return None if outcome.lasting is None else str(outcome.lasting)


@pytest.mark.parametrize(
    ("before", "solved", "found"),
    [
        (MARCH, 750, "held"),
        (MARCH, 600, "relapsed"),
        (MARCH, 500, "relapsed"),
        (MARCH, 640, "unclear"),
        (month(3, 605), 605, "relapsed"),  # March restated: rows were corrected
        (month(3, 605, cases=1010), 605, "relapsed"),
        (month(3, 605, cases=1010), 750, "held"),
        (month(3, 605, known=day(7, 20)), 750, "unclear"),  # and seen later: its cases had more time than those of July
        (MAY, 750, "held"),
        (MAY, 600, "relapsed"),
        (month(5, 745, cases=1010), 740, "held"),
    ],
)
def test_a_side_is_known_by_its_period_and_not_by_what_was_known(before: Tally, solved: int, found: str) -> None:
    """Things that are as before the change are a relapse, also where the side before was restated meanwhile."""
    again = DONE.recheck(verdict(before, month(7, solved)), at=day(8, 2))
    assert [str(one.state) for one in again.rechecks] == [found, "open", "open"]
    assert again.relapsed is (found == "relapsed")


@pytest.mark.parametrize(
    "before", [month(2, 600), month(6, 750), attrs.evolve(MARCH, plan=attrs.evolve(MARCH.plan, period=None))]
)
def test_another_side_before_is_refused(before: Tally) -> None:
    """Neither the side before of the check, nor that after it."""
    with pytest.raises(OtherQuestion, match="have the side before of the check, 2026-03-01 to 2026-04-01") as refused:
        DONE.recheck(verdict(before, month(7, 750)), at=day(8, 2))
    assert refused.value.code == "check.other_question"


def test_each_recheck_is_of_a_later_time() -> None:
    """Not the verdict of the check, not the same verdict twice, not one of an earlier month, not backwards in time."""
    with pytest.raises(OtherQuestion, match="later time than was judged already, from 2026-06-01"):
        DONE.recheck(DONE.check.verdict, at=day(6, 9))
    with pytest.raises(OtherQuestion, match="later time"):
        DONE.recheck(verdict(MARCH, month(4, 600, known=day(8, 1))), at=day(8, 2))
    july = verdict(MARCH, month(7, 750))
    once = DONE.recheck(july, at=day(8, 2))
    with pytest.raises(OtherQuestion, match="from 2026-08-01"):
        once.recheck(july, at=day(9, 2))
    with pytest.raises(OtherQuestion, match="from 2026-08-01"):
        once.recheck(verdict(MARCH, month(6, 750, known=day(9, 1))), at=day(9, 2))
    with pytest.raises(OutOfOrder, match="the last re-check"):
        once.recheck(verdict(MARCH, month(8, 750, known=day(8, 1))), at=day(8, 1))
    assert once.last_at == day(8, 2)
    assert once.recheck(verdict(MARCH, month(8, 750)), at=day(9, 2)).last_at == day(9, 2)


def test_a_relapse_is_followed_by_a_plan_of_a_later_time_on_the_same_kpi() -> None:
    """From the value that things fell back to."""
    lost = DONE.recheck(verdict(MARCH, month(7, 605)), at=day(8, 2))
    with pytest.raises(OutOfOrder, match="the last re-check"):
        lost.next_plan(id="Q-8", goal=0.7, at=day(8, 1))
    child = lost.next_plan(id="Q-8", goal=0.7, at=day(8, 3))
    assert (child.baseline, child.definition, child.measured_by) == (0.605, PLAN.definition, PLAN.measured_by)
    held = lost.recheck(verdict(MARCH, month(8, 750)), at=day(9, 2))
    with pytest.raises(InvalidValue, match="decision must be Adjust, or a standard that relapsed"):
        held.next_plan(id="Q-8", goal=0.7, at=day(9, 3))


JULY = verdict(MARCH, month(7, 605))


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "held"},
        {"state": "held", "at": day(8, 2)},
        {"state": "relapsed", "verdict": JULY},
        {"at": day(8, 2)},
        {"verdict": JULY},
        {"at": day(8, 2), "verdict": JULY},
    ],
)
def test_nothing_is_found_without_a_verdict_and_its_moment(facts: dict[str, Any]) -> None:
    """And a re-check with both is not open."""
    with pytest.raises(InvalidValue, match="state must be open without a moment and a verdict, and else have both"):
        Recheck(due=dt.date(2026, 7, 3), **facts)


def test_a_result_by_hand_is_held_against_its_verdict() -> None:
    """Nobody closes a re-check by opinion: things fell back, whatever the record says."""
    by_hand = Recheck(due=dt.date(2026, 7, 3), at=day(8, 2), verdict=JULY, state="held")
    with pytest.raises(InvalidValue, match="state must be relapsed, as the verdict of the re-check says"):
        attrs.evolve(DONE, rechecks=(by_hand,))
    honest = attrs.evolve(DONE, rechecks=(attrs.evolve(by_hand, state="relapsed"), *DONE.rechecks[1:]))
    assert honest == DONE.recheck(JULY, at=day(8, 2))


def test_a_verdict_without_any_time_cannot_be_shown_to_be_later(judged: Any) -> None:
    """Neither period nor now."""
    check = attrs.evolve(DONE.check, verdict=judged(margin=0.05))
    done = check.act(DONE.decision, at=day(6, 3))
    with pytest.raises(OtherQuestion, match="later time than was judged already, from 2026-06-02"):
        done.recheck(judged("equivalent", margin=0.05), at=day(7, 3))
    again = done.recheck(judged("equivalent", margin=0.05, after={"now": day(7, 1)}), at=day(7, 3))
    assert again.lasting is RecheckState.RELAPSED


def test_a_recheck_of_another_definition_is_refused(judged: Any) -> None:
    """Also where the plan names a key alone, and the check settled its definition."""
    plan = attrs.evolve(PLAN, kpi="resolution_kept", baseline=0.6)
    assert plan.definition is None
    check = (
        plan.start(at=day(4)).complete("order", at=day(4, 9), evidence="x")
        .check(judged(kpi="resolution_kept", definition="within 1 day", margin=0.05), at=day(6, 2), findings="x")
    )  # fmt: skip
    other = judged(kpi="resolution_kept", definition="within 2 days", margin=0.05, after={"now": day(7, 1)})
    with pytest.raises(OtherQuestion, match="definition of the check, within 1 day"):
        check.act(DONE.decision, at=day(6, 3)).recheck(other, at=day(7, 2))


def test_three_rechecks_are_not_made_in_three_days() -> None:
    """Each has its day, a week before which it may be made at the earliest, and looks at a time after the decision."""

    def after(start: dt.datetime, end: dt.datetime) -> Verdict:
        rows = {"received_at": [start] * 1000, "resolved_at": [start] * 750 + [None] * 250}
        return verdict(MARCH, tally(["resolution_rate"], {"cases": rows}, period=(start, end), now=end))

    with pytest.raises(OtherQuestion, match="begins on or after the day of the decision, 2026-06-03"):
        DONE.recheck(after(day(6), day(6, 26)), at=day(6, 26))
    with pytest.raises(OutOfOrder, match="7 days before the re-check is due on 2026-07-03"):
        DONE.recheck(after(day(6, 3), day(6, 25)), at=day(6, 25))
    once = DONE.recheck(after(day(6, 3), day(6, 26)), at=day(6, 26))
    with pytest.raises(OutOfOrder, match="7 days before the re-check is due on 2026-08-02"):
        once.recheck(after(day(6, 26), day(6, 27)), at=day(6, 27))
    assert once.recheck(after(day(6, 26), day(7, 26)), at=day(7, 26)).lasting is RecheckState.HELD


@pytest.mark.parametrize("days", [[0], [True], [1.5], ["30"], 30, [10**9], [10**400]])
def test_days_until_a_recheck_are_whole_and_come(days: Any) -> None:
    """From 1, and within the calendar."""
    with pytest.raises(InvalidValue, match="recheck_after must be"):
        DONE.check.act(DONE.decision, at=day(6, 3), recheck_after=days)


@given(st.lists(st.tuples(st.integers(4, 11), st.integers(-20, 20)), max_size=4))
def test_rechecks_agree_with_a_slow_obvious_version(tries: list[tuple[int, int]]) -> None:
    """It stands just where its month begins after the decision and what was judged; it is not made a week early."""
    outcome, judged_until, made_at = DONE, 5, DONE.at
    for number, delay in tries:
        at = day(number + 1) + delay * DAY
        after = VERDICTS[number]
        legal = (
            number > max(judged_until, 6) and delay >= 0 and at >= made_at and len(outcome.rechecks) > _made(outcome)
        )
        legal = legal and at.date() >= outcome.rechecks[_made(outcome)].due - 7 * DAY
        try:
            outcome = outcome.recheck(after, at=at)
        except InvalidValue:
            assert not legal
        else:
            assert legal
            judged_until, made_at = number, at
    assert outcome.last_at == made_at


VERDICTS = {number: verdict(MARCH, month(number, 700)) for number in range(4, 12)}


def _made(outcome: Outcome) -> int:
    return sum(not one.is_open for one in outcome.rechecks)
