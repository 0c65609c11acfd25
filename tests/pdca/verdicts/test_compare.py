"""Comparing before and after: what is read, by which method, and what comes out."""

import datetime as dt
import math
import pickle
from statistics import NormalDist
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Measurement, Tally, measure, tally
from servqual.pdca import Guardrail, Selected, Verdict, Verdicts, compare
from servqual.pdca.verdicts.methods import METHODS
from servqual.stats import differences

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MARCH, MAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def cases(
    n: int, solved: int, *, start: dt.datetime = MARCH, hours: int = 24, reopened: int = 0, **more: Any
) -> dict[str, Any]:
    """`n` cases, some solved; the time to solve varies by an hour per case up to `hours`."""
    ends = [start + dt.timedelta(hours=1 + i % hours) for i in range(solved)]
    return {
        "cases": {
            "received_at": [start] * n,
            "resolved_at": [*ends, *[None] * (n - solved)],
            "reopened": [1] * reopened + [0] * (n - reopened),
            **more,
        }
    }


def of_cases(*kpis: Any, n: int = 400, solved: int = 200, by: tuple[str, ...] = (), **facts: Any) -> Tally:
    """A tally of such cases."""
    return tally(kpis, cases(n, solved, **facts), now=NOW, by=by)


def test_a_share_is_compared_as_newcombe_did() -> None:
    """56 of 70 against 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe 1998, Statistics in Medicine 17, table II)."""
    before, after = of_cases("resolution_rate", n=80, solved=48), of_cases("resolution_rate", n=70, solved=56)
    verdict = compare(before, after)
    assert isinstance(verdict, Verdict)
    assert verdict.change == pytest.approx(0.2)
    assert (round(verdict.low or 0, 4), round(verdict.high or 0, 4)) == (0.0524, 0.3339)
    assert verdict.decision == "improved"
    assert verdict.rule == "improved"
    assert verdict.p_value is not None
    assert 0.005 < verdict.p_value < 0.05
    assert "Newcombe" in verdict.method
    assert (verdict.n_before, verdict.n_after) == (80, 70)


def test_lower_is_better_where_the_kpi_says_so() -> None:
    """A rising reopening rate is worse, a falling one improved; the change keeps its own sign."""
    few, many = (of_cases("reopen_rate", solved=400, reopened=reopened) for reopened in (20, 80))
    up, down = compare(few, many), compare(many, few)
    assert (up.decision, down.decision) == ("worse", "improved")
    assert up.change == -down.change > 0
    assert up.low == pytest.approx(-down.high)


def test_a_mean_is_compared_as_welch_did() -> None:
    """The interval and the p-value of the time to resolution are those of scipy's Welch test."""
    from scipy.stats import ttest_ind  # noqa: PLC0415

    sides = [of_cases("resolution_time", n=100, solved=solved, hours=hours) for solved, hours in ((60, 20), (90, 15))]
    verdict = compare(sides[0], sides[1])
    hours = [[3600.0 * (1 + i % span) for i in range(count)] for count, span in ((60, 20), (90, 15))]
    other = ttest_ind(hours[1], hours[0], equal_var=False)
    ends = other.confidence_interval(0.95)
    assert verdict.p_value == pytest.approx(other.pvalue)
    assert (verdict.low, verdict.high) == (pytest.approx(ends.low), pytest.approx(ends.high))
    assert "Welch" in verdict.method


@pytest.mark.parametrize("kpi", ["resolution_p50", "resolution_p90", "resolution_median", "case_volume"])
def test_what_has_no_method_of_its_own_adds_the_intervals_by_squares(kpi: str) -> None:
    """Percentiles, medians of lifetimes and counts: the ends come from those of both sides (Zou and Donner 2008)."""
    before, after = of_cases(kpi, n=300, solved=280), of_cases(kpi, n=280, solved=270, hours=12)
    verdict = compare(before, after)
    old, new = verdict.before, verdict.after
    assert None not in {old.value, new.value, verdict.low, verdict.change}
    low = verdict.change - math.hypot(new.value - new.low, old.high - old.value)
    high = verdict.change + math.hypot(new.high - new.value, old.value - old.low)
    assert (verdict.low, verdict.high) == (pytest.approx(low), pytest.approx(high))
    assert "square-and-add" in verdict.method
    assert verdict.p_value is not None
    assert (verdict.p_value < 0.05) == (verdict.low > 0 or verdict.high < 0)


def test_a_restricted_mean_compares_lifetimes_with_open_cases() -> None:
    """Cases that go on count with the time that they took so far: the area under both survival curves."""
    found = next(kpi for kpi in KPIS.values() if kpi.statistic == "restricted_mean")
    within = found.with_(until=dt.timedelta(hours=30))
    sides = [
        tally([within], cases(200, solved, hours=hours), now=MARCH + dt.timedelta(days=20))
        for solved, hours in ((150, 28), (180, 10))
    ]
    verdict = compare(sides[0], sides[1])
    assert verdict.decision == "improved"
    assert "Greenwood" in verdict.method
    assert verdict.change is not None
    assert verdict.change < 0


def test_a_net_score_moves_between_its_ends() -> None:
    """NPS: the change keeps within −200 to 200 and has no share of a score that may be 0."""
    sides = [tally(["nps"], {"answers": {"score": [10] * up + [0] * (40 - up)}}) for up in (20, 38)]
    verdict = compare(sides[0], sides[1])
    assert verdict.change == pytest.approx(90)
    assert verdict.decision == "improved"
    assert verdict.high is not None
    assert verdict.high <= 200
    assert verdict.relative.value is None
    assert "zero" in (verdict.relative.reason or "")
    assert "Tango" in verdict.method


def test_an_extreme_has_no_interval_and_stays_unclear() -> None:
    """The longest wait is a fact of these rows: no interval, no p-value, and the code says why."""
    sides = [
        tally(["longest_wait"], {"interactions": {"queued_at": [MARCH] * 3, "wait_s": waits}})
        for waits in ([1, 2, 3], [1, 1, 1])
    ]
    verdict = compare(sides[0], sides[1])
    assert (verdict.decision, verdict.low, verdict.p_value) == ("unclear", None, None)
    assert verdict.change == -2
    assert "interval.none" in {caveat.code for caveat in verdict.caveats}


def test_every_statistic_of_the_catalogue_can_be_compared() -> None:
    """No KPI's statistic is unknown to the table of methods: it has a row, or is added by squares."""
    known = {*METHODS, "count", "quotient", "rate", "per_hour", "per_year", "per_million", "per_event", "sigma"}
    known |= {"of_budget", "odds", "distinct", "mode_share"}
    assert {kpi.statistic for kpi in KPIS.values()} <= known


def test_the_relative_change_follows_fieller() -> None:
    """Its ends leave out 0 exactly where those of the change do, and its value is the change over the value before."""
    verdict = compare(of_cases("resolution_rate", solved=200), of_cases("resolution_rate", solved=250))
    relative = verdict.relative
    assert relative.value == pytest.approx(0.25)
    _, low, high = differences.divide(
        np.array([verdict.after.value]),
        (np.array([verdict.after.low]), np.array([verdict.after.high])),
        np.array([verdict.before.value]),
        (np.array([verdict.before.low]), np.array([verdict.before.high])),
    )
    assert (relative.low, relative.high) == (pytest.approx(low[0] - 1), pytest.approx(high[0] - 1))
    assert relative.low is not None
    assert relative.low > 0


def test_a_base_that_may_be_zero_has_no_relative_change() -> None:
    """Nothing reopened before: the change is known, its share of nothing is not, with a reason."""
    verdict = compare(of_cases("reopen_rate", solved=400), of_cases("reopen_rate", solved=400, reopened=40))
    assert verdict.change == pytest.approx(0.1)
    assert (verdict.relative.value, verdict.relative.low) == (None, None)
    assert verdict.relative.reason == "the value before may be 0"


def test_cases_still_needed_are_those_of_the_margin_and_never_of_what_was_seen() -> None:
    """By Lachin's formula for two shares near one half, less the cases that are there; a larger margin needs fewer."""
    sides = of_cases("resolution_rate", n=100, solved=50), of_cases("resolution_rate", n=100, solved=51)
    needed = [compare(sides[0], sides[1], margin=margin).n_needed for margin in (0.02, 0.04, 0.08)]
    expected = 2 * 0.25 * ((1.959964 + 0.841621) / 0.02) ** 2 - 100
    assert needed[0] == pytest.approx(expected, rel=0.05)
    assert needed[0] > needed[1] > needed[2] > 0
    more = compare(sides[0], sides[1], margin=0.02, power=0.95).n_needed
    assert more > needed[0]
    assert compare(sides[0], sides[1]).n_needed is None


def test_what_is_decided_needs_no_more_cases() -> None:
    """Only an unclear verdict says how many cases it lacks."""
    verdict = compare(of_cases("resolution_rate"), of_cases("resolution_rate", solved=300), margin=0.02)
    assert verdict.decision == "improved"
    assert verdict.n_needed is None


@pytest.mark.parametrize("kpi", ["resolution_rate", "resolution_time", "resolution_p50", "case_volume", "reopen_rate"])
@pytest.mark.parametrize("margin", [None, 1e-6, 0.9])
def test_the_same_tally_on_both_sides_is_never_improved_or_worse(kpi: str, margin: float | None) -> None:
    """It is equivalent within a wide margin and unclear otherwise, and no change is seen."""
    side = of_cases(kpi, reopened=40)
    verdict = compare(side, side, margin=margin)
    assert verdict.decision in {"equivalent", "unclear"}
    assert verdict.change == 0
    assert verdict.p_value == 1


def test_a_wide_interval_inside_the_margin_is_equivalent() -> None:
    """Nothing is equivalent without a margin; with one, an interval inside it is."""
    sides = of_cases("resolution_rate", n=4000, solved=2000), of_cases("resolution_rate", n=4000, solved=2010)
    assert compare(sides[0], sides[1]).decision == "unclear"
    verdict = compare(sides[0], sides[1], margin=0.05)
    assert (verdict.decision, verdict.rule) == ("equivalent", "within_margin")


def test_groups_get_one_verdict_each() -> None:
    """Also where a group was there on one side only, which is invalid and has no number."""
    old = of_cases("resolution_rate", by=("team",), team=["north", "south"] * 200)
    new = of_cases("resolution_rate", solved=300, by=("team",), team=["north", "west"] * 200)
    found = compare(old, new)
    assert isinstance(found, Verdicts)
    assert [row.group["team"] for row in found] == ["north", "south", "west"]
    assert [row.decision for row in found] == ["improved", "invalid", "invalid"]
    assert found.get(team="north").change == pytest.approx(0.25)
    assert found.get(team="west").change is None
    assert found.of("improved") == (found[0],)
    frame = found.to_frame()
    assert list(frame["decision"]) == ["improved", "invalid", "invalid"]
    assert "north" in found._repr_html_()
    assert "north" in repr(found)
    with pytest.raises(InvalidValue, match="one\\(\\)"):
        found.one()
    with pytest.raises(InvalidValue, match="fits 0"):
        found.get(team="east")


def test_a_series_is_read_over_all_of_its_periods() -> None:
    """Columns of periods never come again: their cells are taken together, one verdict per other group."""
    at = [MARCH + dt.timedelta(days=7 * (i % 4)) for i in range(400)]
    later = [when + dt.timedelta(days=63) for when in at]
    sides = [
        tally(
            ["resolution_rate"],
            {
                "cases": {
                    "received_at": when,
                    "resolved_at": [t + dt.timedelta(days=1) for t in when[:solved]] + [None] * (400 - solved),
                    "team": ["north", "south"] * 200,
                }
            },
            by=["team", "week"],
            now=NOW,
        )
        for when, solved in ((at, 200), (later, 300))
    ]
    found = compare(sides[0], sides[1])
    assert [dict(row.group) for row in found] == [{"team": "north"}, {"team": "south"}]
    assert found[0].n_before == 200
    whole = compare(sides[0].without("week"), sides[1].without("week"))
    assert [row.change for row in found] == [row.change for row in whole]


def test_measurements_are_compared_by_their_cells() -> None:
    """A measurement, a group of one and a measurement read from a pickle say what the tally says."""
    old = of_cases("resolution_rate", by=("team",), team=["north", "south"] * 200)
    new = of_cases("resolution_rate", solved=300, by=("team",), team=["north", "south"] * 200)
    before, after = (side.measure().get("resolution_rate", team="north") for side in (old, new))
    verdict, whole = compare(before, after), compare(old, new).get(team="north")
    stored = [pickle.loads(pickle.dumps(m)) for m in (before, after)]  # noqa: S301  (our own bytes)
    for other in (verdict, compare(stored[0], stored[1])):
        assert (other.change, other.low, other.high, other.p_value) == (
            whole.change,
            whole.low,
            whole.high,
            whole.p_value,
        )
        assert other.method == whole.method
        assert dict(other.group) == {"team": "north"}
    assert compare(before, after, confidence=0.9).confidence == 0.9


def test_a_measurement_without_its_cell_is_compared_by_its_interval() -> None:
    """The square-and-add of both intervals; the method says that nothing more was known."""
    before, after = (
        attrs.evolve(of_cases("resolution_time", solved=solved).measure().one(), cell=None) for solved in (250, 300)
    )
    verdict = compare(before, after)
    assert verdict.method.endswith("of the measurements alone")
    assert verdict.low is not None
    invalid = compare(before, after, confidence=0.9)
    assert invalid.decision == "invalid"
    assert "compare.confidence_differs" in {caveat.code for caveat in invalid.caveats}


def test_results_of_measure_are_compared_as_their_tallies() -> None:
    """`measure` keeps its tally, so that its result can be compared like it."""
    data = [cases(400, solved) for solved in (200, 300)]
    tallies = [tally(["resolution_rate"], each, now=NOW) for each in data]
    measures = [measure(["resolution_rate"], each, now=NOW) for each in data]
    assert compare(measures[0], measures[1]) == compare(tallies[0], tallies[1])


@pytest.mark.parametrize(
    ("goal", "attained"), [(0.5, "reached"), (0.75, "unclear"), (0.9, "not_reached"), (None, None)]
)
def test_a_goal_is_reached_missed_or_unclear_by_the_interval_after(goal: float | None, attained: str | None) -> None:
    """The side after is held against the goal, whatever the change is."""
    verdict = compare(of_cases("resolution_rate"), of_cases("resolution_rate", solved=300), goal=goal)
    assert verdict.attained == attained


def test_a_goal_of_a_duration_may_be_a_timedelta() -> None:
    """Both goal and margin of a duration are read as seconds."""
    sides = of_cases("resolution_time", hours=20), of_cases("resolution_time", hours=4)
    verdict = compare(sides[0], sides[1], goal=dt.timedelta(hours=3), margin=dt.timedelta(minutes=1))
    assert (verdict.goal, verdict.margin, verdict.attained) == (10800.0, 60.0, "reached")


@pytest.mark.parametrize("look", [1, 3, 5])
def test_a_planned_look_is_judged_at_the_risk_that_it_spends(look: int) -> None:
    """Five looks: bounds of z as D. M. Reboussin et al., 2000, Controlled Clinical Trials 21: 190-207, print them."""
    bound = 2 * NormalDist().cdf(-{1: 4.8769, 3: 2.6803, 5: 2.0310}[look])
    sides = of_cases("resolution_rate"), of_cases("resolution_rate", solved=230)
    one, many = compare(sides[0], sides[1]), compare(sides[0], sides[1], looks=(look, 5))
    assert 1 - many.confidence == pytest.approx(bound, rel=2e-3)
    assert many.p_value == one.p_value
    assert (many.low > 0) == (one.p_value < bound)


def test_an_early_look_of_many_finds_nothing_but_has_an_interval() -> None:
    """The first of twenty looks has no risk to spend: the interval is nearly sure, of every kind of number."""
    for kpi in ("resolution_rate", "resolution_time", "resolution_median", "case_volume", "resolution_p50"):
        found = compare(of_cases(kpi), of_cases(kpi, solved=230), looks=(1, 20))
        assert found.confidence == 1 - 1e-8
        assert found.low is None or found.low <= found.change <= found.high
        assert found.decision == "unclear"


def test_cases_still_needed_are_those_of_the_whole_plan() -> None:
    """Five looks find at 80 % a drift of 2.836 instead of 2.802: 1.0247 times as many cases, whichever look it is."""
    sides = of_cases("resolution_rate", n=2000, solved=1000), of_cases("resolution_rate", n=2000, solved=1001)
    one = compare(sides[0], sides[1], margin=0.02).n_needed
    needed = [compare(sides[0], sides[1], margin=0.02, looks=(look, 5)).n_needed for look in (3, 5)]
    assert [(count + 2000) / (one + 2000) for count in needed] == pytest.approx([1.0247] * 2, rel=2e-3)


def test_the_relative_change_is_at_the_confidence_of_the_verdict() -> None:
    """Also where the sides cannot be compared."""
    for after in (of_cases("resolution_rate", solved=300), of_cases("resolution_rate", n=0, solved=0)):
        found = compare(of_cases("resolution_rate"), after, confidence=0.8)
        assert found.relative.confidence == found.confidence == 0.8


def test_the_later_moment_is_the_now_of_the_verdict() -> None:
    """Both sides keep their period and moment; the verdict has the later one."""
    period = (MARCH, MARCH + dt.timedelta(days=7)), (MAY, MAY + dt.timedelta(days=7))
    sides = [
        tally(["resolution_rate"], cases(400, 200, start=start), now=NOW + dt.timedelta(days=day), period=each)
        for day, start, each in zip((0, 3), (MARCH, MAY), period, strict=True)
    ]
    verdict = compare(sides[0], sides[1])
    assert verdict.now == NOW + dt.timedelta(days=3)
    assert (verdict.before.period, verdict.after.period) == period


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"margin": 2}, "margin"),
        ({"margin": 0}, "margin"),
        ({"margin": -0.1}, "margin"),
        ({"margin": math.nan}, "margin"),
        ({"margin": True}, "margin"),
        ({"margin": "0.1"}, "margin"),
        ({"confidence": 1}, "confidence"),
        ({"confidence": 95}, "confidence"),
        ({"power": 0}, "power"),
        ({"looks": 5}, "looks"),
        ({"looks": (0, 5)}, "looks"),
        ({"looks": (6, 5)}, "looks"),
        ({"looks": (1.5, 5)}, "looks"),
        ({"looks": (1, 2, 3)}, "looks"),
        ({"looks": (1, 500)}, "looks"),
        ({"margin": {"resolution_rate": {"resolution_rate": 0.1}}}, "margin"),
        ({"goal": {"resolution_rate": [0.1]}}, "goal"),
        ({"goal": 75}, "goal"),
        ({"goal": math.inf}, "goal"),
        ({"guardrails": [Guardrail(kpi="reopen_rate", margin=1.5)]}, "margin"),
        ({"guardrails": ["reopen_rate"]}, "guardrails"),
        ({"guardrails": [Guardrail(kpi="reopen_rate", margin=0.1)] * 2}, "guardrails"),
        ({"selected": 10}, "selected"),
        ({"primary": "reopen_rate"}, "primary"),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(options: dict[str, Any], field: str) -> None:
    """A margin as wide as its scale, a confidence of 95, a goal of 75 for a share: each says its field."""
    side = of_cases("resolution_rate", "reopen_rate")
    with pytest.raises(InvalidValue) as caught:
        compare(side, side, "resolution_rate", **options)
    assert caught.value.field == field


def test_unknown_names_are_refused_with_the_nearest() -> None:
    """KPI, guardrail, primary and column of the mix must be on both sides."""
    side = of_cases("resolution_rate", "reopen_rate")
    calls: list[Any] = [
        lambda: compare(side, side, "resolution_rat"),
        lambda: compare(side, side, "resolution_rate", guardrails=[Guardrail(kpi="reopen_rat", margin=0.1)]),
        lambda: compare(side, side, primary="reopen_rat"),
        lambda: compare(side, side, "resolution_rate", mix_by=["channel"]),
    ]
    for call in calls:
        with pytest.raises(UnknownName):
            call()


@pytest.mark.parametrize("field", ["margin", "goal"])
def test_a_mistyped_key_of_amounts_is_refused_with_the_nearest(field: str) -> None:
    """It would silently ask for no margin; the key of another KPI of both sides is no mistake."""
    side = of_cases("resolution_rate", "reopen_rate")
    options: Any = {field: {"resolution_rat": 0.02}}
    with pytest.raises(UnknownName, match=r"resolution_rate") as caught:
        compare(side, side, "resolution_rate", **options)
    assert caught.value.near[0] == "resolution_rate"
    asked: Any = {field: {"reopen_rate": 0.02}}
    assert getattr(compare(side, side, "resolution_rate", **asked), field) is None
    assert getattr(compare(side, side, "reopen_rate", **asked), field) == 0.02
    odd: Any = {field: {1: 0.02}}
    with pytest.raises(UnknownName):
        compare(side, side, "resolution_rate", **odd)


@pytest.mark.parametrize("field", ["margin", "goal"])
def test_one_amount_is_not_of_several_units(field: str) -> None:
    """A margin of 0.5 is half a share and half a second; a mapping says which."""
    mixed, alike = of_cases("resolution_rate", "resolution_time"), of_cases("resolution_rate", "reopen_rate")
    one: Any = {field: 0.5}
    with pytest.raises(InvalidValue, match="mapping") as caught:
        compare(mixed, mixed, **one)
    assert caught.value.field == field
    each: Any = {field: {"resolution_rate": 0.5, "resolution_time": dt.timedelta(minutes=1)}}
    assert [getattr(row, field) for row in compare(mixed, mixed, **each)] == [0.5, 60.0]
    assert [getattr(row, field) for row in compare(alike, alike, **one)] == [0.5, 0.5]


def test_a_selection_is_of_one_group() -> None:
    """Its shrunk value is that of the picked group, and no other's."""
    side = of_cases("resolution_rate", by=("team",), team=["north", "south"] * 200)
    other = of_cases("resolution_rate", by=("team",), team=["north", "south"] * 200)
    with pytest.raises(InvalidValue, match="name its group"):
        compare(side, other, selected=Selected(of=2, value=0.5, error=0.1))


def test_a_stock_may_be_compared_over_periods_of_any_length() -> None:
    """It is what is there at the end, and no count of what came in."""
    march = (MARCH, MARCH + dt.timedelta(days=30)), (MAY, MAY + dt.timedelta(days=20))
    sides = [
        tally(["backlog"], cases(400, 200, start=start), now=NOW, period=period)
        for start, period in zip((MARCH, MAY), march, strict=True)
    ]
    assert compare(sides[0], sides[1]).decision != "invalid"


def test_sides_of_other_groups_are_refused() -> None:
    """Cells of other columns cannot be matched."""
    with pytest.raises(InvalidValue, match="same columns"):
        compare(of_cases("resolution_rate"), of_cases("resolution_rate", by=("team",), team=["a"] * 400))


@pytest.mark.parametrize("other", [None, 0.7, [0.1], {"cases": {}}, "tally"])
def test_nothing_else_than_tallies_and_their_results_is_read(other: Any) -> None:
    """Raw rows and bare numbers carry no definition."""
    with pytest.raises(InvalidValue, match="tally"):
        compare(other, of_cases("resolution_rate"))


def test_a_verdict_says_itself_in_one_line_and_on_a_page() -> None:
    """The text has decision and change with its interval; the page escapes the labels of groups."""
    verdict = compare(of_cases("resolution_rate"), of_cases("resolution_rate", solved=300))
    assert str(verdict).startswith("resolution rate: improved, +25 points (")
    grouped = [of_cases("resolution_rate", by=("team",), team=["<b>"] * 400)] * 2
    assert "&lt;b&gt;" in compare(grouped[0], grouped[1])._repr_html_()


def test_a_verdict_survives_pickling() -> None:
    """With its basis, so that its receipt is the same."""
    verdict = compare(of_cases("resolution_rate"), of_cases("resolution_rate", solved=300), margin=0.02)
    again = pickle.loads(pickle.dumps(verdict))  # noqa: S301  (our own bytes)
    assert again == verdict
    assert again.receipt() == verdict.receipt()


def test_a_measurement_of_a_local_function_is_pickled_without_its_cell() -> None:
    """Its KPI cannot be pickled, and the measurement could be before."""
    own = attrs.evolve(KPIS["case_volume"], key="mine", name="mine", rows=lambda view: KPIS["case_volume"].rows(view))  # noqa: PLW0108  (a function of its own)
    found: Measurement = measure([own], cases(10, 5), now=NOW).one()
    assert found.cell is not None
    again = pickle.loads(pickle.dumps(found))  # noqa: S301  (our own bytes)
    assert again.cell is None
    assert again == found


@pytest.mark.parametrize("kpi", ["abandonment_rate", "asa"])
def test_customers_are_the_sample_where_rows_are_clustered(kpi: str) -> None:
    """The change adds the intervals of both sides by squares; rows taken for a sample would be five times as sure."""

    def month(first: str, rate: float) -> Any:
        dice = np.random.default_rng(3)
        leaves = np.repeat(dice.random(20) < rate, 50)
        contacts = {
            "queued_at": np.array([first] * 1000, "M8[us]"),
            "customer_id": np.repeat(np.arange(20), 50),
            "abandoned": leaves if kpi == "abandonment_rate" else [False] * 1000,
            "wait_s": np.repeat(dice.random(20) * 100, 50) + 100 * rate,
        }
        return tally([kpi], {"interactions": contacts}, cluster="customer_id")

    march, may = month("2026-03-02", 0.3), month("2026-05-04", 0.5)
    found = compare(march, may)
    assert "square-and-add" in found.method
    old, new = found.before, found.after
    assert found.low == pytest.approx(found.change - np.hypot(new.value - new.low, old.high - old.value))
    assert found.decision == "unclear"


def test_a_count_needs_no_more_cases() -> None:
    """It is no mean of cases, so that nobody can say how many more would show a change of it."""
    sides = []
    for first, cases in (("2026-03-02T10:00Z", 500), ("2026-05-04T10:00Z", 520)):
        sides.append(tally(["case_volume"], {"cases": {"received_at": [first] * cases}}))
    found = compare(sides[0], sides[1], margin=30)
    assert (found.decision, found.n_needed) == ("unclear", None)


def promises(kept: int, missed: int, undecided: int) -> Tally:
    """Promises of eight hours, some of which are not over yet."""
    now = MARCH + dt.timedelta(days=20)
    late = now - dt.timedelta(hours=4)
    data = {
        "received_at": [MARCH] * (kept + missed) + [late] * undecided,
        "resolved_at": [MARCH + dt.timedelta(hours=1)] * kept
        + [MARCH + dt.timedelta(days=1)] * missed
        + [None] * undecided,
        "reopened": [0] * (kept + missed + undecided),
    }
    kpi = KPIS["resolution_kept"].with_(within=dt.timedelta(hours=8))
    return tally([kpi, "reopen_rate"], {"cases": data}, now=now)


@pytest.mark.parametrize(("undecided", "decision"), [(0, "equivalent"), (20, "equivalent"), (1000, "invalid")])
def test_undecided_cases_may_undo_equivalence(undecided: int, decision: str) -> None:
    """Where they could carry the change over the margin, which no number of further cases would tell."""
    found = compare(promises(500, 500, 0), promises(500, 500, undecided), "resolution_kept", margin=0.06)
    assert found.decision == decision
    assert ("cases.immature" in {each.code for each in found.caveats}) == (decision == "invalid")
    assert found.n_needed is None


def test_a_closed_gate_tells_of_harm() -> None:
    """The decision stays unclear, as the plan said; who reads the caveat knows."""
    sides = [of_cases("reopen_rate", "resolution_rate"), tally(["reopen_rate", "resolution_rate"], cases(400, 60))]
    found = compare(sides[0], sides[1], primary="reopen_rate").get("resolution_rate")
    said = next(each.text for each in found.caveats if each.code == "kpis.after_primary")
    assert found.decision == "unclear"
    assert said.endswith("judged alone this one would be worse")


@pytest.mark.parametrize(("undecided", "turned"), [(0, False), (60, False), (300, True)])
def test_undecided_cases_may_undo_harm_as_they_undo_an_improvement(undecided: int, turned: bool) -> None:
    """A change that they can still turn round cannot be judged yet, in neither direction, and has no number."""
    good, bad = promises(600, 400, 0), promises(500, 500, undecided)
    worse = compare(good, bad, "resolution_kept")
    assert worse.decision == ("invalid" if turned else "worse")
    assert worse.rule == ("not_comparable" if turned else "worse")
    assert (worse.high is None) == turned
    better = compare(promises(400, 600, 0), promises(500, 500, undecided), "resolution_kept")
    assert better.decision == ("invalid" if turned else "improved")
    for found in (worse, better):
        assert ("cases.immature" in {each.code for each in found.caveats}) == turned


def test_a_mean_of_which_half_is_undecided_is_not_worse() -> None:
    """Where the KPI is no share, over half of a side leaves nothing to judge by, in either direction."""
    sides = []
    for hours, waiting in ((2, 0), (3, 150)):
        ends = [MARCH + dt.timedelta(hours=hours, minutes=i % 40) for i in range(100)] + [None] * waiting
        cases = {"received_at": [MARCH] * len(ends), "resolved_at": ends}
        sides.append(tally(["resolution_time"], {"cases": cases}, now=MARCH + dt.timedelta(days=9)))
    found = compare(sides[0], sides[1])
    assert (found.decision, found.rule, found.low) == ("invalid", "not_comparable", None)


def test_a_table_tells_a_change_in_points_with_its_sign() -> None:
    """Per cent would leave open of what; a p-value has no unit; the exported columns stay numbers."""
    found = Verdicts(rows=(compare(promises(500, 500, 0), promises(600, 400, 0), "resolution_kept"),))
    shown = found._repr_html_()
    for cell in (">+10 points<", ">+5.6 points<", ">60 %<", "1 verdict, after minus before"):
        assert cell in shown
    assert " p<" not in shown
    assert found.columns()["change"] == [pytest.approx(0.1)]
