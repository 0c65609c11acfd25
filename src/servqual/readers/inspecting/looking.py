"""A look into a file: how it is written, what its columns hold, and what its rows are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._words import counted
from servqual.readers.columns.crowded import crowd_of
from servqual.readers.columns.moments import date_and_time
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import UNSAVED, why_empty
from servqual.readers.files.opening import open_file
from servqual.readers.files.table_rows import Opened, TextChunk, texts_of
from servqual.readers.files.vendors import Vendor, vendor_of
from servqual.readers.inspecting.choosing import Chosen, choose
from servqual.readers.inspecting.dates import Dates, dates_of, read_moments, serials_of, settled, some_offsets
from servqual.readers.inspecting.grounds import Grounds, common_words, grounds_of
from servqual.readers.inspecting.kinds import Holds, cells_of, filled_of
from servqual.readers.inspecting.lengths import proved_units
from servqual.readers.inspecting.matching import SeenColumn, seen
from servqual.readers.inspecting.ours import OURS, Ours
from servqual.readers.inspecting.picking import Choice, Question
from servqual.readers.inspecting.zones import hints, named

_ROWS: Final = 1 << 14
_CELLS: Final = 1 << 20
"""The rows that are looked at, and the cells after which no further chunk is."""
_COUNTED: Final = 1 << 20
"""The rows that are counted."""
_FEW: Final = 3
DAYS: Final = ("no moment that is read has a time of the day",)
"""The hint on the zone where there are only days, which need none."""
_OF_TIME: Final = (Holds.DATES, Holds.MOMENTS, Holds.TIMES)
_MEASURED: Final = (Kind.NUMBER, Kind.COUNT, Kind.DURATION)


@attrs.frozen(kw_only=True)
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
        grounds: which table of ours the rows are, and why.
        chosen: what settings would say.
        crowd: the customer_id with an implausible share of the rows looked at, its rows, and all rows that have one.
        scores: the heading of scores that could be answers to a survey beside the rows; empty without one.
        otherwise: what they would say where the rows are of another table, if that is a question.
        zone: whether moments need a zone, what hints at one, or None where every moment tells its offset; `DAYS`
            where they are days, for which any zone will do.
        zoned: the line below the table that names the zone, and that zone; None without such a line.
        offsets: whether some moment tells its offset.
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
    grounds: Grounds
    chosen: Chosen
    crowd: tuple[str, int, int] | None
    scores: str
    otherwise: tuple[Chosen, ...]
    zone: tuple[str, ...] | None
    zoned: tuple[str, str] | None
    offsets: bool
    dates: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def carries(self) -> bool:
        """Whether a report can follow: the first moment of each row is found or asked for."""
        return self.chosen.carries

    @property
    def asks_zone(self) -> bool:
        """Whether only a person can say the zone."""
        return self.zoned is None and self.zone not in {None, DAYS}


def look(path: Path, *, encoding: str | None = None, sheet: str | None = None, table: str | None = None) -> Look:
    """Look into a file: at its first 16,384 rows, of one with hundreds of columns at fewer.

    `table` says which of ours its rows are.

    Raises `UnreadableFile` where there is no table, or where two encodings or several tables are in question.
    """
    with open_file(path, encoding=encoding, sheet=sheet) as opened:
        chunks: list[TextChunk] = []
        looked = rows = 0
        left_out: dict[str, tuple[int, int]] = {}
        zoned = None
        for chunk in opened.chunks:
            if looked < _ROWS and looked * len(opened.header) < _CELLS:
                chunks.append(chunk)
                looked += len(chunk.rows)
            rows += len(chunk.rows) + len(chunk.ragged)
            for row, got, why in chunk.ragged:
                count, first = left_out.get(why, (0, row))
                left_out[why] = (count + 1, first)
                zoned = (got, zone) if (zone := named(got)) else zoned
            if rows >= _COUNTED:
                break
    lost = tuple((why, *told) for why, told in left_out.items())
    return _looked(path.name, opened, chunks, rows, lost, zoned=zoned, of=table)


def _looked(
    name: str,
    opened: Opened,
    chunks: Sequence[TextChunk],
    rows: int,
    left_out: tuple[tuple[str, int, int], ...],
    *,
    zoned: tuple[str, str] | None,
    of: str | None,
) -> Look:
    looked = sum(len(chunk.rows) for chunk in chunks)
    header = opened.header
    texts = {heading: _column(chunks, place) for place, heading in enumerate(header)}
    faults = {heading: faults for heading in header if (faults := _taken_out(texts[heading]))}
    cells = {heading: cells_of(column) for heading, column in texts.items()}
    dated = [heading for heading in header if cells[heading].dates]
    for heading, dates in zip(dated, settled([_dates(cells[heading].dates) for heading in dated]), strict=True):
        cells[heading] = attrs.evolve(cells[heading], dates=dates)
    moments = {heading: _moments(texts[heading], _dates(cells[heading].dates)) for heading in dated}
    for heading in dated:
        low, high = _range(moments[heading], texts[heading])
        cells[heading] = attrs.evolve(cells[heading], low=low, high=high)
    vendor = vendor_of(header) if of in {None, "cases"} else None
    words = {heading: tuple(filled_of(texts[heading])) for heading in header}
    grounds = Grounds(tables=("cases",)) if vendor else grounds_of(cells, words)
    if of and grounds.tables != (of,):
        grounds = Grounds(tables=(of,), because="as asked")
    units = proved_units(cells, texts, moments)

    def matched(ours: Ours) -> tuple[SeenColumn, ...]:
        common = common_words(header)
        told = (seen(heading, cells[heading], words[heading], ours, common) for heading in header)
        return tuple(_with_unit(each, units.get(each.heading)) for each in told)

    table, *others = (OURS[name] for name in grounds.tables)
    columns = matched(table)
    items = {heading for some in grounds.wide.cells.values() for heading in some} if grounds.wide else set[str]()
    free = [column for column in columns if column.heading not in items]
    chosen = attrs.evolve(choose(free, texts, moments, vendor, table), wide=grounds.wide)
    used = [column for column in columns if any(column.heading in choice.headings for choice in chosen.columns)]
    customers = chosen.of("customer_id")
    asked, zone, forms = _open_points(used, chosen, texts, moments)
    of_time = {column.heading for column in used if column.cells.dates}
    if zone is None and looked < rows - sum(count for _, count, _ in left_out) and not of_time <= {*opened.zoned}:
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
        notes=(*opened.said(), *_refused(faults)),
        rows=rows,
        looked=looked,
        whole=rows < _COUNTED,
        left_out=left_out,
        rows_are=_rows_are(columns, chosen, texts, grounds.because),
        columns=columns,
        vendor=vendor,
        grounds=grounds,
        chosen=chosen,
        crowd=_crowd(texts[customers.headings[0]]) if customers else None,
        scores="" if chosen.logged or chosen.wide or chosen.fold else _scores(matched(OURS["answers"]), chosen),
        otherwise=tuple(choose(matched(ours), texts, moments, None, ours) for ours in others),
        zone=zone,
        zoned=zoned if zone not in {None, DAYS} else None,
        offsets=any(some_offsets(told, forms) for told in _told(chosen, texts, dated)),
        dates=forms,
        questions=(*_table_asked(grounds), *chosen.questions, *asked),
    )


def _crowd(texts: Sequence[str]) -> tuple[str, int, int] | None:
    return crowd_of(Counter(text for cell in texts if (text := cell.strip())))


def _scores(columns: Sequence[SeenColumn], chosen: Chosen) -> str:
    """Find a column of scores that is not read yet, in rows that each have an id."""
    if chosen.ours.table == "answers" or not {chosen.ours.id, chosen.ours.begins} <= chosen.names:
        return ""
    taken = {heading for choice in chosen.columns for heading in choice.headings}
    free = (each for each in columns if each.heading not in taken and any(o.name == "score" for o in each.could_be))
    return next((each.heading for each in free), "")


def _table_asked(grounds: Grounds) -> tuple[Question, ...]:
    if len(grounds.tables) == 1:
        return ()
    return (Question(part="read", setting="table", answers=grounds.tables, because=grounds.because),)


def _with_unit(column: SeenColumn, proved: tuple[str, str] | None) -> SeenColumn:
    if column.unit or proved is None:
        return column
    return attrs.evolve(column, unit=proved[0], unit_because=proved[1])


def _column(chunks: Sequence[TextChunk], place: int) -> list[str]:
    parts = (chunk.columns[place] for chunk in chunks)
    return [cell for part in parts for cell in (part if isinstance(part, Sequence) else texts_of(part))]


def _moments(texts: Sequence[str], dates: Dates) -> Array:
    return read_moments(texts, tuple(each.forms[0] for each in dates.structures))[0]


def _taken_out(texts: list[str]) -> list[str]:
    """Empty the cells of errors and of formulas without a value, and give what they held."""
    places = [at for at, cell in enumerate(texts) if cell[:1] == UNSAVED[0] and why_empty(cell)]
    held = [texts[at].removeprefix(UNSAVED[0]) for at in places]
    for at in places:
        texts[at] = ""
    return held


def _refused(faults: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Say which columns have cells that are refused whatever they are."""
    for heading, held in [*faults.items()][:_FEW]:
        yield f"{heading!r} has {counted(len(held), 'cell')} without a value, such as {held[0]}: they are refused"
    if len(faults) > _FEW:
        yield f"{counted(len(faults) - _FEW, 'further column')} have cells without a value"


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
        kinds = {chosen.ours.kind(choice.name) for choice in chosen.columns if column.heading in choice.headings}
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
    moments_read = [read[choice.name] for choice in chosen.columns if chosen.ours.kind(choice.name) is Kind.MOMENT]
    if dated and all(dates and dates.days for dates in moments_read):  # the same days in every zone
        return _once(questions), DAYS, forms
    if dated and all(dates.offsets for dates in dated):
        return _once(questions), None, forms
    received = chosen.of(chosen.ours.begins) or chosen.of("at")
    hinted = hints(moments[received.headings[0]]) if received and received.headings[0] in moments else ()
    return _once(questions), hinted, forms


def _told(chosen: Chosen, texts: Mapping[str, Sequence[str]], dated: Sequence[str]) -> list[Iterable[str]]:
    """The texts of the moments that are read, or of all where which one is a question."""
    read = [choice for choice in chosen.columns if chosen.ours.kind(choice.name) is Kind.MOMENT]
    return [_joined(choice, texts) for choice in read] or [texts[heading] for heading in dated]


def _joined(choice: Choice, texts: Mapping[str, Sequence[str]]) -> Iterable[str]:
    columns = [texts[heading] for heading in choice.headings]
    return columns[0] if len(columns) == 1 else map(date_and_time, *columns)


def _read_together(choice: Choice, texts: Mapping[str, Sequence[str]], columns: Sequence[SeenColumn]) -> Dates | None:
    """The dates of a choice; a date and a time in two columns are read as one text."""
    if len(choice.headings) == 1:
        return next(column.cells.dates for column in columns if column.heading == choice.headings[0])
    return dates_of(filled_of(_joined(choice, texts)))


def _once(questions: Sequence[Question]) -> list[Question]:
    """One question of a setting, the first."""
    return list({question.setting: question for question in reversed(questions)}.values())[::-1]


def _rows_are(
    columns: Sequence[SeenColumn], chosen: Chosen, texts: Mapping[str, Sequence[str]], because: str
) -> tuple[str, str]:
    """Say what a row is, as far as the columns tell, and why."""
    case_id = chosen.of(chosen.ours.id)
    ids = [text for text in texts[case_id.headings[0]] if text.strip()] if case_id else []
    heading = f'"{case_id.headings[0]}"' if case_id else ""
    if chosen.logged:
        each = len(ids) / max(len({*ids}), 1)
        return "steps of cases", f"{heading} occurs {each:.3g} times on average, and each row has a step and its moment"
    if chosen.fold:
        return "states of cases", f"{heading} occurs in several rows"
    if chosen.ours.table != "cases":
        return chosen.ours.rows, because
    if chosen.carries:
        repeats = len(ids) - len({*ids})
        unique = (
            f"{heading} is different in all rows" if case_id else "no column of ids is found: each row counts as one"
        )
        return "cases", f"{repeats:,} ids are repeated" if repeats else unique
    return _figures(columns, named=case_id is None)


def _figures(columns: Sequence[SeenColumn], *, named: bool) -> tuple[str, str]:
    """Say what rows of no table of ours are; `named` says whether they have no id."""
    numeric = sum(column.cells.holds in {Holds.COUNTS, Holds.NUMBERS} for column in columns)
    if numeric < _FEW or 2 * numeric <= len(columns):
        times = sum(column.cells.holds in _OF_TIME for column in columns)
        if numeric and times:
            return "numbers by time", f"{numeric} of {len(columns)} columns are numbers, {times} are times"
        return "names or texts", f"{numeric} of {len(columns)} columns are numbers, and none tells a time"
    named = named and any(column.cells.holds in {Holds.DATES, Holds.NAMES, Holds.MOMENTS} for column in columns)
    what = "ready-made counts, or measurements" if named else "answers or measurements"
    return what, f"{numeric} of {len(columns)} columns are numbers, and none tells when a case was received"
