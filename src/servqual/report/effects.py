"""What was asked of a report and had no effect, said: groups that cannot be compared, settings that nothing reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from servqual._words import counted
from servqual.metrics import Kpi
from servqual.pdca.diagnosis.searching import LEAST
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.layouts import STEPS
from servqual.readers.files.vendors import LAYOUTS
from servqual.report.config import Config
from servqual.report.people import PEOPLE
from servqual.report.priorities import in_business_time
from servqual.report.scan import Scan

_OF_CASES: Final = TABLES["cases"]
_OF_VENDORS: Final = frozenset(
    f"{name} {word!r}"
    for each in LAYOUTS.values()
    for name in ("missing", "true", "false", "dates")
    for word in getattr(each, name)
)


def without_effect(
    config: Config,
    seen: Scan,
    kpis: Sequence[Kpi],
    volumes: Mapping[str, Mapping[Any, int]],
    idle: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Say which settings had no effect.

    `volumes` counts the cases of each group of the columns searched, and `idle` are settings that met nothing in the
    file.
    """
    return [*_groups(config, volumes), *_said(_settings(config, seen, kpis, {*dict(idle)})), *without_match(idle)]


def without_match(idle: Sequence[tuple[str, str]]) -> list[str]:
    """Say which settings met nothing in a file; words and forms of vendors' layouts are nobody's wish."""
    return [*_said(each for each in idle if each[0] not in _OF_VENDORS)]


def _said(settings: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{setting} has no effect: {why}" for setting, why in settings)


def _groups(config: Config, volumes: Mapping[str, Mapping[Any, int]]) -> Iterator[str]:
    for column in config.groups or ():
        named = {label: n for label, n in volumes.get(column, {}).items() if label is not None}
        large = sum(n >= LEAST for n in named.values())
        if len(named) < 2:  # noqa: PLR2004  (a group needs another one beside it)
            yield f"groups of {column} cannot be compared: {'every case is in one' if named else 'no case has a value'}"
        elif not large:
            yield f"groups of {column} cannot be compared: none of {len(named):,} has {LEAST} cases"
        elif large < len(named):
            yield f"of {counted(len(named), 'group')} of {column}, {len(named) - large:,} have under {LEAST} cases"


def _settings(config: Config, seen: Scan, kpis: Sequence[Kpi], idle: set[str]) -> Iterator[tuple[str, str]]:
    layout, columns = config.layout, seen.columns
    kinds = {_OF_CASES.get(name) for name in columns}
    if layout.fold and seen.read - seen.lost == seen.size:
        yield "fold", "no case has several rows"
    if config.hours and not any(in_business_time(kpi.params, kpi.unit) for kpi in kpis):
        yield "[hours]", "no figure of this export counts time"
    if config.whole and config.period:
        yield "whole", "the period says which days count"
    if config.people.names and not {*PEOPLE} & {*columns}:
        yield "agents", "no column names people"
    if (layout.durations == "business" or layout.clock) and Kind.DURATION not in kinds:
        yield "durations" if layout.durations == "business" else "clock", "no column holds durations"
    if (layout.true or layout.false) and Kind.FLAG not in kinds:
        yield "true" if layout.true else "false", "no column holds yes and no"
    read = {*columns, *(STEPS if layout.events else ())}
    unread = sorted(name for name in layout.columns.keys() - layout.optional - read if f"[columns] {name}" not in idle)
    if unread:
        yield f"[columns] {', '.join(unread)}", "no figure reads it"
