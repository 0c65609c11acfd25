"""The KPIs of feedback and suggestions: how much came, how it sounds, how soon it is answered, what becomes of it."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Count, Ratio, Total
from servqual.metrics.catalogue._amounts import MILLIONTHS, off_scale
from servqual.metrics.catalogue._open_items import (
    PLACE,
    STANDARD,
    TIMED,
    arrivals,
    asked_for,
    in_order,
    received,
    time_to,
    told,
    with_percentiles,
)
from servqual.metrics.catalogue._params import holding
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _feedback_handled(t: View) -> Mapping[str, Array]:
    in_order(t, "received_at", "handled_at")
    return {"hit": t.seen("handled_at"), "among": received(t)}


def _stars(t: View) -> Mapping[str, Array]:
    stars, told = off_scale(t, "stars", _STARS)
    return {"value": np.rint(stars * MILLIONTHS).astype(np.int64), "among": received(t) & told}


def _negative(t: View) -> Mapping[str, Array]:
    return {
        "hit": holding(t, "sentiment", ("negative",), "sentiment"),
        "among": received(t) & t.known("sentiment"),
    }


def _adopted(t: View) -> Mapping[str, Array]:
    """Find adopted suggestions among those evaluated; refuse a decision without an evaluation."""
    t.refuse(t.known("adopted") & ~t.known("evaluated_at"), "evaluated_at", "is missing, but adopted is known")
    in_order(t, "evaluated_at", "decided_at")
    decided = told(t, "adopted", "decided_at")
    return {"hit": t["adopted"], "among": t.seen("evaluated_at") & asked_for(t), "undecided": ~decided}


_STARS: Final = (1, 5)

FEEDBACK_KPIS: Final = (
    Kpi(
        key="feedback_volume",
        title="feedback received",
        question="how much feedback came in?",
        formula="count of feedback received",
        source="DOMAIN FB-06 (004 §7.1), counts by touchpoint and category",
        unit="count",
        better=None,
        table="feedback",
        needs=("received_at",),
        open_items="feedback that is not handled counts like handled feedback",
        params=PLACE,
        accumulator=Count,
        rows=arrivals,
    ),
    Kpi(
        key="feedback_rating",
        title="mean rating in feedback",
        question="how many stars did customers give, on average?",
        formula="sum of stars / feedback with stars, on the scale of 1 to 5",
        source=f"DOMAIN FB-06 (004 §7.1), FB-20 (001-1 §5.1); {STANDARD}",
        unit="score",
        better="higher",
        table="feedback",
        needs=("received_at", "stars"),
        open_items="feedback that is not handled counts like handled feedback",
        params=PLACE,
        accumulator=Total,
        rows=_stars,
    ),
    Kpi(
        key="feedback_negative_share",
        title="negative feedback",
        question="what share of the feedback was negative?",
        formula="items whose sentiment is negative / items whose sentiment is known: positive, neutral or negative",
        source=f"DOMAIN FB-06 (004 §7.1), sentiment as the analysis of each item says it; {STANDARD}",
        unit="share",
        better="lower",
        table="feedback",
        needs=("received_at", "sentiment"),
        open_items="feedback that nobody analysed so far is left out",
        params=PLACE,
        accumulator=Ratio,
        rows=_negative,
    ),
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
