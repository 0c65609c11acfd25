"""Moments as users give them, in microseconds of UTC."""

import datetime as dt
from typing import Final, TypeAlias, cast
from zoneinfo import ZoneInfo

import numpy as np

from servqual.errors import InvalidValue
from servqual.model.hours.spans import micros
from servqual.readers.columns.calendar import days_of
from servqual.readers.columns.labels import is_missing
from servqual.readers.columns.zones import DATES, day, days

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Moment: TypeAlias = dt.date | np.datetime64 | str
"""An aware datetime, a moment of numpy, which is of UTC, a date or a day of numpy, or a text of either."""
_UTC: Final = ZoneInfo("UTC")


def us_of(moment: Moment, field: str, zone: ZoneInfo = _UTC) -> int:
    """Microseconds since 1970; a day is its start in a zone, and so is a month in words.

    A datetime without a zone, and NaT, are refused.

    >>> us_of(np.datetime64("1970-01-01T00:01"), "now"), us_of("1971-01-01T00:00+01:00", "now")
    (60000000, 31532400000000)
    >>> us_of("1971-01", "now", ZoneInfo("Europe/Berlin"))
    31532400000000
    """
    if isinstance(moment, str):
        moment = _read(moment, field)
    if is_missing(moment):
        raise InvalidValue.of(field, "be known", moment)
    if isinstance(moment, np.datetime64):
        if np.datetime_data(moment.dtype)[0] in DATES:
            return int(days(moment.astype("datetime64[D]").astype(np.int64), zone))
        return int(moment.astype("datetime64[us]").astype(np.int64))
    if type(moment) is dt.date:
        return day(moment, zone)
    return micros(cast("dt.datetime", moment), field)


def _read(text: str, field: str) -> dt.date:
    """Read a moment of ISO 8601, or the first day of a period in words."""
    if ":" not in text:
        return days_of(text, field)[0]
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue.of(field, "be a moment such as 2026-05-04T09:00+02:00, or a date", text) from None


def datetime_of(us: int) -> dt.datetime:
    """Give microseconds since 1970 as a datetime of UTC."""
    return _EPOCH + dt.timedelta(microseconds=us)
