"""Stories of the numbers and rhythms that the documents give as examples."""

import datetime as dt

import attrs
import pytest

from servqual.metrics import KPIS, attainment, measure
from servqual.model import (
    AppraisalCycle,
    BusinessHours,
    Cadence,
    Case,
    CaseId,
    Channel,
    CustomerId,
    Indicator,
    Question,
    Sla,
    Survey,
    SurveyId,
    SurveyMethod,
)
from servqual.model import case as event
from servqual.model import survey as asking
from servqual.presets import example_targets

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def reported(at: dt.datetime, channel: Channel) -> event.Reported:
    """The report of an ordinary case."""
    return event.Reported(
        at=at,
        id=CaseId("C-1"),
        customer=CustomerId("K-1"),
        description="no dial tone",
        impact="one site",
        occurred_at=at,
        owner="A-1",
        channel=channel,
        source="feedback",
    )


def replied(after: dt.timedelta) -> Case:
    """A case that got its first answer after this time."""
    history: list[event.CaseEvent] = [reported(NINE, Channel.PHONE), event.Received(at=NINE, by="desk")]
    return Case(history=[*history, event.Replied(at=NINE + after, by="A-1")])


@pytest.mark.parametrize(
    ("after", "state", "share"),
    [(29 * MINUTE, "met", 1), (30 * MINUTE, "met", 1), (30 * MINUTE + dt.timedelta(seconds=1), "breached", 0)],
)
def test_a_response_within_thirty_minutes(after: dt.timedelta, state: str, share: float) -> None:
    """NU-01: the example of 30 minutes, the boundary within; the clock of the case and the KPI say the same."""
    target = example_targets()["first_response_time"].target
    assert target is not None
    sla = Sla(name="example", hours=BusinessHours.always(), targets=[target])
    reading = sla.read(replied(after), now=NINE + DAY)[target.clock]
    cases = {"received_at": [NINE], "first_response_at": [NINE + after]}
    kept = KPIS["first_response_kept"].with_(within=target.within)
    found = measure([kept], {"cases": cases}, now=NINE + DAY).one().value
    assert ("met" if reading.breached_at is None else "breached", found) == (state, share)


@pytest.mark.parametrize(("solved", "met"), [(94, False), (95, True), (96, True)])
def test_a_resolution_rate_of_ninety_five_per_cent_or_more(solved: int, *, met: bool) -> None:
    """NU-02: the example of 95 %, the boundary within."""
    example = example_targets()["resolution_rate"]
    cases = {"received_at": [NINE] * 100, "resolved_at": [NINE + HOUR] * solved + [None] * (100 - solved)}
    goal = Indicator(name=example.name, kpi=example.kpi, goal=example.goal)
    [row] = attainment([goal], {"cases": cases}, now=NINE + DAY)
    assert row.met is met


@pytest.mark.parametrize(
    ("cadence", "due"), [(Cadence.QUARTERLY, dt.date(2026, 8, 4)), (Cadence.YEARLY, dt.date(2027, 5, 4))]
)
def test_a_survey_each_quarter_or_each_year(cadence: Cadence, due: dt.date) -> None:
    """NU-03: the next survey is due a quarter or a year after the last began, and overdue from the day after."""
    designed = asking.Designed(
        at=NINE - DAY,
        by="M-1",
        id=SurveyId("Q"),
        name="how satisfied are you",
        method=SurveyMethod.INTERVIEW,
        questions=[Question(key="why", kind="text", text="Why?")],
        every=cadence,
    )
    survey = Survey(history=[designed, asking.Opened(at=NINE, by="M-1")])
    assert survey.next_due(zone="UTC") == due
    midnight = dt.datetime.combine(due, dt.time(), dt.UTC)
    assert [survey.overdue(now=midnight + day, zone="UTC") for day in (0 * DAY, DAY)] == [False, True]


def test_appraisals_by_month_quarter_or_year() -> None:
    """NU-05: the documents name three cycles; each gives the first and the last day of its period."""
    day = dt.date(2028, 2, 10)
    assert {cycle.value: cycle.period(day) for cycle in AppraisalCycle} == {
        "month": (dt.date(2028, 2, 1), dt.date(2028, 2, 29)),
        "quarter": (dt.date(2028, 1, 1), dt.date(2028, 3, 31)),
        "year": (dt.date(2028, 1, 1), dt.date(2028, 12, 31)),
    }


def test_a_chat_round_the_clock_beside_a_desk_with_hours() -> None:
    """NU-06: the same question on Saturday night: 24 by 7 it is late on Saturday, at the desk it waits for Monday."""
    saturday = dt.datetime(2026, 5, 9, 22, tzinfo=dt.UTC)
    always, desk = BusinessHours.always(), BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    monday = dt.datetime(2026, 5, 11, 9, tzinfo=dt.UTC)
    assert (always.elapsed(saturday, monday + HOUR), desk.elapsed(saturday, monday + HOUR)) == (36 * HOUR, HOUR)
    limit = example_targets()["first_response_time"].target
    assert limit is not None
    sla = Sla(
        name="by channel",
        hours=desk,
        targets=[attrs.evolve(limit, match={"channel": "chat"}, hours=always), limit],
    )
    due = {
        channel: sla.read(Case(history=[reported(saturday, channel)]), now=saturday)[limit.clock].due
        for channel in (Channel.CHAT, Channel.PHONE)
    }
    assert due == {Channel.CHAT: saturday + 30 * MINUTE, Channel.PHONE: monday + 30 * MINUTE}
