"""What an appraisal asks for next: needs of training, and weights proposed for the next scheme."""

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from servqual._checks import positive
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.ids import AgentId, TeamId
from servqual.model.people.appraisal import Appraisal
from servqual.model.people.score import FULL

__all__ = ["TrainingNeed", "needs_after", "proposed_weights"]


@attrs.frozen(kw_only=True, field_transformer=typed)
class TrainingNeed:
    """Indicator below the wanted points: whose, how many points, what is short, and the content that was named for it.

    `lost` is the shortfall times the weight of the indicator: the points that the total would gain.
    """

    member: AgentId | None
    team: TeamId | None
    indicator: str
    points: float
    shortfall: float
    lost: float = attrs.field(validator=positive)
    content: str = ""


def needs_after(
    appraisal: Appraisal, *, below: float, contents: Mapping[str, str] | None = None
) -> tuple[TrainingNeed, ...]:
    """Derive needs of training from an appraisal: indicators with fewer points than `below`, the dearest first.

    `contents` names the content of a training by indicator; without one it stays empty. Missing indicators are no need,
    because nobody knows. Refused: `below` that is not from 0 to 100, and an appraisal that cannot be scored yet.
    """
    floor = _floor(below)
    named = contents or {}
    scheme = appraisal.scheme
    needs = (
        TrainingNeed(
            member=scheme.member,
            team=scheme.team,
            indicator=part.indicator,
            points=part.points,
            shortfall=floor - part.points,
            lost=(floor - part.points) * part.weight,
            content=named.get(part.indicator, ""),
        )
        for part in appraisal.score().parts
        if part.points < floor
    )
    return tuple(sorted(needs, key=lambda need: (-need.lost, need.indicator)))


def proposed_weights(appraisal: Appraisal, *, below: float, emphasis: float) -> Mapping[str, float]:
    """Propose weights for the next scheme: indicators below `below` points weigh more, all sum to 1.

    Their weights grow by the share `emphasis` (0.5: by half), and then all weights are divided by their sum. Where no
    indicator or every indicator is below, the weights stay. It is a proposal: `SchemeSet` makes it a scheme, and people
    agree on that. Refused: `emphasis` that is not above 0, and what `needs_after` refuses.
    """
    if not 0 < emphasis < float("inf"):
        raise InvalidValue.of("emphasis", "be a number above 0", emphasis, do="write 0.5 for half as much again")
    weak = {need.indicator for need in needs_after(appraisal, below=below)}
    raised = {name: weight * (1 + emphasis * (name in weak)) for name, weight in appraisal.scheme.weights.items()}
    total = sum(raised.values())
    return MappingProxyType({name: weight / total for name, weight in raised.items()})


def _floor(below: float) -> float:
    if not 0 <= below <= FULL:
        raise InvalidValue.of("below", "lie between 0 and 100", below)
    return below
