"""Rows held by customer: the same answer however they are dealt, and from whatever chunks."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servqual.metrics import measure
from servqual.metrics.engine import by_customer
from servqual.readers.columns import labels
from servqual.readers.files import opening
from servqual.readers.memory import arrays

ROWS = 1200
DAY = np.datetime64("2026-01-01", "us")
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def csv_of(columns: dict[str, Any], folder: Path) -> str:
    """A file, whose labels grow from chunk to chunk."""
    path = folder / "contacts.csv"
    pd.DataFrame(columns).to_csv(path, index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    return str(path)


@pytest.mark.parametrize(
    "carry",
    [
        lambda columns, _: columns,
        lambda columns, _: pd.DataFrame(columns),
        csv_of,
        lambda columns, _: iter([{n: v[at : at + 170] for n, v in columns.items()} for at in range(0, ROWS, 170)]),
    ],
)
def test_chunks_are_dealt_by_customer(
    carry: Callable[[dict[str, Any], Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels that all chunks share, that grow, or that differ; a contact of nobody is refused, and counted as that."""
    rng = np.random.default_rng(3)
    who: list[str | None] = [f"K{number}" for number in np.sort(rng.integers(0, 400, ROWS))]
    who[5] = None
    at = np.datetime64("2026-01-01", "us") + rng.integers(0, 100 * 86_400, ROWS).astype("m8[s]")
    columns = {"customer_id": who, "queued_at": at}
    whole = measure(["fcr"], {"interactions": columns}, naive="UTC", now=NOW)
    for place, name, size in ((by_customer, "_TOGETHER", 60), (by_customer, "_LITTLE", 2)):
        monkeypatch.setattr(place, name, size)
    monkeypatch.setattr(arrays, "CHUNK", 100)
    monkeypatch.setattr(opening, "CHUNK", 100)
    found = measure(["fcr"], {"interactions": carry(columns, tmp_path)}, naive="UTC", now=NOW)
    assert (found.one().value, found.one().n, found.one().low) == (whole.one().value, whole.one().n, whole.one().low)
    assert found.rows["interactions"].refused == whole.rows["interactions"].refused == 1


@pytest.mark.parametrize("step", [1, 1000, 61, 10**12 + 7])
def test_ids_far_apart_are_dealt_like_texts(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer has one home, be it numbered closely in one chunk, far apart in another, or named by a text."""
    rng = np.random.default_rng(5)
    who = rng.zipf(1.5, ROWS).clip(max=10**5) * step
    who[:300] = rng.integers(0, 40, 300) * step
    columns = {"customer_id": who, "queued_at": DAY + rng.integers(0, 100 * 86_400, ROWS).astype("m8[s]")}
    for place, name, size in ((by_customer, "_TOGETHER", 60), (by_customer, "_LITTLE", 2), (labels, "_MANY", 9)):
        monkeypatch.setattr(place, name, size)
    monkeypatch.setattr(arrays, "CHUNK", 100)
    as_texts = columns | {"customer_id": [f"K{number}" for number in who]}
    mixed = iter(
        {name: values[at : at + 100] for name, values in (as_digits if at % 200 else columns).items()}
        for as_digits in ({**columns, "customer_id": np.array([*map(str, who)], object)},)
        for at in range(0, ROWS, 100)
    )
    of_numbers, of_texts, of_both = (
        measure(["fcr", "repeat_rate"], {"interactions": data}, naive="UTC", now=NOW)
        for data in (columns, as_texts, mixed)
    )
    assert of_numbers.equals(of_texts)
    assert of_numbers.equals(of_both)
