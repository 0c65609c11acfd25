"""Two groups shown to be alike but for a margin, by two one-sided tests.

No difference found is not "no difference": only an interval within the margin shows that. Both tests at a confidence of
0.95 are the same as an interval at 0.9 within the margin (D. J. Schuirmann, 1987, Journal of Pharmacokinetics and
Biopharmaceutics 15: 657-680), and that is the interval given; its `confidence` says so.
"""

from typing import Any

import numpy as np

from servqual.errors import InvalidValue
from servqual.stats import differences
from servqual.stats.inference.estimate import Equivalence, estimated, number
from servqual.stats.inference.given import as_confidence, as_hits, as_open
from servqual.stats.inference.means import ALIKE, EMPTY, moments_of
from servqual.stats.inference.proportions import NOTHING

__all__ = ["equivalence_of_means", "equivalence_of_proportions"]


def equivalence_of_proportions(
    hits: float, n: float, other_hits: float, other_n: float, *, margin: float, confidence: float = 0.95
) -> Equivalence:
    """Judge whether two shares differ by less than the margin, such as 0.02 for two points of a percentage.

    The difference is that of `difference_of_proportions`, with Newcombe's interval and the p-values that it implies.
    Where one n is 0 `equivalent` is None. Refused: a margin of 0 or less, or of 1 or more; a confidence of 0.5 or less.

    >>> found = equivalence_of_proportions(900, 1000, 905, 1000, margin=0.03)
    >>> found.equivalent, round(found.low, 4), round(found.high, 4), round(found.p_value, 4)
    (True, -0.0269, 0.0169, 0.0304)
    """
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first test that needs it)

    four = *as_hits(hits, n), *as_hits(other_hits, other_n, "other_")
    limit, confidence = as_open("margin", margin, 0, 1), _as_one_sided(confidence)
    gap = differences.shares(*four, confidence)
    p = [ndtr(-side * differences.share_score(*four, -side * limit)) for side in (1, -1)]
    return _judged(gap, p, limit, confidence, method="newcombe", n=int(four[1] + four[3]), reason=NOTHING)


def equivalence_of_means(values: Any, others: Any, *, margin: float, confidence: float = 0.95) -> Equivalence:
    """Judge whether two means differ by less than the margin, in the unit of the values.

    The difference is that of `difference_of_means`, by Welch. Where that has no interval, `equivalent` is None.
    Refused: a margin of 0 or less, a confidence of 0.5 or less.

    >>> found = equivalence_of_means([6.0, 6.4, 7.1, 7.5, 6.8], [6.2, 6.9, 7.0, 6.6], margin=1.0)
    >>> found.equivalent, round(found.low, 4), round(found.high, 4), round(found.p_value, 4)
    (True, -0.5212, 0.6912, 0.0124)
    """
    from scipy.special import stdtr  # noqa: PLC0415  (loads with the first test that needs it)

    first, second = moments_of("values", values), moments_of("others", others)
    limit, confidence = as_open("margin", margin), _as_one_sided(confidence)
    gap = differences.means(first, second, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = [stdtr(gap.df, -(limit + side * gap.value) / np.hypot(first.error, second.error)) for side in (1, -1)]
    reason = ALIKE if first.n and second.n else EMPTY
    return _judged(gap[:4], p, limit, confidence, method="welch", n=int(first.n + second.n), reason=reason)


def _as_one_sided(confidence: object) -> float:
    """The confidence of the interval that two one-sided tests at this one make."""
    found = as_confidence(confidence)
    if found <= 0.5:  # noqa: PLR2004  (no interval is left)
        raise InvalidValue.of("confidence", "be above 0.5", confidence)
    return 2 * found - 1


def _judged(gap: Any, p: Any, margin: float, confidence: float, **facts: Any) -> Equivalence:
    value, low, high, _ = gap
    known = number(low) is not None and number(high) is not None
    inside = bool(-margin < low and high < margin) if known else None
    worst = max(p, key=float) if known else None
    return estimated(
        Equivalence,
        value,
        low,
        high,
        confidence=confidence,
        p_value=number(worst),
        margin=margin,
        equivalent=inside,
        **facts,
    )
