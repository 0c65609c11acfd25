"""Looking as often as one likes: bands that hold at all times at once, bets against a claim, and Wald's test.

A 95 % interval that is looked at every day leaves out the truth on some day far more often than in 5 %. These do not,
however often they are looked at and whatever the looks decide.
"""

from typing import Any, Final, Literal

import attrs
import numpy as np

from servqual._arrays import SAME, Array, as_long, read_only
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.halving import boundary
from servqual.stats.inference.given import as_confidence, as_hits, as_number, as_open, as_sample

__all__ = ["Band", "EValue", "SequentialTest", "confidence_sequence", "e_value", "normal_mixture", "sprt"]

_HALVINGS: Final = 30
_BETS: Final = tuple(0.5 / 3**k for k in range(7))
"""From half of what one has to less than a thousandth: one of them suits any n up to some millions."""
_ENOUGH: Final = 50.0
_LARGEST: Final = 700.0
"""Logarithm of about the largest float."""


@attrs.frozen(kw_only=True)
class Band(Rebuilt):
    """The mean after each value, with ends that hold after all of them at once at the stated confidence."""

    value: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    low: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    high: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    confidence: float
    method: str

    def __attrs_post_init__(self) -> None:
        as_long(self, "value", "low", "high")


@attrs.frozen(kw_only=True)
class EValue:
    """Stake of 1 after a bet against a claim: 20 or more refutes the claim at 5 %, whenever one looks.

    Independent ones multiply. `p_value` is 1 / value and at most 1, and may be looked at at any time as well.
    """

    value: float
    p_value: float
    n: int
    method: str


@attrs.frozen(kw_only=True)
class SequentialTest(Rebuilt):
    """Wald's test of two shares: `decision` was reached after `n` outcomes, at which the test stops.

    `log_ratio` is the logarithm of the likelihood ratio after each outcome until then, at which `low` accepts `null`
    and `high` accepts `other`.
    """

    decision: Literal["null", "other", "undecided"]
    n: int
    log_ratio: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    low: float
    high: float

    def __attrs_post_init__(self) -> None:
        as_long(self, "log_ratio")


def confidence_sequence(values: Any, *, confidence: float = 0.95, lowest: float = 0.0, highest: float = 1.0) -> Band:
    """Estimate the mean of values between two bounds after each of them, with a band that holds at all times at once.

    The values may be shares, scores of a scale or outcomes 0 and 1, in the order in which they came. A mean is outside
    where bets against it would have multiplied a stake by 1 / (1 - confidence) (S. R. Howard, A. Ramdas, J. McAuliffe
    and J. Sekhon, 2021, Annals of Statistics 49: 1055-1080; I. Waudby-Smith and A. Ramdas, 2024, JRSS B 86: 1-27). Half
    of the stake is on a beta-binomial mixture, which is sharp for outcomes, half on bets of several sizes with the
    empirical variance, sharp for values that lie close together. Each end holds for the time at which it was drawn:
    nothing is taken from earlier ones, so that the mean is always inside. No values give no band. Refused: missing
    values, values beyond the bounds.

    >>> band = confidence_sequence([1, 0, 1, 1, 1, 0, 1, 1])
    >>> round(float(band.value[-1]), 2), round(float(band.low[-1]), 2), round(float(band.high[-1]), 2)
    (0.75, 0.22, 0.99)
    """
    from scipy.special import betaln  # noqa: PLC0415  (loads with the first band)

    found, confidence = as_sample("values", values), as_confidence(confidence)
    bottom, width = _bounds(lowest, highest)
    scaled = (found - bottom) / width
    if ((scaled < 0) | (scaled > 1)).any():
        bad = float(found[(scaled < 0) | (scaled > 1)][0])
        raise InvalidValue.of("values", f"lie from {lowest:g} to {highest:g}", bad, do="state lowest= and highest=")
    n = np.arange(1, len(scaled) + 1)
    sums = np.minimum(np.cumsum(scaled), n)
    mean = sums / n
    # the variance around a mean that knows nothing of the value it is subtracted from
    before = (np.concatenate([[0.0], sums[:-1]]) + 0.5)[: len(n)] / n
    scatter = np.cumsum((scaled - before) ** 2)
    prior = betaln(sums + 0.5, n - sums + 0.5) - betaln(0.5, 0.5)
    stakes = [(np.log1p(-bet) + bet) * scatter - np.log(4 * len(_BETS)) for bet in _BETS]

    def won(claim: Array) -> Array:
        """Compute what bets against each claimed mean have made of one unit; e^50 stands for all that is more."""
        with np.errstate(divide="ignore", invalid="ignore"):
            lost = np.where(sums > 0, sums * np.log(claim), 0) + np.where(n > sums, (n - sums) * np.log1p(-claim), 0)
        total = np.exp(np.minimum(prior - np.log(2) - lost, _ENOUGH))
        apart = np.abs(sums - n * claim)  # what is on the other side has lost, and is left out
        for bet, stake in zip(_BETS, stakes, strict=True):
            total += np.exp(np.minimum(stake + bet * apart, _ENOUGH))
        return np.asarray(total)

    def end(outer: float) -> Array:
        """Find the end on the way from the mean, against which no bet wins, to the bound."""
        return boundary(lambda claim: won(claim) * (1 - confidence) < 1, mean, np.full(mean.shape, outer), _HALVINGS)[1]

    return Band(
        value=bottom + width * mean,
        low=bottom + width * end(0.0),
        high=bottom + width * end(1.0),
        confidence=confidence,
        method="beta_binomial_and_empirical_bernstein",
    )


def _bounds(lowest: object, highest: object) -> tuple[float, float]:
    """Read the bounds of values, as the lower one and the distance."""
    bottom, top = float(as_number("lowest", lowest)), float(as_number("highest", highest))
    if not bottom < top:
        raise InvalidValue.of("highest", "be above lowest", highest, shown=f"{lowest} to {highest}")
    return bottom, top - bottom


def normal_mixture(values: Any, *, sd: float, planned: int = 100, confidence: float = 0.95) -> Band:
    """Estimate the mean of unbounded values of a known standard deviation, with a band that holds at all times at once.

    The two-sided normal mixture (H. Robbins, 1970, Annals of Mathematical Statistics 41: 1397-1409; Howard et al.,
    2021). It holds for normal values, for others if their tails are no heavier, and if `sd` is not too small. It is
    narrowest about `planned` values, and wider elsewhere by little. Refused: missing values.

    >>> band = normal_mixture([4.0, 6.0, 5.0, 5.0], sd=1.0, planned=4)
    >>> round(float(band.low[-1]), 2), round(float(band.high[-1]), 2)
    (3.48, 6.52)
    """
    from scipy.special import lambertw  # noqa: PLC0415  (loads with the first band)

    found, confidence = as_sample("values", values), as_confidence(confidence)
    spread, most = as_open("sd", sd), as_open("planned", planned)
    alpha = 1 - confidence
    n = np.arange(1, len(found) + 1)
    mean = np.cumsum(found) / n
    mixed = most / (-lambertw(-(alpha**2) / np.e, k=-1).real - 1)
    half = spread * np.sqrt((n + mixed) * np.log((n + mixed) / (mixed * alpha**2))) / n
    return Band(value=mean, low=mean - half, high=mean + half, confidence=confidence, method="normal_mixture")


def e_value(hits: int, n: int, *, null: float) -> EValue:
    """Bet against the claim that a share is `null`: by how much did the stake grow?

    The likelihood of the outcomes, averaged over all shares by Jeffreys's prior, divided by that under the claim (G.
    Shafer, 2021, JRSS A 184: 407-431; V. Vovk and R. Wang, 2021, Annals of Statistics 49: 1736-1754). Without outcomes
    it is 1; e^700 at most. Refused: a `null` of 0 or 1, which one outcome refutes.

    >>> found = e_value(35, 50, null=0.5)
    >>> round(found.value, 2), round(found.p_value, 3)
    (6.87, 0.146)
    """
    from scipy.special import betaln  # noqa: PLC0415  (loads with the first bet)

    count, total = as_hits(hits, n)
    claim = as_open("null", null, 0, 1)
    averaged = betaln(count + 0.5, total - count + 0.5) - betaln(0.5, 0.5)
    grown = float(averaged - count * np.log(claim) - (total - count) * np.log1p(-claim))
    value = float(np.exp(min(grown, _LARGEST)))
    return EValue(value=value, p_value=min(1.0, 1 / value), n=int(total), method="beta_binomial_mixture")


def sprt(outcomes: Any, *, null: float, other: float, alpha: float = 0.05, beta: float = 0.10) -> SequentialTest:
    """Decide between two shares as early as the outcomes allow (A. Wald, 1945, Annals of Mathematical Statistics 16).

    `outcomes` are 0 and 1 (or False and True) in the order in which they came; those after the decision are not read.
    `alpha` is about the risk of taking `other` where `null` holds, `beta` that of taking `null` where `other` holds.
    Refused: risks that sum to 1 or more.

    >>> found = sprt([0] * 30, null=0.01, other=0.10)
    >>> found.decision, found.n
    ('null', 24)
    """
    found = as_sample("outcomes", outcomes)
    if not np.isin(found, (0, 1)).all():
        raise InvalidValue.of("outcomes", "be 0 or 1 each", float(found[~np.isin(found, (0, 1))][0]))
    first, second = as_open("null", null, 0, 1), as_open("other", other, 0, 1)
    if first == second:
        raise InvalidValue.of("other", "differ from null", other)
    risk, miss = as_open("alpha", alpha, 0, 1), as_open("beta", beta, 0, 1)
    if risk + miss >= 1:
        raise InvalidValue.of("beta", "leave alpha + beta below 1", beta, shown=f"{alpha} + {beta}")
    steps = np.where(found > 0, np.log(second / first), np.log1p(-second) - np.log1p(-first))
    ratio = np.cumsum(steps)
    low, high = float(np.log(miss / (1 - risk))), float(np.log((1 - miss) / risk))
    over = np.flatnonzero((ratio <= low) | (ratio >= high))
    n = int(over[0]) + 1 if len(over) else len(ratio)
    decision: Literal["null", "other", "undecided"] = "undecided"
    if len(over):
        decision = "null" if ratio[n - 1] <= low else "other"
    return SequentialTest(decision=decision, n=n, log_ratio=ratio[:n], low=low, high=high)
