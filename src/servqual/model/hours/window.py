"""A span of time between two moments."""

import datetime as dt

import attrs

from servqual._checks import in_order, instant
from servqual._typed import typed


@attrs.frozen(kw_only=True, field_transformer=typed)
class Window:
    """A span of time, `start` included, `end` not.

    Both moments carry a zone and are kept as UTC; an end before the start is refused, an empty window is allowed.

    >>> from datetime import UTC, datetime
    >>> lunch = Window(start=datetime(2026, 5, 4, 12, tzinfo=UTC), end=datetime(2026, 5, 4, 13, tzinfo=UTC))
    >>> lunch.length
    datetime.timedelta(seconds=3600)
    """

    start: dt.datetime = attrs.field(converter=instant)
    end: dt.datetime = attrs.field(converter=instant)

    def __attrs_post_init__(self) -> None:
        in_order(self.start, self.end)

    @property
    def length(self) -> dt.timedelta:
        """Real time from start to end."""
        return self.end - self.start
