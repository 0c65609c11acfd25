"""What to improve first: three grades by stated axes, worth for its effort, and the cost of poor service."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from servqual._checks import must_be, positive
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.labels import Labelled
from servqual.model.money import Money

__all__ = ["ImprovementPriority", "PoorServiceCost", "Worth", "cost_of_poor_service", "prioritise"]


class ImprovementPriority(Labelled):
    """Grade of an improvement, the first one first."""

    URGENT = "urgent", "紧急"
    IMPORTANT = "important", "重要"
    MINOR = "minor", "次要"


def _share(field: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidValue.of(field, "be a number from 0 to 1", value, do="scale the axis to 0 to 1")


def prioritise(*, urgency: float, importance: float, urgent_from: float, important_from: float) -> ImprovementPriority:
    """Grade a problem by two axes, each from 0 to 1, and by the cuts that the firm states.

    Urgent is what is both urgent and important, important what is important alone, and minor all else, however urgent:
    to be in a hurry is no reason by itself. A value at a cut passes it. The documents name the grades and no axes, so
    nothing has a default. Refused: a number outside of 0 to 1.

    >>> cuts = {"urgent_from": 0.5, "important_from": 0.5}
    >>> [str(prioritise(urgency=u, importance=i, **cuts)) for u, i in ((0.9, 0.8), (0.2, 0.8), (0.9, 0.1))]
    ['urgent', 'important', 'minor']
    """
    given = {"urgency": urgency, "importance": importance, "urgent_from": urgent_from, "important_from": important_from}
    for field, value in given.items():
        _share(field, value)
    if importance < important_from:
        return ImprovementPriority.MINOR
    return ImprovementPriority.URGENT if urgency >= urgent_from else ImprovementPriority.IMPORTANT


def _certainty(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    _share(field.name, value)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Worth:
    """How much an improvement brings for its effort: impact times confidence, over effort.

    `impact` and `effort` are above 0, on scales that are the same for all plans that are ranked together, such as
    cases a month and days of work; `confidence` is from 0 to 1.

    >>> Worth(impact=120, effort=4, confidence=0.5).score
    15.0
    """

    impact: float = attrs.field(validator=positive)
    effort: float = attrs.field(validator=positive)
    confidence: float = attrs.field(validator=_certainty)

    def __attrs_post_init__(self) -> None:
        if not math.isfinite(self.score):
            raise InvalidValue.of("impact", "be on a scale whose ratio to the effort is a number", self.impact)

    @property
    def score(self) -> float:
        """Impact times confidence, over effort."""
        return self.impact * self.confidence / self.effort


def _by(given: Mapping[str, Money]) -> Mapping[str, Money]:
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True, field_transformer=typed)
class PoorServiceCost(Rebuilt):
    """Cost of poor service: in all, by category with the largest first, and the categories whose cost is not known.

    `total` is None where no cost is known; where `unknown` names some, it is a lower bound.
    """

    total: Money | None
    by: Mapping[str, Money] = attrs.field(converter=_by)
    unknown: tuple[str, ...] = ()


def cost_of_poor_service(counts: Mapping[str, int], costs: Mapping[str, Money]) -> PoorServiceCost:
    """Sum what went wrong, such as repeat calls, complaints and reopened cases, at what each costs.

    Exact, and in one currency: costs in two are refused. A category without a cost is named as unknown and not counted
    as free. Refused: counts below 0 or not whole, and costs below 0.

    >>> found = cost_of_poor_service({"repeat call": 120, "complaint": 4, "lost customer": 1},
    ...                              {"repeat call": Money("6.50", "EUR"), "complaint": Money(80, "EUR")})
    >>> found.total, list(found.by), found.unknown
    (Money('1100.00', 'EUR'), ['repeat call', 'complaint'], ('lost customer',))
    """
    must_be(Mapping, "counts", "a mapping from category to count", counts)
    must_be(Mapping, "costs", "a mapping from category to Money", costs)
    by: dict[str, Money] = {}
    for name, count in counts.items():
        must_be(int, "counts", f"whole numbers, which {name!r} has not", count)
        if isinstance(count, bool) or count < 0:
            raise InvalidValue.of("counts", "be whole numbers from 0", count, shown=f"{count!r} for {name!r}")
        if name in costs:
            must_be(Money, "costs", "Money", costs[name])
            if costs[name].amount < 0:
                raise InvalidValue.of("costs", "be 0 or more", costs[name], shown=f"{costs[name]} for {name!r}")
            by[name] = costs[name] * count
    amounts = list(by.values())
    total = sum(amounts[1:], start=amounts[0]) if amounts else None
    ranked = dict(sorted(by.items(), key=lambda item: (-item[1].amount, item[0])))
    return PoorServiceCost(total=total, by=ranked, unknown=tuple(name for name in counts if name not in costs))
