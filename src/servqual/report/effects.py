"""What was asked of a report and had no effect, said: groups that cannot be compared, settings that nothing reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from servqual._words import counted
from servqual.metrics import Kpi
from servqual.pdca.diagnosis.searching import LEAST
from servqual.readers import Layout
from servqual.readers.columns.tables import COUNTED, TABLES, Kind
from servqual.readers.files.layouts import STEPS
from servqual.readers.files.vendors import LAYOUTS
from servqual.report.config import Config
from servqual.report.people import PEOPLE
from servqual.report.priorities import in_business_time

_OF_ALL: Final = (
    ("[hours]", "no figure of this export counts time"),
    ("whole", "the period says which days count"),
    ("agents", "no column names people"),
)
"""Settings of all tables of a report, and why each may have no effect."""
_OF_VENDORS: Final = frozenset(
    f"{name} {word!r}"
    for each in LAYOUTS.values()
    for name in ("missing", "true", "false", "dates")
    for word in getattr(each, name)
)


@attrs.frozen(kw_only=True)
class Read:
    """What a table was read with: its layout, the columns that came, and whether an id had several rows."""

    table: str
    layout: Layout
    columns: Sequence[str]
    several: bool


def without_effect(
    config: Config,
    read: Read,
    kpis: Sequence[Kpi],
    volumes: Mapping[str, Mapping[Any, int]],
    idle: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Say which settings had no effect on a table.

    `volumes` counts the rows of each group of the columns that were asked for, and `idle` are settings that met nothing
    in the file.
    """
    settings = _settings(config, read, kpis, {*dict(idle)})
    return [*_groups(volumes, COUNTED[read.table]), *_said(settings), *without_match(idle)]


def without_match(idle: Sequence[tuple[str, str]]) -> list[str]:
    """Say which settings met nothing in a file; words and forms of vendors' layouts are nobody's wish."""
    return [*_said(each for each in idle if each[0] not in _OF_VENDORS)]


def said_once(parts: Sequence[dict[str, Any]]) -> None:
    """Leave what is set for all tables among the notes of the first, and only where it had no effect on any of them."""
    for note in _said(_OF_ALL):
        there = [part for part in parts if note in part["notes"]]
        for part in there if len(there) < len(parts) else there[1:]:
            part["notes"] = [each for each in part["notes"] if each != note]


def _said(settings: Iterable[tuple[str, str]]) -> Iterator[str]:
    for setting, why in settings:
        several = setting.startswith("[columns]") and ", " in setting
        yield f"{setting} {'have' if several else 'has'} no effect: {why}"


def _groups(volumes: Mapping[str, Mapping[Any, int]], item: str) -> Iterator[str]:
    for column, sizes in volumes.items():
        named = {label: n for label, n in sizes.items() if label is not None}
        large = sum(n >= LEAST for n in named.values())
        if len(named) < 2:  # noqa: PLR2004  (a group needs another one beside it)
            why = f"every {item} is in one" if named else f"no {item} has a value"
            yield f"groups of {column} cannot be compared: {why}"
        elif not large:
            yield f"groups of {column} cannot be compared: none of {len(named):,} has {LEAST} {item}s"
        elif large < len(named):
            few = len(named) - large
            have = "has" if few == 1 else "have"
            yield f"of {counted(len(named), 'group')} of {column}, {few:,} {have} under {LEAST} {item}s"


def _settings(config: Config, read: Read, kpis: Sequence[Kpi], idle: set[str]) -> Iterator[tuple[str, str]]:
    layout, columns, known = read.layout, read.columns, TABLES[read.table]
    kinds = {known.get(name) for name in columns}
    hours, whole, agents = _OF_ALL
    if layout.fold and not read.several:
        yield "fold", f"no {COUNTED[read.table]} has several rows"
    if config.hours and not any(in_business_time(kpi.params, kpi.unit) for kpi in kpis):
        yield hours
    if config.whole and config.period:
        yield whole
    if config.people.names and not {*PEOPLE} & {*columns}:
        yield agents
    for name, asked in (("durations", layout.durations == "business"), ("clock", layout.clock)):
        if asked and Kind.DURATION not in kinds:
            yield name, "no column holds durations"
    for name in ("true", "false"):
        if getattr(layout, name) and Kind.FLAG not in kinds:
            yield name, "no column holds yes and no"
    there = {*columns, *(STEPS if layout.events else ())}
    unread = sorted(name for name in layout.columns.keys() - layout.optional - there if f"[columns] {name}" not in idle)
    if unread:
        yield f"[columns] {', '.join(unread)}", "no figure reads it"
