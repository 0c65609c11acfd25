"""The home of a customer does not depend on how its name is held."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import KPIS, tally
from servqual.metrics.engine.homes import homes_of
from servqual.readers.columns.arrow_texts import ArrowLabels
from servqual.readers.columns.columns import Numbers, number_of

BLOCKS = 61
NAMES = st.text(min_size=1, max_size=40) | st.integers(0, 10**20).map(str) | st.integers(0, 99).map("{:03}".format)


@given(names=st.lists(NAMES.filter(lambda name: name.isprintable()), max_size=12), before=st.integers(0, 3))
def test_a_text_has_one_home_whatever_holds_it(names: list[str], before: int) -> None:
    """Lists, arrays of Arrow and slices of these agree, one label at a time too; plain digits live by their number."""
    found = homes_of(names, BLOCKS).tolist()
    for kind in ("large_string", "string"):
        array = pa.array([*["another"] * before, *names], kind)
        assert homes_of(ArrowLabels(array)[before:], BLOCKS).tolist() == found
    assert [int(homes_of([name], BLOCKS)[0]) for name in names] == found
    for name, home in zip(names, found, strict=True):
        number = number_of(name)
        assert number < 0 or home == number % BLOCKS
        assert number < 0 or homes_of(Numbers(np.array([number])), BLOCKS).tolist() == [home]


def test_texts_are_dealt_evenly() -> None:
    """Ids that differ in their last digits fill every block alike."""
    count = np.bincount(homes_of([f"CUST-{number}" for number in range(61_000)], BLOCKS), minlength=BLOCKS)
    assert count.min() > 800
    assert count.max() < 1_200


@pytest.mark.parametrize("rows", [1 << 10, 1 << 16])
def test_texts_in_several_parts_are_the_same_customers(rows: int) -> None:
    """Parts with labels of their own, in Arrow, are dealt and joined as one table is."""
    size, rng = 3 << 17, np.random.default_rng(5)
    customer = rng.integers(0, size // 4, size)
    table = pa.table(
        {
            "customer_id": pa.array([f"K-{number}" if number % 7 else None for number in customer.tolist()]),
            "queued_at": pa.array(rng.integers(0, 10**13, size), pa.timestamp("us", "UTC")),
        }
    )
    asked, now = [KPIS["fcr"], KPIS["repeat_rate"]], np.datetime64("2026-01-01", "us")
    whole = tally(asked, {"interactions": table}, now=now)
    parts = iter([table.slice(first, rows) for first in range(0, size, rows)])
    assert tally(asked, {"interactions": parts}, now=now).to_bytes() == whole.to_bytes()
    numbers = table.set_column(0, "customer_id", pa.array(np.where(customer % 7 > 0, customer, -1)))
    numbers = numbers.set_column(0, "customer_id", pa.compute.if_else(pa.compute.less(numbers[0], 0), None, numbers[0]))
    other = tally(asked, {"interactions": numbers}, now=now)
    assert [m.value for m in other.measure()] == [m.value for m in whole.measure()]
