"""Chance, shifts and arrivals of the simulated desk.

Time is whole seconds since 1970 in UTC. Random numbers are made from the raw bits of PCG64, whose stream numpy keeps
stable over versions and machines (NEP 19; numpy does not promise that for its distributions). Sums are exact and every
drawn time is a whole second, so that the last bit of a machine's logarithm hardly ever reaches the data.
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
    """The random numbers of a simulation, from one seed."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def share(self) -> float:
        """Draw a uniform number between 0 and 1, ends excluded."""
        return ((self._bits.random_raw() >> 12) + 0.5) * 2.0**-52

    def seconds(self, median: float, spread: float) -> int:
        """Draw a log-normal time in whole seconds, at least one."""
        return max(1, round(median * math.exp(spread * _NORMAL.inv_cdf(self.share()))))

    def pick(self, shares: Mapping[str, float]) -> str:
        """Draw one of the names, each with the chance of its share."""
        left = self.share() * math.fsum(shares.values())
        for name, share in shares.items():
            left -= share
            if left < 0:
                return name
        return max(shares, key=shares.__getitem__)  # the sum was rounded down


class Shifts:
    """The open hours as spells in seconds, to count elapsed time over nights and weekends."""

    def __init__(self, spells: Iterable[tuple[int, int]]) -> None:
        listed = list(spells)
        self.opens = [start for start, _ in listed]
        self._closes = [close for _, close in listed]
        self._elapsed = list(accumulate((close - start for start, close in listed), initial=0))

    def is_open(self, at: int) -> bool:
        """Whether somebody is on shift; nobody is at the close itself."""
        spell = bisect_right(self._closes, at)
        return spell < len(self.opens) and self.opens[spell] <= at

    def elapsed(self, at: int) -> int:
        """Count the open seconds from the beginning to a moment."""
        spell = bisect_right(self._closes, at)
        return self._elapsed[spell] + (max(0, at - self.opens[spell]) if spell < len(self.opens) else 0)

    def after(self, at: int, open_s: int) -> int:
        """Find the moment `open_s` open seconds later; `NEVER` beyond the last shift."""
        goal = self.elapsed(at) + open_s
        spell = bisect_left(self._elapsed, goal) - 1
        return self.opens[spell] + goal - self._elapsed[spell] if spell < len(self.opens) else NEVER


def arrivals(dice: Dice, zone: ZoneInfo, start: int, end: int, *, per_day: float, season: float = 0.0) -> list[int]:
    """Draw the moments of a Poisson process whose rate follows the local hour, the weekday, and the time of the year.

    The picture (the time-change theorem): draw a process of rate one on an axis of expected arrivals, then map that
    axis to the clock, on which each hour takes as much of it as its rate.

        expected   0 ··|· 1 ·|···|· 2        arrivals of rate one
        clock      03:00        04:00        a busy hour is long above and short below

    Cost: one logarithm per arrival and one rate per hour. The simple way, a Poisson count per hour with uniform moments
    in it, needs a draw of the count and a sort, and its moments change where hours are cut in another way.
    """
    scale = per_day * 7 / math.fsum(p.WEEKDAY) / math.fsum(p.HOUR)
    found: list[int] = []
    expected, drawn = 0.0, -math.log(dice.share())
    for hour in range(start, end, 3600):
        local = dt.datetime.fromtimestamp(hour, zone)
        rate = scale * p.WEEKDAY[local.weekday()] * p.HOUR[local.hour]
        if season:
            rate *= 1 + season * math.cos(math.tau * (local.timetuple().tm_yday - p.PEAK_DAY) / p.YEAR_DAYS)
        while drawn < expected + rate:
            found.append(hour + int(3600 * (drawn - expected) / rate))
            drawn -= math.log(dice.share())
        expected += rate
    return found
