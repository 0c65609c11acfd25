"""The KPIs of the steps of a procedure: done in time, done by a machine, done right at once, and where time goes."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Ratio
from servqual.metrics.catalogue._open_items import PLACE, STANDARD, by_due, in_order
from servqual.metrics.catalogue._params import labelled
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _time_share(t: View) -> Mapping[str, Array]:
    in_order(t, "started_at", "ended_at")
    known = t.known("started_at") & t.seen("ended_at") & ~t.bad
    lasted = np.where(known, t.us("ended_at"), 0) - np.where(known, t.us("started_at"), 0)
    return {"top": np.where(labelled(t, "step", "steps"), lasted, 0), "base": lasted, "among": known}


def _automated(t: View) -> Mapping[str, Array]:
    return {"hit": t["automated"], "among": t.known("automated")}


def _first_pass(t: View) -> Mapping[str, Array]:
    return {"hit": ~t["reworked"], "among": t.seen("ended_at") & t.known("reworked")}


_COMMON: Final[dict[str, Any]] = {"table": "steps", "at": "started_at", "unit": "share"}

_DUE: Final[dict[str, Any]] = {**_COMMON, "at": "due_at"}

STEP_KPIS: Final = (
    Kpi(
        key="step_kept",
        title="steps kept",
        question="what share of the steps was done within its time limit?",
        formula="steps ended by due_at, at the due moment included / steps due, without those skipped by then",
        source=f"K-11 (003 §6.1; 004 §6.3), per step; {STANDARD}",
        label_zh="时限达成率",
        better="higher",
        needs=("due_at", "ended_at"),
        uses=("started_at", "skipped_at"),
        open_items="missed once due_at has passed, undecided before",
        params=PLACE,
        accumulator=Ratio,
        rows=partial(by_due, start="started_at", done="ended_at", ended="skipped_at"),
        **_DUE,
    ),
    Kpi(
        key="step_time_share",
        title="time share of a step",
        question="how much of the time of a procedure do the named steps take?",
        formula="sum of the time of the named steps / sum of the time of all steps that have ended; the steps must be "
        "named, and the one with the most is the bottleneck",
        source=f"K-42 (001-1 §3.2; 004 §2.2, §7.1); {STANDARD}",
        label_zh="瓶颈环节时间",
        better=None,
        needs=("step", "started_at", "ended_at"),
        open_items="a step that has not ended is left out",
        params={"steps": None},
        accumulator=Quotient,
        version=2,
        rows=_time_share,
        **_COMMON,
    ),
    Kpi(
        key="automation_rate",
        title="automation rate",
        question="what share of the steps was done by a machine?",
        formula="steps that were automated / steps for which that is known",
        source=f"K-47 (implied by 001-1 §4.1; 002 §7.2); {STANDARD}",
        label_zh="自动化率",
        better=None,
        needs=("automated",),
        open_items="count as they are",
        accumulator=Ratio,
        rows=_automated,
        **_COMMON,
    ),
    Kpi(
        key="first_pass_yield",
        title="first-pass yield",
        question="what share of the steps was right at once?",
        formula="ended steps without rework / ended steps for which that is known; the product over the steps of a "
        "procedure is its rolled throughput yield",
        source="KPIS 90, Six Sigma",
        better="higher",
        needs=("ended_at", "reworked"),
        open_items="a step that has not ended is left out",
        accumulator=Ratio,
        rows=_first_pass,
        **_COMMON,
    ),
)
