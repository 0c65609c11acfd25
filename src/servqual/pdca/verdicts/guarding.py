"""Guardrails judged in each group, where their sides can be compared at all."""

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared, in_order, invalid, of_sides
from servqual.pdca.verdicts.group_comparability import immature, of_cells
from servqual.pdca.verdicts.guardrail import Guardrail
from servqual.pdca.verdicts.rules import guardrail_decision
from servqual.pdca.verdicts.sources import Key, or_none
from servqual.pdca.verdicts.verdict import GuardrailVerdict

_NOTHING: Final = frozenset({"compare.no_data", "interval.none"})
"""What leaves a guardrail without an interval, which `guardrail_decision` sees by itself."""


@attrs.frozen(eq=False)
class Guarded:
    """A guardrail judged in its groups, and the verdict of a group that it lacks."""

    judged: Mapping[Key, GuardrailVerdict]
    missing: GuardrailVerdict

    def at(self, key: Key) -> tuple[GuardrailVerdict, Caveat | None]:
        """The verdict in one group, with what keeps it from being judged."""
        return _told(self.judged.get(key, self.missing))


def guarded(rail: Guardrail, found: Compared) -> Guarded:
    """Judge a guardrail in each group; where its sides cannot be compared it is unclear, without a number.

    Undecided items count only where they may carry the change over the margin.
    """
    about, change = found.pair.new, found.change
    shared, open_ = of_sides(found), immature(found, lambda least, most, _: _open(found, rail.margin, least, most))
    numbers = zip(*map(or_none, (change.value, change.low, change.high)), strict=True)
    facts: dict[str, Any] = {"kpi": rail.kpi, "title": about.title, "unit": about.unit, "margin": rail.margin}
    usual, directed = _weighed(shared), about.better is not None
    judged = {}
    for key, own, (value, *ends) in zip(found.places, of_cells(found, open_), numbers, strict=True):
        caveats = _weighed([*shared, *own]) if own else usual
        stops = [each for each in caveats if each.code not in _NOTHING] if caveats else caveats
        decision = guardrail_decision(*about.turned(*ends), rail.margin) if directed else "invalid"
        lost = bool(stops) and invalid(stops)
        if directed and lost:
            decision = "unclear"
        seen, low, high = (None, None, None) if lost else (value, *ends)
        judged[key] = GuardrailVerdict(decision=decision, change=seen, low=low, high=high, caveats=caveats, **facts)
    missing = GuardrailVerdict(decision="invalid", change=None, low=None, high=None, **facts)
    return Guarded(judged, missing)


def _weighed(caveats: list[Caveat]) -> tuple[Caveat, ...]:
    """Leave out notes, which the verdict has for all of its KPIs."""
    return in_order(caveat for caveat in caveats if caveat.severity != "note")


def _told(guard: GuardrailVerdict) -> tuple[GuardrailVerdict, Caveat | None]:
    """Add what keeps a guardrail from being judged."""
    if guard.decision == "invalid":
        text = f"{guard.title} has no interval of its change, or no better direction"
        return guard, caveat("guardrail.no_data", text)
    stops = [each.text for each in guard.caveats if each.severity == "blocking"]
    return guard, caveat("guardrail.not_comparable", f"{guard.title}: {'; '.join(stops)}") if stops else None


def _open(found: Compared, margin: float, least: Array, most: Array) -> Array:
    """Tell where undecided items may turn what the interval says of the margin."""
    low, high = found.pair.new.turned(found.change.low, found.change.high)
    worst, best = found.pair.new.turned(least, most)
    return np.asarray(((low >= -margin) & (worst < -margin)) | ((high < -margin) & (best >= -margin)))
