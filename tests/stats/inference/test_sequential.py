"""Looking at any time: bands against a slow version and by simulation, bets that are fair, Wald's published lines."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from servqual.errors import InvalidValue
from servqual.stats import inference, intervals

shares = st.lists(st.sampled_from([0.0, 1.0]) | st.floats(0, 1), min_size=1, max_size=12)


def wealth(values: list[float], claim: float) -> float:
    """What the bets against a claimed mean made of one unit, bet by bet; those on its other side are left out."""
    bets = [math.copysign(0.5 / 3**k, sum(values) / len(values) - claim) for k in range(7)]
    stakes = dict.fromkeys(bets, 1.0)
    total = 0.0
    for seen, value in enumerate(values):
        guess = (total + 0.5) / (seen + 1)
        for bet in bets:
            stakes[bet] *= math.exp(bet * (value - claim) + (math.log1p(-abs(bet)) + abs(bet)) * (value - guess) ** 2)
        total += value
    n = len(values)

    def likelihood(p: float) -> float:
        return float(p ** (total - 0.5) * (1 - p) ** (n - total - 0.5))

    # Jeffreys's prior in the angle, where it is flat
    mixed, _ = integrate.quad(
        lambda a: 2 * likelihood(math.sin(a) ** 2) * math.sin(a) * math.cos(a), 0, math.pi / 2, limit=200
    )
    return float(0.5 * mixed / math.pi / (claim**total * (1 - claim) ** (n - total)) + 0.25 * sum(stakes.values()) / 7)


@given(shares)
@settings(max_examples=20)
def test_ends_lie_where_the_bets_win(values: list[float]) -> None:
    """Inside the band no bet has won 1 / 0.05, beyond it one has; the mean is always inside."""
    band = inference.confidence_sequence(values)
    assert (band.low <= band.value).all()
    assert (band.value <= band.high).all()
    assert band.value == pytest.approx(np.cumsum(values) / np.arange(1, len(values) + 1))
    for end, outwards in ((float(band.low[-1]), -1), (float(band.high[-1]), 1)):
        if 1e-3 < end < 1 - 1e-3:
            assert wealth(values, end - outwards * 1e-6) < 20 * 1.001
            assert wealth(values, end + outwards * 1e-6) > 20 / 1.001


def test_a_band_holds_at_all_times_where_an_interval_does_not() -> None:
    """150 coins of 0.3, looked at after each of 200 throws: the truth leaves the band in at most 5 %."""
    rng = np.random.default_rng(11)
    outside = naive = 0
    n = np.arange(1, 201)
    for _ in range(150):
        throws = (rng.random(200) < 0.3).astype(np.float64)
        band = inference.confidence_sequence(throws)
        outside += bool(((band.low > 0.3) | (band.high < 0.3)).any())
        low, high = intervals.wilson(throws.cumsum(), n, 0.95)
        naive += bool(((low > 0.3) | (high < 0.3)).any())
    assert outside <= 0.05 * 150
    assert naive > 0.25 * 150


def test_values_that_lie_close_together_have_a_narrow_band() -> None:
    """Scores about 4.0 of 1 to 5 with a deviation of 0.1, against outcomes with the same mean."""
    rng = np.random.default_rng(3)
    scores = inference.confidence_sequence(4 + 0.1 * rng.uniform(-1.7, 1.7, 400), lowest=1, highest=5)
    outcomes = inference.confidence_sequence(1 + 4.0 * (rng.random(400) < 0.75), lowest=1, highest=5)
    assert scores.low[-1] < 4 < scores.high[-1]
    assert scores.high[-1] - scores.low[-1] < 0.5 * (outcomes.high[-1] - outcomes.low[-1])


def test_the_normal_mixture_holds_at_all_times() -> None:
    """1,000 rows of 200 standard normal values, and the band is narrowest where it was planned."""
    rng = np.random.default_rng(5)
    outside = 0
    for row in rng.standard_normal((1000, 200)):
        band = inference.normal_mixture(row, sd=1, planned=50)
        outside += bool(((band.low > 0) | (band.high < 0)).any())
    assert outside <= 50
    widths = []
    for planned in (25, 50, 100):
        band = inference.normal_mixture(np.zeros(200), sd=2, planned=planned)
        widths.append(float(band.high[49]))
    assert min(widths) == widths[1]


@pytest.mark.parametrize(("n", "null"), [(1, 0.5), (12, 0.1), (40, 0.73)])
def test_a_bet_is_fair_under_the_claim(n: int, null: float) -> None:
    """What a bet is worth on average, over all binomial outcomes under the claim, is just its stake."""
    hits = np.arange(n + 1)
    values = [inference.e_value(int(k), n, null=null).value for k in hits]
    assert float(stats.binom.pmf(hits, n, null) @ np.array(values)) == pytest.approx(1)


def test_a_bet_against_a_false_claim_wins() -> None:
    """And is never infinite; without outcomes it stands at its stake."""
    lost = inference.e_value(500_000, 10**6, null=0.1)
    assert 1e300 < lost.value < math.inf
    assert 0 < lost.p_value < 1e-300
    assert (inference.e_value(0, 0, null=0.2).value, inference.e_value(0, 0, null=0.2).p_value) == (1, 1)


@given(st.lists(st.booleans(), max_size=80))
def test_wald_lines_of_the_handbook(outcomes: list[bool]) -> None:
    """NIST/SEMATECH e-Handbook, 6.2.6: p 0.01 and 0.10, risks 0.05 and 0.10, from -0.939 and 1.205 by 0.0397 a case."""
    found = inference.sprt(outcomes, null=0.01, other=0.10, alpha=0.05, beta=0.10)
    bad = 0
    want = ("undecided", len(outcomes))
    for n, outcome in enumerate(outcomes, 1):
        bad += outcome
        if bad <= -0.939 + 0.0397 * n or bad >= 1.205 + 0.0397 * n:
            want = ("null" if bad <= 0.0397 * n else "other", n)
            break
    assert (found.decision, found.n) == want
    assert len(found.log_ratio) == found.n


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: inference.confidence_sequence([0.5, 1.2]), "values must lie from 0 to 1 .*got 1.2"),
        (lambda: inference.confidence_sequence([0.5, float("nan")]), "finite"),
        (lambda: inference.confidence_sequence([1], lowest=1, highest=1), "highest must be above lowest"),
        (lambda: inference.normal_mixture([1], sd=0), "sd must be above 0"),
        (lambda: inference.e_value(1, 2, null=1), "null must be above 0 and below 1"),
        (lambda: inference.e_value(3, 2, null=0.5), "hits must not exceed n"),
        (lambda: inference.sprt([0, 2], null=0.1, other=0.2), "outcomes must be 0 or 1 each"),
        (lambda: inference.sprt([0], null=0.1, other=0.1), "other must differ from null"),
        (lambda: inference.sprt([0], null=0.1, other=0.2, alpha=0.6, beta=0.5), "beta must leave alpha"),
    ],
)
def test_wrong_input_is_refused(call: Any, words: str) -> None:
    """In words that name the field."""
    with pytest.raises(InvalidValue, match=words):
        call()


def test_nothing_has_no_band() -> None:
    """No values, no ends."""
    assert inference.confidence_sequence([]).low.shape == (0,)
    assert inference.normal_mixture([], sd=1).high.shape == (0,)
    assert inference.sprt([], null=0.1, other=0.2).decision == "undecided"
