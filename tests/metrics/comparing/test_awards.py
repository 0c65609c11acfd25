"""Awards: the best and the most improved, by the sure end of the interval, with ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, Measures, award_ranking, measure

SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))
DAY = np.datetime64("2026-05-04", "us")


def answered(*kpis: Kpi, **groups: list[int]) -> Measures:
    """Measures of answers by agent."""
    agent = [name for name, scores in groups.items() for _ in scores]
    score = [x for scores in groups.values() for x in scores]
    return measure(kpis, {"answers": {"agent": agent, "score": score}}, by=["agent"])


def content(hits: int, n: int) -> list[int]:
    """So many content customers of n."""
    return [5] * hits + [1] * (n - hits)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.sampled_from([(9, 10), (1, 1), (18, 20), (3, 4), (40, 50)]),
        min_size=1,
        max_size=6,
    )
)
def test_places_count_all_who_are_better(groups: dict[str, tuple[int, int]]) -> None:
    """Against counting, for each, those whose low end lies higher; as many with the same end are tied."""
    measures = answered(SATISFIED, **{name: content(*one) for name, one in groups.items()})
    low = {m.group["agent"]: m.low for m in measures}
    for row in award_ranking(measures, "csat"):
        mine = low[row.measured.group["agent"]]
        assert mine is not None
        assert row.place == 1 + sum(other is not None and other > mine for other in low.values())
        assert row.tied == (sum(other == mine for other in low.values()) > 1)


def test_three_lucky_answers_do_not_win() -> None:
    """And two who did the same share the prize; the next place is the third."""
    ranking = award_ranking(
        answered(SATISFIED, ada=content(90, 100), bo=content(90, 100), cy=content(3, 3), di=content(70, 100)), "csat"
    )
    assert [row.measured.group["agent"] for row in ranking.first] == ["ada", "bo"]
    assert [(row.place, row.tied) for row in ranking] == [(1, True), (1, True), (3, False), (4, False)]
    assert [row.measured.group["agent"] for row in ranking][2] == "di"


def test_less_time_is_better() -> None:
    """Ranked by the high end of the interval."""
    hours = {"fast": [1, 2, 3], "slow": [4, 5, 6]}
    agent = [name for name in hours for _ in range(30)]
    done = [DAY + np.timedelta64(h, "h") for one in hours.values() for h in one * 10]
    cases = {"received_at": [DAY] * 60, "resolved_at": done, "agent": agent}
    ranking = award_ranking(measure(["resolution_time"], {"cases": cases}, by=["agent"]), "resolution_time")
    assert [row.measured.group["agent"] for row in ranking] == ["fast", "slow"]
    assert ranking.rows[0].level == ranking.rows[0].measured.high


def test_the_greatest_improvement_is_the_surest() -> None:
    """Against Welch's interval from the answers; who was not there before has no place."""
    old = {"ada": [1, 2, 3] * 20, "bo": [3, 4, 5] * 20, "cy": [1, 2]}
    new = {"ada": [3, 4, 4] * 20, "bo": [4, 4, 5] * 20, "cy": [5, 4], "di": [5, 5, 4]}
    ranking = award_ranking(answered(SCORE, **new), "csat_mean", before=answered(SCORE, **old))
    rows = {row.measured.group["agent"]: row for row in ranking}
    for name in ("ada", "bo", "cy"):
        expected = ttest_ind(new[name], old[name], equal_var=False).confidence_interval(0.95).low
        assert rows[name].level == pytest.approx(expected, abs=1e-6)
        before = rows[name].before
        assert before is not None
        assert before.value == np.mean(old[name])
    assert [row.place for row in ranking] == [1, 2, 3, None]
    assert [row.measured.group["agent"] for row in ranking] == ["ada", "bo", "cy", "di"]
    assert (rows["di"].before, rows["di"].level, rows["di"].tied) == (None, None, False)


def test_an_improvement_in_time_is_less_of_it() -> None:
    """Positive where the time surely fell."""

    def times(hours: list[int]) -> Measures:
        done = [DAY + np.timedelta64(h, "h") for h in hours]
        return measure(["resolution_time"], {"cases": {"received_at": [DAY] * len(done), "resolved_at": done}})

    [row] = award_ranking(times([1, 2, 3] * 30), "resolution_time", before=times([5, 6, 7] * 30))
    assert row.level is not None
    assert 3.5 * 3600 < row.level < 4 * 3600


def test_both_must_be_measured_alike() -> None:
    """The same definition, groups and confidence; and a KPI with a better direction."""
    now = answered(SATISFIED, ada=content(9, 10))
    other = KPIS["csat"].with_(scale=(1, 5), satisfied_from=5)
    answers = {"agent": ["ada"], "score": [5]}
    narrow = measure([SATISFIED], {"answers": answers}, by=["agent"], confidence=0.9)
    for before in (answered(other, ada=[5]), narrow):
        with pytest.raises(
            InvalidValue, match="before must measure csat by the same definition, groups and confidence"
        ):
            award_ranking(now, "csat", before=before)
    with pytest.raises(InvalidValue, match="kpi must have a better direction"):
        award_ranking(measure(["case_volume"], {"cases": {"received_at": [DAY]}}), "case_volume")


def test_nobody_measured_means_nobody_wins_and_it_is_a_table() -> None:
    """One value alone has no interval of a mean, so no place."""
    assert len(award_ranking(answered(SATISFIED), "csat")) == 0
    alone = award_ranking(answered(SCORE, ada=[5]), "csat_mean")
    assert (alone.rows[0].place, alone.first) == (None, ())
    found = award_ranking(
        answered(SATISFIED, ada=content(9, 10)), "csat", before=answered(SATISFIED, ada=content(5, 10))
    )
    assert found.to_frame()[["place", "agent", "value", "before"]].to_numpy().tolist() == [[1, "ada", 0.9, 0.5]]
    assert "best first" in found._repr_html_()
