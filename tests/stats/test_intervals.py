"""Intervals against published numbers and against scipy.stats, which the library itself does not use for them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from scipy.special import xlogy

from servqual.stats import intervals


def test_wilson_published() -> None:
    """R. G. Newcombe (1998), Statistics in Medicine 17: 857-872, table I: 81/263, 15/148, 0/20, 1/29, method 3."""
    low, high = intervals.wilson(np.array([81, 15, 0, 1]), np.array([263, 148, 20, 29]), 0.95)
    assert low == pytest.approx([0.2553, 0.0624, 0.0, 0.0061], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_against_scipy(hits: int, misses: int, confidence: float) -> None:
    """scipy.stats.binomtest(...).proportion_ci(method="wilson")."""
    if not hits + misses:
        return
    low, high = intervals.wilson(np.array([hits]), np.array([hits + misses]), confidence)
    want = stats.binomtest(hits, hits + misses).proportion_ci(confidence, method="wilson")
    assert (low[0], high[0]) == pytest.approx((want.low, want.high), abs=1e-12)


def test_nothing_has_no_interval() -> None:
    """Where n is 0 it is NaN, never 0 to 1."""
    low, high = intervals.wilson(np.array([0]), np.array([0]), 0.95)
    assert np.isnan(low[0])
    assert np.isnan(high[0])


@given(st.integers(0, 2000), st.sampled_from([0.9, 0.95]))
def test_poisson_against_chi_squared(events: int, confidence: float) -> None:
    """Garwood's interval by its chi-squared form, with scipy.stats.chi2."""
    low, high = intervals.poisson(np.array([events]), confidence)
    tail = (1 - confidence) / 2
    assert low[0] == pytest.approx(stats.chi2.ppf(tail, 2 * events) / 2 if events else 0.0, rel=1e-9)
    assert high[0] == pytest.approx(stats.chi2.ppf(1 - tail, 2 * events + 2) / 2, rel=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_mean_against_scipy(values: list[float]) -> None:
    """scipy.stats.t.interval of the same values."""
    spread = float(np.var(values, ddof=1))
    low, high = intervals.mean(np.array([np.mean(values)]), np.array([spread]), np.array([len(values)]), 0.95)
    half = stats.t.ppf(0.975, len(values) - 1) * np.sqrt(spread / len(values))
    assert (low[0], high[0]) == pytest.approx((np.mean(values) - half, np.mean(values) + half), rel=1e-9, abs=1e-6)


@given(st.integers(1, 5000), st.sampled_from([0.5, 0.9, 0.95]))
def test_ranks_cover_the_quantile(n: int, q: float) -> None:
    """The ranks leave out at most 2.5 % on each side, by scipy.stats.binom, and no tighter rank does."""
    low, high = (int(r[0]) for r in intervals.quantile_ranks(np.array([n]), q, 0.95))
    binomial = stats.binom(n, q)
    assert binomial.cdf(low - 1) <= 0.025 + 1e-9
    assert binomial.cdf(low) >= 0.025 - 1e-9
    assert binomial.cdf(high - 1) >= 0.975 - 1e-9
    assert binomial.cdf(high - 2) <= 0.975 + 1e-9


def test_net_published() -> None:
    """M. W. Fagerland, S. Lydersen, P. Laake (2014), Statistics in Medicine 33: 2850-2875: 1 and 7 of 21, Tango's."""
    low, high = intervals.net(np.array([1]), np.array([7]), np.array([21]), 0.95)
    assert (low[0], high[0]) == (pytest.approx(-0.517, abs=5e-4), pytest.approx(-0.026, abs=5e-4))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.8, 0.95]))
def test_the_ends_of_a_net_share_are_where_the_score_test_begins_to_refuse(
    plus: int, minus: int, others: int, confidence: float
) -> None:
    """The likeliest shares under a given difference are found by scipy.optimize, not by Tango's formula."""
    n = plus + minus + others
    if not n:
        return
    ends = intervals.net(np.array([plus]), np.array([minus]), np.array([n]), confidence)
    low, high = (float(end[0]) for end in ends)
    assert -1 <= low <= (plus - minus) / n <= high <= 1
    critical = stats.norm.ppf((1 + confidence) / 2)
    for end in (low, high):
        if abs(end) < 1 - 1e-9:
            assert _score(plus, minus, n, end) == pytest.approx(critical, rel=2e-3)


def _score(plus: int, minus: int, n: int, gap: float) -> float:
    least, most = max(0.0, -gap), (1 - gap) / 2

    def surprise(share: float) -> float:
        return -float(xlogy(plus, share + gap) + xlogy(minus, share) + xlogy(n - plus - minus, 1 - gap - 2 * share))

    found = optimize.minimize_scalar(surprise, bounds=(least, most), method="bounded", options={"xatol": 1e-12}).x
    share = min((least, most, float(found)), key=surprise)
    return float(abs(plus - minus - n * gap) / np.sqrt(n * (2 * share + gap - gap**2)))


def test_the_coverage_is_what_the_page_says() -> None:
    """Exact sums over all outcomes: Garwood's holds 95 % everywhere; Wilson's in the mean, and 90 % at least."""
    events = np.arange(400)
    low, high = intervals.poisson(events, 0.95)
    for mean in (0.1, 0.5, 1, 3, 10, 30, 100, 200):
        assert stats.poisson.pmf(events, mean)[(low <= mean) & (mean <= high)].sum() >= 0.95
    shares, held = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]), []
    for n in (5, 10, 20, 50, 100, 200, 500, 1000):
        low, high = intervals.wilson(np.arange(n + 1), np.full(n + 1, n), 0.95)
        held += [stats.binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in shares]
    assert np.mean(held) >= 0.94
    assert min(held) >= 0.90


@given(st.integers(1, 500), st.sampled_from([0.9, 0.95]))
def test_equal_events_have_garwoods_interval(events: int, confidence: float) -> None:
    """A gamma interval of so many amounts of 7, whose standard error is 7 times the root of their number."""
    low, high = intervals.skewed(np.array([7.0 * events]), np.array([7 * events**0.5]), confidence)
    want = intervals.poisson(np.array([events]), confidence)
    assert (low[0], high[0]) == pytest.approx((7 * want[0][0], 7 * want[1][0]))


@given(st.integers(2, 40), st.floats(0.01, 0.99))
def test_alike_values_leave_out_what_would_have_been_seen(n: int, share: float) -> None:
    """If n alike come up at all likely, the mean of scores of 1 and 5 lies within the bounds; else it may not."""
    low, high = intervals.alike(np.array([5.0]), np.array([n]), 1, 5, 0.95)
    assert high[0] == 5
    assert (low[0] <= 5 * share + (1 - share)) == (share >= 0.025 ** (1 / n) - 1e-12)
    low, high = intervals.alike(np.array([0.0, 7.0]), np.array([n, n]), 0, 7, 0.95)
    exact = stats.binomtest(0, n).proportion_ci(0.95, method="exact")
    assert (low[0], high[0]) == (0, pytest.approx(7 * exact.high))
    assert (low[1], high[1]) == (pytest.approx(7 - 7 * exact.high), 7)


@pytest.mark.parametrize("q", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("share", [1e-9, 0.025, 0.975, 1 - 1e-9])
def test_the_first_count_that_reaches_a_share(share: float, q: float) -> None:
    """scipy.stats.binom.ppf, which searches in another way, for small groups and for huge ones."""
    n = np.concatenate([np.arange(400), [10_000, 123_457, 9_999_999]])
    assert intervals.first_reaching(share, n, q)[1:].tolist() == np.asarray(stats.binom.ppf(share, n[1:], q)).tolist()
    assert intervals.first_reaching(share, n, q)[0] == 0
