"""The KPIs of contacts that need no person: solved without one, handed on by a bot, or followed by one.

Who handled a contact, and whether it was handed to a person, may be unknown; such a contact counts for neither side.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Ratio
from servqual.metrics.catalogue._params import holding, limit_of
from servqual.metrics.catalogue.contacts import ANSWERED, STILL_WAITING, UNANSWERED, stayed, unsettled
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View

_MACHINES: Final = ("bot", "self_service", "automation")


def _by_machine(t: View) -> tuple[Array, Array]:
    """Find contacts handled by a bot, self-service or automation, and those handled by a person.

    Where a row names who handled it, a blank `bot` says nothing against it.
    """
    bot, no_bot = t["bot"], t.known("bot") & ~t["bot"]
    if not t.has("handled_by"):
        return bot, no_bot
    machine = holding(t, "handled_by", _MACHINES, "handled_by")
    return bot | machine, ~bot & t.known("handled_by") & ~machine


def _handed_over(t: View) -> tuple[Array, Array]:
    """Find contacts handed to a person, and those that were not; a bot that hands to a bot has not."""
    handed, kept = t["transferred"], t.settled("transferred") & ~t["transferred"]
    if not t.has("to_person"):
        return handed, kept
    return t["to_person"], np.where(t.known("to_person"), ~t["to_person"], kept)


def _unaided(t: View) -> Mapping[str, Array]:
    """Divide the contacts that a machine ended by all; one that gave up was not ended by it."""
    (machine, person), (handed, kept) = _by_machine(t), _handed_over(t)
    waits = unsettled(t)
    among = person | (machine & (handed | kept)) | t["abandoned"] | waits
    return {"hit": stayed(t) & machine & kept, "among": among, "undecided": waits}


def _to_person(t: View) -> Mapping[str, Array]:
    handed, kept = _handed_over(t)
    return {"hit": handed, "among": t["bot"] & stayed(t) & (handed | kept)}


def _contained(t: View) -> Mapping[str, Array]:
    """Find contacts with a machine whose customer reached no person then, or within the window after."""
    window = limit_of(t, "window")
    t.refuse(~t.known("queued_at"), "queued_at", "is missing")
    (machine, person), (handed, kept) = _by_machine(t), _handed_over(t)
    among = machine & stayed(t) & ~t.bad
    if t.has("customer_id"):
        t.refuse(~t.known("customer_id"), "customer_id", "is missing")
        among &= ~t.bad
        handed = handed | _followed(t, person & ~t.bad, window)
        kept = kept & ~_followed(t, ~machine & ~t.bad, window)
    start = np.where(among, t.us("queued_at"), 0)
    return {"hit": kept, "among": among & (handed | kept), "undecided": t.now - start <= window}


def _followed(t: View, by: Array, window: int) -> Array:
    """Find contacts that one of some others of the same customer follows within the window, or at the same moment."""
    customer, at = t.column("customer_id").values.astype(np.int64), t.us("queued_at")
    by = by & t.seen("queued_at")
    # the next of these: sort by customer and moment, then a minimum from the end
    order = np.lexsort((by, at, customer))  # at one moment these are last
    places = np.where(by[order], np.arange(t.size), t.size)
    following = np.minimum.accumulate(places[::-1])[::-1]
    row = np.append(order, 0)[following]
    same = (following < t.size) & (customer[row] == customer[order])
    out = np.zeros(t.size, np.bool_)
    out[order] = same & (at[row] - at[order] <= window)
    return out


_CONTACT: Final[dict[str, Any]] = {"table": "interactions", "at": "queued_at", "unit": "share", "accumulator": Ratio}
_NOT_KNOWN: Final = "one of which this is not known counts as neither"

SELF_SERVICE_KPIS: Final = (
    Kpi(
        key="self_service_rate",
        title="self-service rate",
        question="what share of the contacts was ended without a person?",
        formula="contacts handled by a bot, self-service or automation, answered and not handed to a person / "
        f"contacts; {_NOT_KNOWN}",
        source="K-45 (001-2 §3, §5; 002 §5.3: contacts solved without a person / contacts)",
        label_zh="自助解决率",
        better="higher",
        needs=("bot",),
        uses=("handled_by", "transferred", "to_person", "abandoned"),
        open_items=STILL_WAITING,
        rows=_unaided,
        version=3,
        **_CONTACT,
    ),
    Kpi(
        key="bot_handover_rate",
        title="bot-to-human hand-over rate",
        question="what share of the contacts taken by a bot went on to a person?",
        formula=f"bot contacts handed to a person / bot contacts; {_NOT_KNOWN}; {ANSWERED}",
        source="K-46",
        label_zh="转人工率",
        better="lower",
        needs=("bot", "transferred"),
        uses=("to_person", "abandoned"),
        open_items=UNANSWERED,
        rows=_to_person,
        version=2,
        **_CONTACT,
    ),
    Kpi(
        key="containment_rate",
        title="self-service containment",
        question="what share of the contacts taken by a machine needed no person, then or soon after?",
        formula="contacts handled by a bot, self-service or automation, neither handed to a person nor followed by a "
        "contact of the same customer with a person within the window, end included / such contacts that were answered "
        f"and whose window is over; {_NOT_KNOWN}",
        source="K-45 (001-2 §3, §5; 002 §5.3), with a window; KPIS 12, contact-centre practice",
        label_zh="自助解决率",
        better="higher",
        needs=("queued_at", "bot"),
        uses=("customer_id", "handled_by", "transferred", "to_person", "abandoned"),
        params={"window": dt.timedelta(days=7)},
        law="keyed",
        rows=_contained,
        open_items="a contact whose window is not over is undecided",
        version=3,
        **_CONTACT,
    ),
)
