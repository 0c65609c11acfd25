"""Answers to surveys: to which questions they were given, on which scale, and by whom.

Nothing is left out where a table tells neither the kind nor the scale of a question.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.catalogue._params import labelled
from servqual.metrics.kpi.view import View

ASKED: Final = ("question_kind", "scale_low", "scale_high")
"""Columns that tell of a question."""


def of_kind(t: View) -> Array:
    """Find the answers to questions of the `kinds` that the KPI counts."""
    return labelled(t, "question_kind", "kinds") if t.has("question_kind") else np.ones(t.size, np.bool_)


def on_scale(t: View, scale: tuple[float, float]) -> Array:
    """Find the answers to questions of the KPI's `kinds`; refuse those given on another scale."""
    ours = of_kind(t) & t.settled("scale_low") & t.settled("scale_high")
    for name, end in zip(("scale_low", "scale_high"), scale, strict=True):
        other = ours & t.known(name) & t.known("score") & (t[name] != end)
        t.refuse(other, "score", f"was not given on the scale {scale[0]:g} to {scale[1]:g}")
    return ours & ~t.bad


def first_told(t: View, rows: Array) -> tuple[Array, ...]:
    """Return the sort keys that put the first answer first: moment, then content."""
    return (*t.content(rows, "customer_id"), t.us("answered_at")[rows])


def people_asked(t: View) -> Mapping[str, Array]:
    """Divide the people asked who answered by those asked: once per survey, customer and invitation.

    An answer without `invited_at` belongs to the last invitation before it; a respondent whom nobody invited was asked
    all the same. A row without a customer is one person, and refused where it has no invitation either. A person
    counts in the row of the invitation, the first by moment of answer and content.
    """
    named, told = t.known("customer_id"), t.known("invited_at")
    answered, invited = t.seen("answered_at"), t.seen("invited_at")
    t.refuse(
        answered & ~named & ~told, "customer_id", "is missing, and so is invited_at: it is not known who was asked"
    )
    alone = invited & ~named & ~t.bad
    rows = np.flatnonzero(named & ~t.bad & (invited | (answered & ~told)))
    survey = t.column("survey")
    who = t.column("customer_id").values[rows].astype(np.int64) * (len(survey.labels) + 1) + survey.values[rows]
    open_ = ~invited[rows]
    at = np.where(open_, t.us("answered_at")[rows], t.us("invited_at")[rows])
    order = np.lexsort((*first_told(t, rows), open_, at, who))
    rows, who, at, open_ = rows[order], who[order], at[order], open_[order]
    place = np.arange(len(rows))
    person = np.maximum.accumulate(np.where(np.diff(who, prepend=-2) != 0, place, 0))
    last = np.append(-1, np.maximum.accumulate(np.where(open_, -1, place)))[:-1]  # the invitation before
    again = ~open_ & ((last < person) | (at[last] != at))
    starts = np.flatnonzero((person == place) | again)
    first = rows[starts]
    hit, among = answered & alone, alone.copy()
    among[first] = True
    if len(starts):
        hit[first] = np.logical_or.reduceat(answered[rows], starts)
    return {"hit": hit, "among": among}
