"""Several KPIs with one that was named before: the primary one first, the others by Holm's steps."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.metrics import Kpi, Tally, tally
from servqual.metrics.accumulators import Ratio
from servqual.pdca import compare

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
KEYS = ("first", "second", "third", "fourth")


def share_of(column: str) -> Kpi:
    """A KPI that is the share of a column."""
    return Kpi(
        key=column,
        title=column,
        question="?",
        formula="?",
        unit="share",
        better="higher",
        table="own",
        at="at",
        needs=(column,),
        accumulator=Ratio,
        rows=lambda view: {"hit": np.asarray(view[column]) == 1},
        kinds={column: "count", "at": "moment"},
    )


OWN = [share_of(key) for key in KEYS]


def side(hits: list[int], n: int = 200) -> Tally:
    """A tally of four shares of the same rows."""
    columns = {key: [1] * hit + [0] * (n - hit) for key, hit in zip(KEYS, hits, strict=True)}
    return tally(OWN, {"own": columns | {"at": [NOW] * n}}, threads=1)


def slow(alone: Any, alpha: float) -> dict[str, bool]:
    """The gate and Holm's steps by p-values, one after another."""
    p = {row.kpi: row.p_value for row in alone}
    out = {"first": p["first"] < alpha}
    others = sorted((value, key) for key, value in p.items() if key != "first")
    going = out["first"]
    for place, (value, key) in enumerate(others):
        going = going and value < alpha / (len(others) - place)
        out[key] = going
    return out


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(85, 140), min_size=4, max_size=4))
def test_the_printed_intervals_decide_as_holm_after_the_gate(after: list[int]) -> None:
    """What leaves out 0 is what the gate and the steps leave, and nothing else."""
    before = side([100] * 4)
    alone, stepped = compare(before, side(after)), compare(before, side(after), primary="first")
    expected = slow(alone, 0.05)
    for row in stepped:
        assert (row.low > 0 or row.high < 0) == expected[row.kpi]
        assert row.low <= row.change <= row.high
        assert (row.p_value < 1 - row.confidence) == expected[row.kpi]


def test_steps_agree_with_statsmodels() -> None:
    """Of three others with p of .0086, .0155 and .484, the steps keep two and stop."""
    multiple = pytest.importorskip("statsmodels.stats.multitest", reason="statsmodels is not installed")
    before, after = side([100] * 4), side([140, 126, 124, 107])
    alone, stepped = compare(before, after), compare(before, after, primary="first")
    p = [row.p_value for row in alone][1:]
    assert p == pytest.approx([0.0086, 0.0155, 0.484], abs=5e-4)
    assert multiple.multipletests(p, 0.05, "holm")[0].tolist() == [row.decision == "improved" for row in stepped][1:]


def test_a_primary_one_that_did_not_change_shuts_the_gate() -> None:
    """The others are not tested: their intervals hold 0, with p-values no smaller than that of the primary one."""
    before, after = side([100] * 4), side([101, 160, 160, 40])
    stepped = compare(before, after, primary="first")
    assert [row.decision for row in stepped] == ["unclear"] * 4
    for row in stepped[1:]:
        assert min(abs(row.low), abs(row.high)) == 0
        assert row.p_value == stepped[0].p_value
        assert "kpis.after_primary" in {caveat.code for caveat in row.caveats}
    assert [row.decision for row in compare(before, after)] == ["unclear", "improved", "improved", "worse"]


def test_a_primary_kpi_without_an_interval_keeps_the_others_shut() -> None:
    """Their p-values are no smaller than 1 then."""
    sides = []
    for first, hours, late in (("2026-03-02T10:00Z", 1, 1), ("2026-05-04T10:00Z", 2, 0)):
        start = np.array([first.removesuffix("Z")] * 400, "M8[us]")
        cases = {"received_at": start, "resolved_at": start + np.timedelta64(hours, "h"), "reopened": [late] * 400}
        sides.append(
            tally(["first_response_p90", "reopen_rate"], {"cases": cases | {"first_response_at": [None] * 400}})
        )
    _, other = compare(sides[0], sides[1], primary="first_response_p90")
    assert (other.decision, other.p_value) == ("unclear", 1.0)
