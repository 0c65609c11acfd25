"""Slow twins of gaps between perceptions and expectations, minimum or desired levels."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from servqual.testing._outcomes import Asked, Left, Outcome, Row, Twin, each, on_scale

_POINTS: Final = 100
Respondent: TypeAlias = Mapping[str, list[Row]]
"""The rows of each dimension."""


def gap(r: Row, q: Asked, name: str, other: str) -> Fraction | None:
    """Subtract one score from another, both on the scale."""
    low, high = q.params["scale"]
    both = r[name], r[other]
    ours = "kinds" not in q.params or on_scale(r, q, (low, high))
    out = not ours or any(x is None or not low <= x <= high for x in both)
    return None if out else Fraction(both[0]) - Fraction(both[1])


def less(name: str, other: str) -> Twin:
    """Make the mean of one score less another, row by row."""

    def judge(r: Row, q: Asked) -> Outcome:
        found = gap(r, q, name, other)
        return Left.OUT if found is None else float(found)

    return each(judge)


def mean_gap(rows: Sequence[Row], q: Asked) -> Fraction | None:
    """Take the mean gap of some items, to a millionth."""
    gaps = [found for r in rows if (found := gap(r, q, "score", "expected")) is not None]
    return round(Fraction(sum(gaps), len(gaps)), 6) if gaps else None


def by_respondent(judge: Callable[[Respondent, Asked], list[Fraction | None]]) -> Twin:
    """Judge each customer in each survey."""

    def twin(rows: Sequence[Row], q: Asked) -> list[Outcome]:
        found: dict[tuple[str, str | None], dict[str, list[Row]]] = {}
        for r in rows:
            if r["customer_id"] is not None and r["dimension"] is not None:
                mine = found.setdefault((r["customer_id"], r.get("survey")), {})
                mine.setdefault(r["dimension"], []).append(r)
        told = [x for respondent in found.values() for x in judge(respondent, q)]
        return [float(x) for x in told if x is not None]

    return twin


def each_dimension(respondent: Respondent, q: Asked) -> list[Fraction | None]:
    """Take the mean gap of each dimension."""
    return [mean_gap(rows, q) for rows in respondent.values()]


def unweighted(respondent: Respondent, q: Asked) -> list[Fraction | None]:
    """Take the mean of all dimensions, where all have a gap."""
    gaps = [found for found in each_dimension(respondent, q) if found is not None]
    wanted: int = q.params["dimensions"]
    return [round(sum(gaps) / Fraction(wanted), 6)] if len(gaps) == wanted else []


def weighted(respondent: Respondent, q: Asked) -> list[Fraction | None]:
    """Sum points times gap over 100 points, where every dimension with points has a gap."""
    total, shared = Fraction(0), Fraction(0)
    for rows in respondent.values():
        sound = [r for r in rows if r["points"] is None or 0 <= r["points"] <= _POINTS]
        told = {Fraction(r["points"]) for r in sound if r["points"] is not None}
        if len(told) > 1:
            return []
        points, found = sum(told, Fraction(0)), mean_gap(sound, q)
        if points and found is None:
            return []
        shared += points
        total += round(points * (found or 0) / _POINTS, 6)
    return [total] if shared == _POINTS else []


GAP_TWINS: Final[Mapping[str, Twin]] = {
    "servqual_item_gap": less("score", "expected"),
    "service_adequacy": less("score", "minimum"),
    "service_superiority": less("score", "desired"),
    "servqual_dimension_gap": by_respondent(each_dimension),
    "servqual_unweighted": by_respondent(unweighted),
    "servqual_weighted": by_respondent(weighted),
}
