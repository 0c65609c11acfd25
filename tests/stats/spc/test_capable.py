"""Capability indices against published examples, and their intervals against simulation."""

import math
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.stats.spc import capability, constants

call: Any = capability  # untyped, so that it can be called wrongly


def standardised(n: int, mean: float, sd: float) -> list[float]:
    """Values with exactly this mean and standard deviation."""
    z = np.random.default_rng(1).standard_normal(n)
    return list(mean + sd * (z - z.mean()) / z.std(ddof=1))


def test_indices_are_those_of_the_handbook() -> None:
    """NIST/SEMATECH e-Handbook 6.1.6: limits 8 and 20, mean 16, s 2: Cp 1.0, Cpu 0.6667, Cpl 1.3333."""
    values = standardised(100, 16, 2)
    found = capability(values, lower=8, upper=20, target=14)
    assert (found.pp, found.ppk) == pytest.approx((1.0, 2 / 3))
    assert capability(values, lower=8).ppk == pytest.approx(4 / 3)
    assert found.cpm == pytest.approx(12 / (6 * math.sqrt(4 + 4)))


def test_interval_is_that_of_the_book() -> None:
    """D. C. Montgomery, example 8.4: limits 38 and 62, n = 20, s = 1.75: Cp 2.29, from 1.57 to 3.01."""
    found = capability(standardised(20, 50, 1.75), lower=38, upper=62).indices["pp"]
    assert (found.value, found.low, found.high) == pytest.approx((2.29, 1.57, 3.01), abs=0.006)
    assert found.n == 20


def test_interval_of_the_nearer_limit_follows_bissell() -> None:
    """Twenty values and an index of 1.33 give 1.33 ± 1.96 √(1 / 180 + 1.33² / 38)."""
    found = capability(standardised(20, 50, 2), lower=50 - 1.33 * 6, upper=100).indices["ppk"]
    half = 1.959964 * math.sqrt(1 / 180 + 1.33**2 / 38)
    assert (found.value, found.low, found.high) == pytest.approx((1.33, 1.33 - half, 1.33 + half))


def test_short_term_sigma_has_three_sources() -> None:
    """It is given, or the mean moving range over 2 / √π, or pooled within groups over c4."""
    values = [9.8, 10.1, 10.0, 9.9, 10.2, 10.1]
    moving = np.abs(np.diff(values)).mean() * math.sqrt(math.pi) / 2
    assert capability(values, lower=9, upper=11).cp == pytest.approx(2 / (6 * moving))
    assert capability(values, lower=9, upper=11, sigma=0.2).cp == pytest.approx(2 / 1.2)
    pooled = math.sqrt((np.var(values[:3], ddof=1) + np.var(values[3:], ddof=1)) / 2) / constants(5).c4
    by_size = capability(values, lower=9, upper=11, subgroups=3)
    assert by_size.cp == pytest.approx(2 / (6 * pooled))
    mixed = capability([values[i] for i in (0, 3, 1, 4, 2, 5)], lower=9, upper=11, subgroups=list("ababab"))
    assert mixed.cp == pytest.approx(by_size.cp)
    assert by_size.cpk == pytest.approx((11 - np.mean(values)) / (3 * pooled))
    given = capability(values, lower=9, upper=11, sigma=0.2).indices["cp"]
    assert (given.low, given.high) == (None, None)
    assert given.reason == "sigma was given, and how exact it is was not"


@pytest.mark.parametrize("index", ["pp", "ppk", "cp", "cpk", "cpm"])
def test_intervals_hold_the_truth_as_often_as_they_say(index: str) -> None:
    """Over 1200 samples of 25 from a known process, intervals at 90 % hold the true index in 86 to 94 %."""
    truth = {"pp": 6 / 6, "ppk": 2.5 / 3, "cp": 6 / 6, "cpk": 2.5 / 3, "cpm": 6 / (6 * math.sqrt(1.25))}[index]
    drawn = np.random.default_rng(12).normal(0.5, 1, (1200, 25))
    found = [capability(row, lower=-3, upper=3, target=0, confidence=0.9).indices[index] for row in drawn]
    held = np.mean([e.low <= truth <= e.high for e in found if e.low is not None and e.high is not None])
    assert held == pytest.approx(0.9, abs=0.04)


def test_what_cannot_be_known_is_none_with_a_reason() -> None:
    """One limit, no target, one value, equal values, groups of one: no number and never NaN."""
    one_sided = capability([1.0, 2.0, 3.0], upper=5)
    assert one_sided.ppk is not None
    assert (one_sided.pp, one_sided.indices["pp"].reason) == (None, "needs a lower and an upper limit")
    assert one_sided.indices["cpm"].reason == "needs a target"
    assert capability([1.0, 2.0], upper=5, target=1).indices["cpm"].reason == "needs a lower and an upper limit"
    for values in ([], [1.0], [None, 2.0]):
        found = capability(values, lower=0, upper=5, target=1)
        assert {e.value for e in found.indices.values()} == {None}
        assert {e.reason for e in found.indices.values()} == {"fewer than two values"}
    equal = capability([2.0, 2.0, 2.0], lower=0, upper=5, target=1)
    assert {k: e.reason for k, e in equal.indices.items() if e.value is None} == dict.fromkeys(
        ["pp", "ppk", "cp", "cpk"], "all values are equal"
    ) | {"cpm": "all values are equal"}
    alone = capability([1.0, 2.0, 4.0], lower=0, upper=5, subgroups=["a", "b", "c"])
    assert alone.indices["cp"].value is None
    assert alone.indices["cp"].reason == "no group of two values"
    assert alone.pp is not None
    apart = capability([1.0, None, 4.0], lower=0, upper=5)
    assert apart.indices["cpk"].reason == "no two values that follow each other"


def test_ends_are_in_order() -> None:
    """With two values an interval by chi-square still holds the value."""
    for e in capability([1.0, 2.0], lower=0, upper=5, target=2, confidence=0.05).indices.values():
        assert e.value is not None
        assert e.low is not None
        assert e.high is not None
        assert e.low <= e.value <= e.high


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lower": None, "upper": None}, "lower or upper"),
        ({"lower": 5, "upper": 5}, "upper"),
        ({"lower": math.inf}, "lower"),
        ({"target": math.nan}, "target"),
        ({"sigma": 0}, "sigma"),
        ({"subgroups": 1}, "subgroups"),
        ({"subgroups": 4}, "subgroups"),
        ({"subgroups": ["a"]}, "subgroups"),
        ({"confidence": 95}, "confidence"),
        ({"values": ["1"]}, "values"),
    ],
)
def test_other_arguments_are_refused(wrong: dict[str, Any], field: str) -> None:
    """Each is named in its error."""
    with pytest.raises(InvalidValue, match=field):
        call(**({"values": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "lower": 0, "upper": 9} | wrong))
