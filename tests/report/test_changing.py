"""What changed between finished periods, and which figures cannot be judged."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import KPIS
from servqual.pdca.verdicts.ages import ripens
from servqual.report import Config
from servqual.report.maturity import as_recorded
from servqual.report.scorecard import scorecard
from servqual.report.spans import before, period_of

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(weeks=1)


def weeks(*shares: float | None, column: str = "reassigned", took: Sequence[float] = ()) -> dict[str, Sequence[Any]]:
    """A hundred cases in each week, of which a share has a 1 in the column, each resolved after some hours."""
    each = [(week, place) for week, share in enumerate(shares) if share is not None for place in range(100)]
    received = [MONDAY + week * WEEK + place * HOUR for week, place in each]
    hours = [took[week] if took else 1 for week, _ in each]
    return {
        "received_at": received,
        "resolved_at": [at + hour * HOUR for at, hour in zip(received, hours, strict=True)],
        column: [int(place < 100 * (shares[week] or 0)) for week, place in each],
    }


def judged(cases: dict[str, Sequence[Any]], now: dt.datetime) -> dict[str, Any]:
    """The scorecard at a moment."""
    return scorecard(cases, Config(), name="cases", now=now)


def why_not(found: dict[str, Any], key: str) -> str:
    """Why a KPI was not judged; empty where it was."""
    return next((row["reason"] for row in found["changes_unjudged"] if row["kpi"] == key), "")


def test_the_last_finished_week_is_held_against_the_one_before() -> None:
    """Reassignments rise from 10 to 40 % in the week of 25 May, which on 19 June has had its two weeks and more."""
    found = judged(weeks(0.1, 0.1, 0.1, 0.4, 0.1), MONDAY + 46 * DAY)
    [change] = found["changes"]
    assert (change["kpi"], change["decision"]) == ("reassignment_rate", "worse")
    assert (change["before"], change["after"], change["n_after"]) == (0.1, 0.4, 100)
    assert (change["before_from"], change["before_to"]) == ("2026-05-18", "2026-05-24")
    assert (change["after_from"], change["after_to"]) == ("2026-05-25", "2026-05-31")
    assert change["low"] < change["change"] < change["high"]
    said = "reassignment rate: worse from 10 % to 40 % in the week from 2026-05-25, against the week from 2026-05-18."
    assert change["sentence"] == said
    calm = judged(weeks(0.1, 0.1, 0.1, 0.1, 0.1), MONDAY + 46 * DAY)
    assert (calm["changes"], calm["changes_judged"]) == ([], found["changes_judged"])


@pytest.mark.parametrize("column", ["reopened", "reassigned"])
def test_a_count_that_an_older_week_had_longer_for_is_no_change(column: str) -> None:
    """A desk that never changes, on 5 June: of older cases 40 % came back or moved on, of last week's 10 % so far."""
    found = judged(weeks(0.4, 0.4, 0.4, 0.1, column=column), MONDAY + 32 * DAY)
    assert found["changes"] == []


def test_a_week_that_is_not_finished_is_not_replaced_by_an_older_one() -> None:
    """Times rose from 1 to 9 h two weeks ago; half of last week is open, so that times cannot be judged at all."""
    cases = weeks(0, 0, 0, 0, took=[1, 1, 9, 1])
    cases["resolved_at"] = [None if place >= 350 else at for place, at in enumerate(cases["resolved_at"])]
    found = judged(cases, MONDAY + 29 * DAY)
    assert not [row for row in found["changes"] if row["kpi"].startswith("resolution")]
    assert why_not(found, "resolution_p50") == "50 % of the cases of the week from 2026-05-25 are not finished"
    early = judged(cases, MONDAY + 22 * DAY)
    assert {row["after_from"] for row in early["changes"] if row["kpi"] == "resolution_p50"} == {"2026-05-18"}


def test_weeks_that_do_not_follow_each_other_are_not_compared() -> None:
    """Times rose from 1 to 9 h over a week without a case."""
    found = judged(weeks(0, 0, None, 0, took=[1, 1, 1, 9]), MONDAY + 29 * DAY)
    assert found["changes"] == []
    assert why_not(found, "resolution_p50") == "no case of the week from 2026-05-18 has a value"


def test_open_cases_may_still_be_reassigned() -> None:
    """The week is two weeks old, and 3 % of its cases are open: reassignments are not judged, at 2 % they are."""
    for still_open, said in (
        (3, "3 % of the cases of the week from 2026-05-25 are not finished"),
        (2, ""),
    ):
        cases = weeks(0.1, 0.1, 0.1, 0.4)
        cases["resolved_at"] = [
            None if place >= 400 - still_open else at for place, at in enumerate(cases["resolved_at"])
        ]
        assert why_not(judged(cases, MONDAY + 46 * DAY), "reassignment_rate") == said


def test_a_figure_that_grows_with_age_is_never_judged() -> None:
    """Of the resolution rate the reason is said; without two weeks nothing is judged."""
    found = judged(weeks(0.1, 0.1, 0.1), MONDAY + 46 * DAY)
    assert "grows with the age" in why_not(found, "resolution_rate")
    young = judged(weeks(0.1), MONDAY + 6 * DAY)
    assert (young["changes_judged"], young["changes"]) == (0, [])
    assert why_not(young, "resolution_p50") == "there are no two weeks that are finished for it"


def test_a_figure_without_an_interval_is_not_judged() -> None:
    """One case is open over two weeks: how old the oldest is cannot be told from chance."""
    cases = weeks(0.1, 0.1)
    cases["resolved_at"] = [None, *cases["resolved_at"][1:]]
    found = judged(cases, MONDAY + 15 * DAY)
    assert why_not(found, "backlog_oldest") == "it has no interval, so that chance cannot be told from a change"


def test_kpis_are_known_to_ripen_by_the_columns_that_they_declare() -> None:
    """Counts, flags, durations and amounts of a case have no moment; what is judged by a clock says what is open."""
    told = {
        key: as_recorded(KPIS[key])
        for key in (
            "reopen_rate", "reopen_ratio", "reassignments_per_case", "escalation_rate", "one_touch_rate",
            "wrong_category_rate", "pause_share", "cost_per_resolution", "reopen_within_rate", "resolution_p90",
            "clearance_ratio",
        )
    }  # fmt: skip
    assert told == {
        "reopen_rate": ("reopened",),
        "reopen_ratio": ("reopened",),
        "reassignments_per_case": ("reassigned",),
        "escalation_rate": ("escalated",),
        "one_touch_rate": ("customer_replies",),
        "wrong_category_rate": ("recategorised",),
        "pause_share": ("paused_s",),
        "cost_per_resolution": ("cost",),
        "reopen_within_rate": (),
        "resolution_p90": (),
        "clearance_ratio": (),
    }
    assert not any(
        ripens(KPIS[key]) for key in ("resolution_kept", "first_response_kept", "backlog_age", "overdue_share")
    )
    assert all(ripens(KPIS[key]) for key in ("reopen_rate", "sla_kept", "verified_rate"))


@given(st.dates(dt.date(1971, 3, 1), dt.date(2098, 1, 1)), st.sampled_from(["week", "month"]))
def test_the_period_before_ends_where_the_next_begins(day: dt.date, every: str) -> None:
    """A day lies in its period, the one before ends with its start, and is the period of its own first day."""
    days = period_of(day, every)
    assert days[0] <= day < days[1]
    assert before(days)[1] == days[0]
    assert before(days) == period_of(before(days)[0], every)
