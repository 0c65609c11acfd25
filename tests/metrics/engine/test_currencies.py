"""Amounts in two currencies are never added: without groups by currency there is no value, and the result says why."""

import datetime as dt
from collections.abc import Callable
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servqual.metrics import KPIS, Kpi, Measurement, Tally, measure, tally
from servqual.model import CustomerId, Money, Purchase
from servqual.pdca import compare

AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
JUNE = dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC)
AMOUNT = "amounts of {} are in EUR, JPY, which do not add up; group by currency, or choose one with where="
PURCHASES: dict[str, list[Any]] = {
    "customer_id": ["a", "b", "c"],
    "at": [AT, AT, JUNE],
    "amount": [10.0, 20.0, 3000.0],
    "currency": ["EUR", "eur", "JPY"],
    "team": ["n", "n", "s"],
}
PURCHASED = [
    Purchase(customer=CustomerId(customer), at=at, amount=Money(str(int(amount)), currency.upper()))
    for customer, at, amount, currency in zip(*list(PURCHASES.values())[:4], strict=True)
]
OF_MONEY = [KPIS[key] for key in (
    "purchase_amount", "redress_per_complaint", "cost_per_contact", "cost_per_resolution", "cost_of_poor_quality"
)]  # fmt: skip


def mixed(one: Measurement) -> list[str]:
    """What a measurement says of its currencies."""
    return [str(each) for each in one.warnings if each.code == "money.mixed"]


def amount(data: Any, **options: Any) -> Measurement:
    """The mean amount of purchases."""
    return measure(["purchase_amount"], {"purchases": data}, **options).one()


@pytest.mark.parametrize("kpi", OF_MONEY, ids=lambda kpi: kpi.key)
def test_no_kpi_of_money_adds_two_currencies(kpi: Kpi) -> None:
    """One currency has a value, two have none."""
    moments = {name: [AT] * 2 for name in {kpi.at, *kpi.needs} if name.endswith("at")}
    numbers = {name: [4.0, 5.0] for name in kpi.needs if name not in moments}
    ends = {"resolved_at": [AT] * 2} if kpi.table == "cases" else {}
    data = {**moments, **numbers, **ends}
    for currencies, warned in ((["EUR", "EUR"], []), (["EUR", "JPY"], [AMOUNT.format(kpi.table)])):
        one = measure([kpi], {kpi.table: {**data, "currency": currencies}}, now=JUNE).one()
        assert mixed(one) == warned
        assert (one.value is None) == bool(warned)
    plain = measure([kpi], {kpi.table: data}, now=JUNE).one()
    assert plain.value is not None
    assert not mixed(plain)


CARRIERS: dict[str, Callable[[], Any]] = {
    "columns": lambda: PURCHASES,
    "records": lambda: [dict(zip(PURCHASES, row, strict=True)) for row in zip(*PURCHASES.values(), strict=True)],
    "objects": lambda: PURCHASED,
    "pandas": lambda: pd.DataFrame(PURCHASES),
    "polars": lambda: pl.DataFrame(PURCHASES),
    "arrow": lambda: pa.table(PURCHASES),
    "iterator": lambda: iter([{k: v[:2] for k, v in PURCHASES.items()}, {k: v[2:] for k, v in PURCHASES.items()}]),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_every_carrier_says_it(name: str) -> None:
    """Objects know their currency, and a table its column."""
    one = amount(CARRIERS[name]())
    assert (one.value, one.low, one.high, one.n) == (None, None, None, 3)
    assert mixed(one) == [AMOUNT.format("purchases")]
    by = measure(["purchase_amount"], {"purchases": CARRIERS[name]()}, by=["currency"])
    assert by.get("purchase_amount", currency="JPY").value == 3000
    assert not any(map(mixed, by))


def test_a_file_says_it(tmp_path: Path) -> None:
    """A CSV and a Parquet file."""
    frame = pd.DataFrame(PURCHASES)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    assert all(mixed(amount(tmp_path / name)) for name in ("a.csv", "a.parquet"))


def test_only_rows_that_count_are_looked_at() -> None:
    """Rows outside the period, of another filter or without an amount have no currency that matters."""
    assert amount(PURCHASES, period="2026-05").value == 15
    assert amount(PURCHASES, where={"team": "n"}).value == 15
    assert amount(PURCHASES, where={"currency": "JPY"}).value == 3000
    assert amount({**PURCHASES, "amount": [10.0, 20.0, None]}).value == 15
    assert amount({**PURCHASES, "currency": ["EUR", "EUR", None]}).value == 1010
    counted = measure(["purchase_volume", "purchase_amount"], {"purchases": PURCHASES})
    assert counted.get("purchase_volume").value == 3
    assert not mixed(counted.get("purchase_volume"))


def test_parts_and_coarser_groups_say_it() -> None:
    """What was apart is added: parts of one currency each, groups by currency that are joined, a stored tally."""
    parts = [
        tally(["purchase_amount"], {"purchases": {k: v[i : i + 1] for k, v in PURCHASES.items()}}) for i in range(3)
    ]
    assert [part.measure().one().value for part in parts] == [10, 20, 3000]
    assert mixed(reduce(add, parts).measure().one())
    by = tally(["purchase_amount"], {"purchases": PURCHASES}, by=["currency", "team"])
    for kept in (by, Tally.from_bytes(by.to_bytes())):
        assert mixed(kept.without("currency").measure().get("purchase_amount", team="s"))
        assert kept.without("team").measure().get("purchase_amount", currency="JPY").value == 3000


def test_a_verdict_has_no_number() -> None:
    """Sides in two currencies cannot be compared; groups by currency can."""
    many = {name: cells * 30 for name, cells in PURCHASES.items()}
    found = tally(["purchase_amount"], {"purchases": many}), tally(["purchase_amount"], {"purchases": many})
    verdict = compare(*found, "purchase_amount")
    assert verdict.decision == "invalid"
    assert "money.mixed" in {caveat.code for caveat in verdict.caveats}
    apart = [tally(["purchase_amount"], {"purchases": many}, by=["currency"]) for _ in "ab"]
    euros = compare(apart[0], apart[1])[0]
    assert euros.decision != "invalid"
    assert "money.mixed" not in {caveat.code for caveat in euros.caveats}
