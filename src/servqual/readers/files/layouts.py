"""The layout of an export: the meaning of its columns, its zone, its dates, its words for "missing"."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, cast
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import among, as_zone, near, one_of
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.hours.hours import Hours
from servqual.readers.columns.durations import ClockForm
from servqual.readers.columns.numbers import Sign
from servqual.readers.columns.tables import TABLES, Kind, known_as
from servqual.readers.files.settings import (
    as_constant,
    as_encoding,
    as_flag,
    as_forms,
    as_sign,
    as_text,
    as_texts,
    section,
)
from servqual.readers.files.wide_rows import Wide


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Iterable):
        return tuple(str(part) for part in value)
    raise InvalidValue.of("words", "be a text or a list of texts", value)


def _dates(value: object) -> tuple[str, ...]:
    return as_forms("dates", _words(value)) if value else ()


def _zone_or_none(value: object) -> ZoneInfo | None:
    return None if value is None else as_zone(value)


def _repeats(value: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {name: _words(of) for name, of in value.items()}


def _headings(value: Mapping[str, str | Sequence[str]]) -> dict[str, str | tuple[str, ...]]:
    return {name: _heading(name, of) for name, of in value.items()}


def _heading(name: str, value: object) -> str | tuple[str, ...]:
    """Read the heading of a column, or those of a date and a time; a column of no table may be a moment of a KPI."""
    field = f"columns.{name}"
    if isinstance(value, str):
        return as_text(field, value)
    texts = as_texts(field, value)
    kinds = {of[name] for of in TABLES.values() if name in of}
    if len(texts) != 2 or (kinds and Kind.MOMENT not in kinds):  # noqa: PLR2004  (a date and a time)
        raise InvalidValue.of(field, "be one heading, or for a moment those of its date and its time", value)
    return texts


def _events(_: object, __: object, names: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse what is no event of a case, and a name of two meanings."""
    from servqual.model.service.case import CASE_TRANSITIONS  # noqa: PLC0415  (most layouts map no events)

    for name in names:
        among("events", name.partition(".")[0], sorted(kind.stored_name for kind in CASE_TRANSITIONS.events))
    theirs = [text for of in names.values() for text in of]
    if twice := [text for text in theirs if theirs.count(text) > 1]:
        raise InvalidValue.of("events", "give each name of the log one meaning", twice[0])


def _names(value: Iterable[str]) -> frozenset[str]:
    return frozenset(value)


def _read_only(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(value)


STEPS: Final = ("event", "at")
"""The columns of a log of events, which are no columns of a case."""
Durations: TypeAlias = Literal["calendar", "business"]
Pick: TypeAlias = Literal["first", "last"]


@attrs.frozen(kw_only=True, field_transformer=typed)
class Moment:
    """The moment of a step of a case: its first or last event of these names; `*` is any event."""

    pick: Pick = attrs.field(validator=one_of("first", "last"))
    of: tuple[str, ...] = attrs.field(converter=_words)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Log:
    """The layout of an event log, which has the name and the moment of a step in every row.

    `moments` says which step gives which moment of a case; `repeats` counts repetitions of a step.

    >>> log = Log(at="When", event="Step", moments={"resolved_at": Moment(pick="last", of="Resolve ticket")})
    >>> log.moments["resolved_at"].of
    ('Resolve ticket',)
    """

    at: str
    event: str
    moments: Mapping[str, Moment] = attrs.field(converter=_read_only)
    repeats: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_repeats)

    def __attrs_post_init__(self) -> None:
        columns = (("moments", Kind.MOMENT, self.moments), ("repeats", Kind.COUNT, self.repeats))
        for field, name, kind in ((field, name, kind) for field, kind, names in columns for name in names):
            if TABLES["cases"].get(name) is not kind:
                known = [column for column, of in TABLES["cases"].items() if of is kind]
                close = near(name, known) or tuple(known)
                raise InvalidValue.of(field, f"give {kind}s of a case only", name, near=close)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Layout:
    """A description of how to read an export.

    Attributes:
        columns: our column names to the export's own, such as `{"received_at": "opened_at"}`. A column of the export
            with our name needs no entry. A moment may be a date and a time in two columns, `["Date", "Time"]`.
        alternatives: further headings of mapped columns, in any letter case; the first that the export has is read.
        optional: our names of mapped columns that the export may lack, such as those of a preset.
        zone: the IANA zone of times without an offset. Without it such times are refused.
        dates: forms of dates, as Python's `strptime` spells them, or `excel`, `unix` and `unix_ms` for serial days,
            seconds and milliseconds; ISO 8601 and other dates with the year in front are always read.
        missing: further words for a missing value, in any letter case and in every column; words such as "n/a" are
            read as missing everywhere but in columns of names.
        missing_in: such words of single columns, by our names, such as `{"customer_id": ["0"]}`.
        decimal: `.` or `,`; by default a cell of one meaning is read, such as "12,5" or "1.234,5", and one such as
            "1,200" only where other cells of its column prove the sign.
        true, false: further words for yes and no.
        clock: what two parts of a duration such as "03:20" are, `h:mm` or `m:ss`; by default they are refused.
        durations: whether durations that give a moment (`first_response_s`) are `calendar` or `business` time.
        hours: the hours of business time.
        fold: whether the export has several rows per case, contact or complaint, of which the latest by time stands.
        log: the layout of a log of named steps.
        events: for a log of events (`case_events`) our names of events to the log's own, such as
            `{"resolved": "Resolve ticket"}`; an event of another name is refused.
        wide: the layout of a table with a column per item.
        constants: columns that the export lacks and that are the same in every row, such as `{"within_s": "60"}`.
        delimiter, encoding, sheet: detected where they are not given.

    >>> Layout(columns={"received_at": "opened"}, zone="UTC").zone.key
    'UTC'
    """

    columns: Mapping[str, str | tuple[str, ...]] = attrs.field(factory=dict, converter=_headings)
    alternatives: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_repeats)
    optional: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    zone: ZoneInfo | None = attrs.field(default=None, converter=_zone_or_none)
    dates: tuple[str, ...] = attrs.field(default=(), converter=_dates)
    missing: tuple[str, ...] = attrs.field(default=(), converter=_words)
    missing_in: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_repeats)
    decimal: Sign | None = attrs.field(default=None, validator=attrs.validators.optional(one_of(".", ",")))
    true: tuple[str, ...] = attrs.field(default=(), converter=_words)
    false: tuple[str, ...] = attrs.field(default=(), converter=_words)
    clock: ClockForm | None = attrs.field(default=None, validator=attrs.validators.optional(one_of("h:mm", "m:ss")))
    durations: Durations = attrs.field(default="calendar", validator=one_of("calendar", "business"))
    hours: Hours | None = None
    fold: bool = False
    log: Log | None = None
    events: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_repeats, validator=_events)
    wide: Wide | None = None
    constants: Mapping[str, str] = attrs.field(factory=dict, converter=_read_only)
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.hours and self.durations != "business":
            raise InvalidValue.of("hours", "be given where durations = 'business'", self.durations)
        if twice := [name for name in (self.wide.columns if self.wide else ()) if name in self.columns]:
            raise InvalidValue.of("wide", "fill columns that are not mapped", twice[0], do="leave it out of columns")

    @classmethod
    def from_table(cls, table: Mapping[str, Any], base: "Layout | None" = None, *, of: str = "cases") -> "Layout":
        """Read the parts of a configuration that tell a layout, on top of a preset if given.

        These are `[columns]`, `[read]`, `[log]`, `[events]` and `[wide]`. `of` is the table that the export holds.
        Cases have known columns; any other table takes further labels.

        >>> Layout.from_table({"wide": {"label": "question", "cells": {"score": "Q*"}}}, of="answers").wide.columns
        ('question', 'score')
        """
        base = base or cls()
        part = section(table, "read", (*_SETTINGS, "constants", "missing_in"))
        read: dict[str, Any] = {name: told(name, part[name]) for name, told in _SETTINGS.items() if name in part}
        constants = section(part, "constants")
        read |= {"constants": {name: as_constant(name, constants[name]) for name in constants}} if constants else {}
        if missing_in := section(part, "missing_in"):
            read["missing_in"] = {name: as_texts(f"missing_in.{name}", of) for name, of in missing_in.items()}
        if "log" in table:
            read["log"] = _log(section(table, "log", ("event", "at", "moments", "repeats")))
        if "events" in table:
            read["events"] = {name: as_texts(f"events.{name}", of) for name, of in section(table, "events").items()}
            if "log" in table or of != "cases":
                raise InvalidValue.of("[events]", "stand in place of [log], where rows are events of cases", of)
        if "wide" in table:
            read["wide"] = _wide(section(table, "wide", ("label", "cells", "groups", "row")))
        columns = section(table, "columns")
        for name in columns:
            if of == "cases" and known_as(of, name)[0] not in {*TABLES[of], *(STEPS if "events" in read else ())}:
                raise InvalidValue.of(
                    "[columns]",
                    f"have columns of cases on the left, any of {', '.join(TABLES['cases'])}",
                    name,
                    near=near(name, TABLES["cases"]),
                )
        return attrs.evolve(base.mapping(columns), **read)

    def mapping(self, columns: Mapping[str, str | Sequence[str]]) -> "Layout":
        """Map further columns, or some anew.

        >>> Layout(columns={"team": "Group"}, optional=["team"]).mapping({"team": "Desk"}).optional
        frozenset()
        """
        return attrs.evolve(
            self,
            columns={**self.columns, **columns},
            alternatives={name: other for name, other in self.alternatives.items() if name not in columns},
            optional=self.optional - columns.keys(),
        )


def _log(part: dict[str, Any]) -> Log:
    for name in ("event", "at", "moments"):
        if name not in part:
            raise InvalidValue.of("log", f"name {name}", part, shown=", ".join(part) or "nothing")
    moments = {}
    for name, spec in section(part, "moments").items():
        if not isinstance(spec, Mapping) or len(spec) != 1:
            raise InvalidValue.of(
                f"log.moments.{name}", 'be first or last of some steps, such as { first = "*" }', spec
            )
        [(pick, steps)] = spec.items()
        moments[name] = Moment(pick=cast("Pick", pick), of=as_texts(f"log.moments.{name}", steps))
    repeats = {name: as_texts(f"log.repeats.{name}", of) for name, of in section(part, "repeats").items()}
    return Log(
        event=as_text("log.event", part["event"]), at=as_text("log.at", part["at"]), moments=moments, repeats=repeats
    )


def _wide(part: dict[str, Any]) -> Wide:
    if "label" not in part or "cells" not in part:
        raise InvalidValue.of("[wide]", "name label and cells", part, shown=", ".join(part) or "nothing")
    groups = {name: section(section(part, "groups"), name) for name in section(part, "groups")}
    return Wide(
        label=as_text("wide.label", part["label"]),
        cells=section(part, "cells"),
        groups=groups,
        row=as_text("wide.row", part["row"]) if "row" in part else None,
    )


_SETTINGS: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "zone": as_text,
    "dates": as_forms,
    "missing": as_texts,
    "decimal": as_text,
    "clock": as_text,
    "durations": as_text,
    "true": as_texts,
    "false": as_texts,
    "fold": as_flag,
    "delimiter": as_sign,
    "encoding": as_encoding,
    "sheet": as_text,
}
