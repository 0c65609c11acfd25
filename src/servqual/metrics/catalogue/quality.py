"""The KPIs of quality checks: how much of a scorecard was met, and how many contacts were free of critical errors.

A row is one evaluated contact (or one item of one), with the weights of what was met and of what was applicable.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Quotient, Ratio, Signed, Total
from servqual.metrics.catalogue._amounts import gap_between, less, over, things, weights
from servqual.metrics.kpi.definition import Kpi, RowFunction, Unit
from servqual.metrics.kpi.view import View

_ERRORS: Final = ("customer_critical", "business_critical", "compliance_critical")


def _met(t: View) -> Mapping[str, Array]:
    """Divide the weights met by the weights applicable; leave out evaluations where nothing was applicable."""
    met, applicable, known = weights(t)
    failed, judged = _failed(t)
    return over(t, np.where(failed, 0, met), applicable, known & judged)


def _failed(t: View) -> tuple[Array, Array]:
    """Find evaluations that a critical error sets to 0, if `critical` says so, and those for which this is known."""
    told = [name for name in _ERRORS if t.has(name)]
    match t.params["critical"]:
        case "apart":
            return np.zeros(t.size, np.bool_), np.ones(t.size, np.bool_)
        case "zero" if told:
            failed = np.logical_or.reduce([t[name] > 0 for name in told])
            return failed, failed | np.logical_and.reduce([t.known(name) for name in told])
        case other:
            raise InvalidValue.of(
                "critical", "be apart where no critical errors are known", other, do=f"add {', '.join(_ERRORS)}"
            )


def _free_of(t: View, errors: Sequence[str]) -> Mapping[str, Array]:
    among = np.logical_and.reduce([t.known(name) for name in errors])
    return {"hit": np.logical_and.reduce([t[name] == 0 for name in errors]), "among": among}


def _deviation(t: View) -> Mapping[str, Array]:
    off, known = less(t, "score", "master_score")
    return {"value": np.abs(off), "among": known}


def _per_unit(t: View) -> Mapping[str, Array]:
    defects, known = things(t, "defects")
    return {"top": defects, "base": known.astype(np.int64), "among": known}


def _per_opportunity(t: View) -> Mapping[str, Array]:
    defects, told = things(t, "defects")
    opportunities, known = things(t, "opportunities")
    t.refuse(told & known & (defects > opportunities), "defects", "must not exceed opportunities")
    return over(t, defects, opportunities, told & known)


_COMMON: Final[dict[str, Any]] = {
    "table": "qa_scores",
    "at": "evaluated_at",
    "unit": "share",
    "better": "higher",
    "open_items": "none: a row is an evaluation that is finished",
}
_FAULT: Final[dict[str, Any]] = {
    "table": "qa_scores",
    "at": "evaluated_at",
    "better": "lower",
    "open_items": _COMMON["open_items"],
}
_BIAS: Final[dict[str, Any]] = {**_FAULT, "better": None}
_LEVEL: Final[dict[str, Any]] = {**_FAULT, "better": "higher"}
_COPC: Final = "KPIS 83; COPC practice as quoted by contact-centre sources; no document of ours gives a formula"

_OF_DEFECTS: Final[tuple[tuple[str, Unit, str, int, str, str, str, tuple[str, ...], RowFunction], ...]] = (
    (
        "dpu",
        "per unit",
        "rate",
        1,
        "defects per unit",
        "how many defects does a unit have, on average?",
        "sum of defects / units evaluated",
        ("defects",),
        _per_unit,
    ),
    (
        "dpo",
        "share",
        "rate",
        1,
        "defects per opportunity",
        "what share of the opportunities for a defect became one?",
        "sum of defects / sum of opportunities",
        ("defects", "opportunities"),
        _per_opportunity,
    ),
    (
        "dpmo",
        "per million",
        "per_million",
        2,
        "defects per million opportunities",
        "how many defects are there per million opportunities?",
        "1,000,000 × sum of defects / sum of opportunities",
        ("defects", "opportunities"),
        _per_opportunity,
    ),
)

QUALITY_KPIS: Final = (
    Kpi(
        key="qa_score",
        title="quality score",
        question="how much of the scorecard was met?",
        formula="sum of the weights met / sum of the weights applicable; items that do not apply count in neither, "
        "and heavier evaluations count for more; a critical error counts apart, or sets its evaluation to 0 "
        "(critical='zero')",
        source="K-59 (002 §6.3.2: call quality from scorecard items; no formula given); KPIS 82, COPC practice",
        label_zh="通话质量",
        needs=("met", "applicable"),
        uses=_ERRORS,
        params={"critical": "apart"},
        choices={"critical": ("apart", "zero")},
        accumulator=Quotient,
        rows=_met,
        **_COMMON,
    ),
    Kpi(
        key="critical_error_accuracy",
        title="accuracy, critical errors of any kind",
        question="what share of the evaluated contacts was free of every critical error?",
        formula="evaluations without a critical error to customer, business or compliance / evaluations for which all "
        "three are known",
        source=_COPC,
        needs=_ERRORS,
        accumulator=Ratio,
        rows=partial(_free_of, errors=_ERRORS),
        **_COMMON,
    ),
    *(
        Kpi(
            key=f"{kind}_critical_accuracy",
            title=f"accuracy, errors critical to {what}",
            question=f"what share of the evaluated contacts was free of errors critical to {what}?",
            formula=f"evaluations without an error critical to {what} / evaluations for which that is known",
            source=_COPC,
            needs=(f"{kind}_critical",),
            accumulator=Ratio,
            rows=rows,
            **_COMMON,
        )
        for kind, what, rows in (
            ("customer", "the customer", partial(_free_of, errors=("customer_critical",))),
            ("business", "the business", partial(_free_of, errors=("business_critical",))),
            ("compliance", "compliance", partial(_free_of, errors=("compliance_critical",))),
        )
    ),
    Kpi(
        key="calibration_deviation",
        title="calibration deviation",
        question="how far do evaluators score from the master score, on average?",
        formula="sum of abs(score − master score) / evaluations with both; the scale must be named",
        source="KPIS 84, calibration practice of contact centres",
        needs=("score", "master_score"),
        params={"scale": None},
        accumulator=Total,
        between="distances",
        rows=_deviation,
        unit="score",
        **_FAULT,
    ),
    Kpi(
        key="calibration_bias",
        title="calibration bias",
        question="how far do evaluators score above or below the master score, on average?",
        formula="sum of (score − master score) / evaluations with both; too high and too low cancel out, "
        "and the scale must be named",
        source="KPIS 84 (signed), calibration practice of contact centres",
        needs=("score", "master_score"),
        params={"scale": None},
        accumulator=Signed,
        rows=partial(gap_between, name="score", other="master_score"),
        unit="gap",
        **_BIAS,
    ),
    *(
        Kpi(
            key=key,
            title=title,
            question=question,
            formula=formula,
            source="KPIS 88, Six Sigma",
            needs=needs,
            accumulator=Quotient,
            statistic=statistic,
            version=version,
            rows=rows,
            unit=unit,
            **_FAULT,
        )
        for key, unit, statistic, version, title, question, formula, needs, rows in _OF_DEFECTS
    ),
    Kpi(
        key="sigma_level",
        title="sigma level",
        question="how many standard deviations lie between the process and its defects?",
        formula="the normal quantile of 1 − defects per opportunity, one-sided, + shift; a process is assumed to "
        "drift by 1.5 in the long run, unless shift=0; without a defect there is a lower bound only",
        source="KPIS 89, the conversion tables of Six Sigma (3.4 defects per million are 6); no document names it",
        needs=("defects", "opportunities"),
        params={"shift": 1.5},
        accumulator=Quotient,
        statistic="sigma",
        rows=_per_opportunity,
        unit="sigma",
        **_LEVEL,
    ),
)
