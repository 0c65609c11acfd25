"""A look into a file: how it is written, what its columns hold, and what its rows are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.moments import date_and_time
from servqual.readers.columns.tables import Kind
from servqual.readers.files.opening import open_file
from servqual.readers.files.table_rows import Opened, TextChunk, texts_of
from servqual.readers.files.vendors import Vendor, vendor_of
from servqual.readers.inspecting.choosing import Choice, Chosen, Question, choose
from servqual.readers.inspecting.dates import Dates, dates_of, read_moments, serials_of, settled
from servqual.readers.inspecting.kinds import Holds, cells_of, filled_of
from servqual.readers.inspecting.matching import SeenColumn, kind_of_ours, seen
from servqual.readers.inspecting.zones import hints

_ROWS: Final = 1 << 14
"""The rows that are looked at."""
_COUNTED: Final = 1 << 20
"""The rows that are counted."""
_FEW: Final = 3
_MEASURED: Final = (Kind.NUMBER, Kind.COUNT, Kind.DURATION)


@attrs.frozen(kw_only=True, eq=False)
class Look:
    """What a look into a file finds.

    Attributes:
        name: of the file, without its folder.
        kind, packed, encoding, delimiter, header_row: how the file is written, empty where it has no such thing.
        sheet, sheets: the table that was looked at and the names of all, where there are several.
        notes: findings of the opener, in words.
        rows: that were counted; `whole` says whether these are all, and `looked` how many were looked at.
        left_out: why rows were left out, with how many and the first of them.
        rows_are: what a row is, and why we say so.
        columns: in the order of the file.
        vendor: whose documented export it is.
        chosen: what settings would say.
        zone: whether moments need a zone, what hints at one, or None where every moment tells its offset.
        dates: forms of dates that settings name.
        questions: what only a person can say.
    """

    name: str
    kind: str
    packed: str
    encoding: str
    delimiter: str
    header_row: int
    sheet: str
    sheets: tuple[str, ...]
    notes: tuple[str, ...]
    rows: int
    looked: int
    whole: bool
    left_out: tuple[tuple[str, int, int], ...]
    rows_are: tuple[str, str]
    columns: tuple[SeenColumn, ...]
    vendor: Vendor | None
    chosen: Chosen
    zone: tuple[str, ...] | None
    dates: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def carries(self) -> bool:
        """Whether a report can follow: a receipt is found or asked for."""
        return self.chosen.carries


def look(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Look:
    """Look into a file; the first 16,384 rows are looked at.

    Raises `UnreadableFile` where there is no table, or where two encodings or several tables are in question.
    """
    with open_file(path, encoding=encoding, sheet=sheet) as opened:
        chunks: list[TextChunk] = []
        looked = rows = 0
        left_out: dict[str, tuple[int, int]] = {}
        for chunk in opened.chunks:
            if looked < _ROWS:
                chunks.append(chunk)
                looked += len(chunk.rows)
            rows += len(chunk.rows) + len(chunk.ragged)
            for row, _, why in chunk.ragged:
                count, first = left_out.get(why, (0, row))
                left_out[why] = (count + 1, first)
            if rows >= _COUNTED:
                break
    return _looked(path.name, opened, chunks, rows, tuple((why, *told) for why, told in left_out.items()))


def _looked(
    name: str, opened: Opened, chunks: Sequence[TextChunk], rows: int, left_out: tuple[tuple[str, int, int], ...]
) -> Look:
    looked = sum(len(chunk.rows) for chunk in chunks)
    header = opened.header
    texts = {heading: _column(chunks, place) for place, heading in enumerate(header)}
    cells = {heading: cells_of(column) for heading, column in texts.items()}
    dated = [heading for heading in header if cells[heading].dates]
    for heading, dates in zip(dated, settled([_dates(cells[heading].dates) for heading in dated]), strict=True):
        cells[heading] = attrs.evolve(cells[heading], dates=dates)
    moments = {heading: _moments(texts[heading], _dates(cells[heading].dates)) for heading in dated}
    for heading in dated:
        low, high = _range(moments[heading], texts[heading])
        cells[heading] = attrs.evolve(cells[heading], low=low, high=high)
    columns = tuple(seen(heading, cells[heading], filled_of(texts[heading])) for heading in header)
    vendor = vendor_of(header)
    chosen = choose(columns, texts, moments, vendor)
    used = [column for column in columns if any(column.heading in choice.headings for choice in chosen.columns)]
    asked, zone, forms = _open_points(used, chosen, texts, moments)
    if zone is None and looked < rows - sum(count for _, count, _ in left_out):
        zone = (f"all times in the first {looked:,} rows tell their offset, and later ones may not",)
    return Look(
        name=name,
        kind=opened.kind,
        packed=opened.packed,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        header_row=opened.header_row,
        sheet=opened.sheet,
        sheets=opened.sheets,
        notes=opened.notes,
        rows=rows,
        looked=looked,
        whole=rows < _COUNTED,
        left_out=left_out,
        rows_are=_rows_are(columns, chosen, texts),
        columns=columns,
        vendor=vendor,
        chosen=chosen,
        zone=zone,
        dates=forms,
        questions=(*chosen.questions, *asked),
    )


def _column(chunks: Sequence[TextChunk], place: int) -> list[str]:
    parts = (chunk.columns[place] for chunk in chunks)
    return [cell for part in parts for cell in (part if isinstance(part, Sequence) else texts_of(part))]


def _moments(texts: Sequence[str], dates: Dates) -> Array:
    return read_moments(texts, tuple(each.forms[0] for each in dates.structures))[0]


def _dates(dates: Dates | None) -> Dates:
    assert dates is not None
    return dates


def _range(moments: Array, texts: Sequence[str]) -> tuple[str, str] | tuple[None, None]:
    """The texts of the earliest and the latest moment."""
    known = np.flatnonzero(~np.isnan(moments))
    if not len(known):
        return None, None
    first, last = known[moments[known].argmin()], known[moments[known].argmax()]
    return texts[int(first)].strip(), texts[int(last)].strip()


def _open_points(
    columns: Sequence[SeenColumn], chosen: Chosen, texts: Mapping[str, Sequence[str]], moments: Mapping[str, Array]
) -> tuple[list[Question], tuple[str, ...] | None, tuple[str, ...]]:
    """Find what only a person can say: forms of dates, a zone, a decimal sign, what 03:20 means."""
    read = {choice.name: _read_together(choice, texts, columns) for choice in chosen.columns}
    dated = [dates for dates in read.values() if dates]
    asked = [structure for dates in dated for structure in dates.asked]
    questions = []
    if asked:
        answers = tuple(dict.fromkeys(form for structure in asked for form in structure.forms))
        questions.append(Question(part="read", setting="dates", answers=answers, because=asked[0].because))
    for column in columns:
        kinds = {kind_of_ours(choice.name) for choice in chosen.columns if column.heading in choice.headings}
        numeric = column.cells.holds in {Holds.COUNTS, Holds.NUMBERS}
        because = f'"{column.heading}" holds {column.cells.twofold!r}'
        if numeric and Kind.MOMENT in kinds:
            because = f'"{column.heading}" holds numbers, such as {column.cells.examples[0]}'
            answers = serials_of(filled_of(texts[column.heading]))
            questions.append(Question(part="read", setting="dates", answers=answers, because=because))
        elif not column.cells.twofold or kinds.isdisjoint(_MEASURED):
            continue
        elif numeric:
            because += ", which has a decimal or a thousands sign"
            questions.append(Question(part="read", setting="decimal", answers=(".", ","), because=because))
        else:
            questions.append(Question(part="read", setting="clock", answers=("h:mm", "m:ss"), because=because))
    forms = tuple(dict.fromkeys(form for dates in dated for form in dates.forms))
    if dated and all(dates.offsets for dates in dated):
        return _once(questions), None, forms
    received = chosen.of("received_at") or chosen.of("at")
    hinted = hints(moments[received.headings[0]]) if received and received.headings[0] in moments else ()
    return _once(questions), hinted, forms


def _read_together(choice: Choice, texts: Mapping[str, Sequence[str]], columns: Sequence[SeenColumn]) -> Dates | None:
    """The dates of a choice; a date and a time in two columns are read as one text."""
    if len(choice.headings) == 1:
        return next(column.cells.dates for column in columns if column.heading == choice.headings[0])
    return dates_of(filled_of(map(date_and_time, *(texts[heading] for heading in choice.headings))))


def _once(questions: Sequence[Question]) -> list[Question]:
    """One question of a setting, the first."""
    return list({question.setting: question for question in reversed(questions)}.values())[::-1]


def _rows_are(columns: Sequence[SeenColumn], chosen: Chosen, texts: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Say what a row is, as far as the columns tell, and why."""
    case_id = chosen.of("case_id")
    ids = [text for text in texts[case_id.headings[0]] if text.strip()] if case_id else []
    heading = f'"{case_id.headings[0]}"' if case_id else ""
    if chosen.steps:
        each = len(ids) / max(len({*ids}), 1)
        return "steps of cases", f"{heading} occurs {each:.3g} times on average, and each row has a step and its moment"
    if chosen.fold:
        return "states of cases", f"{heading} occurs in several rows"
    if chosen.carries:
        repeats = len(ids) - len({*ids})
        unique = (
            f"{heading} is different in all rows" if case_id else "no column of ids is found: each row counts as one"
        )
        return "cases", f"{repeats:,} ids are repeated" if repeats else unique
    numeric = sum(column.cells.holds in {Holds.COUNTS, Holds.NUMBERS} for column in columns)
    if numeric < _FEW or 2 * numeric <= len(columns):
        return "no cases", "no column tells when a case was received"
    named = any(column.cells.holds in {Holds.DATES, Holds.NAMES, Holds.MOMENTS} for column in columns)
    what = "ready-made counts, or measurements" if named and not case_id else "answers or measurements"
    return what, f"{numeric} of {len(columns)} columns are numbers, and none tells when a case was received"
