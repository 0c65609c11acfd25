"""The time that a report speaks of: all that the data hold or what was asked for, and the periods of its trends."""

import datetime as dt
from typing import Any, Final

import attrs

from servqual.errors import InvalidValue
from servqual.metrics.time.instants import datetime_of
from servqual.readers.columns.calendar import Days, days_of
from servqual.readers.columns.columns import FIRST_MOMENT
from servqual.report.config import Config
from servqual.report.spans import Every, Span, span_of, usual_period, whole_of

_DAY: Final = dt.timedelta(days=1)


@attrs.frozen(kw_only=True)
class Frame:
    """The time of a report, on the wall of its zone.

    Attributes:
        first, last: when the first and the last case came in that can be seen.
        now: the moment from which open cases are seen.
        every, because: the period by which trends are told, and why that one.
        cut: the days to which all figures are cut; None where all data are told.
        asked: whether these days were named, so that their change is judged.
    """

    zone: dt.tzinfo
    first: dt.datetime
    last: dt.datetime
    now: dt.datetime
    every: Every
    because: str
    cut: Days | None
    asked: bool

    @property
    def days(self) -> Days:
        """The first day, and the day after the last."""
        return self.cut or (self.first.date(), self.last.date() + _DAY)

    @property
    def span(self) -> Span | None:
        """The period that figures are cut to; None where all data are told."""
        return None if self.cut is None else span_of(self.cut, self.zone)

    @property
    def so_far(self) -> Span | None:
        """All time up to the end of the period, in which is seen since when something is so."""
        return None if self.span is None else (datetime_of(FIRST_MOMENT), self.span[1])

    @property
    def end(self) -> dt.datetime:
        """The moment of what is there at the end, such as open cases."""
        return self.now if self.span is None else min(self.now, self.span[1])

    def plain(self) -> dict[str, Any]:
        """The period as plain data: `last` is its last day, and `open_at` the moment of open cases."""
        start, end = self.span or (self.first, self.last)
        return {
            "start": start.astimezone(self.zone).isoformat(),
            "end": end.astimezone(self.zone).isoformat(),
            "first": self.days[0].isoformat(),
            "last": (self.days[1] - _DAY).isoformat(),
            "cut": self.cut is not None,
            "over": self.now.date() >= self.days[1],
            "open_at": self.end.astimezone(self.zone).isoformat(),
            "zone": str(self.zone),
            "every": self.every,
            "every_because": self.because,
        }


def every_of(config: Config, days: Days, usual: tuple[Every, str] | None = None) -> tuple[Every, str]:
    """Give the period by which trends are told, and why: as asked, the `usual` one of a table, or by the days held."""
    return (config.every, f'every = "{config.every}" is set') if config.every else usual or usual_period(days)


def frame_of(config: Config, first: dt.datetime, last: dt.datetime, now: dt.datetime) -> Frame:
    """Read the time of a report from its settings, and from when the first and the last case came in."""
    zone = config.layout.zone or dt.UTC
    first, last, now = (moment.astimezone(zone) for moment in (first, min(last, now), now))
    asked = None if config.period is None else days_of(config.period)
    every, because = every_of(config, asked or (first.date(), now.date()))
    if asked is not None and not (asked[0] <= last.date() and first.date() < asked[1] and asked[0] <= now.date()):
        raise InvalidValue.of(
            "period", f"hold a case (they came in from {first:%Y-%m-%d} to {last:%Y-%m-%d})", config.period
        )
    return Frame(
        zone=zone,
        first=first,
        last=last,
        now=now,
        every=every,
        because=because,
        cut=whole_of(first.date(), now.date(), every) if asked is None and config.whole else asked,
        asked=asked is not None,
    )
