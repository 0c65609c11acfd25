"""A hundred small exports of known truth, in any language and kind of file, are found out by `inspect` and read back.

The writer is seeded. Nobody tells what the columns are, how dates are written or what kind of file it is: settings are
those that `inspect` writes, with the one answer that no file has, the zone.
"""

import csv
import datetime as dt
import gzip
import io
import json
import random
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from tests.readers.files._old_workbook import old_workbook

from servqual.readers import Export
from servqual.readers.columns.columns import MISSING, Column
from servqual.report import Config, inspect

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
US: Final = dt.timedelta(microseconds=1)
NAMES: Final = ("case_id", "team", "received_at", "resolved_at", "priority", "cost")
HEADINGS: Final = {
    "en": ("Ticket Number", "Assignment Group", "Created", "Resolved", "Priority", "Cost"),
    "de": ("Ticketnummer", "Gruppe", "Erstellt am", "Gelöst am", "Priorität", "Kosten"),
    "fr": ("Numéro", "Équipe", "Date de création", "Date de résolution", "Priorité", "Coût"),
    "es": ("Número", "Grupo", "Fecha de creación", "Fecha de resolución", "Prioridad", "Coste"),
    "zh": ("工单编号", "处理组", "创建时间", "解决时间", "优先级", "费用"),
}
TEAMS: Final = {
    "en": ("north", "south"),
    "de": ("Zürich", "Köln"),
    "fr": ("Évry", "Orléans"),
    "es": ("Málaga", "León"),
    "zh": ("北京", "上海"),
}
DATES: Final = ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%Y/%m/%d %H:%M:%S", "iso")
ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai")
NUMBERS: Final[dict[str, Callable[[float], str]]] = {
    "en": lambda x: f"{x:,.2f}",
    "de": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", ".,")),
    "fr": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", "\N{NO-BREAK SPACE},")),
    "es": lambda x: f"{x:.2f}".replace(".", ","),
    "zh": lambda x: f"{x:.2f}",
}
Rows = list[tuple[str, str, dt.datetime, dt.datetime | None, int, float]]


def truth(draw: random.Random, language: str, zone: ZoneInfo) -> Rows:
    """Cases of about forty days, by team; some are open."""
    rows: Rows = []
    for n in range(draw.randint(25, 40)):
        received = dt.datetime(2026, 1, 5, 8, tzinfo=zone) + dt.timedelta(days=n, minutes=draw.randrange(600))
        solved = received + dt.timedelta(hours=draw.randint(1, 60))
        known = None if draw.random() < 0.2 else solved
        cost = round(draw.uniform(1, 3000), 2)
        rows.append((f"INC{n:05}", draw.choice(TEAMS[language]), received, known, draw.randint(1, 4), cost))
    return sorted(rows, key=lambda row: (row[1], row[0]))


def texts(rows: Rows, form: str, language: str) -> list[list[str]]:
    """The rows as texts of a habit."""

    def moment(at: dt.datetime | None) -> str:
        return "" if at is None else at.isoformat() if form == "iso" else at.strftime(form)

    number = NUMBERS[language]
    return [
        [case, team, moment(at), moment(solved), str(rank), number(cost)] for case, team, at, solved, rank, cost in rows
    ]


def csv_file(draw: random.Random, cells: list[list[str]], language: str) -> bytes:
    """Text in an encoding of the language, perhaps with a title above and a total below."""
    sign, out = draw.choice(",;\t"), io.StringIO()
    if draw.random() < 0.3:
        out.write("Export\n\n")
    csv.writer(out, delimiter=sign, lineterminator=draw.choice(["\n", "\r\n"])).writerows(cells)
    if draw.random() < 0.3:
        out.write(sign.join(["Total", str(len(cells) - 1)]) + "\n")
    usual = {"en": ["utf-8"], "zh": ["utf-8-sig", "gb18030"]}.get(language, ["utf-8", "cp1252"])
    return out.getvalue().encode(draw.choice([*usual, "utf-16"]))


def page(draw: random.Random, cells: list[list[str]], _: str) -> bytes:
    """A web page whose team is one cell over its rows."""
    merged, lines = draw.random() < 0.5, []
    for at, row in enumerate(cells):
        parts = [f"<td>{escape(cell)}</td>" for cell in row]
        if merged and at:
            same = row[1] == cells[at - 1][1]
            high = sum(other[1] == row[1] for other in cells[at:])
            parts[1] = "" if same else f"<td rowspan={high}>{escape(row[1])}</td>"
        lines.append(f"<tr>{''.join(parts)}</tr>")
    return f"<html><meta charset=utf-8><table>{''.join(lines)}</table></html>".encode()


def spreadsheet_xml(_: random.Random, cells: list[list[str]], __: str) -> bytes:
    """The XML of Excel 2003."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    lines = (
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{escape(cell)}</Data></Cell>' for cell in row) + "</Row>"
        for row in cells
    )
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Data"><Table>'
        f"{''.join(lines)}</Table></Worksheet></Workbook>"
    ).encode()


def json_lines(draw: random.Random, cells: list[list[str]], _: str) -> bytes:
    """An object per row."""
    objects = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    if draw.random() < 0.5:
        return json.dumps(objects, ensure_ascii=False).encode()
    return "".join(json.dumps(each) + "\n" for each in objects).encode()


def before(_: random.Random, cells: list[list[str]], __: str) -> bytes:
    """A workbook of Excel 97, all texts."""
    return old_workbook(cells)


def workbook(draw: random.Random, rows: Rows, headings: Sequence[str]) -> bytes:
    """A workbook with cells of their types, below a title, beside a cover, its teams merged, as it happens."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    if draw.random() < 0.4:
        sheet.append(["Cases of the year"])
        sheet = book.create_sheet("Data")
    above = 2 * (draw.random() < 0.4)
    merged = draw.random() < 0.5
    if above:
        sheet.append(["Cases"])
        sheet.merge_cells("A1:F1")
        sheet.append([])
    sheet.append(list(headings))
    for at, (case, team, received, solved, rank, cost) in enumerate(rows):
        told = None if merged and at and rows[at - 1][1] == team else team
        moments = [each and each.replace(tzinfo=None) for each in (received, solved)]
        sheet.append([case, told, *moments, rank, cost])
    for team in {row[1] for row in rows} if merged else ():
        places = [at for at, row in enumerate(rows, 2 + above) if row[1] == team]
        sheet.merge_cells(start_row=places[0], end_row=places[-1], start_column=2, end_column=2)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS: Final = (csv_file, csv_file, page, spreadsheet_xml, json_lines, before)


def packed(draw: random.Random, content: bytes) -> bytes:
    """As it is, in gzip or in a zip archive."""
    how = draw.choice(["", "", "gzip", "zip"])
    if how == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("export", content)
        return out.getvalue()
    return gzip.compress(content) if how else content


def labels(column: Column) -> list[str | None]:
    """The label of each row."""
    return [None if code < 0 else column.labels[code] for code in column.values.tolist()]


def micros(at: dt.datetime | None) -> int:
    """A moment as a column holds it."""
    return MISSING if at is None else (at - EPOCH) // US


@pytest.mark.parametrize("seed", range(100))
def test_an_export_that_nobody_explains_is_read_back(seed: int, tmp_path: Path) -> None:
    """Every row and cell, exactly: ids, teams, moments, priorities and costs."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    language, zone, form = draw.choice([*HEADINGS]), ZoneInfo(draw.choice(ZONES)), draw.choice(DATES)
    rows = truth(draw, language, zone)
    if seed % 7:
        cells = [[*HEADINGS[language]], *texts(rows, form, language)]
        content = packed(draw, WRITERS[seed % 7 - 1](draw, cells, language))
    else:
        form, content = "typed", workbook(draw, rows, HEADINGS[language])
    path = tmp_path / draw.choice(["export.xls", "export.csv", "export"])
    path.write_bytes(content)
    told: dict[str, Any] = tomllib.loads(inspect(path).settings())
    assert told["read"]["zone"] == ("UTC" if form == "iso" else "")
    told["read"]["zone"] = zone.key
    layout = Config.from_table(told).layout
    [chunk] = Export(path, layout, also=NAMES).chunks()
    assert not chunk.refusals, [str(refusal) for refusal in chunk.refusals]
    assert chunk.size == len(rows)
    columns = chunk.columns
    assert [labels(columns[name]) for name in ("case_id", "team", "priority")] == [
        [row[0] for row in rows],
        [row[1] for row in rows],
        [str(row[4]) for row in rows],
    ]
    assert columns["received_at"].values.tolist() == [micros(row[2]) for row in rows]
    assert columns["resolved_at"].values.tolist() == [micros(row[3]) for row in rows]
    assert columns["cost"].values.tolist() == [row[5] for row in rows]
