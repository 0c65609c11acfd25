"""Planned looks: published boundaries, an independent integral, and simulation."""

from typing import Any, Literal

import numpy as np
import pytest
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats import inference

Spending = Literal["obrien_fleming", "pocock"]


@pytest.mark.parametrize(
    ("looks", "spending", "want"),
    [
        # D. M. Reboussin, D. L. DeMets, K. Kim and K. K. G. Lan, 2000, Controlled Clinical Trials 21: 190-207
        (5, "obrien_fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        (5, "pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
        # C. Jennison and B. W. Turnbull, 2000, Group Sequential Methods, section 7.2
        (2, "obrien_fleming", [2.963, 1.969]),
        (2, "pocock", [2.157, 2.201]),
    ],
)
def test_published_boundaries(looks: int, spending: Spending, want: list[float]) -> None:
    """Two-sided, 5 %, equal distances; the published digits come from a coarser integral."""
    assert inference.planned_looks(looks, spending=spending).z == pytest.approx(want, abs=6e-4)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock"])
def test_the_boundaries_enclose_what_is_not_spent(spending: Spending) -> None:
    """By the integral of the joint normal density of scipy, at looks that lie unevenly."""
    plan = inference.planned_looks([0.3, 0.5, 1.0], spending=spending, confidence=0.9)
    share = plan.share
    together = np.sqrt(np.minimum.outer(share, share) / np.maximum.outer(share, share))
    for last in (1, 2, 3):
        ends = plan.z[:last]
        inside = stats.multivariate_normal.cdf(ends, cov=together[:last, :last], lower_limit=-ends, abseps=1e-9)
        assert 1 - inside == pytest.approx(plan.spent[last - 1], abs=1e-6)
    assert plan.spent[-1] == pytest.approx(0.1)
    assert plan.p_value == pytest.approx(2 * stats.norm.sf(plan.z))


def test_one_look_is_a_test_of_fixed_size() -> None:
    """The normal quantile, and its power."""
    plan = inference.planned_looks(1)
    assert plan.z == pytest.approx([stats.norm.ppf(0.975)])
    assert plan.power(2.8) == pytest.approx(stats.norm.sf(stats.norm.ppf(0.975) - 2.8))
    assert plan.drift(0.8) == pytest.approx(stats.norm.ppf(0.975) + stats.norm.ppf(0.8))


@pytest.mark.parametrize(("drift", "seed"), [(0.0, 1), (3.0, 2)])
def test_daily_looks_by_simulation(drift: float, seed: int) -> None:
    """30 looks find an effect as often as said, in 20,000 runs, and no effect in 5 % of them."""
    plan = inference.planned_looks(30)
    steps = np.random.default_rng(seed).standard_normal((20_000, 30)) / np.sqrt(30) + drift / 30
    z = np.cumsum(steps, axis=1) / np.sqrt(plan.share)
    up, down = z >= plan.z, z <= -plan.z
    first_up = up.any(1) & (np.argmax(up, 1) < np.where(down.any(1), np.argmax(down, 1), 99))
    assert first_up.mean() == pytest.approx(plan.power(drift), abs=0.01)
    found = plan.drift(0.9)
    assert found is not None
    assert plan.power(found) == pytest.approx(0.9)
    assert plan.z[0] == np.inf
    if not drift:
        assert (up | down).any(1).mean() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: inference.planned_looks([]), "looks must be 1 to 400 rising shares"),
        (lambda: inference.planned_looks([0.5, 0.4]), "looks must be 1 to 400 rising shares"),
        (lambda: inference.planned_looks([0.5, 1.1]), "looks must be 1 to 400 rising shares"),
        (lambda: inference.planned_looks(2.5), "looks must be a whole number"),
        (lambda: inference.planned_looks(0), "looks must be a number from 1 to 400"),
        (lambda: inference.planned_looks(2, spending="fleming"), "spending must be one of"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: inference.planned_looks(2).drift(0.01), "power must be above 0.025"),
    ],
)
def test_wrong_input_is_refused(call: Any, words: str) -> None:
    """In words that name the field."""
    with pytest.raises(InvalidValue, match=words):
        call()


@pytest.mark.parametrize("share", [0.001, 0.05, 0.07, 0.1, 0.5, 1.0])
def test_a_plan_that_spends_nothing_finds_nothing(share: float) -> None:
    """One look alone: at the first percents no effect is large enough, later the effect found is that of its own z."""
    plan = inference.planned_looks([share])
    drift = plan.drift(0.8)
    if np.isinf(plan.z[0]):
        assert drift is None
        assert plan.power(1e6) == 0
    else:
        assert drift == pytest.approx((plan.z[0] + stats.norm.ppf(0.8)) / share**0.5, rel=1e-6)
    assert (drift is None) == (share < 0.075)
