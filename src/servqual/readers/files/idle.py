"""Settings of a layout that met nothing in a file, each with the reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import CellReader
from servqual.readers.files.case_rows import EVENT
from servqual.readers.files.layouts import Layout
from servqual.readers.files.table_rows import Opened

_WRITTEN: Final[Mapping[str, frozenset[str]]] = {
    "delimiter": frozenset(("Excel", "SpreadsheetML", "HTML", "JSON", "JSON lines", "XES", "Parquet", "memory")),
    "encoding": frozenset(("Excel", "Parquet", "memory")),
    "sheet": frozenset(("CSV", "JSON", "JSON lines", "XES", "Parquet", "memory")),
}
"""Settings of how a file is written, with the kinds of file that have no such thing."""


def idle_of(
    layout: Layout, opened: Opened, readers: Mapping[str, CellReader], *, whole: bool = True
) -> Iterator[tuple[str, str]]:
    """List the settings that met nothing, by what the readers of the columns met in all rows.

    Words are held against the columns that were read alone, and forms of dates and words for yes and no only where
    some column may have them. Numbers among words for missing are left out where a table has numbers of its own. Where
    not the `whole` table was read, words and forms may stand in its other columns, and are not listed.
    """
    for name in layout.columns.keys() - layout.optional:
        parts = layout.columns[name]
        absent = [part for part in ((parts,) if isinstance(parts, str) else parts) if not _has(opened.header, part)]
        if absent:
            yield f"[columns] {name}", f"the file has no column {absent[0]!r}"
    for name, without in _WRITTEN.items():
        if getattr(layout, name) and opened.kind in without and not (name == "sheet" and opened.sheets):
            yield name, f"{opened.kind} has none"
    if whole:
        yield from _words(layout, opened, readers)


def _words(layout: Layout, opened: Opened, readers: Mapping[str, CellReader]) -> Iterator[tuple[str, str]]:
    """List the words, forms and steps that no cell has."""
    kinds = {reader.kind for reader in readers.values()}
    met = set[str]().union(*(reader.met for reader in readers.values()))
    typed = bool(opened.numbers) or opened.kind in {"memory", "Parquet"}
    missing = [word for word in layout.missing if not (typed and _is_number(word))]
    yield from _unmet("missing", missing, met)
    for name, words in layout.missing_in.items():
        found = readers[name].met if name in readers else set[str]()
        yield from _unmet(f"missing_in.{name}", [word for word in words if not (typed and _is_number(word))], found)
    if Kind.FLAG in kinds and not typed:
        yield from _unmet("true", layout.true, met)
        yield from _unmet("false", layout.false, met)
    if Kind.MOMENT in kinds:
        forms = set[str]().union(*(reader.moments.met for reader in readers.values()))
        for form in layout.dates:
            if form not in forms:
                yield f"dates {form!r}", "no cell that is read has this form"
    yield from _steps(layout, readers)


def _unmet(setting: str, words: Iterable[str], met: set[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        if word.strip().casefold() not in met:
            yield f"{setting} {word!r}", "no cell that is read holds it"


def _steps(layout: Layout, readers: Mapping[str, CellReader]) -> Iterator[tuple[str, str]]:
    """List the names of steps that no row has."""
    log = layout.log
    logged = [*(m.of for m in log.moments.values()), *log.repeats.values()] if log else []
    for setting, reader, names in (("[events]", "event", [*layout.events.values()]), ("[log]", EVENT, logged)):
        if reader in readers:
            told = {*readers[reader].labels}
            for step in dict.fromkeys(step for of in names for step in of if step != "*" and step not in told):
                yield f"{setting} {step!r}", "no row has this step"


def _has(header: Sequence[str], heading: str) -> bool:
    return heading in header or " ".join(heading.split()) in header


def _is_number(word: str) -> bool:
    return word.strip().lstrip("+-").replace(".", "", 1).isdigit()
