"""Several KPIs of which one was named before: it is judged first, the others after it by Holm's steps."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np

from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.comparability import Compared, Pair, compared

Key: TypeAlias = tuple[Any, ...]


@attrs.frozen(eq=False)
class Steps:
    """A KPI measured at several shares of the risk; `picked` says which one counts for a group, 1 unless named.

    Beside the share stands the p-value of the primary KPI where that did not change, so that this one is not tested.
    """

    at: Mapping[int, Compared]
    picked: Mapping[Key, tuple[int, float | None]] = attrs.field(factory=dict)

    @property
    def first(self) -> Compared:
        """The one at the whole risk, or the next."""
        return self.at[min(self.at)]

    def of(self, key: Key) -> tuple[int, float | None]:
        """The share that counts for a group."""
        return self.picked.get(key, (min(self.at), None))


def steps_down(pairs: list[Pair], asked: Asked) -> list[Steps]:
    """Measure the primary KPI at the whole risk, and the others so that all together keep it.

    The primary one is tested first (a gate). Then S. Holm, 1979, Scandinavian Journal of Statistics 6: 65-70: with k
    KPIs left each takes 1 / k of the risk; those that changed leave, and the rest starts anew. All that is printed is
    at the share of the last step, at which the same ones leave out 0. The intervals of what was not tested are to be
    extended to hold 0, as the stepwise intervals of J. C. Hsu and R. L. Berger, 1999, JASA 94: 468-482, are.
    """
    place = next(i for i, pair in enumerate(pairs) if pair.new.key == asked.primary)
    gate = compared(pairs[place], asked.level, asked)
    others = [pair for i, pair in enumerate(pairs) if i != place]
    at = [{k: compared(pair, 1 - (1 - asked.level) / k, asked) for k in range(1, len(others) + 1)} for pair in others]
    keys = {key: None for found in at for key in found[1].places}
    picked: dict[Key, tuple[int, float | None]] = {}
    for key in keys:
        mine = [found for found in at if key in found[1].places]
        p = float(gate.change.p[gate.places[key]]) if key in gate.places else np.nan
        picked[key] = (len(others), p if np.isfinite(p) else 1.0)
        if _changed(gate, key):
            left = len(mine)
            while 0 < (rest := len(mine) - sum(_changed(found[left], key) for found in mine)) < left:
                left = rest
            picked[key] = (left if rest else 1, None)
    behind = iter([Steps(found, picked) for found in at])
    return [Steps({1: gate}) if i == place else next(behind) for i in range(len(pairs))]


def _changed(found: Compared, key: Key) -> bool:
    place = found.places.get(key)
    return place is not None and bool(found.change.low[place] > 0 or found.change.high[place] < 0)
