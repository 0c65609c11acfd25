"""Which columns of a file could be which of ours: by the words of their heading, and by what their cells hold.

A name alone is not enough. A column called "Resolved" that holds Y and N is no moment, and one called "state" with
CA and MD is no state of a case.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from servqual.readers.columns.tables import TABLES, Kind, known_as
from servqual.readers.inspecting.dates import serials_of
from servqual.readers.inspecting.headings import normals, unit_of
from servqual.readers.inspecting.kinds import FITS, Cells, Holds
from servqual.readers.inspecting.words import HEADINGS, KEPT, MISSED, STATES

TOLD: Final = tuple(name.removesuffix("_s") for name, kind in TABLES["cases"].items() if kind is Kind.DURATION)
"""Durations, whose unit ends our name: `first_response_min`."""
STEP: Final = {"event": Kind.LABEL, "at": Kind.MOMENT}
"""The columns of a log, which are no columns of a case."""
_OWN: Final = MappingProxyType({**TABLES["cases"], **dict.fromkeys(TOLD, Kind.DURATION), **STEP})
_FEW_WORDS: Final = 4
_DATE: Final = frozenset(("date", "datum", "fecha", "jour", "day", "日期"))
_TIME: Final = frozenset(("time", "uhrzeit", "zeit", "heure", "hora", "时间"))


@attrs.frozen(kw_only=True)
class CouldBe:
    """One of our columns that a column of the file could be, and why."""

    name: str
    because: str


@attrs.frozen(kw_only=True, eq=False)
class SeenColumn:
    """A column of a file: its heading, what its cells hold, the unit that the heading names, and what it could be."""

    heading: str
    cells: Cells
    unit: str | None
    could_be: tuple[CouldBe, ...]


def kind_of_ours(name: str) -> Kind:
    """Give the kind of one of our columns, whatever the unit in its name.

    >>> kind_of_ours("first_response_min"), kind_of_ours("at")
    (<Kind.DURATION: 'duration'>, <Kind.MOMENT: 'moment'>)
    """
    return _OWN[known_as("cases", name)[0]]


def seen(heading: str, cells: Cells, words: Iterable[str]) -> SeenColumn:
    """Match a column; `words` are its different filled cells."""
    return SeenColumn(
        heading=heading, cells=cells, unit=unit_of(heading), could_be=tuple(_could_be(heading, cells, words))
    )


def _could_be(heading: str, cells: Cells, words: Iterable[str]) -> Iterable[CouldBe]:
    texts = {word.casefold() for word in words}
    for form in normals(heading):
        named = dict(HEADINGS.get(form, {}))
        own = form.replace(" ", "_")
        if own in _OWN:
            named = {own: "ours"} | named
        found = [
            CouldBe(name=name, because=f"{_called(language)}, and it holds {cells.holds}{more}")
            for name, language in named.items()
            if (more := _fits(name, cells, texts)) is not None
        ]
        if found:
            return found
    return ()


def _called(language: str) -> str:
    return "its name is ours" if language == "ours" else f"its name, in {language}"


def _fits(name: str, cells: Cells, texts: set[str]) -> str | None:
    """Say what more speaks for a column, or None where its cells are of another kind."""
    kind = _OWN[name]
    if name == "status":
        known = sorted(text for text in texts if text in STATES or text.split()[-1] in STATES)
        return f", such as {known[0]!r}" if known and cells.holds is Holds.NAMES else None
    if kind is Kind.FLAG:
        if cells.holds is Holds.FLAGS or (cells.holds is Holds.COUNTS and texts <= {"0", "1"}):
            return ""
        kept = texts & KEPT and texts & MISSED
        return " for kept and missed" if kept and len(texts) <= _FEW_WORDS else None
    if kind is Kind.MOMENT and cells.holds in {Holds.COUNTS, Holds.NUMBERS}:
        forms = serials_of(texts)
        return f", which may be moments as {' or '.join(forms)} has them" if forms else None
    if cells.holds is Holds.TIMES and kind is Kind.MOMENT and name not in STEP:
        return ", beside a column of dates"
    return "" if cells.holds in FITS[kind] else None


def kept_and_missed(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Find the words of a desk's own mark."""
    told = list(texts)
    return [text for text in told if text.casefold() in KEPT], [text for text in told if text.casefold() in MISSED]


def day_column(columns: Sequence[SeenColumn]) -> SeenColumn | None:
    """Find the one column of dates that a time of the day beside it may belong to."""
    dates = [column for column in columns if column.cells.holds is Holds.DATES]
    named = [column for column in dates if _DATE & {*normals(column.heading)}] or [
        column for column in dates if any(each.name == "received_at" for each in column.could_be)
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
