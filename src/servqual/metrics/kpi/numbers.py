"""Numbers of one KPI as arrays with an entry per group: value, interval, n, undecided, and error of reading."""

import attrs

from servqual._arrays import Array, read_only


@attrs.frozen(eq=False)
class Numbers:
    """Numbers of one KPI, an entry per group; NaN is "no data"."""

    value: Array = attrs.field(converter=read_only)
    low: Array = attrs.field(converter=read_only)
    high: Array = attrs.field(converter=read_only)
    n: Array = attrs.field(converter=read_only)
    undecided: Array = attrs.field(converter=read_only)
    error: Array = attrs.field(converter=read_only)

    def only(self, groups: slice) -> "Numbers":
        """Take the numbers of some groups."""
        return Numbers(*(getattr(self, field.name)[groups] for field in attrs.fields(Numbers)))
