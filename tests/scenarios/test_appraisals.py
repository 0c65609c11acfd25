"""Stories of appraisals: from the scheme that was agreed to the outcome that followed."""

import datetime as dt
from typing import Any

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import KPIS, PointScale, appraised, attainment, measure
from servqual.model import (
    AgentId,
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalStatus,
    Indicator,
    IndicatorKind,
    Objective,
    Rater,
    Rating,
    TeamId,
    equal_weights,
    goal_tree,
    needs_after,
    points,
    proposed_weights,
)
from servqual.model import appraisal as event
from servqual.model.people.action_item import ActionItem, Agreed, items_by_owner
from servqual.stats import spc

T0 = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ADA = AgentId("A-1")
SATISFIED = KPIS["satisfaction_index"].with_(scale=(1, 5))
QUARTER = AppraisalCycle.QUARTER.period(T0.date())


def begun(**scheme: Any) -> Appraisal:
    """An appraisal of Ada over the quarter with this scheme."""
    facts: dict[str, Any] = {"member": ADA, "period": QUARTER, "rater_weights": {}}
    return Appraisal(history=[event.SchemeSet(at=T0, by="M-1", **facts | scheme)])


def with_data(appraisal: Appraisal, **data: Any) -> Appraisal:
    """The same with data at the end of the quarter."""
    return appraisal.record(event.DataCollected(at=T0 + 90 * DAY, by="M-1", **data))


def test_an_appraisal_goes_from_its_scheme_to_an_outcome_after_the_talk() -> None:
    """PF-01, PF-07, PF-09, PF-12 to PF-14, TC-10 and TC-12: goals, cycle, data, talk from both sides, then outcome.

    0.4 of 90 points, 0.3 of a rating of 4 on 1 to 5, which are 75, and 0.3 of key results half done:
    36 + 22.5 + 15 = 73.5, in the band from 70.
    """
    appraisal = begun(
        weights={"csat": 0.4, "teamwork": 0.3, "objectives": 0.3},
        rater_weights={"supervisor": 1},
        kinds={"csat": IndicatorKind.RESULT, "objectives": IndicatorKind.RESULT, "teamwork": IndicatorKind.PROCESS},
        bands={85: "promotion", 70: "bonus", 0: "training"},
    )
    assert appraisal.scheme.period == (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    assert appraisal.scheme.balance() == {IndicatorKind.RESULT: pytest.approx(0.7), IndicatorKind.PROCESS: 0.3}
    with pytest.raises(IllegalTransition):
        appraisal.record(event.Scored(at=T0 + DAY, by="M-1"))
    appraisal = with_data(
        appraisal,
        scores={"csat": 90.0},
        ratings=[Rating(by="supervisor", score=4, scale=(1, 5), on="teamwork")],
        objectives=[Objective(what="answer in one language more", progress=0.5)],
    )
    assert appraisal.score().value == pytest.approx(73.5)
    assert appraisal.suggested_outcome() == "bonus"
    bonus = event.OutcomeApplied(at=T0 + 95 * DAY, by="M-1", outcome="bonus")
    appraisal = appraisal.record(event.Scored(at=T0 + 91 * DAY, by="M-1"))
    with pytest.raises(IllegalTransition, match="discussed"):
        appraisal.record(bonus)
    talk = event.Discussed(
        at=T0 + 92 * DAY, by="M-1", said_by_member="too many calls", improvements=["two pauses more"]
    )
    appraisal = appraisal.record(talk)
    with pytest.raises(IllegalTransition, match="acknowledged"):
        appraisal.record(bonus)
    with pytest.raises(InvalidValue, match="by must be the member whose appraisal it is, A-1"):
        appraisal.record(event.Acknowledged(at=T0 + 93 * DAY, by="M-1", agrees=True))
    appraisal = appraisal.record(event.Acknowledged(at=T0 + 93 * DAY, by=ADA, agrees=False)).record(bonus)
    assert (appraisal.status, appraisal.outcomes) == (AppraisalStatus.OUTCOME_APPLIED, ("bonus",))


def test_every_indicator_counts_by_its_weight_and_says_what_it_brought() -> None:
    """PF-02, PF-05 and PF-20: satisfaction, speed, innovation and collaboration; the weights must sum to one.

    0.4 × 80 + 0.3 × 60 + 0.2 × 50 + 0.1 × 100 = 32 + 18 + 10 + 10 = 70.
    """
    weights = {"satisfaction": 0.4, "speed": 0.3, "innovation": 0.2, "collaboration": 0.1}
    data = {"satisfaction": 80.0, "speed": 60.0, "innovation": 50.0, "collaboration": 100.0}
    score = with_data(begun(weights=weights), scores=data).score()
    assert score.contributions == pytest.approx(
        {"satisfaction": 32.0, "speed": 18.0, "innovation": 10.0, "collaboration": 10.0}
    )
    assert score.value == pytest.approx(70.0)
    with pytest.raises(InvalidValue, match=r"weights must be positive and sum to 1 \(got a sum of 0\.9 "):
        begun(weights={"satisfaction": 0.4, "speed": 0.5})
    with pytest.raises(InvalidValue, match="scores"):
        with_data(begun(weights=weights), scores={"satisfaction": 80.0}).score()
    fewer = {name: score for name, score in data.items() if name != "speed"}
    spread = with_data(begun(weights=weights), scores=fewer, missing={"speed": "no clock until March"}).score()
    assert spread.value == pytest.approx((32 + 10 + 10) / 0.7)
    assert spread.missing == {"speed": "no clock until March"}


def test_measured_values_become_points() -> None:
    """PF-03: response time, number solved and satisfaction from data, as points of 0 to 100.

    Replies after 20 and 40 minutes are 30 in the mean, half way from an hour to none: 50 points; 3 of 4 solved, where
    none is worst and all are best: 75; answers of 4 and 5 on 1 to 5 are 4.5 in the mean: 87.5.
    """
    minute = dt.timedelta(minutes=1)
    cases = {
        "received_at": [T0] * 4,
        "first_response_at": [T0 + 20 * minute, T0 + 40 * minute] * 2,
        "resolved_at": [T0 + HOUR] * 3 + [None],
        "agent": [ADA] * 4,
    }
    answers = {"answered_at": [T0] * 2, "score": [4, 5], "agent": [ADA] * 2}
    kpis = [KPIS["first_response_time"], KPIS["resolution_rate"], SATISFIED]
    found = measure(kpis, {"cases": cases, "answers": answers}, by=["agent"], now=T0 + 30 * DAY)
    speed, solved, satisfied = (found.get(kpi.key, agent=ADA).value for kpi in kpis)
    assert speed is not None
    assert solved is not None
    assert satisfied is not None
    scores = {
        "speed": points(speed, worst=3600, best=0),
        "solved": points(solved, worst=0, best=1),
        "satisfaction": satisfied,
    }
    assert scores == {"speed": 50.0, "solved": 75.0, "satisfaction": 87.5}
    score = with_data(begun(weights=equal_weights(scores)), scores=scores).score()
    assert score.value == pytest.approx((50 + 75 + 87.5) / 3)


def test_indicators_are_filled_from_what_was_measured() -> None:
    """PF-03, IC-05: each indicator names its KPI and fills itself; no data is missing with a reason, never 0 points.

    Of four cases of Ada in the quarter three are solved: 75 of 100 points; nobody answered a survey. One who is not
    Ada, and a case of the next quarter, count for nothing.
    """
    appraisal = begun(weights={"solved": 0.6, "satisfaction": 0.4})
    first, last = appraisal.scheme.period
    start = dt.datetime(first.year, first.month, first.day, tzinfo=dt.UTC)
    end = dt.datetime(last.year, last.month, last.day, tzinfo=dt.UTC) + DAY
    cases = {
        "received_at": [*[start] * 4, end, start],
        "resolved_at": [start + HOUR] * 3 + [None, None, None],
        "agent": [*[ADA] * 5, "Bo"],
    }
    answers: dict[str, list[Any]] = {"answered_at": [start], "score": [4], "agent": ["Bo"]}
    data = {"cases": cases, "answers": answers}
    asked: Any = {"by": ["agent"], "now": end + DAY}
    found = measure(["resolution_rate", SATISFIED], data, period=(start, end), **asked)
    scales = {
        "solved": PointScale(kpi="resolution_rate", worst=0, best=1),
        "satisfaction": PointScale(kpi=SATISFIED.key, worst=0, best=100),
    }
    event = appraised(found, appraisal, scales, at=end, by="Lead")
    assert (dict(event.scores), [*event.missing]) == ({"solved": 75.0}, ["satisfaction"])
    assert appraisal.record(event).score().value == 75.0
    with pytest.raises(InvalidValue, match=r"be of the period of the scheme"):
        appraised(measure(["resolution_rate", SATISFIED], data, **asked), appraisal, scales, at=end, by="Lead")
    whole = measure(["resolution_rate", SATISFIED], data, period=(start, end), now=end + DAY)
    with pytest.raises(InvalidValue, match=r"be by agent alone"):
        appraised(whole, appraisal, scales, at=end, by="Lead")
    with pytest.raises(InvalidValue, match=r"solvd"):
        appraised(found, appraisal, {"solvd": scales["solved"]}, at=end, by="Lead")


def test_qualities_are_rated_on_the_five_criteria() -> None:
    """PF-04 and PF-08: what no clock measures is rated, each rater on their own scale, and none weighs by itself.

    Four of the five criteria with 100 points and one with 3 on 1 to 5, which are 50: (4 × 100 + 50) / 5 = 90.
    """
    assert [one.label() for one in AppraisalCriterion] == [
        "service quality",
        "customer satisfaction",
        "teamwork",
        "professional skill",
        "innovation and learning",
    ]
    appraisal = begun(weights=equal_weights(AppraisalCriterion), rater_weights={"peer": 1})
    ratings = [
        Rating(by="peer", on=one, score=100) for one in AppraisalCriterion if one is not AppraisalCriterion.TEAMWORK
    ]
    with pytest.raises(InvalidValue, match="teamwork"):
        with_data(appraisal, ratings=ratings).score()
    ratings.append(Rating(by="peer", on="teamwork", score=3, scale=(1, 5)))
    assert with_data(appraisal, ratings=ratings).score().value == pytest.approx(90.0)
    with pytest.raises(InvalidValue, match="score must lie on its rising scale from 1 to 5"):
        Rating(by="peer", on="teamwork", score=6, scale=(1, 5))


def test_a_scheme_may_change_before_the_data_and_from_period_to_period() -> None:
    """PF-06: weights are adjusted in time, before the data of a period and in the next; a past period keeps its own."""
    first = begun(weights={"speed": 0.8, "quality": 0.2}, version=1)
    adjusted = event.SchemeSet(
        at=T0 + DAY,
        by="M-1",
        member=ADA,
        period=QUARTER,
        weights={"speed": 0.5, "quality": 0.5},
        rater_weights={},
        version=2,
    )
    data = {"speed": 100.0, "quality": 50.0}
    assert with_data(first, scores=data).score().value == pytest.approx(90.0)
    second = with_data(first.record(adjusted), scores=data)
    assert (second.scheme.version, second.score().value) == (2, 75.0)
    with pytest.raises(IllegalTransition):
        second.record(attrs.evolve(adjusted, at=T0 + 91 * DAY, version=3))
    month = AppraisalCycle.MONTH.period(dt.date(2026, 4, 9))
    after = begun(period=month, weights={"quality": 1.0}, version=3, review_on=dt.date(2026, 6, 30))
    assert with_data(after, scores={"quality": 50.0}).score().value == 50.0
    assert second.score().value == 75.0


def test_supervisor_peers_and_customers_rate_each_with_their_weight() -> None:
    """PF-10, NU-07 and TC-11: evaluation from all sides, and who is missing is said and spread over the rest.

    0.5 × 80 + 0.3 × (60 + 100) / 2 + 0.2 × 50 = 40 + 24 + 10 = 74; without customers (40 + 24) / 0.8 = 80.
    """
    assert [one.value for one in Rater] == ["supervisor", "peer", "customer"]
    appraisal = begun(weights={"ratings": 1}, rater_weights={"supervisor": 0.5, "peer": 0.3, "customer": 0.2})
    inside = [Rating(by="supervisor", score=80), Rating(by="peer", score=60), Rating(by="peer", score=100)]
    whole = with_data(appraisal, ratings=[*inside, Rating(by="customer", score=3, scale=(1, 5))])
    assert whole.score().value == pytest.approx(74.0)
    with pytest.raises(InvalidValue, match="customer"):
        with_data(appraisal, ratings=inside).score()
    said = with_data(appraisal, ratings=inside, missing={"customer": "no survey in this quarter"})
    assert said.score().value == pytest.approx(80.0)
    # of two things to rate, a peer may know only one: 0.5 × (0.5 × 80 + 0.5 × 60) + 0.5 × 40 = 55
    two = begun(weights={"help": 0.5, "care": 0.5}, rater_weights={"supervisor": 0.5, "peer": 0.5})
    known = [
        Rating(by="supervisor", on="help", score=80), Rating(by="peer", on="help", score=60),
        Rating(by="supervisor", on="care", score=40),
    ]  # fmt: skip
    with pytest.raises(InvalidValue, match="peer"):
        with_data(two, ratings=known).score()
    partly = with_data(two, ratings=known, missing={"peer": "saw no calls"})
    assert partly.score().value == pytest.approx(55.0)


def test_indicators_and_key_results_make_one_score() -> None:
    """PF-11: measured indicators and key results on two tracks, with a weight that was agreed and a goal they divide.

    0.6 × 80 + 0.4 × (3 × 1.0 + 1 × 0.2) / 4 × 100 = 48 + 32 = 80.
    """
    results = [
        Objective(what="a guide for invoices", progress=1.0, weight=3, serves="fewer repeat calls"),
        Objective(what="teach two colleagues", progress=0.2, weight=1, serves="fewer repeat calls"),
    ]
    appraisal = begun(weights={"resolution_rate": 0.6, "objectives": 0.4})
    score = with_data(appraisal, scores={"resolution_rate": 80.0}, objectives=results).score()
    assert score.contributions == pytest.approx({"resolution_rate": 48.0, "objectives": 32.0})
    service = Objective(what="fewer repeat calls", start=0.3, target=0.2, measured=0.28)
    assert goal_tree([service, *results])[service.what] == tuple(results)


def test_a_team_is_appraised_by_indicators_of_its_own() -> None:
    """PF-15, partly: goals and collaboration for the team, efficiency for the member, each with a score.

    0.5 × 90 + 0.5 × 70 = 80 for the team; 60 for the member; one appraisal is not of both.
    """
    team = begun(member=None, team=TeamId("north"), weights={"goals": 0.5, "collaboration": 0.5})
    assert with_data(team, scores={"goals": 90.0, "collaboration": 70.0}).score().value == 80.0
    assert with_data(begun(weights={"efficiency": 1}), scores={"efficiency": 60.0}).score().value == 60.0
    with pytest.raises(InvalidValue, match="member must be given, or team, but not both"):
        begun(team=TeamId("north"), weights={"goals": 1})


def test_goals_are_numbers_that_are_measured() -> None:
    """PF-17: first response, satisfaction and complaint handling have goals; the gap shows who is where.

    Replies after 20 and 40 minutes are 30 in the mean, at the goal; scores of 4 and 5 on 1 to 5 are 87.5 of 90;
    complaints take 3 days instead of 2, the largest gap as a share of its goal.
    """
    minute = dt.timedelta(minutes=1)
    goals = [
        Indicator(name="quick", kpi="first_response_time", goal=30 * minute),
        Indicator(name="satisfied", kpi="satisfaction_index", goal=90.0),
        Indicator(name="complaints", kpi="complaint_handling_time", goal=2 * DAY),
    ]
    data = {
        "cases": {"received_at": [T0] * 2, "first_response_at": [T0 + 20 * minute, T0 + 40 * minute]},
        "answers": {"answered_at": [T0] * 2, "score": [4, 5]},
        "complaints": {"received_at": [T0], "resolved_at": [T0 + 3 * DAY]},
    }
    rows = attainment(goals, data, now=T0 + 30 * DAY, catalogue={**KPIS, SATISFIED.key: SATISFIED})
    assert [(row.indicator.name, row.met, row.gap) for row in rows] == [
        ("complaints", False, 86_400.0),
        ("satisfied", False, 2.5),
        ("quick", True, 0.0),
    ]
    assert rows[0].ratio == pytest.approx(2 / 3)


def test_the_numbers_of_a_member_are_followed_month_by_month() -> None:
    """PF-18: regular data of each member, month by month.

    Ada solves 9 of 10, then 5 of 10; Bo 8 of 10 both times.
    """
    kept = {("A-1", 1): 9, ("A-1", 2): 5, ("A-2", 1): 8, ("A-2", 2): 8}
    rows = [(agent, month, n < solved) for (agent, month), solved in kept.items() for n in range(10)]
    received = [dt.datetime(2026, month, 10, 9, tzinfo=dt.UTC) for _, month, _ in rows]
    cases = {
        "received_at": received,
        "resolved_at": [at + HOUR if solved else None for at, (*_, solved) in zip(received, rows, strict=True)],
        "agent": [agent for agent, *_ in rows],
    }
    found = measure(["resolution_rate"], {"cases": cases}, by=["agent", "month"], now=T0 + 90 * DAY)
    assert {(m.group["agent"], m.group["month"].month): m.value for m in found} == {
        key: solved / 10 for key, solved in kept.items()
    }


def test_a_fall_in_the_numbers_of_a_member_is_found_and_fed_back() -> None:
    """PF-18: the month in which a member falls out of their own limits is found, and the member gets a task for it.

    Ada solves 18 and 16 of 20 in turn, then 8; the moving ranges are all .1, so that 2.66 times that is .266, and the
    lower limit .85 - .266 = .584 is above .4.
    """
    solved = [18, 16] * 4 + [8]
    at = [dt.datetime(2026, month, 10, 9, tzinfo=dt.UTC) for month in range(1, 10) for _ in range(20)]
    done = [n < kept for kept in solved for n in range(20)]
    cases = {
        "received_at": at,
        "resolved_at": [each + HOUR if one else None for each, one in zip(at, done, strict=True)],
        "agent": [ADA] * len(at),
    }
    found = measure(["resolution_rate"], {"cases": cases}, by=["agent", "month"], now=T0 + 330 * DAY)
    chart = spc.xmr([m.value for m in found], baseline=8)
    assert [(each.rule, each.index) for each in chart.signals] == [("beyond_limits", 8)]
    told = Agreed(at=T0 + 330 * DAY, by="Lead", id="T-1", what="talk about September", owner=ADA, due=T0.date())
    mine = items_by_owner([ActionItem(history=[told])], today=told.due)
    assert [item.id for item in mine[ADA].open] == ["T-1"]


def test_a_scheme_says_its_version_and_when_it_is_reviewed() -> None:
    """PF-24, partly: the system of appraisal has a version and a day on which it is looked at itself."""
    scheme = begun(weights={"speed": 1}, scheme="phone", version=2, review_on=dt.date(2026, 6, 30)).scheme
    assert (scheme.scheme, scheme.version, scheme.review_on) == ("phone", 2, dt.date(2026, 6, 30))
    with pytest.raises(InvalidValue, match="version"):
        begun(weights={"speed": 1}, version=0)


def test_the_result_changes_the_training_and_the_criteria() -> None:
    """SR-08: from the result follow what is trained, the dearest need first, and the weights proposed for next time.

    Of 100 points 70 are wanted: satisfaction has 50 and weighs 0.5, so that 10 points of the total are lost; teamwork
    has 60 and weighs 0.2, 2 points. Both are to weigh half as much again: 0.75, 0.3 and 0.3, of 1.35 together.
    """
    weights = {"satisfaction": 0.5, "quality": 0.3, "teamwork": 0.2}
    scores = {"satisfaction": 50.0, "quality": 90.0, "teamwork": 60.0}
    appraisal = with_data(begun(weights=weights), scores=scores)
    needs = needs_after(appraisal, below=70, contents={"satisfaction": "listening"})
    assert [(need.member, need.indicator, need.shortfall, need.lost, need.content) for need in needs] == [
        (ADA, "satisfaction", 20, 10, "listening"),
        (ADA, "teamwork", 10, 2, ""),
    ]
    proposed = proposed_weights(appraisal, below=70, emphasis=0.5)
    assert proposed == {
        "satisfaction": pytest.approx(0.75 / 1.35),
        "quality": pytest.approx(0.3 / 1.35),
        "teamwork": pytest.approx(0.3 / 1.35),
    }
    assert begun(weights=proposed).scheme.weights == proposed
