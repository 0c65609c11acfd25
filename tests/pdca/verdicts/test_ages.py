"""Time that makes a change by itself: the age at which sides were seen, the length of their periods, and weeks."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.metrics import KPIS, Compound, Kpi, Tally, measure, tally
from servqual.pdca import Guardrail, Verdict, compare
from servqual.pdca.verdicts.ages import grows, ripens

START, DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC), dt.timedelta(days=1)
FIRST, SECOND = (START, START + 28 * DAY), (START + 28 * DAY, START + 56 * DAY)
AGED = ("resolution_rate", "resolution_time", "resolution_p50", "resolution_median", "reopen_rate", "case_volume")
OTHER_AGES, LENGTHS = "cases.seen_at_other_ages", "compare.lengths_differ"


def codes(verdict: Any) -> set[str]:
    """The codes of a verdict or of a guardrail."""
    return {caveat.code for caveat in verdict.caveats}


def steady(days: int = 56, a_day: int = 30, hours: float = 72) -> dict[str, Any]:
    """Cases of a desk that never changes; times to resolution are exponential."""
    dice = np.random.default_rng(1)
    at = [START + i * DAY / a_day for i in range(days * a_day)]
    taken = dice.exponential(hours, len(at)).tolist()
    return {
        "cases": {
            "received_at": at,
            "resolved_at": [when + dt.timedelta(hours=h) for when, h in zip(at, taken, strict=True)],
            "reopened": [i % 10 == 0 for i in range(len(at))],
        }
    }


def both(
    kpis: Sequence[str | Kpi], data: Any, now: dt.datetime, other: dt.datetime | None = None
) -> tuple[Tally, Tally]:
    """Two tallies of four weeks each, seen at one moment, or at two."""
    return tally(kpis, data, period=FIRST, now=other or now), tally(kpis, data, period=SECOND, now=now)


# --- ages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kpi", AGED)
def test_one_now_for_two_periods_changes_nothing(kpi: str) -> None:
    """A desk that never changed is neither better nor worse because its latest cases are young."""
    found = compare(*both([kpi], steady(), SECOND[1]))
    assert found.decision not in {"improved", "worse"}
    assert (OTHER_AGES in codes(found)) == (kpi not in {"resolution_median", "case_volume"})


@pytest.mark.parametrize("kpi", AGED)
def test_the_same_age_on_both_sides_is_said_nothing_of(kpi: str) -> None:
    """As it is where the age differs by a day at most."""
    for off in (0 * DAY, DAY):
        assert OTHER_AGES not in codes(compare(*both([kpi], steady(), SECOND[1], FIRST[1] + off)))


def test_two_weeks_after_its_end_a_period_is_old_enough() -> None:
    """Unless it is a duration of which many rows go on; the text says both ages and what to do."""
    data = steady(hours=24 * 20)
    for days, rate in ((13, True), (14, False)):
        found = compare(*both(["resolution_rate", "resolution_time"], data, SECOND[1] + days * DAY))
        assert (OTHER_AGES in codes(found.get("resolution_rate"))) == rate
        assert OTHER_AGES in codes(found.get("resolution_time"))
    text = next(each.text for each in found.get("resolution_time").caveats if each.code == OTHER_AGES)
    assert text.startswith("before was seen 42 d after the end of its period, after 14 d: give both tallies a now=")


def test_a_guardrail_seen_at_another_age_is_unclear() -> None:
    """So it keeps an improvement from being one."""
    rail = [Guardrail(kpi="resolution_time", margin=60)]
    found = compare(*both(["case_volume", "resolution_time"], steady(), SECOND[1]), "case_volume", guardrails=rail)
    assert found.guardrails[0].decision == "unclear"
    assert OTHER_AGES in codes(found.guardrails[0])


def test_a_measurement_without_its_cell_has_an_age_too() -> None:
    """That of the period it states."""
    sides = [side.measure().one() for side in both(["resolution_rate"], steady(), SECOND[1])]
    assert OTHER_AGES in codes(compare(attrs.evolve(sides[0], cell=None), attrs.evolve(sides[1], cell=None)))


def test_what_ripens_is_pinned() -> None:
    """Whatever reads what comes after its row, but durations, clocks, stocks, and what tells its open rows."""
    assert {
        key for key in ("asa", "csat", "volume", "abandonment_rate", "fcr", "attrition") if ripens(KPIS[key])
    } == set()
    assert not any(ripens(KPIS[key]) for key in ("resolution_kept", "complaint_kept", "commitment_kept", "backlog"))
    late = ("verified_rate", "survey_response_rate", "feedback_handled_rate", "cost_per_resolution", "sla_kept")
    assert all(ripens(KPIS[key]) for key in late)


# --- lengths --------------------------------------------------------------------------------------------------------


def test_a_period_that_is_not_over_ends_now() -> None:
    """Also one that was asked for: a week of cases is no count of four weeks."""
    counts = (
        tally(["case_volume"], steady(35), period=FIRST, now=SECOND[1]),
        tally(["case_volume"], steady(35), period=SECOND, now=SECOND[0] + 7 * DAY),
    )
    found = compare(*counts)
    assert found.after.period == (SECOND[0], SECOND[0] + 7 * DAY)
    assert (found.decision, LENGTHS in codes(found)) == ("invalid", True)


def desk(days: int) -> dict[str, Any]:
    """Contacts, cases and purchases, 60 a day, of 300 customers and 12 agents in turn."""
    at = [START + i * DAY / 60 for i in range(days * 60)]
    dice = np.random.default_rng(3)
    who = [f"K-{i}" for i in dice.integers(0, 300, len(at))]
    agent = [f"A-{i}" for i in dice.integers(0, 12, len(at))]
    return {
        "interactions": {
            "customer_id": who,
            "queued_at": at,
            "wait_s": [20.0] * len(at),
            "abandoned": [False] * len(at),
        },
        "cases": {"customer_id": who, "received_at": at, "resolved_at": at, "closed_at": at, "agent": agent},
        "purchases": {"customer_id": who, "at": at},
        "complaints": {"received_at": at[::10]},
    }


HEADED = (
    *("volume", "asa", "fcr", "customers_in_contact", "customers_buying", "agents_on_cases"),
    *("complaint_rate", "complaints_per_1000_customers", "problem_incidence", "clearance_ratio", "contact_rate"),
    *("contacts_per_purchase", "contacts_per_customer", "purchase_frequency", "workload_per_agent", "case_volume"),
    *("cases_resolved", "cases_closed", "complaint_volume", "repurchase_rate", "return_customer_rate"),
    *("purchase_volume", "resolution_rate", "resolution_time"),
)


def test_twice_the_period_moves_only_what_grows() -> None:
    """Of an unchanged desk; what was said not to grow moves by less than a tenth, and what grows by more."""
    span = 10
    short, long = (
        measure(HEADED, desk(days), period=(START, START + days * DAY), now=START + (days + 20) * DAY)
        for days in (span, 2 * span)
    )
    moved = set()
    for key in HEADED:
        old, new = (each.get(key).value for each in (short, long))
        assert old is not None
        assert new is not None
        if abs(new - old) > 0.1 * abs(old):
            moved.add(key)
    # all agents and customers are seen in both periods, and nobody bought before them
    assert moved - {key for key in HEADED if grows(KPIS[key])} == set()
    steady_heads = {"agents_on_cases", "customers_in_contact", "customers_buying", "return_customer_rate"}
    assert {key for key in HEADED if grows(KPIS[key])} - moved <= steady_heads


def test_all_of_the_catalogue_that_grows() -> None:
    """Counts but stocks, counts per head, and shares of customers by what they did in a period."""
    counts = {key for key, kpi in KPIS.items() if kpi.unit == "count" and not kpi.stock}
    heads = {"complaints_per_1000_customers", "contact_rate", "contacts_per_customer", "purchase_frequency"}
    agents = {"workload_per_agent", "open_cases_per_agent"}
    customers = {"repurchase_rate", "return_customer_rate", "retention_rate", "churn_rate"}
    assert {key for key, kpi in KPIS.items() if grows(kpi)} == counts | heads | agents | customers
    assert isinstance(KPIS["complaint_rate"], Compound)


@pytest.mark.parametrize("kpi", ["purchase_frequency", "return_customer_rate", "repurchase_rate"])
def test_customers_of_four_weeks_are_not_those_of_two(kpi: str) -> None:
    """Refused as a count is; of as many days they are compared."""
    data, now = desk(40), START + 60 * DAY
    first, after, longer = (
        tally([kpi], data, period=(START + a * DAY, START + b * DAY), now=now) for a, b in ((0, 10), (10, 20), (10, 30))
    )
    assert compare(first, longer).decision == "invalid"
    assert LENGTHS not in codes(compare(first, after))


# --- between periods ------------------------------------------------------------------------------------------------


def weekly(levels: Sequence[float], start: dt.datetime = START, n: int = 200, by: Sequence[str] = ("week",)) -> Tally:
    """A series of weeks of n cases each, of which the share of a level was reopened."""
    at = [start + 7 * week * DAY for week in range(len(levels)) for _ in range(n)]
    again = [place < level * n for level in levels for place in range(n)]
    cases = {"received_at": at, "resolved_at": at, "reopened": again}
    return tally(["reopen_rate", "case_volume"], {"cases": cases}, by=by, now=START + 400 * DAY)


def of_weeks(before: Sequence[float], after: Sequence[float]) -> Verdict:
    """The verdict on two series of weeks."""
    found: Verdict = compare(weekly(before), weekly(after, START + 70 * DAY), "reopen_rate", margin=0.15)
    return found


def alone(before: Sequence[float], after: Sequence[float], **options: Any) -> Verdict:
    """The verdict on the same rows without their weeks."""
    sides = (weekly(levels, at, by=()) for levels, at in ((before, START), (after, START + 70 * DAY)))
    before_, after_ = sides
    found: Verdict = compare(before_, after_, "reopen_rate", **options)
    return found


def test_weeks_that_scatter_by_more_than_chance_tell_less() -> None:
    """Improved, worse and equivalent by the interval that their scatter widened: it is said, and withholds none."""
    wild = [0.1, 0.4, 0.15, 0.35, 0.1, 0.4, 0.2, 0.3]
    for level, decision, rows_alone in (
        (0.1, "unclear", "improved"),
        (0.45, "unclear", "worse"),
        (0.25, "unclear", "equivalent"),
        (0.05, "improved", "improved"),
        (0.85, "worse", "worse"),
    ):
        found = of_weeks(wild, [level] * 8)
        assert (found.decision, alone(wild, [level] * 8, margin=0.15).decision) == (decision, rows_alone)
        assert "series.overdispersed" in codes(found)
    assert of_weeks([0.25, 0.27, 0.24, 0.23, 0.26, 0.25, 0.22, 0.28], [0.05] * 8).decision == "improved"


def test_the_scatter_is_judged_as_scipy_does() -> None:
    """The chi-squares of both tables of hits and misses by week together lie on the same side of 1 %."""
    stats = pytest.importorskip("scipy.stats")
    dice = np.random.default_rng(11)
    seen = set()
    for spread in (0.0, 0.02, 0.06) * 3:
        sides, chi = [], 0.0
        for _ in range(2):
            levels = np.clip(0.25 + spread * dice.normal(size=6) + 0.03 * dice.normal(size=6), 0.05, 0.9).round(2)
            hits = np.array([sum(place < level * 200 for place in range(200)) for level in levels.tolist()])
            chi += stats.chi2_contingency([hits, 200 - hits], correction=False).statistic
            sides.append(levels.tolist())
        rare = bool(stats.chi2.sf(chi, 10) < 0.01)
        found = of_weeks(*sides)
        calm = alone(*sides)
        assert calm.low is not None
        assert calm.high is not None
        if calm.low <= 0 <= calm.high:
            assert ("series.overdispersed" in codes(found)) == rare
            seen.add(rare)
    assert seen == {True, False}


def test_a_change_must_stand_out_from_the_scatter_that_was_seen() -> None:
    """Weeks that scatter by 1.7 times as much as chance, which 1 % does not find: the widened interval decides."""
    for level, decision in ((0.21, "unclear"), (0.13, "improved")):
        sides = [0.29, 0.21, 0.29, 0.21, 0.29], [level + off for off in (0.03, -0.03, 0.03, -0.03, 0.03)]
        found = compare(weekly(sides[0]), weekly(sides[1], START + 70 * DAY), "reopen_rate")
        assert alone(*sides).decision == "improved"
        assert found.decision == decision
        assert "scatter.widened" in codes(found)
    calm = weekly([0.25, 0.26, 0.24, 0.25, 0.25]), weekly([0.21, 0.22, 0.20, 0.21, 0.21], START + 70 * DAY)
    assert compare(*calm, "reopen_rate").decision == "improved"


def test_equivalence_must_hold_within_the_scatter_too() -> None:
    """A margin that the interval keeps, and the widened one does not, shows no equivalence."""
    restless = [0.29, 0.21, 0.29, 0.21, 0.29]
    calm = [0.25, 0.26, 0.24, 0.25, 0.25]
    for levels, decision in ((restless, "unclear"), (calm, "equivalent")):
        sides = weekly(levels), weekly(levels, START + 70 * DAY)
        assert compare(*sides, "reopen_rate", margin=0.045).decision == decision


def test_young_weeks_differ_by_their_age_alone() -> None:
    """Fewer of their cases are solved, which is no scatter, no trend, and leaves too few weeks to tell of any."""
    data = steady(112, hours=48)
    never = [None if place % 9 == 0 else end for place, end in enumerate(data["cases"]["resolved_at"])]
    data = {"cases": data["cases"] | {"resolved_at": never}}
    ends = (START + 56 * DAY, START + 112 * DAY)
    for older, known in ((0, True), (-28, False)):
        periods = [(end - (56 + older) * DAY, end) for end in ends]
        sides = [tally(["resolution_rate"], data, by=["week"], period=period, now=period[1]) for period in periods]
        found = codes(compare(sides[0], sides[1]))
        assert not found & {"series.overdispersed", "series.trend"}
        assert ("scatter.unknown" in found) != known


def test_it_is_said_where_scatter_cannot_be_seen() -> None:
    """Of a share or a count that is no series of four weeks a side; a mean is not tested, one tally has no change."""
    assert "scatter.unknown" not in codes(of_weeks([0.25] * 4, [0.2] * 4))
    for before, after in ((3, 4), (4, 3)):
        assert "scatter.unknown" in codes(of_weeks([0.25] * before, [0.2] * after))
    plain = both(["resolution_time", "resolution_rate"], steady(), SECOND[1] + 30 * DAY, FIRST[1] + 30 * DAY)
    found = compare(*plain)
    assert "scatter.unknown" not in codes(found.get("resolution_time"))
    assert "scatter.unknown" in codes(found.get("resolution_rate"))
    assert "scatter.unknown" not in codes(compare(plain[0], plain[0], "resolution_rate"))


def test_a_count_needs_two_more_weeks_than_a_share() -> None:
    """Its first and last week may be cut; what is missing is said with the right number."""
    at = {weeks: [START + 7 * i * DAY for i in range(weeks) for _ in range(50)] for weeks in (5, 6)}
    for weeks, text in ((5, "it takes 6 periods or more, such as weeks,"), (6, None)):
        before, after = (
            tally(["case_volume"], {"cases": {"received_at": some}}, by=["week"], now=START + 400 * DAY)
            for some in (at[weeks], [each + 70 * DAY for each in at[weeks]])
        )
        said = [each.text for each in compare(before, after).caveats if each.code == "scatter.unknown"]
        assert [text in each for each in said if text] == ([True] if text else [])
        assert bool(said) == bool(text)


def test_days_of_a_count_may_differ_by_weekday() -> None:
    """So that only weeks of it, and longer, are held against chance."""
    at = [START + i * DAY for i in range(56) for _ in range(5 if i % 7 > 4 else 60)]
    for by, scattered in (("day", False), ("week", False)):
        side = tally(["case_volume"], {"cases": {"received_at": at}}, by=[by], now=START + 400 * DAY)
        assert ("series.overdispersed" in codes(compare(side, side))) == scattered
    uneven = [START + 7 * i * DAY for i in range(10) for _ in range(100 if i % 2 else 300)]
    side = tally(["case_volume"], {"cases": {"received_at": uneven}}, by=["week"], now=START + 400 * DAY)
    assert "series.overdispersed" in codes(compare(side, side))
