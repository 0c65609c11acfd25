"""Survival: published remissions, an independent library, a slow curve by hand, and what is not known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats import survival

# E. J. Freireich and others, 1963, Blood 21: 699-716: weeks of remission with 6-mercaptopurine and with placebo, as
# printed by J. P. Klein and M. L. Moeschberger, Survival Analysis, 2nd ed., 2003, table 1.1
DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
SEEN = [True] * 9 + [False] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

lives = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)


def split(some: list[tuple[int, bool]]) -> tuple[list[int], list[bool]]:
    """Times, and whether their ends were seen."""
    return [time for time, _ in some], [seen for _, seen in some]


def test_remissions_with_the_drug() -> None:
    """The curve, its errors, and the sum of hazards: Klein and Moeschberger, tables 4.1A and 4.2."""
    found = survival.kaplan_meier(DRUG, observed=SEEN)
    at = [6, 7, 10, 13, 16, 22, 23]
    assert found.at(at).round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert found.se_at(at).round(3).tolist() == [0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135]
    assert (found.median, found.n, found.going) == (23, 21, 12)
    hazard = survival.nelson_aalen(DRUG, observed=SEEN)
    assert hazard.at(at).round(4).tolist() == [0.1429, 0.2017, 0.2683, 0.3517, 0.4426, 0.5854, 0.7521]


def test_the_drug_against_the_placebo() -> None:
    """Log-rank 16.79, with 19.25 relapses expected under the drug and 10.75 under the placebo."""
    found = survival.logrank(DRUG, SEEN, PLACEBO, None)
    assert found.statistic == pytest.approx(16.79, abs=0.005)
    assert found.expected == pytest.approx((19.25, 10.75), abs=0.005)
    assert found.observed == (9, 21)
    assert found.p_value is not None
    assert found.p_value < 1e-4


@given(lives, lives)
def test_an_independent_library_says_the_same(first: list[tuple[int, bool]], second: list[tuple[int, bool]]) -> None:
    """Curve, error and log-rank of statsmodels."""
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    times, seen = (np.array(each) for each in split(first))
    found = survival.kaplan_meier(times, observed=seen)
    if seen.any():
        want = duration.SurvfuncRight(times, seen.astype(int))
        assert found.at(want.surv_times) == pytest.approx(want.surv_prob, abs=1e-12)
        known = want.surv_prob > 0
        assert found.se_at(want.surv_times)[known] == pytest.approx(want.surv_prob_se[known], abs=1e-12)
    ours = survival.logrank(*split(first), *split(second))
    if ours.statistic is not None:
        both, ends = (np.array(each) for each in split([*first, *second]))
        theirs = duration.survdiff(both, ends.astype(int), np.arange(len(both)) < len(first))
        assert (ours.statistic, ours.p_value) == pytest.approx(theirs)


@given(lives)
def test_the_curve_is_the_product_of_those_who_went_on(some: list[tuple[int, bool]]) -> None:
    """By a loop over times; limits hold the value, and nothing is known behind the longest time that goes on."""
    found = survival.kaplan_meier(*split(some)[:1], observed=split(some)[1])
    share = 1.0
    for time in sorted({time for time, _ in some}):
        at_risk = sum(other >= time for other, _ in some)
        share *= 1 - sum(other == time and seen for other, seen in some) / at_risk
        assert found.at(time) == pytest.approx(share, abs=1e-12)
    last = max(time for time, _ in some)
    goes_on = any(time == last and not seen for time, seen in some)
    assert (found.at(last + 1) is None) == goes_on
    inside = ~np.isnan(found.low) & ~np.isnan(found.high)
    assert (found.low[inside] <= found.value[inside]).all()
    assert (found.value[inside] <= found.high[inside]).all()


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")  # of scipy, where one side is all alike
@given(lives, lives, st.integers(1, 12))
def test_restricted_means_are_means_where_all_ends_are_seen(
    first: list[tuple[int, bool]], second: list[tuple[int, bool]], until: int
) -> None:
    """And their difference is Welch's, by scipy, of the times cut at the limit."""
    times, others = ([time for time, _ in some] for some in (first, second))
    cut, other_cut = np.minimum(times, until), np.minimum(others, until)
    assert survival.kaplan_meier(times).restricted_mean(until) == pytest.approx(float(cut.mean()), abs=1e-9)
    found = survival.difference_of_restricted_means(times, None, others, None, until=until)
    assert found.value == pytest.approx(float(cut.mean() - other_cut.mean()), abs=1e-9)
    if min(len(cut), len(other_cut)) < 2 or cut.std() + other_cut.std() == 0:
        assert (found.low, found.p_value) == (None, None)
    else:
        want = stats.ttest_ind(cut, other_cut, equal_var=False)
        ends = want.confidence_interval()
        assert (found.low, found.high, found.p_value) == pytest.approx((ends.low, ends.high, want.pvalue), abs=1e-6)


def test_open_ends_widen_a_restricted_mean() -> None:
    """Greenwood's variance of the area, by hand: 1 of 4 ends at 1, one goes on at 2, 1 of 2 ends at 3, until 4."""
    found = survival.difference_of_restricted_means(
        [1, 2, 3, 5], [True, False, True, True], [2, 3, 4, 4], None, until=4
    )
    area, spread, known = 1 + 2 * 0.75 + 0.375, (2 * 0.75 + 0.375) ** 2 / 12 + 0.375**2 / 2, 3
    cut = np.array([2, 3, 4, 4])
    errors = np.array([spread * known / (known - 1), cut.var(ddof=1) / 4])
    df = errors.sum() ** 2 / (errors**2 / [known - 1, 3]).sum()
    half = stats.t.ppf(0.975, df) * errors.sum() ** 0.5
    assert found.value == pytest.approx(area - cut.mean())
    assert found.high == pytest.approx(area - cut.mean() + half)


def test_what_is_not_known_has_a_reason() -> None:
    """A curve that ends too early, sides that do not vary, and ends that never met."""
    early = survival.difference_of_restricted_means([1, 2], [True, False], [1, 2], None, until=5)
    assert (early.value, early.low, early.p_value) == (None, None, None)
    assert early.reason == "a curve is not known so far"
    alike = survival.difference_of_restricted_means([1, 1], None, [2, 2], None, until=5)
    assert (alike.value, alike.low, alike.reason) == (-1, None, "neither side varies")
    alone = survival.difference_of_restricted_means([1], None, [2, 3], None, until=5)
    assert (alone.value, alone.low, alone.p_value) == (-1.5, None, None)
    assert alone.reason == "fewer than two times of a side are known so far"
    apart = survival.logrank([1, 2], [True, True], [3], [False])
    assert apart.statistic is not None
    never = survival.logrank([1, 2], [False, False], [3], [False])
    assert (never.statistic, never.p_value, never.expected) == (None, None, (0.0, 0.0))
    assert never.reason is not None
    assert survival.kaplan_meier([3, 4], observed=[False, False]).median is None


def test_values_are_values() -> None:
    """Equal curves are equal and hash alike, and their arrays cannot be written to."""
    one, other = (survival.kaplan_meier(DRUG, observed=SEEN) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != survival.kaplan_meier(PLACEBO)
    hazard: object = survival.nelson_aalen(DRUG, observed=SEEN)
    assert one != hazard
    with pytest.raises(ValueError, match="read-only"):
        one.value[0] = 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([], None), "times must hold at least one time"),
        (([1, -1], None), "times must be 0 or more"),
        (([1, float("nan")], None), "finite"),
        (([1, 2], [True]), "observed must be True or False for each of the 2 times"),
        (([1, 2], [True, 2]), "observed must be True or False"),
        ((["a"], None), "times must be a list of numbers"),
    ],
)
def test_wrong_times_are_refused(given: Any, words: str) -> None:
    """In words that name the field."""
    times, observed = given
    for estimate in (survival.kaplan_meier, survival.nelson_aalen):
        with pytest.raises(InvalidValue, match=words):
            estimate(times, observed=observed)
    with pytest.raises(InvalidValue, match="other_"):
        survival.logrank([1], None, times, observed)


def test_a_picture_of_the_curve() -> None:
    """Steps from 100 %, and a mark at each time that ended unobserved."""
    axes = survival.kaplan_meier(DRUG, observed=SEEN).plot()
    steps, marks = axes.get_lines()
    assert np.asarray(steps.get_ydata()).round(1).tolist()[:3] == [100.0, 85.7, 80.7]
    assert sorted({*np.asarray(marks.get_xdata()).tolist()}) == [6, 9, 10, 11, 17, 19, 20, 25, 32, 34, 35]
