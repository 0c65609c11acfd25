"""The KPIs of customers who buy: who bought again, came back, stayed and left, over a stated period.

Each is of a period as a whole, `measure(…, period=(start, end))`, without its end, and sees the purchases before it. A
customer counts once, in the group of the one purchase that the formula names; ties are broken by content, not by input
order.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Ratio
from servqual.metrics.catalogue._open_items import PLACE, STANDARD, asked_for, in_order
from servqual.metrics.catalogue._params import limit_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _bought(t: View) -> Array:
    """Find purchases by now; refuse those without a customer or a moment."""
    for name in ("customer_id", "at"):
        t.refuse(~t.known(name), name, "is missing")
    return t.seen("at") & ~t.bad


def _during(t: View) -> Array:
    start, end = t.period
    return (t.us("at") >= start) & (t.us("at") < end)


def _times(t: View, inside: Array) -> Array:
    """Count, in each row, how many of these purchases its customer made."""
    customer = t.column("customer_id").values
    per_customer = np.bincount(customer[inside], minlength=int(customer.max(initial=0)) + 1)
    return np.where(customer >= 0, per_customer[customer], 0)


def _one_each(t: View, inside: Array, *, last: bool = False) -> Array:
    """Choose the first, or the last, of these purchases per customer."""
    rows = inside.nonzero()[0]
    at = t.us("at")[rows]
    customer = t.column("customer_id").values[rows]
    when = -at if last else at
    order = np.lexsort((*t.content(rows, "customer_id", "at"), when, customer))
    fresh = np.diff(customer[order], prepend=-1) != 0
    chosen = np.zeros(t.size, np.bool_)
    chosen[rows[order[fresh]]] = True
    return chosen


def _bought_again(t: View) -> Mapping[str, Array]:
    inside = _bought(t) & _during(t)
    again = _times(t, inside) > 1
    return {"hit": again, "among": _one_each(t, inside), "undecided": ~again & ~_over(t)}


def _came_back(t: View) -> Mapping[str, Array]:
    bought, (start, _) = _bought(t), t.period
    before = _times(t, bought & (t.us("at") < start)) > 0
    return {"hit": before, "among": _one_each(t, bought & _during(t))}


def _stayed(t: View) -> Mapping[str, Array]:
    active, still = _active(t)
    return {"hit": still, "among": active, "undecided": ~still & ~_over(t)}


def _left(t: View) -> Mapping[str, Array]:
    active, still = _active(t)
    return {"hit": ~still, "among": active, "undecided": ~still & ~_over(t)}


def _active(t: View) -> tuple[Array, Array]:
    """Mark the last purchase of customers active at the start, and the customers active at the end."""
    within, (start, end) = limit_of(t, "active_within"), t.period
    bought, at = _bought(t), t.us("at")
    at_start = bought & (at < start) & (at >= start - within)
    at_end = bought & (at < end) & (at >= end - within)
    return _one_each(t, at_start, last=True), _times(t, at_end) > 0


def _over(t: View) -> Array:
    return np.full(t.size, t.passed(t.period[1]))


def _advanced(t: View) -> Mapping[str, Array]:
    t.refuse(~t.known("entered_at"), "entered_at", "is missing")
    in_order(t, "entered_at", "advanced_at", "left_at")
    advanced, left = t.seen("advanced_at"), t.seen("left_at")
    return {"hit": advanced, "among": t.seen("entered_at") & asked_for(t), "undecided": ~advanced & ~left}


_COMMON: Final[dict[str, Any]] = {
    "table": "purchases",
    "unit": "share",
    "needs": ("customer_id", "at"),
    "accumulator": Ratio,
    "law": "keyed",
    "of_period": True,
}
_ACTIVE: Final = (
    "active at a moment means a purchase in the time active_within before it, end included; a customer counts in the "
    "group of the last purchase before the start"
)

CUSTOMER_KPIS: Final = (
    Kpi(
        key="repurchase_rate",
        title="repurchase rate",
        question="what share of the period's customers bought more than once in it?",
        formula="customers with two purchases or more in the period / customers with a purchase in it; a customer "
        "counts in the group of the first of these",
        source="K-25 (001 §1.1; 004 §6.2), with its window as the period",
        label_zh="复购率",
        better="higher",
        open_items="one purchase is undecided while the period lasts",
        rows=_bought_again,
        **_COMMON,
    ),
    Kpi(
        key="return_customer_rate",
        title="return-customer rate",
        question="what share of the period's customers had bought before it?",
        formula="customers with a purchase in the period and one before it / customers with a purchase in it; a "
        "customer counts in the group of the first in the period, and the data must reach back far enough",
        source="K-26 (001-2 §5.2.2); the document gives no formula",
        label_zh="回头率",
        better="higher",
        open_items="none: all purchases are known",
        rows=_came_back,
        **_COMMON,
    ),
    Kpi(
        key="retention_rate",
        title="customer retention rate",
        question="what share of the customers at the start of the period was still active at its end?",
        formula=f"customers active at the start and at the end / customers active at the start; {_ACTIVE}",
        source="K-23 (001 §1.1; 002 §7.3; 004 §6.1, §7.1), (end − new) / start; the documents give no formula",
        label_zh="客户留存率",
        better="higher",
        open_items="a customer not yet active at the end is undecided while the period lasts",
        params={"active_within": None},
        rows=_stayed,
        **_COMMON,
    ),
    Kpi(
        key="churn_rate",
        title="customer churn rate",
        question="what share of the customers at the start of the period was lost by its end?",
        formula=f"customers active at the start and not at the end / customers active at the start; {_ACTIVE}",
        source="K-24 (000 §5.1; 001 §1.1, §4.2; 004 §1.1), 1 − retention of the same customers; the documents give no "
        "formula",
        label_zh="客户流失率",
        better="lower",
        open_items="a customer not yet active at the end is undecided while the period lasts",
        params={"active_within": None},
        rows=_left,
        **_COMMON,
    ),
    Kpi(
        key="conversion_rate",
        title="conversion rate",
        question="what share of the customers in a stage went on to the next?",
        formula="customers who went on / customers who were in the stage and went on or left; one who went on and "
        "left later counts as went on",
        source=f"K-27 (002 §7.3); {STANDARD}",
        label_zh="转化率",
        unit="share",
        better="higher",
        table="stages",
        at="entered_at",
        needs=("entered_at", "advanced_at"),
        uses=("left_at",),
        open_items="a customer who still is in the stage is undecided",
        params=PLACE,
        accumulator=Ratio,
        rows=_advanced,
    ),
)
