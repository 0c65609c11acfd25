"""The KPIs of survey answers: satisfaction, recommendation, effort, and how many answered at all.

A row is an answer to one question, or an invitation; one without a score was not answered, which is not an answer of 0.
A score KPI counts the questions of its kind and on its scale, where the rows tell them.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Quotient, Ratio, Total
from servqual.metrics.catalogue._amounts import MILLIONTHS, amount, off_scale, over
from servqual.metrics.catalogue._answers import ASKED, of_kind, on_scale, people_asked
from servqual.metrics.catalogue._params import labelled, scale_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.low_scores import FIVE, low_note
from servqual.metrics.kpi.view import View

_NPS: Final = (0, 10)
_AGREEMENT: Final = (1, 7)
_EASY: Final = 5
_HEAVIEST: Final = 40  # times 100, in millionths of millionths, a little below 2^52
_PROMOTER, _PASSIVE = 9, 7


def _scores(t: View, scale: tuple[float, float]) -> tuple[Array, Array]:
    """Read the scores of questions that count, and where they are known; refuse those off the scale."""
    score, told = off_scale(t, "score", scale, on_scale(t, scale))
    if (note := low_note(t.params)) is not None:
        t.note(told & (score <= FIVE), "score", note)
    return score, told


def _csat(t: View) -> Mapping[str, Array]:
    scale, cut = scale_of(t), t.params["satisfied_from"]
    if cut is None or not scale[0] <= cut <= scale[1]:
        rule = f"lie on the scale {scale[0]:g} to {scale[1]:g}"
        raise InvalidValue.of("satisfied_from", rule, cut, do="set it with .with_(satisfied_from=…)")
    score, answered = _scores(t, scale)
    return {"hit": score >= cut, "among": answered}


def _mean_score(t: View) -> Mapping[str, Array]:
    scale = scale_of(t)
    score, answered = _scores(t, scale)
    if scale[0] < 0:
        raise InvalidValue.of("scale", "not go below 0", scale)
    return {"value": np.rint(score * MILLIONTHS).astype(np.int64), "among": answered}


def _nps(t: View) -> Mapping[str, Array]:
    """Score a detractor 0, a passive 1, a promoter 2."""
    score, answered = _scores(t, _NPS)
    t.refuse(answered & (score % 1 != 0), "score", f"must be a whole number on the scale {_NPS[0]} to {_NPS[1]}")
    return {"value": (score >= _PASSIVE).astype(np.int64) + (score >= _PROMOTER), "among": answered}


def _easy(t: View) -> Mapping[str, Array]:
    score, answered = _scores(t, _AGREEMENT)
    return {"hit": score >= _EASY, "among": answered}


def _index(t: View) -> Mapping[str, Array]:
    """Divide weighted scores, rescaled to 0 to 100, by the weights; in millionths of the weights' millionths."""
    scale = scale_of(t)
    score, answered = _scores(t, scale)
    t.refuse(answered & (t["weight"] > _HEAVIEST), "weight", f"must be a weight of 0 to {_HEAVIEST}")
    weight, known = amount(t, "weight", "a weight") if t.has("weight") else (np.full(t.size, MILLIONTHS), answered)
    among = answered & known & ~t.bad
    hundredth = np.rint(100 * MILLIONTHS * (score - scale[0]) / (scale[1] - scale[0])).astype(np.int64)
    return over(t, np.where(among, weight * hundredth, 0), np.where(among, weight, 0), among & (weight > 0))


def _resolved(t: View) -> Mapping[str, Array]:
    return {"hit": t["resolved"], "among": t.known("resolved")}


def _tolerated(t: View) -> Mapping[str, Array]:
    known = of_kind(t) & t.known("score") & t.known("minimum") & t.known("desired")
    t.refuse(known & (t["minimum"] > t["desired"]), "minimum", "must not exceed desired")
    return {"hit": (t["score"] >= t["minimum"]) & (t["score"] <= t["desired"]), "among": known}


def _of_staff(t: View) -> Mapping[str, Array]:
    ours = labelled(t, "survey", "surveys")
    told = _mean_score(t)
    return {**told, "among": told["among"] & ours}


_COMMON: Final[dict[str, Any]] = {
    "table": "answers",
    "at": "answered_at",
    "better": "higher",
    "open_items": "an invitation without an answer is left out",
}
_SCORE: Final[dict[str, Any]] = {**_COMMON, "needs": ("score",), "uses": ASKED, "version": 2}
_EFFORT: Final[dict[str, Any]] = {**_SCORE, "better": "lower"}
_WEIGHED: Final[dict[str, Any]] = {**_SCORE, "uses": ("weight", *ASKED)}
_ZONE: Final[dict[str, Any]] = {**_SCORE, "needs": ("score", "minimum", "desired"), "uses": ("question_kind",)}
_STAFF: Final[dict[str, Any]] = {**_SCORE, "needs": ("survey", "score")}
_INVITED: Final[dict[str, Any]] = {
    **_COMMON,
    "at": "invited_at",
    "open_items": "an invitation without an answer by now counts as not answered",
}

VOICE_KPIS: Final = (
    Kpi(
        key="csat",
        title="customer satisfaction",
        question="what share of the customers who answered was satisfied?",
        formula="answers of at least satisfied_from / answers; scale and cut must be named",
        source="K-18 (004 §7.1); ISO 10004",
        label_zh="客户满意度评分",
        unit="share",
        params={"scale": None, "satisfied_from": None, "kinds": ("csat",)},
        accumulator=Ratio,
        rows=_csat,
        **_SCORE,
    ),
    Kpi(
        key="csat_mean",
        title="mean satisfaction",
        question="how satisfied were the customers who answered, on average?",
        formula="sum of scores / answers; the scale must be named",
        source="K-18 (004 §7.1); ISO 10004",
        label_zh="客户满意度评分",
        unit="score",
        params={"scale": None, "kinds": ("csat",)},
        accumulator=Total,
        rows=_mean_score,
        **_SCORE,
    ),
    Kpi(
        key="nps",
        title="net promoter score",
        question="how many more customers would recommend us than would not?",
        formula="100 × (answers of 9 and 10 − answers of 0 to 6) / answers, whole numbers on the scale of 0 to 10",
        source="K-20 (004 §7.1); F. F. Reichheld, Harvard Business Review, December 2003",
        label_zh="净推荐值",
        unit="points",
        params={"kinds": ("nps",)},
        accumulator=Total,
        statistic="net",
        rows=_nps,
        **dict[str, Any](_SCORE, version=3),
    ),
    Kpi(
        key="ces",
        title="customer effort score",
        question="how easy was it for customers, on average?",
        formula="sum of scores / answers, on a scale where more is easier",
        source="K-78 (an addition: no document names it); Dixon, Toman, DeLisi, 2013 (CES 2.0)",
        label_zh="客户费力度",
        unit="score",
        params={"scale": (1, 7), "kinds": ("ces",)},
        accumulator=Total,
        rows=_mean_score,
        **_SCORE,
    ),
    Kpi(
        key="survey_response_rate",
        title="survey response rate",
        question="what share of the people asked answered?",
        formula="people who answered by now / people asked, once per survey, customer and invitation; an answer "
        "without invited_at belongs to the last invitation before it, and who answered without one was asked all the "
        "same; a row without customer_id is a person, and is refused where it has no invitation either",
        source="K-22 (004 §3.3); AAPOR RR1",
        label_zh="客户参与度",
        unit="share",
        needs=("invited_at", "answered_at"),
        uses=("customer_id", "survey"),
        law="keyed",
        version=2,
        accumulator=Ratio,
        rows=people_asked,
        **_INVITED,
    ),
    Kpi(
        key="ces_easy_share",
        title="customers who found it easy",
        question="what share of the customers who answered found it easy?",
        formula="answers of 5 to 7 / answers, on the scale of 1 to 7 on which more is easier",
        source="K-78 (an addition: no document names it); Dixon, Toman, DeLisi, 2013 (CES 2.0, top boxes)",
        label_zh="客户费力度",
        unit="share",
        params={"kinds": ("ces",)},
        accumulator=Ratio,
        rows=_easy,
        **_SCORE,
    ),
    Kpi(
        key="ces_effort",
        title="customer effort",
        question="how much effort did it cost customers, on average?",
        formula="sum of scores / answers, on a scale where more is harder",
        source="K-78 (an addition: no document names it); Dixon, Freeman, Toman, HBR, July 2010 (CES 1.0)",
        label_zh="客户费力度",
        unit="score",
        params={"scale": (1, 5), "kinds": ("ces",)},
        accumulator=Total,
        rows=_mean_score,
        **_EFFORT,
    ),
    Kpi(
        key="satisfaction_index",
        title="customer satisfaction index",
        question="how satisfied were customers on a weighted scale of 0 to 100?",
        formula="sum of weight × score / sum of weights, the score moved to 0 to 100; without a weight column all "
        "weigh the same, and the scale must be named; an answer of weight 0 or of unknown weight does not count, and "
        "where none weighs anything there is no value",
        source="K-19 (002 §6.3.1); the document gives no formula",
        label_zh="客户满意度指数",
        unit="score",
        params={"scale": None, "kinds": ("csat", "rating")},
        accumulator=Quotient,
        between=(0, 100),
        rows=_index,
        **_WEIGHED,
    ),
    Kpi(
        key="servperf",
        title="perceived performance",
        question="how good do customers find the service, on average?",
        formula="sum of perceptions / perceptions, one item per row, without the expectations (SERVPERF)",
        source="K-21 (004 §7.1, mean of items); J. J. Cronin, S. A. Taylor, 1992, Journal of Marketing 56(3): 55-68",
        label_zh="服务感知评估",
        unit="score",
        params={"scale": (1, 7), "kinds": ("perception",)},
        accumulator=Total,
        rows=_mean_score,
        **_SCORE,
    ),
    Kpi(
        key="in_zone_rate",
        title="within the zone of tolerance",
        question="what share of the perceptions lies between the minimum and the desired level?",
        formula="perceptions from minimum to desired, both included / perceptions with both",
        source="KPIS 75; V. A. Zeithaml, L. L. Berry, A. Parasuraman, 1993, J. Acad. Marketing Science 21: 1-12",
        unit="share",
        params={"kinds": ("perception",)},
        accumulator=Ratio,
        rows=_tolerated,
        **_ZONE,
    ),
    Kpi(
        key="resolved_by_survey_rate",
        title="resolved, as customers say",
        question="what share of the customers who answered says that the matter is resolved?",
        formula="answers that it is resolved / answers to that question",
        source="K-77, survey form; KPIS 30",
        label_zh="首次接触解决率",
        unit="share",
        needs=("resolved",),
        accumulator=Ratio,
        rows=_resolved,
        **_COMMON,
    ),
    Kpi(
        key="employee_satisfaction",
        title="employee satisfaction",
        question="how satisfied were the employees who answered, on average?",
        formula="sum of scores / answers, of the surveys of employees; these and the scale must be named",
        source="K-64 (000 §2.2; 003 §6.2); the documents give no formula",
        label_zh="员工满意度",
        unit="score",
        params={"surveys": None, "scale": None, "kinds": ("csat", "rating")},
        accumulator=Total,
        rows=_of_staff,
        **_STAFF,
    ),
)
