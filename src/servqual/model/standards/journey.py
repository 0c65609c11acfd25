"""A customer journey: touchpoints from first contact to after-sales, with bottlenecks and missing feedback."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from servqual._checks import among, as_texts, filled
from servqual._typed import typed
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.standards import flowchart


@declared("touchpoint")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Touchpoint:
    """Point of contact with the customer: its stage, its channel, and our ways to ask for feedback.

    Stages are free words, such as `contact`, `delivery`, `after-sales`. `after` names the touchpoints before it: by
    default the one listed before, `()` for none.
    """

    name: str = attrs.field(validator=filled)
    stage: str = attrs.field(validator=filled)
    channel: str = ""
    feedback: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    after: tuple[str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(as_texts))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Coverage(Rebuilt):
    """Feedback along a journey: how often at each touchpoint, and how often elsewhere."""

    heard: Mapping[str, int]
    elsewhere: int

    @property
    def silent(self) -> tuple[str, ...]:
        """Touchpoints without feedback."""
        return tuple(name for name, count in self.heard.items() if not count)

    @property
    def share(self) -> float:
        """Share of touchpoints with feedback, 0 to 1."""
        return 1 - len(self.silent) / len(self.heard)


@declared("journey")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Journey(Rebuilt):
    """Way of a customer through our touchpoints.

    Refused: no touchpoints, two with one name, an unknown name in `after`, and touchpoints in a circle.

    >>> purchase = Journey(name="purchase", touchpoints=(
    ...     Touchpoint(name="shop", stage="contact", feedback=("rating",)),
    ...     Touchpoint(name="parcel", stage="delivery"),
    ...     Touchpoint(name="hotline", stage="after-sales", feedback=("survey",))))
    >>> found = purchase.coverage(["shop", "hotline", "shop", None])
    >>> round(found.share, 2), found.silent, found.elsewhere
    (0.67, ('parcel',), 1)
    >>> [touchpoint.name for touchpoint in purchase.unasked]
    ['parcel']
    """

    name: str = attrs.field(validator=filled)
    touchpoints: tuple[Touchpoint, ...] = attrs.field(converter=tuple[Touchpoint, ...])
    _before: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        before = flowchart.predecessors([(point.name, point.after) for point in self.touchpoints], "touchpoints")
        object.__setattr__(self, "_before", MappingProxyType(before))

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a touchpoint and a following touchpoint."""
        return flowchart.edges(self._before)

    @property
    def stages(self) -> Mapping[str, tuple[Touchpoint, ...]]:
        """Touchpoints of each stage, stages in the order of their first touchpoint."""
        names = dict.fromkeys(point.stage for point in self.touchpoints)
        return MappingProxyType({name: tuple(p for p in self.touchpoints if p.stage == name) for name in names})

    @property
    def unasked(self) -> tuple[Touchpoint, ...]:
        """Touchpoints where nobody asks for feedback."""
        return tuple(point for point in self.touchpoints if not point.feedback)

    def coverage(self, heard: Iterable[str | None], *, stage: str | None = None) -> Coverage:
        """Count feedback by touchpoint, on the whole journey or in one stage, from the touchpoint of each item.

        An item without a touchpoint, or with another one, counts as elsewhere. An unknown stage is refused.
        """
        if stage is not None:
            among("stage", stage, self.stages)
        points = self.touchpoints if stage is None else self.stages[stage]
        counts = Counter(heard)
        found = {point.name: counts[point.name] for point in points}
        return Coverage(heard=MappingProxyType(found), elsewhere=counts.total() - sum(found.values()))

    def bottleneck(self, took: Mapping[str, dt.timedelta]) -> Touchpoint | None:
        """Return the touchpoint with the most time, the first of several; None where no time passed.

        A touchpoint that is not named took no time; an unknown name is refused.
        """
        for name in took:
            among("touchpoint", name, self._before)
        slowest = max(self.touchpoints, key=lambda point: took.get(point.name, _NOTHING))
        return slowest if took.get(slowest.name, _NOTHING) > _NOTHING else None

    def pain_points(self, scores: Mapping[str, float], *, below: float) -> tuple[Touchpoint, ...]:
        """List the touchpoints with a score less than `below`, the worst first; others need no score.

        An unknown name is refused.
        """
        for name in scores:
            among("touchpoint", name, self._before)
        poor = (p for p in self.touchpoints if p.name in scores and scores[p.name] < below)
        return tuple(sorted(poor, key=lambda point: scores[point.name]))

    def diagram(self) -> str:
        """Draw the journey as a Mermaid flow chart, with a box per stage."""
        words = {stage: {point.name: _words(point) for point in points} for stage, points in self.stages.items()}
        return flowchart.flowchart(words, self.edges, direction="LR")


_NOTHING = dt.timedelta(0)


def _words(point: Touchpoint) -> str:
    return f"{point.name} ({point.channel})" if point.channel else point.name
