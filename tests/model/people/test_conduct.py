"""A record of conduct: what it computes, and what cannot be built."""

import datetime as dt

import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import AgentId, Conduct, ConductNorm
from servqual.model import conduct as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
GREETING = ConductNorm(key="greeting", kind="language", text="say your name")
CALM = ConductNorm(key="calm", kind="attitude", text="stay calm")
BEGIN = event.Opened(
    at=NINE,
    by="Q-1",
    id="B-1",
    member=AgentId("A-1"),
    period=(dt.date(2026, 5, 1), dt.date(2026, 5, 31)),
    norms=[GREETING, CALM],
)


def record(*events: event.ConductEvent) -> Conduct:
    """A record with these events."""
    return Conduct(history=[BEGIN, *events])


EVALUATED = event.Evaluated(at=NINE + DAY, by="Q-1", judgement="names are left out")
TO_DO = event.RectificationSet(
    at=NINE + 2 * DAY, by="Q-1", norm="greeting", what="use the script", due=dt.date(2026, 5, 10)
)

LATER = event.RectificationSet(at=NINE + 4 * DAY, by="Q-1", norm="calm", what="breathe", due=dt.date(2026, 5, 10))


def test_a_norm_that_nobody_observed_has_no_share() -> None:
    """None, and not 0."""
    seen = event.Observed(at=NINE, by="Q-1", norm="greeting", kept=False)
    assert dict(record(seen).kept_shares) == {"greeting": 0.0, "calm": None}


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([event.Observed(at=NINE, by="Q-1", norm="greetings", kept=True)], r"norm must be one of greeting, calm"),
        ([EVALUATED, event.RectificationSet(at=NINE + 2 * DAY, by="Q-1", norm="x", what="y", due=NINE.date())], "norm"),
        (
            [EVALUATED, TO_DO, event.Rectified(at=NINE + 3 * DAY, by="Q-1", norm="calm", how="z")],
            r"norm must be one of ",
        ),
        (
            [EVALUATED, TO_DO, event.Rectified(at=NINE + 3 * DAY, by="Q-1", norm="calm", how="z"), LATER],
            r"at must come after 'calm' was to be rectified, 2026-05-08 .*later moment",
        ),
    ],
)
def test_only_norms_of_the_record_count(events: list[event.ConductEvent], message: str) -> None:
    """And only what was asked for is put right."""
    with pytest.raises(InvalidValue, match=message):
        record(*events)


def test_no_outcome_while_something_is_to_be_put_right() -> None:
    """Neither in one part, nor when one of two is done."""
    other = event.RectificationSet(at=NINE + 2 * DAY, by="Q-1", norm="calm", what="breathe", due=dt.date(2026, 5, 8))
    done = event.Rectified(at=NINE + 3 * DAY, by="Q-1", norm="greeting", how="heard in ten calls")
    outcome = event.OutcomeApplied(at=NINE + 4 * DAY, by="M-1", kind="none", reason="put right")
    with pytest.raises(IllegalTransition, match="rectified"):
        record(EVALUATED, TO_DO).record(outcome)
    half = record(EVALUATED, TO_DO, other, done)
    assert [one.norm for one in half.to_rectify] == ["calm"]
    with pytest.raises(InvalidValue, match="an outcome before calm"):
        half.record(outcome)
    again = event.Rectified(at=NINE + 3 * DAY, by="Q-1", norm="calm", how="seen")
    assert half.record(again).record(outcome).status == "outcome_applied"


def test_of_two_dates_on_one_norm_the_later_event_counts() -> None:
    """The day itself is in time, and a cancelled record is late with nothing."""
    moved = event.RectificationSet(
        at=NINE + 3 * DAY, by="Q-1", norm="greeting", what="use the script", due=dt.date(2026, 5, 20)
    )
    late = record(EVALUATED, TO_DO)
    assert [late.overdue(today=dt.date(2026, 5, day)) for day in (10, 11)] == [(), (TO_DO,)]
    assert late.record(moved).to_rectify == (moved,)
    gone = late.record(event.Cancelled(at=NINE + 4 * DAY, by="M-1", reason="left"))
    assert gone.overdue(today=dt.date(2026, 6, 1)) == ()


def test_a_day_belongs_to_the_period_in_the_zone_of_the_desk() -> None:
    """Ten at night of 31 May in London is 1 June in Shanghai."""
    night = event.Observed(at=dt.datetime(2026, 5, 31, 22, tzinfo=dt.UTC), by="Q-1", norm="calm", kept=True)
    assert record(night).outside_period(zone="Europe/London") == ()
    assert record(night).outside_period(zone="Asia/Shanghai") == (night,)
