"""Durations in their unit, as reading finds them, against rounding each number by itself."""

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
def test_durations_are_rounded_one_by_one_and_kept_in_the_unit_that_divides_them_all(
    amounts: list[tuple[int, float]], seconds: int, times: int
) -> None:
    """A value that the unit does not divide may come late, beyond the first few and beyond the first cacheful."""
    numbers = [count * step for count, step in amounts]
    whole = [round(number * (seconds * 1e6)) for number in numbers]
    column = as_durations("wait_s", np.array([numbers[0]] * times + numbers), seconds)
    assert column.values.tolist() == [whole[0]] * times + whole
    assert column.whole
    ticks, unit = in_units(column.values)
    assert (ticks * unit).tolist() == column.values.tolist()
    units = [candidate for candidate in (10**6, 10**5, 10**4, 1000, 1) if not any(w % candidate for w in whole)]
    assert unit == max(units)
    if column.ticks is not None:
        assert column.ticks[1] == unit
        assert column.ticks[0].tolist() == ticks.tolist()
    if len(set(whole)) == 1:  # what the first few say holds for all
        assert column.ticks is not None


def test_what_is_missing_or_beyond_has_no_unit() -> None:
    """Such a value may come late too."""
    for odd in (np.nan, -1.0, 1e300):
        assert as_durations("wait_s", np.array([1.0] * 70_000 + [odd]), 1).ticks is None
    assert as_durations("wait_s", np.zeros(0), 1).ticks is None
