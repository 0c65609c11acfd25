"""A customer journey: the touchpoints from first contact to after-sales, where it takes time, and where nobody asks."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from servqual._checks import among, as_texts, filled
from servqual.model._declared import declared
from servqual.model._pickled import Rebuilt
from servqual.model.standards import flowchart


@declared("touchpoint")
@attrs.frozen(kw_only=True)
class Touchpoint:
    """A point where the customer meets us: in which stage, through which channel, and how we ask for feedback there.

    Stages are the user's own words, such as `contact`, `delivery`, `after-sales`. `after` names the touchpoints that
    lead to it; left out, that is the one listed before it, and `()` makes it a beginning.
    """

    name: str = attrs.field(validator=filled)
    stage: str = attrs.field(validator=filled)
    channel: str = ""
    feedback: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    after: tuple[str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(as_texts))


@attrs.frozen(kw_only=True)
class Coverage(Rebuilt):
    """Where on a journey feedback was heard: how often at each touchpoint, and how often at none that it has."""

    heard: Mapping[str, int]
    elsewhere: int

    @property
    def silent(self) -> tuple[str, ...]:
        """The touchpoints of which nothing was heard."""
        return tuple(name for name, count in self.heard.items() if not count)

    @property
    def share(self) -> float:
        """The share of touchpoints of which something was heard, 0 to 1."""
        return 1 - len(self.silent) / len(self.heard)


def _touchpoints(values: Iterable[Touchpoint]) -> tuple[Touchpoint, ...]:
    return tuple(values)


@declared("journey")
@attrs.frozen(kw_only=True)
class Journey(Rebuilt):
    """The way of a customer through our touchpoints.

    Refused: no touchpoints, two of one name, an `after` that names none, and touchpoints in a circle.

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
    touchpoints: tuple[Touchpoint, ...] = attrs.field(converter=_touchpoints)
    _before: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        before = flowchart.predecessors([(point.name, point.after) for point in self.touchpoints])
        object.__setattr__(self, "_before", MappingProxyType(before))

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Each pair of a touchpoint and one that follows it."""
        return flowchart.edges(self._before)

    @property
    def stages(self) -> Mapping[str, tuple[Touchpoint, ...]]:
        """The touchpoints of each stage, stages in the order in which they are first met."""
        names = dict.fromkeys(point.stage for point in self.touchpoints)
        return MappingProxyType({name: tuple(p for p in self.touchpoints if p.stage == name) for name in names})

    @property
    def unasked(self) -> tuple[Touchpoint, ...]:
        """The touchpoints where nobody asks for feedback."""
        return tuple(point for point in self.touchpoints if not point.feedback)

    def coverage(self, heard: Iterable[str | None], *, stage: str | None = None) -> Coverage:
        """Where feedback was heard, given the touchpoint of each item of it; of the whole journey or of one stage.

        An item without a touchpoint, or with one outside, counts as heard elsewhere. An unknown stage is refused.
        """
        if stage is not None:
            among("stage", stage, self.stages)
        points = self.touchpoints if stage is None else self.stages[stage]
        counts = Counter(heard)
        found = {point.name: counts[point.name] for point in points}
        return Coverage(heard=MappingProxyType(found), elsewhere=counts.total() - sum(found.values()))

    def bottleneck(self, took: Mapping[str, dt.timedelta]) -> Touchpoint | None:
        """The touchpoint that took most of the time, the first of several; None where no time passed.

        A touchpoint that is not named took none; a name that the journey does not have is refused.
        """
        for name in took:
            among("touchpoint", name, self._before)
        slowest = max(self.touchpoints, key=lambda point: took.get(point.name, _NOTHING))
        return slowest if took.get(slowest.name, _NOTHING) > _NOTHING else None

    def pain_points(self, scores: Mapping[str, float], *, below: float) -> tuple[Touchpoint, ...]:
        """The touchpoints that scored less than `below`, the worst first; those without a score are not judged.

        A name that the journey does not have is refused.
        """
        for name in scores:
            among("touchpoint", name, self._before)
        poor = (p for p in self.touchpoints if p.name in scores and scores[p.name] < below)
        return tuple(sorted(poor, key=lambda point: scores[point.name]))

    def diagram(self) -> str:
        """The journey as a Mermaid flow chart, a box for each stage."""
        words = {stage: {point.name: _words(point) for point in points} for stage, points in self.stages.items()}
        return flowchart.flowchart(words, self.edges, direction="LR")


_NOTHING = dt.timedelta(0)


def _words(point: Touchpoint) -> str:
    return f"{point.name} ({point.channel})" if point.channel else point.name
