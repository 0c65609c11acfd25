"""The quality portrait of a period: indicators, change, weak points, voices, plans and next actions in one object."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import all_of, as_instant, as_zone, in_order, must_be
from servqual._words import counted, difference, number
from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Attainment, Kpi, Pareto, attainment, measure, pareto
from servqual.metrics.engine import Data, Options, Where
from servqual.metrics.results.attaining import GoalVerdict, indicators_of
from servqual.metrics.time.instants import Moment, datetime_of, us_of
from servqual.model.standards.indicator import Indicator
from servqual.model.standards.standard import ServiceStandard
from servqual.pdca.causes.evidence import Evidence, as_evidence
from servqual.pdca.cycle.register import Register
from servqual.pdca.cycle.stage import Due, Stage, by_day
from servqual.pdca.diagnosis.diagnosing import Diagnosis, columns_of, diagnose
from servqual.pdca.sections import Section, as_html, as_markdown
from servqual.pdca.verdicts.together import judged_together, surely_changed, why_invalid
from servqual.pdca.verdicts.verdict import Verdict
from servqual.pdca.verdicts.wall import at_wall, on_wall, within_time

__all__ = ["IndicatorState", "PlanState", "ServiceReport", "Theme", "service_report"]

Span: TypeAlias = tuple[dt.datetime, dt.datetime]
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_THEMES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "complaints": ("complaint_volume", ("cause", "category")),
    "cases": ("case_volume", ("category", "cause")),
    "interactions": ("volume", ("topic",)),
}
_STATES: Final = get_args(GoalVerdict)
_NAMED: Final = 5
_CANDIDATES: Final = 3


@attrs.frozen(kw_only=True)
class IndicatorState:
    """One indicator in the period: what it reached, and how it changed since the period before.

    `verdict` is that of `compare` between both periods, None where there is no period before, or the KPI has no data.
    `still_counts` marks a count whose period is not over, so that what it will come to is not known.
    """

    attained: Attainment
    before: float | None
    verdict: Verdict | None
    still_counts: bool = False

    @property
    def indicator(self) -> Indicator:
        """The indicator of the standard."""
        return self.attained.indicator

    @property
    def state(self) -> GoalVerdict:
        """Whether its goal is reached, by the interval; a count that may still pass it is unclear."""
        passed: GoalVerdict = "not_reached" if self.attained.measured.better == "lower" else "reached"
        found = self.attained.verdict
        return "unclear" if self.still_counts and found in {"reached", "not_reached"} and found != passed else found

    @property
    def met(self) -> bool | None:
        """Whether the value itself reaches the goal; None without data or a goal, and for a count not yet over."""
        return None if self.still_counts and self.state == "unclear" else self.attained.met


@attrs.frozen(kw_only=True)
class Theme:
    """What came up most in the period: the categories of a table."""

    table: str
    column: str
    top: Pareto


@attrs.frozen(kw_only=True)
class PlanState:
    """A plan and how far it is; `decision` is that of its verdict, None before the check."""

    id: str
    subject: str
    owner: str | None
    status: str
    decision: str | None
    overdue: int


@attrs.frozen(kw_only=True, eq=False)
class ServiceReport:
    """The quality portrait of a period, as data; `to_markdown` and a notebook show it.

    `rows` are the indicators of the standard, the worst gap first; `weak` those that miss their goal. `diagnosis` says
    where, since when and in which cases. `themes` are what came up most, `voices` qualitative evidence in the words of
    people, `plans` the improvements under way and `actions` what is to be done next, by whom and by when. A period that
    is not over (`running`) ends at `now`, and the one before after as long a time.
    """

    title: str
    period: Span
    before: Span | None
    now: dt.datetime
    rows: tuple[IndicatorState, ...]
    diagnosis: Diagnosis | None
    themes: tuple[Theme, ...]
    voices: tuple[Evidence, ...]
    plans: tuple[PlanState, ...]
    actions: tuple[Due, ...]
    zone: str = "UTC"
    running: bool = False

    @property
    def weak(self) -> tuple[IndicatorState, ...]:
        """Indicators below their goal by value, the worst gap as a share of the goal first."""
        return tuple(row for row in self.rows if row.met is False)

    @property
    def attainment(self) -> float | None:
        """Share of the indicators with data and a goal whose value reaches it; None where there are none."""
        known = [row.met for row in self.rows if row.met is not None]
        return sum(known) / len(known) if known else None

    @property
    def changed(self) -> tuple[IndicatorState, ...]:
        """Indicators that surely changed since the period before, those that got worse first."""
        return tuple(surely_changed(self.rows, lambda row: row.verdict))

    def late(self) -> tuple[Due, ...]:
        """List the next actions whose last day was over at `now`."""
        today = self._day(self.now)
        return tuple(one for one in self.actions if one.due < today)

    def to_markdown(self) -> str:
        """Write the report as Markdown; text from outside is made inert."""
        return as_markdown(self._heading(), self.sections())

    def _repr_html_(self) -> str:
        return as_html(self._heading(), self.sections())

    def _heading(self) -> str:
        first, last = (self._day(moment) for moment in (self.period[0], self.period[1] - dt.timedelta(microseconds=1)))
        return f"{self.title}, {first} to {last}" + (", not over yet" if self.running else "")

    def _day(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def sections(self) -> tuple[Section, ...]:
        """Give the report as sections of text and tables: what changed, what to do, and all else behind it."""
        parts = (
            Section(title="What changed", points=tuple(map(_change, self.changed)), lines=self._unchanged()),
            Section(title="What to do", points=tuple(self._to_do())),
            Section(
                title="Indicators",
                lines=self._reached(),
                head=("Indicator", "Goal", "Value", "Before", "Change", "n", "Goal reached", "Verdict"),
                rows=tuple(map(_indicator, self.rows)),
                numeric=frozenset({1, 2, 3, 4, 5}),
            ),
            Section(title="Where", points=() if self.diagnosis is None else self.diagnosis.sentences()),
            Section(
                title="What comes up most",
                head=("Table", "Category", "Count", "Share"),
                rows=tuple(_theme_rows(self.themes)),
                numeric=frozenset({2, 3}),
            ),
            Section(title="Voices", points=tuple(map(_voice, self.voices))),
            Section(
                title="Plans",
                head=("Plan", "Subject", "Owner", "Stage", "Verdict", "Overdue"),
                rows=tuple(
                    (one.id, one.subject, one.owner, one.status, one.decision, f"{one.overdue:,}") for one in self.plans
                ),
                numeric=frozenset({5}),
            ),
            Section(
                title="Next actions",
                head=("Due", "What", "Owner", "Plan", ""),
                rows=tuple(
                    (str(one.due), one.what, one.owner, one.plan, "late" if one in self.late() else "")
                    for one in self.actions
                ),
            ),
        )
        return tuple(part for part in parts if part.lines or part.points or part.rows)

    def _reached(self) -> tuple[str, ...]:
        """Count the indicators by what is sure of their goals."""
        if not self.rows:
            return ()
        states = [row.state for row in self.rows]
        told = [f"{states.count(state):,} {state.replace('_', ' ')}" for state in _STATES if state in states]
        return (f"Of {counted(len(states), 'goal')}: {', '.join(told)}.",)

    def _unchanged(self) -> tuple[str, ...]:
        if self.before is None:
            return ("There is no period before to compare with.",)
        lost = [row for row in self.rows if row.verdict is None or row.verdict.decision == "invalid"]
        rest = len(self.rows) - len(self.changed) - len(lost)
        start, last = (self._day(moment) for moment in (self.before[0], self.before[1] - dt.timedelta(microseconds=1)))
        against, lines = f"against {start} to {last}", list[str]()
        if rest and self.changed:
            lines.append(f"{counted(rest, 'further indicator')} did not surely change, {against}.")
        elif rest:
            lines.append(f"No indicator surely changed, {against}.")
        if lost:
            names = ", ".join(f"{row.indicator.name or row.indicator.kpi} ({_why_lost(row)})" for row in lost)
            lines.append(f"Not to be judged, {against}: {names}.")
        return tuple(lines)

    def _to_do(self) -> Iterable[str]:
        for one in self.late():
            yield f"Late since {one.due}: {one.what} ({one.owner or 'nobody'}, plan {one.plan})."
        if self.diagnosis is not None:
            for candidate in self.diagnosis[:_CANDIDATES]:
                yield candidate.sentence


def service_report(
    data: Data,
    standard: ServiceStandard | Iterable[Indicator],
    *,
    period: str | tuple[Moment, Moment],
    before: tuple[Moment, Moment] | Literal["none"] | None = None,
    plans: Register | Iterable[Stage] = (),
    voices: Any = (),
    confidence: float = 0.95,
    margin: Any = None,
    catalogue: Mapping[str, Kpi] = KPIS,
    kpis: Sequence[str | Kpi] | None = None,
    by: Sequence[str] = (),
    zone: str | None = None,
    now: Moment | None = None,
    where: Where | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    naive: str | None = None,
) -> ServiceReport:
    """Draw the quality portrait of a period from several tables at once.

    Args:
        data: tables as `measure` takes them, several times readable.
        standard: whose indicators held when the period began; of a standard that was published later, its indicators.
        period: start and end, or text such as `"2026-05"` or `"2026-Q2"` in `zone`.
        before: the period to compare with, by default the one before: the month before a month, the quarter before a
            quarter, else as long a time right before by the clock on the wall; `"none"` compares with nothing.
        plans: improvements at their last stage, or a `Register`.
        voices: what people said: texts, `Evidence`, or several of them.
        confidence: of the changes of all indicators together, each of which takes its share of the risk; of the
            intervals by which goals are missed; and that no group of those in `diagnosis` is named by chance.
        margin: the smallest change that matters, by key, as `compare` takes it.
        catalogue: where the KPIs of indicators are looked up.
        kpis: searched for weak groups beside those of the standard, as in `diagnose`.
        by: the columns that are searched, as in `diagnose`.
        zone: IANA zone of the desk, in which months are read.
        now: the moment from which open items are seen, by default the end of the period.
        where: column to the value, or values, of the rows that count.
        columns: table to our columns and the names that the data have for them.
        naive: the zone of moments that carry none.

    The period before is seen from a `now` as long after its end, so that its open items had as much time. A period that
    is not over at `now` is cut there, and the one before after as long a time; the goal of a count is then not missed
    yet. Raises `InvalidValue` for a period that is missing, cannot be read or begins at `now` or later, and what
    `diagnose` raises.

    >>> cases = {"received_at": ["2026-04-06T10:00Z"] * 100 + ["2026-05-04T10:00Z"] * 100,
    ...          "resolved_at": ["2026-04-06T12:00Z"] * 60 + [None] * 40 + ["2026-05-04T12:00Z"] * 90 + [None] * 10}
    >>> solve = Indicator(name="solve what we take on", kpi="resolution_rate", goal=0.95)
    >>> report = service_report({"cases": cases}, [solve], period="2026-05")
    >>> [(row.before, row.attained.measured.value, row.verdict.decision, row.state) for row in report.weak]
    [(0.6, 0.9, 'improved', 'not_reached')]
    """
    desk = as_zone(zone or naive or "UTC")
    span, earlier = _periods(period, before, desk)
    seen = span[1] if now is None else datetime_of(us_of(now, "now", desk))
    running = seen < span[1]
    if running:
        if seen <= span[0]:
            raise InvalidValue.of("now", f"come after the period begins, {span[0]}", seen)
        if earlier is not None and before is None:
            earlier = earlier[0], min(_later(earlier[0], span[0], seen, desk), earlier[1])
        span = span[0], seen
    indicators = _held(standard, span[0])
    whole: Options = {
        "by": by,
        "zone": zone,
        "where": where,
        "columns": columns,
        "naive": naive,
        "period": span,
        "now": seen,
    }
    mine: Options = {**whole, "by": ()}
    attained = attainment(indicators, data, confidence=confidence, catalogue=catalogue, **mine)
    old: tuple[Attainment, ...] = ()
    if earlier is not None:
        then: Options = {**mine, "period": earlier, "now": seen - (span[1] - earlier[1])}
        old = attainment(indicators, data, confidence=confidence, catalogue=catalogue, **then)
    rows = _states(attained, old, confidence, margin, running=running)
    settled = [row.indicator for row in rows if row.met is not None or not row.still_counts]
    cycles = plans.plans if isinstance(plans, Register) else all_of(Stage, "plans", plans, "stages of plans")
    return ServiceReport(
        title=standard.name if isinstance(standard, ServiceStandard) else "Service report",
        period=span,
        before=earlier,
        now=seen,
        rows=rows,
        diagnosis=diagnose(
            data, settled, kpis=kpis, catalogue=catalogue, confidence=confidence, level=1 - confidence, **whole
        ),
        themes=tuple(_themes(data, mine)),
        voices=as_evidence(voices),
        plans=tuple(_plan(cycle, seen) for cycle in cycles),
        actions=by_day(due for cycle in cycles for due in cycle.pending()),
        zone=desk.key,
        running=running,
    )


def _periods(given: Any, before: Any, zone: ZoneInfo) -> tuple[Span, Span | None]:
    """Read the period and the one before it."""
    if isinstance(given, str):
        first, last, earlier = _calendar(given, zone)
    else:
        must_be(tuple, "period", "start and end, or text such as '2026-05' or '2026-Q2'", given)
        first, last = _span("period", given, zone)
        earlier = _later(first, last, first, zone)
    if before == "none":
        return (first, last), None
    then = (earlier, first) if before is None else _span("before", before, zone)
    if then[1] > first:
        raise InvalidValue.of("before", f"end by the start of the period, {first}", then[1])
    return (first, last), then


def _later(at: dt.datetime, start: dt.datetime, end: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Move a moment on by the time from start to end on the clock on the wall, so that a changed clock moves none."""
    return at_wall(on_wall(at, zone) + (on_wall(end, zone) - on_wall(start, zone)), zone)


def _span(field: str, given: Any, zone: ZoneInfo) -> Span:
    must_be(tuple, field, "start and end", given)
    moments = [within_time(field, datetime_of(us_of(moment, field, zone))) for moment in given]
    if len(moments) != 2:  # noqa: PLR2004  (start and end)
        raise InvalidValue.of(field, "be start and end", given, shown=f"{len(moments)} moments")
    first, last = moments
    in_order(first, last)
    return first, last


def _calendar(text: str, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    """Read a month or a quarter: its start and end, and the start of the one before."""
    month, quarter = _MONTH.fullmatch(text), _QUARTER.fullmatch(text)
    found = month or quarter
    if found is None or (month and not 1 <= int(month[2]) <= 12):  # noqa: PLR2004  (months of a year)
        raise InvalidValue.of("period", "be a month such as '2026-05' or a quarter such as '2026-Q2'", text)
    if not 1971 <= int(found[1]) < 2099:  # noqa: PLR2004  (the period before and the end are years of moments too)
        raise InvalidValue.of("period", "lie between 1971 and 2098", text)
    length = 1 if month else 3
    place = 12 * int(found[1]) + (int(found[2]) - 1) * length

    def start(months: int) -> dt.datetime:
        return at_wall(dt.datetime(months // 12, months % 12 + 1, 1), zone)  # noqa: DTZ001  (of the wall)

    return start(place), start(place + length), start(place - length)


def _held(standard: ServiceStandard | Iterable[Indicator], at: dt.datetime) -> tuple[Indicator, ...]:
    """The goals that held when the period began."""
    if isinstance(standard, ServiceStandard):
        return standard.indicators_at(as_instant(at, "period")) or standard.indicators
    return indicators_of(standard)


def _states(
    attained: Sequence[Attainment], old: Sequence[Attainment], confidence: float, margin: Any, *, running: bool
) -> tuple[IndicatorState, ...]:
    earlier = {row.indicator: row.measured for row in old}
    pairs = {
        row.indicator: (then, row.measured)
        for row in attained
        if (then := earlier.get(row.indicator)) and then.value is not None and row.measured.value is not None
    }
    verdicts = dict(zip(pairs, judged_together([*pairs.values()], confidence, margin), strict=True))
    rows = []
    for row in attained:
        then, verdict = earlier.get(row.indicator), verdicts.get(row.indicator)
        m = row.measured
        counts = running and m.unit == "count" and not (m.cell is not None and m.cell.kpi.stock)
        value = None if then is None else then.value
        rows.append(IndicatorState(attained=row, before=value, verdict=verdict, still_counts=counts))
    return tuple(rows)


def _themes(data: Data, options: Options) -> Iterable[Theme]:
    for table, (kpi, columns) in _THEMES.items():
        if table not in data or (table == "interactions" and "cases" in data):
            continue
        there = columns_of(data, table, options)
        column = next((name for name in columns if name in there), None)
        if column is not None:
            mine: Options = {**options, "by": (column,)}
            found = pareto(measure([kpi], data, **mine))
            if len(found):
                yield Theme(table=table, column=column, top=found)


def _plan(cycle: Stage, now: dt.datetime) -> PlanState:
    verdict = cycle.story().verdict
    return PlanState(
        id=cycle.plan.id,
        subject=cycle.plan.subject,
        owner=cycle.plan.owner,
        status=cycle.status.value,
        decision=None if verdict is None else verdict.decision,
        overdue=len(cycle.overdue(now=now)),
    )


# --- in words -----------------------------------------------------------------------------------------------------


def _why_lost(row: IndicatorState) -> str:
    """Say why a change cannot be judged."""
    return "no data in both periods" if row.verdict is None else why_invalid(row.verdict)


def _change(row: IndicatorState) -> str:
    verdict = row.verdict
    assert verdict is not None
    m, unit = row.attained.measured, row.attained.measured.told_in
    return (
        f"{row.indicator.name or verdict.title}: {verdict.decision}, from {number(row.before, unit)} to "
        f"{number(m.value, unit)} ({difference(verdict.change, unit)}, {difference(verdict.low, unit)} to "
        f"{difference(verdict.high, unit)})."
    )


def _indicator(row: IndicatorState) -> tuple[str | None, ...]:
    m, verdict = row.attained.measured, row.verdict
    unit = m.told_in
    return (
        row.indicator.name or row.indicator.kpi,
        number(row.attained.goal, unit),
        number(m.value, unit),
        number(row.before, unit),
        None if verdict is None else difference(verdict.change, unit),
        f"{m.n:,}",
        row.state.replace("_", " "),
        None if verdict is None else verdict.decision,
    )


def _theme_rows(themes: Sequence[Theme]) -> Iterable[tuple[str | None, ...]]:
    for theme in themes:
        for row in theme.top[:_NAMED]:
            name = f"no {theme.column}" if row.category is None else str(row.category)
            yield theme.table, name, f"{row.count:,}", number(row.share, "share")


def _voice(one: Evidence) -> str:
    by = ", ".join(filter(None, [one.said_by, one.kind.label() if one.kind else ""]))
    return f"“{one.text}”" + (f" ({by})" if by else "")
