"""The same groups before and after."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi, Measures, changes, measure
from servqual.model import BusinessHours

SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))
NPS = KPIS["nps"]
scores = st.lists(st.integers(min_value=1, max_value=5), min_size=2, max_size=30)


def answered(*kpis: Kpi, **groups: list[int]) -> Measures:
    """Measures of answers by team."""
    team = [name for name, some in groups.items() for _ in some]
    score = [x for some in groups.values() for x in some]
    return measure(kpis, {"answers": {"team": team, "score": score}}, by=["team"])


def test_a_share_that_rose_is_the_published_difference() -> None:
    """R. G. Newcombe, 1998, table II, method 10, example a: 56 of 70 less 48 of 80."""
    [row] = changes(
        answered(SATISFIED, north=[5] * 48 + [1] * 32), answered(SATISFIED, north=[5] * 56 + [1] * 14), "csat"
    )
    assert row.gap is not None
    assert (row.gap.value, row.gap.low, row.gap.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert (row.verdict, row.group) == ("better", {"team": "north"})
    assert row.relative == pytest.approx(1 / 3)


@given(scores, scores)
def test_means_are_compared_as_welch_did(old: list[int], new: list[int]) -> None:
    """Against scipy's test of unequal variances: its interval, and no verdict that it would not give."""
    [row] = changes(answered(SCORE, a=old), answered(SCORE, a=new), "csat_mean")
    assert row.gap is not None
    assert row.gap.value == pytest.approx(np.mean(new) - np.mean(old), abs=1e-9)
    if len({*old}) > 1 and len({*new}) > 1:
        found = ttest_ind(new, old, equal_var=False).confidence_interval(0.95)
        assert (row.gap.low, row.gap.high) == pytest.approx((found.low, found.high), abs=1e-6)
        assert row.verdict == ("better" if found.low > 0 else "worse" if found.high < 0 else "unclear")


def test_a_net_score_changes_by_two_independent_multinomials() -> None:
    """Each variance is that of a multinomial: (promoters + detractors) / n − net², over n."""
    old, new = [10] * 40 + [8] * 20 + [3] * 40, [10] * 60 + [8] * 25 + [3] * 15
    [row] = changes(answered(NPS, a=old), answered(NPS, a=new), "nps")
    error = 100 * math.sqrt(((0.4 + 0.4) - 0.0**2) / 100 + ((0.6 + 0.15) - 0.45**2) / 100)
    half = NormalDist().inv_cdf(0.975) * error
    assert row.gap is not None
    assert (row.gap.value, row.gap.low, row.gap.high) == pytest.approx((45, 45 - half, 45 + half))


def test_less_time_is_better_and_a_group_may_come_or_go() -> None:
    """A group that is not there on one side has no gap; direction decides the verdict."""
    day = np.datetime64("2026-05-04", "us")

    def took(**hours: list[int]) -> Measures:
        spans = [h for some in hours.values() for h in some]
        cases = {
            "team": [name for name, some in hours.items() for _ in some],
            "received_at": np.array([day] * len(spans)),
            "resolved_at": day + np.array(spans, "m8[h]"),
        }
        return measure(["resolution_time", "case_volume"], {"cases": cases}, by=["team"], now=day + 9 * 86_400_000_000)

    before, after = took(old=[1, 2], north=[9, 10, 11]), took(new=[3, 4], north=[1, 2, 3])
    found = changes(before, after, "resolution_time")
    assert [row.group["team"] for row in found] == ["new", "north", "old"]
    assert [row.verdict for row in found] == ["unknown", "better", "unknown"]
    assert [(row.before is None, row.after is None) for row in found] == [(True, False), (False, False), (False, True)]
    assert found.columns()["n_before"] == [0, 3, 2]
    assert found.columns()["gap"] == [None, -28_800.0, None]
    assert [row.verdict for row in changes(before, after, "case_volume")] == ["unknown"] * 3
    assert "better" in repr(found)
    assert "−8 h" in found._repr_html_()


def test_business_time_is_told_in_hours() -> None:
    """A day of it is no 24 hours: 30 hours are not 1.2 days, as `measure` tells them; stored it stays in seconds."""
    start, hours = np.datetime64("2026-05-04T00:00", "us"), BusinessHours(zone="UTC", week={"mon-sun": "00:00-24:00"})

    def took(span: int) -> Measures:
        cases = {"received_at": [start] * 3, "resolved_at": [start + np.timedelta64(span, "h")] * 3}
        now = start + np.timedelta64(30, "D")
        return measure([KPIS["resolution_time"].with_(hours=hours)], {"cases": cases}, now=now)

    found = changes(took(100), took(70), "resolution_time")
    assert ("70 h" in repr(found), "−30 h" in repr(found), " d" in repr(found)) == (True, True, False)
    assert found.columns()["unit"] == ["s"]


def test_only_what_was_measured_alike_is_compared() -> None:
    """Another definition, other groups, another confidence, a KPI that was not measured."""
    told = answered(SATISFIED, a=[5, 1])
    other = answered(SATISFIED.with_(satisfied_from=5), a=[5, 1])
    whole = measure([SATISFIED], {"answers": {"score": [5, 1]}})
    for before in (other, whole):
        with pytest.raises(InvalidValue, match="before must measure csat by the same definition"):
            changes(before, told, "csat")
    with pytest.raises(UnknownName, match="did you mean csat"):
        changes(told, told, "csta")
