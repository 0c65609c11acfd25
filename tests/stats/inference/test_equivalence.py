"""Equivalence by two one-sided tests, against statsmodels and by its two readings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats import inference

few = settings(max_examples=30)


@few
@given(
    st.lists(st.integers(0, 40), min_size=2, max_size=20),
    st.lists(st.integers(0, 40), min_size=2, max_size=20),
    st.floats(0.1, 30),
)
def test_means_against_statsmodels(values: list[int], others: list[int], margin: float) -> None:
    """As statsmodels' ttost_ind with unequal variances."""
    theirs = pytest.importorskip("statsmodels.stats.weightstats", reason="statsmodels is not installed")
    found = inference.equivalence_of_means(values, others, margin=margin)
    if len(set(values)) == 1 and len(set(others)) == 1:
        assert (found.equivalent, found.p_value) == (None, None)
        return
    p, _, _ = theirs.ttost_ind(values, others, -margin, margin, usevar="unequal")
    assert found.p_value == pytest.approx(p, abs=1e-9)
    if abs(p - 0.05) > 1e-9:
        assert found.equivalent == (p < 0.05)
    assert found.confidence == pytest.approx(0.9)


@few
@given(st.tuples(*[st.integers(0, 300)] * 4), st.floats(0.01, 0.9), st.sampled_from([0.8, 0.95, 0.975]))
def test_shares_are_equivalent_where_both_tests_say_so(
    counts: tuple[int, int, int, int], margin: float, confidence: float
) -> None:
    """The interval within the margin and the p-value of both tests are one statement."""
    hits, misses, other_hits, other_misses = counts
    n, other_n = hits + misses, other_hits + other_misses
    found = inference.equivalence_of_proportions(hits, n, other_hits, other_n, margin=margin, confidence=confidence)
    if not n or not other_n:
        assert (found.equivalent, found.p_value) == (None, None)
        return
    plain = inference.difference_of_proportions(hits, n, other_hits, other_n, confidence=2 * confidence - 1)
    assert (found.low, found.high) == (plain.low, plain.high)
    assert found.p_value is not None
    if abs(found.p_value - (1 - confidence)) > 1e-9:
        assert found.equivalent == (found.p_value < 1 - confidence)


def test_no_difference_found_is_not_equivalence() -> None:
    """Few cases show neither a difference nor that there is none."""
    found = inference.equivalence_of_proportions(5, 10, 5, 10, margin=0.05)
    assert found.value == 0
    assert found.equivalent is False


def test_margins_and_confidences_that_make_no_test_are_refused() -> None:
    """No margin, a margin of all, and a confidence that leaves no interval."""
    for margin, confidence in [(0.0, 0.95), (-0.1, 0.95), (1.0, 0.95), (0.1, 0.5)]:
        with pytest.raises(InvalidValue):
            inference.equivalence_of_proportions(5, 10, 5, 10, margin=margin, confidence=confidence)
