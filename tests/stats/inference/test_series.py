"""Interrupted series: false alarms under autocorrelation, a slow fit, an independent library, and what is not known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats import inference
from servqual.stats.inference import segmented
from servqual.stats.inference.series import _extra, _working

WEEKS, AT = 24, 12
series = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=WEEKS, max_size=WEEKS)


def remembered(seed: int, rows: int, rho: float) -> Array:
    """Rows of errors, drawn by the textbook's recursion."""
    rng = np.random.default_rng(seed)
    out = np.empty((rows, WEEKS))
    out[:, 0] = rng.standard_normal(rows)
    for week in range(1, WEEKS):
        out[:, week] = rho * out[:, week - 1] + (1 - rho**2) ** 0.5 * rng.standard_normal(rows)
    return out


@pytest.mark.parametrize(("rho", "least"), [(0.0, 0.02), (0.3, 0.02), (0.6, 0.03)])
def test_false_alarms_are_held_whatever_the_autocorrelation(rho: float, least: float) -> None:
    """Level or slope of 2,000 unchanged series of 24 points: at most 6.5 %, and not far too few either."""
    found = segmented.judge(remembered(8, 2000, rho), AT, confidence=0.95)
    alarms = ((found.low > 0) | (found.high < 0)).any(1)
    assert least <= alarms.mean() <= 0.065
    assert (alarms == (found.p <= 0.05).any(1)).all()


@pytest.mark.parametrize(
    ("rho", "least", "most"),
    [(0.0, 0.0, 0.03), (0.3, 0.07, 0.13), (0.6, 0.3, 0.45), (0.8, 0.53, 0.65), (0.95, 0.6, 0.75)],
)
def test_a_caveat_tells_of_autocorrelation_that_seems_to_be_beyond(rho: float, least: float, most: float) -> None:
    """In a tenth of series of 24 points at 0.3, but in most at 0.8, where the estimate is biased downwards."""
    found = segmented.judge(remembered(8, 2000, rho), AT, confidence=0.95)
    assert least <= found.beyond.mean() <= most
    assert (found.rho[found.beyond] > 0.6).all()


@pytest.mark.parametrize("rho", [0.0, 0.2, 0.4, 0.6])
def test_the_autocorrelation_is_median_unbiased(rho: float) -> None:
    """As many series show more than they have as show less (Andrews 1993)."""
    found = segmented.judge(remembered(8, 2000, rho), AT, confidence=0.95)
    assert abs((found.rho > rho + 1e-12).mean() - 0.5) < 0.05


def test_few_points_hardly_ever_have_the_caveat() -> None:
    """Eight points tell no autocorrelation from another, so that a tenth have it whatever they are."""
    rng = np.random.default_rng(8)
    for rho in (0.0, 0.8):
        found = segmented.judge(segmented.errors(rng, 2000, 8, rho), 4, confidence=0.95)
        assert found.beyond.mean() < 0.13


def test_usual_errors_raise_false_alarms() -> None:
    """Ordinary least squares in more than 25 % of the same series, at 0.6: what the simulated null is for."""
    regressors = segmented.design(WEEKS, AT)
    rows = remembered(8, 500, 0.6)
    inverse = np.linalg.inv(regressors.T @ regressors)
    lines = rows @ regressors @ inverse
    spread = ((rows - lines @ regressors.T) ** 2).sum(1) / (WEEKS - 4)
    t = lines[:, 2:] / np.sqrt(np.outer(spread, np.diag(inverse)[2:]))
    assert (np.abs(t) > 2.086).any(1).mean() > 0.25


@given(series)
@settings(max_examples=20)
def test_one_series_is_fitted_as_the_textbook_does(values: list[float]) -> None:
    """Generalised least squares with the whole covariance matrix, averaged over autocorrelations."""
    y, x = np.array(values), segmented.design(WEEKS, AT)
    if np.ptp(y) < 1:
        return
    means, variances, weights = [], [], []
    for rho in np.linspace(-0.6, 0.9, 11):
        covariance = rho ** np.abs(np.subtract.outer(np.arange(WEEKS), np.arange(WEEKS)))
        inverse = np.linalg.inv(covariance)
        inner = np.linalg.inv(x.T @ inverse @ x)
        line = inner @ x.T @ inverse @ y
        left = (y - x @ line) @ inverse @ (y - x @ line)
        means.append(line[2:])
        variances.append(left / 18 * np.diag(inner)[2:])
        weights.append(np.linalg.slogdet(inner)[1] / 2 - np.linalg.slogdet(covariance)[1] / 2 - 10 * np.log(left))
    weight = np.exp(np.array(weights) - max(weights))
    weight /= weight.sum()
    mean = weight @ np.array(means)
    error = np.sqrt(weight @ (np.array(variances) + (np.array(means) - mean) ** 2))
    fit = segmented._fit(y[None], x)
    assert fit.value[0] == pytest.approx(mean, rel=1e-6, abs=1e-6)
    assert fit.error[0] == pytest.approx(error, rel=1e-6)


@given(series, st.floats(-5, 5), st.floats(0.1, 100), st.floats(-20, 20), st.floats(-3, 3))
@settings(max_examples=10)
def test_lines_add_to_the_result(values: list[float], trend: float, unit: float, level: float, slope: float) -> None:
    """A line below the series changes nothing, a change adds itself, and another unit multiplies."""
    y, time = np.array(values), np.arange(WEEKS)
    if np.ptp(y) < 1:
        return
    plain = inference.interrupted_series(y, at=AT)
    moved = unit * (y + 7 + trend * time + (time >= AT) * (level + slope * (time - AT)))
    found = inference.interrupted_series(moved, at=AT)
    for ours, theirs, added in (
        (found.level_change, plain.level_change, level),
        (found.slope_change, plain.slope_change, slope),
    ):
        assert (ours.value, ours.low, ours.high) == pytest.approx(
            tuple(unit * (end + added) for end in (theirs.value, theirs.low, theirs.high) if end is not None),
            rel=1e-5,
            abs=1e-5 * unit,
        )
        assert ours.low is not None
        assert ours.value is not None
        assert ours.high is not None
        assert ours.low <= ours.value <= ours.high


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_a_change_is_found_as_often_as_planned(rho: float) -> None:
    """In 1,000 fresh series, within three standard errors of the power, at a size near 4 deviations."""
    size = inference.smallest_level_change(WEEKS, at=AT, power=0.95, autocorrelation=rho)
    assert 3.7 < size < 4.6
    power = inference.power_of_level_change(WEEKS, at=AT, level=-size, autocorrelation=rho)
    assert power == pytest.approx(0.95, abs=0.001)
    rows = remembered(21, 1000, rho)
    rows[:, AT:] += size
    found = segmented.judge(rows, AT, confidence=0.95)
    assert (found.low[:, 0] > 0).mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_counts_are_fitted_as_a_regression_of_counts(noise: float) -> None:
    """Poisson, and with a variance that grows by the square negative binomial, both by statsmodels."""
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    exposure, x = rng.uniform(1, 3, WEEKS), segmented.design(WEEKS, AT)
    rates = np.exp(x @ [5.0, 0.02, -0.5, -0.03] + noise * rng.standard_normal(WEEKS))
    counts = rng.poisson(rates * exposure).astype(np.float64)
    working, scaled, few = _working(counts, exposure, x)
    lines = np.linalg.lstsq(scaled, working, rcond=None)[0]
    extra = _extra(counts, exposure * np.exp(x @ lines), WEEKS - 4)
    assert (extra > 0.01) == (noise > 0)
    family = api.families.NegativeBinomial(alpha=extra) if extra else api.families.Poisson()
    want = api.GLM(counts, x, family=family, exposure=exposure).fit(tol=1e-12)
    assert lines == pytest.approx(want.params, abs=1e-5)
    if extra:
        assert want.pearson_chi2 == pytest.approx(WEEKS - 4, rel=1e-4)
    assert not few


def test_a_fall_of_counts_is_found() -> None:
    """As a change of the logarithm of the rate, and as a ratio."""
    counts = [41, 38, 44, 40, 39, 43, 40, 37, 42, 41, 21, 19, 20, 22, 18, 20, 21, 19, 23, 20]
    found = inference.interrupted_series(counts, at=10, model="poisson", exposure=2.0)
    level = found.level_change
    assert found.level_ratio is not None
    assert found.slope_ratio is not None
    assert level.value is not None
    assert level.high is not None
    assert found.level_ratio.value == pytest.approx(0.5, abs=0.05)
    assert found.level_ratio.high is not None
    assert found.level_ratio.high < 1
    assert (found.level_ratio.value, found.level_ratio.high) == pytest.approx((np.exp(level.value), np.exp(level.high)))
    assert found.level_ratio.p_value == level.p_value
    assert found.slope_ratio.value == pytest.approx(1, abs=0.05)
    assert found.caveats == ()


def test_counts_that_vary_more_than_poisson_raise_no_more_alarms() -> None:
    """200 series of about 100 events a point, whose rate varies by 30 % and remembers itself by 0.6."""
    rates = 100 * np.exp(0.3 * remembered(4, 200, 0.6))
    rng = np.random.default_rng(4)
    alarms = 0
    for row in rng.poisson(rates):
        found = inference.interrupted_series(row, at=AT, model="poisson")
        p = found.level_change.p_value, found.slope_change.p_value
        alarms += min(one for one in p if one is not None) <= 0.05
    assert alarms <= 0.105 * 200  # three standard errors above 5.5 %


def test_the_contract_series_in_full() -> None:
    """The same numbers at each call."""
    given = [10, 11, 10, 12, 11, 7, 6, 7, 6, 7]
    found = inference.interrupted_series(given, at=5)
    assert found == inference.interrupted_series(np.array(given), at=5)
    assert found.level_change.high is not None
    assert found.level_change.high < 0
    assert found.slope_change.p_value is not None
    assert found.slope_change.p_value > 0.2
    assert found.level_ratio is None
    assert found.level_change.n == 10


def test_caveats_fire_and_keep_silent() -> None:
    """Strong memory, few events; neither."""
    strong = inference.interrupted_series(np.sin(np.arange(WEEKS) / 2), at=AT)
    assert strong.caveats == ("series.autocorrelated",)
    assert strong.autocorrelation is not None
    assert strong.autocorrelation > 0.6
    calm = inference.interrupted_series(remembered(1, 1, 0.0)[0], at=AT)
    assert calm.caveats == ()
    few = inference.interrupted_series([1, 2, 0, 3] * 6, at=AT, model="poisson")
    assert "series.few_events" in few.caveats
    assert {*strong.caveats, *few.caveats} <= {*inference.SERIES_CAVEATS}


@pytest.mark.parametrize(
    ("values", "at", "model", "reason"),
    [
        ([1, 2, 1, 2, 1, 2, 1, 2], 2, "normal", "fewer than 3 points on a side"),
        ([1, 2, 1, 2, 1, 2, 1], 3, "normal", "or 8 in all"),
        ([1, 2, 3, 4, 9, 9, 9, 9], 4, "normal", "on their lines"),
        ([0] * 8, 4, "normal", "on their lines"),
        ([4, 5, 3, 6, 0, 0, 0, 0], 4, "poisson", "no rate fits"),
        ([4, 5, 3, 6, 3, 0, 0, 0], 4, "poisson", "no rate fits"),
        ([0] * 8, 4, "poisson", "no rate fits"),
    ],
)
def test_what_is_not_known_has_a_reason(values: list[int], at: int, model: Any, reason: str) -> None:
    """No ends, no p-value, and no autocorrelation; of points on their lines the change itself is known."""
    found = inference.interrupted_series(values, at=at, model=model)
    for change in (found.level_change, found.slope_change):
        assert (change.low, change.high, change.p_value) == (None, None, None)
        assert change.reason is not None
        assert reason in change.reason
        assert (change.value is None) == ("lines" not in reason)
    assert found.autocorrelation is None
    if values[-1] == 9:
        assert (found.level_change.value, found.slope_change.value) == pytest.approx((4, -1))


@given(
    st.lists(st.sampled_from([0.0, 1e150, -1e150, 1e-300, 5e-324, 3.0]) | st.floats(-1e3, 1e3), min_size=8, max_size=8),
    st.integers(3, 5),
    st.sampled_from([0.001, 0.5, 0.95, 0.99]),
)
@example(values=[6.0, 0.0, 3.0, 92.0, 1e150, 0.0, 0.0, 1e150], at=5, confidence=0.001)
@example(values=[5.0, 0.0, 0.0, 122.0, 1e150, 0.0, 0.0, 1e150], at=5, confidence=0.001)
@settings(max_examples=25)
def test_numbers_are_in_order_and_finite(values: list[float], at: int, confidence: float) -> None:
    """Huge, tiny and equal values, at all confidences; counts as well."""
    counts = [abs(int(value)) % 10**6 for value in values]
    for found in (
        inference.interrupted_series(values, at=at, confidence=confidence),
        inference.interrupted_series(counts, at=at, model="poisson", confidence=confidence),
    ):
        for change in (found.level_change, found.slope_change, found.level_ratio, found.slope_ratio):
            if change is not None:
                ends = [end for end in (change.low, change.value, change.high) if end is not None]
                assert np.isfinite(ends).all()
                assert ends == sorted(ends)
                assert (change.reason is None) == (len(ends) == 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: inference.interrupted_series([1, 2, 3], at=0), "at must be the index of a point after the first"),
        (lambda: inference.interrupted_series([1, 2, 3], at=3), "at must be the index"),
        (lambda: inference.interrupted_series([], at=1), "at must be the index"),
        (lambda: inference.interrupted_series([1, float("nan"), 3], at=1), "finite"),
        (lambda: inference.interrupted_series([1, 2, 3], at=1, confidence=0.999), "confidence must be at most 0.99"),
        (lambda: inference.interrupted_series([1, 2, 3], at=1, exposure=2), "exposure must belong to counts"),
        (lambda: inference.interrupted_series([1, 2.5, 3], at=1, model="poisson"), "values must be counts"),
        (lambda: inference.interrupted_series([1, -2, 3], at=1, model="poisson"), "values must be counts"),
        (lambda: inference.interrupted_series([1, 2], at=1, model="poisson", exposure=[1]), "one per point"),
        (lambda: inference.interrupted_series([1, 2], at=1, model="poisson", exposure=0), "exposure must be a number"),
        (lambda: inference.interrupted_series([1, 2], at=1, model="binomial"), "model must be one of"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: inference.power_of_level_change(24, at=2, level=1), "at must leave at least 3 points"),
        (lambda: inference.power_of_level_change(24, at=12, level=1, autocorrelation=0.7), "autocorrelation"),
    ],
)
def test_wrong_input_is_refused(call: Any, words: str) -> None:
    """In words that name the field."""
    with pytest.raises(InvalidValue, match=words):
        call()
