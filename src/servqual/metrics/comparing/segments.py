"""Segments of customers: by what they buy, and by how satisfied and how active they are."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import measured_kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.model.service.customer import FeedbackSegment, SpendingSegment

__all__ = ["feedback_segments", "spending_segments"]

_KEY = "customer_id"


def spending_segments(
    measures: Measures, *, frequent_from: float, valuable_from: float
) -> Mapping[str, SpendingSegment]:
    """Segment customers by `purchase_volume` and `purchase_amount`, measured by customer_id over a period.

    High value: all purchases together come to `valuable_from` or more; else high frequency: at least `frequent_from`
    purchases; else occasional. A limit itself is reached, and who is both is of high value. Customers without a
    purchase, or without an id, have no segment. Measure each currency apart.

    >>> from servqual.metrics import measure
    >>> bought = {"customer_id": ["a", "a", "a", "b", "c"], "at": [None] * 5, "amount": [5, 5, 5, 900, 7]}
    >>> bought["at"] = ["2026-05-04T09:00Z"] * 5
    >>> found = measure(["purchase_volume", "purchase_amount"], {"purchases": bought}, by=["customer_id"])
    >>> [str(word) for word in spending_segments(found, frequent_from=3, valuable_from=500).values()]
    ['high_frequency', 'high_value', 'occasional']
    """
    for name, limit in (("frequent_from", frequent_from), ("valuable_from", valuable_from)):
        _a_number(name, limit)
    volume, amount = (_by_customer(measures, key) for key in ("purchase_volume", "purchase_amount"))
    found: dict[str, SpendingSegment] = {}
    for customer, one in volume.items():
        mean = amount.get(customer)
        spent = 0.0 if mean is None or mean.value is None else mean.value * mean.n
        if spent >= valuable_from:
            found[customer] = SpendingSegment.HIGH_VALUE
        elif one.value:
            often = one.value >= frequent_from
            found[customer] = SpendingSegment.HIGH_FREQUENCY if often else SpendingSegment.OCCASIONAL
    return MappingProxyType(found)


def feedback_segments(
    satisfaction: Measures, activity: Measures, *, kpi: str, loyal_from: float, active: str = "purchase_volume"
) -> Mapping[str, FeedbackSegment]:
    """Segment customers by a measure of satisfaction and by whether they were active, each measured by customer_id.

    Measure `activity` over the time in which an active customer does something. Lost: `active` counts nothing; loyal:
    active, and satisfied by `loyal_from` or more; potential: active, and less satisfied or not asked. A customer whom
    neither measure knows has no segment.

    >>> from servqual.metrics import KPIS, measure
    >>> mean = KPIS["csat_mean"].with_(scale=(1, 5))
    >>> told = measure([mean], {"answers": {"customer_id": ["a", "b", "c"], "score": [5, 2, 5]}}, by=["customer_id"])
    >>> bought = {"customer_id": ["a", "b"], "at": ["2026-05-04T09:00Z"] * 2}
    >>> seen = measure(["purchase_volume"], {"purchases": bought}, by=["customer_id"])
    >>> [str(word) for word in feedback_segments(told, seen, kpi="csat_mean", loyal_from=4).values()]
    ['loyal', 'potential', 'lost']
    """
    _a_number("loyal_from", loyal_from)
    scores, seen = _by_customer(satisfaction, kpi), _by_customer(activity, active)
    if measured_kpi(satisfaction, kpi).better != "higher":
        raise InvalidValue.of("kpi", "be a measure of which more is better", kpi)
    found: dict[str, FeedbackSegment] = {}
    for customer in dict.fromkeys((*scores, *seen)):
        did, score = seen.get(customer), scores.get(customer)
        if did is None or not did.value:
            found[customer] = FeedbackSegment.LOST
        elif score is not None and score.value is not None and score.value >= loyal_from:
            found[customer] = FeedbackSegment.LOYAL
        else:
            found[customer] = FeedbackSegment.POTENTIAL
    return MappingProxyType(found)


def _a_number(name: str, limit: object) -> None:
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not math.isfinite(limit):
        raise InvalidValue.of(name, "be a finite number", limit)


def _by_customer(measures: Measures, key: str) -> dict[str, Measurement]:
    """Give the measurement of each known customer."""
    kpi = measured_kpi(measures, key)
    if measures.by != (_KEY,):
        raise InvalidValue.of("by", f"be {_KEY} alone", measures.by, do=f"measure with by=['{_KEY}']")
    return {m.group[_KEY]: m for m in measures.of(kpi) if m.group[_KEY] is not None}
