"""Durations and their unit against rounding each number by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from servqual.readers.columns.units import in_units
from servqual.readers.memory.values import as_durations

STEPS = st.sampled_from([1.0, 0.5, 0.1, 0.01, 0.001, 0.000_001])


@given(
    st.lists(st.tuples(st.integers(0, 10**6), STEPS), min_size=1, max_size=8),
    st.sampled_from([1, 60, 3600]),
    st.sampled_from([1, 100, 70_000]),
)
def test_durations_are_rounded_one_by_one_and_have_the_largest_unit_that_divides_them_all(
    amounts: list[tuple[int, float]], seconds: int, times: int
) -> None:
    """A value that the unit does not divide may come late, beyond the first few and beyond the first chunk."""
    numbers = [count * step for count, step in amounts]
    whole = [round(number * (seconds * 1e6)) for number in numbers]
    column = as_durations("wait_s", np.array([numbers[0]] * times + numbers), seconds)
    assert column.values.tolist() == [whole[0]] * times + whole
    assert column.whole
    ticks, unit = in_units(column.values)
    assert (ticks * unit).tolist() == column.values.tolist()
    units = [candidate for candidate in (10**6, 10**5, 10**4, 1000, 1) if not any(w % candidate for w in whole)]
    assert unit == max(units)
