"""Intervals for any statistic, by drawing rows again and by leaving them out."""

import itertools
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.stats import intervals
from servqual.stats.inference.estimate import Estimate, Jackknife, estimated, number
from servqual.stats.inference.given import as_confidence, as_count, as_sample
from servqual.stats.inference.means import EMPTY

__all__ = ["bootstrap", "jackknife"]

Statistic = Callable[..., Any]
_LEAST: Final = 100
_BLOCKS: Final = 200
"""With more rows they are left out in so many blocks, which tells the skewness as well and costs 200 calls."""
_ALIKE: Final = "all rows drawn again give one value, which does not say how far others may lie"
_UNDEFINED: Final = "the statistic is not a number for some of the rows drawn"


def bootstrap(statistic: Statistic, *columns: Any, n: int = 2_000, seed: int = 0, confidence: float = 0.95) -> Estimate:
    """Estimate a statistic of rows, with the interval of values that it takes when the rows are drawn again.

    `statistic` takes as many arrays as there are columns, and gives a number; columns are of one length, and rows stay
    together. The interval is corrected for bias and skewness (BCa; B. Efron, 1987, JASA 82: 171-185). That of
    `np.median` of one column is the percentile interval, whose draws need no rows: the share below a median drawn again
    has a beta distribution, so that its cost does not depend on the number of rows. Few rows, below 20 or so, make
    every such interval too narrow.

    `n` is the number of draws, at least 100, and `seed` makes them the same again. There is no interval where the
    statistic is not a number for some draw, or the same for all; without rows there is no value.

    >>> wait, talk = np.array([4.0, 9, 2, 7, 5, 12, 3, 8]), np.array([30.0, 50, 20, 45, 30, 80, 25, 50])
    >>> share = bootstrap(lambda waits, talks: waits.sum() / talks.sum(), wait, talk, seed=1)
    >>> round(share.value, 4), share.low < share.value < share.high
    (0.1515, True)
    """
    rows, confidence = _as_rows(columns), as_confidence(confidence)
    n, seed = int(as_count("n", n)), int(as_count("seed", seed))
    if n < _LEAST:
        raise InvalidValue.of("n", f"be at least {_LEAST}", n)
    size = len(rows[0])
    value = _value(statistic, rows) if size else None
    if value is None or size == 1:
        lacking = _ALIKE if size else EMPTY
        return estimated(Estimate, value, None, None, confidence=confidence, method="bca", n=size, reason=lacking)
    random = np.random.default_rng(seed)
    if statistic is np.median and len(rows) == 1:
        drawn, tails, method = _medians(np.sort(rows[0]), n, random), _tails(confidence), "percentile bootstrap"
    else:
        drawn = np.empty(n)
        for i in range(n):
            chosen = random.integers(size, size=size)
            drawn[i] = statistic(*(column[chosen] for column in rows))
        tails, method = _corrected(drawn, value, statistic, rows, confidence), "bca"
    defined = np.isfinite(drawn).all() and np.isfinite(tails).all()
    reason = _UNDEFINED if not defined else _ALIKE if np.ptp(drawn) == 0 else None
    ends = (None, None) if reason else np.quantile(drawn, tails)
    return estimated(Estimate, value, *ends, confidence=confidence, method=method, n=size, reason=reason)


def jackknife(statistic: Statistic, *columns: Any, confidence: float = 0.95) -> Jackknife:
    """Estimate a statistic of rows, with the error and bias that leaving out each row in turn shows.

    `value` is that of all rows, not corrected by `bias` (M. H. Quenouille, 1956, Biometrika 43: 353-360; J. W. Tukey,
    1958, Annals of Mathematical Statistics 29: 614). The interval is Student's t around it. It suits smooth statistics,
    such as means, ratios and correlations; a median is not smooth. With fewer than two rows, or where the statistic is
    the same without any row, there is no interval; without rows there is no value. Costs a call for each row.

    >>> found = jackknife(np.mean, [4.1, 5.0, 5.9, 5.2])
    >>> round(found.value, 4), round(found.error, 4), round(found.low, 4), round(found.high, 4)
    (5.05, 0.3708, 3.8699, 6.2301)
    """
    rows, confidence = _as_rows(columns), as_confidence(confidence)
    size = len(rows[0])
    value = _value(statistic, rows) if size else None
    error = bias = half = None
    if value is not None and size > 1:
        left = _left_out(statistic, rows, size)
        error = float(np.sqrt((size - 1) / size * ((left - left.mean()) ** 2).sum()))
        bias = float((size - 1) * (left.mean() - value))
        half = intervals.student(size - 1, confidence) * error or None
    return estimated(
        Jackknife,
        value,
        None if value is None or half is None else value - half,
        None if value is None or half is None else value + half,
        confidence=confidence,
        method="jackknife",
        n=size,
        error=number(error),
        bias=number(bias),
        reason=_ALIKE if size else EMPTY,
    )


def _value(statistic: Statistic, rows: list[Array]) -> float:
    """Take the statistic of all rows, and refuse what is no number."""
    must_be(Callable, "statistic", "a function of arrays", statistic)
    found = statistic(*rows)
    try:
        return float(found)
    except (TypeError, ValueError):
        raise InvalidValue.of("statistic", "give a number", found, shown=type(found).__name__) from None


def _as_rows(columns: tuple[Any, ...]) -> list[Array]:
    rows = [as_sample(f"columns[{i}]", column) for i, column in enumerate(columns)]
    if len({len(column) for column in rows}) != 1:
        raise InvalidValue.of("columns", "be one or more, of one length", [len(column) for column in rows])
    return rows


def _medians(ordered: Array, n: int, random: np.random.Generator) -> Array:
    """Draw medians of rows drawn again: the value at a share u of all rows, u a middle one of as many uniform draws."""
    size = len(ordered)
    lower = (size + 1) // 2
    share = random.beta(lower, size - lower + 1, n)
    first = ordered[np.minimum((share * size).astype(np.int64), size - 1)]
    if size % 2:
        return np.asarray(first)
    # the next one of the draws above it
    share += (1 - share) * random.beta(1, size - lower, n)
    return np.asarray((first + ordered[np.minimum((share * size).astype(np.int64), size - 1)]) / 2)


def _tails(confidence: float) -> Array:
    return np.array([(1 - confidence) / 2, (1 + confidence) / 2])


def _corrected(drawn: Array, value: float, statistic: Statistic, rows: list[Array], confidence: float) -> Array:
    """The shares of the draws at which the ends lie, moved by bias and skewness."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415  (loads with the first interval that needs it)

    left = _left_out(statistic, rows, _BLOCKS)
    gaps = left.mean() - left
    gaps = gaps / (np.abs(gaps).max() or 1.0)  # no matter of size, whose cubes could be too large for a float
    spread = (gaps**2).sum()
    skew = 0.0 if spread == 0 else (gaps**3).sum() / (6 * spread**1.5)
    below = ((drawn < value).sum() + (drawn == value).sum() / 2) / len(drawn)
    edge = 1 / len(drawn)
    bias = ndtri(np.clip(below, edge, 1 - edge))
    z = ndtri(_tails(confidence)) + bias
    moved = np.where(skew * z >= 1, np.sign(z) * np.inf, bias + z / (1 - skew * z))
    return np.asarray(ndtr(moved))


def _left_out(statistic: Statistic, rows: list[Array], blocks: int) -> Array:
    """The statistic without each block of rows in turn; a block is one row where there are no more than `blocks`."""
    size = len(rows[0])
    cuts = np.linspace(0, size, min(blocks, size) + 1).astype(np.int64)
    return np.array(
        [
            float(statistic(*(np.delete(column, slice(first, last)) for column in rows)))
            for first, last in itertools.pairwise(cuts.tolist())
        ]
    )
