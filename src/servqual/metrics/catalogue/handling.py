"""The KPIs of handling: where the time of a contact goes, and how long a customer waits for the next reply."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from servqual._arrays import Array
from servqual.metrics.accumulators import Ratio, Total
from servqual.metrics.catalogue._open_items import TIMED, time_to, with_percentiles
from servqual.metrics.catalogue.contacts import TOLD, answered
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _part(t: View, name: str) -> Mapping[str, Array]:
    return {"value": t.us(name), "among": answered(t) & t.known(name)}


def _held(t: View) -> Mapping[str, Array]:
    return {"hit": t.us("hold_s") > 0, "among": answered(t) & t.known("hold_s")}


_CONTACT: Final[dict[str, Any]] = {
    "table": "interactions",
    "at": "queued_at",
    "uses": TOLD,
    "version": 2,
    "open_items": "a contact that still waits is left out",
}


def _mean_part(name: str, what: str, better: Any, rows: Callable[[View], Mapping[str, Array]]) -> Kpi:
    return Kpi(
        key=f"{name}_time",
        title=f"mean {name} time",
        question=f"how long did {what}, on average?",
        formula=f"sum of {name} / answered contacts for which it is known; without an abandoned column all were "
        "answered",
        source="K-17 (004 §2.2), its parts; KPIS 15, contact-centre practice",
        unit="s",
        better=better,
        needs=(f"{name}_s",),
        accumulator=Total,
        rows=rows,
        **_CONTACT,
    )


HANDLING_KPIS: Final = (
    _mean_part("talk", "the conversation of an answered contact take", None, partial(_part, name="talk_s")),
    _mean_part("hold", "an answered contact stay on hold", "lower", partial(_part, name="hold_s")),
    _mean_part("wrap", "the work after an answered contact take", None, partial(_part, name="wrap_s")),
    Kpi(
        key="hold_rate",
        title="hold rate",
        question="what share of the answered contacts was put on hold?",
        formula="answered contacts with a hold of more than 0 / answered contacts for which it is known",
        source="KPIS 16, contact-centre practice",
        unit="share",
        better="lower",
        needs=("hold_s",),
        accumulator=Ratio,
        rows=_held,
        **_CONTACT,
    ),
    *with_percentiles(
        Kpi(
            key="reply_time",
            title="reply time",
            question="how long did a customer's message wait for the next reply, on average?",
            formula="sum of the time from a message to the next reply / messages replied to; one row per wait "
            "of a customer, so long conversations count for more",
            source="K-01 (response time, per message); KPIS 19, message-weighted",
            label_zh="响应时间",
            unit="s",
            better="lower",
            table="messages",
            needs=("received_at", "replied_at"),
            open_items="a message without a reply is undecided",
            params=TIMED,
            accumulator=Total,
            rows=partial(time_to, name="replied_at"),
        ),
        "the times from a customer's message to the next reply",
        "how long until {share} of the messages were answered, unanswered ones left out?",
    ),
)
