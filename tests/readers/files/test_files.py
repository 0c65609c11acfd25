"""Files as rows of text: found out by what they hold, accounted for row by row, never a traceback."""

import gzip
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servqual.errors import InvalidValue, MissingColumn, NaiveTime, ServqualError, UnreadableFile
from servqual.readers import Chunk, Export, Layout
from servqual.readers.columns.columns import joined

UTC = Layout(zone="UTC")


def read(path: Path, layout: Layout = UTC, **options: object) -> Chunk:
    """The only chunk of a small file."""
    [chunk] = Export(path, layout, **options).chunks()  # type: ignore[arg-type]
    return chunk


def texts(chunk: Chunk, name: str) -> list[str | None]:
    """A label column as texts."""
    column = chunk.columns[name]
    return [None if code < 0 else column.labels[code] for code in column.values.tolist()]


def write(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    """A file of these characters or bytes."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEADER = "case_id,team,received_at\n"
ROW = "C-1,Zürich,2026-05-04 09:00\n"


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + ROW).encode(),
        b"\xef\xbb\xbf" + (HEADER + ROW).encode(),
        (HEADER + ROW).encode("utf-16"),
        (HEADER + ROW).encode("cp1252"),
        (HEADER + ROW).replace(",", ";").encode(),
        (HEADER + ROW).replace(",", "\t").encode(),
        (HEADER + ROW).replace("\n", "\r\n").encode(),
        gzip.compress((HEADER + ROW).encode()),
    ],
    ids=["utf-8", "byte-order mark", "utf-16", "cp1252", "semicolon", "tab", "crlf", "gzip"],
)
def test_the_same_table_however_it_is_written(content: bytes, tmp_path: Path) -> None:
    """Encoding, delimiter, line ends and compression are found out."""
    chunk = read(write(tmp_path, content))
    assert texts(chunk, "team") == ["Zürich"]
    assert chunk.columns["received_at"].values.tolist() == [1_777_885_200_000_000]  # 2026-05-04 09:00 UTC
    assert list(chunk.rows) == [2]


def test_chinese_text_in_gb18030(tmp_path: Path) -> None:
    """An export of a Chinese desk is read without being told its encoding, and says which was taken."""
    path = write(tmp_path, "case_id,team,received_at\nC-1,客户服务部,2026-05-04\n".encode("gb18030"))
    export = Export(path, UTC)
    [chunk] = export.chunks()
    assert texts(chunk, "team") == ["客户服务部"]
    assert any("gb18030" in note for note in export.notes)


def test_quoted_cells_may_hold_delimiters_and_line_breaks(tmp_path: Path) -> None:
    """CSV as RFC 4180 has it."""
    chunk = read(write(tmp_path, HEADER + '"a,b","two\nlines",2026-05-04\n'))
    assert texts(chunk, "case_id") == ["a,b"]
    assert texts(chunk, "team") == ["two\nlines"]


def test_repeated_headers_keep_both_columns(tmp_path: Path) -> None:
    """The second of two equal headers gets a number, and the reader says so."""
    export = Export(write(tmp_path, "received_at,x,x\n2026-05-04,1,2\n"), UTC, also=["x", "x (2)"])
    [chunk] = export.chunks()
    assert (texts(chunk, "x"), texts(chunk, "x (2)")) == (["1"], ["2"])
    assert any("x (2)" in note for note in export.notes)


def test_decimal_comma(tmp_path: Path) -> None:
    """1.234,5 is read as it is and where the layout says so, and refused with the way out where it says otherwise."""
    path = write(tmp_path, "received_at;cost\n2026-05-04;1.234,5\n")
    for sign in (",", None):
        assert read(path, Layout(zone="UTC", decimal=sign)).columns["cost"].values.tolist() == [1234.5]
    [refusal] = read(path, Layout(zone="UTC", decimal=".")).refusals
    assert (refusal.row, refusal.column) == (2, "cost")
    assert "decimal" in refusal.reason


def test_dates_by_form_zone_and_offset(tmp_path: Path) -> None:
    """A form reads d/m/y; a zone places it; an offset in the text needs none."""
    path = write(tmp_path, "received_at,closed_at\n4/5/2026 09:00,2026-05-04T09:00:00+02:00\n")
    chunk = read(path, Layout(zone="Europe/Berlin", dates="%d/%m/%Y %H:%M"))
    seven = 1_777_878_000_000_000  # 2026-05-04 07:00 UTC
    assert chunk.columns["received_at"].values.tolist() == chunk.columns["closed_at"].values.tolist() == [seven]


def test_a_time_without_offset_or_zone_is_never_guessed(tmp_path: Path) -> None:
    """The error names the column and the way out."""
    with pytest.raises(NaiveTime, match=r"received_at needs a zone .* layout=Layout\(zone='Europe/Berlin'\)"):
        read(write(tmp_path, HEADER + ROW), Layout())


def test_mixed_offsets_are_read_and_said(tmp_path: Path) -> None:
    """With a zone given, times without an offset are read in it, and the note says that they were."""
    export = Export(write(tmp_path, "received_at\n2026-05-04T09:00Z\n2026-05-04 09:00\n"), Layout(zone="Europe/Berlin"))
    [chunk] = export.chunks()
    assert (chunk.columns["received_at"].values[0] - chunk.columns["received_at"].values[1]) == 7_200_000_000
    assert any("mixes times with and without an offset" in note for note in export.notes)


def test_missing_markers_and_refused_cells_are_different(tmp_path: Path) -> None:
    """`?` and empty mean nothing here; `soon` is there and cannot be read: refused with its row."""
    chunk = read(write(tmp_path, "received_at\n?\nNA\nsoon\n2026-05-04\n1850-01-01\n"))
    column = chunk.columns["received_at"]
    assert column.known.tolist() == [False, False, False, True, False]
    assert column.bad is not None
    assert column.bad.tolist() == [False, False, True, False, True]
    assert [(r.row, r.value) for r in chunk.refusals] == [(4, "soon"), (6, "1850-01-01")]


def test_rows_of_a_wrong_length_are_lost_with_their_numbers(tmp_path: Path) -> None:
    """Rows read = rows in columns + lost rows; an empty line is no row."""
    chunk = read(write(tmp_path, HEADER + ROW + "C-2,too,many,cells\n\n" + ROW))
    assert (chunk.size, chunk.read) == (2, 3)
    assert [(r.row, r.value) for r in chunk.lost] == [(3, "4 cells")]
    assert list(chunk.rows) == [2, 5]


@pytest.mark.parametrize("after", [3, 500])
def test_a_quote_that_is_never_closed_swallows_nothing_silently(after: int, tmp_path: Path) -> None:
    """Every row behind it is lost by number, and told; one that is closed within the row is just a cell."""
    path = write(tmp_path, HEADER + ROW + 'C-2,"12 inch" disk,2026-05-04\n' + 'C-3,"open,2026-05-04\n' + ROW * after)
    chunk = read(path)
    assert (chunk.size, chunk.read, len(chunk.lost)) == (2, 3 + after, 1 + after)
    assert texts(chunk, "team") == ["Zürich", "12 inch disk"]
    assert {(r.value, r.row >= 4) for r in chunk.lost} == {("an unclosed quote", True)}


def test_times_that_do_not_exist_are_refused_and_doubled_ones_told(tmp_path: Path) -> None:
    """Berlin put the clock forward over 02:30 on 29 March 2026, and shows 02:30 on 25 October twice."""
    path = write(tmp_path, "received_at\n2026-03-29 02:30\n2026-10-25 02:30\n")
    export = Export(path, Layout(zone="Europe/Berlin"))
    [chunk] = export.chunks()
    assert [(r.row, "must exist in Europe/Berlin" in r.reason) for r in chunk.refusals] == [(2, True)]
    assert chunk.columns["received_at"].values[1] == 1_792_888_200_000_000  # 2026-10-25 00:30 UTC
    assert any("shown twice" in note for note in export.notes)


def test_headers_are_known_whatever_their_case_and_spacing(tmp_path: Path) -> None:
    """`Received At` is received_at; thousands of equal names take no time."""
    assert read(write(tmp_path, "Received At,TEAM\n2026-05-04,north\n")).columns.keys() == {"received_at", "team"}
    wide = read(write(tmp_path, "received_at" + ",x" * 5_000 + "\n2026-05-04" + ",1" * 5_000 + "\n"))
    assert wide.size == 1


def test_old_mac_line_ends_and_long_cells(tmp_path: Path) -> None:
    """Carriage returns end lines; a cell of ten million signs is a cell."""
    assert read(write(tmp_path, (HEADER + ROW * 2).replace("\n", "\r"))).size == 2
    assert read(write(tmp_path, HEADER + f"C-1,{'x' * 10_000_000},2026-05-04\n")).size == 1


def test_excel(tmp_path: Path) -> None:
    """Typed cells are read as what they are."""
    import datetime as dt  # noqa: PLC0415

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["case_id", "received_at", "reopened", "escalated"])
    sheet.append([7, dt.datetime(2026, 5, 4, 9, 0), 2, True])  # noqa: DTZ001  (Excel knows no zones)
    book.save(tmp_path / "export.xlsx")
    chunk = read(tmp_path / "export.xlsx")
    assert texts(chunk, "case_id") == ["7"]
    assert chunk.columns["received_at"].values.tolist() == [1_777_885_200_000_000]
    assert chunk.columns["reopened"].values.tolist() == [2.0]
    assert chunk.columns["escalated"].values.tolist() == [1]


def test_parquet(tmp_path: Path) -> None:
    """Columns of Parquet, whatever the file is called."""
    table = pa.table(
        {"case_id": ["C-1", None], "received_at": pa.array([1_777_885_200_000_000] * 2, pa.timestamp("us", "UTC"))}
    )
    pq.write_table(table, tmp_path / "export.dat")
    chunk = read(tmp_path / "export.dat", Layout())
    assert texts(chunk, "case_id") == ["C-1", None]
    assert chunk.columns["received_at"].values.tolist() == [1_777_885_200_000_000] * 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "no header"),
        (bytes(range(256)) * 10, "binary"),
        (b"\x1f\x8b" + b"nonsense" * 10, "gzip"),
        (b"PAR1" + b"nonsense" * 10, "Parquet"),
        (b"PK\x03\x04" + b"nonsense" * 10, "Excel"),
        (b"\x1f\x8b\x08\x00" + b"\x00" * 6 + b"nonsense" * 10, "gzip"),
        (gzip.compress(b"received_at\n2026-05-04\n" * 10_000)[:-200], "breaks off|gzip"),
        (b"received_at\n" + b"2026-05-04\n" * 120_000 + b"\xe9\xff\xfe\n", "not utf-8-sig throughout"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    """Each with its path and without a traceback of ours."""
    with pytest.raises(UnreadableFile, match=words):
        for _ in Export(write(tmp_path, content), UTC).chunks():
            pass


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """The message says what is wrong with the path."""
    with pytest.raises(UnreadableFile, match="No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile, match="is a folder"):
        read(tmp_path)


def test_wrong_columns_name_what_is_there_and_what_is_near(tmp_path: Path) -> None:
    """One clear error with the way out."""
    with pytest.raises(
        MissingColumn, match=r"received_at.*got case_id, recieved_at.*did you mean recieved_at"
    ) as caught:
        read(write(tmp_path, "case_id,recieved_at\nC-1,2026-05-04\n"))
    assert caught.value.near == ("recieved_at",)
    with pytest.raises(MissingColumn, match="opened"):
        read(write(tmp_path, "case_id\nC-1\n"), Layout(columns={"received_at": "opened"}))


def test_an_unknown_encoding_is_a_clear_error(tmp_path: Path) -> None:
    """A slip in the layout is told as such."""
    with pytest.raises(ServqualError, match="encoding must be one that Python knows"):
        read(write(tmp_path, HEADER + ROW), Layout(zone="UTC", encoding="utf-88"))


def test_long_files_are_read_in_chunks_and_progress_is_told(tmp_path: Path) -> None:
    """Memory holds one chunk; progress adds up to the size of the file."""
    path = write(tmp_path, "received_at\n" + "2026-05-04\n" * 40_000)
    told: list[float] = []
    export = Export(path, UTC, progress=told.append)
    sizes = [chunk.size for chunk in export.chunks()]
    assert sum(sizes) == 40_000
    assert len(sizes) == 3
    assert sum(told) >= path.stat().st_size


def test_units_in_a_header_are_read(tmp_path: Path) -> None:
    """Minutes are minutes in a file, too, and two units for one thing are refused."""
    path = tmp_path / "calls.csv"
    path.write_text("queued_at,wait_min,talk_h\n2026-05-04T09:00Z,1.5,0.5\n2026-05-04T09:01Z,-1,\n", encoding="utf-8")
    [chunk] = Export(path, table="interactions", need=()).chunks()
    assert chunk.columns["wait_s"].values.tolist()[0] == 90_000_000
    assert chunk.columns["talk_s"].values.tolist()[0] == 1_800_000_000
    assert [str(r) for r in chunk.refusals] == ["row 3: wait_s must be 0 or more, and less than 142 years (got '-1')"]
    path.write_text("queued_at,wait_min,wait_s\n2026-05-04T09:00Z,1.5,90\n", encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"wait_s must be one column of interactions .got 'wait_s' and 'wait_min'"):
        list(Export(path, table="interactions", need=()).chunks())


def test_ids_of_a_long_file_are_forgotten_chunk_by_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk has labels of its own ids only; joined, and as a count, nothing differs."""
    monkeypatch.setattr("servqual.readers.files.table_rows.CHUNK", 2)
    path = write(tmp_path, "case_id,received_at\n" + "".join(f"C-{n % 4},2026-05-04\n" for n in range(5)))
    chunks = list(Export(path, UTC).chunks())
    assert [[*chunk.columns["case_id"].labels] for chunk in chunks] == [["C-0", "C-1"], ["C-2", "C-3"], ["C-0"]]
    ids = joined(chunks).columns["case_id"]
    assert [ids.labels[code] for code in ids.values] == ["C-0", "C-1", "C-2", "C-3", "C-0"]
