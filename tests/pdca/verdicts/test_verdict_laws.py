"""Laws of every verdict, on tallies made to be difficult: few rows, all alike, empty, huge and far apart."""

import datetime as dt
import json
import math
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.metrics import KPIS, Tally, tally
from servqual.pdca import Guardrail, Verdict, compare, replay

START, NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
WITHIN = next(kpi for kpi in KPIS.values() if kpi.statistic == "restricted_mean").with_(until=dt.timedelta(days=2))
ASKED: list[Any] = [
    "resolution_rate",
    "reopen_rate",
    "resolution_time",
    "resolution_p90",
    "resolution_median",
    "case_volume",
    WITHIN,
]
KEYS = [kpi if isinstance(kpi, str) else kpi.key for kpi in ASKED]
rows_ = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 59, 3600, 86_400, 6_000_000]) | st.none(),
        st.booleans() | st.none(),
        st.sampled_from("ab"),
    ),
    max_size=40,
)


def side(rows: list[Any], times: int = 1, by: tuple[str, ...] = ()) -> Tally:
    """A tally of cases that took so many seconds, are reopened or not, and belong to a team."""
    rows = rows * times
    data = {
        "case_id": [str(i) for i in range(len(rows))],
        "received_at": [START] * len(rows),
        "resolved_at": [None if took is None else START + dt.timedelta(seconds=took) for took, _, _ in rows],
        "reopened": [again for _, again, _ in rows],
        "team": [team for *_, team in rows],
    }
    return tally(ASKED, {"cases": data}, now=NOW, by=by, threads=1)


def check(verdict: Verdict) -> None:
    """What holds of every verdict."""
    numbers = [verdict.change, verdict.low, verdict.high, verdict.p_value, verdict.n_needed, verdict.relative.value]
    numbers += [value for each in (verdict.before, verdict.after) for value in (each.value, each.low, each.high)]
    numbers += [value for rail in verdict.guardrails for value in (rail.change, rail.low, rail.high)]
    assert all(value is None or math.isfinite(value) for value in numbers)
    either: list[Any] = [verdict, verdict.relative, *verdict.guardrails]
    for one in either:
        value = getattr(one, "change", getattr(one, "value", None))
        if value is not None and one.low is not None and one.high is not None:
            assert one.low <= value <= one.high
    if verdict.decision == "invalid":
        assert verdict.change is None
        assert any(caveat.severity == "blocking" for caveat in verdict.caveats)
    if verdict.decision in {"improved", "equivalent"}:
        assert verdict.low is not None
    if verdict.decision == "improved":
        gain = verdict.low if verdict.better == "higher" else -(verdict.high or 0)
        assert gain is not None
        assert gain > 0
        assert not any(caveat.severity == "blocking" for caveat in verdict.caveats)
    if verdict.rule == "worse":
        assert verdict.p_value is not None
    if verdict.low is not None and verdict.p_value is not None and verdict.high is not None:
        outside = verdict.low > 0 or verdict.high < 0
        assert 0 <= verdict.p_value <= 1
        assert outside == (verdict.p_value < 1 - verdict.confidence) or math.isclose(
            verdict.p_value, 1 - verdict.confidence, rel_tol=1e-6
        )
    json.dumps(verdict.told(), allow_nan=False)


@settings(max_examples=8, deadline=None)
@given(rows_, rows_, st.sampled_from([1, 1000]), st.none() | st.sampled_from([1e-9, 0.02, 0.9]))
def test_every_verdict_is_in_order(before: list[Any], after: list[Any], times: int, margin: float | None) -> None:
    """Ends in order, nothing but finite numbers, the p-value on the side of the interval, a receipt that replays."""
    rails = [Guardrail(kpi="reopen_rate", margin=0.1)]
    sides = side(before), side(after, times if len(after) < 3 else 1)
    for key in KEYS:
        verdict = compare(sides[0], sides[1], key, margin=margin, guardrails=rails, goal=0.5)
        check(verdict)
    assert replay(verdict.receipt(), kpis=[WITHIN]) == verdict


@settings(max_examples=8, deadline=None)
@given(rows_, rows_)
def test_a_group_is_judged_as_it_is_alone(before: list[Any], after: list[Any]) -> None:
    """The verdict of a cell is that of a tally of its rows, but for the caveats of several groups.

    Blanks of flags are counted over all groups. A group without a row on a side has no data, where an empty tally
    counts none. One tally twice has no scatter to know. A restricted mean is left out: its running sums over all groups
    round in the last digit.
    """
    old, new = (side(rows, by=("team",)) for rows in (before, after))
    mine = {team: [side([row for row in rows if row[2] == team]) for rows in (before, after)] for team in "ab"}
    there = [{team for *_, team in rows} for rows in (before, after)]
    for row in compare(old, new):
        check(row)
        if row.kpi == WITHIN.key:
            continue
        if row.group["team"] not in there[0] & there[1]:
            assert row.decision == "invalid"
            continue
        mine_before, mine_after = mine[row.group["team"]]
        alone = compare(mine_before, mine_after, row.kpi)
        of_many = {"groups.several", "kpis.several", "flags.only_yes"} | (
            {"scatter.unknown"} if mine_before == mine_after else set()
        )
        told = [
            attrs.evolve(
                each,
                caveats=tuple(c for c in each.caveats if c.code not in of_many),
                group={},
                basis=None,
            )
            for each in (row, alone)
        ]
        assert told[0] == told[1]


@settings(max_examples=8, deadline=None)
@given(rows_, rows_)
def test_before_and_after_swap_signs(before: list[Any], after: list[Any]) -> None:
    """What improved one way got worse the other way, unless a blocking caveat holds."""
    sides = side(before), side(after)
    for key in KEYS:
        one, two = compare(sides[0], sides[1], key), compare(sides[1], sides[0], key)
        assert (one.change is None) == (two.change is None)
        if one.change is not None:
            assert one.change == -two.change
        if one.decision == "improved":
            assert two.decision == "worse"


@settings(max_examples=8, deadline=None)
@given(rows_, st.none() | st.sampled_from([1e-9, 0.5]))
def test_the_same_rows_are_never_improved_or_worse(rows: list[Any], margin: float | None) -> None:
    """Whatever they are."""
    one, two = side(rows), side(rows)
    for key in KEYS:
        verdict = compare(one, two, key, margin=margin)
        assert verdict.decision in {"equivalent", "unclear", "invalid"}
        assert verdict.change in {0, None}


def test_ten_thousand_cells_are_judged_at_once() -> None:
    """Ten thousand verdicts with a guardrail; the budget of one second is benchmarked, here it is a guard."""
    import time  # noqa: PLC0415

    rows = [(3600 * (i % 7), i % 9 == 0, str(i % 10_000)) for i in range(20_000)]
    sides = side(rows, by=("team",)), side(rows[::-1], by=("team",))
    start = time.process_time()
    found = compare(
        sides[0], sides[1], "resolution_rate", margin=0.05, guardrails=[Guardrail(kpi="reopen_rate", margin=0.1)]
    )
    assert len(found) == 10_000
    assert time.process_time() - start < 4
