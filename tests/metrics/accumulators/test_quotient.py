"""A sum over a sum: exact in any parts, the same as scalar and as cells, with the interval of a ratio."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue
from servqual.metrics import Kpi, Quotient, measure
from servqual.metrics.accumulators.cells import Dense
from servqual.metrics.accumulators.exact_sums import as_ints
from servqual.metrics.accumulators.running import accumulate
from servqual.metrics.kpi.view import View

sizes = st.integers(0, 2**52)
pairs = st.lists(st.tuples(st.integers(0, 3), sizes, sizes), max_size=40)
FIELDS = ("top", "base", "top_squares", "base_squares", "both_squares")


def total(rows: list[tuple[int, int]]) -> Quotient:
    """Rows added up one by one."""
    return sum((Quotient.one(top, base) for top, base in rows), Quotient())


@given(pairs)
def test_cells_hold_what_the_scalars_add_up_to(rows: list[tuple[int, int, int]]) -> None:
    """Also at 2^52, the largest value, whose square needs more than 64 bits."""
    codes, top, base = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    cells = accumulate(Quotient, Quotient.of(top, base), codes, 4)
    assert isinstance(cells, Dense)
    columns = [cells.fields["n"].tolist(), *(as_ints(cells.fields[name]).tolist() for name in FIELDS)]
    found = [Quotient(*state) for state in zip(*columns, strict=True)]
    assert found == [total([(t, b) for g, t, b in rows if g == group]) for group in range(4)]


states = st.lists(st.tuples(sizes, sizes), max_size=9).map(total)


@given(states, states, states)
def test_parts_add_in_any_grouping_and_order(a: Quotient, b: Quotient, c: Quotient) -> None:
    """Zero, associativity, commutativity."""
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Quotient() == a


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(1, 999)), min_size=2, max_size=40))
def test_the_variance_is_that_of_what_lies_off_the_ratio(rows: list[tuple[int, int]]) -> None:
    """In floats, from the residuals themselves (Cochran 1977, chapter 6); where all lie on it, none."""
    top, base = np.array(rows, np.float64).T
    off = top - top.sum() / base.sum() * base
    n = len(rows)
    slow = (off**2).sum() / (n * (n - 1) * base.mean() ** 2)
    assert total(rows).variance == pytest.approx(slow, rel=1e-9, abs=1e-12)
    assert total([(2 * b, b) for _, b in rows]).variance == 0


def test_nothing_over_nothing_is_no_number() -> None:
    """No rows, or rows with nothing beneath."""
    assert (Quotient().value, Quotient().variance) == (None, None)
    assert (total([(3, 0), (1, 0)]).value, total([(3, 0), (1, 0)]).variance) == (None, None)
    assert total([(3, 4)]).variance is None
    with pytest.raises(InvalidValue, match=r"top must be 0 or more \(got -1\)"):
        Quotient.one(-1, 2)


def busy(t: View) -> dict[str, np.ndarray]:
    """Talk over wait, of a table that has both."""
    return {"top": t.us("talk_s"), "base": t.us("wait_s")}


BUSY = Kpi(
    key="busy",
    title="busy",
    question="how busy?",
    formula="talk / wait",
    unit="ratio",
    better=None,
    table="interactions",
    needs=("talk_s", "wait_s"),
    accumulator=Quotient,
    rows=busy,
)


def test_the_interval_is_students_around_the_ratio() -> None:
    """By hand, from the residuals; one row has none, and a share does not pass 1."""
    talk, wait = [30.0, 10.0, 55.0, 4.0], [40.0, 20.0, 50.0, 10.0]
    found = measure([BUSY], {"interactions": {"talk_s": talk, "wait_s": wait}}).one()
    ratio = sum(talk) / sum(wait)
    off = np.array(talk) - ratio * np.array(wait)
    half = stats.t.ppf(0.975, 3) * np.sqrt((off**2).sum() / (4 * 3)) / np.mean(wait)
    assert found.n == 4
    assert (found.value, found.low, found.high) == pytest.approx((ratio, ratio - half, ratio + half))
    alone = measure([BUSY], {"interactions": {"talk_s": [1.0], "wait_s": [2.0]}}).one()
    assert (alone.value, alone.low, alone.high) == (0.5, None, None)
