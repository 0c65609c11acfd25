"""Chance, shifts and arrivals: the small machines that the simulated desk runs on.

Time is whole seconds since 1970 in UTC. Chance comes from the raw bits of PCG64, whose stream numpy keeps stable over
versions and machines (NEP 19; it does not promise that for its distributions). Sums are exact and every drawn time is a
whole second, so that the last bit of a machine's logarithm has next to no chance of reaching the data.
"""

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from statistics import NormalDist
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual.samples import _parameters as p

NEVER: Final = 2**62
_NORMAL: Final = NormalDist()


class Dice:
    """All the chance there is, from one seed."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def share(self) -> float:
        """A uniform number between 0 and 1, ends excluded."""
        return ((self._bits.random_raw() >> 12) + 0.5) * 2.0**-52

    def seconds(self, median: float, spread: float) -> int:
        """A log-normal time in whole seconds, one at least."""
        return max(1, round(median * math.exp(spread * _NORMAL.inv_cdf(self.share()))))

    def pick(self, shares: Mapping[str, float]) -> str:
        """One of the names, each as often as its share says."""
        left = self.share() * math.fsum(shares.values())
        for name, share in shares.items():
            left -= share
            if left < 0:
                return name
        return max(shares, key=shares.__getitem__)  # the sum was rounded down on the way


class Shifts:
    """The open hours as spells in seconds, to carry work over nights and weekends."""

    def __init__(self, spells: Iterable[tuple[int, int]]) -> None:
        listed = list(spells)
        self.opens = [start for start, _ in listed]
        self._closes = [close for _, close in listed]
        self._worked = list(accumulate((close - start for start, close in listed), initial=0))

    def is_open(self, at: int) -> bool:
        """Whether somebody is on shift; not any more at the close itself."""
        spell = bisect_right(self._closes, at)
        return spell < len(self.opens) and self.opens[spell] <= at

    def worked(self, at: int) -> int:
        """Open seconds from the beginning until then."""
        spell = bisect_right(self._closes, at)
        return self._worked[spell] + (max(0, at - self.opens[spell]) if spell < len(self.opens) else 0)

    def after(self, at: int, work: int) -> int:
        """When that much open time has passed; `NEVER` beyond the last shift."""
        goal = self.worked(at) + work
        spell = bisect_left(self._worked, goal) - 1
        return self.opens[spell] + goal - self._worked[spell] if spell < len(self.opens) else NEVER


def arrivals(dice: Dice, zone: ZoneInfo, start: int, end: int, per_day: float) -> list[int]:
    """Moments of a Poisson process whose rate follows the local hour and weekday.

    A process of rate one is drawn and its time stretched by the sum of the rates, hour by hour (the time-change
    theorem), so that a busy hour gets more of it.
    """
    scale = per_day * 7 / math.fsum(p.WEEKDAY) / math.fsum(p.HOUR)
    found: list[int] = []
    expected, drawn = 0.0, -math.log(dice.share())
    for hour in range(start, end, 3600):
        local = dt.datetime.fromtimestamp(hour, zone)
        rate = scale * p.WEEKDAY[local.weekday()] * p.HOUR[local.hour]
        while drawn < expected + rate:
            found.append(hour + int(3600 * (drawn - expected) / rate))
            drawn -= math.log(dice.share())
        expected += rate
    return found
