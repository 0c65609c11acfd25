"""Which columns of a file could be which of ours: by the words of their heading, and by what their cells hold.

A name alone is not enough. A column called "Resolved" that holds Y and N is no moment, and one called "state" with
CA and MD is no state of a case.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from servqual.readers.columns.tables import Kind
from servqual.readers.inspecting.dates import serials_of
from servqual.readers.inspecting.headings import count_of, normals, unit_of
from servqual.readers.inspecting.kinds import FITS, Cells, Holds
from servqual.readers.inspecting.ours import OURS, STEP, Ours
from servqual.readers.inspecting.table_words import ABANDONED, ANSWERED, OUTCOMES
from servqual.readers.inspecting.words import KEPT, MISSED, STATES

MARKS: Final = MappingProxyType({"sla_kept": (KEPT, MISSED), "abandoned": (ABANDONED, ANSWERED)})
"""Flags for which desks have words of their own: those for yes, and those for no."""
_TELL: Final = MappingProxyType({"sla_kept": ("kept", "missed"), "abandoned": ("abandoned", "answered")})
_FEW_WORDS: Final = 4
_DATE: Final = frozenset(("date", "datum", "fecha", "jour", "day", "日期"))
_TIME: Final = frozenset(("time", "uhrzeit", "zeit", "heure", "hora", "时间"))


@attrs.frozen(kw_only=True)
class CouldBe:
    """One of our columns that a column of the file could be, and why."""

    name: str
    because: str


@attrs.frozen(kw_only=True)
class SeenColumn:
    """A column of a file: its heading, what its cells hold, the unit of its numbers and why, and what it could be."""

    heading: str
    cells: Cells
    unit: str | None
    could_be: tuple[CouldBe, ...]
    unit_because: str = "as its heading says"


def seen(
    heading: str, cells: Cells, words: Iterable[str], ours: Ours = OURS["cases"], common: Iterable[str] = ()
) -> SeenColumn:
    """Match a column with those of a table of ours; `words` are its different filled cells.

    `common` are words of most headings of the file, which do not tell one of its counts from another.
    """
    forms = normals(heading)
    if ours.table == "contact_counts":
        forms = (*forms, count_of(heading, common))
    return SeenColumn(
        heading=heading, cells=cells, unit=unit_of(heading), could_be=tuple(_could_be(forms, cells, words, ours))
    )


def _could_be(forms: Iterable[str], cells: Cells, words: Iterable[str], ours: Ours) -> Iterable[CouldBe]:
    texts, kinds = {word.casefold() for word in words}, ours.kinds
    for form in forms:
        if form in OUTCOMES and cells.holds is not Holds.NAMES:
            continue
        named = dict(ours.headings.get(form, {}))
        own = form.replace(" ", "_")
        if own in kinds:
            named = {own: "ours"} | named
        found = [
            CouldBe(name=name, because=f"{_called(language)}, and it holds {cells.holds}{more}")
            for name, language in named.items()
            if (more := _fits(name, kinds[name], cells, texts)) is not None
        ]
        if found:
            return found
    return ()


def _called(language: str) -> str:
    return "its name is ours" if language == "ours" else f"its name, in {language}"


def _fits(name: str, kind: Kind, cells: Cells, texts: set[str]) -> str | None:
    """Say what more speaks for a column, or None where its cells are of another kind."""
    if name == "status":
        known = sorted(text for text in texts if text in STATES or text.split()[-1] in STATES)
        return f", such as {known[0]!r}" if known and cells.holds is Holds.NAMES else None
    if kind is Kind.FLAG:
        if cells.holds is Holds.FLAGS or (cells.holds is Holds.COUNTS and texts <= {"0", "1"}):
            return ""
        for_yes, for_no = MARKS.get(name, (frozenset(), frozenset()))
        both = texts & for_yes and texts & for_no and len(texts) <= _FEW_WORDS
        return f" for {' and '.join(_TELL[name])}" if both else None
    if kind is Kind.MOMENT and cells.holds in {Holds.COUNTS, Holds.NUMBERS}:
        forms = serials_of(texts)
        return f", which may be moments as {' or '.join(forms)} has them" if forms else None
    if cells.holds is Holds.TIMES and kind is Kind.MOMENT and name not in STEP:
        return ", beside a column of dates"
    return "" if cells.holds in FITS[kind] else None


def marks_of(name: str, texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Find the words of a mark of a desk's own for yes, those for no, and those that are for neither.

    >>> marks_of("abandoned", ["HANG", "AGENT", "PHANTOM"])
    (('HANG',), ('AGENT',), ('PHANTOM',))
    """
    told = sorted({*texts})
    yes, no = (tuple(text for text in told if text.casefold() in words) for words in MARKS[name])
    return yes, no, tuple(text for text in told if text not in {*yes, *no}) if yes and no else ()


def day_column(columns: Sequence[SeenColumn], begins: str = "received_at") -> SeenColumn | None:
    """Find the one column of dates that a time of the day beside it may belong to."""
    dates = [column for column in columns if column.cells.holds is Holds.DATES]
    named = [column for column in dates if _DATE & {*normals(column.heading)}] or [
        column for column in dates if any(each.name == begins for each in column.could_be)
    ]
    return named[0] if len(named) == 1 else None


def time_column(columns: Sequence[SeenColumn]) -> SeenColumn | None:
    """Find the one column that is called "time" and nothing more, and holds times of the day."""
    times = [column for column in columns if column.cells.holds is Holds.TIMES and _TIME & {*normals(column.heading)}]
    return times[0] if len(times) == 1 else None


def candidates(columns: Sequence[SeenColumn]) -> Mapping[str, list[SeenColumn]]:
    """List the columns that could be each of ours, in the order of the file."""
    found: dict[str, list[SeenColumn]] = {}
    for column in columns:
        for each in column.could_be:
            found.setdefault(each.name, []).append(column)
    return found


def step_name(text: str) -> str:
    """Give the name of a step without the word for a case.

    >>> step_name("Resolve ticket"), step_name("CLOSED")
    ('resolve', 'closed')
    """
    forms = normals(text)
    return forms[-1] if forms else ""
