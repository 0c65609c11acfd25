"""An appraisal obeys its table, and its score can be traced to the scheme that was set before the data."""

import copy
import datetime as dt
import math
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    AgentId,
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalStatus,
    IndicatorKind,
    Objective,
    Rating,
    TeamId,
    equal_weights,
    points,
)
from servqual.model import appraisal as event
from servqual.model.people.appraisal import APPRAISAL_TRANSITIONS, AppraisalEvent

T0 = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
QUARTER = (dt.date(2026, 1, 1), dt.date(2026, 3, 31))


def on(day: int) -> dt.datetime:
    """So many days after the scheme."""
    return T0 + dt.timedelta(days=day)


def scheme(**changes: Any) -> event.SchemeSet:
    """A scheme of one indicator and ratings by two kinds of rater, with changes."""
    fields: dict[str, Any] = {
        "at": T0,
        "by": "M-1",
        "member": AgentId("A-1"),
        "period": QUARTER,
        "weights": {"csat": 0.6, "ratings": 0.4},
        "rater_weights": {"supervisor": 0.75, "peer": 0.25},
    }
    return event.SchemeSet(**fields | changes)


BOTH = (Rating(by="supervisor", score=80), Rating(by="peer", score=40))


def sample(name: str, day: int) -> AppraisalEvent:
    """An event of each stored name."""
    at = on(day)
    events: dict[str, AppraisalEvent] = {
        "scheme_set": scheme(at=at),
        "data_collected": event.DataCollected(at=at, by="M-1", scores={"csat": 90.0}, ratings=BOTH),
        "rated": event.Rated(at=at, by="M-1"),
        "scored": event.Scored(at=at, by="M-1"),
        "discussed": event.Discussed(at=at, by="M-1", said_by_member="too many calls", improvements=["two pauses"]),
        "acknowledged": event.Acknowledged(at=at, by="A-1", agrees=False),
        "outcome_applied": event.OutcomeApplied(at=at, by="M-1", outcome="coaching"),
        "closed": event.Closed(at=at, by="M-1"),
        "cancelled": event.Cancelled(at=at, by="M-1", reason="left the company"),
    }
    return events[name]


# DOMAIN.md SM-10, written out apart from the code: status -> event -> next status; staying put, the straight way to
# SCORED where nobody rates, and giving up are design
LEADS: dict[str, dict[str, str]] = {
    "scheme_set": {"scheme_set": "scheme_set", "data_collected": "data_collected"},
    "data_collected": {"data_collected": "data_collected", "rated": "rated", "scored": "scored"},
    "rated": {"rated": "rated", "scored": "scored"},
    "scored": {"discussed": "discussed"},
    "discussed": {"discussed": "discussed", "acknowledged": "acknowledged"},
    "acknowledged": {"outcome_applied": "outcome_applied", "closed": "closed"},
    "outcome_applied": {"outcome_applied": "outcome_applied", "closed": "closed"},
    "closed": {},
    "cancelled": {},
}
for _begun in ("scheme_set", "data_collected", "rated", "scored", "discussed", "acknowledged"):
    LEADS[_begun]["cancelled"] = "cancelled"

STRAIGHT = ["scheme_set", "data_collected", "rated", "scored", "discussed", "acknowledged", "outcome_applied", "closed"]


def in_status(status: str) -> Appraisal:
    """An appraisal that went the straight way to this status."""
    way = ["scheme_set", "cancelled"] if status == "cancelled" else STRAIGHT[: STRAIGHT.index(status) + 1]
    return Appraisal(history=[sample(name, day) for day, name in enumerate(way)])


def test_the_tables_of_this_test_cover_everything() -> None:
    """Every status has a row and a way to it, every kind of event a sample."""
    assert set(LEADS) == set(AppraisalStatus)
    assert {type(sample(name, 0)) for name in (*STRAIGHT, "cancelled")} == set(APPRAISAL_TRANSITIONS.events)
    assert all(in_status(status).status == status for status in AppraisalStatus)


@pytest.mark.parametrize("status", list(AppraisalStatus))
@pytest.mark.parametrize("name", [*STRAIGHT, "cancelled"])
def test_every_event_in_every_status(status: str, name: str) -> None:
    """An event leads where the table says, or is refused, names those allowed, and changes nothing."""
    appraisal, new = in_status(status), sample(name, 30)
    before = attrs.evolve(appraisal)
    if name in LEADS[status]:
        after = appraisal.record(new)
        assert after.status == LEADS[status][name]
        assert after == Appraisal(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            appraisal.record(new)
        assert refused.value.code == "appraisal.illegal_transition"
        assert set(refused.value.allowed) == set(LEADS[status])
    assert appraisal == before


def test_every_open_status_can_end() -> None:
    """From each status some way leads to an end."""
    ends = {status for status, ways in LEADS.items() if not ways}
    for _ in AppraisalStatus:
        ends |= {status for status, ways in LEADS.items() if ends & set(ways.values())}
    assert ends == set(AppraisalStatus)


def test_the_score_is_the_weighted_sum_and_says_where_it_comes_from() -> None:
    """0.6 × 90 + 0.4 × (0.75 × 80 + 0.25 × 40), worked by hand: 54 + 0.4 × 70 = 82."""
    score = in_status("data_collected").score()
    assert score.contributions == pytest.approx({"csat": 54.0, "ratings": 28.0})
    assert score.value == pytest.approx(82.0)
    assert not score.missing


def test_a_declared_gap_spreads_its_weight_over_the_rest() -> None:
    """Without peers only the supervisor counts: 0.6 × 90 + 0.4 × 80 = 86; without ratings csat is all: 90."""
    begun = Appraisal(history=[scheme()])
    data = event.DataCollected(
        at=on(1), by="M-1", scores={"csat": 90.0}, ratings=BOTH[:1], missing={"peer": "works alone"}
    )
    score = begun.record(data).score()
    assert score.value == pytest.approx(86.0)
    assert score.missing == {"peer": "works alone"}
    bare = event.DataCollected(at=on(1), by="M-1", scores={"csat": 90.0}, missing={"ratings": "nobody asked"})
    assert begun.record(bare).score().value == pytest.approx(90.0)
    nothing = event.DataCollected(at=on(1), by="M-1", missing={"ratings": "nobody asked", "csat": "no survey"})
    assert begun.record(nothing).score().value is None
    assert begun.record(nothing).suggested_outcome() is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"ratings": BOTH}, "csat"),
        ({"scores": {"csat": 90.0}}, "ratings"),
        ({"scores": {"csat": 90.0}, "ratings": BOTH[:1]}, "peer"),
    ],
)
def test_a_gap_that_nobody_declared_has_no_score(data: dict[str, Any], words: str) -> None:
    """Neither measured nor missing: the error names it, and `scored` is refused for the same reason."""
    appraisal = Appraisal(history=[scheme(), event.DataCollected(at=on(1), by="M-1", **data)])
    with pytest.raises(InvalidValue, match=words):
        appraisal.score()
    with pytest.raises(InvalidValue, match=words):
        appraisal.record(event.Scored(at=on(2), by="M-1"))
    with pytest.raises(InvalidValue, match=words):
        Appraisal(history=[*appraisal.history, event.Scored(at=on(2), by="M-1")])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"scores": {"cast": 90.0}}, "did you mean csat"),
        ({"ratings": [Rating(by="pear", score=1)]}, "did you mean peer"),
        ({"ratings": [Rating(by="peer", score=1, on="charm")]}, "charm"),
        ({"objectives": [Objective(what="write", progress=1)]}, "objectives"),
        ({"missing": {"weather": "rain"}}, "weather"),
    ],
)
def test_data_that_the_scheme_does_not_weigh_is_refused(data: dict[str, Any], words: str) -> None:
    """Data is never left out in silence."""
    begun = Appraisal(history=[scheme()])
    with pytest.raises(InvalidValue, match=words):
        begun.record(event.DataCollected(at=on(1), by="M-1", **data))
    assert begun == Appraisal(history=[scheme()])


def test_later_data_adds_and_corrects() -> None:
    """Of two scores the later counts; ratings add up; rating may come apart from the data."""
    appraisal = Appraisal(
        history=[
            scheme(),
            event.DataCollected(at=on(1), by="M-1", scores={"csat": 10.0}, ratings=BOTH[:1]),
            event.DataCollected(at=on(2), by="M-1", scores={"csat": 90.0}),
            event.Rated(at=on(3), by="M-1", ratings=BOTH[1:]),
        ]
    )
    assert appraisal.score() == in_status("data_collected").score()


def test_a_quality_is_rated_on_its_own_scale() -> None:
    """An indicator without a measure is rated: 4 of 1 to 5 is 75 points, 0.5 × 75 + 0.5 × 60 = 67.5."""
    appraisal = Appraisal(
        history=[
            scheme(weights=equal_weights([AppraisalCriterion.TEAMWORK, "objectives"]), rater_weights={"peer": 1}),
            event.DataCollected(
                at=on(1),
                by="M-1",
                ratings=[Rating(by="peer", score=4, scale=(1, 5), on="teamwork")],
                objectives=[
                    Objective(what="one", progress=0.5, weight=4),
                    Objective(what="two", progress=1.0),
                ],
            ),
        ]
    )
    assert appraisal.score().value == pytest.approx(67.5)


def test_only_the_member_acknowledges() -> None:
    """Somebody else's word is refused; anybody may speak for a team."""
    talked = in_status("discussed")
    with pytest.raises(InvalidValue, match="A-1"):
        talked.record(event.Acknowledged(at=on(30), by="M-1", agrees=True))
    team = scheme(member=None, team=TeamId("north"))
    history = [team, *talked.history[1:], event.Acknowledged(at=on(30), by="M-1", agrees=True)]
    assert Appraisal(history=history).status is AppraisalStatus.ACKNOWLEDGED


def test_bands_suggest_and_outcomes_are_recorded() -> None:
    """The bound of a band belongs to it; what follows is whatever was recorded."""
    for value, wanted in ((100.0, "bonus"), (80.0, "bonus"), (79.9, "training"), (0.0, None)):
        appraisal = Appraisal(
            history=[
                scheme(weights={"csat": 1}, rater_weights={}, bands={50: "training", 80: "bonus"}),
                event.DataCollected(at=on(1), by="M-1", scores={"csat": value}),
            ]
        )
        assert appraisal.suggested_outcome() == wanted
    assert in_status("closed").outcomes == ("coaching",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": {"csat": 0.5}}, r"sum of 0\.5"),
        ({"weights": {"csat": 1.5, "ratings": -0.5}}, "positive"),
        ({"weights": {"csat": 1.0, "ratings": 0.0}}, "positive"),
        ({"weights": {"csat": math.nan}}, "nan"),
        ({"weights": {}}, "sum of 0"),
        ({"rater_weights": {"peer": 0.9}}, r"rater_weights .* sum of 0\.9"),
        ({"rater_weights": {}}, "rater_weights must say"),
        ({"member": None}, "member must be given, or team, but not both"),
        ({"team": TeamId("north")}, "member must be given, or team, but not both"),
        ({"period": (QUARTER[1], QUARTER[0])}, "period"),
        ({"period": (T0, T0)}, "period must be a tuple of a date"),
        ({"kinds": {"cast": "result"}}, "did you mean csat"),
        ({"by": " "}, "by must be"),
        ({"version": 0}, "version"),
    ],
)
def test_a_scheme_that_cannot_work_is_refused(changes: dict[str, Any], words: str) -> None:
    """Weights, raters, subject and period are checked when the scheme is set."""
    with pytest.raises(ValueError, match=words):
        scheme(**changes)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Rating, {"by": "peer", "score": 101}),
        (Rating, {"by": "peer", "score": math.nan}),
        (Rating, {"by": "peer", "score": 3, "scale": (5, 1)}),
        (Rating, {"by": "", "score": 3}),
        (Objective, {"what": "write", "progress": 1.01}),
        (Objective, {"what": "write", "progress": math.nan}),
        (Objective, {"what": "write", "progress": 1, "weight": 0}),
        (event.DataCollected, {"at": T0, "by": "M-1", "scores": {"csat": 100.5}}),
    ],
)
def test_values_out_of_range_are_refused(kind: Any, fields: dict[str, Any]) -> None:
    """Points lie between 0 and 100, progress between 0 and 1."""
    with pytest.raises(ValueError, match="must"):
        kind(**fields)


def test_process_and_result_are_balanced() -> None:
    """The share of weight by kind, for those that have one."""
    kinds = {"csat": IndicatorKind.RESULT, "ratings": IndicatorKind.PROCESS}
    assert scheme(kinds=kinds).balance() == {IndicatorKind.RESULT: 0.6, IndicatorKind.PROCESS: 0.4}


@pytest.mark.parametrize(
    ("cycle", "day", "first", "last"),
    [
        ("month", dt.date(2028, 2, 29), dt.date(2028, 2, 1), dt.date(2028, 2, 29)),
        ("month", dt.date(2026, 12, 31), dt.date(2026, 12, 1), dt.date(2026, 12, 31)),
        ("quarter", dt.date(2026, 10, 1), dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("year", dt.date(2026, 7, 1), dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ],
)
def test_a_cycle_gives_its_period(cycle: str, day: dt.date, first: dt.date, last: dt.date) -> None:
    """Calendar months, quarters and years; dates read off a calendar."""
    assert AppraisalCycle(cycle).period(day) == (first, last)


@given(
    st.dictionaries(st.sampled_from(["csat", "speed", "quality", "volume"]), st.floats(0, 100), min_size=1),
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
)
def test_contributions_sum_to_a_value_between_the_extremes(scores: dict[str, float], parts: list[int]) -> None:
    """Whatever the weights: the total is the sum of its parts and lies between the worst and the best indicator."""
    chosen = dict(zip(scores, parts, strict=False))
    weights = {name: part / sum(chosen.values()) for name, part in chosen.items()}
    score = Appraisal(
        history=[
            scheme(weights=weights, rater_weights={}),
            event.DataCollected(at=on(1), by="M-1", scores=scores),
        ]
    ).score()
    assert score.value is not None
    assert math.isclose(score.value, math.fsum(score.contributions.values()), abs_tol=1e-9)
    assert min(scores.values()) - 1e-9 <= score.value <= max(scores.values()) + 1e-9


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_points_do_not_care_which_end_is_larger(value: float, worst: float, best: float) -> None:
    """Swapping best and worst mirrors the points; equal ends are refused."""
    if worst == best:
        with pytest.raises(InvalidValue, match="differ"):
            points(value, worst=worst, best=best)
    else:
        one, other = points(value, worst=worst, best=best), points(value, worst=best, best=worst)
        assert 0 <= one <= 100
        assert one + other == pytest.approx(100, abs=1e-6)


def test_it_prints_on_one_line() -> None:
    """The history shows by its length."""
    assert "\n" not in repr(in_status("closed"))
    assert "<8 events>" in repr(in_status("closed"))


def test_it_can_be_copied_and_pickled() -> None:
    """The whole history travels, and so does a score."""
    appraisal = in_status("closed")
    assert copy.deepcopy(appraisal) == appraisal
    assert pickle.loads(pickle.dumps(appraisal)) == appraisal  # noqa: S301  (our own bytes)
    assert copy.deepcopy(appraisal.score()) == appraisal.score()
