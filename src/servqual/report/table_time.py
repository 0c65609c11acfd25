"""The time that a table besides cases speaks of: its periods, and the moment from which it is seen."""

import datetime as dt
from collections.abc import Collection
from itertools import pairwise
from typing import Final

import attrs

from servqual.errors import InvalidValue
from servqual.pdca.verdicts.wall import at_wall
from servqual.readers.columns.calendar import Days, days_of
from servqual.report.config import Config
from servqual.report.framing import Frame, every_of
from servqual.report.intervals import are_months, end_of
from servqual.report.looking import US, Seen, at_of
from servqual.report.scan import EPOCH
from servqual.report.spans import Every, whole_of

_DAY: Final = dt.timedelta(days=1)


@attrs.frozen(kw_only=True)
class TableTime:
    """When a table is seen, and from where that comes; `days` are those that it holds of the period of its `frame`."""

    frame: Frame
    days: Days
    seen_at: dt.datetime
    now_from: str

    @property
    def begun(self) -> bool:
        """Whether the period asked for has begun."""
        return self.frame.cut is None or self.frame.cut[0] <= self.frame.now.date()


def time_of(table: str, config: Config, seen: Seen, zone: dt.tzinfo, now: dt.datetime | None) -> TableTime:
    """Read the time of a table; rows that are counts end with their last interval."""
    if seen.latest is None:
        raise InvalidValue.of(
            table, "have a row with a moment that can be read", None, do=f"name {at_of(table)} under [columns]"
        )
    begins = [(EPOCH + at * US).astimezone(zone) for at in seen.begins]
    finish = at_wall(end_of(begins), zone) if begins else EPOCH + seen.latest * US
    seen_at = now or finish
    default = "the end of the last interval" if begins else "the latest moment in the export"
    first, last = (
        (EPOCH + (seen.latest if at is None else at) * US).astimezone(zone) for at in (seen.first, seen.last)
    )
    over = (min(finish, seen_at) if begins else seen_at).astimezone(zone)
    if begins:  # at midnight the day before is the last one
        last = over - _DAY if over.time() == dt.time() else over
    asked = days_of(config.period) if config.period else None
    held = (first.date(), over.date())
    every, because = every_of(config, asked or held, _usual(begins))
    cut = asked or (whole_of(*held, every) if config.whole else None)
    return TableTime(
        frame=Frame(
            zone=zone,
            first=first,
            last=last,
            now=over,
            every=every,
            because=because,
            cut=cut,
            asked=asked is not None,
        ),
        days=held if cut is None else (max(held[0], cut[0]), min(held[1], cut[1])),
        seen_at=seen_at,
        now_from="as asked" if now else default,
    )


def _usual(begins: Collection[dt.datetime]) -> tuple[Every, str] | None:
    """Tell counts of whole weeks or months by these; None of other rows."""
    if are_months(begins):
        return "month", "its rows are months"
    order = sorted({at.date() for at in begins})
    if len(order) > 1 and min(b - a for a, b in pairwise(order)).days >= 7:  # noqa: PLR2004  (a week)
        return "week", "its rows are weeks"
    return None
