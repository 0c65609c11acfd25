"""Moments as users give them, in microseconds of UTC."""

import datetime as dt
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from servqual.errors import InvalidValue
from servqual.model.hours.spans import micros
from servqual.readers.columns.labels import is_missing
from servqual.readers.columns.zones import DATES, days

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Moment: TypeAlias = dt.datetime | np.datetime64
"""An aware datetime, or a moment of numpy, which is of UTC, or a day of numpy."""
_UTC: Final = ZoneInfo("UTC")


def us_of(moment: Moment, field: str, zone: ZoneInfo = _UTC) -> int:
    """Microseconds since 1970; a day of numpy is its start in a zone. A naive datetime, and NaT, are refused.

    >>> us_of(np.datetime64("1970-01-01T00:01"), "now")
    60000000
    """
    if is_missing(moment):
        raise InvalidValue.of(field, "be known", moment)
    if isinstance(moment, np.datetime64):
        if np.datetime_data(moment.dtype)[0] in DATES:
            return int(days(moment.astype("datetime64[D]").astype(np.int64), zone))
        return int(moment.astype("datetime64[us]").astype(np.int64))
    return micros(moment, field)


def datetime_of(us: int) -> dt.datetime:
    """Give microseconds since 1970 as a datetime of UTC."""
    return _EPOCH + dt.timedelta(microseconds=us)
