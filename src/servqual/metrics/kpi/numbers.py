"""Numbers of one KPI as arrays with an entry per group: value, interval, n, undecided, and errors."""

import attrs
import numpy as np

from servqual._arrays import Array, read_only
from servqual.model._pickled import Rebuilt


def _unknown(numbers: "Numbers") -> Array:
    return np.full(len(numbers.value), np.nan)


def _never(numbers: "Numbers") -> Array:
    return np.zeros(len(numbers.value), np.bool_)


@attrs.frozen(eq=False)
class Numbers(Rebuilt):
    """Numbers of one KPI, an entry per group; NaN is "no data".

    `error` is that of reading from bins. `standard_error` is known of means, quotients and net scores. `approximate`
    marks score intervals of fewer than three hits or misses.
    """

    value: Array = attrs.field(converter=read_only)
    low: Array = attrs.field(converter=read_only)
    high: Array = attrs.field(converter=read_only)
    n: Array = attrs.field(converter=read_only)
    undecided: Array = attrs.field(converter=read_only)
    error: Array = attrs.field(converter=read_only)
    standard_error: Array = attrs.field(default=attrs.Factory(_unknown, takes_self=True), converter=read_only)
    approximate: Array = attrs.field(default=attrs.Factory(_never, takes_self=True), converter=read_only)

    def only(self, groups: slice) -> "Numbers":
        """Take the numbers of some groups."""
        return Numbers(*(getattr(self, field.name)[groups] for field in attrs.fields(Numbers)))
