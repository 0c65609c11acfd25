"""Periods that scatter widen the interval of a change, as far as their level may last."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from servqual._arrays import Array
from servqual.metrics import Tally, tally
from servqual.pdca import Verdict, compare
from servqual.pdca.verdicts.scatter import LASTING, _memory

START, WEEK = dt.datetime(2026, 1, 5, tzinfo=dt.UTC), dt.timedelta(days=7)
RESTLESS = [0.29, 0.21, 0.28, 0.21, 0.27, 0.22, 0.28, 0.24]


def weekly(levels: list[float], first: int = 0, n: int = 200, by: tuple[str, ...] = ("week",)) -> Tally:
    """A series of weeks of n cases each, of which the share of a level was reopened."""
    starts = [np.datetime64((START + (first + week) * WEEK).replace(tzinfo=None), "us") for week in range(len(levels))]
    at = np.repeat(np.array(starts), n)
    again = (np.arange(n) < np.rint(np.array(levels) * n)[:, None]).ravel()
    cases = {"received_at": at, "resolved_at": at, "reopened": again}
    return tally(["reopen_rate"], {"cases": cases}, by=by, now=START + 100 * WEEK)


def judged(before: list[float], after: list[float], by: tuple[str, ...] = ("week",), **options: Any) -> Verdict:
    """The verdict on two series of weeks."""
    found: Verdict = compare(weekly(before, by=by), weekly(after, len(before), by=by), **options)
    return found


def width(found: Verdict) -> float:
    """The length of the interval of the change."""
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_memory_is_that_of_the_matrix_of_covariances() -> None:
    """The variance of a mean and the expected one around it, summed over the autocorrelations of all pairs."""
    for n in (2, 4, 8, 26):
        place = np.arange(n)
        correlation = LASTING ** np.abs(place[:, None] - place)
        of_mean = float(correlation.sum()) / n
        around = np.eye(n) - 1 / n
        assert _memory(n) == pytest.approx((of_mean, float(np.trace(around @ correlation)) / (n - 1)))


def test_the_interval_is_wider_by_what_was_seen() -> None:
    """Student's t times the root of the variance that lasting levels have, in place of the normal deviate."""
    stats = pytest.importorskip("scipy.stats")
    after = [level - 0.02 for level in RESTLESS]
    found, plain = judged(RESTLESS, after), judged(RESTLESS, after, by=())
    chi = sum(stats.chi2_contingency([(p := np.array(of)) * 200, 200 - p * 200])[0] for of in (RESTLESS, after))
    longer, seen = _memory(8)
    beyond = (chi - 14) / (14 * seen)
    wider = stats.t.isf(0.025, 14) / stats.norm.isf(0.025) * math.sqrt(1 + beyond * longer)
    assert width(found) / width(plain) == pytest.approx(wider, rel=1e-6)
    assert wider > 1.3
    assert (found.change, found.before, found.after) == (plain.change, plain.before, plain.after)


def test_calm_weeks_leave_the_interval_as_it_is() -> None:
    """No more scatter than chance: the same numbers as without weeks."""
    calm = [0.25, 0.27, 0.24, 0.25]
    found, plain = judged(calm, [0.2] * 4), judged(calm, [0.2] * 4, by=())
    assert (found.low, found.high, found.p_value, found.relative) == (
        plain.low,
        plain.high,
        plain.p_value,
        plain.relative,
    )


@pytest.mark.parametrize("drop", [0.0, 0.03, 0.05, 0.06, 0.07, 0.08, 0.12])
def test_all_that_is_printed_says_the_same(drop: float) -> None:
    """Change, p and relative change leave out 0 together; more cases are needed than without scatter."""
    after = [level - drop for level in RESTLESS]
    found = judged(RESTLESS, after, margin=0.03)
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    assert found.relative.low is not None
    assert found.relative.high is not None
    clear = found.high < 0
    assert (found.p_value < 0.05) == (found.relative.high < 0) == clear == (found.decision == "improved")
    assert found.relative.low >= -1
    plain = judged(RESTLESS, after, by=(), margin=0.03)
    if found.n_needed is not None and plain.n_needed is not None:
        assert found.n_needed > plain.n_needed


def lasting(dice: np.random.Generator, n: int, rho: float) -> Array:
    """Levels of n weeks of deviation 1 that remember the week before."""
    out = dice.normal(size=n)
    for place in range(1, n):
        out[place] = rho * out[place - 1] + math.sqrt(1 - rho**2) * out[place]
    return out


def test_weeks_that_hang_together_are_seldom_called_changed() -> None:
    """Of 300 unchanged desks whose weekly level scatters by 3 points and lasts (autocorrelation 0.5)."""
    dice = np.random.default_rng(3)
    wrong = 0
    for _ in range(300):
        levels = np.clip(0.4 + 0.03 * lasting(dice, 16, 0.5), 0.1, 0.9)
        shares = (dice.binomial(400, levels) / 400).tolist()
        before, after = weekly(shares[:8], n=400), weekly(shares[8:], 8, n=400)
        wrong += compare(before, after).decision in {"improved", "worse"}
    assert wrong <= 300 * 0.05 + 3 * math.sqrt(300 * 0.05 * 0.95)
