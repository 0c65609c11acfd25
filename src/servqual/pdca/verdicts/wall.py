"""Moments on the wall clock of a zone, where each day is as long as any other, and the years that are read."""

import datetime as dt

from servqual._checks import as_instant
from servqual.errors import InvalidValue
from servqual.metrics.time.instants import us_of
from servqual.readers.columns.columns import FIRST_MOMENT, LAST_MOMENT


def on_wall(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Read a moment on the wall clock of a zone.

    >>> on_wall(dt.datetime(2026, 7, 1, 22, tzinfo=dt.UTC), dt.timezone(dt.timedelta(hours=2)))
    datetime.datetime(2026, 7, 2, 0, 0)
    """
    return moment.astimezone(zone).replace(tzinfo=None)


def at_wall(shown: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Find the moment at which the wall clock of a zone shows a time, as UTC; the first one where it does so twice.

    >>> at_wall(dt.datetime(2026, 7, 2), dt.timezone(dt.timedelta(hours=2)))
    datetime.datetime(2026, 7, 1, 22, 0, tzinfo=datetime.timezone.utc)
    """
    return shown.replace(tzinfo=zone).astimezone(dt.UTC)


def within_time(field: str, moment: dt.datetime) -> dt.datetime:
    """Read a moment as UTC; refuse one outside the years in which moments are read.

    >>> within_time("now", dt.datetime(2099, 12, 31, tzinfo=dt.UTC)).year
    2099
    """
    found = as_instant(moment, field)
    if not FIRST_MOMENT <= us_of(found, field) < LAST_MOMENT:
        raise InvalidValue.of(field, "lie between 1970 and 2100", moment, do="write other moments")
    return found
