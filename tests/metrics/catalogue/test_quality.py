"""KPIs of quality checks: what does not apply, critical errors, and what is refused."""

from statistics import NormalDist

import pytest

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, measure

ZERO = KPIS["qa_score"].with_(key="strict_score", critical="zero")


def test_what_does_not_apply_leaves_the_score() -> None:
    """Weights are pooled: 3 of 4 and 1 of 2, and one to which nothing applied, are 4 of 6."""
    found = measure(["qa_score"], {"qa_scores": {"met": [3, 1, 0], "applicable": [4, 2, 0]}}).one()
    assert (found.value, found.n) == pytest.approx((4 / 6, 2))


def test_a_critical_error_is_apart_or_brings_its_evaluation_to_nothing() -> None:
    """4 of 6 becomes 1 of 6; what is asked for has to be known, and named right."""
    data = {"qa_scores": {"met": [3, 1], "applicable": [4, 2], "customer_critical": [1, 0]}}
    assert measure(["qa_score"], data).one().value == pytest.approx(4 / 6)
    assert measure([ZERO], data).one().value == pytest.approx(1 / 6)
    with pytest.raises(InvalidValue, match="critical must be apart where no critical errors are known"):
        measure([ZERO], {"qa_scores": {"met": [3], "applicable": [4]}})
    with pytest.raises(InvalidValue, match="critical must be one of apart, zero"):
        KPIS["qa_score"].with_(critical="half")


def test_impossible_weights_are_refused() -> None:
    """More met than applicable, below 0, beyond all weights."""
    rows = measure(["qa_score"], {"qa_scores": {"met": [5, -1, 1, 1], "applicable": [4, 4, 1e12, 2]}}).rows["qa_scores"]
    assert (rows.read, rows.used, rows.refused) == (4, 1, 3)
    assert [str(r) for r in rows.refusals] == [
        "row 0: met must not exceed applicable (got '5.0')",
        "row 1: met must be a weight of 0 to 4,294,967,296 (got '-1.0')",
        "row 2: applicable must be a weight of 0 to 4,294,967,296 (got '1000000000000.0')",
    ]


def test_each_kind_of_error_needs_its_column() -> None:
    """Accuracy of all kinds is not told from two of them."""
    with pytest.raises(MissingColumn, match="compliance_critical"):
        measure(["critical_error_accuracy"], {"qa_scores": {"customer_critical": [0], "business_critical": [0]}})


@pytest.mark.parametrize(
    ("per_million", "sigma"), [(233, 5.0), (6210, 4.0), (66_807, 3.0), (308_537, 2.0)]
)  # the conversion table of Six Sigma
def test_the_sigma_level_is_that_of_the_tables(per_million: int, sigma: float) -> None:
    """With the drift of 1.5, one-sided; without it, 1.5 less."""
    data = {"qa_scores": {"defects": [per_million], "opportunities": [1_000_000]}}
    assert measure(["sigma_level"], data).one().value == pytest.approx(sigma, abs=5e-4)
    assert measure([KPIS["sigma_level"].with_(shift=0)], data).one().value == pytest.approx(sigma - 1.5, abs=5e-4)


def test_a_sigma_level_without_a_defect_is_a_bound() -> None:
    """3.69 defects in 1,000 chances would most likely have been seen (Garwood); if all are, it is at most."""
    none = measure(["sigma_level"], {"qa_scores": {"defects": [0] * 10, "opportunities": [100] * 10}}).one()
    assert (none.value, none.high) == (None, None)
    assert none.low == pytest.approx(1.5 + NormalDist().inv_cdf(1 - 3.688879454 / 1000))
    every = measure(["sigma_level"], {"qa_scores": {"defects": [2, 2], "opportunities": [2, 2]}}).one()
    assert (every.value, every.low) == (None, None)
    assert every.high == pytest.approx(1.5 + NormalDist().inv_cdf(1 - 1.089865369 / 4))


def test_the_interval_of_a_sigma_level_is_that_of_its_defects() -> None:
    """Mapped end to end: more defects are a lower level."""
    data = {"qa_scores": {"defects": [3, 1, 2, 4] * 20, "opportunities": [30, 20, 10, 40] * 20}}
    share, level = measure(["dpo", "sigma_level"], data)
    assert share.low is not None
    assert share.high is not None
    ends = [1.5 + NormalDist().inv_cdf(1 - p) for p in (share.high, share.low)]
    assert [level.low, level.high] == pytest.approx(ends)


@pytest.mark.parametrize("shift", [None, -1, True, float("nan"), "1.5"])
def test_a_shift_is_a_number(shift: object) -> None:
    """Refused before anything is told."""
    with pytest.raises(InvalidValue, match="shift must be a number of 0 or more"):
        measure([KPIS["sigma_level"].with_(shift=shift)], {"qa_scores": {"defects": [1], "opportunities": [9]}})
