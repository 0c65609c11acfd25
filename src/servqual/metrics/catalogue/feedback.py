"""The KPIs of feedback and suggestions: how soon feedback is answered, and what becomes of both."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from servqual._arrays import Array
from servqual.metrics.accumulators import Ratio, Total
from servqual.metrics.catalogue._open_items import (
    PLACE,
    STANDARD,
    TIMED,
    asked_for,
    in_order,
    received,
    time_to,
    told,
    with_percentiles,
)
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _feedback_handled(t: View) -> Mapping[str, Array]:
    in_order(t, "received_at", "handled_at")
    return {"hit": t.seen("handled_at"), "among": received(t)}


def _adopted(t: View) -> Mapping[str, Array]:
    """Find adopted suggestions among those evaluated; refuse a decision without an evaluation."""
    t.refuse(t.known("adopted") & ~t.known("evaluated_at"), "evaluated_at", "is missing, but adopted is known")
    in_order(t, "evaluated_at", "decided_at")
    decided = told(t, "adopted", "decided_at")
    return {"hit": t["adopted"], "among": t.seen("evaluated_at") & asked_for(t), "undecided": ~decided}


FEEDBACK_KPIS: Final = (
    *with_percentiles(
        Kpi(
            key="feedback_response_time",
            title="feedback response time",
            question="how long did feedback wait for its first response, on average?",
            formula="sum of the time from receipt to the first response, acknowledgement or reply / feedback answered",
            source=f"K-49 (000 §4.1, §4.3); {STANDARD}",
            label_zh="反馈响应时间",
            unit="s",
            better="lower",
            table="feedback",
            needs=("received_at", "first_response_at"),
            open_items="feedback without an answer is undecided",
            params=TIMED,
            accumulator=Total,
            rows=partial(time_to, name="first_response_at"),
        ),
        "the times from receipt of feedback to the first response",
        "how long until {share} of the feedback was answered, unanswered feedback left out?",
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
)
