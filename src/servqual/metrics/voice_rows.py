"""The KPIs of survey answers: satisfaction, recommendation, effort, and how many answered at all.

A row is an invitation; one without a score was not answered and is no answer of 0.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Array, Ratio, Total
from servqual.metrics.kpi import Kpi, View

__all__ = ["VOICE_KPIS"]

_MILLIONTHS: Final = 1_000_000
_NPS: Final = (0, 10)
_PROMOTER, _PASSIVE = 9, 7


def _scale(t: View) -> tuple[float, float]:
    scale: Any = t.params["scale"]
    if not (isinstance(scale, tuple) and len(scale) == 2 and scale[0] < scale[1]):  # noqa: PLR2004  (two ends)
        raise InvalidValue(
            f"scale is needed, as its two ends such as (1, 5) (got {scale!r}); set it with .with_(scale=…)",
            field="scale",
            got=scale,
        )
    return scale


def _scores(t: View, scale: tuple[float, float]) -> tuple[Array, Array]:
    """Scores, and where there is one; what lies off the scale is refused."""
    score, known = t["score"], t.known("score")
    off = known & ((score < scale[0]) | (score > scale[1]))
    t.refuse(off, "score", f"must lie on the scale {scale[0]:g} to {scale[1]:g}")
    return np.where(known & ~off, score, scale[0]), known & ~off


def _csat(t: View) -> Mapping[str, Array]:
    scale, cut = _scale(t), t.params["satisfied_from"]
    if cut is None or not scale[0] <= cut <= scale[1]:
        raise InvalidValue(
            f"satisfied_from is needed, on the scale {scale[0]:g} to {scale[1]:g} (got {cut!r})",
            field="satisfied_from",
            got=cut,
        )
    score, answered = _scores(t, scale)
    return {"hit": score >= cut, "among": answered}


def _mean_score(t: View) -> Mapping[str, Array]:
    scale = _scale(t)
    score, answered = _scores(t, scale)
    if scale[0] < 0:
        raise InvalidValue(f"scale must not go below 0 (got {scale})", field="scale", got=scale)
    return {"value": np.rint(score * _MILLIONTHS).astype(np.int64), "among": answered}


def _nps(t: View) -> Mapping[str, Array]:
    """0 for a detractor, 1 for a passive, 2 for a promoter."""
    score, answered = _scores(t, _NPS)
    return {"value": (score >= _PASSIVE).astype(np.int64) + (score >= _PROMOTER), "among": answered}


def _responded(t: View) -> Mapping[str, Array]:
    return {"hit": t.seen("answered_at"), "among": t.seen("invited_at")}


_COMMON: Final[dict[str, Any]] = {"table": "answers", "at": "answered_at", "better": "higher"}
_INVITED: Final[dict[str, Any]] = {**_COMMON, "at": "invited_at"}

VOICE_KPIS: Final = (
    Kpi(
        key="csat",
        title="customer satisfaction",
        question="what share of the answers was satisfied?",
        formula="answers of at least satisfied_from / answers; scale and cut must be named",
        source="K-18 (004 §7.1); ISO 10004",
        label_zh="客户满意度评分",
        unit="share",
        needs=("score",),
        params={"scale": None, "satisfied_from": None},
        accumulator=Ratio,
        rows=_csat,
        **_COMMON,
    ),
    Kpi(
        key="csat_mean",
        title="mean satisfaction",
        question="how satisfied were the answers, on average?",
        formula="sum of scores / answers; the scale must be named",
        source="K-18 (004 §7.1); ISO 10004",
        label_zh="客户满意度评分",
        unit="score",
        needs=("score",),
        params={"scale": None},
        accumulator=Total,
        rows=_mean_score,
        **_COMMON,
    ),
    Kpi(
        key="nps",
        title="net promoter score",
        question="how many more would recommend us than would not?",
        formula="100 × (answers of 9 and 10 − answers of 0 to 6) / answers, on the scale of 0 to 10",
        source="K-20 (004 §7.1); F. F. Reichheld, Harvard Business Review, December 2003",
        label_zh="净推荐值",
        unit="points",
        needs=("score",),
        accumulator=Total,
        statistic="net",
        rows=_nps,
        **_COMMON,
    ),
    Kpi(
        key="ces",
        title="customer effort score",
        question="how easy was it for customers, on average?",
        formula="sum of scores / answers, on a scale where more is easier",
        source="K-78 (an addition: no document names it); Dixon, Toman, DeLisi, 2013 (CES 2.0)",
        label_zh="客户费力度",
        unit="score",
        needs=("score",),
        params={"scale": (1, 7)},
        accumulator=Total,
        rows=_mean_score,
        **_COMMON,
    ),
    Kpi(
        key="survey_response_rate",
        title="survey response rate",
        question="what share of those invited answered?",
        formula="invitations answered by now / invitations",
        source="K-22 (004 §3.3); AAPOR RR1",
        label_zh="客户参与度",
        unit="share",
        needs=("invited_at", "answered_at"),
        accumulator=Ratio,
        rows=_responded,
        **_INVITED,
    ),
)
