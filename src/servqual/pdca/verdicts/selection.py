"""A group that was picked because it looked worst: its value before, drawn towards the level of all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np

from servqual._checks import must_be, whole
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.metrics import Measures
from servqual.model._pickled import Rebuilt
from servqual.stats.intervals import normal
from servqual.stats.shrinkage import shrunken_means_and_errors

__all__ = ["Selected"]


def _labels(given: Mapping[str, str]) -> Mapping[str, str]:
    must_be(Mapping, "group", "a mapping from column to label", given)
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Selected(Rebuilt):
    """One of `of` groups that was picked by its value, which was luck in part and will not come again.

    Of ten equal teams the worst "improves" on its own. So the comparison starts from `value`, that of the group drawn
    towards the level of all groups, with its standard error `error`. `kpi` and `group`, the labels of the group as
    text, say what was picked, so that nothing else is compared from it; empty where that is not known.
    """

    of: int = attrs.field(validator=whole(2))
    value: float
    error: float
    kpi: str = ""
    group: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=_labels, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.error < 0:
            raise InvalidValue.of("error", "be 0 or more", self.error)

    @classmethod
    def among(cls, measures: Measures, kpi: str, **group: object) -> "Selected":
        """Draw the value of one group towards those of all groups that were measured with it.

        The normal model of B. Efron and C. Morris, 1975, JASA 70: 311-319; see `servqual.stats.shrinkage`. Raises
        `InvalidValue` for fewer than two groups with an interval, or where the picked one has none.

        >>> from servqual.metrics import measure
        >>> import numpy as np
        >>> day = np.array(["2026-05-04"] * 400, "datetime64[us]")
        >>> cases = {"received_at": day, "resolved_at": day, "reopened": [0] * 380 + [1] * 20}
        >>> teams = measure(["reopen_rate"], {"cases": cases | {"team": list("abcde") * 76 + ["a"] * 20}}, by=["team"])
        >>> picked = Selected.among(teams, "reopen_rate", team="a")
        >>> picked.of, round(teams.get("reopen_rate", team="a").value, 3), round(picked.value, 3)
        (5, 0.208, 0.192)
        """
        must_be(Measures, "measures", "what measure() gives", measures)
        mine = measures.get(kpi, **group)
        known = [m for m in measures.of(kpi) if m.value is not None and m.low is not None and m.high is not None]
        if len(known) < 2 or mine not in known:  # noqa: PLR2004  (one group alone was not picked)
            raise InvalidValue.of("group", "be one of several groups with an interval", group)
        z = normal(measures.confidence)
        value = np.array([m.value for m in known], np.float64)
        error = np.array([(m.high - m.low) / (2 * z) for m in known if m.high is not None and m.low is not None])
        place = known.index(mine)
        drawn, spread = (float(each[place]) for each in shrunken_means_and_errors(value, error))
        labels = {name: str(label) for name, label in mine.group.items()}
        return cls(of=len(known), value=drawn, error=spread, kpi=kpi, group=labels)

    def plain(self) -> list[Any]:
        """Give the fields as plain data."""
        return [self.of, self.value, self.error, self.kpi, dict(self.group)]

    @classmethod
    def of_plain(cls, stored: list[Any]) -> "Selected":
        """Read the fields from plain data."""
        of, value, error, kpi, group = stored
        return cls(of=of, value=value, error=error, kpi=kpi, group=group)
