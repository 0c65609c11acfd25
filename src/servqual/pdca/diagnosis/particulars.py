"""The particulars of candidates: since when each is so, and of which categories its bad cases are."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import attrs

from servqual.metrics import Kpi, Measures, Pareto, pareto
from servqual.pdca.diagnosis.candidates import Candidate
from servqual.pdca.diagnosis.courses import course
from servqual.pdca.diagnosis.readings import reading_of
from servqual.pdca.diagnosis.searching import Measured, Weak

CATEGORIES: Final = ("cause", "category", "topic")
"""Columns that say what a case is about, the most telling one first."""


def with_particulars(
    candidates: Sequence[Candidate], measured: Measured, tables: Mapping[str, Collection[str]], every: str
) -> tuple[Candidate, ...]:
    """Add the course by period and the categories, in one pass over the data; `tables` names the columns of each."""
    asked: list[tuple[Sequence[Kpi], tuple[str, ...]]] = []
    columns: list[str | None] = []
    dated = [candidate.weak.kpi.at in tables[candidate.weak.kpi.table] for candidate in candidates]
    for candidate, has_moment in zip(candidates, dated, strict=True):
        weak = candidate.weak
        known = {weak.column, *(same.column for same in candidate.same)}
        there = [name for name in CATEGORIES if name in tables[weak.kpi.table] and name not in known]
        columns.append(there[0] if there and weak.kind != "mean" else None)
        by = (every if has_moment else None, columns[-1])
        asked += [([weak.kpi], (weak.column, name)) for name in by if name is not None]
    found = iter(measured(asked) if asked else ())
    return tuple(
        attrs.evolve(
            candidate,
            course=course(candidate.weak.kpi, next(found), candidate.weak.label, every) if has_moment else None,
            most_of=column,
            most=None if column is None else _bad_by(candidate.weak, next(found)),
        )
        for candidate, column, has_moment in zip(candidates, columns, dated, strict=True)
    )


def _bad_by(weak: Weak, measures: Measures) -> Pareto:
    """Rank the categories of the bad cases of a cell."""
    labels, categories = measures.groups[weak.kpi.key].columns()
    bad = reading_of(weak.kpi, measures).bad
    assert bad is not None
    return pareto(
        {
            category: int(count)
            for label, category, count in zip(labels, categories, bad.tolist(), strict=True)
            if label == weak.label
        }
    )
