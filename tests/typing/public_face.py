"""Only type-checked: what users write gets types, also through rooms whose names load lazily."""

import datetime as dt
from typing import assert_type

from servqual.metrics import KPIS, Kpi, Measures, Ratio, Tally, measure, tally
from servqual.model import BusinessHours, Case, CaseId, CustomerId

found = measure(["resolution_rate"], {"cases": {"received_at": []}})
assert_type(found, Measures)
assert_type(found.one().value, float | None)
assert_type(KPIS["resolution_kept"].with_(within=dt.timedelta(hours=4)), Kpi)
assert_type(tally(["case_volume"], {"cases": {"received_at": []}}).to_bytes(), bytes)
assert_type(Tally.from_bytes(b""), Tally)
assert_type(Ratio(3, 1) + Ratio(), Ratio)

hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
assert_type(hours.elapsed(dt.datetime.now(dt.UTC), dt.datetime.now(dt.UTC)), dt.timedelta)


def one_history(case: Case) -> CaseId:
    """An id of one kind is not an id of another: the checker refuses the line that it is told to."""
    wrong: CustomerId = case.id  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    assert wrong
    return case.id
