"""Hints on the zone of moments without an offset: an hour that the clocks skipped, and in which no moment lies.

No hint decides. Half of all zones share their changes, and a desk at night sees few cases, so that the zone is asked.
"""

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual._arrays import Array
from servqual._checks import as_zone
from servqual.errors import InvalidValue
from servqual.readers.columns.zones import changes, local

_DAY: Final = 24 * 3_600_000_000
_WEEK: Final = 7 * _DAY
_FEW: Final = 20
_NAMED: Final = re.compile(r"[^:]{1,40}:\s*(UTC|[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+-]+){1,2})")
_CLOCKS: Final = (("Central Europe", ZoneInfo("Europe/Berlin")), ("North America", ZoneInfo("America/New_York")))


def hints(moments: Array) -> tuple[str, ...]:
    """Say what the hours that clocks skip in a year tell about moments in microseconds of the clock on the wall.

    >>> hours = np.arange(0, 40 * 24) * 3.6e9 + 1_772_323_200_000_000  # every hour from 2026-03-01 on
    >>> hints(np.repeat(hours, 7))
    ('not of a zone with the clocks of Central Europe: 2026-03-29 02:00 was skipped there and occurs', 'not of a zone \
with the clocks of North America: 2026-03-08 02:00 was skipped there and occurs')
    """
    known = moments[~np.isnan(moments)].astype(np.int64)
    if not len(known):
        return ()
    said = []
    for where, zone in _CLOCKS:
        turns = changes(int(known.min()) - _DAY, int(known.max()) + _DAY, zone)
        clocks = zip(local(turns - 1, zone) + 1, local(turns, zone), strict=True)
        skipped = [(before, after) for before, after in clocks if before < after]
        inside = [known[(known >= start) & (known < end)] for start, end in skipped]
        around = sum(
            int(((known >= start + weeks * _WEEK) & (known < end + weeks * _WEEK)).sum())
            for start, end in skipped
            for weeks in (-3, -2, -1, 1, 2, 3)
        )
        if met := [values for values in inside if len(values)]:
            at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(met[0].min()))  # noqa: DTZ001  (of the wall)
            said.append(f"not of a zone with the clocks of {where}: {at:%Y-%m-%d %H:%M} was skipped there and occurs")
        elif around >= _FEW:
            said.append(
                f"perhaps of a zone with the clocks of {where}: no time lies in an hour that was skipped there, "
                f"{around:,} lie in that hour in the weeks around it"
            )
    return tuple(said)


def named(line: str) -> str | None:
    """Give the zone that a line beside a table names, whatever the language of the word in front; None without one.

    >>> named("Timezone: Europe/Berlin"), named("Source: Sales/Support"), named("Europe/Berlin")
    ('Europe/Berlin', None, None)
    """
    found = _NAMED.fullmatch(line.strip())
    try:
        return as_zone(found[1]).key if found else None
    except InvalidValue:
        return None
