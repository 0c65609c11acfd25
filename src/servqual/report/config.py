"""What a report is told besides the export: its layout, hours, targets, and how to slice it; from a TOML file."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs

from servqual._checks import among, near, one_of
from servqual._typed import typed
from servqual._words import clean
from servqual.errors import InvalidValue, ServqualError
from servqual.metrics import KPIS, Kpi
from servqual.metrics.time.periods import PERIODS
from servqual.model import BusinessHours
from servqual.readers import Layout
from servqual.readers import layout as vendor_layout
from servqual.readers.columns.calendar import days_of
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.settings import as_flag, as_text, as_texts, read_toml, section
from servqual.report.limits import as_limit
from servqual.report.people import PEOPLE, People
from servqual.report.table_settings import TABLES_TOLD, TableSettings, in_business_hours, kpis_of, tables_of

Every: TypeAlias = Literal["week", "month"]
_CLOCKS: Final = {"first_response": "first_response_kept", "resolution": "resolution_kept"}
_SECTIONS: Final = (
    "preset",
    "columns",
    "read",
    "log",
    "events",
    "wide",
    "kpis",
    "tables",
    "hours",
    "targets",
    "report",
)
GROUPS: Final = ("category", "team", "priority", "channel")
"""Columns by which a report looks for weak cells where it is not told others."""


def _goal(_: object, __: object, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise InvalidValue.of("goal", "be a share above 0 and up to 1", value, do="write 0.95 for 95 %")


def _tuple_or_none(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _period(_: object, __: object, period: Any) -> None:
    days_of(period)


def _labels(_: object, __: object, groups: tuple[str, ...] | None) -> None:
    for name in groups or ():
        if TABLES["cases"].get(name, Kind.LABEL) is not Kind.LABEL or name in PERIODS:
            raise InvalidValue.of("groups", "name columns of words, not moments, numbers or periods", name)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Promise:
    """What was promised: a share KPI, the share of cases that is to keep it, and for which cases."""

    kpi: Kpi
    goal: float = attrs.field(validator=_goal)
    name: str


@attrs.frozen(kw_only=True, field_transformer=typed)
class Config:
    """All that a report is told; `layout` and `kpis` are of the export that the command names, which holds `table`.

    >>> Config.from_table({"targets": [{"clock": "first_response", "within": "30 min", "goal": 0.95}]}).promises[0].name
    'first response within 30 min'
    """

    layout: Layout = attrs.field(factory=Layout)
    table: str = attrs.field(default="cases", validator=one_of(*TABLES_TOLD))
    tables: tuple[TableSettings, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    promises: tuple[Promise, ...] = ()
    hours: BusinessHours | None = None
    title: str = "Service report"
    groups: tuple[str, ...] | None = attrs.field(default=None, converter=_tuple_or_none, validator=_labels)
    every: Every | None = attrs.field(default=None, validator=attrs.validators.optional(one_of("week", "month")))
    period: str | None = attrs.field(default=None, validator=attrs.validators.optional(_period))
    whole: bool = False
    people: People = attrs.field(factory=People, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        chosen = {column for promise in self.promises for column in promise.kpi.params.get("only") or ()}
        if not self.people.names and (named := sorted(chosen & {*PEOPLE})):
            raise InvalidValue.of(
                "only",
                "name no people, who are shown by pseudonyms",
                named[0],
                do='set agents = "names" under [report]',
            )

    @property
    def zone(self) -> str:
        """The zone in which periods are read."""
        return self.layout.zone.key if self.layout.zone else "UTC"

    @classmethod
    def read(
        cls,
        *,
        preset: str | None,
        path: Path | None,
        zone: str | None = None,
        of: str | None = None,
        period: str | None = None,
    ) -> "Config":
        """Read a configuration file, a preset by name, or the one upon the other.

        `zone`, `period` and the table `of` the export go above what they say.
        """
        table = read_toml(path) if path else {}
        try:
            found = cls.from_table(table, preset=preset, zone=zone, of=of, folder=path.parent if path else None)
        except ServqualError as error:
            if path:
                error.add_note(f"in {clean(path)}")
            raise
        people = People(names=found.people.names, file=path.with_suffix(".key") if path else None)
        return attrs.evolve(found, people=people, period=period or found.period)

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, Any],
        *,
        preset: str | None = None,
        zone: str | None = None,
        of: str | None = None,
        folder: Path | None = None,
    ) -> "Config":
        """Read a configuration from what a TOML file holds, whose other files are looked for in a folder."""
        for name in table:
            if name not in _SECTIONS:
                raise InvalidValue.of(
                    name, f"be one of the parts {', '.join(_SECTIONS)}", name, near=near(name, _SECTIONS)
                )
        vendor = preset or ("preset" in table and as_text("preset", table["preset"])) or None
        read = section(table, "read")
        of = of or as_text("table", read.pop("table", "cases"))
        among("table", of, TABLES_TOLD)
        layout = Layout.from_table({**table, "read": read}, vendor_layout(vendor) if vendor else None, of=of)
        if zone:
            layout = attrs.evolve(layout, zone=zone)
        hours = _hours(table, layout) if "hours" in table else None
        layout = in_business_hours(layout, hours)
        tables = tables_of(section(table, "tables"), folder=folder, base=layout, hours=hours)
        if zone:
            tables = tuple(attrs.evolve(each, layout=attrs.evolve(each.layout, zone=zone)) for each in tables)
        told = section(table, "report", ("title", "groups", "every", "period", "whole", "agents"))
        agents = told.get("agents", "pseudonyms")
        among("agents", agents, ("pseudonyms", "names"))
        return cls(
            layout=layout,
            table=of,
            tables=tables,
            kpis=kpis_of(of, section(table, "kpis"), hours),
            hours=hours,
            promises=_promises(table.get("targets", ()), hours),
            title=as_text("title", told.get("title", "Service report")),
            groups=as_texts("groups", told["groups"]) if "groups" in told else None,
            every=told.get("every"),
            period=as_text("period", told["period"]) if "period" in told else None,
            whole=as_flag("whole", told.get("whole", False)),
            people=People(names=agents == "names"),
        )


def _hours(table: Mapping[str, Any], layout: Layout) -> BusinessHours:
    part = section(table, "hours", ("zone", "week", "holidays", "special", "breaks"))
    zone = as_text("zone", part["zone"]) if "zone" in part else layout.zone
    if zone is None:
        raise InvalidValue.of("zone", "be given for [hours]", None, do="set it there or under [read]")
    holidays = part.get("holidays", ())
    if not isinstance(holidays, list | tuple) or not all(type(day) is dt.date for day in holidays):
        raise InvalidValue.of("holidays", "be dates without quotes, such as [2026-12-25]", holidays)
    hours = BusinessHours(
        zone=zone,
        week={days: _spells(days, spells) for days, spells in section(part, "week").items()},
        holidays=holidays,
        special={_date("special", day): _spells(day, spells) for day, spells in section(part, "special").items()},
        breaks={_date("breaks", day): _spells(day, spells) for day, spells in section(part, "breaks").items()},
    )
    if not (hours.week or hours.special):
        raise InvalidValue.of(
            "week", "open at some time", part, shown="no week", do="give week = { mon-fri = '09:00-17:00' }"
        )
    return hours


def _spells(day: str, value: object) -> str:
    """Opening hours as text; empty text is closed."""
    return "" if value == "" else as_text(day, value)


def _date(part: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidValue.of(f"[hours.{part}]", "name dates such as 2026-12-24", text) from None


def _promises(targets: Any, hours: BusinessHours | None) -> tuple[Promise, ...]:
    if not isinstance(targets, list | tuple):
        raise InvalidValue.of("targets", "be written as [[targets]]", targets)
    read = [_Target.of(target) for target in targets]
    promises = [target.promise(read, hours) for target in read]
    keys = [promise.kpi.key for promise in promises]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidValue.of("targets", "differ", key, do="give one another clock, time or only")
    return tuple(promises)


@attrs.frozen(kw_only=True, field_transformer=typed)
class _Target:
    """One of [[targets]], as it was written."""

    goal: float
    clock: str | None
    kpi: str | None
    within: str
    only: Mapping[str, tuple[str, ...]]
    name: str | None

    @classmethod
    def of(cls, written: object) -> "_Target":
        part = section({"[targets]": written}, "[targets]", ("clock", "kpi", "within", "goal", "only", "name"))
        told = {name: as_text(name, part[name]) for name in ("clock", "kpi", "within", "name") if name in part}
        if "goal" not in part:
            raise InvalidValue.of("goal", "be given for each target", None, shown=str(written), do="write goal = 0.95")
        if ("clock" in told) == ("kpi" in told) or ("within" in told) != ("clock" in told):
            raise InvalidValue.of("clock", "go with within in a target, or kpi stand alone", written)
        only = {column: as_texts(column, values) for column, values in section(part, "only").items()}
        for column in only:
            if TABLES["cases"].get(column, Kind.LABEL) is not Kind.LABEL:
                raise InvalidValue.of("only", "name columns of words, such as priority", column)
        clock = told.get("clock")
        if clock is not None and clock not in _CLOCKS:
            raise InvalidValue.of("clock", f"be one of {', '.join(_CLOCKS)}", clock)
        return cls(
            goal=part["goal"],
            clock=clock,
            kpi=told.get("kpi"),
            within=told.get("within", ""),
            only=only,
            name=told.get("name"),
        )

    def promise(self, others: "list[_Target]", hours: BusinessHours | None) -> Promise:
        whom = "".join(f", {column} {' or '.join(values)}" for column, values in self.only.items())
        # a target for some cases takes them out of the one for all
        special = tuple(o.only for o in others if o.only and (o.clock, o.kpi) == (self.clock, self.kpi))
        params: dict[str, Any] = {"only": self.only or None, "except_for": None if self.only else special or None}
        if self.clock:
            kpi = KPIS[_CLOCKS[self.clock]]
            named = f"{self.clock.replace('_', ' ')} within {self.within}{whom}"
            key = f"{kpi.key} {self.within}{whom}"
            within, counted_in = as_limit(self.within, hours)
            params |= {"within": within, "hours": counted_in}
        else:
            kpi = _share_of_cases(self.kpi)
            named, key = kpi.title + whom, kpi.key + whom
            params |= {"hours": hours} if "hours" in kpi.params else {}
        name = self.name or named
        return Promise(kpi=attrs.evolve(kpi.with_(key=key, **params), title=name), goal=self.goal, name=name)


def _share_of_cases(key: str | None) -> Kpi:
    known = [k for k in KPIS.values() if k.table == "cases" and k.unit == "share" and k.better == "higher"]
    usable = [k.key for k in known if k.key != "first_response_kept"]
    if key not in usable:
        hint = "for the first response set clock and within" if key == "first_response_kept" else ""
        raise InvalidValue.of("kpi", f"be one of {', '.join(usable)} in a target", key, do=hint)
    return KPIS[key]
