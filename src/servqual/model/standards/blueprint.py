"""A service blueprint: steps of the customer, visible steps of ours, and hidden steps, in lanes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from servqual._checks import as_texts, filled
from servqual._typed import typed
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.labels import Labelled, Language
from servqual.model.people.roles import Role, as_role, role_label
from servqual.model.standards import flowchart


class Lane(Labelled):
    """Lane of a blueprint, from the customer inwards."""

    CUSTOMER = "customer", "顾客"
    FRONT_STAGE = "front_stage", "前台"
    BACK_STAGE = "back_stage", "后台"
    SUPPORT = "support", "支持"


class Line(Labelled):
    """Line between two neighbouring lanes."""

    INTERACTION = "interaction", "互动线"
    VISIBILITY = "visibility", "可视线"
    INTERNAL_INTERACTION = "internal_interaction", "内部互动线"


_DEPTH: Final = {lane: depth for depth, lane in enumerate(Lane)}
# the line lies above the lane of this depth
_LINES: Final = {line: depth for depth, line in enumerate(Line, 1)}


@attrs.frozen(kw_only=True, field_transformer=typed)
class BlueprintStep:
    """One action, in its lane; `role` says whose duty it is, where it is one of ours.

    `after` names the steps that lead to it; left out, that is the step listed before it, and `()` makes it a beginning.
    """

    name: str = attrs.field(validator=filled)
    lane: Lane = attrs.field(converter=Lane)
    role: Role | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_role))
    after: tuple[str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(as_texts))


@declared("blueprint")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Blueprint(Rebuilt):
    """Steps of a service in four lanes, and their crossings between lanes.

    Refused: no steps, two of one name, an `after` that names no step, and steps in a circle.

    >>> repair = Blueprint(name="repair", steps=(
    ...     BlueprintStep(name="ask", lane="customer"),
    ...     BlueprintStep(name="take in", lane="front_stage", role=Role.AGENT),
    ...     BlueprintStep(name="mend", lane="back_stage", role=Role.TECH_SUPPORT)))
    >>> repair.crossings(Line.VISIBILITY), repair.crossings(Line.INTERNAL_INTERACTION)
    ((('take in', 'mend'),), ())
    >>> print(repair.diagram("zh"))
    flowchart LR
        subgraph g1 ["顾客"]
            s1["ask"]
        end
        subgraph g2 ["前台"]
            s2["take in (客户服务专员)"]
        end
        subgraph g3 ["后台"]
            s3["mend (技术支持专员)"]
        end
        s1 --> s2
        s2 --> s3
    """

    name: str = attrs.field(validator=filled)
    steps: tuple[BlueprintStep, ...] = attrs.field(converter=tuple[BlueprintStep, ...])
    _before: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        before = flowchart.predecessors([(step.name, step.after) for step in self.steps])
        object.__setattr__(self, "_before", MappingProxyType(before))

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a step and a following step."""
        return flowchart.edges(self._before)

    @property
    def lanes(self) -> Mapping[Lane, tuple[BlueprintStep, ...]]:
        """Steps of each lane, from the customer inwards; a lane without steps is empty."""
        return MappingProxyType({lane: tuple(s for s in self.steps if s.lane is lane) for lane in Lane})

    def crossings(self, line: Line) -> tuple[tuple[str, str], ...]:
        """List the pairs of steps across a line, in either direction.

        Pairs across the line of interaction are the moments of contact; a pair over several lanes crosses every line
        between them.
        """
        depth = {step.name: _DEPTH[step.lane] for step in self.steps}
        border = _LINES[Line(line)]
        return tuple((a, b) for a, b in self.edges if (depth[a] < border) != (depth[b] < border))

    @property
    def unanswered(self) -> tuple[BlueprintStep, ...]:
        """Steps of the customer that no step of ours follows, without the last step of the service."""
        ours = {step.name for step in self.steps if step.lane is not Lane.CUSTOMER}
        followed = {earlier for earlier, later in self.edges if later in ours}
        leading = {earlier for earlier, _ in self.edges}
        return tuple(step for step in self.lanes[Lane.CUSTOMER] if step.name in leading - followed)

    def diagram(self, language: Language = "en") -> str:
        """Draw the blueprint as a Mermaid flow chart, with a box per lane in use."""
        words = {
            lane.label(language): {step.name: _words(step, language) for step in steps}
            for lane, steps in self.lanes.items()
            if steps
        }
        return flowchart.flowchart(words, self.edges, direction="LR")


def _words(step: BlueprintStep, language: Language) -> str:
    return step.name if step.role is None else f"{step.name} ({role_label(step.role, language)})"
