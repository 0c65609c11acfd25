"""The KPIs of what lies beside the desk: deliveries, stores, touchpoints and risks."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.sums import Quotient, Ratio, Total
from servqual.metrics.catalogue._amounts import MILLIONTHS, amount, off_scale, over, scale_of
from servqual.metrics.catalogue._open_items import PLACE, STANDARD, by_due
from servqual.metrics.kpi.definition import Kpi, View


def _on_time(t: View) -> Mapping[str, Array]:
    return by_due(t, "ordered_at", "delivered_at", "cancelled_at")


def _accurate(t: View) -> Mapping[str, Array]:
    return {"hit": t["correct"], "among": t.seen("delivered_at") & t.known("correct")}


def _checked(t: View) -> Mapping[str, Array]:
    met, told = amount(t, "met", "a weight")
    applicable, known = amount(t, "applicable", "a weight")
    t.refuse(told & known & (met > applicable), "met", "must not exceed applicable")
    return over(t, met, applicable, told & known & (applicable > 0))


def _touched(t: View) -> Mapping[str, Array]:
    return {"hit": t["feedback"] > 0, "among": t.known("feedback")}


def _risk(t: View) -> Mapping[str, Array]:
    scale = scale_of(t)
    likelihood, told = off_scale(t, "likelihood", scale)
    impact, known = off_scale(t, "impact", scale)
    among = told & known
    return {"value": np.rint(np.where(among, likelihood * impact, 0) * MILLIONTHS).astype(np.int64), "among": among}


_DELIVERY: Final[dict[str, Any]] = {"table": "deliveries", "unit": "share", "better": "higher", "accumulator": Ratio}

OPERATION_KPIS: Final = (
    Kpi(
        key="delivery_on_time_rate",
        title="deliveries on time",
        question="what share of the deliveries came in time?",
        formula="delivered by due_at, at the due moment included / deliveries due, without those cancelled by then",
        source=f"K-73 (001-2 §5.2); {STANDARD}",
        label_zh="配送效率和准确性",
        at="due_at",
        needs=("due_at", "delivered_at"),
        uses=("ordered_at", "cancelled_at"),
        open_items="a miss once due_at has passed, undecided before",
        params=PLACE,
        rows=_on_time,
        **_DELIVERY,
    ),
    Kpi(
        key="delivery_accuracy",
        title="correct deliveries",
        question="what share of the deliveries was what had been ordered?",
        formula="correct deliveries / deliveries by now for which that is known",
        source=f"K-73 (001-2 §5.2); {STANDARD}",
        label_zh="配送效率和准确性",
        at="delivered_at",
        needs=("delivered_at", "correct"),
        open_items="left out",
        rows=_accurate,
        **_DELIVERY,
    ),
    Kpi(
        key="store_score",
        title="store score",
        question="how much of the checklist did the stores meet?",
        formula="sum of the weights met / sum of the weights applicable; what does not apply leaves both",
        source=f"K-74 (001-2 §5.2), as a share; {STANDARD}",
        label_zh="门店评估",
        unit="share",
        better="higher",
        table="store_checks",
        needs=("met", "applicable"),
        open_items="there are none: a store is told when it has been checked",
        accumulator=Quotient,
        rows=_checked,
    ),
    Kpi(
        key="touchpoint_coverage",
        title="touchpoint feedback coverage",
        question="at what share of the touchpoints do customers tell us something?",
        formula="touchpoints with feedback / touchpoints for which its number is known",
        source=f"K-51 (implied by 000 §4.3: feedback at every stage); {STANDARD}",
        label_zh="反馈覆盖率",
        unit="share",
        better="higher",
        table="touchpoints",
        needs=("feedback",),
        open_items="there are none: feedback is counted as it stands",
        accumulator=Ratio,
        rows=_touched,
    ),
    Kpi(
        key="risk_score",
        title="risk score",
        question="how grave are the risks, on average?",
        formula="sum of likelihood × impact / risks assessed, both on the same scale, which must be named",
        source=f"K-67 (implied by 001-1 §5.3; no scale is given); {STANDARD}",
        label_zh="风险评分",
        unit="score",
        better="lower",
        table="risks",
        needs=("likelihood", "impact"),
        open_items="there are none: a risk is told when it has been assessed",
        params={"scale": None},
        accumulator=Total,
        rows=_risk,
    ),
)
