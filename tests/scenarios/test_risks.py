"""Stories of a number that is watched."""

import datetime as dt

from servqual.metrics import funnel, measure
from servqual.model import ActionItem, AgentId, Indicator
from servqual.model import action_item as task
from servqual.pdca import needs_of
from servqual.stats import spc

HOUR = dt.timedelta(hours=1)


def test_a_month_that_falls_out_is_seen() -> None:
    """RK-02: a watched number by month, against its goal and against what chance alone makes.

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


def test_a_run_of_months_raises_an_alarm_that_somebody_answers() -> None:
    """RK-02: nine months on one side of the centre are no chance; the alarm is a task with an owner, until it is done.

    The centre is set by twelve months of 80 % and 100 % in turn, 90 %; then each month is 95 %, within all limits.
    The ninth above the centre is that at place 19, for the last of the twelve was above it, too.
    """
    solved = [16, 20] * 6 + [19] * 9
    first = [dt.datetime(2025 + number // 12, number % 12 + 1, 10, 9, tzinfo=dt.UTC) for number in range(len(solved))]
    rows = [(at, n < kept) for at, kept in zip(first, solved, strict=True) for n in range(20)]
    cases = {"received_at": [at for at, _ in rows], "resolved_at": [at + HOUR if done else None for at, done in rows]}
    now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    found = measure(["resolution_rate"], {"cases": cases}, by=["month"], now=now)
    chart = spc.p_chart(
        defectives=[round(m.n * (m.value or 0)) for m in found], sizes=[m.n for m in found], baseline=12
    )
    alarm, again = chart.signals
    assert (alarm.rule, alarm.index, again.index) == ("nine_one_side", 19, 20)
    item = ActionItem(
        history=[
            task.Agreed(
                at=now,
                by="Q-1",
                id="A-1",
                what=f"find out why, {alarm.rule}",
                owner=AgentId("Ann"),
                due=dt.date(2026, 11, 5),
            )
        ]
    )
    assert item.overdue(today=dt.date(2026, 11, 6))
    [need] = needs_of(item)
    assert (need.owner, need.due) == ("Ann", dt.date(2026, 11, 5))
    assert not needs_of(item.record(task.Done(at=now + HOUR, by="Ann", result="a new article")))
