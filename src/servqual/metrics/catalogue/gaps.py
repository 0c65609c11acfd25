"""The KPIs of gaps: perceptions less expectations (SERVQUAL), less the minimum accepted, or less the desired level.

A row is one item of one respondent, with the perception (`score`) and the score to compare it with. An item without
either has no gap, and an answer to a question of another kind is no item. A respondent is a customer in one survey, and
counts in the row of the first answer; ties are broken by content, not by input order.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Signed
from servqual.metrics.catalogue._amounts import MILLIONTHS, less
from servqual.metrics.catalogue._answers import ASKED, first_told, on_scale
from servqual.metrics.catalogue._params import count_of, scale_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View

POINTS: Final = 100 * MILLIONTHS
"""Points that a respondent shares out among the dimensions, in millionths."""


@attrs.frozen(eq=False)
class Wholes:
    """Rows ordered by the whole that they belong to, such as a respondent, and the place where each whole starts."""

    order: Array
    starts: Array

    @property
    def sizes(self) -> Array:
        """The number of rows of each whole."""
        return np.diff(self.starts, append=len(self.order))

    def first(self, values: Array) -> Array:
        """Take the value of the first row of each whole."""
        return np.asarray(values[self.order][self.starts])

    def joined(self, join: np.ufunc, values: Array) -> Array:
        """Join the values of each whole's rows, such as to their sum."""
        return np.asarray(join.reduceat(values[self.order], self.starts))

    def spread(self, values: Array) -> Array:
        """Repeat the value of a whole in each of its rows."""
        out = np.empty(len(self.order), values.dtype)
        out[self.order] = np.repeat(values, self.sizes)
        return out


def wholes(whole: Array, *within: Array) -> Wholes:
    """Sort rows by the number of their whole, then by other keys, the last key first.

    >>> found = wholes(np.array([7, 3, 7]))
    >>> found.joined(np.add, np.array([1, 2, 4])).tolist(), found.spread(np.array([0, 9])).tolist()
    ([2, 5], [9, 0, 9])
    """
    order = np.lexsort((*within, whole))
    return Wholes(order, np.flatnonzero(np.diff(whole[order], prepend=-1)))


@attrs.frozen(eq=False)
class Dimensions:
    """Dimensions of respondents with a gap: row of the first answer, respondent, and mean gap in millionths."""

    row: Array
    respondent: Array
    gap: Array


def gap_to(t: View, other: str) -> tuple[Array, Array]:
    """Subtract a score from perceptions, in millionths, where both are known; refuse those off the `scale`."""
    return less(t, "score", other, on_scale(t, scale_of(t)))


def dimensions(t: View) -> Dimensions:
    """Take the mean of (perception − expectation) over the items with both, per dimension of a respondent."""
    gap, known = gap_to(t, "expected")
    for name in ("customer_id", "dimension"):
        t.refuse(known & ~t.known(name), name, "is missing")
    rows = np.flatnonzero(known & ~t.bad)
    respondent, dimension = (codes[rows] for codes in _belonging(t))
    mine = wholes(dimension, *first_told(t, rows))
    mean = np.rint(mine.joined(np.add, gap[rows]) / mine.sizes)
    return Dimensions(mine.first(rows), mine.first(respondent), mean)


def shared_points(t: View) -> Array:
    """Find, for each row, the points of its respondent's dimension, in millionths; 0 where there are none.

    Refuse points that differ within a dimension of a respondent, or that do not add up to 100 per respondent.
    """
    told, most = t.known("points"), POINTS / MILLIONTHS
    off = told & ((t["points"] < 0) | (t["points"] > most))
    t.refuse(off, "points", f"must be points of 0 to {most:g}")
    rows = np.flatnonzero(t.known("customer_id") & t.known("dimension"))
    respondent, dimension = (codes[rows] for codes in _belonging(t))
    told, values = (told & ~off)[rows], np.rint(t["points"][rows] * MILLIONTHS)
    mine = wholes(dimension)
    points = mine.joined(np.maximum, np.where(told, values, 0))
    differ = mine.joined(np.minimum, np.where(told, values, np.inf)) < points
    people = wholes(mine.first(respondent))
    unshared = people.spread(people.joined(np.add, points) != POINTS)
    for wrong, reason in (
        (differ, "must be the same in all rows of a respondent's dimension"),
        (unshared, f"must add up to {most:g} over the dimensions of a respondent"),
    ):
        refused = np.zeros(t.size, np.bool_)
        refused[rows] = told & mine.spread(wrong)
        t.refuse(refused, "points", reason)
    out = np.zeros(t.size)
    out[rows] = mine.spread(np.where(unshared | people.spread(people.joined(np.logical_or, differ)), 0, points))
    return out


def _belonging(t: View) -> tuple[Array, Array]:
    """Number the respondent, and the dimension of the respondent, of each row; rows that lack one get any number."""
    customer, survey, dimension = (t.column(name) for name in ("customer_id", "survey", "dimension"))
    respondent = customer.values.astype(np.int64) * (len(survey.labels) + 1) + survey.values + 1
    return respondent, respondent * len(dimension.labels) + dimension.values


def _by_item(t: View, other: str) -> Mapping[str, Array]:
    gap, known = gap_to(t, other)
    return {"value": gap, "among": known}


def _by_dimension(t: View) -> Mapping[str, Array]:
    found = dimensions(t)
    return _placed(t, found.row, found.gap)


def _unweighted(t: View) -> Mapping[str, Array]:
    wanted = count_of(t, "dimensions")
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


_KINDS: Final = {"kinds": ("perception",)}
_GAP: Final[dict[str, Any]] = {
    "table": "answers",
    "at": "answered_at",
    "unit": "gap",
    "better": "higher",
    "open_items": "an item without both sides is left out",
    "accumulator": Signed,
    "uses": ASKED,
    "version": 2,
}
_SERVQUAL: Final[dict[str, Any]] = {**_GAP, "label_zh": "服务感知评估", "needs": ("score", "expected")}
_RESPONDENT: Final[dict[str, Any]] = {
    **_SERVQUAL,
    "needs": ("customer_id", "dimension", "score", "expected"),
    "uses": ("survey", "answered_at", *ASKED),
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
        question="how far do perceptions lie above or below expectations, on average?",
        formula="sum of (perception − expectation) / items with both, one item per row; group by question for one "
        "value per item",
        source=f"K-21 (004 §7.1, gap); KPIS 70; {_IN_1988}",
        params={"scale": (1, 7), **_KINDS},
        rows=partial(_by_item, other="expected"),
        **_SERVQUAL,
    ),
    Kpi(
        key="servqual_dimension_gap",
        title="SERVQUAL gap, by dimension",
        question="how far does a dimension of the service lie above or below expectations?",
        formula="mean over respondents of the mean (perception − expectation) of a dimension's items with both, to a "
        f"millionth; group by dimension for one value per dimension; {_WHO}",
        source=f"K-21 (004 §7.1, gap per dimension); KPIS 71; {_IN_1988}",
        params={"scale": (1, 7), **_KINDS},
        rows=_by_dimension,
        **_RESPONDENT,
    ),
    Kpi(
        key="servqual_unweighted",
        title="SERVQUAL score, unweighted",
        question="how far does the whole service lie above or below expectations, with all dimensions equal?",
        formula="mean over respondents of the mean gap of their dimensions, to a millionth; a respondent "
        f"who has not as many gaps as `dimensions` says is left out; {_WHO}",
        source=f"K-21 (004 §7.1, gap); KPIS 72; {_IN_1988}",
        params={"scale": (1, 7), "dimensions": 5, **_KINDS},
        rows=_unweighted,
        **_RESPONDENT,
    ),
    Kpi(
        key="servqual_weighted",
        title="SERVQUAL score, weighted",
        question="how far does the whole service lie above or below expectations, weighted by importance?",
        formula="mean over respondents of the sum of points / 100 × gap over dimensions, to a millionth; "
        "the points of a dimension stand in its rows, and a respondent with points on a dimension "
        f"without a gap is left out; {_WHO}",
        source=f"K-21 (004 §7.1, gap); KPIS 73; {_IN_1990}",
        params={"scale": (1, 7), **_KINDS},
        rows=_weighted,
        **_WEIGHTED,
    ),
    Kpi(
        key="service_adequacy",
        title="service adequacy (MSA)",
        question="how far do perceptions lie above or below the minimum that customers accept?",
        formula="sum of (perception − minimum) / items with both; the scale must be named",
        source=f"KPIS 75; {_IN_1994}",
        needs=("score", "minimum"),
        params={"scale": None, **_KINDS},
        rows=partial(_by_item, other="minimum"),
        **_GAP,
    ),
    Kpi(
        key="service_superiority",
        title="service superiority (MSS)",
        question="how far do perceptions lie above or below the level that customers desire?",
        formula="sum of (perception − desired) / items with both; the scale must be named",
        source=f"KPIS 75; {_IN_1994}",
        needs=("score", "desired"),
        params={"scale": None, **_KINDS},
        rows=partial(_by_item, other="desired"),
        **_GAP,
    ),
)
