"""KPIs of shifts: pooled rather than averaged, and times that cannot be."""

from typing import Any

import pytest

from servqual.metrics import measure

Row = dict[str, Any]

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
