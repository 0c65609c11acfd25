"""The choice of a chart, with its reason in words."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats import spc
from servqual.stats.spc import choose_chart

STEADY = [30, 28, 31, 33, 27, 29, 32, 30, 31, 28, 30, 29]
DATA: dict[str, dict[str, Any]] = {
    "xmr": {"values": list(range(12))},
    "run_chart": {"values": [5.0, 6.0, None, 4.0]},
    "xbar_r": {"values": [[1.0, 2.0, 3.0], [2.0, 3.0]]},
    "xbar_s": {"values": np.ones((5, 12))},
    "p_chart": {"defectives": STEADY, "sizes": [100, 110] * 6},
    "np_chart": {"defectives": STEADY, "sizes": 100},
    "laney_p": {"defectives": [1200, 1500, 800, 1000], "sizes": [10_000, 12_000, 9_000, 11_000]},
    "c_chart": {"defects": STEADY},
    "u_chart": {"defects": STEADY, "sizes": [100.5, 110] * 6},
    "laney_u": {"defects": [1200, 1500, 800, 1000], "sizes": [10_000, 12_000, 9_000, 11_000]},
    "g_chart": {"gaps": [4, 18, 2]},
    "t_chart": {"gaps": [4.5, 18.2, 2.0]},
}


@pytest.mark.parametrize("chart", DATA)
def test_each_chart_is_chosen_for_its_data(chart: str) -> None:
    """The choice is a function of this package, takes the same data, and gives a reason."""
    found = choose_chart(**DATA[chart])
    assert found.chart == chart
    assert len(found.why.split()) > 6
    values = DATA[chart].get("values", DATA[chart].get("gaps"))
    made = getattr(spc, chart)
    if values is not None:
        made(values)
    elif chart == "c_chart":
        made(DATA[chart]["defects"])
    else:
        made(**DATA[chart])


def test_rare_counts_lead_to_what_lies_between() -> None:
    """Few expected events ask for the chart of cases or of time between them; none at all leave nothing between."""
    assert choose_chart(defectives=[0, 1, 0, 2], sizes=50).chart == "g_chart"
    assert choose_chart(defects=[0, 1, 0, 2]).chart == "t_chart"
    assert "cases that failed" in choose_chart(defectives=[0, 1, 0, 2], sizes=50).why
    assert "cases that did not fail" in choose_chart(defectives=[50, 49, 50, 48], sizes=50).why
    assert choose_chart(defectives=[0, 0, 0], sizes=50).chart == "np_chart"
    assert choose_chart(defectives=[50, 50, 50], sizes=[50, 50, 50]).chart == "p_chart"
    assert choose_chart(defects=[0, 0, 0]).chart == "c_chart"


@pytest.mark.parametrize("chart", DATA)
@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_columns_of_frames_are_chosen_for_alike(chart: str, frame: str) -> None:
    """A column whose index begins elsewhere, as after a filter, is read in its order; a frame of rows likewise."""
    library = pytest.importorskip(frame)

    def column(values: Any) -> Any:
        if isinstance(values, int):
            return values
        if chart.startswith("xbar"):
            rows = [[*row, *[np.nan] * (12 - len(row))] for row in values]
            return library.DataFrame(rows) if frame == "pandas" else library.DataFrame(rows, orient="row")
        found = library.Series(values)
        return found.set_axis(range(7, 7 + len(found))) if frame == "pandas" else found

    assert choose_chart(**{name: column(values) for name, values in DATA[chart].items()}).chart == chart


numbers = st.none() | st.integers(-2, 40) | st.floats(0, 50)


@settings(max_examples=80)
@given(
    st.fixed_dictionaries({"values": st.lists(numbers, max_size=14) | st.lists(st.lists(numbers, max_size=3))})
    | st.fixed_dictionaries({"gaps": st.lists(numbers, max_size=4)})
    | st.fixed_dictionaries({"defects": st.lists(st.integers(0, 30), max_size=6)})
    | st.fixed_dictionaries({"defectives": st.lists(st.integers(0, 30), max_size=6), "sizes": st.integers(0, 40)})
)
def test_the_advice_can_be_followed(data: dict[str, Any]) -> None:
    """Data that have a chart are charted by it, unless it asks for what lies between; others are refused at once."""
    try:
        found = choose_chart(**data)
    except InvalidValue:
        return
    if "gaps" not in data and found.chart in {"g_chart", "t_chart"}:
        return
    made = getattr(spc, found.chart)
    if found.chart == "laney_u":
        assert "sizes are 1" in found.why
        data = data | {"sizes": 1}
    try:
        made(**data) if "sizes" in data else made(*data.values())
    except InvalidValue as error:  # points that are all alone
        if "neighbouring" not in str(error):
            raise


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"values": [1.0], "gaps": [1]},
        {"defectives": [1, 2]},
        {"values": [1.0], "sizes": 5},
        {"gaps": [-1]},
        {"values": ["a"]},
        {"values": "12"},
        {"values": 5},
        {"values": [[1.0], [2.0]]},
        {"gaps": []},
        {"gaps": [-1.5]},
    ],
)
def test_other_data_are_refused(wrong: dict[str, Any]) -> None:
    """One kind of data, with sizes where they are needed."""
    with pytest.raises(InvalidValue):
        choose_chart(**wrong)
