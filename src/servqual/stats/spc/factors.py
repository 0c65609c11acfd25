"""Constants of control charts for samples from a normal distribution, computed instead of tabulated."""

import functools
import math

import attrs
import numpy as np

from servqual._checks import must_be
from servqual.errors import InvalidValue

__all__ = ["Constants", "c4_of", "constants"]

_MOST = 1000


@attrs.frozen(kw_only=True)
class Constants:
    """Constants of samples of size n, in standard deviations of a single value.

    `d2` and `d3` are the mean and the standard deviation of the range, `c4` is the mean of the sample standard
    deviation. Limits of three standard errors: mean ± `a2` × mean range, or ± `a3` × mean standard deviation; `b3` and
    `b4` times the mean standard deviation; `D3` and `D4` (capitals, as in the tables) times the mean range.
    """

    n: int
    d2: float
    d3: float
    c4: float

    def __attrs_post_init__(self) -> None:
        if self.n < 2 or self.d2 <= 0 or self.d3 < 0 or not 0 < self.c4 <= 1:  # noqa: PLR2004  (a range needs two)
            raise InvalidValue.of("n", "be the size of a sample, with constants above 0", self.n)

    @property
    def a2(self) -> float:
        """Distance of the limits of a mean from the centre, in mean ranges."""
        return 3 / (self.d2 * math.sqrt(self.n))

    @property
    def a3(self) -> float:
        """Distance of the limits of a mean from the centre, in mean standard deviations."""
        return 3 / (self.c4 * math.sqrt(self.n))

    @property
    def b3(self) -> float:
        """Lower limit of a standard deviation, in mean standard deviations."""
        return max(1 - self._b, 0.0)

    @property
    def b4(self) -> float:
        """Upper limit of a standard deviation, in mean standard deviations."""
        return 1 + self._b

    @property
    def D3(self) -> float:  # noqa: N802  (its name in every table; d3 is another constant)
        """Lower limit of a range, in mean ranges."""
        return max(1 - 3 * self.d3 / self.d2, 0.0)

    @property
    def D4(self) -> float:  # noqa: N802  (its name in every table)
        """Upper limit of a range, in mean ranges."""
        return 1 + 3 * self.d3 / self.d2

    @property
    def _b(self) -> float:
        return 3 * math.sqrt(1 - self.c4**2) / self.c4


@functools.cache
def constants(n: int) -> Constants:
    """Compute the constants for samples of n values, n from 2 to 1000.

    The range has the distribution n ∫ φ(x) [Φ(x + r) − Φ(x)]^(n − 1) dx (L. H. C. Tippett, 1925, Biometrika 17:
    364-387); `d2` and `d3` are its moments by quadrature, with an error below 1e-9. `c4` is a ratio of gamma
    functions. d2 of two values is 2 / √π, which tables round to 1.128.

    >>> found = constants(5)
    >>> round(found.d2, 4), round(found.d3, 4), round(found.c4, 4), round(found.a2, 4), round(found.D4, 4)
    (2.3259, 0.8641, 0.94, 0.5768, 2.1145)
    """
    must_be(int | np.integer, "n", "the size of one sample", n)
    if isinstance(n, bool) or not 2 <= n <= _MOST:  # noqa: PLR2004  (a range needs two)
        raise InvalidValue.of("n", f"be a whole number from 2 to {_MOST}", n, do="give the size of one sample")
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first chart that needs it)

    # The inner integrand falls to nothing on both sides, so that plain sums are exact to rounding; the outer one
    # begins at 0, where Gauss' points are needed. Beyond 18 no range of a thousand values is found.
    nodes, weights = np.polynomial.legendre.leggauss(96)
    r, weights = 9 * (nodes + 1), 9 * weights
    x = np.arange(-9, 9, 0.1)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    beyond = 1 - 0.1 * n * ((ndtr(x + r[:, None]) - ndtr(x)) ** (n - 1) @ density)
    d2, square = float(weights @ beyond), float(2 * weights @ (r * beyond))
    return Constants(n=int(n), d2=d2, d3=math.sqrt(square - d2**2), c4=c4_of(n))


def c4_of(n: int) -> float:
    """Compute the mean standard deviation of samples of two or more values, whatever their number.

    >>> round(c4_of(2), 4), round(c4_of(100_000), 6)
    (0.7979, 0.999998)
    """
    return math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
