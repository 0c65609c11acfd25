"""Measures are equal where they hold the very same numbers of the same question; `equals` tolerates rounding."""

import copy
import pickle
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.metrics import Measures, Tally, measure
from servqual.model import Clock

DAY = np.array(["2026-05-04"] * 4, "M8[us]")
CASES = {
    "received_at": DAY,
    "resolved_at": [*DAY[:2], None, None],
    "team": ["a", "b", "a", "b"],
    "vip": [True, False] * 2,
}
NOW = np.datetime64("2026-06-01")


def found(**options: Any) -> Measures:
    """Some measures, a value and an interval of which are missing."""
    asked = {"by": ["team"], "now": NOW, **options}
    return measure(["resolution_time", "case_volume"], {"cases": CASES}, **asked)


def test_no_data_is_equal_to_no_data() -> None:
    """As numbers NaN would differ from itself."""
    assert found() == found()
    assert hash(found()) == hash(found())
    assert found() != "measures"


@pytest.mark.parametrize(
    "other",
    [
        {"by": []},
        {"by": ["vip"]},
        {"confidence": 0.9},
        {"now": NOW + 1},
        {"where": {"team": ["a", "b"]}},
        {"zone": "Europe/Berlin"},
        {"period": (DAY[0], NOW)},
    ],
)
def test_another_question_is_another_answer(other: dict[str, Any]) -> None:
    """Even where the numbers agree."""
    assert found() != found(**other)


def test_numbers_are_compared_exactly() -> None:
    """The last bit counts for `==` and not for `equals`; both zeros are one."""
    one = found()
    numbers = one.numbers["case_volume"]
    nudged, signed = np.nextafter(numbers.value, np.inf), np.where(numbers.undecided == 0, -0.0, 0.0)
    two = attrs.evolve(one, numbers={**one.numbers, "case_volume": attrs.evolve(numbers, value=nudged)})
    assert one != two
    assert one.equals(two)
    same = attrs.evolve(one, numbers={**one.numbers, "case_volume": attrs.evolve(numbers, undecided=signed)})
    assert (one, hash(one)) == (same, hash(same))


def test_measurements_and_rows_have_a_hash() -> None:
    """And are equal by what they say; NaN is NaN, and True is no 1."""
    one, two = found(), found()
    assert [*map(hash, one)] == [*map(hash, two)]
    assert {*one} == {*two}
    assert len({*one}) == len([*one])
    rows = one.rows["cases"]
    assert (rows, hash(rows)) == (two.rows["cases"], hash(two.rows["cases"]))
    assert rows != attrs.evolve(rows, reasons={("team", "is missing"): 1})
    measured = one.get("case_volume", team="a")
    unknown = [attrs.evolve(measured, value=float(text)) for text in ("nan", "nan")]
    assert (unknown[0], hash(unknown[0])) == (unknown[1], hash(unknown[1]))
    assert unknown[0] != attrs.evolve(measured, value=None)
    assert attrs.evolve(measured, group={"vip": 1}) != attrs.evolve(measured, group={"vip": True})


def test_tallies_are_equal_by_what_they_hold() -> None:
    """A copy, a stored one, and the sum of parts; other rows or another question are another tally."""
    one = found().tally
    for other in (copy.copy(one), copy.deepcopy(one), Tally.from_bytes(one.to_bytes()), found().tally):
        assert (other, hash(other)) == (one, hash(one))
    assert one != one + one
    assert one != one.without("team")
    assert one != "tally"


def test_flags_are_no_numbers() -> None:
    """Groups True and 1 are different groups."""
    numbered = measure(["case_volume"], {"cases": {**CASES, "reopened": [1, 0] * 2}}, by=["reopened"])
    flagged = measure(["case_volume"], {"cases": {**CASES, "escalated": [1, 0] * 2}}, by=["escalated"])
    renamed = attrs.evolve(flagged, by=("reopened",))
    assert numbered != renamed


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])  # noqa: S301
def test_measures_copy_and_pickle_as_themselves(way: Any) -> None:
    """The copy is equal, and measures on."""
    one = found()
    two = way(one)
    assert (two, hash(two), repr(two)) == (one, hash(one), repr(one))
    assert two.tally.to_bytes() == one.tally.to_bytes()
    assert way(Clock.RESOLUTION) is Clock.RESOLUTION


def test_another_credit_is_another_answer() -> None:
    """Even where the actors are the owners."""
    cases = {"cases": {**CASES, "agent": CASES["team"], "resolved_by": CASES["team"]}}
    actors, owners = (
        measure(["resolution_time"], cases, by=["agent"], now=NOW, credit=credit) for credit in ("actor", "owner")
    )
    assert actors != owners
    assert actors.equals(owners)
