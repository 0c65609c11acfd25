"""Tables with a column per item into one row per item: surveys with a column per question, days with one per team.

The picture: a chunk of rows becomes one chunk per item, in which its cells stand under our name, so that no cell is
copied and typed columns stay typed.

    Respondent  Q1  Q2        question  score  Respondent        question  score  Respondent
    a           5   2    ->   Q1        5      a            ,    Q2        2      a
    b           4   1         Q1        4      b                 Q2        1      b
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import attrs

from servqual._checks import did_you_mean, near
from servqual._typed import typed
from servqual.errors import InvalidValue, MissingColumn
from servqual.readers.files.settings import as_texts
from servqual.readers.files.table_rows import Opened, TextChunk
from servqual.readers.files.totals import heads_total


def _headings(value: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: as_texts(f"wide.cells.{name}", of) for name, of in value.items()}


def _groups(value: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        name: {label: as_texts(f"wide.groups.{name}.{label}", of) for label, of in labels.items()}
        for name, labels in value.items()
    }


@attrs.frozen(kw_only=True, field_transformer=typed)
class Wide:
    """The layout of a table with a column per item, such as a question of a survey, or a team of a daily count.

    Each row becomes one row per item, and counts as so many; an empty cell is a missing value.

    Attributes:
        label: our column for the name of the item, such as `question` or `team`.
        cells: our columns to the headings of their cells. A heading may be a pattern such as "Q*": all headings that
            it fits and that are not mapped otherwise, in the order of the table. Several columns go together item by
            item: `{"score": ["P1", "P2"], "expected": ["E1", "E2"]}`. A heading of totals or averages, such as "Total",
            is an item only where it is named itself.
        groups: our further columns to their labels and the items of each, which are named by the headings of the first
            of `cells`: `{"dimension": {"reliability": ["P1", "P2"]}}`.
        row: our column for the number of the row, such as `customer_id` of a survey that names nobody.

    >>> Wide(label="question", cells={"score": "Q*"}).columns
    ('question', 'score')
    """

    label: str
    cells: Mapping[str, tuple[str, ...]] = attrs.field(converter=_headings)
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = attrs.field(factory=dict, converter=_groups)
    row: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.cells:
            raise InvalidValue.of("cells", "name at least one column", self.cells, do='write cells = { score = "Q*" }')
        if len({*self.columns}) < len(self.columns):
            raise InvalidValue.of("wide", "name each column once", self.columns, shown=", ".join(self.columns))

    @property
    def columns(self) -> tuple[str, ...]:
        """Our columns that it fills."""
        return (self.label, *self.groups, *([self.row] if self.row else []), *self.cells)


def tall(opened: Opened, wide: Wide, mapped: Collection[str]) -> Opened:
    """Give one row per item; `mapped` are headings that no pattern takes.

    Raises `MissingColumn` for a heading that the table lacks, `InvalidValue` where columns have different numbers of
    items, or where the table has a column of a name that is filled from the items.
    """
    header = opened.header
    totals: dict[str, None] = {}
    found = {name: _fitting(name, of, header, mapped, totals) for name, of in wide.cells.items()}
    if len({*map(len, found.values())}) > 1:
        counts = ", ".join(f"{len(of)} for {name}" for name, of in found.items())
        raise InvalidValue.of("wide.cells", "have as many headings for each column", found, shown=counts)
    items = [*zip(*found.values(), strict=True)]
    groups = {name: _labels(name, labels, [item[0] for item in items]) for name, labels in wide.groups.items()}
    used = {heading for item in items for heading in item}
    if taken := [name for name in wide.columns if name in header and name not in used]:
        raise InvalidValue.of("wide", "name columns that the table lacks", taken[0], do="name another column of ours")
    kept = [place for place, heading in enumerate(header) if heading not in used]
    first = len(wide.columns)

    def chunks() -> Iterator[TextChunk]:
        for chunk in opened.chunks:
            size, ragged, columns = len(chunk.rows), chunk.ragged, [*chunk.columns]
            for place, item in enumerate(items):
                told = [item[0], *(labels[place] for labels in groups.values())]
                numbers = [[*map(str, chunk.rows)]] if wide.row else []
                places = (*map(header.index, item), *kept)
                cells = (columns[at] for at in places)
                merged = {
                    n: chunk.merged[at] for n, at in enumerate(places, len(told) + len(numbers)) if at in chunk.merged
                }
                yield TextChunk([*([text] * size for text in told), *numbers, *cells], chunk.rows, ragged, merged)
                ragged = ()

    typed_cells = (
        first - len(found) + n for n, of in enumerate(found.values()) if {*map(header.index, of)} & {*opened.numbers}
    )
    typed_kept = (first + n for n, place in enumerate(kept) if place in opened.numbers)
    return attrs.evolve(
        opened,
        header=(*wide.columns, *(header[place] for place in kept)),
        notes=(*opened.notes, *_left_out([heading for heading in totals if heading not in used])),
        chunks=chunks(),
        narrowed=None,
        numbers=frozenset((*typed_cells, *typed_kept)),
    )


def _left_out(totals: Sequence[str]) -> tuple[str, ...]:
    """Say which columns beside the items are totals."""
    if not totals:
        return ()
    shown = ", ".join(map(repr, totals))
    are = (
        "is no item but, by its heading, a total" if len(totals) == 1 else "are no items but, by their headings, totals"
    )
    return (f"{shown} {are} of the others; name all items in wide.cells to read it",)


def _fitting(
    name: str, headings: Sequence[str], header: Sequence[str], mapped: Collection[str], totals: dict[str, None]
) -> list[str]:
    """Find the headings of the cells of a column; those of totals that a pattern fits are put aside."""
    found: dict[str, None] = {}
    for heading in headings:
        fits = [heading]
        if heading not in header:
            like = [h for h in header if fnmatchcase(h, heading) and h not in mapped]
            totals |= dict.fromkeys(filter(heads_total, like))
            fits = [h for h in like if h not in totals]
        if not fits:
            close = near(heading, header)
            raise MissingColumn(
                f"wide.cells.{name} must name headings of the table, or a pattern that fits some (got {heading!r})"
                f"{did_you_mean(close)}",
                column=name,
                near=close,
            )
        found |= dict.fromkeys(fits)
    return [*found]


def _labels(name: str, labels: Mapping[str, Sequence[str]], items: Sequence[str]) -> list[str]:
    """Find what a column says of each item; empty where it says nothing. Refuse an item of two labels."""
    out = [""] * len(items)
    for label, patterns in labels.items():
        for place, item in enumerate(items):
            if any(fnmatchcase(item, pattern) for pattern in patterns):
                if out[place]:
                    raise InvalidValue.of(f"wide.groups.{name}", "have each item under one label", item)
                out[place] = label
        if label not in out:
            raise InvalidValue.of(
                f"wide.groups.{name}.{label}", f"name items, any of {', '.join(items[:20])}", patterns
            )
    return out
