"""Where a table begins: the row of its headings, with the lines above that belong to no column.

A report has a title and a date above its table, and headings in two rows where one stands over several columns:

    Ticket report                                row 1: narrower than the rows below
    Number | Opened |      | Closed |            row 2: headings over several columns
           | Date   | Time | Date   | Time       row 3: the headings are Number, Opened Date, Opened Time, …
    C-1    | ...                                 row 4: the first row of the table
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import attrs

from servqual._words import counted
from servqual.errors import UnreadableFile
from servqual.readers.files.sheet_rows import UNSAVED

WIDEST: Final = 16_384
"""The most columns, those of a spreadsheet."""
_SHOWN: Final = 5


@attrs.frozen
class Start:
    """The headings of a table and their place.

    Attributes:
        header: the cells of the headings.
        at: the place of their first row among the rows that were looked at.
        rows: the number of rows that they take: 1, 2, or 0 where they stand in none.
        notes: how they were found, where they are not simply the first row.
    """

    header: tuple[str, ...]
    at: int
    rows: int = 1
    notes: tuple[str, ...] = ()

    @property
    def below(self) -> int:
        """The place of the first row below the headings."""
        return self.at + self.rows


def extent(row: Sequence[str]) -> int:
    """Count the cells of a row up to its last one with content.

    >>> extent(["C-1", "", "north", "", " "])
    3
    """
    return next((at for at in range(len(row), 0, -1) if row[at - 1].strip()), 0)


def has_table(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether at least two rows have several cells with content, unlike those of a cover."""
    return sum(sum(map(bool, map(str.strip, row))) > 1 for row in rows) > 1


def start_of(rows: Sequence[Sequence[str]]) -> Start | None:
    """Find the headings among the first rows of a file.

    The first row with content has them, unless it has fewer cells than most rows below. Then it is the first row whose
    cells are all texts, all different, and as many as in most rows below; two rows may be such a row together. None is
    returned for rows without content.

    >>> start_of([["Tickets"], [], ["id", "team"], ["1", "north"], ["2", "south"]]).header
    ('id', 'team')
    """
    sizes = [extent(row) for row in rows]
    places = [at for at, size in enumerate(sizes) if size]
    if not places:
        return None
    above = 0
    for n, at in enumerate(places):
        below = [rows[place] for place in places[n + 1 :]]
        lengths = [sizes[place] for place in places[n + 1 :]]
        if below and places[n + 1] == at + 1:
            joined = _joined(rows[at], rows[at + 1])
            if joined and (n or _has_values(below[1:])) and _is_heading(joined, above, below[1:], lengths[1:]):
                said = (f"headings stand in rows {at + 1} and {at + 2}", *_left_out(rows, places[:n]))
                return Start(joined, at, 2, said)
        if n == 0 and 2 * sum(size > sizes[at] for size in lengths) <= len(below):
            return Start(tuple(rows[at]), at)
        if n and _is_heading(rows[at][: sizes[at]], above, below, lengths):
            ground = f"the header is row {at + 1}, whose cells are all texts, different and as many as in most rows"
            return Start(tuple(rows[at]), at, 1, (f"{ground} below", *_left_out(rows, places[:n])))
        above = max(above, sizes[at])
    doubt = f"the header was taken from the first line, row {places[0] + 1}, which has fewer cells than most rows"
    return Start(tuple(rows[places[0]]), places[0], 1, (f"{doubt} and does not look like one",))


def _is_heading(cells: Sequence[str], above: int, below: Sequence[Sequence[str]], lengths: Sequence[int]) -> bool:
    """Whether cells are different texts, as many as in half of the rows below, which are wider than those above."""
    if not above < len(cells) <= WIDEST or len(cells) < 2 or not all(map(is_name, cells)):  # noqa: PLR2004
        return False
    like = sum(above < length <= len(cells) for length in lengths)
    differ = len(set(cells)) == len(cells) and (len(cells) > 2 or _has_values(below))  # noqa: PLR2004
    return differ and bool(below) and 2 * like >= len(below)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...] | None:
    """Join two rows, of which the upper one has headings over several columns; None where it has not."""
    width = extent(lower)
    if width > WIDEST or all(cell.strip() for cell in upper):
        return None
    over = [cell.strip() for cell in (*upper, *[""] * width)][: max(width, extent(upper))]
    names = [cell.strip() for cell in (*lower, *[""] * len(over))][: len(over)]
    gaps = [at for at, cell in enumerate(over) if not cell]
    if len(over) - len(gaps) < 2 or not any(names[at] for at in gaps):  # noqa: PLR2004
        return None
    if not all(is_name(cell) for cell in (*over, *names) if cell):
        return None
    often, group, joined = Counter(names), "", list[str]()
    for above, name in zip(over, names, strict=True):
        group = above or group
        joined.append(above if not name else name if often[name] == 1 else f"{group} {name}")
    return tuple(joined)


def _has_values(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows have a cell that is no text, such as a number or a date."""
    return 2 * sum(any(cell.strip() and not is_name(cell) for cell in row) for row in rows) > len(rows)


def is_name(cell: str) -> bool:
    """Whether a cell is a text, and not mostly digits as numbers, dates and most ids are."""
    letters, digits = sum(map(str.isalpha, cell)), sum(map(str.isdigit, cell))
    return letters > digits or cell.strip() in {"#", "№"}


def _left_out(rows: Sequence[Sequence[str]], places: Sequence[int]) -> tuple[str, ...]:
    if not places:
        return ()
    texts = [next(cell.strip() for cell in rows[at] if cell.strip()) for at in places]
    shown = ", ".join(f"{text!r:.60}" for text in texts[:_SHOWN]) + (" …" if len(texts) > _SHOWN else "")
    were = "was" if len(texts) == 1 else "were"
    return (f"{counted(len(texts), 'line')} above the header {were} left out: {shown}",)


def bounded(header: Sequence[str], path: str) -> None:
    """Refuse more columns than any table has."""
    if len(header) > WIDEST:
        raise UnreadableFile(
            f"{path} has {len(header):,} columns (got {header[0]!r:.40} …), more than the {WIDEST:,} of any table; "
            "keep those that are needed",
            path=path,
        )


def names_in(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Make the names of columns unique; say which were there twice, also as notes.

    White space within a name is one space.
    """
    names: dict[str, None] = {}
    again: dict[str, int] = {}
    later: list[str] = []
    for position, cell in enumerate(header, 1):
        # a formula without a value, or an error, is no name
        name = base = ("" if cell.startswith(UNSAVED[0]) else " ".join(cell.split())) or f"column {position}"
        while name in names:
            again[base] = again.get(base, 1) + 1
            name = f"{base} ({again[base]})"
        if name != base:
            later.append(name)
        names[name] = None
    if not again:
        return tuple(names), (), ()
    shown = ", ".join(map(repr, [*again][:_SHOWN])) + (" and others" if len(again) > _SHOWN else "")
    read_as = ", ".join(map(repr, later[:_SHOWN])) + (" …" if len(later) > _SHOWN else "")
    return (
        tuple(names),
        tuple(again),
        (f"the header names {shown} more than once; the later ones are read as {read_as}",),
    )
