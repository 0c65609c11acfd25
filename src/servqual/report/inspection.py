"""What is in an export: how it is written, what its columns hold, which KPIs they carry, and settings to start from."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

from servqual import _html
from servqual._checks import among, must_be, several
from servqual._words import clean, columns, counted, shorten
from servqual.errors import InvalidValue, ServqualError, UnreadableFile
from servqual.metrics import KPIS, Kpi
from servqual.metrics.catalogue.contact_counts import TABLE as COUNTS
from servqual.readers.files.settings import as_encoding, as_text
from servqual.readers.inspecting import Look, Question, SeenColumn, look, quoted_list, settings_of, ways
from servqual.readers.inspecting.headings import normals
from servqual.readers.inspecting.kinds import Holds
from servqual.readers.inspecting.words import HEADINGS
from servqual.report.table_settings import TABLES_TOLD, kpis_over

_WIDTH: Final = 40
_CELL: Final = 30
"""The columns of a terminal that a heading and a cell may take."""
_SHOWN: Final = 5
"""The columns, and the KPIs of each, that are listed as missing."""
_FIRST: Final = frozenset(
    [
        "first_response_median",
        "first_response_kept",
        "resolution_median",
        "resolution_kept",
        "resolution_time",
        "backlog",
        "sla_kept",
        "reopen_rate",
        "service_level",
        "asa",
        "abandonment_rate",
        "answer_rate",
        "aht",
        "fcr",
        "complaint_handling_median",
        "complaint_kept",
        "complaint_backlog",
        "complaint_satisfaction",
        "upheld_rate",
    ]
)
"""KPIs that stand first in a report."""
_FILES: Final = 100
"""The most files that one call looks into."""
_SKIPPED: Final = frozenset((".toml", ".md", ".html", ".py"))
"""Ends of names that are no exports, passed over in a folder."""


@attrs.frozen(kw_only=True)
class Inspection:
    """What was found in one or more exports.

    Attributes:
        looks: what was found in each file that could be read.
        unread: why a file could not be read, by its name.
        paths: where the file of each of `looks` lies.
    """

    looks: tuple[Look, ...]
    unread: tuple[tuple[str, str], ...] = ()
    paths: tuple[Path, ...] = ()

    def text(self) -> str:
        """Write all that was found, for a terminal or a mail."""
        lines = [line for each in self.looks for line in (*_lines(each), "")]
        lines += [f"{name}: cannot be read: {why}" for name, why in self.unread]
        return "\n".join(map(clean, lines)).rstrip() + "\n"

    def settings(self, folder: str | Path | None = None) -> str:
        """Write settings that `servqual report` reads, with the questions that only a person can answer.

        `folder` is where they will stand, from where a second table of the export names its file; by default that of
        the export. Refused where a report can be made of no file, or of several.
        """
        carrying = [each for each in self.looks if each.carries]
        if len(carrying) != 1:
            names = ", ".join(each.name for each in carrying) or "none"
            do = (
                "name the file"
                if carrying
                else "a report needs a column that tells when a case was received or a contact began"
            )
            raise InvalidValue.of("settings", "be of one file of which a report can be made", names, shown=names, do=do)
        [found] = carrying
        paths = [path for each, path in zip(self.looks, self.paths, strict=False) if each is found]
        file = _seen_from(Path(folder), paths[0]) if folder is not None and paths else found.name
        return settings_of(found, facts=[*_carried(found)], file=file)

    def _repr_html_(self) -> str:
        parts = []
        for each in self.looks:
            rows = [
                (
                    column.heading,
                    column.cells.because + _range(column),
                    ", ".join(column.cells.examples),
                    _could(column),
                )
                for column in each.columns
            ]
            head = ("column", "holds", "examples", "could be")
            facts = "".join(f"<p>{_html.escape(line)}</p>" for line in _facts(each))
            parts.append(f"{facts}{_html.table(head, rows, caption=each.name)}")
        parts += [f"<p>{_html.escape(f'{name}: cannot be read: {why}')}</p>" for name, why in self.unread]
        return f"<div>{''.join(parts)}</div>"

    def __hash__(self) -> int:
        return hash(tuple(each.name for each in self.looks))

    def __repr__(self) -> str:
        return f"<Inspection of {', '.join([each.name for each in self.looks] or ['no file'])}>"


def inspect(
    paths: str | Path | Iterable[str | Path],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    table: str | None = None,
) -> Inspection:
    r"""Look into exports: a file, several, or the files of a folder.

    Nothing is guessed between two: what the data do not prove, such as the zone of times without an offset or which of
    day and month comes first where no day is above 12, is a question in the settings. The first 16,384 rows of a file
    are looked at. Of a folder, hidden files and those that end in .toml, .md, .html or .py are passed over; a page
    with a table is looked into where it is named. `encoding` is that of a text, where two are in question, and `sheet`
    names one of several tables: the sheet of a workbook, or the file of an archive. `table` says what the rows are
    where that is in question: cases, interactions, contact_counts, complaints or answers.

    Raises `InvalidValue` for an encoding that Python does not know or a table that is none of these, and
    `UnreadableFile` where the one file cannot be read; of several, those that cannot are in `unread`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tickets.csv"
    ...     _ = path.write_text("Ticket ID,Opened,Solved\n1,13/05/2026 9:05,14/05/2026 10:00\n", encoding="utf-8")
    ...     found = inspect(path)
    >>> print(found.settings().partition("[columns]")[2].partition("# zone")[0].strip())
    # our name = the heading in the file
    case_id = "Ticket ID"  # its name, in English, and it holds whole numbers
    received_at = "Opened"  # its name, in English, and it holds moments
    resolved_at = "Solved"  # its name, in English, and it holds moments
    <BLANKLINE>
    [read]
    """
    files = _files(paths)
    encoding = None if encoding is None else as_encoding("encoding", encoding)
    sheet = None if sheet is None else as_text("sheet", sheet)
    if table is not None:
        among("table", table, TABLES_TOLD)
    if len(files) == 1:
        return Inspection(looks=(look(files[0], encoding=encoding, sheet=sheet, table=table),), paths=(files[0],))
    looks, unread, places = [], [], []
    for file in files:
        try:
            looks.append(look(file, encoding=encoding, sheet=sheet, table=table))
            places.append(file)
        except ServqualError as error:
            unread.append((clean(file.name), str(error)))
    return Inspection(looks=tuple(looks), unread=tuple(unread), paths=tuple(places))


def _seen_from(folder: Path, file: Path) -> str:
    """Give the path from a folder to a file, whole where there is no way between them, such as on another drive."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return str(file.resolve())


def _files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    given = several("paths", paths, "the paths of exports or folders", alone=(str, Path))
    files: list[Path] = []
    for path in given:
        must_be((str, Path), "paths", "the path of an export or a folder", path)
        place = Path(path)
        if place.is_dir():
            inside = sorted(each for each in place.iterdir() if each.is_file() and not each.name.startswith("."))
            files += [each for each in inside if each.suffix not in _SKIPPED]
        else:
            files.append(place)
    if not files:
        raise UnreadableFile(
            "there is no file to look into; name an export, or a folder with exports", path=", ".join(map(str, given))
        )
    if len(files) > _FILES:
        raise InvalidValue.of(
            "paths", f"be at most {_FILES} files", len(files), do="name fewer of them, or a smaller folder"
        )
    return files


def _lines(found: Look) -> Iterator[str]:
    yield from _facts(found)
    yield ""
    headings = [shorten(column.heading, _WIDTH) for column in found.columns]
    width = max(map(columns, headings), default=0)
    for column, heading in zip(found.columns, headings, strict=True):
        padded = heading + " " * (width - columns(heading))
        yield f"  {padded}  {column.cells.because}{_range(column)}{_examples(column)}"
        if found.vendor and found.vendor.lists(column.heading):
            yield f"  {'':<{width}}  a column of {found.vendor.title} that no figure reads"
        elif could := _could(column):
            yield f"  {'':<{width}}  could be {could}"
    yield ""
    yield from _carried(found)
    yield from _missing(found)
    if found.crowd:
        label, rows, whole = found.crowd
        yield (
            f"note: {rows:,} of {whole:,} rows have the customer_id {shorten(label, _CELL)!r}; where it means unknown, "
            f"write missing_in = {{ customer_id = {quoted_list([label])} }} under [read]"
        )
    for heading in _kept(found):
        yield (
            f"note: {quoted_list([heading])[1:-1]} could be the mark of what was kept in time, which only cases have; "
            "--table cases reads the rows as these"
        )
    for question in found.questions:
        yield f"question: {_question(question)}"
    if found.zoned:
        yield f"note: the zone is {found.zoned[1]}, as {found.zoned[0]!r} stands below the table"
    if found.carries and found.asks_zone:
        hinted = "".join(f"; {hint}" for hint in found.zone or ())
        said = "not all times are known to tell their offset, name the zone of the others"
        said = said if found.offsets else "no time tells its offset, name the zone of the desk's clock"
        yield f"question: zone: {said}{hinted}"


def _kept(found: Look) -> list[str]:
    """List headings of complaints that name the desk's own mark, which no figure of complaints reads."""
    if found.chosen.ours.table != "complaints":
        return []
    flags = (column for column in found.columns if column.cells.holds is Holds.FLAGS)
    return [
        column.heading
        for column in flags
        if any("sla_kept" in HEADINGS.get(name, {}) for name in normals(column.heading))
    ]


def _facts(found: Look) -> Iterator[str]:
    how = [f"{found.kind} in {found.packed}" if found.packed else found.kind]
    how += [found.encoding] if found.encoding else []
    how += [f"delimiter {found.delimiter!r}"] if found.delimiter else []
    how += [f"header in row {found.header_row}"] if found.header_row else []
    how += [f"table {found.sheet!r} of {', '.join(found.sheets)}"] if len(found.sheets) > 1 else []
    yield f"{found.name}: {', '.join(how)}"
    rows = counted(found.rows, "row") if found.whole else f"at least {found.rows:,} rows"
    looked = f", the first {found.looked:,} looked at" if found.looked < found.rows - _count(found) else ""
    yield f"{rows}{looked}; {counted(len(found.columns), 'column')}"
    for why, count, first in found.left_out:
        yield f"{counted(count, 'row')} left out, such as row {first:,}, which {why}"
    yield f"rows are {found.rows_are[0]}, because {found.rows_are[1]}"
    if found.vendor:
        yield (
            f"most columns are those of {found.vendor.title}: preset {found.vendor.name}, documented at "
            f"{found.vendor.documentation}; {found.vendor.checked}"
        )
    for note in found.notes:
        yield f"note: {note}"


def _count(found: Look) -> int:
    return sum(count for _, count, _ in found.left_out)


def _range(column: SeenColumn) -> str:
    cells = column.cells
    if cells.low is None or cells.high is None or cells.low == cells.high:
        return ""
    return f"; from {shorten(cells.low, _CELL)} to {shorten(cells.high, _CELL)}"


def _examples(column: SeenColumn) -> str:
    shown = ", ".join(shorten(example, _CELL) for example in column.cells.examples)
    return f"; such as {shown}" if shown else ""


def _could(column: SeenColumn) -> str:
    return ", ".join(f"{each.name} ({each.because})" for each in column.could_be)


def _question(question: Question) -> str:
    if question.setting == "table":
        return f"table: {question.because}; say which with --table, one of {', '.join(question.answers)}"
    found = ways(question)
    one_of = "one of " if len(found) > 1 else ""
    return f"{question.setting}: {question.because}; write {one_of}{', '.join(found)}"


_BEGINS: Final = {
    "cases": "a case was received, a contact began or an answer was given",
    "interactions": "a contact began",
    "contact_counts": "a count was made",
    "complaints": "a complaint was received",
    "answers": "an answer was given",
}


def _carried(found: Look) -> Iterator[str]:
    """Say which KPIs the chosen columns carry."""
    begins = found.chosen.ours.begins
    if begins not in found.chosen.names:
        yield (
            f"no report follows yet: say which column is {begins}"
            if found.carries
            else f"no report follows: no column tells when {_BEGINS[found.chosen.ours.table]}"
        )
        return
    keys = [kpi.key for kpi in _kpis(found) if not _lack(kpi, found)]
    asked = "; say under [kpis] which question was asked" if found.chosen.ours.table == "answers" else ""
    yield f"carries {counted(len(keys), 'KPI')}: {', '.join(sorted(keys))}{asked}"


def _kpis(found: Look) -> list[Kpi]:
    """List the KPIs of single rows of the table."""
    table = found.chosen.ours.table
    return [kpi for kpi in KPIS.values() if kpi.table == "cases"] if table == "cases" else [*kpis_over(table).values()]


def _lack(kpi: Kpi, found: Look) -> tuple[str, ...]:
    """List the columns that a KPI lacks; where no case ever ends, a KPI of ends says nothing."""
    names = found.chosen.names
    lack = tuple(name for name in kpi.needs if name not in names)
    if kpi.table == COUNTS:
        late = kpi.key == "service_level" and not names & {"answered_within", "answered_late"}
        return (*lack, "answered_within") if late else lack
    of_ends = kpi.key.startswith(("backlog", "resolution", "reopen", "open_")) or (
        kpi.table == "complaints" and "resolved_at" in kpi.uses
    )
    ends = of_ends and not names & {"resolved_at", "closed_at"}
    return (*lack, "resolved_at") if ends and "resolved_at" not in lack else lack


def _missing(found: Look) -> Iterator[str]:
    """Say which column would carry which further KPIs: the columns and the KPIs that matter most."""
    names: dict[tuple[str, ...], list[str]] = {}
    for kpi in _kpis(found):
        lack = _lack(kpi, found)
        if lack and found.carries:
            names.setdefault(lack, []).append(kpi.key)
    for lack, keys in sorted(names.items(), key=lambda each: -len(each[1]))[:_SHOWN]:
        keys.sort(key=lambda key: key not in _FIRST)
        more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        yield f"without {' and '.join(lack)}: no {', '.join(keys[:_SHOWN])}{more}"
