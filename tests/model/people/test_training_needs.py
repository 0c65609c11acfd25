"""Needs and weights after an appraisal: edges, and what is refused."""

import datetime as dt

import pytest

from servqual.errors import InvalidValue
from servqual.model import AgentId, Appraisal, Objective, needs_after, proposed_weights
from servqual.model import appraisal as event

NINE = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
QUARTER = (dt.date(2026, 1, 1), dt.date(2026, 3, 31))


def appraisal(scores: dict[str, float], **missing: str) -> Appraisal:
    """Half satisfaction, half quality."""
    scheme = event.SchemeSet(
        at=NINE, by="M-1", member=AgentId("A-1"), period=QUARTER, weights={"csat": 0.5, "qa": 0.5}, rater_weights={}
    )
    return Appraisal(history=[scheme, event.DataCollected(at=NINE, by="M-1", scores=scores, missing=missing)])


def test_what_is_missing_is_no_need_and_keeps_its_weight() -> None:
    """Nobody knows whether it is weak; the points lost are those of the total that there is."""
    found = appraisal({"csat": 40.0}, qa="no checks")
    [need] = needs_after(found, below=60)
    assert (need.indicator, need.shortfall, need.lost, need.content) == ("csat", 20.0, 20.0, "")
    assert dict(proposed_weights(found, below=60, emphasis=1)) == {"csat": 2 / 3, "qa": 1 / 3}


@pytest.mark.parametrize("scores", [{"csat": 60.0, "qa": 90.0}, {"csat": 10.0, "qa": 20.0}])
def test_where_none_or_all_are_weak_the_weights_stay(scores: dict[str, float]) -> None:
    """The floor itself is enough."""
    assert dict(proposed_weights(appraisal(scores), below=60, emphasis=0.5)) == {"csat": 0.5, "qa": 0.5}


def test_proposed_weights_make_a_scheme() -> None:
    """They sum to 1 as a scheme needs it."""
    weights = proposed_weights(appraisal({"csat": 10.0, "qa": 90.0}), below=60, emphasis=0.37)
    again = event.SchemeSet(at=NINE, by="M-1", member=AgentId("A-1"), period=QUARTER, weights=weights, rater_weights={})
    assert again.weights == weights


@pytest.mark.parametrize("emphasis", [0.0, -1.0, float("inf"), float("nan")])
def test_an_emphasis_that_emphasises_nothing_is_refused(emphasis: float) -> None:
    """It is a share above 0."""
    with pytest.raises(InvalidValue, match="emphasis must be a number above 0"):
        proposed_weights(appraisal({"csat": 10.0, "qa": 90.0}), below=60, emphasis=emphasis)


@pytest.mark.parametrize("below", [-1.0, 101.0, float("nan")])
def test_a_floor_lies_on_the_scale(below: float) -> None:
    """Points go from 0 to 100."""
    with pytest.raises(InvalidValue, match="below must lie between 0 and 100"):
        needs_after(appraisal({"csat": 10.0, "qa": 90.0}), below=below)


def test_an_objective_that_nobody_measured_is_not_scored_as_nothing() -> None:
    """It is named, and no number comes out."""
    scheme = event.SchemeSet(
        at=NINE, by="M-1", member=AgentId("A-1"), period=QUARTER, weights={"objectives": 1.0}, rater_weights={}
    )
    goals = [Objective(what="half done", progress=0.5), Objective(what="who knows", start=0.0, target=5.0)]
    data = event.DataCollected(at=NINE, by="M-1", objectives=goals)
    with pytest.raises(InvalidValue, match="neither for 'who knows'"):
        Appraisal(history=[scheme, data]).score()
