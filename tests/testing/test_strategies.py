"""The strategies of `servqual.testing` draw legal values, and its laws find what breaks them."""

from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import Ratio, Total, Values
from servqual.model import Case, Complaint, Survey, Team
from servqual.model.service.case import CaseStatus
from servqual.schema import kinds, ledger
from servqual.testing import cases, check_accumulator, complaints, histories, values

SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(cases(min_events=3, max_events=5))
def test_histories_have_the_length_that_was_asked(case: Case) -> None:
    """A drawn case has so many events, and is what its own history makes of it."""
    assert 3 <= len(case.history) <= 5
    assert Case(history=case.history) == case


@pytest.mark.parametrize("draw", [cases, complaints, partial(histories, Survey)])
@pytest.mark.parametrize(
    ("events", "field"),
    [
        ({"min_events": 0}, "min_events"),
        ({"min_events": -1}, "min_events"),
        ({"min_events": True}, "min_events"),
        ({"min_events": 1.5}, "min_events"),
        ({"max_events": 0}, "max_events"),
        ({"min_events": 4, "max_events": 3}, "min_events"),
        ({"min_events": 9}, "min_events"),
    ],
)
def test_numbers_of_events_that_no_history_has_are_refused(draw: Any, events: Any, field: str) -> None:
    """At once, and not at the first draw: an object without events is none."""
    with pytest.raises(InvalidValue, match=f"^{field} must") as refused:
        draw(**events)
    assert refused.value.field == field


@SLOW
@given(cases(min_events=2, max_events=2))
def test_an_exact_number_of_events_is_drawn(case: Case) -> None:
    """The least and the most may be the same."""
    assert len(case.history) == 2


@SLOW
@given(st.from_type(Complaint), st.from_type(Team), st.from_type(Survey))
def test_the_model_is_known_to_hypothesis(complaint: Complaint, team: Team, survey: Survey) -> None:
    """Types of the model need no strategy in a test."""
    assert isinstance(complaint, Complaint)
    assert isinstance(team, Team)
    assert isinstance(survey, Survey)


@settings(SLOW, max_examples=40)
@given(st.sampled_from(kinds()), st.data())
def test_every_kind_is_known_to_hypothesis(tag: str, data: st.DataObject) -> None:
    """Each class with a stored form is drawn from its type alone; some kinds a run, all in a long one."""
    kind = ledger.named(tag).kind
    assert type(data.draw(st.from_type(kind))) is kind


@pytest.mark.parametrize("status", [CaseStatus.RECEIVED, CaseStatus.HANDLING])
def test_statuses_are_reached(status: CaseStatus) -> None:
    """Lives are not all alike: a short search finds each of these."""
    found = find(
        cases(max_events=5), lambda case: case.status is status, settings=settings(max_examples=300, deadline=None)
    )
    assert found.status is status


@SLOW
@given(st.one_of(complaints(min_events=2), histories(Survey)))
def test_other_lives_are_legal(value: Any) -> None:
    """Each kind of object with a history lives by its own table."""
    assert type(value)(history=value.history) == value


def test_accumulators_of_ours_keep_the_laws() -> None:
    """Ratios, totals and values add up."""
    counts = st.integers(0, 99)
    check_accumulator(Ratio, st.builds(Ratio, hits=counts, misses=counts, undecided=counts), max_examples=25)
    check_accumulator(Total, values(Total), max_examples=25)
    check_accumulator(Values, values(Values), max_examples=10)


@attrs.frozen
class Mean:
    """An average of averages, which is no accumulator."""

    value: float = 0.0

    def __add__(self, other: "Mean") -> "Mean":
        return Mean((self.value + other.value) / 2)


@attrs.define
class Counter:
    """A counter that changes when it is added."""

    n: int = 0

    def __add__(self, other: "Counter") -> "Counter":
        self.n += other.n
        return self


@attrs.frozen
class First:
    """What came first, which depends on the order."""

    what: str = ""

    def __add__(self, other: "First") -> "First":
        return self if self.what else other


@pytest.mark.parametrize(
    ("kind", "strategy", "law"),
    [
        (Mean, st.builds(Mean, st.integers(1, 5)), "zero"),
        (Counter, st.builds(Counter, st.integers(1, 5)), "must not change"),
        (First, st.builds(First, st.sampled_from("ab")), "order"),
    ],
)
def test_what_is_no_accumulator_is_found(kind: Any, strategy: Any, law: str) -> None:
    """A class that breaks a law is told which one."""
    with pytest.raises(AssertionError, match=law):
        check_accumulator(kind, strategy)
    with pytest.raises(InvalidValue, match="values"):
        check_accumulator(kind, [kind()])  # type: ignore[arg-type]
