"""Numbers, counts and widths as words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual._words import clean, columns, interval, number, scale, shorten


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.634, "share", "63.4 %"),
        # one number has one form, whether it is a goal or was measured
        (0.9, "share", "90 %"),
        (0.90001, "share", "90 %"),
        (0.0, "share", "0 %"),
        (1.0, "share", "100 %"),
        (-0.266, "share", "−26.6 %"),
        # not quite none and not quite all never look like none and all
        (0.0003, "share", "0.03 %"),
        (0.000001, "share", "<0.01 %"),
        (0.9999, "share", ">99.9 %"),
        (0, "s", "0 s"),
        (0.004, "s", "0.004 s"),
        (12.34, "s", "12.3 s"),
        # each step into the larger unit, from just below: 59.96 s would else be told as 60 s, 3,599.6 s as 60 min
        (59.96, "s", "1 min"),
        (200, "s", "3 min 20 s"),
        (3_599.6, "s", "1 h"),
        # 22.1 h = 79,560 s
        (79_560, "s", "22.1 h"),
        (172_800, "s", "2 d"),
        (8_640_000_000, "s", "100,000 d"),
        (-90, "s", "−1 min 30 s"),
        # business time has no days of a fixed length: 172,800 s are 48 h
        (172_800, "working s", "48 h"),
        (8_640_000, "working s", "2,400 h"),
        (200, "working s", "3 min 20 s"),
        (24_918, "count", "24,918"),
        (2.5, "count", "2.5"),
        (99.96, "count", "100"),
        (25_229.3, "count", "25,229"),
        (-0.04, "points", "0"),
        (12, "EUR", "12 EUR"),
        (3, "", "3"),
        (None, "share", "–"),
        (math.nan, "s", "–"),
        (math.inf, "count", "–"),
        ("12", "count", "–"),
    ],
)
def test_numbers_are_told_in_the_unit_of_people(value: object, unit: str, shown: str) -> None:
    """A value reads the way a service manager says it, and no rounding changes its meaning."""
    assert number(value, unit) == shown


def test_a_sign_is_shown_on_request_but_never_on_nothing() -> None:
    """A distance says which way it goes."""
    assert [number(x, "points", signed=True) for x in (3, -3, 0)] == ["+3", "−3", "0"]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(0.5, 0.6, "50 % to 60 %"), (0.5, None, "from 50 %"), (None, 0.6, "up to 60 %"), (None, None, "–")],
)
def test_an_interval_may_be_open(low: float | None, high: float | None, shown: str) -> None:
    """An end that is not known is left open in words."""
    assert interval(low, high, "share") == shown


@pytest.mark.parametrize(
    ("unit", "largest", "expected"),
    [
        ("share", 0.2, (0.01, " %")),
        ("s", 119, (1, " s")),
        ("s", 120, (60, " min")),
        ("s", 7_200, (3_600, " h")),
        ("s", 172_800, (86_400, " d")),
        ("working s", 119, (1, " s")),
        ("working s", 172_800, (3_600, " h")),
        ("points", 99, (1, "")),
    ],
)
def test_an_axis_counts_in_a_unit_that_fits(unit: str, largest: float, expected: tuple[float, str]) -> None:
    """Ticks are small round numbers with their unit behind them."""
    assert scale(unit, largest) == expected


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_clean_text_can_be_encoded_and_stays_clean(text: str) -> None:
    """Surrogates and control characters are gone, and cleaning twice is cleaning once."""
    once = clean(text)
    once.encode()
    assert once.isprintable() or not set(once) & set("\x00\x1b\x7f\u202e\ufffe")
    assert clean(once) == once


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    """What is cut says so, and takes no more room than it was given."""
    short = shorten(text, width)
    assert columns(short) <= width
    assert short == clean(text) or short.endswith("…")


def test_wide_signs_take_two_columns() -> None:
    """Chinese text is given twice the room of Latin text; a combining mark takes none."""
    assert (columns("客户"), columns("ab"), columns("e\u0301")) == (4, 2, 1)
