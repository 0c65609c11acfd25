"""The KPIs of what we owe: feedback answered, suggestions weighed, promises and measures kept, problems found first."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.sums import Ratio, Total
from servqual.metrics.catalogue._open_items import (
    PLACE,
    STANDARD,
    TIMED,
    asked_for,
    by_due,
    in_order,
    received,
    time_to,
    told,
    with_percentiles,
)
from servqual.metrics.kpi.definition import Kpi, View


def _feedback_response(t: View) -> Mapping[str, Array]:
    return time_to(t, "first_response_at")


def _feedback_handled(t: View) -> Mapping[str, Array]:
    in_order(t, "received_at", "handled_at")
    return {"hit": t.seen("handled_at"), "among": received(t)}


def _adopted(t: View) -> Mapping[str, Array]:
    """A suggestion is evaluated, then adopted or declined; a decision without an evaluation cannot be."""
    t.refuse(t.known("adopted") & ~t.known("evaluated_at"), "evaluated_at", "is missing, but adopted is known")
    in_order(t, "evaluated_at", "decided_at")
    decided = told(t, "adopted", "decided_at")
    return {"hit": t["adopted"], "among": t.seen("evaluated_at") & asked_for(t), "undecided": ~decided}


def _commitment_kept(t: View) -> Mapping[str, Array]:
    return by_due(t, "made_at", "fulfilled_at", "released_at", broken=t.seen("broken_at"))


def _action_on_time(t: View) -> Mapping[str, Array]:
    return by_due(t, "agreed_at", "done_at", "dropped_at")


def _found_first(t: View) -> Mapping[str, Array]:
    internal = t.params["internal"]
    if isinstance(internal, str) or not isinstance(internal, Collection):
        raise InvalidValue.of(
            "internal",
            "name the sources that are ours",
            internal,
            do="set it, such as KPIS['proactive_discovery_rate'].with_(internal=('monitoring', 'audit'))",
        )
    source = t.column("source")
    ours = [code for code, label in enumerate(source.labels) if label in internal]
    return {"hit": np.isin(source.values, ours), "among": received(t) & source.known}


PROMISE_KPIS: Final = (
    *with_percentiles(
        Kpi(
            key="feedback_response_time",
            title="feedback response time",
            question="how long is the time from feedback to the first word to the customer, on average?",
            formula="sum of the time from receipt to the first response, acknowledgement or reply / feedback answered",
            source=f"K-49 (000 §4.1, §4.3); {STANDARD}",
            label_zh="反馈响应时间",
            unit="s",
            better="lower",
            table="feedback",
            needs=("received_at", "first_response_at"),
            open_items="feedback that nobody answered yet is undecided",
            params=TIMED,
            accumulator=Total,
            rows=_feedback_response,
        ),
        "the time from feedback to the first word to the customer",
    ),
    Kpi(
        key="feedback_handled_rate",
        title="feedback handled",
        question="what share of the feedback received has been handled?",
        formula="feedback handled by now / feedback received",
        source="K-49 (000 §4.1, §4.3: each item is handled); the document gives no formula",
        label_zh="反馈处理率",
        unit="share",
        better="higher",
        table="feedback",
        needs=("received_at", "handled_at"),
        open_items="not handled",
        params=PLACE,
        accumulator=Ratio,
        rows=_feedback_handled,
    ),
    Kpi(
        key="suggestion_adoption_rate",
        title="suggestion adoption rate",
        question="what share of the suggestions evaluated was adopted?",
        formula="suggestions adopted / suggestions evaluated and decided; a decision whose decided_at lies after now "
        "is not seen",
        source="K-50 (000 §3.2; 001-1 §5.2); the documents give no formula",
        label_zh="建议采纳率",
        unit="share",
        better=None,
        table="suggestions",
        at="evaluated_at",
        needs=("evaluated_at", "adopted"),
        uses=("decided_at",),
        open_items="evaluated but not decided is undecided; not evaluated is left out",
        params=PLACE,
        accumulator=Ratio,
        rows=_adopted,
    ),
    Kpi(
        key="commitment_kept",
        title="promises kept",
        question="what share of the promises to customers was kept in time?",
        formula="fulfilled by due_at, at the due moment included / promises due, without those from which the customer "
        "released us by then; declared broken is a miss for good",
        source="K-38 (002 §5.1: keep promises); the document gives no formula",
        label_zh="承诺履行率",
        unit="share",
        better="higher",
        table="commitments",
        at="due_at",
        needs=("due_at", "fulfilled_at"),
        uses=("made_at", "broken_at", "released_at"),
        open_items="a miss once due_at has passed, undecided before",
        params=PLACE,
        accumulator=Ratio,
        rows=_commitment_kept,
    ),
    Kpi(
        key="action_on_time_rate",
        title="measures done on time",
        question="what share of the improvement measures was done by its date?",
        formula="done by due_at, at the due moment included / measures due, without those that were dropped by then; a "
        "measure due on a day is due when that day ends",
        source="K-55 (004 §3.4); the document gives no formula",
        label_zh="措施按期完成率",
        unit="share",
        better="higher",
        table="actions",
        at="due_at",
        needs=("due_at", "done_at"),
        uses=("agreed_at", "dropped_at"),
        open_items="a miss once due_at has passed, undecided before",
        params=PLACE,
        accumulator=Ratio,
        rows=_action_on_time,
    ),
    Kpi(
        key="proactive_discovery_rate",
        title="proactive discovery rate",
        question="what share of the problems did we find before a customer told us?",
        formula="cases whose source is one of ours / cases with a source; the sources that are ours must be named",
        source="K-37 (004 §5.1); the document gives no formula, nor which sources are ours",
        label_zh="主动发现率",
        unit="share",
        better="higher",
        table="cases",
        needs=("received_at", "source"),
        open_items="count as they are",
        params={"internal": None, **PLACE},
        accumulator=Ratio,
        rows=_found_first,
    ),
)
