"""Sigma levels and yields against the printed conversion table."""

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.stats.spc import dpmo, first_pass_yield, sigma_level

AT = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
# the conversion table of Six Sigma, with a shift of 1.5: M. Harry and R. Schroeder, 2000, Six Sigma
TABLE = {2: 308_538, 3: 66_807, 4: 6_210, 5: 233, 6: 3.4}


@pytest.mark.parametrize("level", TABLE)
def test_levels_are_those_of_the_table(level: int) -> None:
    """Both ways agree with the table, up to its rounding."""
    assert dpmo(sigma_level=level) == pytest.approx(TABLE[level], rel=0.002)
    assert sigma_level(dpmo=TABLE[level]) == pytest.approx(level, abs=0.001)


@given(level=st.floats(-3, 8), shift=st.floats(0, 3))
def test_one_is_the_inverse_of_the_other(level: float, shift: float) -> None:
    """A level goes to defects and back."""
    assert sigma_level(dpmo=dpmo(sigma_level=level, shift=shift), shift=shift) == pytest.approx(level, abs=1e-6)


def test_the_kpi_says_the_same() -> None:
    """The sigma level of measured defects is that of the formula."""
    defects = {"qa_scores": {"defects": [3, 5], "opportunities": [100, 60], "evaluated_at": [AT] * 2}}
    found = measure(["sigma_level"], defects).one().value
    assert found == pytest.approx(sigma_level(dpmo=8 / 160 * 1e6))


def test_yield_is_that_of_no_defect_by_chance() -> None:
    """A unit with one defect on average is free of any in 1 of e."""
    assert first_pass_yield(dpu=1) == pytest.approx(1 / math.e)
    assert first_pass_yield(dpu=0) == 1


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        (sigma_level, {"dpmo": 0}),
        (sigma_level, {"dpmo": 1_000_000}),
        (sigma_level, {"dpmo": math.nan}),
        (sigma_level, {"dpmo": 5, "shift": -1}),
        (sigma_level, {"dpmo": 5, "shift": True}),
        (dpmo, {"sigma_level": math.inf}),
        (first_pass_yield, {"dpu": -1}),
        (first_pass_yield, {"dpu": math.inf}),
    ],
)
def test_what_has_no_level_is_refused(call: Any, wrong: dict[str, float]) -> None:
    """No defect at all has no level, only a bound."""
    with pytest.raises(InvalidValue):
        call(**wrong)
