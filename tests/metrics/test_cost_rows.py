"""KPIs of cost: slow twins on plain dicts, exact amounts, and what was spent on cases that are open."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import Tally, measure, tally

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
Row = dict[str, Any]

cents = st.integers(0, 99_999).map(lambda n: n / 100)
rows_ = st.lists(
    st.fixed_dictionaries(
        {
            "team": st.sampled_from(["north", "south", None]),
            "received_at": st.none() | st.integers(0, 30).map(lambda days: START + dt.timedelta(days=days)),
            "resolved_at": st.none() | st.integers(0, 30).map(lambda days: START + dt.timedelta(days=days)),
            "cost": st.none() | cents | st.just(-1.0),
        }
    ),
    max_size=25,
)


def columns(rows: list[Row]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns; a contact is queued when its case is received."""
    found = {name: [row[name] for row in rows] for name in ("team", "received_at", "resolved_at", "cost")}
    return {**found, "queued_at": found["received_at"]}


def known(row: Row) -> bool:
    """An amount that can be."""
    return row["cost"] is not None and row["cost"] >= 0


def slow(key: str, rows: list[Row]) -> tuple[float | None, int]:
    """In decimals, row by row."""
    if key == "cost_per_contact":
        among = [r for r in rows if known(r)]
        base = len(among)
    else:
        among = [r for r in rows if known(r) and r["received_at"] is not None and r["received_at"] <= NOW]
        base = sum(r["resolved_at"] is not None and r["resolved_at"] <= NOW for r in among)
    spent = sum(Decimal(str(r["cost"])) for r in among)
    return (float(spent / base) if base else None), len(among)


@pytest.mark.parametrize(("key", "table"), [("cost_per_contact", "interactions"), ("cost_per_resolution", "cases")])
@given(rows=rows_, seed=st.integers(0, 99), parts=st.integers(1, 4))
def test_each_kpi_equals_its_slow_twin(key: str, table: str, rows: list[Row], seed: int, parts: int) -> None:
    """In all, by team, and in parts that are the same bytes."""
    whole = measure([key], {table: columns(rows)}, now=NOW).one()
    assert (whole.value, whole.n) == pytest.approx(slow(key, rows))
    by_team = tally([key], {table: columns(rows)}, by=["team"], now=NOW)
    for m in by_team.measure():
        assert (m.value, m.n) == pytest.approx(slow(key, [r for r in rows if r["team"] == m.group["team"]]))
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311  (a shuffle that can be told again)
    split = [tally([key], {table: columns(shuffled[i::parts])}, by=["team"], now=NOW) for i in range(parts)]
    merged = split[0]
    for part in split[1:]:
        merged = Tally.from_bytes(part.to_bytes()) + merged
    assert merged.to_bytes() == by_team.to_bytes()


def test_amounts_are_exact_and_impossible_ones_are_refused() -> None:
    """A tenth and two tenths are three tenths; a refund and a fortune beyond all desks are not costs."""
    found = measure(["cost_per_contact"], {"interactions": {"cost": [0.1, 0.2, -1, 1e12]}})
    assert (found.one().value, found.one().n, found.one().unit) == (0.15, 2, "money")
    assert [str(r) for r in found.rows["interactions"].refusals] == [
        "row 2: cost must be an amount of 0 to 4,294,967,296 (got '-1.0')",
        "row 3: cost must be an amount of 0 to 4,294,967,296 (got '1000000000000.0')",
    ]


def test_nothing_resolved_is_no_cost_per_resolution() -> None:
    """Money was spent, and nothing came of it: there is no number, not an endless one."""
    found = measure(["cost_per_resolution"], {"cases": {"received_at": [START], "cost": [5.0]}}, now=NOW).one()
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 1)
