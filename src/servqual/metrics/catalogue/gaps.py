"""The KPIs of gaps: what customers perceive less what they expect (SERVQUAL), need at least, or wish for.

A row is one item of one respondent, with the perception (`score`) beside what it is held against. An item that lacks
either has no gap.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.sums import Signed
from servqual.metrics.catalogue._amounts import less
from servqual.metrics.catalogue._respondents import POINTS, dimensions, first_told, shared_points, wholes
from servqual.metrics.kpi.definition import Kpi, View


def _item(t: View) -> Mapping[str, Array]:
    gap, known = less(t, "score", "expected")
    return {"value": gap, "among": known}


def _adequacy(t: View) -> Mapping[str, Array]:
    gap, known = less(t, "score", "minimum")
    return {"value": gap, "among": known}


def _superiority(t: View) -> Mapping[str, Array]:
    gap, known = less(t, "score", "desired")
    return {"value": gap, "among": known}


def _by_dimension(t: View) -> Mapping[str, Array]:
    found = dimensions(t)
    return _placed(t, found.row, found.gap)


def _unweighted(t: View) -> Mapping[str, Array]:
    wanted = t.params["dimensions"]
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise InvalidValue.of(
            "dimensions", "be how many there are, 1 or more", wanted, do="set it with .with_(dimensions=5)"
        )
    found = dimensions(t)
    mine = wholes(found.respondent, *first_told(t, found.row))
    every = mine.sizes == wanted
    return _placed(t, mine.first(found.row)[every], np.rint(mine.joined(np.add, found.gap)[every] / wanted))


def _weighted(t: View) -> Mapping[str, Array]:
    shared, found = shared_points(t), dimensions(t)
    points = shared[found.row]
    mine = wholes(found.respondent, *first_told(t, found.row))
    every = mine.joined(np.add, points) == POINTS
    share = np.rint(points * found.gap / POINTS)
    return _placed(t, mine.first(found.row)[every], mine.joined(np.add, share)[every])


def _placed(t: View, rows: Array, gaps: Array) -> Mapping[str, Array]:
    value, among = np.zeros(t.size, np.int64), np.zeros(t.size, np.bool_)
    value[rows], among[rows] = gaps.astype(np.int64), True
    return {"value": value, "among": among}


_GAP: Final[dict[str, Any]] = {
    "table": "answers",
    "at": "answered_at",
    "unit": "gap",
    "better": "higher",
    "open_items": "an item without both sides is left out",
    "accumulator": Signed,
}
_SERVQUAL: Final[dict[str, Any]] = {**_GAP, "label_zh": "服务感知评估", "needs": ("score", "expected")}
_RESPONDENT: Final[dict[str, Any]] = {
    **_SERVQUAL,
    "needs": ("customer_id", "dimension", "score", "expected"),
    "uses": ("survey", "answered_at"),
    "law": "keyed",
}
_WEIGHTED: Final[dict[str, Any]] = {
    **_RESPONDENT,
    "needs": ("customer_id", "dimension", "points", "score", "expected"),
    "open_items": "an item without both sides is left out; points that do not add up to 100 are refused",
}
_IN_1988: Final = "A. Parasuraman, V. A. Zeithaml, L. L. Berry, 1988, Journal of Retailing 64(1): 12-40"
_IN_1990: Final = "V. A. Zeithaml, A. Parasuraman, L. L. Berry, Delivering Quality Service, 1990"
_IN_1994: Final = "A. Parasuraman, V. A. Zeithaml, L. L. Berry, 1994, Journal of Retailing 70(3): 201-230"
_WHO: Final = "a respondent is a customer_id in one survey and counts in the group of the first answer"

GAP_KPIS: Final = (
    Kpi(
        key="servqual_item_gap",
        title="SERVQUAL gap, by item",
        question="how far is what customers perceive above or below what they expect, on average?",
        formula="sum of (perception − expectation) / items with both, an item a row; group by question for each",
        source=f"K-21 (004 §7.1, gap); KPIS 70; {_IN_1988}",
        params={"scale": (1, 7)},
        rows=_item,
        **_SERVQUAL,
    ),
    Kpi(
        key="servqual_dimension_gap",
        title="SERVQUAL gap, by dimension",
        question="how far is a dimension of the service above or below what its customers expect?",
        formula="of each respondent's dimension the mean of (perception − expectation) of the items with both, to a "
        f"millionth; the mean of these; group by dimension for each one's own; {_WHO}",
        source=f"K-21 (004 §7.1, gap per dimension); KPIS 71; {_IN_1988}",
        params={"scale": (1, 7)},
        rows=_by_dimension,
        **_RESPONDENT,
    ),
    Kpi(
        key="servqual_unweighted",
        title="SERVQUAL score, unweighted",
        question="how far is the service as a whole above or below what customers expect, all dimensions alike?",
        formula="of each respondent the mean of the gaps of the dimensions, to a millionth; the mean of these; a "
        f"respondent without a gap in as many as dimensions says is left out; {_WHO}",
        source=f"K-21 (004 §7.1, gap); KPIS 72; {_IN_1988}",
        params={"scale": (1, 7), "dimensions": 5},
        rows=_unweighted,
        **_RESPONDENT,
    ),
    Kpi(
        key="servqual_weighted",
        title="SERVQUAL score, weighted",
        question="how far is the service as a whole above or below what customers expect, as each finds it important?",
        formula="of each respondent the sum of points / 100 × gap of each dimension, to a millionth; the mean of "
        "these; the points of a dimension stand in its rows, and a respondent with points on a dimension "
        f"without a gap is left out; {_WHO}",
        source=f"K-21 (004 §7.1, gap); KPIS 73; {_IN_1990}",
        params={"scale": (1, 7)},
        rows=_weighted,
        **_WEIGHTED,
    ),
    Kpi(
        key="service_adequacy",
        title="service adequacy (MSA)",
        question="how far is what customers perceive above or below the least that they accept?",
        formula="sum of (perception − minimum) / items with both; the scale must be named",
        source=f"KPIS 75; {_IN_1994}",
        needs=("score", "minimum"),
        params={"scale": None},
        rows=_adequacy,
        **_GAP,
    ),
    Kpi(
        key="service_superiority",
        title="service superiority (MSS)",
        question="how far is what customers perceive above or below what they wish for?",
        formula="sum of (perception − desired) / items with both; the scale must be named",
        source=f"KPIS 75; {_IN_1994}",
        needs=("score", "desired"),
        params={"scale": None},
        rows=_superiority,
        **_GAP,
    ),
)
