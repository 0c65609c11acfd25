"""Files as service desks and people write them: a writer of habits reads back exactly, and each habit by itself."""

import datetime as dt
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from tests.readers.files._old_workbook import old_workbook

from servqual.errors import UnreadableFile
from servqual.readers.files.opening import open_file
from servqual.readers.files.table_rows import Opened

Rows = list[list[str]]
NAMES: Final = ["Number", "Opened at", "Group", "Beschreibung", "Größe", "Nom d'équipe", "Priority", "Grund"]
WORDS: Final = ["north", "Zürich", "à côté", "printer, broken", 'the "new" one', "two\nlines", "a;b", "Straße", "x|y"]


def table(rng: random.Random) -> Rows:
    """A header and rows, of which the first two columns are always filled."""
    width = rng.randint(3, len(NAMES))
    rows = [NAMES[:width]]
    for n in range(rng.randint(3, 40)):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=rng.randint(0, 300))
        cells = [rng.choice(["", *WORDS, str(rng.randint(0, 99))]) for _ in range(width - 2)]
        rows.append([f"INC{n:05}", f"{day} 09:{n:02}", *cells])
    return rows


def quoted(cell: str, sign: str, *, behind: bool) -> str:
    """A cell of CSV, its quotes doubled or behind a backslash."""
    if not {sign, '"', "\n"} & {*cell}:
        return cell
    return '"' + cell.replace('"', '\\"' if behind else '""') + '"'


def csv_file(rng: random.Random, rows: Rows) -> bytes:
    """The table as CSV of random habits."""
    sign, behind = rng.choice(",;\t|"), rng.random() < 0.3
    width = len(rows[0])
    lines = [sign.join(quoted(cell, sign, behind=behind) for cell in row) for row in rows]
    padded = rng.choice([0, 0, 2])
    lines = [line + sign * padded for line in lines]
    if rng.random() < 0.3:
        lines[:0] = ["Ticket report", "Generated 2026-11-01", ""]
    elif rng.random() < 0.2:
        lines[:0] = [f"sep={sign}"]
    if rng.random() < 0.3:
        lines += ["", sign.join(["Total", str(len(rows) - 1), *[""] * (width - 3)])]
    text = rng.choice(["\n", "\r\n"]).join(lines) + rng.choice(["", "\n"])
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    return text.encode(encoding)


def workbook(rng: random.Random, rows: Rows) -> bytes:
    """The table on a sheet of a workbook, below a title and beside a cover as it happens."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if rng.random() < 0.4:
        book.create_sheet("Cover").append(["Tickets of January"])
    sheet = book.create_sheet("Data")
    for row in (
        [["Ticket report"], []] * (rng.random() < 0.4) + rows + [[], ["Total", len(rows) - 1]] * (rng.random() < 0.3)
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def page(rng: random.Random, rows: Rows) -> bytes:
    """The table in a web page, with a table of its layout around it as it happens."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row) + "</tr>\n"
        for row in rows
    )
    text = f"<table border=1>{lines}</table>"
    if rng.random() < 0.5:
        text = f"<table><tr><td><h1>Report</h1>{text}</td></tr></table>"
    encoding = rng.choice(["utf-8", "windows-1252"])
    return f"<html><head><meta charset={encoding}></head><body>{text}</body></html>".encode(encoding)


def spreadsheet_xml(rng: random.Random, rows: Rows) -> bytes:
    """The table as Excel of 2003 wrote XML, with places instead of empty cells as it happens."""
    leave_out = rng.random() < 0.5
    lines = ""
    for row in rows:
        cells = "".join(
            f'<Cell ss:Index="{at}"><Data ss:Type="String">{escape(cell)}</Data></Cell>'
            for at, cell in enumerate(row, 1)
            if cell or not leave_out
        )
        lines += f"<Row>{cells}</Row>"
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Data"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


def json_file(rng: random.Random, rows: Rows) -> bytes:
    """The table as objects, a line each or as a list, of which empty values are left out as it happens."""
    leave_out = rng.random() < 0.5
    objects = [
        {name: cell for name, cell in zip(rows[0], row, strict=True) if cell or not leave_out or n == 0}
        for n, row in enumerate(rows[1:])
    ]
    plain = rng.random() < 0.5
    if rng.random() < 0.5:
        return "".join(json.dumps(each, ensure_ascii=plain) + "\n" for each in objects).encode()
    return json.dumps(objects, ensure_ascii=plain, indent=rng.choice([None, 2])).encode()


def before(rng: random.Random, rows: Rows) -> bytes:
    """The table in a workbook of Excel 97, below a title and above a total as it happens."""
    above: list[list[str]] = [["Ticket report"], []] * (rng.random() < 0.4)
    return old_workbook([*above, *rows, *[[], ["Total", str(len(rows) - 1)]] * (rng.random() < 0.3)])


WRITERS: Final[list[Callable[[random.Random, Rows], bytes]]] = [
    csv_file, workbook, page, spreadsheet_xml, json_file, before,
]  # fmt: skip


def packed(rng: random.Random, content: bytes) -> bytes:
    """The file as it is, in gzip or in a zip archive."""
    how = rng.choice(["", "", "gzip", "zip"])
    if how == "gzip":
        return gzip.compress(content)
    if how == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("report/export", content)
        return out.getvalue()
    return content


def read(path: Path, **asked: Any) -> tuple[Opened, Rows]:
    """An opened file and its rows, after the header."""
    with open_file(path, **asked) as opened:
        chunks = [*opened.chunks]
    return opened, [list(row) for chunk in chunks for row in zip(*chunk.columns, strict=True)]


@pytest.mark.parametrize("seed", range(120))
def test_a_file_of_any_habit_reads_back_exactly(seed: int, tmp_path: Path) -> None:
    """Header and cells are those that were written, whatever stands around them and however they are packed."""
    rng = random.Random(seed)  # noqa: S311  (no secret)
    rows = table(rng)
    path = tmp_path / rng.choice(["export.xls", "export.csv", "export"])
    path.write_bytes(packed(rng, WRITERS[seed % len(WRITERS)](rng, rows)))
    opened, found = read(path)
    assert list(opened.header) == rows[0]
    assert found == rows[1:]


def written(folder: Path, content: str | bytes) -> Path:
    """A file of this content, under a name that says nothing."""
    path = folder / "export"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lost(path: Path, **asked: Any) -> list[tuple[int, str, str]]:
    """The rows that a file has and no table has."""
    with open_file(path, **asked) as opened:
        return [each for chunk in opened.chunks for each in chunk.ragged]


# --- where the table begins and ends -----------------------------------------------------------------------------


def test_title_lines_are_left_out_and_said(tmp_path: Path) -> None:
    """The header is where its grounds hold, and the lines above it are named."""
    path = written(tmp_path, "Ticket report\nGenerated,2026-02-01\n\nid,at,team\n1,2026-01-05,north\n2,2026-01-06,\n")
    opened, rows = read(path)
    assert (opened.header, opened.header_row, rows) == (
        ("id", "at", "team"), 4, [["1", "2026-01-05", "north"], ["2", "2026-01-06", ""]],
    )  # fmt: skip
    assert opened.notes == (
        "the header is row 4, whose cells are all texts, different and as many as in most rows below",
        "2 lines above the header were left out: 'Ticket report', 'Generated'",
    )
    with open_file(path) as again:
        assert [*next(again.chunks).rows] == [5, 6]


@pytest.mark.parametrize(
    "text",
    [
        "id,note\n1,a\n2,b,c,d\n",
        ",a,b\n0,x,y\n1,z,w\n",
        "2019,2020,2021\n1,2,3\n",
        "a,a,b\nx,y,z\n",
        "comment\nhello, world\n",
    ],
)
def test_a_first_line_that_may_be_the_header_is_it(text: str, tmp_path: Path) -> None:
    """Without a name, with numbers, with names twice, or of one column."""
    opened, _ = read(written(tmp_path, text))
    assert opened.header_row == 1
    assert not any("header is row" in note for note in opened.notes)


def test_one_title_line_was_left_out(tmp_path: Path) -> None:
    """One is one, in words too."""
    opened, _ = read(written(tmp_path, "Ticket report\n\nid,at,team\n1,2026-01-05,north\n2,2026-01-06,south\n"))
    assert opened.notes[1] == "1 line above the header was left out: 'Ticket report'"


def test_a_first_line_that_is_no_header_is_doubted(tmp_path: Path) -> None:
    """Where no row below has the grounds of one, the note says so."""
    opened, _ = read(written(tmp_path, "Report\n1,2,3\n4,5,6\n7,8,9\n"))
    assert "does not look like one" in opened.notes[0]


def test_headings_over_several_columns(tmp_path: Path) -> None:
    """Two rows are joined where names below are there twice, or missing."""
    path = written(tmp_path, "Number,Opened,,Closed,\n,Date,Time,Date,Time\nC-1,2026-01-05,9:00,2026-01-06,8:00\n")
    opened, rows = read(path)
    assert opened.header == ("Number", "Opened Date", "Opened Time", "Closed Date", "Closed Time")
    assert rows == [["C-1", "2026-01-05", "9:00", "2026-01-06", "8:00"]]
    assert opened.notes == ("headings stand in rows 1 and 2",)
    opened, _ = read(written(tmp_path, "Ticket,,Dates,\nNumber,Priority,Opened,Closed\nC-1,2,2026-01-05,2026-01-06\n"))
    assert opened.header == ("Number", "Priority", "Opened", "Closed")


def test_totals_and_remarks_below_the_table_are_counted_with_their_reason(tmp_path: Path) -> None:
    """At the end of the file only: a team may be called Total."""
    path = written(tmp_path, "team,at,n\nTotal,2026-01-01,5\nnorth,2026-01-02,7\nGrand total:,,12\n\nConfidential\n")
    _, rows = read(path)
    assert rows == [["Total", "2026-01-01", "5"], ["north", "2026-01-02", "7"]]
    assert lost(path) == [
        (4, "Grand total:", "is a total below the table"),
        (6, "Confidential", "is below the table, after an empty row"),
    ]
    for full in ("Totalenergies", "Total", "Sum"):
        assert read(written(tmp_path, f"team,n\nnorth,5\n{full},7\n"))[1][-1] == [full, "7"]
    assert lost(written(tmp_path, "team,n,at\nnorth,5,x\nTotal,7,\n")) == [(3, "Total", "is a total below the table")]


def test_rows_of_a_long_file_before_a_total_are_all_there(tmp_path: Path) -> None:
    """The end of the table is looked for at the end of the file, over chunks."""
    count = 16_384 + 15
    path = written(tmp_path, "id,at,n\n" + "C,2026-01-01,1\n" * count + "Sum,,9\n")
    with open_file(path) as opened:
        chunks = [*opened.chunks]
    assert [len(chunk.rows) for chunk in chunks] == [16_384, 15]
    assert chunks[-1].rows[-1] == count + 1
    assert [each for chunk in chunks for each in chunk.ragged] == [(count + 2, "Sum", "is a total below the table")]


def test_short_rows_are_read_only_where_the_export_proves_to_cut_them(tmp_path: Path) -> None:
    """One row that ends with an empty cell, or one that begins like no other, and they are refused."""
    opened, rows = read(written(tmp_path, "id,at,team\nC-1,2026-01-01,x\nC-2,2026-01-01\n"))
    assert rows[1] == ["C-2", "2026-01-01", ""]
    assert "short rows were read" in opened.notes[0]
    for text in (
        "id,at,team\nC-1,2026-01-01,\nC-2,2026-01-01\nC-3,2026-01-01,x\n",
        "id,at,team\nC-1,one\nand more,x\nC-2,b,y\n",
    ):
        assert [each[1] for each in lost(written(tmp_path, text))] == ["2 cells"] * (1 + ("more" in text))


def test_empty_columns_at_the_end_are_none(tmp_path: Path) -> None:
    """Unless something stands below them."""
    assert read(written(tmp_path, "id,at,,\nC-1,x,,\n"))[0].header == ("id", "at")
    opened, rows = read(written(tmp_path, "id,at,,\nC-1,x,y,\n"))
    assert (opened.header, rows) == (("id", "at", "column 3"), [["C-1", "x", "y"]])


# --- quotes and lines --------------------------------------------------------------------------------------------


def test_a_quote_that_ends_at_the_next_one_is_told(tmp_path: Path) -> None:
    """The lines that it swallowed are lost by number, and the rows after them are read."""
    path = written(tmp_path, 'id,note\n1,"open\n2,x\n3,"fine"\n4,y\n')
    assert read(path)[1] == [["4", "y"]]
    assert lost(path) == [(row, "an unclosed quote", "must have as many cells as the header") for row in (2, 3, 4)]


def test_backslashes_of_paths_stay(tmp_path: Path) -> None:
    """A backslash before the end of a cell is no escape where rows are whole with it."""
    path = written(tmp_path, 'id,path,x\n1,"C:\\temp\\",a\n2,"D:\\",b\n')
    assert read(path)[1] == [["1", "C:\\temp\\", "a"], ["2", "D:\\", "b"]]
    opened, rows = read(written(tmp_path, 'id,note\n1,"say \\"no\\", C:\\\\x"\n2,b\n'))
    assert rows == [["1", 'say "no", C:\\x'], ["2", "b"]]
    assert "backslash" in opened.notes[0]


# --- encodings ---------------------------------------------------------------------------------------------------

TEXTS: Final[dict[str, str]] = {
    "gb18030": "客户服务部,投诉,网络故障",
    "cp949": "고객 지원팀에서 접수한 문의,배송 지연 불만,환불 요청",
    "cp932": "お問い合わせ,サーバーが動かない,東京",
    "euc_jp": "お問い合わせ,サーバーが動かない,東京",
    "big5": "客戶服務部,網路故障,帳單問題",
    "cp1251": "Клиент,Дата обращения,Группа",
    "cp1252": "Größe,à côté,Señor",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_are_told_by_what_they_hold(encoding: str, tmp_path: Path) -> None:
    """Texts of East Asia and of Europe, and which was taken is said."""
    text = TEXTS[encoding] + "\n" + "1,2,3\n"
    opened, _ = read(written(tmp_path, text.encode(encoding)))
    assert opened.header == tuple(TEXTS[encoding].split(","))
    assert opened.encoding == encoding
    assert encoding in opened.notes[0]


@pytest.mark.parametrize(
    ("text", "encoding", "near"),
    [
        ("가나,나가\n1,2\n", "cp949", {"gb18030", "cp949"}),
        ("Клиент,Группа\n1,2\n", "cp1251", {"gb18030", "cp1251"}),
        ("Żółć,ąęł\n1,2\n", "cp852", {"cp1250"}),
    ],
)
def test_an_encoding_in_question_is_asked(text: str, encoding: str, near: set[str], tmp_path: Path) -> None:
    """Those that fit are all named; the setting that is asked for reads the file."""
    path = written(tmp_path, text.encode(encoding))
    with pytest.raises(UnreadableFile, match="encoding = ") as caught:
        read(path)
    facts = vars(caught.value)
    assert facts["setting"] == "encoding"
    assert near <= {*facts["near"]}
    assert read(path, encoding=encoding)[0].header == tuple(text.partition("\n")[0].split(","))


# --- several tables ----------------------------------------------------------------------------------------------


def two_sheets() -> bytes:
    """A workbook with two tables and a cover."""
    book = openpyxl.Workbook()
    tables: dict[str, list[list[Any]]] = {
        "Sheet": [["Title"]],
        "One": [["a", "b"], [1, 2]],
        "Two": [["c", "d"], [3, 4]],
    }
    for name, rows in tables.items():
        sheet = book.worksheets[0] if name == "Sheet" else book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    """A zip archive of some files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


PAGE: Final = b"<table><tr><th>a<th>b<tr><td>1<td>2</table><table><tr><td>c<td>d<tr><td>3<td>4</table>"


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (two_sheets(), ("One", "Two")),
        (archive(one=b"a,b\n1,2\n", two=b"c,d\n3,4\n"), ("one", "two")),
        (PAGE, ("table 1", "table 2")),
    ],
    ids=["workbook", "archive", "page"],
)
def test_of_several_tables_none_is_guessed(content: bytes, names: tuple[str, ...], tmp_path: Path) -> None:
    """Each is read by its name; a name that is not there is answered with those that are."""
    path = written(tmp_path, content)
    said = f"name one with sheet = {names[0]!r}, which is --sheet {names[0]!r} of servqual inspect"
    with pytest.raises(UnreadableFile, match=said) as caught:
        read(path)
    assert tuple(vars(caught.value)["near"]) == names
    for name, header, row in ((names[0], ("a", "b"), ["1", "2"]), (names[1], ("c", "d"), ["3", "4"])):
        opened, rows = read(path, sheet=name)
        assert (opened.header, rows, opened.sheet) == (header, [row], name)
    with pytest.raises(UnreadableFile, match=f"{names[0]}.*got 'neither'"):
        read(path, sheet="neither")


def test_a_sheet_of_a_zipped_workbook(tmp_path: Path) -> None:
    """An archive of one file passes the name on."""
    opened, rows = read(written(tmp_path, archive(book=two_sheets())), sheet="Two")
    assert (opened.packed, opened.kind, opened.sheet, rows) == ("zip", "Excel", "Two", [["3", "4"]])


def test_files_of_a_system_in_an_archive_are_none(tmp_path: Path) -> None:
    """Whatever folder they are in; what is not opened is not said to have a table."""
    hidden = {"__MACOSX/one": b"x", "folder/.DS_Store": b"x", ".": b"x", "folder/": b""}
    assert read(written(tmp_path, archive(**hidden, one=b"a,b\n1,2\n")))[1] == [["1", "2"]]
    with pytest.raises(UnreadableFile, match=r"has 2 files: 'one', 'two'; name one"):
        read(written(tmp_path, archive(**hidden, one=b"x", two=b"y")))
    with pytest.raises(UnreadableFile, match="holds no file; put the table into it"):
        read(written(tmp_path, archive(**hidden)))


def test_cells_that_reach_over_others_keep_their_column(tmp_path: Path) -> None:
    """In a page: those to the right are empty, those below have the same text."""
    page = "<table><tr><td>a<td>b<td>c</tr><tr><td rowspan=2>1<td colspan=2>2</tr><tr><td>3<td>4</tr></table>"
    assert read(written(tmp_path, page))[1] == [["1", "2", ""], ["1", "3", "4"]]


# --- records and logs --------------------------------------------------------------------------------------------


def test_json_values(tmp_path: Path) -> None:
    """Nested names are joined, numbers are written as labels, a line that is no object is lost."""
    first = '{"id": 7, "by": {"name": "Ann", "vip": true}, "cost": 1.50, "tags": ["a", "b"]}'
    lines = f'{first}\n5\n\n{{"id": 8, "z": null, "new": "x"}}\n'
    path = written(tmp_path, lines)
    opened, rows = read(path)
    assert opened.header == ("id", "cost", "tags", "by.name", "by.vip", "z", "new")
    assert rows == [["7", "1.5", "a, b", "Ann", "true", "", ""], ["8", "", "", "", "", "", "x"]]
    assert opened.numbers == [0, 1, 5]
    assert lost(path) == [(2, "5", "must be an object of JSON")]
    for bad, said in (
        ('{"tickets": [{"id": 1}]}', "each one row"),
        ('[{"id": 1}, {"id"', "breaks off"),
        ('{"id": 1, "x": ' + "[" * 100_000, "an object of JSON in each line"),
        ('[{"a":' + "[" * 100_000, "breaks off"),
    ):
        with pytest.raises(UnreadableFile, match=said):
            read(written(tmp_path, bad))


def test_a_kind_without_a_row_of_headings_has_none(tmp_path: Path) -> None:
    """Neither objects nor a log have one, and no number of a row is told where none is known."""
    for content in ('{"id": 7}\n{"id": 8}\n', '[{"id": 7}]', LOG % ""):
        assert read(written(tmp_path, content))[0].header_row == 0
    for broken in (b'{"id": 7}\n{"id": "\xff"}\n', b"<table><tr><td>a<td>b<tr><td>1<td>\xff</table>"):
        with pytest.raises(UnreadableFile, match=r"is not utf-8-sig throughout \(byte 0xff\); name"):
            read(written(tmp_path, broken), encoding="utf-8")


LOG: Final = """<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/"><global scope="event">
<string key="concept:name" value="x"/></global>
<trace><string key="concept:name" value="C-1"/><string key="product" value="p"/>
<event><string key="concept:name" value="Open"/><date key="time:timestamp" value="2026-01-05T09:00:00+01:00"/></event>
<event><string key="concept:name" value="Close"/><int key="cost" value="5"/>
<date key="time:timestamp" value="2026-01-06T09:00:00+01:00"/></event></trace>%s</log>"""


def test_an_event_log(tmp_path: Path) -> None:
    """A row for each event, with the attributes of its trace; the header is that of all events."""
    opened, rows = read(written(tmp_path, LOG % ""))
    assert opened.header == ("case_id", "event", "at", "cost", "case:product")
    assert rows == [
        ["C-1", "Open", "2026-01-05T09:00:00+01:00", "", "p"],
        ["C-1", "Close", "2026-01-06T09:00:00+01:00", "5", "p"],
    ]
    assert (opened.kind, opened.numbers) == ("XES", [3])


def test_a_log_and_its_csv_hold_the_same_events(data: Path) -> None:
    """The two exports of one help desk: the same case, activity and second in each."""
    folder = data / "italian_helpdesk"
    log, events = read(folder / "helpdesk.xes.gz")
    table, rows = read(folder / "helpdesk.csv.gz")
    places = [table.header.index(name) for name in ("Case ID", "Activity", "Complete Timestamp")]
    ours = sorted((case, step, at[:19].replace("T", " ")) for case, step, at, *_ in events)
    theirs = sorted((row[places[0]], row[places[1]], row[places[2]][:19].replace("/", "-")) for row in rows)
    assert log.packed == "gzip"
    assert len(ours) == 21_348
    assert ours == theirs


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]>' + LOG.partition("?>")[2] % "", "defines entities"),
        (LOG % ("<x>" * 70), "nested more than 64"),
        (LOG % "<trace><event/><string key='a' value='b'/></trace>", "after its events"),
        (LOG[:-20], "no readable XML"),
        (LOG % f"<trace x='{'y' * (5 << 20)}'/>", "a tag of more than"),
    ],
)
def test_hostile_logs_are_refused(content: str, said: str, tmp_path: Path) -> None:
    """Entities, endless nesting and tags, attributes out of order and files that break off."""
    with pytest.raises(UnreadableFile, match=said):
        read(written(tmp_path, content))


def test_keys_of_an_event_replace_nothing(tmp_path: Path) -> None:
    """One that is called like a column of ours, or like an attribute of its trace, leaves these as they are."""
    event = "".join(f'<string key="{key}" value="x"/>' for key in ("case_id", "event", "at", "case:product"))
    opened, rows = read(written(tmp_path, (LOG % "").replace("</event></trace>", f"{event}</event></trace>")))
    assert opened.header == (
        "case_id", "event", "at", "cost", "event:case_id", "event:event", "event:at", "case:product",
    )  # fmt: skip
    assert rows == [
        ["C-1", "Open", "2026-01-05T09:00:00+01:00", "", "", "", "", "p"],
        ["C-1", "Close", "2026-01-06T09:00:00+01:00", "5", "x", "x", "x", "p"],
    ]


def test_a_comment_of_a_cell_is_no_cell(tmp_path: Path) -> None:
    """Its text stands within the cell, before or behind that of the cell."""
    comment = "<Comment><ss:Data>by Ann</ss:Data></Comment>"
    xml = spreadsheet_xml(random.Random(0), [["id", "team"], ["1", "north"]]).decode()  # noqa: S311  (no secret)
    for place in ("</Cell>", '<Data ss:Type="String">'):
        text = xml.replace(place, comment + place)
        assert text != xml
        assert read(written(tmp_path, text))[1] == [["1", "north"]]


def test_hostile_pages_and_archives_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tags without an end, and archives that grow without end."""
    with pytest.raises(UnreadableFile, match="without an end"):
        read(written(tmp_path, "<html><table><tr><td><a " + "x" * (3 << 20)))
    with pytest.raises(UnreadableFile, match="no readable HTML"):
        read(written(tmp_path, "<table><tr><td>a<td>b<![ "))
    monkeypatch.setattr("servqual.readers.files.packing.UNPACKED", 1 << 20)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("in.csv", "id,at\n" + "C-1,2026-01-05\n" * 400_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than 500"):
        read(written(tmp_path, out.getvalue()))
