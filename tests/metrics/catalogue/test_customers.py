"""KPIs of customers who buy: periods and their edges, and what `period=` does to others."""

import datetime as dt
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn, TallyMismatch
from servqual.metrics import KPIS, Kpi, Measurement, Tally, measure, tally
from servqual.metrics.catalogue.customers import CUSTOMER_KPIS
from servqual.testing import kpis as twin

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PERIOD = (START + 30 * DAY, START + 60 * DAY)
WITHIN = 20 * DAY
PERIODIC = [kpi for kpi in CUSTOMER_KPIS if kpi.of_period]
ASKED = [kpi.with_(active_within=WITHIN) if "active_within" in kpi.params else kpi for kpi in PERIODIC]
Row = dict[str, Any]
Told = tuple[float | None, int, int]

purchases = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["a", "b", "c", "d", "e", None]),
            "at": st.none() | st.integers(0, 90).map(lambda days: START + days * DAY),
        }
    ),
    max_size=25,
)
nows = st.sampled_from([None, START + 45 * DAY, START + 60 * DAY, START + 90 * DAY])


def columns(rows: list[Row]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns; the tier is the customer's own."""
    return {
        "customer_id": [row["customer_id"] for row in rows],
        "at": [row["at"] for row in rows],
        "tier": [tier(row["customer_id"]) for row in rows],
    }


def tier(customer: str | None) -> str:
    """A property of the customer."""
    return "gold" if customer in {"a", "b"} else "plain"


def slow(kpi: Kpi, rows: list[Row], now: dt.datetime | None) -> Told:
    """Customer by customer: True, False, or None where it may still go either way."""
    return twin.measure(kpi, rows, now=now, period=PERIOD)


def numbers(m: Measurement) -> Told:
    """What a twin tells."""
    return m.value, m.n, m.undecided


@pytest.mark.parametrize("kpi", ASKED, ids=lambda kpi: kpi.key)
@given(rows=purchases, now=nows)
def test_each_kpi_equals_its_slow_twin(kpi: Kpi, rows: list[Row], now: dt.datetime | None) -> None:
    """In all and by tier, while the period lasts and after."""
    found = measure([kpi], {"purchases": columns(rows)}, period=PERIOD, now=now)
    assert numbers(found.one()) == pytest.approx(slow(kpi, rows, now))
    lost = sum(row["customer_id"] is None or row["at"] is None for row in rows)
    assert (found.rows["purchases"].read, found.rows["purchases"].refused) == (len(rows), lost)
    for m in measure([kpi], {"purchases": columns(rows)}, by=["tier"], period=PERIOD, now=now):
        mine = [row for row in rows if tier(row["customer_id"]) == m.group["tier"]]
        assert numbers(m) == pytest.approx(slow(kpi, mine, now))


@given(rows=purchases, seed=st.integers(0, 99))
def test_parts_are_the_same_bytes_where_customers_stay_together(rows: list[Row], seed: int) -> None:
    """In any order, and shipped through bytes."""
    whole = tally(ASKED, {"purchases": columns(rows)}, by=["tier"], period=PERIOD)
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311  (a shuffle that can be told again)
    parts = [
        tally(
            ASKED,
            {"purchases": columns([r for r in shuffled if (r["customer_id"] in {"a", "c", None}) == side])},
            by=["tier"],
            period=PERIOD,
        )
        for side in (True, False)
    ]
    shipped = Tally.from_bytes(parts[1].to_bytes(), kpis=ASKED)
    assert shipped.plan.period == parts[1].plan.period
    assert (shipped + parts[0]).to_bytes() == whole.to_bytes()


def test_the_program_of_the_contract() -> None:
    """Customers a and c bought again; b was active at the start and left (contract c10)."""

    def day(y: int, m: int, d: int) -> dt.datetime:
        return dt.datetime(y, m, d, tzinfo=dt.UTC)

    bought = {
        "customer_id": ["a", "a", "a", "b", "c", "c"],
        "at": [day(2026, 1, 5), day(2026, 3, 5), day(2026, 5, 5), day(2025, 2, 1), day(2026, 4, 1), day(2026, 5, 1)],
        "amount": [10.0, 20.0, 30.0, 500.0, 15.0, 15.0],
    }
    year = dt.timedelta(days=365)
    kept = measure(
        ["repurchase_rate", *(KPIS[key].with_(active_within=year) for key in ("retention_rate", "churn_rate"))],
        {"purchases": bought},
        period=(day(2026, 1, 1), day(2026, 6, 1)),
    )
    assert (kept.get("repurchase_rate").value, kept.get("repurchase_rate").n) == (1.0, 2)
    assert (kept.get("retention_rate").value, kept.get("churn_rate").value) == (0.0, 1.0)


def test_a_period_has_its_start_and_not_its_end() -> None:
    """A purchase at the start is in it, one at the end is not; exactly active_within ago is still active."""
    start, end = PERIOD
    edge = {"customer_id": ["a", "a", "b"], "at": [start, end, end]}
    again = measure(["repurchase_rate"], {"purchases": edge}, period=PERIOD).one()
    assert numbers(again) == (0.0, 1, 0)
    stayed = KPIS["retention_rate"].with_(active_within=WITHIN)
    at_edges = {"customer_id": ["a", "a"], "at": [start - WITHIN, end - WITHIN]}
    assert numbers(measure([stayed], {"purchases": at_edges}, period=PERIOD).one()) == (1.0, 1, 0)
    too_old = {"customer_id": ["a"], "at": [start - WITHIN - dt.timedelta(microseconds=1)]}
    assert numbers(measure([stayed], {"purchases": too_old}, period=PERIOD).one()) == (None, 0, 0)


def test_a_customer_counts_in_the_group_of_the_named_purchase() -> None:
    """The first in the period for those who buy again, the last before it for those who stay."""
    start, end = PERIOD
    rows = {
        "customer_id": ["a", "a", "a", "a"],
        "at": [start - 2 * DAY, start - DAY, start + DAY, end - DAY],
        "channel": ["shop", "phone", "web", "shop"],
    }
    found = measure(ASKED, {"purchases": rows}, by=["channel"], period=PERIOD)
    assert {(m.kpi, m.group["channel"]) for m in found if m.n} == {
        ("repurchase_rate", "web"),
        ("return_customer_rate", "web"),
        ("retention_rate", "phone"),
        ("churn_rate", "phone"),
    }


def test_what_has_to_be_said_is_asked_for() -> None:
    """The period, how long a customer counts as active, and no grouping by time."""
    data = {"purchases": {"customer_id": ["a"], "at": [START]}}
    with pytest.raises(InvalidValue, match=r"period must be given for repurchase_rate \(got None\)"):
        measure(["repurchase_rate"], data)
    with pytest.raises(InvalidValue, match="active_within must be a timedelta"):
        measure(["retention_rate"], data, period=PERIOD)
    with pytest.raises(InvalidValue, match="by must not name month for repurchase_rate"):
        measure(["repurchase_rate"], data, by=["month"], period=PERIOD)


@pytest.mark.parametrize("period", [PERIOD[::-1], (START, START), (np.datetime64("NaT", "us"), np.datetime64("2026"))])
def test_a_period_runs_forward(period: Any) -> None:
    """Reversed, empty or unknown ones are refused."""
    with pytest.raises(InvalidValue, match=r"period must be two moments, the first before the second|must be known"):
        measure(["volume"], {"interactions": {}}, period=period)


# --- periods of other KPIs ---------------------------------------------------------------------------


def test_other_kpis_count_the_rows_that_are_dated_in_the_period() -> None:
    """The start is inside, the end is not; a row without a moment lies in no period and is refused."""
    at = [PERIOD[0] - DAY, PERIOD[0], PERIOD[1] - DAY, PERIOD[1], None]
    data = {"interactions": {"queued_at": at, "wait_s": [1, 2, 4, 8, 16]}}
    found = measure(["volume", "asa"], data, period=PERIOD)
    assert (found.get("volume").value, found.get("asa").value) == (2, 3.0)
    rows = found.rows["interactions"]
    assert (rows.read, rows.used, rows.refused) == (5, 4, 1)
    assert str(rows.refusals[0]) == "row 4: queued_at is missing, so that the row lies in no period (got 'NaT')"
    with pytest.raises(MissingColumn, match="queued_at"):
        measure(["asa"], {"interactions": {"wait_s": [1]}}, period=PERIOD)


def test_a_chain_that_began_before_the_period_is_still_a_chain() -> None:
    """A repeat in the period of a contact before it is a repeat."""
    data = {"interactions": {"customer_id": ["a", "a"], "queued_at": [PERIOD[0] - DAY, PERIOD[0]]}}
    assert measure(["repeat_rate"], data, period=PERIOD).one().value == 1.0


def test_tallies_of_different_periods_do_not_add_up() -> None:
    """They are different questions; periods that adjoin are asked as one."""
    data = {"interactions": {"queued_at": [START]}}
    one, other = (tally(["volume"], data, period=(START, START + n * DAY)) for n in (1, 2))
    with pytest.raises(TallyMismatch, match="now, period and rows"):
        _ = one + other
    assert (one + one).measure().one().value == 2


@pytest.mark.parametrize(
    ("key", "table", "name", "at"),
    [
        ("purchase_frequency", "purchases", "customer_id", "at"),
        ("contacts_per_customer", "interactions", "customer_id", "queued_at"),
        ("workload_per_agent", "cases", "agent", "received_at"),
        ("open_cases_per_agent", "cases", "agent", "received_at"),
    ],
)
def test_a_row_that_names_nobody_counts_for_neither_side(key: str, table: str, name: str, at: str) -> None:
    """A hundred with one row each make 1, whatever 900 rows without a name say; these alone make nothing."""
    rows: dict[str, list[Any]] = {name: [f"K-{i}" for i in range(100)] + [None] * 900, at: [START] * 1000}
    rows |= {"resolved_at": [None] * 1000} if table == "cases" else {}
    found = measure([key], {table: rows}, now=START + DAY).one()
    assert (found.value, found.n) == (1.0, 100)
    slow = twin.measure_over(
        KPIS[key],  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        {table: [{name: who, at: START, "resolved_at": None, "closed_at": None} for who in rows[name]]},
        now=START + DAY,
    )
    assert (slow.value, slow.n) == (1.0, 100)
    nobody = {column: cells[-2:] for column, cells in rows.items()}
    assert measure([key], {table: nobody}, now=START + DAY).one().value is None
