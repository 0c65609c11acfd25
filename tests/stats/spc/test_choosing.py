"""The choice of a chart, with its reason in words."""

from typing import Any

import numpy as np
import pytest

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
    """Few expected events ask for the chart of cases or of time between them."""
    assert choose_chart(defectives=[0, 1, 0, 2], sizes=50).chart == "g_chart"
    assert choose_chart(defects=[0, 1, 0, 2]).chart == "t_chart"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"values": [1.0], "gaps": [1]},
        {"defectives": [1, 2]},
        {"values": [1.0], "sizes": 5},
        {"gaps": [-1]},
        {"values": ["a"]},
    ],
)
def test_other_data_are_refused(wrong: dict[str, Any]) -> None:
    """One kind of data, with sizes where they are needed."""
    with pytest.raises(InvalidValue):
        choose_chart(**wrong)
