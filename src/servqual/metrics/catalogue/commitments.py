"""The KPIs of what we owe: promises and improvement measures kept, and problems found before customers report them."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Ratio
from servqual.metrics.catalogue._open_items import PLACE, by_due, received
from servqual.metrics.catalogue._params import holding
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _commitment_kept(t: View) -> Mapping[str, Array]:
    return by_due(t, "made_at", "fulfilled_at", "released_at", broken=t.seen("broken_at"))


def _found_first(t: View) -> Mapping[str, Array]:
    internal = t.params["internal"]
    if isinstance(internal, str) or not isinstance(internal, Collection):
        raise InvalidValue.of(
            "internal",
            "name the sources that are ours",
            internal,
            do="set it, such as KPIS['proactive_discovery_rate'].with_(internal=('monitoring', 'audit'))",
        )
    return {"hit": holding(t, "source", internal, "internal"), "among": received(t) & t.known("source")}


COMMITMENT_KPIS: Final = (
    Kpi(
        key="commitment_kept",
        title="promises kept",
        question="what share of the promises to customers was kept on time?",
        formula="fulfilled by due_at, at the due moment included / promises due, without those that the customer "
        "released us from by then; a promise declared broken stays missed",
        source="K-38 (002 §5.1: keep promises); the document gives no formula",
        label_zh="承诺履行率",
        unit="share",
        better="higher",
        table="commitments",
        at="due_at",
        needs=("due_at", "fulfilled_at"),
        uses=("made_at", "broken_at", "released_at"),
        open_items="missed once due_at has passed, undecided before",
        params=PLACE,
        accumulator=Ratio,
        rows=_commitment_kept,
    ),
    Kpi(
        key="action_on_time_rate",
        title="measures done on time",
        question="what share of the improvement measures was done by its due date?",
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
        open_items="missed once due_at has passed, undecided before",
        params=PLACE,
        accumulator=Ratio,
        rows=partial(by_due, start="agreed_at", done="done_at", ended="dropped_at"),
    ),
    Kpi(
        key="proactive_discovery_rate",
        title="proactive discovery rate",
        question="what share of the problems did we find before a customer told us?",
        formula="cases whose first known source is one of ours / cases with a source; the sources that are ours must "
        "be named",
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
        version=2,
    ),
)
