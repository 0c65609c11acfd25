"""The KPIs of operations beside the desk: deliveries, stores, touchpoints and risks."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Ratio, Total
from servqual.metrics.catalogue._amounts import MILLIONTHS, off_scale, over, weights
from servqual.metrics.catalogue._open_items import PLACE, STANDARD, by_due
from servqual.metrics.catalogue._params import scale_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _accurate(t: View) -> Mapping[str, Array]:
    return {"hit": t["correct"], "among": t.seen("delivered_at") & t.known("correct")}


def _checked(t: View) -> Mapping[str, Array]:
    met, applicable, known = weights(t)
    return over(t, met, applicable, known)


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
        question="what share of the deliveries arrived on time?",
        formula="delivered by due_at, at the due moment included / deliveries due, without those cancelled by then",
        source=f"K-73 (001-2 §5.2); {STANDARD}",
        label_zh="配送效率和准确性",
        at="due_at",
        needs=("due_at", "delivered_at"),
        uses=("ordered_at", "cancelled_at"),
        open_items="missed once due_at has passed, undecided before",
        params=PLACE,
        rows=partial(by_due, start="ordered_at", done="delivered_at", ended="cancelled_at"),
        **_DELIVERY,
    ),
    Kpi(
        key="delivery_accuracy",
        title="correct deliveries",
        question="what share of the deliveries was correct?",
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
        formula="sum of the weights met / sum of the weights applicable; items that do not apply count in neither",
        source=f"K-74 (001-2 §5.2), as a share; {STANDARD}",
        label_zh="门店评估",
        unit="share",
        better="higher",
        table="store_checks",
        needs=("met", "applicable"),
        open_items="none: a row is a check that is finished",
        accumulator=Quotient,
        rows=_checked,
    ),
    Kpi(
        key="touchpoint_coverage",
        title="touchpoint feedback coverage",
        question="what share of the touchpoints has feedback from customers?",
        formula="touchpoints with feedback / touchpoints whose number of feedback is known",
        source=f"K-51 (implied by 000 §4.3: feedback at every stage); {STANDARD}",
        label_zh="反馈覆盖率",
        unit="share",
        better="higher",
        table="touchpoints",
        needs=("feedback",),
        open_items="none: feedback counts as it stands",
        accumulator=Ratio,
        rows=_touched,
    ),
    Kpi(
        key="risk_score",
        title="risk score",
        question="how serious are the risks, on average?",
        formula="sum of likelihood × impact / risks assessed, both on the same scale, which must be named",
        source=f"K-67 (implied by 001-1 §5.3; no scale is given); {STANDARD}",
        label_zh="风险评分",
        unit="score",
        better="lower",
        table="risks",
        needs=("likelihood", "impact"),
        open_items="none: a row is a risk that has been assessed",
        params={"scale": None},
        accumulator=Total,
        between="products",
        rows=_risk,
    ),
)
