"""Settings that met nothing in a file are listed when it was read, and no others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import measure
from servqual.readers import Export, Layout, Log, Moment, layout
from servqual.report import Config, report

TEXT = "id,opened,solved,ok\n1,14.05.2026 09:00,15.05.2026 10:00,ja\n2,n/k,15.05.2026 10:00,nee\n"
FITTING = Layout(
    columns={"case_id": "id", "received_at": "opened", "resolved_at": "solved", "sla_kept": "ok"},
    zone="UTC",
    dates=("%d.%m.%Y %H:%M",),
    missing=("N/K",),
    true=("ja",),
    false=("nee",),
)


def idle(folder: Path, told: Layout, text: str = TEXT, **options: Any) -> list[str]:
    """The settings that met nothing in a file of this text."""
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    export = Export(path, told, **options)
    assert export.idle == []  # nothing is said before the file was read
    assert [*export.chunks()]
    return [f"{setting}: {why}" for setting, why in export.idle]


def test_settings_that_meet_something_are_not_listed(tmp_path: Path) -> None:
    """Words in any letter case, and forms that a cell has."""
    assert idle(tmp_path, FITTING) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"missing": ("n/k", "leer")}, "missing 'leer': no cell that is read holds it"),
        ({"true": ("ja", "jo")}, "true 'jo': no cell that is read holds it"),
        ({"false": ("nee", "no way")}, "false 'no way': no cell that is read holds it"),
        ({"dates": ("%d.%m.%Y %H:%M", "%d/%m/%Y")}, "dates '%d/%m/%Y': no cell that is read has this form"),
        ({"sheet": "Data"}, "sheet: CSV has none"),
    ],
)
def test_a_setting_that_meets_nothing_is_listed(more: dict[str, Any], said: str, tmp_path: Path) -> None:
    """One each, with the reason."""
    assert idle(tmp_path, attrs.evolve(FITTING, **more)) == [said]


def test_a_renamed_column_that_no_figure_needs_is_listed(tmp_path: Path) -> None:
    """Where the columns that are read are named; where all are read it is refused."""
    told = FITTING.mapping({"tier": "Level"})
    assert idle(tmp_path, told, columns=("resolved_at",), need=("received_at",))[0] == (
        "[columns] tier: the file has no column 'Level'"
    )


def test_columns_that_a_preset_names_may_be_absent(tmp_path: Path) -> None:
    """Nobody asked for each of them."""
    told = attrs.evolve(layout("zendesk"), zone="UTC", missing=())
    assert idle(tmp_path, told, "Id,Created at\n1,2026-05-04 09:00\n") == []


def test_steps_that_no_row_has_are_listed(tmp_path: Path) -> None:
    """Of a log, and of events by our names."""
    text = "Case,Step,When\n1,New,2026-05-04T09:00Z\n1,Done,2026-05-04T10:00Z\n"
    moments = {"received_at": Moment(pick="first", of="*"), "resolved_at": Moment(pick="last", of=["Done", "Gone"])}
    logged = Log(event="Step", at="When", moments=moments)
    told = Layout(columns={"case_id": "Case"}, log=logged)
    assert idle(tmp_path, told, text) == ["[log] 'Gone': no row has this step"]
    events = Layout(
        columns={"case_id": "Case", "event": "Step", "at": "When"},
        events={"opened": "New", "resolved": ["Done", "Solved"], "closed": "Closed"},
    )
    assert idle(tmp_path, events, text, table="case_events", need=()) == [
        "[events] 'Solved': no row has this step",
        "[events] 'Closed': no row has this step",
    ]


def test_numbers_of_a_frame_do_not_make_a_word_idle(tmp_path: Path) -> None:
    """-1 stands for missing among numbers of their own, which no text tells; a word that stands nowhere is listed."""
    rows = pd.DataFrame({"received_at": ["2026-05-04T09:00Z"] * 2, "cost": [-1, 5]})
    export = Export(rows, Layout(missing=("-1", "leer")))
    assert [*export.chunks()]
    assert export.idle == [("missing 'leer'", "no cell that is read holds it")]
    assert measure(["case_volume"], {"cases": rows}, layout=Layout(missing=("-1",))).one().value == 2


@given(st.lists(st.sampled_from(["ja", "JA", "nee", "jo", "", "n/k", "x"]), min_size=1, max_size=12))
def test_words_are_idle_where_no_cell_is_one(cells: Sequence[str]) -> None:
    """By a slow look at each cell."""
    export = Export(
        [{"received_at": "2026-05-04T09:00Z", "sla_kept": cell} for cell in cells],
        Layout(true=("ja", "jo"), false=("nee",), missing=("n/k", "weg")),
    )
    assert [*export.chunks()]
    there = {cell.casefold() for cell in cells}
    words = (("missing", "n/k"), ("missing", "weg"))
    assert [setting for setting, _ in export.idle] == [f"{name} {word!r}" for name, word in words if word not in there]


def test_a_report_says_them_once_and_not_those_of_a_preset(tmp_path: Path) -> None:
    """A word of the desk is said; the question mark of the preset for ServiceNow, and its form of dates, are not."""
    path = tmp_path / "rows.csv"
    path.write_text("number,opened_at,resolved_at\nI1,2026-05-04 09:00,2026-05-04 10:00\n", encoding="utf-8")
    config = Config.from_table(
        {"preset": "servicenow", "read": {"zone": "UTC", "missing": ["?", "leer"]}, "columns": {"tier": "Level"}}
    )
    said = [note for note in report(path, config)["notes"] if "has no effect" in note and "fold" not in note]
    assert said == [
        "[columns] tier has no effect: the file has no column 'Level'",
        "missing 'leer' has no effect: no cell that is read holds it",
    ]


def test_a_report_of_other_tables_says_them_too(tmp_path: Path) -> None:
    """Among the notes of the table."""
    path = tmp_path / "calls.csv"
    path.write_text("queued_at,wait_s,abandoned\n2026-05-04T09:00Z,20,no\n", encoding="utf-8")
    config = Config.from_table({"read": {"true": ["verloren"]}}, of="interactions")
    [section] = report(path, config)["tables"]
    assert "true 'verloren' has no effect: no cell that is read holds it" in section["notes"]


def test_measure_warns_of_settings_that_met_nothing(tmp_path: Path) -> None:
    """The warning is on each KPI of the table; of a folder a word is listed where no file has it, of others none."""
    told = attrs.evolve(FITTING, missing=("n/k", "leer"))
    (tmp_path / "may.csv").write_text(TEXT, encoding="utf-8")
    calls = {"queued_at": ["2026-05-04T09:00Z"], "wait_s": [20]}
    found = measure(
        ["case_volume", "asa"], {"cases": tmp_path / "may.csv", "interactions": calls}, layout={"cases": told}
    )
    assert [(each.kpi, each.text) for each in found.warnings if each.code == "layout.no_match"] == [
        ("case_volume", "missing 'leer' of the layout met nothing: no cell that is read holds it")
    ]
    (tmp_path / "june.csv").write_text(TEXT.replace("nee", "leer"), encoding="utf-8")
    whole = measure(["case_volume"], {"cases": tmp_path}, layout=told)
    assert [each.code for each in whole.warnings if each.code == "layout.no_match"] == []
    assert not [each for each in measure(["case_volume"], {"cases": tmp_path / "may.csv"}, layout=FITTING).warnings
                if each.code == "layout.no_match"]  # fmt: skip
