"""The KPIs of people: who leaves, who has the skills, who learnt something, and who passes a stage of selection."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Ratio
from servqual.metrics.catalogue._open_items import STANDARD, in_order, told
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _left(t: View) -> Mapping[str, Array]:
    """Divide the leavers by the time that people were employed in the period."""
    start, end = t.period
    t.refuse(~t.known("joined_at"), "joined_at", "is missing")
    in_order(t, "joined_at", "left_at")
    if not t.passed(end):
        end = max(start, t.now)
    gone = t.known("left_at")
    since = np.maximum(np.where(t.known("joined_at"), t.us("joined_at"), end), start)
    until = np.minimum(np.where(gone, t.us("left_at"), end), end)
    leaver = ~t.bad & gone & (t.us("left_at") >= start) & (until < end)
    here = ~t.bad & (until > since)
    return {"top": leaver.astype(np.int64), "base": np.where(here, until - since, 0), "among": here | leaver}


def _able(t: View) -> Mapping[str, Array]:
    return {"hit": t["level"] >= t["required"], "among": t.known("level") & t.known("required")}


def _in_need(t: View) -> Mapping[str, Array]:
    return {"hit": t["level"] < t["required"], "among": t.known("level") & t.known("required")}


def _improved(t: View) -> Mapping[str, Array]:
    among = t.known("score_before") & t.known("score_after")
    return {"hit": t["score_after"] > t["score_before"], "among": among}


def _passed(t: View) -> Mapping[str, Array]:
    return {"hit": t["passed"], "among": t.seen("completed_at") & t.known("passed")}


def _selected(t: View) -> Mapping[str, Array]:
    in_order(t, "entered_at", "decided_at")
    return {"hit": t["passed"], "among": t.seen("entered_at"), "undecided": ~told(t, "passed", "decided_at")}


_SHARE: Final[dict[str, Any]] = {"unit": "share", "accumulator": Ratio}
_SKILL: Final[dict[str, Any]] = {
    **_SHARE,
    "table": "skills",
    "needs": ("level", "required"),
    "open_items": "a skill that has not been assessed is left out",
}

PEOPLE_KPIS: Final = (
    Kpi(
        key="attrition",
        title="employee turnover",
        question="how many of the staff leave in a year?",
        formula="leavers in the period / years that people were with us in it, of 365 days; leavers over mean "
        "headcount, per year, and above 1 where more leave in a year than there are",
        source=f"K-63 (002 §2.2); KPIS 98; {STANDARD}",
        label_zh="人员流失率",
        unit="ratio",
        better="lower",
        table="staff",
        needs=("joined_at",),
        uses=("left_at",),
        open_items="people who stay count until the end of the period, or now",
        accumulator=Quotient,
        statistic="per_year",
        version=3,
        of_period=True,
        rows=_left,
    ),
    Kpi(
        key="post_match",
        title="person-post match",
        question="what share of the skills that posts require do their holders have?",
        formula="skills at or above the required level / skills required and assessed",
        source=f"K-62 (implied by 000 §2.1; 003 §2.2); {STANDARD}",
        label_zh="人岗匹配度",
        better="higher",
        rows=_able,
        **_SKILL,
    ),
    Kpi(
        key="training_need_rate",
        title="training needs",
        question="what share of the skills lies below the level that the post requires?",
        formula="skills under the required level / skills required and assessed; grouped by skill it lists the needs",
        source=f"K-61 (002 §6.3.5; 003 §4.3); {STANDARD}",
        label_zh="培训需求",
        better="lower",
        rows=_in_need,
        **_SKILL,
    ),
    Kpi(
        key="training_improved_rate",
        title="improved by training",
        question="what share of the trained people scored higher afterwards?",
        formula="people whose score after the training is higher than before / people with both scores",
        source=f"K-60 (003 §4.1; 004 §4.1), as a share; the size of the effect is a comparison; {STANDARD}",
        label_zh="培训效果",
        better="higher",
        table="trainings",
        needs=("score_before", "score_after"),
        open_items="people without both scores are left out",
        rows=_improved,
        **_SHARE,
    ),
    Kpi(
        key="training_pass_rate",
        title="training passed",
        question="what share of the trained people passed?",
        formula="people who passed / people who completed the training by now for whom it is known",
        source=f"K-60 (003 §4.1; 004 §4.1); {STANDARD}",
        label_zh="培训效果",
        better="higher",
        table="trainings",
        needs=("completed_at", "passed"),
        open_items="left out",
        rows=_passed,
        **_SHARE,
    ),
    Kpi(
        key="selection_pass_rate",
        title="selection pass rate",
        question="what share of the candidates passed the stage that they entered?",
        formula="candidates who passed a stage / candidates who entered it and have a decision; grouped by stage it "
        "is the funnel",
        source=f"K-65 (implied by 000 §2.2); {STANDARD}",
        label_zh="选拔通过率",
        better=None,
        table="selections",
        at="entered_at",
        needs=("entered_at", "passed"),
        uses=("decided_at",),
        open_items="a candidate without a decision is undecided",
        rows=_selected,
        **_SHARE,
    ),
)
