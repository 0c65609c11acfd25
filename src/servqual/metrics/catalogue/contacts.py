"""The KPIs of contacts: how many came, how long they waited, how long they took, and whether once was enough.

A contact is offered to a queue, and then answered or abandoned. Where there is no `abandoned` column all were answered;
an empty cell of one says that a contact still waits. With an `answered` column beside it a contact may be neither, such
as one that was blocked or went to voicemail.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Count, Ratio, Total, Values
from servqual.metrics.catalogue._chains import Chains, chains
from servqual.metrics.catalogue._params import limit_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View

STILL_WAITING: Final = "a contact that still waits is undecided"
UNANSWERED: Final = "a contact that is not answered yet is left out"
ANSWERED: Final = "without an abandoned column all were answered"
TOLD: Final = ("abandoned", "answered")
"""The columns that say whether a contact was answered."""


def offered(t: View) -> Array:
    """Find all contacts."""
    return np.ones(t.size, np.bool_)


def stayed(t: View) -> Array:
    """Find the contacts that neither gave up nor still wait."""
    return t.once("stayed", lambda: t.column("abandoned").values == 0 if t.has("abandoned") else offered(t))


def unsettled(t: View) -> Array:
    """Find the contacts that are not known to have given up or stayed."""
    return t.once("unsettled", lambda: ~t.known("abandoned") if t.has("abandoned") else ~offered(t))


def answered(t: View) -> Array:
    """Find the contacts that were answered, by their flag, or without one by having stayed; refuse who also gave up."""
    _refuse_both(t)
    return t["answered"] if t.has("answered") else stayed(t)


def still_waiting(t: View) -> Array:
    """Find the contacts that may yet be answered or give up; refuse those that did both."""
    _refuse_both(t)
    if not t.has("answered"):
        return unsettled(t)
    return t.once(
        "still waiting",
        lambda: ~(t["answered"] | t["abandoned"]) & (unsettled(t) | ~t.known("answered")),
    )


def _refuse_both(t: View) -> None:
    """Refuse the contacts of which the table says that they were answered and that they gave up."""
    if t.has("answered") and t.has("abandoned"):
        both = t.once("both", lambda: t["answered"] & t["abandoned"])
        t.refuse(both, "abandoned", "must not be true where answered is")


def _volume(t: View) -> Mapping[str, Array]:
    return {"among": offered(t)}


def _wait(t: View) -> Mapping[str, Array]:
    return {"value": t.us("wait_s"), "among": answered(t) & t.known("wait_s")}


def _abandoned(t: View) -> Mapping[str, Array]:
    return {"hit": t["abandoned"], "among": offered(t), "undecided": still_waiting(t)}


def _answer_rate(t: View) -> Mapping[str, Array]:
    return {"hit": answered(t), "among": offered(t), "undecided": still_waiting(t)}


_DENOMINATORS: Final = (
    "offered",
    "answered",
    "offered_less_short_abandons",
    "offered_less_shorter_abandons",
    "offered_with_short_abandons_met",
    "offered_with_shorter_abandons_met",
)


def _within(t: View) -> Mapping[str, Array]:
    """Divide contacts answered within the threshold, end included, by those that `denominator` names."""
    limit, denominator = limit_of(t, "within"), t.params["denominator"]
    wait, known, waits = t.us("wait_s"), t.known("wait_s"), still_waiting(t)
    told = answered(t) & known
    hit = told & (wait <= limit)
    if denominator == "answered":
        return {"hit": hit, "among": told}
    counted = told | ~answered(t)
    if denominator == "offered":
        return {"hit": hit, "among": counted, "undecided": waits}
    cut = limit_of(t, "short") if "shorter" in denominator else limit
    short = t["abandoned"] & known & (wait <= cut)
    if denominator.endswith("_met"):
        return {"hit": hit | short, "among": counted, "undecided": waits}
    return {"hit": hit, "among": counted & ~short, "undecided": waits}


def _handled(t: View) -> Mapping[str, Array]:
    """Sum talk, hold and wrap of answered contacts for which all are known; an absent column adds nothing."""
    parts = [name for name in ("talk_s", "hold_s", "wrap_s") if t.has(name)]
    known = np.logical_and.reduce([t.known(name) for name in parts])
    # a missing value is the least that there is: two of them would wrap around
    value = np.sum([np.maximum(t.us(name), 0) for name in parts], axis=0)
    return {"value": value, "among": answered(t) & known}


def _transferred(t: View) -> Mapping[str, Array]:
    return {"hit": t["transferred"], "among": answered(t) & t.known("transferred")}


def _first_contacts(t: View) -> Mapping[str, Array]:
    """Find first contacts of a chain, and whether none followed; each that reached somebody lengthens the window."""
    window = limit_of(t, "window")
    _, followed = _repeated(t)
    hit = ~followed
    first = answered(t) & _known(t) & ~_after_contact(t)
    # also for those that came back early: else repeats would count sooner than their absence
    over = t.now - t.us("queued_at") > window
    return {"hit": hit, "among": first, "undecided": first & ~over}


def _after_contact(t: View) -> Array:
    """Mark contacts that follow, within the window, one of their chain that is not known to have given up."""
    follows, _ = _repeated(t)
    gone = ~(answered(t) | still_waiting(t))
    if not gone.any():
        return follows
    found, window = _chained(t), limit_of(t, "window")
    place, at = np.arange(len(found.order)), t.us("queued_at")[found.order]
    start = np.maximum.accumulate(np.where(found.follows, 0, place))
    last = np.maximum.accumulate(np.where(gone[found.order], -1, place))
    before = np.append(-1, last)[:-1]  # the place of the last one before that did not give up
    out = np.zeros(t.size, np.bool_)
    out[found.order] = (before >= start) & (at - at[before] <= window)
    return out


def _repeats(t: View) -> Mapping[str, Array]:
    follows, _ = _repeated(t)
    return {"hit": follows, "among": _known(t)}


def _repeated(t: View) -> tuple[Array, Array]:
    """Mark contacts that follow, and that are followed by, one of their chain within the window."""
    found, window = _chained(t), limit_of(t, "window")

    def rows() -> tuple[Array, Array]:
        follows, followed = np.zeros((2, t.size), np.bool_)
        late = found.within(window)
        follows[found.order] = late
        followed[found.order[:-1]] = late[1:]
        return follows, followed

    return t.once(("repeated", t.params["by_topic"], window, t.told_by), rows)


def _known(t: View) -> Array:
    return t.known("customer_id") & t.seen("queued_at")


def _chained(t: View) -> Chains:
    """Order the contacts of each customer, and topic where it counts; refuse contacts without customer or moment."""
    t.refuse(~t.known("customer_id"), "customer_id", "is missing")
    t.refuse(~t.known("queued_at"), "queued_at", "is missing")
    return chains(t, ("customer_id", "topic") if t.params["by_topic"] else ("customer_id",), "queued_at")


def _conversed(t: View) -> Mapping[str, Array]:
    return {"hit": t["steps_followed"], "among": t.known("steps_followed")}


def _resolved(t: View) -> Mapping[str, Array]:
    return {"hit": t["resolved"], "among": answered(t) & t.known("resolved")}


_COMMON: Final[dict[str, Any]] = {"table": "interactions", "at": "queued_at"}
_WAITED: Final = Kpi(
    key="asa",
    version=2,
    title="average speed of answer",
    question="how long did answered contacts wait, on average?",
    formula=f"sum of waits of answered contacts / answered contacts; {ANSWERED}",
    source="K-05; ISO 18295-1 scope",
    label_zh="客户等待时间",
    unit="s",
    better="lower",
    needs=("wait_s",),
    uses=TOLD,
    open_items="a contact that still waits is left out",
    accumulator=Total,
    rows=_wait,
    **_COMMON,
)


def _wait_percentile(statistic: str, called: str, share: str) -> Kpi:
    return attrs.evolve(
        _WAITED,
        key=f"wait_{statistic}",
        title=f"wait, {called}",
        question=f"how long until {share} of the contacts were answered, abandoned ones left out?",
        formula=f"of the waits of answered contacts, the smallest with {share} of them at or below it; {ANSWERED}",
        accumulator=Values,
        statistic=statistic,
    )


INTERACTION_KPIS: Final = (
    Kpi(
        key="volume",
        title="contacts",
        question="how many contacts came in?",
        formula="count of contacts",
        source="K-40, K-41; contacts offered",
        label_zh="工作量",
        unit="count",
        better=None,
        needs=(),
        open_items="a contact counts once it is queued, answered or not",
        accumulator=Count,
        rows=_volume,
        **_COMMON,
    ),
    _WAITED,
    _wait_percentile("p50", "median", "half"),
    _wait_percentile("p90", "90th percentile", "90 %"),
    _wait_percentile("p95", "95th percentile", "95 %"),
    Kpi(
        key="abandonment_rate",
        version=2,
        title="abandonment rate",
        question="what share of the contacts gave up waiting?",
        formula="contacts abandoned / contacts offered",
        source="K-05 (abandoned contacts apart); contact-centre practice",
        unit="share",
        better="lower",
        needs=("abandoned",),
        uses=("answered",),
        open_items=STILL_WAITING,
        accumulator=Ratio,
        rows=_abandoned,
        **_COMMON,
    ),
    Kpi(
        key="answer_rate",
        version=2,
        title="service response rate",
        question="what share of the contacts was answered?",
        formula="contacts answered / contacts offered",
        source="K-04 (003 §6.2)",
        label_zh="服务响应率",
        unit="share",
        better="higher",
        needs=("abandoned",),
        uses=("answered",),
        open_items=STILL_WAITING,
        accumulator=Ratio,
        rows=_answer_rate,
        **_COMMON,
    ),
    Kpi(
        key="service_level",
        version=2,
        title="service level",
        question="what share of the contacts was answered within the threshold?",
        formula="answered within the threshold, end included / contacts offered, or another `denominator`: "
        "answered; offered_less_short_abandons, without abandons within the threshold; offered_less_shorter_abandons, "
        "without those within the limit `short`; or offered_with_short_abandons_met and "
        f"offered_with_shorter_abandons_met, with those counted as answered in time; {ANSWERED}",
        source="K-79 (an addition: no document names it); KPIS 3, the six forms of contact-centre practice",
        label_zh="服务水平",
        unit="share",
        better="higher",
        needs=("wait_s",),
        uses=TOLD,
        params={"within": dt.timedelta(seconds=20), "denominator": "offered", "short": None},
        choices={"denominator": _DENOMINATORS},
        open_items=STILL_WAITING,
        accumulator=Ratio,
        rows=_within,
        **_COMMON,
    ),
    Kpi(
        key="aht",
        version=3,
        title="average handling time",
        question="how long did an answered contact take, on average?",
        formula="sum of talk, hold and wrap / answered contacts for which each is known; without a hold_s or wrap_s "
        f"column there was none; {ANSWERED}",
        source="K-17 (004 §2.2)",
        label_zh="平均处理时间",
        unit="s",
        better=None,
        needs=("talk_s",),
        uses=("hold_s", "wrap_s", *TOLD),
        open_items=UNANSWERED,
        accumulator=Total,
        rows=_handled,
        **_COMMON,
    ),
    Kpi(
        key="transfer_rate",
        version=2,
        title="transfer rate",
        question="what share of the answered contacts was transferred?",
        formula=f"contacts transferred / contacts answered; {ANSWERED}",
        source="ITIL service desk lists",
        unit="share",
        better="lower",
        needs=("transferred",),
        uses=TOLD,
        open_items=UNANSWERED,
        accumulator=Ratio,
        rows=_transferred,
        **_COMMON,
    ),
    Kpi(
        key="fcr",
        title="first-contact resolution",
        question="what share of the first contacts was not followed by another on the same matter?",
        formula="first contacts without a later contact of the same customer and topic within the window, answered or "
        "not / first contacts that were answered and whose window is over; end included, each repeat lengthens the "
        "chain unless it is known to have given up",
        source="K-77 (an addition: no document names it); repeat-window form of contact-centre practice",
        label_zh="首次接触解决率",
        unit="share",
        better="higher",
        needs=("customer_id", "queued_at"),
        uses=("topic", *TOLD),
        open_items="a first contact whose window is not over is undecided",
        params={"window": dt.timedelta(days=7), "by_topic": True},
        law="keyed",
        accumulator=Ratio,
        rows=_first_contacts,
        version=3,
        **_COMMON,
    ),
    Kpi(
        key="repeat_rate",
        title="repeat-contact rate",
        question="what share of the contacts was about a matter raised before?",
        formula="contacts within the window of an earlier one of the same customer and topic / contacts; end included",
        source="repeat contacts of contact-centre practice",
        unit="share",
        better="lower",
        needs=("customer_id", "queued_at"),
        uses=("topic", "abandoned"),
        params={"window": dt.timedelta(days=7), "by_topic": True},
        law="keyed",
        open_items="a later contact counts once it is queued",
        accumulator=Ratio,
        rows=_repeats,
        **_COMMON,
    ),
    Kpi(
        key="resolved_flag_rate",
        version=2,
        title="resolved as recorded",
        question="what share of the answered contacts did the agent mark as resolved?",
        formula=f"contacts marked resolved / answered contacts with a mark; {ANSWERED}",
        source="K-77, agent-flagged form",
        unit="share",
        better="higher",
        needs=("resolved",),
        uses=TOLD,
        open_items=UNANSWERED,
        accumulator=Ratio,
        rows=_resolved,
        **_COMMON,
    ),
    Kpi(
        key="conversation_followed_rate",
        title="conversations that took every step",
        question="what share of the conversations took every step that they needed?",
        formula="contacts that ended with every step (listen, understand, respond, and follow up where the outcome "
        "asks for it) / contacts that ended and whose steps are known",
        source="DOMAIN CH-29 (004 §6.1, the four steps); the document gives no formula",
        label_zh="沟通流程",
        unit="share",
        better="higher",
        needs=("steps_followed",),
        open_items="a contact that goes on is left out",
        accumulator=Ratio,
        rows=_conversed,
        **_COMMON,
    ),
)
