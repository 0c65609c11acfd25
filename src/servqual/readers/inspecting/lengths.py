"""The unit of durations that no heading names, proved by two columns of times that lie as far apart."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.numbers import under
from servqual.readers.inspecting.dates import NEARLY_ALL
from servqual.readers.inspecting.kinds import Cells, Holds

_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_DAY: Final = 86_400
_FEW: Final = 20
_TIMES: Final = 12
"""The most columns of times that are compared with each other."""


def proved_unit(numbers: Array, times: Mapping[str, Array]) -> tuple[str, str] | None:
    """Find the unit in which numbers are the seconds between two columns of times; None where none or several are.

    At least 20 different numbers above 1 must be there. A number may be off by 1 for rounding, and by a day for times
    of the day. Returns the unit and its ground.

    >>> start = np.arange(30) * 600.0
    >>> proved_unit(np.arange(30) * 5.0, {"Start": start, "Answer": start + np.arange(30) * 5})
    ('s', 'as "Answer" less "Start" shows in 100 % of the rows')
    """
    told = numbers > 1
    if len(np.unique(numbers[told])) < _FEW:
        return None
    found = []
    for (start, begins), (end, ends) in itertools.permutations(times.items(), 2):
        known = told & ~np.isnan(begins) & ~np.isnan(ends)
        if not known.any() or known.sum() < NEARLY_ALL * told.sum():
            continue
        length = (ends - begins)[known]
        length = np.where(length < 0, length + _DAY, length)  # past midnight
        for unit, seconds in _SECONDS.items():
            fits = np.abs(length - numbers[known] * seconds) <= seconds
            if fits.mean() >= NEARLY_ALL:
                found.append(
                    (fits.mean(), unit, f'as "{end}" less "{start}" shows in {100 * fits.mean():.4g} % of the rows')
                )
    return max(found)[1:] if len({unit for _, unit, _ in found}) == 1 else None


def clock_seconds(texts: Sequence[str]) -> Array:
    """Read times of the day as seconds since midnight; NaN where a text is none.

    >>> clock_seconds(["9:05", "2:00:30 PM", "", "12:15 am"]).tolist()
    [32700.0, 50430.0, nan, 900.0]
    """
    read = {text: _seconds(text) for text in dict.fromkeys(texts)}
    return np.fromiter((read[text] for text in texts), np.float64, len(texts))


def _seconds(text: str) -> float:
    plain = text.strip().casefold().replace(".m", "m").rstrip(".")
    clock = plain.rstrip("apm ")
    try:
        hour, minute, *second = (float(part) for part in clock.split(":"))
    except ValueError:
        return np.nan
    if plain.endswith("m"):
        hour = hour % 12 + (12 if "p" in plain else 0)
    return 3600 * hour + 60 * minute + sum(second)


def proved_units(
    cells: Mapping[str, Cells], texts: Mapping[str, Sequence[str]], moments: Mapping[str, Array]
) -> dict[str, tuple[str, str]]:
    """Find units of numbers that two columns of times prove, by heading, with their ground."""
    times = {
        **{heading: clock_seconds(texts[heading]) for heading, held in cells.items() if held.holds is Holds.TIMES},
        **{heading: values / 1e6 for heading, values in moments.items() if cells[heading].holds is Holds.MOMENTS},
    }
    found: dict[str, tuple[str, str]] = {}
    for heading, held in cells.items():
        bare = held.holds in {Holds.COUNTS, Holds.NUMBERS} and held.twofold is None and 1 < len(times) <= _TIMES
        if bare and (proved := proved_unit(_numbers(texts[heading]), times)):
            found[heading] = proved
    return found


def _numbers(texts: Sequence[str]) -> Array:
    """Read plain numbers; NaN where a text is none."""
    read: dict[str, float] = {}
    for text in dict.fromkeys(texts):
        value = under(text.strip(), ".")
        read[text] = np.nan if value is None else value
    return np.fromiter((read[text] for text in texts), np.float64, len(texts))
