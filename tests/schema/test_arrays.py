"""Arrays in documents: every number comes back as it was, and what is no row of numbers is refused by its place."""

import json
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, LoadErrors
from servqual.schema import dump, dumps, json_schema, load, loads
from servqual.schema.arrays import read_array, write_array
from servqual.stats import inference, spc, survival

KINDS = ("float64", "int64", "int32", "uint8", "bool")
CHART = spc.u_chart(defects=[2, 3, None, 1], sizes=[50, 50, 60, 40], exclude={1: "strike"})


def numbers(kind: str) -> st.SearchStrategy[Any]:
    """Numbers of a kind, the least and the greatest, infinities and NaN included."""
    if kind == "float64":
        return st.floats()
    if kind == "bool":
        return st.booleans()
    least, most = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
    return st.sampled_from((least, most)) | st.integers(least, most)


@settings(max_examples=60, deadline=None, database=None)
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), st.lists(numbers(kind), max_size=6))))
def test_arrays_come_back(drawn: tuple[str, list[Any]]) -> None:
    """Each number and the kind of all; -0.0 is written as the 0.0 that it is equal to."""
    kind, cells = drawn
    given = np.array(cells, kind)
    stored = json.loads(json.dumps(write_array(given), allow_nan=False))
    found = read_array(stored)
    assert found.dtype == given.dtype
    np.testing.assert_array_equal(found, given)
    assert "-0.0" not in json.dumps(stored)


def test_an_array_is_readable() -> None:
    """A missing number is null, an infinite one a text."""
    given = np.array([1.5, np.nan, np.inf, -np.inf])
    assert write_array(given) == {"dtype": "float64", "values": [1.5, None, "inf", "-inf"]}


@pytest.mark.parametrize(
    ("kind", "cell", "words"),
    [
        ("float64", "1", "a number"),
        ("float64", True, "a number"),
        ("float64", [1.0], "a number"),
        pytest.param("float64", 10**309, "a number", id="huge"),
        ("float64", float("nan"), "a number"),
        ("int64", 1.0, "a whole number"),
        ("int64", None, "a whole number"),
        ("int64", 2**63, "a whole number"),
        ("int32", -(2**31) - 1, "a whole number"),
        ("uint8", 256, "a whole number"),
        ("bool", 1, "true or false"),
    ],
)
def test_a_cell_of_another_kind_is_refused_by_its_place(kind: str, cell: Any, words: str) -> None:
    """Nothing is converted: a flag is no 1, and a text no number."""
    document = json.loads(dumps(CHART))
    document["data"]["values"] = {"dtype": kind, "values": [cell]}
    with pytest.raises(LoadErrors) as refused:
        load(document)
    (problem,) = refused.value.exceptions
    assert str(problem).startswith("value must be " + words)
    assert vars(problem)["path"] == "$.data.values.values[0]"


@pytest.mark.parametrize(
    ("stored", "path"),
    [
        ({"dtype": "float32", "values": [1.0]}, "$.data.values.dtype"),
        ({"dtype": ["float64"], "values": [1.0]}, "$.data.values.dtype"),
        ({"dtype": "object", "values": [None]}, "$.data.values.dtype"),
        ({"values": [1.0]}, "$.data.values.dtype"),
        ({"dtype": "float64"}, "$.data.values.values"),
        ({"dtype": "float64", "values": 1.0}, "$.data.values.values"),
        ({"dtype": "float64", "values": {"0": 1.0}}, "$.data.values.values"),
        ({"dtype": "float64", "values": [], "shape": [0]}, "$.data.values.shape"),
        ([1.0], "$.data.values"),
        (None, "$.data.values"),
    ],
)
def test_what_is_no_array_is_refused(stored: Any, path: str) -> None:
    """The kind is one of a short list, and nothing else stands beside it."""
    document = json.loads(dumps(CHART))
    document["data"]["values"] = stored
    with pytest.raises(LoadErrors) as refused:
        load(document, unknown="keep")
    assert [vars(problem)["path"] for problem in refused.value.exceptions] == [path]


@pytest.mark.parametrize(
    ("made", "change", "field"),
    [
        (CHART, {"upper": [1.0]}, "upper"),
        (spc.ewma([1, 2, 3, 4]), {"points": [1.0]}, "points"),
        (spc.xbar_r([[1, 2], [2, 3, 4]]), {"sizes": [2.0]}, "sizes"),
        (spc.cusum([1, 2, 3], target=2, slack=0, limit=1), {"low": [1.0]}, "low"),
        (CHART.signals, {"flags": [1.0, 0.0, 0.0, 0.0]}, "flags"),
        (CHART.signals, {"centre": [1.0]}, "centre"),
        (inference.confidence_sequence([1, 0, 1]), {"low": [0.0]}, "low"),
        (inference.planned_looks(2), {"z": [1.0, 2.0, 3.0]}, "z"),
        (survival.kaplan_meier([1, 2]), {"at_risk": [2.0]}, "at_risk"),
    ],
)
def test_arrays_of_different_lengths_are_refused(made: Any, change: dict[str, list[float]], field: str) -> None:
    """A line with a number more than there are points is told by its name, when it is loaded as when it is built."""
    document = json.loads(dumps(made))
    document["data"] |= {name: {"dtype": "float64", "values": cells} for name, cells in change.items()}
    with pytest.raises(LoadErrors) as refused:
        load(document)
    assert [vars(problem)["path"] for problem in refused.value.exceptions] == [f"$.data.{field}"]


@pytest.mark.parametrize(
    ("basis", "path"),
    [
        ({"baseline": [0, 9], "reasons": []}, "$.data.basis"),
        ({"baseline": [0, 4], "reasons": [[4, "strike"]]}, "$.data.basis"),
        ({"baseline": [3, 1], "reasons": []}, "$.data.basis.baseline"),
        ({"baseline": [0, True], "reasons": []}, "$.data.basis.baseline"),
        ({"baseline": [0, 4, 1], "reasons": []}, "$.data.basis.baseline"),
        ({"baseline": "0-4", "reasons": []}, "$.data.basis.baseline"),
    ],
)
def test_a_basis_of_other_points_is_refused(basis: Any, path: str) -> None:
    """It names points that are there, in a row."""
    document = json.loads(dumps(CHART))
    document["data"]["basis"] = basis
    with pytest.raises(LoadErrors) as refused:
        load(document)
    assert [vars(problem)["path"] for problem in refused.value.exceptions] == [path]


def test_a_baseline_without_points_has_one_text() -> None:
    """All empty ranges are equal, and so are their documents."""
    basis = CHART.basis
    one, other = (attrs.evolve(basis, baseline=empty, reasons=()) for empty in (range(3, 1), range(0)))
    assert one == other
    assert dumps(one) == dumps(other)
    assert loads(dumps(one)) == other
    with pytest.raises(InvalidValue, match="points in a row"):
        attrs.evolve(basis, baseline=range(0, 4, 2))


@pytest.mark.parametrize("given", [np.zeros((2, 2)), np.zeros(2, np.float32), np.array(["a"]), np.array([None])])
def test_arrays_that_no_document_holds_are_not_dumped(given: Any) -> None:
    """A table, and numbers or words of another kind, are refused by the name of their field."""
    with pytest.raises(InvalidValue, match=r"^(values|high) must"):
        dump(spc.Cusum(high=given, low=given, target=0, slack=0, limit=1))


def test_one_number_stands_for_all_points() -> None:
    """A line is a number or an array, and comes back as what it was."""
    document = dump(CHART)["data"]
    assert document["centre"] == CHART.centre
    assert document["upper"]["dtype"] == "float64"
    again = loads(dumps(CHART))
    assert again == CHART
    assert type(again.centre) is float
    assert again.signals == CHART.signals


def test_arrays_are_described() -> None:
    """The JSON Schema says the kinds and the words for what is no number of JSON."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator(json_schema("spc.counted"))
    document = json.loads(dumps(CHART))
    assert not [*validator.iter_errors(document)]
    for wrong in ({"dtype": "float32", "values": []}, {"dtype": "float64", "values": ["nan"]}, [1.0]):
        assert not validator.is_valid({**document, "data": {**document["data"], "values": wrong}})


def test_a_long_array_is_read_in_bounded_time() -> None:
    """A million wrong cells are a hundred problems."""
    document = json.loads(dumps(CHART))
    document["data"]["values"] = {"dtype": "float64", "values": ["x"] * 1_000_000}
    with pytest.raises(LoadErrors, match="more than 100 problems"):
        load(document)
