"""What must not get worse: guardrails and what they do to a verdict."""

import datetime as dt

import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import Tally, tally
from servqual.pdca import Guardrail, compare

MARCH, NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
KPIS = ("resolution_rate", "reopen_rate", "case_volume")


def cases(solved: int, reopened: int, n: int = 2000, **columns: object) -> Tally:
    """A tally of cases, some of the solved ones reopened."""
    data = {
        "received_at": [MARCH] * n,
        "resolved_at": [MARCH + dt.timedelta(days=1)] * solved + [None] * (n - solved),
        "reopened": [1] * reopened + [0] * (n - reopened),
    }
    return tally(KPIS, {"cases": data | columns}, by=[*columns], now=NOW)


@pytest.mark.parametrize(
    ("after", "decision", "of_guardrail", "rule"),
    [
        ((1500, 62), "improved", "equivalent", "improved"),
        ((1500, 400), "worse", "worse", "guardrail_worse"),
        ((1500, 120), "unclear", "unclear", "blocked"),
        ((900, 45), "worse", "equivalent", "worse"),
        ((1200, 400), "worse", "worse", "guardrail_worse"),
        ((1500, 10), "improved", "equivalent", "improved"),
    ],
)
def test_a_guardrail_can_spoil_an_improvement_and_never_makes_one(
    after: tuple[int, int], decision: str, of_guardrail: str, rule: str
) -> None:
    """Broken it decides, unclear it blocks, kept or better it is silent."""
    rails = [Guardrail(kpi="reopen_rate", margin=0.03)]
    verdict = compare(cases(1200, 60), cases(*after), "resolution_rate", guardrails=rails)
    found = verdict.guardrails[0]
    assert (verdict.decision, found.decision, verdict.rule) == (decision, of_guardrail, rule)
    assert found.low is not None
    assert found.high is not None
    assert found.change is not None
    assert found.low <= found.change <= found.high
    assert (found.kpi, found.margin, found.unit) == ("reopen_rate", 0.03, "share")


def test_a_guardrail_within_a_margin_of_no_change_is_worse_all_the_same() -> None:
    """Harm comes before "no effect": rule 2 stands before rule 3."""
    rails = [Guardrail(kpi="reopen_rate", margin=0.01)]
    verdict = compare(cases(1200, 60), cases(1200, 400), "resolution_rate", margin=0.1, guardrails=rails)
    assert (verdict.decision, verdict.rule) == ("worse", "guardrail_worse")


def test_a_guardrail_without_a_better_direction_is_invalid() -> None:
    """A count of cases cannot get worse; the verdict is not improved then."""
    rails = [Guardrail(kpi="case_volume", margin=50)]
    verdict = compare(cases(1200, 60), cases(1500, 60), "resolution_rate", guardrails=rails)
    assert verdict.guardrails[0].decision == "invalid"
    assert (verdict.decision, verdict.rule) == ("unclear", "blocked")
    assert "guardrail.no_data" in {caveat.code for caveat in verdict.caveats}


def test_each_group_has_its_own_guardrail() -> None:
    """A guardrail that broke in one team spoils the verdict of that team alone."""
    team = ["north"] * 1000 + ["south"] * 1000
    reopened = [[1] * 30 + [0] * 970 + [1] * 30 + [0] * 970, [1] * 30 + [0] * 970 + [1] * 500 + [0] * 500]
    ends = [[MARCH + dt.timedelta(days=1) if i % 1000 < solved else None for i in range(2000)] for solved in (600, 800)]
    sides = [
        tally(
            KPIS,
            {"cases": {"received_at": [MARCH] * 2000, "resolved_at": end, "reopened": again, "team": team}},
            by=["team"],
            now=NOW,
        )
        for end, again in zip(ends, reopened, strict=True)
    ]
    found = compare(sides[0], sides[1], "resolution_rate", guardrails=[Guardrail(kpi="reopen_rate", margin=0.03)])
    assert [(row.group["team"], row.decision) for row in found] == [("north", "improved"), ("south", "worse")]


def test_a_guardrail_that_was_not_measured_is_refused() -> None:
    """With the KPIs that both sides hold."""
    side = cases(1200, 60)
    with pytest.raises(UnknownName, match="reopen_rate"):
        compare(side, side, "resolution_rate", guardrails=[Guardrail(kpi="csat", margin=0.03)])


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf"), "0.1", None, True])
def test_a_margin_that_cannot_be_is_refused(margin: object) -> None:
    """It is a number of 0 or more, or a timedelta."""
    with pytest.raises(InvalidValue, match="margin"):
        Guardrail(kpi="reopen_rate", margin=margin)


def test_a_margin_of_a_duration_is_read_in_seconds() -> None:
    """As goals are."""
    assert Guardrail(kpi="asa", margin=dt.timedelta(minutes=1)).margin == 60


def test_an_equivalent_guardrail_is_said_not_to_be_worse() -> None:
    """For it may be much better: only harm is looked for."""
    day = ["2026-05-04T10:00+00:00"] * 400
    sides = [
        tally(
            ["resolution_rate", "reopen_rate"],
            {"cases": {"received_at": day, "resolved_at": day, "reopened": [1] * hits + [0] * (400 - hits)}},
        )
        for hits in (80, 40)
    ]
    rail = Guardrail(kpi="reopen_rate", margin=0.02)
    guard = compare(sides[0], sides[1], "resolution_rate", guardrails=[rail]).guardrails[0]
    assert (guard.decision, guard.said, guard.change) == ("equivalent", "not worse", pytest.approx(-0.1))
