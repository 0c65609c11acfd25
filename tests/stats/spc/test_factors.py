"""Constants of charts against the printed tables."""

import math
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.stats.spc import constants

# D. C. Montgomery, Introduction to Statistical Quality Control, appendix VI: d2, d3, c4, A2, A3, B3, B4, D3, D4
TABLE = {
    2: (1.128, 0.853, 0.7979, 1.880, 2.659, 0, 3.267, 0, 3.267),
    3: (1.693, 0.888, 0.8862, 1.023, 1.954, 0, 2.568, 0, 2.574),
    4: (2.059, 0.880, 0.9213, 0.729, 1.628, 0, 2.266, 0, 2.282),
    5: (2.326, 0.864, 0.9400, 0.577, 1.427, 0, 2.089, 0, 2.114),
    6: (2.534, 0.848, 0.9515, 0.483, 1.287, 0.030, 1.970, 0, 2.004),
    7: (2.704, 0.833, 0.9594, 0.419, 1.182, 0.118, 1.882, 0.076, 1.924),
    8: (2.847, 0.820, 0.9650, 0.373, 1.099, 0.185, 1.815, 0.136, 1.864),
    9: (2.970, 0.808, 0.9693, 0.337, 1.032, 0.239, 1.761, 0.184, 1.816),
    10: (3.078, 0.797, 0.9727, 0.308, 0.975, 0.284, 1.716, 0.223, 1.777),
    15: (3.472, 0.756, 0.9823, 0.223, 0.789, 0.428, 1.572, 0.347, 1.653),
    20: (3.735, 0.729, 0.9869, 0.180, 0.680, 0.510, 1.490, 0.415, 1.585),
    25: (3.931, 0.708, 0.9896, 0.153, 0.606, 0.565, 1.435, 0.459, 1.541),
}


@pytest.mark.parametrize("n", TABLE)
def test_constants_are_those_of_the_table(n: int) -> None:
    """Every constant agrees with the table, whose limit factors come from rounded ones and are a unit off at times."""
    c = constants(n)
    found = (c.d2, c.d3, c.c4, c.a2, c.a3, c.b3, c.b4, c.D3, c.D4)
    assert found == pytest.approx(TABLE[n], abs=0.00151)
    assert found[:3] == pytest.approx(TABLE[n][:3], abs=0.00051)


def test_two_values_have_closed_forms() -> None:
    """The range of two values has a mean of 2 / √π and a variance of 2 - 4 / π."""
    c = constants(2)
    assert c.d2 == pytest.approx(2 / math.sqrt(math.pi), abs=1e-11)
    assert c.d3 == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-10)


@pytest.mark.parametrize("n", [3, 12, 100, 1000])
def test_moments_agree_with_an_adaptive_integral(n: int) -> None:
    """d2 is the integral of 1 - (1 - Φ)^n - Φ^n, by scipy."""
    integrate: Any = pytest.importorskip("scipy.integrate")
    from scipy.special import ndtr  # noqa: PLC0415

    found = integrate.quad(lambda x: 1 - ndtr(-x) ** n - ndtr(x) ** n, -12, 12, epsabs=1e-12, limit=300)[0]
    assert constants(n).d2 == pytest.approx(found, abs=1e-9)


def test_moments_agree_with_simulated_samples() -> None:
    """d3 and c4 are the moments of drawn samples."""
    drawn = np.random.default_rng(4).standard_normal((200_000, 7))
    assert np.ptp(drawn, axis=1).std() == pytest.approx(constants(7).d3, abs=0.006)
    assert drawn.std(axis=1, ddof=1).mean() == pytest.approx(constants(7).c4, abs=0.003)


@pytest.mark.parametrize("n", [1, 0, 1001, 2.0, "5", None])
def test_other_sizes_are_refused(n: Any) -> None:
    """A sample of one has no range."""
    with pytest.raises(InvalidValue, match="n must be"):
        constants(n)
