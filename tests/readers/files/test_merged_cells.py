"""Merged cells of a table mean their text in each row that they reach into; what cannot be known is said."""

import io
import zipfile
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from tests.readers.files._old_workbook import ERRORS, old_workbook

from servqual.metrics import measure
from servqual.readers import Export, Layout
from servqual.readers.files.opening import open_file

ROWS: Final[list[list[Any]]] = [
    ["Team", "Case", "Received", "Cost"],
    ["north", "C-1", "2026-05-04T09:00Z", 1],
    [None, "C-2", "2026-05-04T10:00Z", 2],
    [None, "C-3", "2026-05-04T11:00Z", 3],
    ["south", "C-4", "2026-05-04T12:00Z", 4],
    [None, "C-5", "2026-05-04T13:00Z", None],
    [None, "C-6", "2026-05-04T14:00Z", None],
]
MERGED: Final = {(1, 0): 3, (4, 0): 2, (4, 3): 3}
"""The row and column of each merged cell, and the rows that it takes; C-6 has no team."""
SAID: Final = "5 cells inside merged cells were read with the text of these: 'Team' 3, 'Cost' 2"
LAYOUT: Final = Layout(columns={"case_id": "Case", "received_at": "Received", "team": "Team", "cost": "Cost"})


def as_workbook(down: int = 0, right: int = 0) -> bytes:
    """The table on a sheet, from a row and column on."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for at, row in enumerate(ROWS, 1 + down):
        for place, cell in enumerate(row, 1 + right):
            sheet.cell(at, place, cell)
    for (top, left), high in MERGED.items():
        first, column = 1 + down + top, 1 + right + left
        sheet.merge_cells(start_row=first, end_row=first + high - 1, start_column=column, end_column=column)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _inside(top: int, left: int) -> bool:
    return any(left == at and first < top < first + high for (first, at), high in MERGED.items())


def as_page() -> bytes:
    """The table in a web page."""
    lines = ""
    for top, row in enumerate(ROWS):
        cells = ""
        for left, cell in enumerate(row):
            high = f" rowspan={MERGED[top, left]}" if (top, left) in MERGED else ""
            cells += "" if _inside(top, left) else f"<td{high}>{'' if cell is None else cell}</td>"
        lines += f"<tr>{cells}</tr>"
    return f"<html><table>{lines}</table></html>".encode()


def as_spreadsheet_xml() -> bytes:
    """The table in the XML of Excel 2003, where a cell that follows a merged one names its column."""
    lines = ""
    for top, row in enumerate(ROWS):
        cells = ""
        for left, cell in enumerate(row):
            if not _inside(top, left):
                high = f' ss:MergeDown="{MERGED[top, left] - 1}"' if (top, left) in MERGED else ""
                text = "" if cell is None else cell
                cells += f'<Cell ss:Index="{left + 1}"{high}><Data ss:Type="String">{text}</Data></Cell>'
        lines += f"<Row>{cells}</Row>"
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Data"><Table>'
        f"{lines}</Table></Worksheet></Workbook>"
    ).encode()


def as_old_workbook() -> bytes:
    """The table in a workbook of Excel 97."""
    return old_workbook(ROWS, [(top, top + high - 1, left) for (top, left), high in MERGED.items()])


FILES: Final = {
    "old workbook": as_old_workbook(),
    "workbook": as_workbook(),
    "workbook, elsewhere on its sheet": as_workbook(4, 2),
    "page": as_page(),
    "SpreadsheetML": as_spreadsheet_xml(),
}


@pytest.mark.parametrize("name", FILES)
def test_merged_cells_of_a_table_mean_their_text_in_each_row(name: str, tmp_path: Path) -> None:
    """Within the range alone: an empty cell below it stays empty. A note says how many there were."""
    path = tmp_path / "export"
    path.write_bytes(FILES[name])
    export = Export(path, LAYOUT)
    found = measure(["case_volume"], {"cases": export}, by=["team"])
    assert {one.group["team"]: one.value for one in found} == {"north": 3, "south": 2, None: 1}
    assert SAID in export.notes


@pytest.mark.parametrize("name", FILES)
def test_an_amount_in_a_merged_cell_may_be_of_each_row_or_of_all(name: str, tmp_path: Path) -> None:
    """The first row has it; in the others it is refused, and not taken for no cost, nor for the same once more."""
    path = tmp_path / "export"
    path.write_bytes(FILES[name])
    [chunk] = Export(path, LAYOUT).chunks()
    cost = chunk.columns["cost"]
    assert cost.values[cost.known].tolist() == [1, 2, 3, 4]
    assert [(each.column, each.value, each.reason) for each in chunk.refusals] == [
        (
            "cost",
            "merged cell",
            "lies in a merged cell, whose number may be that of each row or of all together; split the cell",
        )
    ] * 2


def written(folder: Path, text: str) -> Path:
    """A web page."""
    path = folder / "page.xls"
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path) -> tuple[list[list[str]], tuple[str, ...]]:
    """The rows of a file, and what is said of it."""
    with open_file(path) as opened:
        rows = [list(row) for chunk in opened.chunks for row in zip(*chunk.columns, strict=True)]
        return rows, opened.said()


def test_a_row_without_a_cell_of_its_own_is_none(tmp_path: Path) -> None:
    """A case that takes two lines of a sheet, with nothing in the second, is one case."""
    table = "<tr><td>Case<td>Team<tr><td rowspan=2>C-1<td rowspan=2>north<tr></tr><tr><td>C-2<td>south"
    assert read(written(tmp_path, f"<table>{table}</table>")) == (
        [["C-1", "north"], ["C-2", "south"]],
        ("the file is a web page (HTML): table 1 of 1 was read",),
    )


def test_headings_and_totals_take_no_text_of_merged_cells(tmp_path: Path) -> None:
    """Headings over two rows are found as before, and a total beside a merged cell is a total."""
    table = (
        "<tr><td rowspan=2>Team<td colspan=2>Opened<td colspan=2>Closed<tr><td>Date<td>Time<td>Date<td>Time"
        "<tr><td rowspan=3>north<td>2026-05-04<td>9:00<td>2026-05-05<td>9:00"
        "<tr><td>2026-05-06<td>9:00<td>2026-05-07<td>9:00<tr><td>Total<td>2<td><td></table>"
    )
    path = written(tmp_path, f"<table>{table}</table>")
    with open_file(path) as opened:
        [chunk] = opened.chunks
    assert opened.header == ("Team", "Opened Date", "Opened Time", "Closed Date", "Closed Time")
    assert chunk.columns[0] == ("north", "north")
    assert [(got, why) for _, got, why in chunk.ragged] == [("Total", "is a total below the table")]


def test_cells_that_reach_over_columns_leave_those_empty(tmp_path: Path) -> None:
    """Only the first column of a merged range is that of its text."""
    page = (
        "<table><tr><td>a<td>b<td>c</tr><tr><td rowspan=2>1<td colspan=2 rowspan=2>2</tr><tr></tr><tr><td>3<td>4<td>5"
    )
    assert read(written(tmp_path, page))[0] == [["1", "2", ""], ["3", "4", "5"]]
    page = "<table><tr><td>a<td>b<td>c<td>d</tr><tr><td colspan=2 rowspan=2>1<td>2<td>3</tr><tr><td>4<td>5</tr>"
    assert read(written(tmp_path, page))[0] == [["1", "", "2", "3"], ["1", "", "4", "5"]]


def test_merged_cells_over_the_end_of_a_chunk(tmp_path: Path) -> None:
    """The text goes on however far its range reaches."""
    many = 17_000
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Case", "Team"])
    sheet.append(["C-1", "north"])
    for n in range(2, many + 1):
        sheet.append([f"C-{n}", None])
    sheet.merge_cells(start_row=2, end_row=many, start_column=2, end_column=2)
    book.save(tmp_path / "long.xlsx")
    rows, said = read(tmp_path / "long.xlsx")
    assert [row[1] for row in rows] == ["north"] * (many - 1) + [""]
    assert said == (f"{many - 2:,} cells inside merged cells were read with the text of these: 'Team' {many - 2:,}",)


@pytest.mark.parametrize("formulas", [False, True])
def test_errors_of_an_old_workbook_are_no_empty_cells(formulas: bool, tmp_path: Path) -> None:
    """Each refuses its cell by its name, a result of a formula too; #N/A says that there is no value."""
    rows: list[tuple[object, object]] = [("received_at", "cost")]
    rows += [("2026-05-04T09:00Z", cell) for cell in (*ERRORS, 7)]
    path = tmp_path / "cases.xls"
    path.write_bytes(old_workbook(rows, formulas=formulas))
    [chunk] = Export(path).chunks()
    named = [error for error in ERRORS if error != "#N/A"]
    assert [(each.row, each.value) for each in chunk.refusals] == [*enumerate(named, 2)]
    assert {f"is the error {error} of a spreadsheet; mend the cell and save the file again" for error in named} == {
        each.reason for each in chunk.refusals
    }
    cost = chunk.columns["cost"]
    assert cost.values[cost.known].tolist() == [7]


def test_a_workbook_whose_merged_cells_are_not_known_says_so(tmp_path: Path) -> None:
    """In OpenDocument they, and errors, cannot be told from empty cells."""
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    cell = '<table:table-cell office:value-type="string"%s><text:p>%s</text:p></table:table-cell>'
    lines = [
        (cell % ("", "Case"), cell % ("", "Team")),
        (cell % ("", "C-1"), cell % (' table:number-rows-spanned="2"', "north")),
        (cell % ("", "C-2"), "<table:covered-table-cell/>"),
    ]
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in lines)
    names = " ".join(f'xmlns:{name}="{space}{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(tmp_path / "export.ods", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{space}manifest:1.0"/>')
        made.writestr("content.xml", content)
    assert read(tmp_path / "export.ods") == (
        [["C-1", "north"], ["C-2", ""]],
        ("merged cells and errors of this kind of workbook read as empty; save it as .xlsx if it has any",),
    )
