"""Several KPIs of which one was named before: it is judged first, the others after it by Holm's steps."""

from collections.abc import Mapping

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.comparability import Compared, Pair, compared
from servqual.pdca.verdicts.group_caveats import comparable
from servqual.pdca.verdicts.sources import Key


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
    KPIs left each takes 1 / k of the risk; those that changed leave, and the rest starts anew. KPIs whose sides cannot
    be compared never change: such a primary one keeps the gate shut, and the others stay in the count. All that is
    printed is at the share of the last step, at which the same ones leave out 0. The intervals of what was not tested
    are to be extended to hold 0, as the stepwise intervals of J. C. Hsu and R. L. Berger, 1999, JASA 94: 468-482, are.
    With several looks each step has the boundary of its own share (W. Maurer and F. Bretz, 2013, Statistics in
    Biopharmaceutical Research 5: 311-320).
    """
    place = next(i for i, pair in enumerate(pairs) if pair.new.key == asked.primary)
    gate = _Tested.of({1: compared(pairs[place], asked.level(), asked)}, asked)
    others = [pair for i, pair in enumerate(pairs) if i != place]
    shares = range(1, len(others) + 1)
    tests = [_Tested.of({k: compared(pair, asked.level(k), asked) for k in shares}, asked) for pair in others]
    keys = {key: None for test in tests for key in test.at[1].places}
    picked: dict[Key, tuple[int, float | None]] = {}
    for key in keys:
        mine = [test for test in tests if key in test.at[1].places]
        picked[key] = (len(others), gate.p(key))
        if gate.changed(1, key):
            left = len(mine)
            while 0 < (rest := len(mine) - sum(test.changed(left, key) for test in mine)) < left:
                left = rest
            picked[key] = (left if rest else 1, None)
    behind = iter([Steps(test.at, picked) for test in tests])
    return [Steps(gate.at) if i == place else next(behind) for i in range(len(pairs))]


@attrs.frozen(eq=False)
class _Tested:
    """A KPI at several shares of the risk, and in which groups its sides can be compared."""

    at: Mapping[int, Compared]
    comparable: Array

    @classmethod
    def of(cls, at: Mapping[int, Compared], asked: Asked) -> "_Tested":
        return cls(at, comparable(at[1], asked))

    def changed(self, share: int, key: Key) -> bool:
        """Whether the interval at a share of the risk leaves out 0."""
        found = self.at[share]
        place = found.places.get(key)
        if place is None or not self.comparable[place]:
            return False
        return bool(found.change.low[place] > 0 or found.change.high[place] < 0)

    def p(self, key: Key) -> float:
        """The p-value at the whole risk; 1 where the sides cannot be compared or there is no interval."""
        place = self.at[1].places.get(key)
        p = np.nan if place is None or not self.comparable[place] else float(self.at[1].change.p[place])
        return p if np.isfinite(p) else 1.0
