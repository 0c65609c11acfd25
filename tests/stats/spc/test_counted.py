"""Charts of counts against published examples and a slow reading of their formulas."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats.spc import c_chart, laney_p, laney_u, np_chart, p_chart, u_chart

# NIST/SEMATECH e-Handbook 6.3.3.2: chips out of register on 30 wafers of 50; mean share 0.2313, limits 0.0524, 0.4102
CHIPS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
# NIST/SEMATECH e-Handbook 6.3.3.1: defects on 25 wafers; mean 16, limits 4 and 28
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
# D. C. Montgomery, Introduction to Statistical Quality Control, example 7.3: defects on 26 samples of 100 circuit
# boards; mean 19.85, limits 6.48 and 33.22
BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
# the same, example 7.4: errors in 20 weeks of 50 shipments; mean 0.0740, upper limit 0.1894
SHIPMENTS = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]


def beyond(chart: Any) -> list[int]:
    """The points beyond the limits."""
    return [int(i) for i in chart.signals.places("beyond_limits")]


def test_shares_are_those_of_the_handbook() -> None:
    """Centre and limits agree; two wafers lie above them, as the book says."""
    chart = p_chart(defectives=CHIPS, sizes=50)
    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    assert np.asarray(chart.upper)[0] == pytest.approx(0.4102, abs=6e-5)
    assert np.asarray(chart.lower)[0] == pytest.approx(0.0524, abs=6e-5)
    assert beyond(chart) == [14, 22]
    assert repr(chart) == (
        "<p chart: 30 points, centre 0.231333, limits 0.0524275..0.0524275 to 0.410239..0.410239, 2 signals>"
    )


def test_numbers_of_defectives_are_the_shares_times_the_size() -> None:
    """An np chart is the p chart in another unit, with the same signals."""
    numbers, shares = np_chart(defectives=CHIPS, sizes=50), p_chart(defectives=CHIPS, sizes=[50] * 30)
    assert numbers.centre == pytest.approx(shares.centre * 50)
    assert numbers.upper == pytest.approx(shares.upper[0] * 50)  # type: ignore[index]
    assert numbers.values == pytest.approx(CHIPS)
    assert numbers.signals == shares.signals
    assert np_chart(defectives=[3, None, 2], sizes=[10, 10, 10]).centre == pytest.approx(2.5)


def test_numbers_of_defects_are_those_of_both_books() -> None:
    """Centre, limits and the points beyond them agree."""
    wafers, boards = c_chart(WAFERS), c_chart(BOARDS)
    assert (wafers.centre, wafers.lower, wafers.upper) == (16, 4, 28)
    assert beyond(wafers) == [23]
    assert (boards.centre, boards.lower, boards.upper) == pytest.approx((19.85, 6.48, 33.22), abs=0.0101)
    assert beyond(boards) == [5, 19]


def test_rates_are_those_of_the_book() -> None:
    """Centre and upper limit agree, the lower one is cut at 0."""
    chart = u_chart(defects=SHIPMENTS, sizes=50)
    assert chart.centre == pytest.approx(0.0740, abs=5e-5)
    assert np.asarray(chart.upper)[0] == pytest.approx(0.1894, abs=5e-5)
    assert np.asarray(chart.lower)[0] == 0
    assert beyond(chart) == []


SAMPLES = st.lists(st.tuples(st.integers(0, 40), st.integers(40, 90)), min_size=2, max_size=30)


@given(samples=SAMPLES)
@settings(max_examples=80)
def test_limits_follow_their_formulas(samples: list[tuple[int, int]]) -> None:
    """Shares and rates, with and without the scatter of Laney, computed point by point."""
    counted, sizes = [d for d, _ in samples], [n for _, n in samples]
    rate = sum(counted) / sum(sizes)
    for plain, wide, spread, most in (
        (
            p_chart(defectives=counted, sizes=sizes),
            laney_p(defectives=counted, sizes=sizes),
            math.sqrt(rate * (1 - rate)),
            1.0,
        ),
        (u_chart(defects=counted, sizes=sizes), laney_u(defects=counted, sizes=sizes), math.sqrt(rate), math.inf),
    ):
        chance = [spread / math.sqrt(n) for n in sizes]
        z = [(d / n - rate) / s if s else 0.0 for d, n, s in zip(counted, sizes, chance, strict=True)]
        sigma_z = sum(abs(b - a) for a, b in itertools.pairwise(z)) / (len(z) - 1) * math.sqrt(math.pi) / 2
        assert wide.sigma_z == pytest.approx(sigma_z)
        assert plain.centre == wide.centre == pytest.approx(rate)
        for chart, wider in ((plain, 1.0), (wide, sigma_z)):
            assert chart.upper == pytest.approx([min(rate + 3 * s * wider, most) for s in chance])
            assert chart.lower == pytest.approx([max(rate - 3 * s * wider, 0.0) for s in chance])


def test_the_scatter_of_laney_is_one_by_chance_and_grows_beyond() -> None:
    """Binomial samples have a sigma_z of 1 and no caveat; true shares that drift are told apart, and signal no more."""
    rng = np.random.default_rng(6)
    sizes = rng.integers(5_000, 20_000, 400)
    steady = rng.binomial(sizes, 0.1)
    drifting = rng.binomial(sizes, rng.normal(0.1, 0.01, 400))
    assert laney_p(defectives=steady, sizes=sizes).sigma_z == pytest.approx(1, abs=0.1)
    assert p_chart(defectives=steady, sizes=sizes).caveats == ()
    assert laney_u(defects=rng.poisson(sizes * 0.1), sizes=sizes).sigma_z == pytest.approx(1, abs=0.1)
    plain, wide = p_chart(defectives=drifting, sizes=sizes), laney_p(defectives=drifting, sizes=sizes)
    assert plain.caveats == ("spc.overdispersed",)
    assert wide.caveats == ()
    assert wide.sigma_z > 2.5
    assert len(beyond(plain)) > 50
    assert len(beyond(wide)) <= 6


def test_dispersion_is_called_out_in_one_stable_series_of_a_hundred() -> None:
    """Over 600 binomial series, about one per cent carry the caveat."""
    rng = np.random.default_rng(9)
    drawn = [p_chart(defectives=rng.binomial(500, 0.2, 40), sizes=500) for _ in range(600)]
    assert 1 <= sum("spc.overdispersed" in chart.caveats for chart in drawn) <= 16


def test_rare_counts_carry_a_caveat() -> None:
    """Fewer than five expected events, or fewer than five cases without one, make the limits rough."""
    rare = [0, 1, 0, 2, 1] * 6
    assert "spc.small_counts" in c_chart(rare).caveats
    assert "spc.small_counts" in p_chart(defectives=rare, sizes=50).caveats
    assert "spc.small_counts" in p_chart(defectives=[50 - d for d in rare], sizes=50).caveats
    assert "spc.small_counts" not in p_chart(defectives=CHIPS, sizes=50).caveats
    assert "spc.few_points" in c_chart(rare[:19]).caveats


def test_points_without_cases_are_missing() -> None:
    """A missing size or count leaves a gap; excluded and later points do not move the limits."""
    chart = p_chart(
        defectives=[5, 6, None, 4, 50, 40, 0], sizes=[50, 50, 50, None, 50, 50, 0], baseline=5, exclude={4: "fire"}
    )
    assert np.isnan(chart.values[[2, 3, 6]]).all()
    assert np.isnan(u_chart(defects=[5, 0], sizes=[1.5, 0]).values[1])
    assert chart.centre == pytest.approx(0.11)
    assert beyond(chart) == [5]


def test_no_defects_at_all_make_limits_of_no_width() -> None:
    """The first defect then signals."""
    chart = u_chart(defects=[0, 0, 0, 1], sizes=10, baseline=3)
    assert (chart.centre, np.asarray(chart.upper).max()) == (0, 0)
    assert beyond(chart) == [3]
    assert laney_p(defectives=[0, 0, 0], sizes=10).sigma_z == 0


@pytest.mark.parametrize(
    ("make", "wrong", "field"),
    [
        (p_chart, {"defectives": [5], "sizes": [4]}, "defectives"),
        (p_chart, {"defectives": [5.5], "sizes": [9]}, "defectives"),
        (p_chart, {"defectives": [-1], "sizes": [9]}, "defectives"),
        (p_chart, {"defectives": [1, 2], "sizes": [9]}, "sizes"),
        (p_chart, {"defectives": [1, 2], "sizes": [9, -1]}, "sizes"),
        (p_chart, {"defectives": [1, 2], "sizes": [9, 9.5]}, "sizes"),
        (p_chart, {"defectives": [None], "sizes": [9]}, "baseline"),
        (p_chart, {"defectives": [], "sizes": []}, "baseline"),
        (np_chart, {"defectives": [1, 2], "sizes": [9, 8]}, "sizes"),
        (c_chart, {"defects": [1.5]}, "defects"),
        (p_chart, {"defectives": [1, 2], "sizes": [9, 0]}, "defectives"),
        (u_chart, {"defects": [1, 2], "sizes": -1}, "sizes"),
        (u_chart, {"defects": [1, 2], "sizes": [5.5, 0]}, "sizes"),
        (laney_p, {"defectives": [1, None, 2], "sizes": 9}, "baseline"),
    ],
)
def test_other_arguments_are_refused(make: Any, wrong: dict[str, Any], field: str) -> None:
    """Each is named in its error."""
    with pytest.raises(InvalidValue, match=field):
        make(**wrong)
