"""The search for a boundary, against the place where it is."""

from functools import partial

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from servqual.stats.halving import boundary

places = st.floats(-1e6, 1e6)


@given(st.lists(places, min_size=1, max_size=5), places, places)
def test_each_boundary_lies_between_the_last_place_inside_and_the_first_outside(
    true: list[float], start: float, end: float
) -> None:
    """Searches upwards and downwards, many at once, are where the condition changes; one end where it never does."""
    low, high = min(start, end), max(start, end)
    level = np.clip(true, low, high)
    for up in (True, False):
        inside, outside = boundary(
            partial(np.greater if up else np.less, np.array(true)),
            np.full(len(true), low if up else high),
            np.full(len(true), high if up else low),
            60,
        )
        np.testing.assert_allclose(inside, level, rtol=1e-14, atol=1e-9)
        np.testing.assert_allclose(outside, level, rtol=1e-14, atol=1e-9)
        assert ((inside <= outside) if up else (inside >= outside)).all()


def test_a_condition_on_nothing_known_counts_as_broken() -> None:
    """NaN is compared as false, so that the search ends where it began."""
    nothing = float("nan")
    inside, outside = boundary(lambda x: x < nothing, 1.0, 2.0, 52)
    assert float(inside) == 1.0
    assert float(outside) - 1 < 1e-15
