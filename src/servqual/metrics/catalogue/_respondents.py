"""Answers by who gave them: the mean gap of each respondent's dimension, and the points that were shared out.

A respondent is a customer in one survey. What is told of a respondent stands in the row of the first answer; of several
at one moment what they hold decides, so that no order of the rows does.
"""

from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.catalogue._amounts import MILLIONTHS, less
from servqual.metrics.kpi.definition import View

POINTS: Final = 100 * MILLIONTHS
"""What a respondent shares out among the dimensions, in millionths."""


@attrs.frozen(eq=False)
class Wholes:
    """Rows in the order of the wholes that they belong to, and where each whole starts among them."""

    order: Array
    starts: Array

    @property
    def sizes(self) -> Array:
        """How many rows each whole has."""
        return np.diff(self.starts, append=len(self.order))

    def first(self, values: Array) -> Array:
        """The value of each whole's first row."""
        return np.asarray(values[self.order][self.starts])

    def joined(self, join: np.ufunc, values: Array) -> Array:
        """The values of each whole's rows as one, such as their sum."""
        return np.asarray(join.reduceat(values[self.order], self.starts))

    def spread(self, values: Array) -> Array:
        """The value of a whole in each of its rows."""
        out = np.empty(len(self.order), values.dtype)
        out[self.order] = np.repeat(values, self.sizes)
        return out


def wholes(whole: Array, *within: Array) -> Wholes:
    """Sort rows by the number of their whole, and within it by other keys, the last of which counts most.

    >>> found = wholes(np.array([7, 3, 7]))
    >>> found.joined(np.add, np.array([1, 2, 4])).tolist(), found.spread(np.array([0, 9])).tolist()
    ([2, 5], [9, 0, 9])
    """
    order = np.lexsort((*within, whole))
    return Wholes(order, np.flatnonzero(np.diff(whole[order], prepend=-1)))


@attrs.frozen(eq=False)
class Dimensions:
    """The dimensions in which respondents have a gap: the row of the first answer, who it is, and the mean gap.

    Gaps are in millionths.
    """

    row: Array
    respondent: Array
    gap: Array


def dimensions(t: View) -> Dimensions:
    """The mean of (perception − expectation) of the items with both, of each respondent's dimension."""
    gap, known = less(t, "score", "expected")
    for name in ("customer_id", "dimension"):
        t.refuse(known & ~t.known(name), name, "is missing")
    rows = np.flatnonzero(known & ~t.bad)
    respondent, dimension = (codes[rows] for codes in _belonging(t))
    mine = wholes(dimension, *first_told(t, rows))
    mean = np.rint(mine.joined(np.add, gap[rows]) / mine.sizes)
    return Dimensions(mine.first(rows), mine.first(respondent), mean)


def first_told(t: View, rows: Array) -> tuple[Array, ...]:
    """By what the first of some rows is found: when they were answered, then what they hold."""
    return (*t.content(rows, "customer_id"), t.us("answered_at")[rows])


def shared_points(t: View) -> Array:
    """In each row the points of its respondent's dimension, in millionths; 0 where there are none.

    Refused are points that were not shared out: one number for each dimension of a respondent, 100 in all.
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
    """The respondent of each row, and the respondent's dimension, as whole numbers; where something is missing any."""
    customer, survey, dimension = (t.column(name) for name in ("customer_id", "survey", "dimension"))
    respondent = customer.values.astype(np.int64) * (len(survey.labels) + 1) + survey.values + 1
    return respondent, respondent * len(dimension.labels) + dimension.values
