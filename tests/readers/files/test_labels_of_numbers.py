"""The number 7 is one label, however the export writes it and whatever carries it."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.readers.files._old_workbook import old_workbook

from servqual.metrics import measure
from servqual.readers import Export

AT: Final = "2026-05-04T09:00:00Z"
SITES: Final = [7.0, 7, 2.50, None]


def json_lines(sites: list[Any]) -> bytes:
    """One object per line, whole numbers with and without a point."""
    return "".join(json.dumps({"received_at": AT, "site": site}) + "\n" for site in sites).encode()


def json_list(sites: list[Any]) -> bytes:
    """A list of objects."""
    return json.dumps([{"received_at": AT, "site": site} for site in sites]).encode()


def workbook(sites: list[Any]) -> bytes:
    """A workbook of today."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["received_at", "site"])
    for site in sites:
        book.worksheets[0].append([AT, site])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def before(sites: list[Any]) -> bytes:
    """A workbook of Excel 97."""
    return old_workbook([("received_at", "site"), *((AT, site) for site in sites)])


def spreadsheet_xml(sites: list[Any]) -> bytes:
    """The XML of Excel 2003."""
    text = '<Cell><Data ss:Type="String">%s</Data></Cell>'
    number = '<Cell><Data ss:Type="Number">%s</Data></Cell>'
    rows = "".join(f"<Row>{text % AT}{'' if site is None else number % site}</Row>" for site in sites)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Data"><Table>'
        f"<Row>{text % 'received_at'}{text % 'site'}</Row>{rows}</Table></Worksheet></Workbook>"
    ).encode()


def parquet(sites: list[Any]) -> bytes:
    """A column of floats."""
    out = io.BytesIO()
    pq.write_table(pa.table({"received_at": [AT] * len(sites), "site": pa.array(sites, pa.float64())}), out)
    return out.getvalue()


FILES: Final[list[Callable[[list[Any]], bytes]]] = [json_lines, json_list, workbook, before, spreadsheet_xml, parquet]


def by_site(source: Any) -> dict[Any, Any]:
    """The volume of each site."""
    found = measure(["case_volume"], {"cases": source}, by=["site"])
    return {one.group["site"]: one.value for one in found}


@pytest.mark.parametrize("written", FILES)
def test_a_number_is_one_label_in_every_kind_of_file(written: Callable[[list[Any]], bytes], tmp_path: Path) -> None:
    """7.0 and 7 are "7", and 2.50 is "2.5", as in a frame."""
    path = tmp_path / "export"
    path.write_bytes(written(SITES))
    assert by_site(Export(path)) == {"7": 2, "2.5": 1, None: 1}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table, dict])
def test_a_number_is_one_label_in_memory(frame: Callable[..., Any]) -> None:
    """As a column of floats in any library, and as a list of values."""
    assert by_site(frame({"received_at": [AT] * 4, "site": SITES})) == {"7": 2, "2.5": 1, None: 1}


def test_a_float_of_an_event_log_is_the_label_of_its_number(tmp_path: Path) -> None:
    """An attribute that is a text stays as it is: 7.0 may be a version."""
    event = (
        '<trace><string key="concept:name" value="C-{n}"/><event><date key="time:timestamp" '
        'value="2026-05-04T09:00:00Z"/><{kind} key="site" value="{text}"/></event></trace>'
    )
    told = [("float", "7.0"), ("int", "7"), ("float", "2.50"), ("string", "7.0")]
    traces = "".join(event.format(n=n, kind=kind, text=text) for n, (kind, text) in enumerate(told))
    path = tmp_path / "log.xes"
    path.write_text(f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{traces}</log>', encoding="utf-8")
    [chunk] = Export(path, table="case_events", need=()).chunks()
    site = chunk.columns["site"]
    codes = site.values.tolist()  # noqa: PD011  (ours, not pandas')
    assert [site.labels[code] for code in codes] == ["7", "7", "2.5", "7.0"]
