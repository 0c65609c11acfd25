"""A column per item becomes a row per item, in memory and in a file alike."""

import os
from pathlib import Path
from typing import Any

import attrs
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, measure
from servqual.readers import Export, Layout, Wide

SURVEY = {"Name": ["ada", "bo", "cy"], "E1": [5, 6, 7], "E2": [6, 6, None], "P1": [4, 6, 2], "P2": [6, 1, 3]}
LAYOUT = Layout(
    columns={"customer_id": "Name"},
    wide=Wide(
        label="question",
        cells={"score": "P*", "expected": ["E1", "E2"]},
        groups={"dimension": {"tangibles": "P1", "reliability": "P2"}},
    ),
)


def carriers(folder: Path) -> dict[str, Any]:
    """The survey in every kind of carrier."""
    frame = pd.DataFrame(SURVEY)
    frame.to_csv(folder / "survey.csv", index=False)
    frame.to_parquet(folder / "survey.parquet")
    return {
        "columns": SURVEY,
        "pandas": frame,
        "polars": pl.DataFrame(SURVEY),
        "arrow": pa.table(SURVEY),
        "csv": folder / "survey.csv",
        "parquet": folder / "survey.parquet",
        "records": frame.to_dict("records"),
    }


def test_a_wide_survey_is_read_as_its_long_form(tmp_path: Path) -> None:
    """Perceptions and expectations go together by item, and each item has its dimension."""
    long = {
        "customer_id": ["ada", "bo", "cy"] * 2,
        "question": ["P1"] * 3 + ["P2"] * 3,
        "score": [4, 6, 2, 6, 1, 3],
        "expected": [5, 6, 7, 6, 6, None],
        "dimension": ["tangibles"] * 3 + ["reliability"] * 3,
    }
    gap = KPIS["servqual_item_gap"].with_(scale=(1, 7))
    kpis = [gap, KPIS["servqual_unweighted"].with_(scale=(1, 7))]
    for by in (["question"], ["dimension"], []):
        wanted = measure(kpis, {"answers": long}, by=by)
        for name, source in carriers(tmp_path).items():
            found = measure(kpis, {"answers": source}, by=by, layout=LAYOUT)
            assert found.tally.to_bytes() == wanted.tally.to_bytes(), name
    items = measure([gap], {"answers": SURVEY}, by=["question"], layout=LAYOUT)
    assert [(one.group["question"], one.value, one.n) for one in items] == [("P1", -2, 3), ("P2", -2.5, 2)]


def test_rows_that_name_nobody_are_people(tmp_path: Path) -> None:
    """Of such a survey each row is one, by its number; a refused cell is told by that row."""
    survey = {"Q1": ["1", "5", "6"], "Q2": ["4", "", "x"]}
    layout = Layout(wide=Wide(label="question", cells={"score": "Q*"}, row="customer_id"))
    mean = KPIS["csat_mean"].with_(scale=(1, 5))
    found = measure([mean], {"answers": survey}, layout=layout, by=["question"])
    assert [(one.group["question"], one.value, one.n, one.unread) for one in found] == [
        ("Q1", 3, 2, 1),
        ("Q2", 4, 1, 1),
    ]
    assert [(r.row, r.value) for r in found.rows["answers"].refusals] == [(2, "6.0"), (2, "x")]
    people = measure([mean], {"answers": survey}, layout=layout, by=["customer_id"])
    assert [(one.group["customer_id"], one.value) for one in people] == [("0", 2.5), ("1", 5), ("2", None)]
    pd.DataFrame(survey).to_csv(tmp_path / "a.csv", index=False)
    assert measure([mean], {"answers": tmp_path / "a.csv"}, layout=layout, by=["question"]) == found


def test_daily_counts_have_a_column_per_team() -> None:
    """Without a melt: the heading is the team, and the cell the count of that day."""
    days = {"Date": ["04/05/2026", "05/05/2026"], "North": [90, 110], "South": ["1.200", "n/k"]}
    layout = Layout(
        columns={"at": "Date"},
        dates="%d/%m/%Y",
        zone="Europe/Berlin",
        decimal=",",
        missing=("n/k",),
        wide=Wide(label="team", cells={"offered": "*"}),
    )
    found = measure(["volume"], {"contact_counts": pd.DataFrame(days)}, layout=layout, by=["team"])
    assert [(one.group["team"], one.value) for one in found] == [("North", 200), ("South", 1200)]


@pytest.mark.parametrize(
    "total", ["Total", "Grand total", "Summe", "Durchschnitt", "合计", "Average score", "Total (all)"]
)
def test_a_total_beside_the_items_is_no_item_of_a_pattern(total: str) -> None:
    """It would count each contact twice; a note names it, and one that is named itself is read."""
    days = {"Day": ["2026-05-04"], "North": [90], "South": [40], total: [130], "Totality": [1]}
    layout = Layout(columns={"at": "Day"}, zone="UTC", wide=Wide(label="team", cells={"offered": "*"}))
    export = Export(days, layout, table="contact_counts", need=())
    found = measure(["volume"], {"contact_counts": export}, by=["team"])
    assert {one.group["team"]: one.value for one in found} == {"North": 90, "South": 40, "Totality": 1}
    said = f"{total!r} is no item but, by its heading, a total of the others; name all items in wide.cells to read it"
    assert said in export.notes
    named = attrs.evolve(export, layout=attrs.evolve(layout, wide=Wide(label="team", cells={"offered": ["*", total]})))
    assert measure(["volume"], {"contact_counts": named}).one().value == 261
    assert said not in named.notes


def test_items_are_bound_to_the_table_that_has_them() -> None:
    """A real survey of 235 patients, whose five means are those of pandas."""
    folder = os.environ.get("SERVQUAL_DATA")
    if not folder:
        pytest.skip("set SERVQUAL_DATA to the folder of the data to run this")
    path = Path(folder) / "survey_servperf" / "hospital_servqual5.csv.gz"
    layout = Layout(wide=Wide(label="dimension", cells={"score": "*"}, row="customer_id"))
    found = measure([KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": path}, by=["dimension"], layout=layout)
    means = pd.read_csv(path).mean()
    assert {one.group["dimension"]: one.value for one in found} == pytest.approx(means.to_dict())


@pytest.mark.parametrize(
    ("wide", "error", "message"),
    [
        ({"label": "question", "cells": {}}, InvalidValue, "cells must name at least one column"),
        ({"label": "score", "cells": {"score": "P*"}}, InvalidValue, "wide must name each column once"),
        (
            {"label": "customer_id", "cells": {"score": "P*"}},
            InvalidValue,
            "wide must fill columns that are not mapped",
        ),
        (
            {"label": "E2", "cells": {"score": "P*"}},
            InvalidValue,
            r"wide must name columns that the table lacks \(got 'E2'",
        ),
        (
            {"label": "question", "cells": {"score": "R*"}},
            MissingColumn,
            r"wide.cells.score must name headings .*\(got 'R\*'",
        ),
        (
            {"label": "question", "cells": {"score": "P*", "expected": "E1"}},
            InvalidValue,
            r"wide.cells must have as many headings for each column \(got 2 for score, 1 for expected",
        ),
        (
            {"label": "question", "cells": {"score": "P*"}, "groups": {"dimension": {"a": "P1", "b": "P*"}}},
            InvalidValue,
            r"wide.groups.dimension must have each item under one label \(got 'P1'",
        ),
        (
            {"label": "question", "cells": {"score": "P*"}, "groups": {"dimension": {"a": "E1"}}},
            InvalidValue,
            "wide.groups.dimension.a must name items, any of P1, P2",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(wide: Any, error: type[Exception], message: str) -> None:
    """With the heading, or the column, that is wrong, before any row is read."""
    with pytest.raises(error, match=message):
        measure(
            ["survey_response_rate"],
            {"answers": SURVEY},
            layout=Layout(columns={"customer_id": "Name"}, wide=Wide(**wide)),
        )
