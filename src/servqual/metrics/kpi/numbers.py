"""Numbers of one KPI as arrays with an entry per group: value, interval, n, undecided, and error of reading."""

import attrs

from servqual._arrays import Array


@attrs.frozen(eq=False)
class Numbers:
    """Numbers of one KPI, an entry per group; NaN is "no data"."""

    value: Array
    low: Array
    high: Array
    n: Array
    undecided: Array
    error: Array

    def only(self, groups: slice) -> "Numbers":
        """Take the numbers of some groups."""
        return Numbers(*(getattr(self, field.name)[groups] for field in attrs.fields(Numbers)))
