"""The KPIs of access: who got through, who gave up soon, and who was called back."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Ratio
from servqual.metrics.catalogue._open_items import PLACE, by_due
from servqual.metrics.catalogue._params import limit_of
from servqual.metrics.catalogue.contacts import STILL_WAITING, answered, still_waiting
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _short(t: View) -> tuple[Array, Array]:
    """Find contacts that gave up within the limit `short`, end included, and those for which this is known."""
    limit = limit_of(t, "short")
    gave_up = t["abandoned"] & t.known("wait_s")
    return gave_up & (t.us("wait_s") <= limit), ~t["abandoned"] | gave_up


def _handled(t: View) -> Mapping[str, Array]:
    short, told = _short(t)
    return {"hit": answered(t), "among": told & ~short, "undecided": still_waiting(t)}


def _gave_up(t: View) -> Mapping[str, Array]:
    short, told = _short(t)
    return {"hit": t["abandoned"], "among": told & ~short, "undecided": still_waiting(t)}


def _gave_up_soon(t: View) -> Mapping[str, Array]:
    short, told = _short(t)
    return {"hit": short, "among": told, "undecided": still_waiting(t)}


def _patience(t: View) -> Mapping[str, Array]:
    """Divide all waits by the number of contacts that gave up."""
    known = t.known("wait_s")
    return {
        "top": np.where(known, t.us("wait_s"), 0),
        "base": (t["abandoned"] & known).astype(np.int64),
        "among": known,
    }


def _blocked(t: View) -> Mapping[str, Array]:
    return {"hit": t["blocked"], "among": t.known("blocked")}


_CONTACT: Final[dict[str, Any]] = {"table": "interactions", "at": "queued_at"}
_ABANDONED: Final[dict[str, Any]] = {
    **_CONTACT,
    "unit": "share",
    "needs": ("wait_s", "abandoned"),
    "uses": ("answered",),
    "version": 2,
    "params": {"short": None},
    "accumulator": Ratio,
    "open_items": STILL_WAITING,
}
_SHORT: Final = (
    "short is an abandon within the limit, end included, which must be set; an abandon of unknown wait is left out"
)

ACCESS_KPIS: Final = (
    Kpi(
        key="handled_rate",
        title="handled rate",
        question="what share of the contacts was answered, short abandons left out?",
        formula=f"contacts answered / contacts offered without short abandons; {_SHORT}",
        source="K-04 (003 §6.2), without short abandons; KPIS 2, ITIL desk lists",
        better="higher",
        rows=_handled,
        **_ABANDONED,
    ),
    Kpi(
        key="abandonment_rate_less_short",
        title="abandonment rate without short abandons",
        question="what share of the contacts gave up waiting, short abandons left out?",
        formula=f"contacts abandoned after the limit / contacts offered without short abandons; {_SHORT}",
        source="K-05 (abandoned contacts apart); KPIS 7, contact-centre practice",
        better="lower",
        rows=_gave_up,
        **_ABANDONED,
    ),
    Kpi(
        key="short_abandon_rate",
        title="short-abandon share",
        question="what share of the contacts gave up at once?",
        formula=f"contacts abandoned within the limit / contacts offered; {_SHORT}",
        source="KPIS 8, contact-centre practice",
        better=None,
        rows=_gave_up_soon,
        **_ABANDONED,
    ),
    Kpi(
        key="patience_mean",
        title="mean patience",
        question="how long is a customer willing to wait, on average?",
        formula="sum of all waits, of answered and abandoned contacts / contacts abandoned; the most likely mean where "
        "patience is exponential, so that answered contacts are counted as not yet out of patience",
        source="KPIS 9; N. Gans, G. Koole, A. Mandelbaum, 2003, M&SOM 5: 79-141",
        unit="s",
        better="higher",
        needs=("wait_s", "abandoned"),
        open_items="the wait so far counts as a wait",
        accumulator=Quotient,
        rows=_patience,
        **_CONTACT,
    ),
    Kpi(
        key="blockage_rate",
        title="blockage",
        question="what share of the attempts met a busy line?",
        formula="attempts blocked / attempts for which that is known",
        source="KPIS 10; the loss that A. K. Erlang's formula B computes",
        unit="share",
        better="lower",
        table="attempts",
        needs=("blocked",),
        open_items="none: a row is an attempt that has ended",
        accumulator=Ratio,
        rows=_blocked,
    ),
    Kpi(
        key="callback_kept",
        title="callback success",
        question="what share of the callbacks was made within the promised window?",
        formula="called back by due_at, at the due moment included / callbacks due, without those that the customer "
        "cancelled by then",
        source="K-38 (keep promises, 002 §5.1), for callbacks; KPIS 11, contact-centre practice",
        unit="share",
        better="higher",
        table="callbacks",
        at="due_at",
        needs=("due_at", "done_at"),
        uses=("requested_at", "cancelled_at"),
        open_items="missed once due_at has passed, undecided before",
        params=PLACE,
        accumulator=Ratio,
        rows=partial(by_due, start="requested_at", done="done_at", ended="cancelled_at"),
    ),
)
