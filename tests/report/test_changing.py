"""What changed: KPIs whose sides cannot be compared are told with the reason, and not counted as judged."""

import datetime as dt

import numpy as np

from servqual.metrics import KPIS, measure
from servqual.report.changing import Side, judge

DAY = dt.timedelta(days=1)


def month(number: int, now: dt.datetime) -> Side:
    """A month of 400 cases, all of them resolved, seen at a moment."""
    start = dt.datetime(2026, number, 1, tzinfo=dt.UTC)
    at = np.datetime64(start.replace(tzinfo=None), "us") + np.arange(400) * np.timedelta64(1, "h")
    rows = {"received_at": at, "resolved_at": at + np.timedelta64(2, "h"), "reopened": np.arange(400) % 4 == 0}
    period = start, start + 28 * DAY
    found = measure(["reopen_rate", "resolution_p50"], {"cases": rows}, period=period, now=now)
    return Side(found, (period[0].date(), period[1].date()), f"month {number}")


def test_sides_that_cannot_be_compared_are_told_with_the_reason() -> None:
    """May had three days to be reopened, March two months: that is no finding on either."""
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    march, may = month(3, now), month(5, now)
    found = judge([(KPIS[key], march, may) for key in ("reopen_rate", "resolution_p50")], [])
    [lost] = found["changes_unjudged"]
    assert (found["changes_judged"], found["changes"], lost["kpi"]) == (1, [], "reopen_rate")
    assert "was seen" in lost["reason"]
    assert "give both tallies a now=" in lost["reason"]
