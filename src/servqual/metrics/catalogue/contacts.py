"""The KPIs of contacts: how many came, how long they waited, how long they took, and whether once was enough.

Contacts are counted as offered to a queue; `servqual.metrics.catalogue._offered` says what became of them.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.sums import Count, Ratio, Total
from servqual.metrics.accumulators.values import Values
from servqual.metrics.catalogue._chains import Chains, chains
from servqual.metrics.catalogue._offered import STILL_WAITING, UNANSWERED, answered, offered, still_waiting
from servqual.metrics.kpi.definition import Kpi, View

_US: Final = dt.timedelta(microseconds=1)
_ANSWERED: Final = "without an abandoned column all were answered"


def _us(value: Any, name: str) -> int:
    if not isinstance(value, dt.timedelta) or value < dt.timedelta():
        raise InvalidValue.of(name, "be a timedelta of 0 or more", value)
    return value // _US


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
    """Answered within the threshold, end included, over what `denominator` says."""
    limit, denominator = _us(t.params["within"], "within"), t.params["denominator"]
    if denominator not in _DENOMINATORS:
        raise InvalidValue.of("denominator", f"be {', '.join(_DENOMINATORS[:-1])} or {_DENOMINATORS[-1]}", denominator)
    wait, known, waits = t.us("wait_s"), t.known("wait_s"), still_waiting(t)
    told = answered(t) & known
    hit = told & (wait <= limit)
    if denominator == "answered":
        return {"hit": hit, "among": told}
    among = told | t["abandoned"] | waits
    if denominator == "offered":
        return {"hit": hit, "among": among, "undecided": waits}
    cut = _us(t.params["short"], "short") if "shorter" in denominator else limit
    short = t["abandoned"] & known & (wait <= cut)
    if denominator.endswith("_met"):
        return {"hit": hit | short, "among": among, "undecided": waits}
    return {"hit": hit, "among": among & ~short, "undecided": waits}


def _handled(t: View) -> Mapping[str, Array]:
    """Talk, hold and wrap of answered contacts; a part that is not known adds nothing, unless none is known."""
    value = t.us("talk_s")
    more = [np.maximum(t.us(name), 0) for name in ("hold_s", "wrap_s") if t.has(name)]  # what is missing lies below
    if more:
        value = np.sum([np.maximum(value, 0), *more], axis=0)
    return {"value": value, "among": answered(t) & t.known("talk_s")}


def _transferred(t: View) -> Mapping[str, Array]:
    return {"hit": t["transferred"], "among": answered(t) & t.known("transferred")}


def _first_contacts(t: View) -> Mapping[str, Array]:
    """Chains of contacts of one customer and topic, each within the window of the one before."""
    window = _us(t.params["window"], "window")
    follows, followed = _repeated(t)
    hit = ~followed
    first = _known(t) & ~follows & answered(t)
    # also for those that came back early, or repeats would be told sooner than their absence
    over = t.now - t.us("queued_at") > window
    return {"hit": hit, "among": first, "undecided": first & ~over}


def _repeats(t: View) -> Mapping[str, Array]:
    follows, _ = _repeated(t)
    return {"hit": follows, "among": _known(t)}


def _repeated(t: View) -> tuple[Array, Array]:
    """Whether each contact follows, and is followed by, one of its chain within the window."""
    found, window = _chained(t), _us(t.params["window"], "window")

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
    """Contacts of one customer, and topic where it counts, in order; a contact that cannot be placed is refused."""
    t.refuse(~t.known("customer_id"), "customer_id", "is missing")
    t.refuse(~t.known("queued_at"), "queued_at", "is missing")
    return chains(t, ("customer_id", "topic") if t.params["by_topic"] else ("customer_id",), "queued_at")


def _resolved(t: View) -> Mapping[str, Array]:
    return {"hit": t["resolved"], "among": answered(t) & t.known("resolved")}


def _contained(t: View) -> Mapping[str, Array]:
    return {"hit": ~t["transferred"], "among": t["bot"] & answered(t)}


def _to_human(t: View) -> Mapping[str, Array]:
    return {"hit": t["transferred"], "among": t["bot"] & answered(t)}


_COMMON: Final[dict[str, Any]] = {"table": "interactions", "at": "queued_at"}
_WAITED: Final = Kpi(
    key="asa",
    title="average speed of answer",
    question="how long did answered contacts wait, on average?",
    formula=f"sum of waits of answered contacts / answered contacts; {_ANSWERED}",
    source="K-05; ISO 18295-1 scope",
    label_zh="客户等待时间",
    unit="s",
    better="lower",
    needs=("wait_s",),
    uses=("abandoned",),
    open_items="a contact that still waits is left out",
    accumulator=Total,
    rows=_wait,
    **_COMMON,
)


def _wait_percentile(statistic: str, words: str) -> Kpi:
    return attrs.evolve(
        _WAITED,
        key=f"wait_{statistic}",
        title=f"wait, {words}",
        question=f"within what time were {words} of the answered contacts answered?",
        formula=f"the smallest wait with {words} of the waits of answered contacts at or below it; {_ANSWERED}",
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
    _wait_percentile("p50", "half"),
    _wait_percentile("p90", "nine tenths"),
    _wait_percentile("p95", "nineteen twentieths"),
    Kpi(
        key="abandonment_rate",
        title="abandonment rate",
        question="what share of the contacts gave up waiting?",
        formula="contacts abandoned / contacts offered",
        source="K-05 (abandoned contacts apart); contact-centre practice",
        unit="share",
        better="lower",
        needs=("abandoned",),
        open_items=STILL_WAITING,
        accumulator=Ratio,
        rows=_abandoned,
        **_COMMON,
    ),
    Kpi(
        key="answer_rate",
        title="service response rate",
        question="what share of the contacts was answered?",
        formula="contacts answered / contacts offered",
        source="K-04 (003 §6.2)",
        label_zh="服务响应率",
        unit="share",
        better="higher",
        needs=("abandoned",),
        open_items=STILL_WAITING,
        accumulator=Ratio,
        rows=_answer_rate,
        **_COMMON,
    ),
    Kpi(
        key="service_level",
        title="service level",
        question="what share of the contacts was answered within the threshold?",
        formula="answered within the threshold, end included / contacts offered, or the denominator that is named: "
        "answered; offered less abandons within the threshold (short) or within the limit short (shorter); or offered, "
        f"with those abandons counted as met; {_ANSWERED}",
        source="K-79 (an addition: no document names it); KPIS 3, the six forms of contact-centre practice",
        label_zh="服务水平",
        unit="share",
        better="higher",
        needs=("wait_s",),
        uses=("abandoned",),
        params={"within": dt.timedelta(seconds=20), "denominator": "offered", "short": None},
        open_items=STILL_WAITING,
        accumulator=Ratio,
        rows=_within,
        **_COMMON,
    ),
    Kpi(
        key="aht",
        title="average handling time",
        question="how long did an answered contact take, on average?",
        formula=f"sum of talk, hold and wrap / answered contacts with a known talk time; {_ANSWERED}",
        source="K-17 (004 §2.2)",
        label_zh="平均处理时间",
        unit="s",
        better=None,
        needs=("talk_s",),
        uses=("hold_s", "wrap_s", "abandoned"),
        open_items=UNANSWERED,
        accumulator=Total,
        rows=_handled,
        **_COMMON,
    ),
    Kpi(
        key="transfer_rate",
        title="transfer rate",
        question="what share of the answered contacts was transferred?",
        formula=f"contacts transferred / contacts answered; {_ANSWERED}",
        source="ITIL service desk lists",
        unit="share",
        better="lower",
        needs=("transferred",),
        uses=("abandoned",),
        open_items=UNANSWERED,
        accumulator=Ratio,
        rows=_transferred,
        **_COMMON,
    ),
    Kpi(
        key="fcr",
        title="first-contact resolution",
        question="what share of first contacts was not followed by another on the same matter?",
        formula="first contacts without a later contact of the same customer and topic within the window / first "
        "contacts that were answered and whose window is over; end included, each repeat lengthens the chain",
        source="K-77 (an addition: no document names it); repeat-window form of contact-centre practice",
        label_zh="首次接触解决率",
        unit="share",
        better="higher",
        needs=("customer_id", "queued_at"),
        uses=("topic", "abandoned"),
        open_items="a first contact whose window is not over is undecided",
        params={"window": dt.timedelta(days=7), "by_topic": True},
        law="keyed",
        accumulator=Ratio,
        rows=_first_contacts,
        **_COMMON,
    ),
    Kpi(
        key="repeat_rate",
        title="repeat-contact rate",
        question="what share of the contacts came back on a matter already raised?",
        formula="contacts within the window of an earlier one of the same customer and topic / contacts; end included",
        source="repeat contacts of contact-centre practice",
        unit="share",
        better="lower",
        needs=("customer_id", "queued_at"),
        uses=("topic", "abandoned"),
        params={"window": dt.timedelta(days=7), "by_topic": True},
        law="keyed",
        open_items="a contact that comes back later counts when it comes",
        accumulator=Ratio,
        rows=_repeats,
        **_COMMON,
    ),
    Kpi(
        key="resolved_flag_rate",
        title="resolved as marked",
        question="what share of the answered contacts did the agent mark as resolved?",
        formula=f"contacts marked resolved / answered contacts with a mark; {_ANSWERED}",
        source="K-77, agent-flagged form",
        unit="share",
        better="higher",
        needs=("resolved",),
        uses=("abandoned",),
        open_items=UNANSWERED,
        accumulator=Ratio,
        rows=_resolved,
        **_COMMON,
    ),
    Kpi(
        key="self_service_rate",
        title="self-service rate",
        question="what share of the contacts taken by a bot stayed with it?",
        formula=f"bot contacts not transferred / bot contacts; {_ANSWERED}",
        source="K-45",
        label_zh="自助解决率",
        unit="share",
        better="higher",
        needs=("bot",),
        uses=("transferred", "abandoned"),
        open_items=UNANSWERED,
        accumulator=Ratio,
        rows=_contained,
        **_COMMON,
    ),
    Kpi(
        key="bot_handover_rate",
        title="bot-to-human hand-over rate",
        question="what share of the contacts taken by a bot went on to a person?",
        formula=f"bot contacts transferred / bot contacts; {_ANSWERED}",
        source="K-46",
        label_zh="转人工率",
        unit="share",
        better="lower",
        needs=("bot", "transferred"),
        uses=("abandoned",),
        open_items=UNANSWERED,
        accumulator=Ratio,
        rows=_to_human,
        **_COMMON,
    ),
)
