"""A story of a number that is watched."""

import datetime as dt

from servqual.metrics import funnel, measure
from servqual.model import Indicator

HOUR = dt.timedelta(hours=1)


def test_a_month_that_falls_out_is_seen() -> None:
    """RK-02, partly: a watched number by month, against its goal and against what chance alone makes.

    36 of 40 solved in each month but April, where it is 24. Around 90 %, 40 cases leave the limits of about three
    standard errors, 0.09 / 40 to the half is 0.047, below some 76 %.
    """
    solved = {1: 36, 2: 36, 3: 36, 4: 24, 5: 36}
    rows = [
        (dt.datetime(2026, month, 10, 9, tzinfo=dt.UTC), n < kept) for month, kept in solved.items() for n in range(40)
    ]
    cases = {"received_at": [at for at, _ in rows], "resolved_at": [at + HOUR if done else None for at, done in rows]}
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    found = measure(["resolution_rate"], {"cases": cases}, by=["month"], now=now)
    watched = found.against([Indicator(name="solved", kpi="resolution_rate", goal=0.85)])
    april = dt.date(2026, 4, 1)
    assert [row.measured.group["month"] for row in watched.of("not_reached")] == [april]
    limits = funnel(found, "resolution_rate", overall=0.9)
    out = [row for row in limits if row.outside]
    assert [(row.measured.group["month"], row.outside, row.side) for row in out] == [(april, 0.998, "worse")]
