"""KPIs of quality checks: slow twins on plain dicts, what does not apply, critical errors, and what is refused."""

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, Kpi, Tally, measure, tally
from servqual.metrics.quality_rows import QUALITY_KPIS

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
ERRORS = ("customer_critical", "business_critical", "compliance_critical")
NAMES = ("team", "evaluated_at", "met", "applicable", *ERRORS)
Row = dict[str, Any]
Told = tuple[float | None, int]

weights = st.none() | st.integers(-1, 40).map(lambda quarters: quarters / 4)
evaluations = st.lists(
    st.fixed_dictionaries(
        {
            "team": st.sampled_from(["north", "south", None]),
            "evaluated_at": st.integers(0, 60).map(lambda days: START + dt.timedelta(days=days)),
            "met": weights,
            "applicable": weights,
            **dict.fromkeys(ERRORS, st.sampled_from([None, 0, 0, 1, 2])),
        }
    ),
    max_size=25,
)
ZERO = KPIS["qa_score"].with_(key="strict_score", critical="zero")
ASKED = [*QUALITY_KPIS, ZERO]


def columns(rows: list[Row]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns."""
    return {name: [row[name] for row in rows] for name in NAMES}


def scored(row: Row) -> bool:
    """Both weights are there and can be; something applied."""
    met, applicable = row["met"], row["applicable"]
    return met is not None and applicable is not None and 0 <= met <= applicable and applicable > 0


def slow_score(rows: list[Row], *, strict: bool) -> Told:
    """Evaluation by evaluation; a strict one that may hide a critical error cannot be judged."""
    met = applicable = 0.0
    n = 0
    for row in filter(scored, rows):
        failed = any(row[name] for name in ERRORS)
        if strict and not failed and any(row[name] is None for name in ERRORS):
            continue
        n += 1
        applicable += row["applicable"]
        met += 0 if strict and failed else row["met"]
    return (met / applicable if n else None), n


def slow(key: str, rows: list[Row]) -> Told:
    """Value and n of a KPI."""
    if key in {"qa_score", "strict_score"}:
        return slow_score(rows, strict=key == "strict_score")
    kinds = ERRORS if key == "critical_error_accuracy" else (key.replace("_accuracy", ""),)
    free = [all(row[kind] == 0 for kind in kinds) for row in rows if all(row[kind] is not None for kind in kinds)]
    return (sum(free) / len(free) if free else None), len(free)


@pytest.mark.parametrize("kpi", ASKED, ids=lambda kpi: kpi.key)
@given(rows=evaluations)
def test_each_kpi_equals_its_slow_twin(kpi: Kpi, rows: list[Row]) -> None:
    """In all and by team."""
    whole = measure([kpi], {"qa_scores": columns(rows)}).one()
    assert (whole.value, whole.n) == pytest.approx(slow(kpi.key, rows))
    for m in measure([kpi], {"qa_scores": columns(rows)}, by=["team"]):
        assert (m.value, m.n) == pytest.approx(slow(kpi.key, [r for r in rows if r["team"] == m.group["team"]]))


@given(rows=evaluations, seed=st.integers(0, 99), parts=st.integers(1, 4))
def test_parts_are_the_same_bytes(rows: list[Row], seed: int, parts: int) -> None:
    """However split, ordered, and shipped through bytes."""
    whole = tally(ASKED, {"qa_scores": columns(rows)}, by=["team", "month"])
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311  (a shuffle that can be told again)
    split = [tally(ASKED, {"qa_scores": columns(shuffled[i::parts])}, by=["team", "month"]) for i in range(parts)]
    merged = split[0]
    for part in split[1:]:
        merged = Tally.from_bytes(part.to_bytes(), kpis=[ZERO]) + merged
    assert merged.to_bytes() == whole.to_bytes()


def test_what_does_not_apply_leaves_the_score() -> None:
    """Weights are pooled: 3 of 4 and 1 of 2, and one to which nothing applied, are 4 of 6."""
    found = measure(["qa_score"], {"qa_scores": {"met": [3, 1, 0], "applicable": [4, 2, 0]}}).one()
    assert (found.value, found.n) == pytest.approx((4 / 6, 2))


def test_a_critical_error_is_apart_or_brings_its_evaluation_to_nothing() -> None:
    """4 of 6 becomes 1 of 6; what is asked for has to be known, and named right."""
    data = {"qa_scores": {"met": [3, 1], "applicable": [4, 2], "customer_critical": [1, 0]}}
    assert measure(["qa_score"], data).one().value == pytest.approx(4 / 6)
    assert measure([ZERO], data).one().value == pytest.approx(1 / 6)
    with pytest.raises(InvalidValue, match="needs to know of critical errors"):
        measure([ZERO], {"qa_scores": {"met": [3], "applicable": [4]}})
    with pytest.raises(InvalidValue, match="critical must be apart or zero"):
        measure([KPIS["qa_score"].with_(critical="half")], data)


def test_impossible_weights_are_refused() -> None:
    """More met than applicable, below 0, beyond all weights."""
    rows = measure(["qa_score"], {"qa_scores": {"met": [5, -1, 1, 1], "applicable": [4, 4, 1e12, 2]}}).rows["qa_scores"]
    assert (rows.read, rows.used, rows.refused) == (4, 1, 3)
    assert [str(r) for r in rows.refusals] == [
        "row 0: met must not exceed applicable (got '5.0')",
        "row 1: met must be a weight of 0 to 4,294,967,296 (got '-1.0')",
        "row 2: applicable must be a weight of 0 to 4,294,967,296 (got '1000000000000.0')",
    ]


def test_each_kind_of_error_needs_its_column() -> None:
    """Accuracy of all kinds is not told from two of them."""
    with pytest.raises(MissingColumn, match="compliance_critical"):
        measure(["critical_error_accuracy"], {"qa_scores": {"customer_critical": [0], "business_critical": [0]}})
