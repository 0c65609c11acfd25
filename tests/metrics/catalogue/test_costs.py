"""KPIs of cost: exact amounts, and what was spent on cases that are open."""

import datetime as dt

from servqual.metrics import measure

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)


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
    found = measure(
        ["cost_per_resolution"], {"cases": {"received_at": [START], "resolved_at": [None], "cost": [5.0]}}, now=NOW
    ).one()
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 1)
