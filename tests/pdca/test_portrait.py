"""The quality portrait of a period: indicators, change, weak points, voices, plans, and next actions."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS
from servqual.model import BusinessHours, Indicator, ServiceStandard
from servqual.model import standard as event
from servqual.pdca import Action, Evidence, Plan, Register, ServiceReport, service_report
from servqual.samples import Desk, desk

HOUR = dt.timedelta(hours=1)
OFFICE = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
HOSTILE = "<img src=x onerror=alert(1)> [link](javascript:x) | `code`"
GOALS = [
    Indicator(name="answer in an hour", kpi="first_response_kept", within=HOUR, goal=0.9),
    Indicator(name="right team at once", kpi="reassignment_rate", goal=0.08),
    Indicator(name="satisfied after a complaint", kpi="complaint_satisfaction", goal=0.5),
    Indicator(name="callers who give up", kpi="abandonment_rate", goal=0.05),
]
PLAN = Plan(
    id="Q-1",
    subject="routing " + HOSTILE,
    at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
    owner="M-1",
    kpi="reassignment_rate",
    baseline=0.4,
    goal=0.2,
    actions=[
        Action(what="new form", owner="A-1", due=dt.date(2026, 4, 1), criterion="it is live"),
        Action(what="train the desk", owner="A-2", due=dt.date(2026, 6, 1), criterion="all were there"),
    ],
)


@pytest.fixture(scope="module")
def sample() -> Desk:
    """A desk of eighteen weeks, in which routing gets better at the first of April."""
    return desk(seed=8, days=126, improved_after=86)


@pytest.fixture(scope="module")
def april(sample: Desk) -> ServiceReport:
    """The portrait of April."""
    return service_report(
        sample.tables,
        GOALS,
        period="2026-04",
        zone="Europe/Berlin",
        plans=[PLAN],
        voices=["I was sent from desk to desk", Evidence(text=HOSTILE, kind="customer_interview", said_by="K-1")],
    )


def test_indicators_come_from_several_tables(april: ServiceReport) -> None:
    """Cases, complaints and contacts in one portrait, the worst gap first, the weak ones apart."""
    assert {row.attained.measured.kpi for row in april.rows} == {goal.kpi for goal in GOALS}
    assert [row.indicator.name for row in april.weak] == ["answer in an hour"]
    assert april.attainment == 3 / 4
    gaps = [row.attained.gap for row in april.rows if row.attained.gap is not None]
    assert gaps[0] == max(gaps)


def test_the_change_since_the_month_before_is_judged(april: ServiceReport) -> None:
    """The improvement of the simulation is the one sure change, against March, in local months."""
    assert [(row.indicator.name, row.verdict and row.verdict.decision) for row in april.changed] == [
        ("right team at once", "improved")
    ]
    assert april.before is not None
    assert [moment.isoformat() for moment in (*april.before, april.period[1])] == [
        "2026-02-28T23:00:00+00:00", "2026-03-31T22:00:00+00:00", "2026-04-30T22:00:00+00:00",
    ]  # fmt: skip
    assert all(row.verdict and row.verdict.confidence == pytest.approx(1 - 0.05 / 4) for row in april.rows)


def test_the_course_of_a_missed_goal_is_longer_than_the_month(april: ServiceReport) -> None:
    """Since when is read from all weeks up to the end of April; four weeks alone would tell nothing."""
    assert april.diagnosis is not None
    [missed] = april.diagnosis.missed
    course = april.diagnosis.courses[missed.measured.definition]
    assert course.periods == 16
    assert "too few" not in april.to_markdown()


def test_the_confidence_is_that_of_the_diagnosis_too(sample: Desk) -> None:
    """A goal is missed in the table and in the diagnosis alike, and the groups take the same risk."""
    data = {"cases": sample.tables["cases"]}
    for confidence in (0.8, 0.999999):
        report = service_report(data, GOALS[:2], period="2026-04", confidence=confidence, kpis=())
        assert report.diagnosis is not None
        assert report.diagnosis.level == pytest.approx(1 - confidence)
        states = {row.indicator: (row.state, row.attained.measured.low) for row in report.rows}
        assert {row.indicator: (row.verdict, row.measured.low) for row in report.diagnosis.attained} == states


def test_both_sides_are_seen_from_equally_long_after(sample: Desk) -> None:
    """Cases of March are seen from the end of March, as those of April from the end of April."""
    goal = [Indicator(name="solved", kpi="resolution_rate", goal=0.5)]
    report = service_report({"cases": sample.tables["cases"]}, goal, period="2026-04", zone="Europe/Berlin", kpis=())
    verdict = report.rows[0].verdict
    assert verdict is not None
    assert verdict.before.now == dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)
    assert verdict.after.now == dt.datetime(2026, 4, 30, 22, tzinfo=dt.UTC)


def test_plans_and_next_actions_have_owners(april: ServiceReport) -> None:
    """What is late at the end of the month is told first."""
    [state] = april.plans
    assert (state.id, state.status, state.owner, state.overdue, state.decision) == ("Q-1", "planned", "M-1", 1, None)
    assert [(due.what, due.owner) for due in april.actions] == [("new form", "A-1"), ("train the desk", "A-2")]
    assert [due.what for due in april.late()] == ["new form"]
    assert "Late since 2026-04-01: new form (A-1, plan Q-1)." in april.to_markdown()


def test_a_register_and_its_plans_say_the_same(sample: Desk, april: ServiceReport) -> None:
    """Both are taken."""
    tables = {"cases": sample.tables["cases"]}
    other = service_report(tables, GOALS[:1], period="2026-04", plans=Register(plans=[PLAN]), kpis=())
    assert other.plans[0].id == april.plans[0].id


def test_text_from_outside_is_inert(april: ServiceReport) -> None:
    """No tag, link, table cell or code of a name or a voice acts, in Markdown or in a notebook."""
    markdown, html = april.to_markdown(), april._repr_html_()
    assert "<img" not in markdown
    assert "[link](" not in markdown
    assert "\\| \\`code\\`" in markdown
    assert "<img" not in html
    assert "&lt;img" in html


def test_the_markdown_tells_it_in_order(april: ServiceReport) -> None:
    """First what changed and what to do, then what is behind it."""
    heads = [line for line in april.to_markdown().splitlines() if line.startswith("#")]
    assert heads == [
        "# Service report, 2026-04-01 to 2026-04-30", "## What changed", "## What to do", "## Indicators", "## Where",
        "## What comes up most", "## Voices", "## Plans", "## Next actions",
    ]  # fmt: skip
    assert "3 further indicators did not surely change, against 2026-03-01 to 2026-03-31." in april.to_markdown()


def test_themes_are_of_the_period(april: ServiceReport, sample: Desk) -> None:
    """What came up most in complaints and cases of April, counted by hand."""
    tables = {theme.table: theme for theme in april.themes}
    assert set(tables) == {"complaints", "cases"}
    cases = sample.tables["cases"]
    inside = [
        category
        for category, at in zip(cases["category"].tolist(), cases["received_at"].tolist(), strict=True)
        if dt.datetime(2026, 3, 31, 22) <= at < dt.datetime(2026, 4, 30, 22)  # noqa: DTZ001  (numpy gives no zone)
    ]
    assert tables["cases"].top[0].count == max(map(inside.count, set(inside)))


def test_old_periods_keep_their_old_goals() -> None:
    """A standard whose second version begins in May is held against the first one in April."""

    def day(month: int, number: int) -> dt.datetime:
        return dt.datetime(2026, month, number, tzinfo=dt.UTC)

    def version(number: str, month: int, goal: float) -> list[Any]:
        solve = Indicator(name="solve", kpi="resolution_rate", goal=goal)
        return [
            event.Drafted(
                at=day(month, 1), by="M-1", name="Support", version=number, departments=("desk",), indicators=(solve,)
            ),
            event.Reviewed(at=day(month, 2), by="D-1", department_head=True, passed=True),
            event.Confirmed(at=day(month, 3), by="D-1", how="internal_review"),
            event.Published(at=day(month, 4), by="M-1"),
        ]

    standard = ServiceStandard(history=[*version("1", 1, 0.5), *version("2", 4, 0.9)])
    received = [day(4, 20)] * 100
    cases = {"received_at": received, "resolved_at": [day(4, 21)] * 70 + [None] * 30}
    april = service_report({"cases": cases}, standard, period="2026-04")
    assert (april.title, april.rows[0].attained.goal, april.weak) == ("Support", 0.5, ())
    assert april.rows[0].before is None
    assert april.rows[0].verdict is None


def test_periods_may_be_quarters_or_spans() -> None:
    """A quarter is compared with the one before, a span with as long a one right before, or with nothing."""
    cases = {"received_at": [dt.datetime(2026, 5, 4, tzinfo=dt.UTC)]}
    goal = [Indicator(name="solve", kpi="resolution_rate", goal=0.5)]
    data = {"cases": cases | {"resolved_at": [None]}}
    quarter = service_report(data, goal, period="2026-Q2")
    assert quarter.before == (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    first, last = dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 5, 11, tzinfo=dt.UTC)
    span = service_report(data, goal, period=(first, last))
    assert span.before == (first - dt.timedelta(days=10), first)
    alone = service_report(data, goal, period=(first, last), before="none")
    assert alone.before is None
    assert "There is no period before to compare with." in alone.to_markdown()


def test_periods_that_cannot_be_read_are_refused() -> None:
    """A month 13, a year alone, an end before its start, and a period before that ends within."""
    first = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    later = first + dt.timedelta(days=9)
    for options in (
        {"period": "2026-13"},
        {"period": "2026"},
        {"period": (later, first)},
        {"period": (first,)},
        {"period": (first, later), "before": (first, first, later)},
        {"period": 5},
        {"period": (first, later), "before": (first, later)},
    ):
        with pytest.raises(InvalidValue):
            service_report({"cases": {"received_at": [first]}}, GOALS[:1], **options)


def _counted(march: int, april: int = 0) -> dict[str, Any]:
    """Cases that were solved on the second of each month, and the indicator of their number."""
    days = [dt.datetime(2026, 3, 2, tzinfo=dt.UTC)] * march + [dt.datetime(2026, 4, 2, tzinfo=dt.UTC)] * april
    return {"cases": {"received_at": days, "resolved_at": days}}


SOLVED = Indicator(name="solved", kpi="cases_resolved", goal=100)


def test_the_span_before_is_on_the_clock_of_the_desk() -> None:
    """A week in which the clocks go forward is compared with the whole week before it, not with one hour less."""
    berlin = ZoneInfo("Europe/Berlin")
    week = dt.datetime(2026, 3, 23, tzinfo=berlin), dt.datetime(2026, 3, 30, tzinfo=berlin)
    report = service_report(_counted(9), [SOLVED], period=week, zone="Europe/Berlin", kpis=())
    assert report.before == (dt.datetime(2026, 3, 15, 23, tzinfo=dt.UTC), week[0])


def test_a_month_that_is_not_over_ends_now() -> None:
    """Its title says so, the month before ends after as many days, and the goal of a count is not missed yet."""
    now = dt.datetime(2026, 4, 11, tzinfo=dt.UTC)

    def state(march: int, april: int, goal: float) -> tuple[str, bool | None]:
        goals = [Indicator(name="solved", kpi="cases_resolved", goal=goal)]
        row = service_report(_counted(march, april), goals, period="2026-04", now=now, kpis=()).rows[0]
        return row.state, row.met

    report = service_report(_counted(40, 40), [SOLVED], period="2026-04", now=now, kpis=())
    assert report.period == (dt.datetime(2026, 4, 1, tzinfo=dt.UTC), now)
    assert report.before == (dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 11, tzinfo=dt.UTC))
    text = report.to_markdown()
    assert "# Service report, 2026-04-01 to 2026-04-10, not over yet" in text
    assert "Missed" not in text
    assert (report.weak, report.attainment, state(40, 40, 100)) == ((), None, ("unclear", None))
    assert state(40, 400, 100) == ("reached", True)
    whole = service_report(_counted(40, 40), [SOLVED], period="2026-04", kpis=())
    assert (whole.rows[0].state, whole.running, "Missed: solved" in whole.to_markdown()) == ("not_reached", False, True)
    with pytest.raises(InvalidValue, match="now must come after the period begins"):
        service_report(_counted(40), [SOLVED], period="2026-05", now=now)


def test_what_cannot_be_judged_is_not_said_to_be_unchanged() -> None:
    """Solved cases of months of other lengths, which quadrupled, are named with the reason."""
    text = service_report(_counted(200, 800), [SOLVED], period="2026-04", kpis=()).to_markdown()
    assert "surely changed" not in text
    assert "Not to be judged, against 2026-03-01 to 2026-03-31: solved (" in text


def test_goals_are_counted_by_what_is_sure(april: ServiceReport) -> None:
    """The line above the table says what its column says."""
    states = [row.state for row in april.rows]
    named = [f"{states.count('reached')} reached", f"{states.count('unclear')} unclear"]
    line = next(line for line in april.to_markdown().splitlines() if line.startswith("Of 4 goals: "))
    assert [part in line for part in named] == ["reached" in states, "unclear" in states]
    assert "reach their goal" not in april.to_markdown()


@pytest.mark.parametrize("period", ["0000-05", "0001-01", "9999-12", "9999-Q4", "1970-12"])
def test_months_beyond_the_calendar_are_refused(period: str) -> None:
    """With an error of ours."""
    with pytest.raises(InvalidValue, match="period must lie between 1971 and 2098"):
        service_report(_counted(9), [SOLVED], period=period)


def test_spans_beyond_the_years_of_moments_are_refused() -> None:
    """The time before the first year has no date."""
    span = dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(InvalidValue, match="period must lie between 1970 and 2100"):
        service_report(_counted(9), [SOLVED], period=span)


@pytest.mark.parametrize(("hours", "days"), [(OFFICE, False), (None, True)])
def test_business_time_is_never_told_in_days(hours: BusinessHours | None, days: bool) -> None:
    """Neither in the portrait nor in the verdicts behind it: fifty hours of a desk are no two days."""
    cases: dict[str, list[dt.datetime]] = {"received_at": [], "resolved_at": []}
    for month, weeks in ((3, 3), (4, 5)):
        first = dt.datetime(2026, month, 2, 9, tzinfo=dt.UTC)
        for place in range(60):
            cases["received_at"].append(first + dt.timedelta(days=place % 5))
            cases["resolved_at"].append(first + dt.timedelta(days=place % 7, weeks=weeks))
    slow = KPIS["resolution_time"].with_(key="slow", hours=hours)
    goal = Indicator(name="solved soon", kpi="slow", goal=HOUR * 50)
    end = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    found = service_report({"cases": cases}, [goal], period="2026-04", now=end, catalogue=KPIS | {"slow": slow})
    [row] = found.rows
    assert row.verdict is not None
    assert row.verdict.decision == "worse"
    whole = found.to_markdown()
    for shown in (whole, whole.partition("What changed")[2][:200], str(row.verdict), row.verdict._repr_html_()):
        assert bool(re.search(r"\d d\b", shown)) == days
