"""What a report is told besides the export: its layout, hours, targets, and how to slice it; from a TOML file."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from servqual._checks import among, near, one_of
from servqual._typed import typed
from servqual._words import clean
from servqual.errors import InvalidValue, ServqualError
from servqual.metrics import Kpi
from servqual.metrics.time.periods import PERIODS
from servqual.model import BusinessHours
from servqual.readers import Layout
from servqual.readers import layout as vendor_layout
from servqual.readers.columns.calendar import days_of
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.settings import as_flag, as_text, as_texts, read_toml, section
from servqual.report.people import PEOPLE, People
from servqual.report.spans import EVERY, Every
from servqual.report.table_settings import TABLES_TOLD, TableSettings, in_business_hours, kpis_of, tables_of
from servqual.report.targets import Promise, promises_of

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


def _tuple_or_none(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _period(_: object, __: object, period: Any) -> None:
    days_of(period)


def _labels(_: object, __: object, groups: tuple[str, ...] | None) -> None:
    for name in groups or ():
        if TABLES["cases"].get(name, Kind.LABEL) is not Kind.LABEL or name in PERIODS:
            raise InvalidValue.of("groups", "name columns of words, not moments, numbers or periods", name)


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
    every: Every | None = attrs.field(default=None, validator=attrs.validators.optional(one_of(*EVERY)))
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

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the settings name."""
        return tuple(each.file for each in self.tables if isinstance(each.file, Path))

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
        kpis = kpis_of(of, section(table, "kpis"), hours)
        in_use = {of: kpis} | {each.table: each.kpis for each in tables}
        told = section(table, "report", ("title", "groups", "every", "period", "whole", "agents"))
        agents = told.get("agents", "pseudonyms")
        among("agents", agents, ("pseudonyms", "names"))
        return cls(
            layout=layout,
            table=of,
            tables=tables,
            kpis=kpis,
            hours=hours,
            promises=promises_of(table.get("targets", ()), in_use, hours),
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
