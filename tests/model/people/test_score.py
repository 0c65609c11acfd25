"""Objectives with target, owner and period; ratings that say who rated whom."""

import datetime as dt

import pytest

from servqual.errors import InvalidValue
from servqual.model import AgentId, Appraisal, Objective, Rating
from servqual.model import appraisal as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
QUARTER = (dt.date(2026, 4, 1), dt.date(2026, 6, 30))


def test_an_objective_has_target_owner_and_period() -> None:
    """GV-14: it names what is still missing, so that work proceeds by clear goals."""
    assert Objective(what="cut repeat calls", progress=0.5).gaps == ("target", "owner", "period")
    whole = Objective(what="cut repeat calls", progress=0.5, target=0.05, owner=AgentId("A-1"), period=QUARTER)
    assert whole.gaps == ()
    with pytest.raises(InvalidValue, match="period must end on or after its first day"):
        Objective(what="cut repeat calls", progress=0.5, period=QUARTER[::-1])


def test_a_peer_rates_somebody_else() -> None:
    """QM-15: colleagues rate each other; who rates themselves says so, and only the appraised member is rated."""
    with pytest.raises(InvalidValue, match="rater must not rate themselves as a peer"):
        Rating(by="peer", score=80, rater=AgentId("A-1"), member=AgentId("A-1"))
    assert Rating(by="self", score=80, rater=AgentId("A-1"), member=AgentId("A-1")).points == 80.0
    scheme = event.SchemeSet(
        at=NINE, by="M-1", member=AgentId("A-1"), period=QUARTER, weights={"ratings": 1.0}, rater_weights={"peer": 1.0}
    )
    appraisal = Appraisal(history=[scheme])
    ours = Rating(by="peer", score=80, rater=AgentId("A-2"), member=AgentId("A-1"))
    later = NINE + dt.timedelta(hours=1)
    assert appraisal.record(event.DataCollected(at=later, by="M-1", ratings=(ours,))).score().value == 80.0
    other = Rating(by="peer", score=80, rater=AgentId("A-1"), member=AgentId("A-2"))
    with pytest.raises(InvalidValue, match="ratings must be of the member whose appraisal it is, A-1"):
        appraisal.record(event.DataCollected(at=later, by="M-1", ratings=(other,)))
