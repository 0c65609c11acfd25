"""KPIs of shifts: slow twins on plain dicts, pooled rather than averaged, and times that cannot be."""

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import Kpi, Tally, measure, tally
from servqual.metrics.workforce_rows import WORKFORCE_KPIS

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TIMES = ("scheduled_s", "paid_s", "worked_s", "ready_s", "idle_s", "productive_s", "adherent_s", "absent_s")
NAMES = ("team", "starts_at", "handled", *TIMES)
Row = dict[str, Any]
Told = tuple[float | None, int]

shifts = st.lists(
    st.fixed_dictionaries(
        {
            "team": st.sampled_from(["north", "south", None]),
            "starts_at": st.integers(0, 60).map(lambda days: START + dt.timedelta(days=days)),
            "handled": st.none() | st.integers(0, 40),
            **dict.fromkeys(TIMES, st.none() | st.integers(0, 8).map(lambda h: h * 3600) | st.just(0)),
        }
    ),
    max_size=25,
)


def columns(rows: list[Row]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns."""
    return {name: [row[name] for row in rows] for name in NAMES}


PARTS = {
    "occupancy": ("ready_s", "idle_s"),
    "utilisation": ("ready_s", "idle_s", "paid_s"),
    "shrinkage": ("paid_s", "ready_s"),
    "adherence": ("adherent_s", "scheduled_s"),
    "conformance": ("worked_s", "scheduled_s"),
    "absence_rate": ("absent_s", "scheduled_s"),
    "contacts_per_hour": ("handled", "ready_s"),
}


def of(key: str, r: Row) -> tuple[float, float] | None:
    """Top and base of one shift; None where something is not known or cannot be."""
    if any(r[name] is None for name in PARTS[key]):
        return None
    match key:
        case "occupancy":
            top, base = r["ready_s"] - r["idle_s"], r["ready_s"]
        case "utilisation" if r["idle_s"] > r["ready_s"]:
            return None
        case "utilisation":
            top, base = r["ready_s"] - r["idle_s"] + (r["productive_s"] or 0), r["paid_s"]
        case "shrinkage":
            top, base = r["paid_s"] - r["ready_s"], r["paid_s"]
        case "contacts_per_hour":
            return None if r["handled"] and not r["ready_s"] else (r["handled"], r["ready_s"] / 3600)
        case "conformance":
            return r["worked_s"], r["scheduled_s"]
        case _:
            top, base = (r[name] for name in PARTS[key])
    return None if top < 0 or top > base else (top, base)


def slow(key: str, rows: list[Row]) -> Told:
    """Sum over sum; a shift that has nothing of either says nothing."""
    told = [pair for pair in (of(key, row) for row in rows) if pair is not None and any(pair)]
    base = sum(b for _, b in told)
    return (sum(t for t, _ in told) / base if base else None), len(told)


@pytest.mark.parametrize("kpi", WORKFORCE_KPIS, ids=lambda kpi: kpi.key)
@given(rows=shifts)
def test_each_kpi_equals_its_slow_twin(kpi: Kpi, rows: list[Row]) -> None:
    """In all and by team."""
    whole = measure([kpi], {"shifts": columns(rows)}).one()
    assert (whole.value, whole.n) == pytest.approx(slow(kpi.key, rows))
    for m in measure([kpi], {"shifts": columns(rows)}, by=["team"]):
        assert (m.value, m.n) == pytest.approx(slow(kpi.key, [r for r in rows if r["team"] == m.group["team"]]))


@given(rows=shifts, seed=st.integers(0, 99), parts=st.integers(1, 4))
def test_parts_are_the_same_bytes(rows: list[Row], seed: int, parts: int) -> None:
    """However split, ordered, and shipped through bytes."""
    whole = tally(WORKFORCE_KPIS, {"shifts": columns(rows)}, by=["team", "month"])
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311  (a shuffle that can be told again)
    split = [tally(WORKFORCE_KPIS, {"shifts": columns(shuffled[i::parts])}, by=["team", "month"]) for i in range(parts)]
    merged = split[0]
    for part in split[1:]:
        merged = Tally.from_bytes(part.to_bytes()) + merged
    assert merged.to_bytes() == whole.to_bytes()


DAY = {
    "scheduled_h": [8, 4],
    "paid_h": [8, 4],
    "worked_h": [9, 4],
    "ready_h": [6, 2],
    "idle_h": [1.5, 1],
    "productive_h": [1, 0.5],
    "adherent_h": [7, 3],
    "absent_h": [0, 1],
    "handled": [30, 6],
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("occupancy", 5.5 / 8),
        ("utilisation", 7 / 12),
        ("shrinkage", 4 / 12),
        ("adherence", 10 / 12),
        ("conformance", 13 / 12),
        ("absence_rate", 1 / 12),
        ("contacts_per_hour", 36 / 8),
    ],
)
def test_two_shifts_by_hand(key: str, expected: float) -> None:
    """Long shifts weigh more than short ones: pooled, not the mean of two rates; durations may come in hours."""
    found = measure([key], {"shifts": DAY}).one()
    assert (found.value, found.n) == pytest.approx((expected, 2), rel=1e-15)


def test_a_share_is_never_said_to_pass_one() -> None:
    """Its interval ends there; that of a ratio does not."""
    shifts = {"worked_h": [8, 8, 4], "scheduled_h": [8, 8, 8], "adherent_h": [8, 8, 4]}
    found = measure(["adherence", "conformance"], {"shifts": shifts})
    share, ratio = found.get("adherence"), found.get("conformance")
    assert share.value == ratio.value == pytest.approx(20 / 24)
    assert share.high == 1
    assert ratio.high is not None
    assert ratio.high > 1


@pytest.mark.parametrize(
    ("key", "row", "reason"),
    [
        ("occupancy", {"ready_s": 10, "idle_s": 11}, "idle_s must not exceed ready_s"),
        ("shrinkage", {"ready_s": 11, "paid_s": 10}, "ready_s must not exceed paid_s"),
        (
            "utilisation",
            {"ready_s": 10, "idle_s": 0, "productive_s": 1, "paid_s": 10},
            "paid_s must not be less than handling and other productive time",
        ),
        ("adherence", {"adherent_s": 11, "scheduled_s": 10}, "adherent_s must not exceed scheduled_s"),
        ("absence_rate", {"absent_s": 11, "scheduled_s": 10}, "absent_s must not exceed scheduled_s"),
        ("contacts_per_hour", {"handled": 1, "ready_s": 0}, "ready_s must not be 0 where contacts were handled"),
        ("contacts_per_hour", {"handled": 2e6, "ready_s": 9}, "handled must not exceed 1,000,000"),
        ("contacts_per_hour", {"handled": float("inf"), "ready_s": 9}, "handled must be a whole number, 0 or more"),
    ],
)
def test_times_that_cannot_be_are_refused(key: str, row: Row, reason: str) -> None:
    """Each with its reason, and no number comes of it."""
    found = measure([key], {"shifts": {name: [value] for name, value in row.items()}})
    assert found.one().value is None
    [refusal] = found.rows["shifts"].refusals
    assert f"{refusal.column} {refusal.reason}" == reason
