"""The numbers of one KPI: value, interval, n, what is undecided, and the error of reading; an entry a group."""

import attrs

from servqual._arrays import Array


@attrs.frozen(eq=False)
class Numbers:
    """The numbers of one KPI, an entry a group; NaN is "no data"."""

    value: Array
    low: Array
    high: Array
    n: Array
    undecided: Array
    error: Array

    def only(self, groups: slice) -> "Numbers":
        """Those of some groups."""
        return Numbers(*(getattr(self, field.name)[groups] for field in attrs.fields(Numbers)))
