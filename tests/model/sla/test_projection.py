"""The chance of a breach, where it can be worked out by hand."""

import datetime as dt
from collections.abc import Iterable

import pytest

from servqual.errors import InvalidValue
from servqual.model.hours.business_hours import BusinessHours
from servqual.model.ids import CaseId, CustomerId
from servqual.model.service.case import (
    Assigned,
    Cancelled,
    Case,
    CaseEvent,
    Classified,
    Priority,
    Received,
    Reported,
    Resolved,
    Resumed,
    Started,
    Waiting,
)
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import Clock
from servqual.model.sla.projection import breach_chance
from servqual.model.sla.reading import Reading
from servqual.model.sla.target import Target

HOUR = dt.timedelta(hours=1)
T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
SLA = Sla(
    name="s",
    hours=BusinessHours.always(),
    targets=[Target(clock=Clock.RESOLUTION, within=4 * HOUR)],
    pause_on="customer",
)


def at(hours: float) -> dt.datetime:
    """So many hours after the report."""
    return T0 + hours * HOUR


def read(now: float, *, solved: float | None = None, waits: Iterable[tuple[float, float | None]] = ()) -> Reading:
    """The resolution clock of a case that waited and was solved at these hours."""
    history: list[CaseEvent] = [
        Reported(
            at=T0,
            id=CaseId("C"),
            customer=CustomerId("K"),
            description="x",
            impact="y",
            occurred_at=T0,
            owner="A",
            channel="phone",
            source="feedback",
        ),
        Received(at=T0, by="desk"),
        Classified(at=T0, by="desk", category="x", priority=Priority.LOW),
        Assigned(at=T0, by="desk", to="A"),
        Started(at=T0, by="A"),
    ]
    for start, end in waits:
        history.append(Waiting(at=at(start), by="A", on="customer"))
        if end is not None:
            history.append(Resumed(at=at(end), by="A"))
    if solved is not None:
        history.append(Resolved(at=at(solved), by="A", solution="s", told_customer=True))
    return SLA.read(Case(history=history), now=at(now))[Clock.RESOLUTION]


def chance(reading: Reading, past: list[Reading], horizon: float, seed: int = 7) -> float | None:
    """The chance alone."""
    return breach_chance(reading, past, horizon=horizon * HOUR, seed=seed).chance


def test_the_past_that_lasted_as_long_decides() -> None:
    """Of four past cycles that had not stopped after two hours, one went over the limit of four."""
    past = [read(99, solved=hours) for hours in (1, 1, 1, 3, 3, 3, 6)]
    projection = breach_chance(read(2), past, horizon=10 * HOUR, seed=7, runs=4000)
    assert projection.alike == 4
    assert projection.chance == pytest.approx(0.25, abs=0.03)  # 4 standard errors of 4,000 draws
    assert projection == breach_chance(read(2), past, horizon=10 * HOUR, seed=7, runs=4000)
    assert projection.assumptions


def test_the_horizon_cuts() -> None:
    """A breach is strictly after due, two hours from now; a horizon that ends there sees none."""
    past = [read(99, solved=6)]
    assert [chance(read(2), past, horizon) for horizon in (1, 2, 2.1)] == [0, 0, 1]
    assert chance(read(2), [read(99, solved=4)], 10) == 0  # solved at the due moment: kept


def test_pauses_push_it_out() -> None:
    """A past wait of three hours after three hours of work comes again."""
    past = [read(99, solved=9, waits=[(3, 6)])]
    assert [chance(read(2), past, horizon) for horizon in (4.9, 5.1)] == [0, 1]


def test_pauses_that_follow_at_once_add_up() -> None:
    """Waits of one and of two hours after three of work are one of three."""
    past = [read(99, solved=9, waits=[(3, 4), (4, 6)])]
    assert [chance(read(2), past, horizon) for horizon in (4.9, 5.1)] == [0, 1]


def test_a_present_pause_lasts_like_a_longer_one() -> None:
    """It waits for two hours so far; the only longer past wait had five."""
    past = [read(99, solved=20, waits=[(1, 6), (7, 8)])]
    waiting = read(4, waits=[(2, None)])
    assert [chance(waiting, past, horizon) for horizon in (4.9, 6.1)] == [0, 1]  # 3 h of wait, 2 h of work, 1 h of wait
    none_longer = [read(99, solved=20)]
    assert [chance(waiting, none_longer, horizon) for horizon in (1.9, 2.1)] == [0, 1]


def test_what_is_decided_is_certain() -> None:
    """A breached clock has chance 1, one that is over in time 0; without a past that lasted so long there is none."""
    past = [read(99, solved=1)]
    assert chance(read(5), past, 1) == 1
    assert chance(read(5, solved=1), past, 1) == 0
    assert chance(read(2), past, 1) is None
    assert chance(read(2), [read(99, solved=2)], 1) is None  # it had stopped by now
    cancelled = Case(history=[*_reported(), Cancelled(at=at(3), by="desk", reason="r")])
    assert chance(read(2), [SLA.read(cancelled, now=at(9))[Clock.RESOLUTION]], 1) is None


def test_bad_questions_are_refused() -> None:
    """A clock that has not begun, a horizon in the past, no runs."""
    sla = Sla(name="s", hours=BusinessHours.always(), targets=[Target(clock=Clock.NEXT_RESPONSE, within=HOUR)])
    pending = sla.read(Case(history=_reported()), now=T0)[Clock.NEXT_RESPONSE]
    with pytest.raises(InvalidValue, match="of a clock that has begun"):
        breach_chance(pending, [], horizon=HOUR, seed=1)
    with pytest.raises(InvalidValue, match="horizon must be a timedelta of zero or more"):
        breach_chance(read(2), [], horizon=-HOUR, seed=1)
    with pytest.raises(InvalidValue, match="runs must be at least 1"):
        breach_chance(read(2), [], horizon=HOUR, seed=1, runs=0)


def _reported() -> list[CaseEvent]:
    report = read(1).history[0]
    assert isinstance(report, Reported)
    return [report]
