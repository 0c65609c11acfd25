"""What is wrong, where, since when and in which cases: from data and a standard to candidates with a draft plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from types import MappingProxyType
from typing import ClassVar, Final, Literal, TypeAlias, Unpack

import attrs

from servqual._checks import among, must_be, several
from servqual._words import counted, number
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, Attainment, Kpi, Measures, attainment
from servqual.metrics.engine import Data, Options, Plan, as_asked, plan_of, spelled_out, tallies_in, with_ways
from servqual.metrics.results.attaining import indicators_of
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy
from servqual.metrics.time.instants import datetime_of
from servqual.metrics.time.periods import PERIODS
from servqual.model.standards.indicator import Indicator
from servqual.model.standards.standard import ServiceStandard
from servqual.pdca.diagnosis.candidates import Candidate, ranked
from servqual.pdca.diagnosis.carried import carried
from servqual.pdca.diagnosis.courses import Course, course
from servqual.pdca.diagnosis.particulars import with_particulars
from servqual.pdca.diagnosis.readings import kind_of
from servqual.pdca.diagnosis.searching import LEAST, search
from servqual.pdca.diagnosis.timing import ProcessTimes, process_times
from servqual.readers.columns.columns import FIRST_MOMENT
from servqual.readers.columns.request import Request
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.sources import TableChunks

__all__ = ["Diagnosis", "diagnose"]

Every: TypeAlias = Literal["week", "month"]
_COLUMNS: Final = ("category", "team", "channel", "priority", "topic", "tier")
MARKS: Final = ("sla_kept", "resolution_kept")
"""The KPIs of what the desk itself marked as kept."""
_OF_A_LOG: Final = frozenset(name for name, kind in TABLES["cases"].items() if kind is not Kind.LABEL)
"""The columns that a log is folded into, beside its own."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Diagnosis(Tidy[Candidate]):
    """The candidates for improvement, the first one first; `looked_at` cells were tested together, at `level`.

    `attained` holds the indicators of the standard, the worst gap first, and `courses` since when each missed one is
    missed, by the definition id of its KPI. `too_small` cells had fewer items than `least`. `process` says where the
    time goes: with a `period`, in the steps that begin in it. It is None where there is no log and no table of steps,
    they lack a column for it, or `where` chooses rows, which it cannot do of steps; `no_process` says which.
    """

    looked_at: int
    too_small: int
    level: float
    attained: tuple[Attainment, ...] = ()
    courses: Mapping[str, Course] = attrs.field(factory=dict)
    process: ProcessTimes | None = None
    no_process: str | None = None
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "rank": Column("rank"),
            "column": Column("weak.column"),
            "label": Column("weak.label"),
            "kpi": Column("kpi"),
            "value": Column("measured.value", OWN),
            "low": Column("measured.low", OWN),
            "high": Column("measured.high", OWN),
            "n": Column("measured.n"),
            "overall": Column("weak.overall.value", OWN),
            "spared": Column("weak.spared", "count"),
            "selected": Column("selected.value", OWN),
            "since": Column("course.start"),
            "until": Column("course.end"),
            "promised": Column("promised"),
            "unit": Column("measured.unit"),
        }
    )

    @property
    def missed(self) -> tuple[Attainment, ...]:
        """The promises that are surely missed, the worst gap first."""
        return tuple(row for row in self.attained if row.verdict == "not_reached")

    def sentences(self) -> tuple[str, ...]:
        """Say it all in sentences: promises missed, candidates in their order, and where the time goes."""
        return tuple(self._said())

    def _said(self) -> Iterator[str]:
        for row in self.missed:
            m, unit = row.measured, row.measured.told_in
            since = self.courses.get(m.definition)
            told = f"Missed: {row.indicator.name}, {number(m.value, unit)} for a goal of {number(row.goal, unit)}"
            yield f"{told}; {since.text}." if since else f"{told}."
        for candidate in self.rows:
            yield f"{candidate.rank}. {candidate.sentence}"
        if not self.rows:
            yield f"No group is surely worse than the rest, of {counted(self.looked_at, 'cell')} looked at."
        if self.process is not None and len(self.process):
            first = self.process[0]
            yield f"Most time goes into {first.step} ({number(first.share, 'share')}, {first.use})."

    def _caption(self) -> str:
        chance = f"at most {self.level:.0%} chance that any is named by luck"
        return f"{counted(len(self.rows), 'candidate')} of {counted(self.looked_at, 'cell')} looked at; {chance}"


@spelled_out
def diagnose(
    data: Data,
    standard: ServiceStandard | Iterable[Indicator] = (),
    *,
    kpis: Sequence[str | Kpi] | None = None,
    every: Every = "week",
    confidence: float = 0.95,
    level: float = 0.05,
    least: int = LEAST,
    most: int = 10,
    catalogue: Mapping[str, Kpi] = KPIS,
    **options: Unpack[Options],
) -> Diagnosis:
    """Find which promises are missed, and where, since when and in which cases things are worse than elsewhere.

    Args:
        data: tables as `measure` takes them, several times readable.
        standard: whose indicators are measured first, and rank first.
        kpis: searched beside those of the standard; by default all shares, percentiles and means of the catalogue that
            the columns of the tables carry, but means of durations, KPIs that still need a parameter, and those of
            several contacts of a customer, such as repeats; name these to search them.
        every: the period of the control charts that tell since when; they look at all data up to the end of `period`.
        confidence: that of the intervals by which a promise is missed, and of those of the groups.
        level: the chance, over all cells and KPIs together, that any group is named although none is worse.
        least: the fewest items of a cell that is looked at.
        most: the most candidates that are listed.
        catalogue: where the KPIs of indicators are looked up.
        options: those of `measure`; `by` names the columns to search, looked up in other tables as in `measure`; by
            default category, team, channel, priority, topic and tier, where a table has them itself. People (`agent`)
            are only searched where they are named.

    Every KPI is held against the rest in every group of every column: shares exactly, percentiles as the share beyond
    the percentile of all, means by Welch's test, all of them together by Holm's procedure. A group that is worse only
    because of another one, such as an agent of a slow team, or a team that is the category under another name, is named
    within that candidate (`same`). Times are not searched by priority, severity and tier, by which a desk decides who
    waits longer; backlogs and quotients do not add up and are left out. The tests take items as independent: a group
    that works in busy weeks only looks worse than it is. Raises what `measure` raises, and `InvalidValue` for an
    iterator, which cannot be read again.

    >>> import numpy as np
    >>> day = np.array(["2026-05-04"] * 400, "datetime64[us]")
    >>> cases = {"received_at": day, "resolved_at": day, "team": ["north", "south"] * 200}
    >>> found = diagnose({"cases": cases | {"reopened": [0, 1] * 100 + [0, 0] * 100}})
    >>> [(row.kpi, dict(row.group), int(row.weak.spared)) for row in found]
    [('reopen_rate', {'team': 'south'}, 36)]
    """
    _check_numbers(level, least, most)
    among("every", every, ("week", "month"))
    must_be(Mapping, "data", "a mapping by name", data)
    for table, source in data.items():
        if isinstance(source, Iterator):
            raise InvalidValue.of(table, "be readable several times", source, do="pass a list, a frame or a path")
    must_be(Mapping, "catalogue", "a mapping from key to KPI", catalogue)
    asked = plan_of((), by=options.get("by") or ()).by
    data, options = as_asked(data, _by((), options))
    indicators = indicators_of(standard)
    attained = attainment(indicators, data, confidence=confidence, catalogue=catalogue, **options) if indicators else ()
    tables = {table: columns_of(data, table, options) for table in _tables(data)}
    whole = plan_of((), **_by((), options))
    further = [*carried(tables, whole.now)] if kpis is None else _found(kpis, catalogue)
    promised, searched = _resolved(indicators, further, catalogue, options)
    ways = with_ways(plan_of(searched, **_by(asked, options)), data, lenient=True)[0].ways
    columns = {
        table: [name for name in asked or _COLUMNS if name in there or name in ways.get(table, ())]
        for table, there in tables.items()
    }
    read = {kpi.table for kpi in searched}
    _check_columns(asked, [names for table, names in columns.items() if table in read] or [*columns.values()])

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        plans = [plan_of(some, **_by(by, options)) for some, by in questions]
        # a month alone has too few weeks to tell since when
        plans = [_until_the_end(plan) if every in plan.by else plan for plan in plans]
        return [tally.measure(confidence) for tally in tallies_in(plans, data)]

    found = search(measured, searched, columns, level=level, least=least)
    ranks = dict.fromkeys(MARKS, 1) | {kpi.key: 0 for kpi in promised.values()}
    goals = {promised[row.indicator].definition: row for row in reversed(attained)}  # the worst gap wins
    candidates = [
        attrs.evolve(one, promised=row.indicator.name, goal=row.goal)
        if (row := goals.get(one.weak.kpi.definition))
        else one
        for one in with_particulars(ranked(found, ranks, most), measured, tables, every)
    ]
    missed = {
        kpi.definition: kpi
        for row in attained
        if row.verdict == "not_reached"
        and kind_of(kpi := promised[row.indicator])
        and kpi.at in tables.get(kpi.table, ())
    }
    process, no_process = _process(data, options, whole)
    charted = measured([([kpi], (every,)) for kpi in missed.values()]) if missed else []
    return Diagnosis(
        rows=tuple(candidates),
        looked_at=found.looked_at,
        too_small=found.too_small,
        level=level,
        attained=attained,
        courses=MappingProxyType(
            {
                definition: course(kpi, measures, None, every)
                for (definition, kpi), measures in zip(missed.items(), charted, strict=True)
            }
        ),
        process=process,
        no_process=no_process,
    )


def _check_numbers(level: float, least: int, most: int) -> None:
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < level < 1:
        raise InvalidValue.of("level", "lie between 0 and 1", level, do="write 0.05")
    for field, value in (("least", least), ("most", most)):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise InvalidValue.of(field, "be a whole number of 1 or more", value)


def _by(columns: Sequence[str], options: Options) -> Options:
    return {**options, "by": columns}


def _until_the_end(plan: Plan) -> Plan:
    """Ask the same of all data up to the end of the period."""
    return plan if plan.period is None else attrs.evolve(plan, period=(FIRST_MOMENT, plan.period[1]))


def _process(data: Data, options: Options, asked: Plan) -> tuple[ProcessTimes | None, str | None]:
    """Measure where the time goes, or say why not: no table tells it, or only some of the rows are asked for."""
    if options.get("where"):
        return None, "where= chooses rows, which it cannot do of the steps of a process"
    period = None if asked.period is None else (datetime_of(asked.period[0]), datetime_of(asked.period[1]))
    naive, names = options.get("naive"), options.get("columns") or {}
    try:
        return process_times(data, now=options.get("now"), period=period, naive=naive, columns=names), None
    except MissingColumn as error:
        return None, str(error)


def _resolved(
    indicators: Sequence[Indicator], further: Sequence[Kpi], catalogue: Mapping[str, Kpi], options: Options
) -> tuple[dict[Indicator, Kpi], list[Kpi]]:
    """Find the KPI of each indicator, and all that are searched, as they are measured: each definition once."""
    given = [
        catalogue[each.kpi] if each.within is None else catalogue[each.kpi].with_(within=each.within)
        for each in indicators
    ]
    apart: dict[str, Kpi] = {}
    for kpi in (*given, *further):
        key = kpi.key
        while any(key == other.key for name, other in apart.items() if name != kpi.definition):
            key += " (other parameters)"
        apart.setdefault(kpi.definition, kpi.with_(key=key))
    asked = dict(zip(apart, plan_of([*apart.values()], **options).kpis, strict=True))
    return {each: asked[kpi.definition] for each, kpi in zip(indicators, given, strict=True)}, [*asked.values()]


def _tables(data: Data) -> list[str]:
    """The tables that can be searched; a log of events stands in for the cases."""
    given = [table for table in data if table != "case_events"]
    return given if "cases" in data or "case_events" not in data else [*given, "cases"]


def columns_of(data: Data, table: str, options: Options) -> frozenset[str]:
    """The columns of a table that a search may use, as its first chunk tells them."""
    name = table if table in data else "case_events"
    names = (options.get("columns") or {}).get(name, {})
    naive = options.get("naive")
    request = Request(names=names, naive=naive, desk=options.get("zone") or naive, unique=False)
    found: frozenset[str] = frozenset()
    for read in TableChunks(name, data[name], request):
        chunk = read()
        found = frozenset(chunk.columns)
        if chunk.size:
            break
    return found | (_OF_A_LOG if name != table else frozenset())


def _found(kpis: Sequence[str | Kpi], catalogue: Mapping[str, Kpi]) -> list[Kpi]:
    given = several("kpis", kpis, "keys of KPIs, or KPIs", alone=(str, Kpi))
    for kpi in given:
        if not isinstance(kpi, Kpi):
            among("kpis", kpi, catalogue)
    return [kpi if isinstance(kpi, Kpi) else catalogue[kpi] for kpi in given]


def _check_columns(asked: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Refuse a period, and a column that no searched table has or finds in another."""
    for name in asked:
        if name in PERIODS:
            raise InvalidValue.of("by", "name columns, not periods", name, do="leave it out; every= charts by period")
        if not any(name in there for there in columns):
            raise MissingColumn(f"by needs the column {name!r} (got tables without it)", column=name, near=())
