"""Different things: exact while few, estimated without bias at every size, and the same from every carrier."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servqual.metrics import Categories, Kpi, measure
from servqual.metrics.accumulators.distinct import DISTINCT_ERROR, Distinct, estimated, registers_of
from servqual.metrics.kpi.view import View

REGISTERS = 1 << 14
DAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def estimates(size: int, times: int, seed: int) -> Any:
    """How far estimates of so many random hashes lie from their number, as shares of it."""
    rng = np.random.default_rng(seed)
    off = []
    for _ in range(times):
        register, rank = registers_of(rng.integers(0, 2**63 - 1, size))
        most = np.zeros(REGISTERS, np.int64)
        np.maximum.at(most, register, rank)
        raised = most[most > 0]
        off.append(float(estimated(np.array([len(raised)]), np.array([np.sum(2.0**-raised)]))[0]) / size - 1)
    return np.array(off)


@pytest.mark.parametrize("size", [1, 10, 4097, 20_000, 38_000, 41_000, 45_000, 60_000, 300_000])
def test_an_estimate_has_no_bias_and_the_error_that_it_says(size: int) -> None:
    """The mean of many lies within four of its standard errors; their spread is the stated one, or less."""
    times = 40
    off = estimates(size, times, seed=size)
    assert abs(off.mean()) <= 4 * DISTINCT_ERROR / times**0.5
    assert off.std() <= 1.4 * DISTINCT_ERROR


def test_the_interval_of_an_estimate_holds_the_truth() -> None:
    """About 95 of 100 times, also where HyperLogLog changes from one estimator to another in its first form."""
    rng, size, held = np.random.default_rng(3), 41_000, 0
    for _ in range(14):
        ids = rng.integers(0, 2**62, size)
        found = measure(
            ["customers_in_contact"], {"interactions": {"customer_id": ids, "queued_at": [DAY] * size}}
        ).one()
        assert found.low is not None
        assert found.high is not None
        held += found.low <= len(np.unique(ids)) <= found.high
    assert held >= 11


def test_a_single_state_estimates_as_cells_do() -> None:
    """The scalar accumulator and the measured column, on the same ids."""
    ids = [f"c{i}" for i in range(9000)]
    found = measure(["customers_in_contact"], {"interactions": {"customer_id": ids, "queued_at": [DAY] * 9000}}).one()
    assert Distinct.among(ids).value == pytest.approx(found.value)


def _causes(t: View) -> Mapping[str, Any]:
    return {"categories": t.column("cause")}


MODE = Kpi(
    key="commonest_cause",
    title="commonest cause",
    question="how common is the commonest cause?",
    formula="rows of the commonest cause / rows with a cause",
    unit="share",
    better=None,
    table="interactions",
    needs=("cause",),
    accumulator=Categories,
    rows=_causes,
)


def test_labels_that_come_late_in_a_file_count_as_in_memory(tmp_path: Path) -> None:
    """A file is read in chunks, whose labels go on in the same list."""
    n = 20_000
    columns = {
        "customer_id": [f"c{i // 2}" for i in range(n)],
        "cause": [f"k{i % 7 if i < n // 2 else 7 + i // 10}" for i in range(n)],
        "queued_at": ["2026-05-04T09:00Z"] * n,
    }
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    asked: list[str | Kpi] = ["customers_in_contact", MODE]
    assert measure(asked, {"interactions": path}).equals(measure(asked, {"interactions": columns}))
