"""Files that mean harm: refused with a sentence, in bounded time and memory."""

import gzip
import io
import itertools
import os
import random
import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.readers.files._old_workbook import ERRORS, old_workbook

from servqual.errors import InvalidValue, MissingColumn, ServqualError, UnreadableFile
from servqual.readers import Export
from servqual.readers.columns.request import ALL
from servqual.readers.files import csv_rows, old_workbooks, packing, sheet_rows, table_rows, workbook
from servqual.readers.files.layouts import Layout
from servqual.readers.files.paths import file_chunks
from servqual.readers.files.settings import as_encoding, read_toml

ROW = "received_at,team\n2026-05-04T09:00Z,x\n"
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def book(path: Path, *rows: str) -> Path:
    """A workbook whose only sheet has these rows, as XML."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>received_at</t></is></c></row>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in PARTS.items():
            file.writestr(name, text)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for text in (head, first, *rows, "</sheetData></worksheet>"):
                sheet.write(text.encode())
    return path


def cell(place: str) -> str:
    """A cell with a text."""
    return f'<c r="{place}" t="inlineStr"><is><t>2026-05-04T09:00Z</t></is></c>'


def test_a_workbook_whose_cells_lie_far_apart_is_refused(tmp_path: Path) -> None:
    """At the end of the grid, beyond it, and where a name of a cell is none; an honest one is read."""
    far = {
        "far": '<row r="1048576">' + cell("XFD1048576") + "</row>",
        "beyond": '<row r="99999999999">' + cell("ZZZZZZ99999999999") + "</row>",
        "no name": f'<row r="2">{cell("2A")}{cell("")}</row>',
        "below the first": f'<row r="0">{cell("A0")}</row>',
    }
    for name, row in far.items():
        path = book(tmp_path / f"{name}.xlsx", row)
        assert path.stat().st_size < 2000
        try:
            assert sum(chunk.size for chunk in Export(path).chunks()) < 2
        except UnreadableFile as error:
            assert "cannot be read as an Excel file" in str(error)  # noqa: PT017  (to be read is as good)
        else:
            assert name not in {"far", "beyond"}
    [chunk] = Export(book(tmp_path / "fine.xlsx", '<row r="2">' + cell("A2") + "</row>")).chunks()
    assert chunk.size == 1


def test_a_workbook_of_a_long_text_many_times_over_is_refused(tmp_path: Path) -> None:
    """A bomb: a gigabyte of texts in a file of a megabyte."""
    text = '<row><c t="inlineStr"><is><t>' + "x" * 1_000_000 + "</t></is></c></row>"
    path = book(tmp_path / "bomb.xlsx", *itertools.repeat(text, 1150))
    with pytest.raises(UnreadableFile, match="in the memory and time"):
        list(Export(path).chunks())


def test_altered_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    """Bytes changed anywhere, cut, or doubled."""
    good = book(tmp_path / "good.xlsx", '<row r="2">' + cell("A2") + "</row>").read_bytes()
    for place in range(0, len(good), 97):
        bad = tmp_path / "bad.xlsx"
        bad.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        try:
            list(Export(bad).chunks())
        except ServqualError:
            continue


def test_altered_old_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    """Bytes changed anywhere, or cut: nothing is raised but what the process of a sheet takes for no workbook."""
    draw = random.Random(1)  # noqa: S311  (no secret)
    good = old_workbook([["received_at", error] for error in ERRORS])
    path = tmp_path / "bad.xls"
    began = time.monotonic()
    for n in range(600):
        bad = bytearray(good)
        for _ in range(draw.choice([1, 2, 5])):
            bad[draw.choice([draw.randrange(len(bad)), draw.randrange(512)])] = draw.randrange(256)
        path.write_bytes(bad[: draw.randrange(len(bad))] if n % 10 == 0 else bad)
        with suppress(struct.error, LookupError, ValueError):
            old_workbooks.errors_of(str(path), ["Data"], "Data")
        if n % 50 == 0:
            with suppress(ServqualError):
                list(Export(path).chunks())
    assert time.monotonic() - began < 60


class _Book:
    """A workbook as the reader shows it."""

    sheet_names = ("S", "T")

    def __init__(self, rows: list[list[Any]], fault: BaseException | None = None) -> None:
        self._rows, self._fault = rows, fault
        self.total_width = len(rows[0])

    def get_sheet_by_name(self, _: str) -> "_Book":
        if self._fault:
            raise self._fault
        return self

    start = None

    @property
    def sheets_metadata(self) -> "list[Any]":
        return [SimpleNamespace(name=name, visible="SheetVisibleEnum.Visible") for name in self.sheet_names]

    def iter_rows(self) -> Iterator[list[Any]]:
        return iter(self._rows)


def test_the_process_of_a_sheet_sends_names_rows_and_faults() -> None:
    """What `workbook` reads, message for message, is what the process sent."""

    class Panic(BaseException):
        """As of a library in Rust."""

    beginning = {"S": [["a"], ["1"]], "T": [["a"], ["1"]]}
    for told, expected in (
        (
            sheet_rows.messages(lambda: _Book([["a"], [1.0]]), lambda: "S"),
            [beginning, ([0], False), ([["a"], ["1"]], {})],
        ),
        (sheet_rows.messages(lambda: _Book([["a"]]), lambda: "T", sheet="T"), [{}, ([], False), ([["a"]], {})]),
    ):
        out = io.BytesIO()
        sheet_rows.send(told, out)
        assert list(workbook._messages(io.BytesIO(out.getvalue()), "x")) == [["S", "T"], *expected]
    out = io.BytesIO()
    sheet_rows.send(sheet_rows.messages(lambda: _Book([["a"]], Panic("capacity overflow")), lambda: "S"), out)
    for cut, said in ((None, "capacity overflow"), (3, "memory and time"), (-12, "memory and time")):
        with pytest.raises(UnreadableFile, match=said):
            list(workbook._messages(io.BytesIO(out.getvalue()[:cut]), "x"))


def bomb(path: Path, text: str, times: int) -> Path:
    """A gzip file of a good table and a text many times over."""
    with gzip.open(path, "wt") as file:
        file.write(ROW)
        for _ in range(times):
            file.write(text)
    return path


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    """After sixteen million characters, before the memory is full of it."""
    with pytest.raises(UnreadableFile, match="a line has more than 16,777,216 characters"):
        list(Export(bomb(tmp_path / "in.csv.gz", "x" * 1_000_000, 40)).chunks())


def test_a_gzip_file_that_grows_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here from a megabyte on, else from 256."""
    monkeypatch.setattr(packing, "UNPACKED", 1 << 20)
    path = bomb(tmp_path / "in.csv.gz", " " * 999_999 + "\n", 40)
    with pytest.raises(UnreadableFile, match="unpacks to more than 500 times its size"):
        list(Export(path).chunks())


def test_columns_by_the_hundred_thousand_are_refused_at_once(tmp_path: Path) -> None:
    """More than a spreadsheet has; names alike cost no more than others."""
    for header in (",".join(f"column {i}" for i in range(200_000)), "," * 2_000_000, "a," * 200_000):
        path = tmp_path / "wide.csv"
        path.write_text(f"received_at,{header}\n" + "," * 200_000 + "\n", encoding="utf-8")
        began = time.monotonic()
        with pytest.raises(UnreadableFile, match=r"columns \(got 'received_at' …\), more than the 16,384"):
            list(Export(path).chunks())
        assert time.monotonic() - began < 10


def test_rows_with_many_cells_come_in_small_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No chunk has more cells or characters than fit the memory, and none of the rows is lost."""
    monkeypatch.setattr(table_rows, "CELLS", 30)
    monkeypatch.setattr(csv_rows, "CHARACTERS", 100)
    path = tmp_path / "in.csv"
    path.write_text(
        "received_at,a,b\n" + "2026-05-04T09:00Z,x,y\n" * 25 + "2026-05-04T09:00Z," + "x" * 200 + ",y\n" * 3,
        encoding="utf-8",
    )
    sizes = [(chunk.size, chunk.read) for chunk in Export(path).chunks()]
    assert (sum(size for size, _ in sizes), sum(read for _, read in sizes)) == (26, 28)
    assert max(size for size, _ in sizes) <= 10


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-16", "is not utf-16 throughout"),
        *((name, "encoding must be") for name in ("punycode", "no-such", "base64", "idna", "undefined")),
    ],
)
def test_odd_encodings_are_refused_in_words(encoding: str, said: str, tmp_path: Path) -> None:
    """Those that Python has for its own ends, or that the file is not in; in settings and in Python."""
    path = tmp_path / "in.csv"
    path.write_text(ROW, encoding="utf-8")
    with pytest.raises(ServqualError, match="encoding"):
        list(Export(path, Layout(encoding=encoding)).chunks())
    with pytest.raises(ServqualError, match=said):
        list(Export(path, Layout.from_table({"read": {"encoding": encoding}})).chunks())


def test_an_encoding_of_files_is_taken() -> None:
    """By any of its names."""
    assert as_encoding("encoding", "UTF8") == "UTF8"
    with pytest.raises(InvalidValue):
        as_encoding("encoding", "unicode_escape")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested more than 16 levels"),
        (b"a = " + b"[" * 40 + b"]" * 40, "nested more than 16 levels"),
        (b"a" + b".a" * 900 + b" = 1", "nested more than 16 levels"),
        (b"a = " + b"9" * 5000, "is not TOML"),
        (b"a = 0x" + b"f" * 5000, "more than 64 bits"),
        (b"a = 1\n" + b"#" * 300_000, "longer than the 262,144 bytes"),
        (b"\xff\xfea\x00", "is not TOML in UTF-8"),
    ],
)
def test_endless_settings_are_refused(content: bytes, said: str, tmp_path: Path) -> None:
    """Deep, long, or with numbers of thousands of digits."""
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        read_toml(path)


@pytest.mark.parametrize("start", ["<meta ", "<log ", "<html><meta charset=", "<html><!-- ", "<table><a x='"])
def test_tags_without_end_are_refused_without_a_search_in_each(start: str, tmp_path: Path) -> None:
    """A few kilobytes of beginnings of tags, which take minutes where each is tried against all that follows."""
    path = tmp_path / "in.xls"
    for content in (start * 11_000, start + " " * 65_000, start + " " * 65_000 + ">"):
        path.write_text(content, encoding="utf-8")
        began = time.process_time()
        with pytest.raises((UnreadableFile, MissingColumn)) as refused:
            list(Export(path).chunks())
        assert time.process_time() - began < 10
        assert len(str(refused.value)) < 500


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe or a device would never end; a name may be too long for any file."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path, said in (
        (pipe, "not a regular file"),
        (Path("/dev/zero"), "not a regular file"),
        (tmp_path, "is a folder"),
        (tmp_path / ("x" * 5000), "too long"),
        (tmp_path / "a\0b", "null byte"),
    ):
        with pytest.raises(UnreadableFile, match=said):
            list(Export(path).chunks())
        with pytest.raises(UnreadableFile, match=said):
            read_toml(path)
        if path != tmp_path:
            with pytest.raises(UnreadableFile):
                list(file_chunks("cases", path, ALL))
