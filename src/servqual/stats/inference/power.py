"""Planning a comparison: how many cases, how long, how likely to find an effect, and the smallest that it finds.

All are about a two-sided test at 1 - confidence; the formulas and their sources are in `servqual.stats.planning`. The
power is that for the effect you would care about, fixed beforehand: that of the effect which was observed says nothing
that its p-value did not.
"""

import math
from typing import Literal

from servqual._checks import among
from servqual.errors import InvalidValue
from servqual.stats import intervals, planning
from servqual.stats.inference.estimate import number
from servqual.stats.inference.given import as_confidence, as_count, as_number, as_open

__all__ = [
    "duration",
    "power_of_two_means",
    "power_of_two_proportions",
    "power_of_two_rates",
    "sample_size",
    "sample_size_of_two_means",
    "sample_size_of_two_proportions",
    "sample_size_of_two_rates",
    "smallest_difference_of_means",
    "smallest_difference_of_proportions",
    "smallest_difference_of_rates",
]

Better = Literal["higher", "lower"]


def sample_size(*, margin: float, population: int | None = None, share: float = 0.5, confidence: float = 0.95) -> int:
    """Compute how many to ask so that a share is known to plus or minus the margin.

    The normal approximation (W. G. Cochran, *Sampling Techniques*, 3rd ed., 1977, sections 4.4 and 4.6). `share` is the
    share expected; the default 0.5 needs the most. With the size of the `population` fewer will do. Count the answers
    that you need, not the people you invite.

    >>> sample_size(margin=0.05), sample_size(margin=0.05, population=1000)
    (385, 278)
    """
    half, expected = as_open("margin", margin, 0, 1), as_open("share", share, 0, 1)
    n = (intervals.normal(as_confidence(confidence)) / half) ** 2 * expected * (1 - expected)
    if population is not None:
        every = float(as_count("population", population))
        if not every:
            raise InvalidValue.of("population", "be a whole number of 1 or more", population)
        n = n / (1 + (n - 1) / every)
    return max(math.ceil(n), 1)


def sample_size_of_two_proportions(first: float, second: float, *, power: float = 0.8, confidence: float = 0.95) -> int:
    """Compute how many cases a side find that two shares differ.

    >>> sample_size_of_two_proportions(0.5, 0.75, power=0.9)
    77
    """
    shares = as_number("first", first, 0, 1), as_number("second", second, 0, 1)
    return _size(float(planning.share_size(*shares, **_chances(power, confidence))), "second", second)


def sample_size_of_two_means(
    difference: float, *, sd: float, other_sd: float | None = None, power: float = 0.8, confidence: float = 0.95
) -> int:
    """Compute how many values a side find that two means differ by this much; `sd` is the spread of single values.

    Without `other_sd` both spreads are alike.

    >>> sample_size_of_two_means(1.0, sd=1.0, power=0.9)
    23
    """
    spreads = _spreads(sd, other_sd)
    gap = as_number("difference", difference)
    return _size(float(planning.mean_size(gap, *spreads, **_chances(power, confidence))), "difference", difference)


def sample_size_of_two_rates(first: float, second: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """Compute how much exposure a side finds that two rates differ, in the unit of the rates.

    >>> round(sample_size_of_two_rates(2.0, 3.0, power=0.9), 2)
    52.54
    """
    rates = as_number("first", first, 0), as_number("second", second, 0)
    found = float(planning.rate_size(*rates, **_chances(power, confidence)))
    if math.isnan(found):
        raise InvalidValue.of("second", "differ from first", second)
    return found


def power_of_two_proportions(first: float, n: int, second: float, other_n: int, *, confidence: float = 0.95) -> float:
    """Compute the probability of finding that two shares differ, with so many cases on each side.

    >>> round(power_of_two_proportions(0.5, 50, 0.75, 50), 3)
    0.74
    """
    shares = as_number("first", first, 0, 1), as_number("second", second, 0, 1)
    sizes = _at_least("n", n, 1), _at_least("other_n", other_n, 1)
    return float(planning.share_power(shares[0], sizes[0], shares[1], sizes[1], confidence=as_confidence(confidence)))


def power_of_two_means(
    difference: float, n: int, other_n: int, *, sd: float, other_sd: float | None = None, confidence: float = 0.95
) -> float:
    """Compute the probability of finding that two means differ by this much; see `sample_size_of_two_means`.

    >>> round(power_of_two_means(1.0, 20, 20, sd=1.0), 4)
    0.869
    """
    spread, other = _spreads(sd, other_sd)
    sizes = _at_least("n", n, 2), _at_least("other_n", other_n, 2)
    gap = as_number("difference", difference)
    return float(planning.mean_power(gap, spread, sizes[0], other, sizes[1], confidence=as_confidence(confidence)))


def power_of_two_rates(
    first: float, exposure: float, second: float, other_exposure: float, *, confidence: float = 0.95
) -> float:
    """Compute the probability of finding that two rates differ, with so much exposure on each side.

    >>> round(power_of_two_rates(2.0, 50, 3.0, 50), 3)
    0.885
    """
    rates = as_number("first", first, 0), as_number("second", second, 0)
    watched = as_open("exposure", exposure), as_open("other_exposure", other_exposure)
    return float(planning.rate_power(rates[0], watched[0], rates[1], watched[1], confidence=as_confidence(confidence)))


def smallest_difference_of_proportions(
    base: float, n: int, other_n: int, *, better: Better = "higher", power: float = 0.8, confidence: float = 0.95
) -> float | None:
    """Compute the smallest change of a share from its base that is found, above 0, in the direction that is `better`.

    None where the greatest change, to 0 or 1, would not be found.

    >>> round(smallest_difference_of_proportions(0.5, 77, 77, power=0.9), 4)
    0.2496
    """
    share = as_number("base", base, 0, 1)
    sizes = _at_least("n", n, 1), _at_least("other_n", other_n, 1)
    return number(planning.share_effect(share, *sizes, _sign(better), **_chances(power, confidence)))


def smallest_difference_of_means(
    n: int, other_n: int, *, sd: float, other_sd: float | None = None, power: float = 0.8, confidence: float = 0.95
) -> float:
    """Compute the smallest difference of two means that is found, above 0; see `sample_size_of_two_means`.

    >>> round(smallest_difference_of_means(20, 20, sd=1.0, power=0.9), 4)
    1.052
    """
    spread, other = _spreads(sd, other_sd)
    sizes = _at_least("n", n, 2), _at_least("other_n", other_n, 2)
    return float(planning.mean_effect(spread, sizes[0], other, sizes[1], **_chances(power, confidence)))


def smallest_difference_of_rates(
    base: float,
    exposure: float,
    other_exposure: float,
    *,
    better: Better = "higher",
    power: float = 0.8,
    confidence: float = 0.95,
) -> float | None:
    """Compute the smallest change of a rate from its base that is found, above 0, in the direction that is `better`.

    None where even a fall to 0 would not be found.

    >>> round(smallest_difference_of_rates(2.0, 53, 53, power=0.9), 4)
    0.9951
    """
    rate = as_number("base", base, 0)
    watched = as_open("exposure", exposure), as_open("other_exposure", other_exposure)
    return number(planning.rate_effect(rate, *watched, _sign(better), **_chances(power, confidence)))


def duration(cases: float, *, per_period: float) -> int:
    """Compute how many whole periods bring so many cases, at so many per period.

    >>> duration(sample_size_of_two_proportions(0.80, 0.85), per_period=120)  # a side, at 120 cases a week
    8
    """
    return math.ceil(float(as_number("cases", cases, 0)) / as_open("per_period", per_period))


def _chances(power: object, confidence: object) -> dict[str, float]:
    sure = as_confidence(confidence)
    # a test that finds nothing but chance has a power of (1 - confidence) / 2 in either direction
    return {"power": as_open("power", power, (1 - sure) / 2, 1), "confidence": sure}


def _spreads(sd: object, other_sd: object | None) -> tuple[float, float]:
    spread = as_open("sd", sd)
    return spread, spread if other_sd is None else as_open("other_sd", other_sd)


def _at_least(field: str, n: object, least: int) -> float:
    found = float(as_count(field, n))
    if found < least:
        raise InvalidValue.of(field, f"be a whole number of {least} or more", n)
    return found


def _sign(better: str) -> int:
    among("better", better, ("higher", "lower"))
    return 1 if better == "higher" else -1


def _size(found: float, field: str, value: object) -> int:
    if not math.isfinite(found):
        raise InvalidValue.of(field, "make a difference", value, do="give the smallest one that you would care about")
    return int(found)
