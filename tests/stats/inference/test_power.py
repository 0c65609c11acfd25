"""Planning against published examples and statsmodels."""

import pytest

from servqual.errors import InvalidValue
from servqual.stats import inference


def test_shares_published() -> None:
    """The examples of R's power.prop.test: 50 a side find .50 against .75 with .740; for .90 it takes 76.7."""
    assert inference.power_of_two_proportions(0.5, 50, 0.75, 50) == pytest.approx(0.740, abs=5e-4)
    assert inference.sample_size_of_two_proportions(0.5, 0.75, power=0.9) == 77


def test_means_published() -> None:
    """The examples of R's power.t.test: 20 a side find a difference of 1 sd with .869; for .90 it takes 22.02."""
    assert inference.power_of_two_means(1, 20, 20, sd=1) == pytest.approx(0.869, abs=5e-4)
    assert inference.sample_size_of_two_means(1, sd=1, power=0.9) == 23


def test_means_against_statsmodels() -> None:
    """As statsmodels' TTestIndPower, which also counts findings in the wrong direction: hardly any."""
    power = pytest.importorskip("statsmodels.stats.power", reason="statsmodels is not installed").TTestIndPower()
    for effect in (0.1, 0.35, 0.8, 1.5):
        n = inference.sample_size_of_two_means(effect * 3, sd=3)
        assert n - 1 < power.solve_power(effect_size=effect, power=0.8, alpha=0.05) <= n
    found = inference.smallest_difference_of_means(30, 45, sd=3)
    assert found / 3 == pytest.approx(power.solve_power(nobs1=30, ratio=1.5, power=0.8, alpha=0.05), rel=0.02)


def test_a_survey_published() -> None:
    """W. G. Cochran (1977), Sampling Techniques, 4.4 and 4.6: 5 points at 95 %; of 4,000 people 351, of 1,000 278."""
    assert inference.sample_size(margin=0.05) == 385
    assert inference.sample_size(margin=0.05, population=1000) == 278
    assert inference.sample_size(margin=0.05, population=4000) == 351
    assert inference.sample_size(margin=0.05, population=1) == 1
    assert inference.sample_size(margin=0.05, share=0.1) == 139


def test_the_smallest_change_of_a_share_has_a_direction() -> None:
    """A share near 1 has little room above; where even all would not be found there is no change to name."""
    down = inference.smallest_difference_of_proportions(0.9, 200, 200, better="lower")
    up = inference.smallest_difference_of_proportions(0.9, 200, 200)
    assert down is not None
    assert up is not None
    assert up < down
    assert inference.smallest_difference_of_proportions(0.95, 20, 20) is None
    assert inference.smallest_difference_of_rates(0.1, 10, 10, better="lower") is None


def test_the_effect_that_a_size_was_made_for_is_found() -> None:
    """Size and effect are each other's inverse, but for rounding up."""
    n = inference.sample_size_of_two_proportions(0.8, 0.85)
    assert inference.smallest_difference_of_proportions(0.8, n, n) == pytest.approx(0.05, abs=1e-4)
    exposure = inference.sample_size_of_two_rates(2.0, 3.0)
    assert inference.smallest_difference_of_rates(2.0, exposure, exposure) == pytest.approx(1.0, abs=1e-9)
    assert inference.power_of_two_rates(2.0, exposure, 3.0, exposure) == pytest.approx(0.8)


def test_a_duration_is_whole_periods() -> None:
    """A part of a week is a week, none is none."""
    assert [inference.duration(cases, per_period=40) for cases in (0, 1, 40, 41)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    "call",
    [
        lambda: inference.sample_size(margin=0),
        lambda: inference.sample_size(margin=5),
        lambda: inference.sample_size(margin=0.05, population=0),
        lambda: inference.sample_size(margin=0.05, share=0),
        lambda: inference.sample_size_of_two_proportions(0.5, 0.5),
        lambda: inference.sample_size_of_two_proportions(0.5, 1.5),
        lambda: inference.sample_size_of_two_proportions(0.5, 0.6, power=1),
        lambda: inference.sample_size_of_two_proportions(0.5, 0.6, power=0.02),
        lambda: inference.sample_size_of_two_means(0, sd=1),
        lambda: inference.sample_size_of_two_means(1, sd=0),
        lambda: inference.sample_size_of_two_rates(1, 1),
        lambda: inference.power_of_two_means(1, 1, 5, sd=1),
        lambda: inference.power_of_two_rates(1, 0, 2, 5),
        lambda: inference.smallest_difference_of_proportions(0.5, 9, 9, better="up"),  # type: ignore[arg-type]
        lambda: inference.duration(9, per_period=0),
    ],
)
def test_what_is_no_plan_is_refused(call: object) -> None:
    """No margin, no difference, no spread, a power below chance."""
    assert callable(call)
    with pytest.raises(InvalidValue):
        call()
