"""What every chart reads: a series of numbers, the points that set its limits, and the points left out."""

from collections.abc import Mapping, Sequence
from numbers import Real
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import must_be, several
from servqual.errors import InvalidValue
from servqual.stats.inference.given import LARGEST

__all__ = ["Basis", "Exclude", "Values", "basis", "counts", "series", "sizes_of", "table"]

Values: TypeAlias = Sequence[float | None] | Array
Exclude: TypeAlias = Mapping[int, str]


def _in_a_row(_: object, __: object, baseline: range) -> None:
    if baseline.step != 1:
        raise InvalidValue.of("baseline", "be points in a row", baseline, do="leave out the step of the slice")


@attrs.frozen(kw_only=True)
class Basis:
    """The points that set the limits, and those that neither set them nor signal, each with its reason."""

    baseline: range = attrs.field(validator=_in_a_row)
    reasons: tuple[tuple[int, str], ...] = ()

    @property
    def excluded(self) -> Mapping[int, str]:
        """The reason per index of an excluded point."""
        return MappingProxyType(dict(self.reasons))

    def used(self, values: Array) -> Array:
        """Take the excluded points out of a series: they become missing."""
        left = values.copy()
        left[[index for index, _ in self.reasons]] = np.nan
        return left

    def setting(self, values: Array) -> Array:
        """Take the points of the baseline without the excluded ones."""
        return self.used(values)[self.baseline.start : self.baseline.stop]

    def check(self, n: int) -> None:
        """Refuse a basis that names points beyond the first `n`."""
        for index in (*self.baseline[:1], *self.baseline[-1:], *self.excluded):
            if not 0 <= index < n:
                raise InvalidValue.of("basis", f"name points from 0 to {n - 1}", index)


def basis(n: int, baseline: object, exclude: object) -> Basis:
    """Read `baseline` (all points, the first so many, or a slice) and `exclude` (a reason per index)."""
    if baseline is None:
        chosen = range(n)
    elif isinstance(baseline, slice):
        chosen = range(*baseline.indices(n))
    elif isinstance(baseline, int | np.integer) and not isinstance(baseline, bool) and 0 < baseline <= n:
        chosen = range(int(baseline))
    else:
        raise InvalidValue.of("baseline", f"be a number of points from 1 to {n}, or a slice", baseline)
    reasons = {} if exclude is None else exclude
    must_be(Mapping, "exclude", "a mapping from an index to a reason, such as {4: 'outage'}", reasons)
    assert isinstance(reasons, Mapping)
    for index, reason in reasons.items():
        if isinstance(index, bool) or not isinstance(index, int | np.integer) or not 0 <= index < n:
            raise InvalidValue.of("exclude", f"name indices from 0 to {n - 1}", index)
        if not (isinstance(reason, str) and reason.strip()):
            raise InvalidValue.of("exclude", "give a reason per index", reason, do="say why the point is left out")
    return Basis(baseline=chosen, reasons=tuple(sorted((int(index), reason) for index, reason in reasons.items())))


def series(field: str, given: Any) -> Array:
    """Read numbers in a row as an array, missing ones as NaN; refuse texts, infinities and tables.

    >>> series("values", [1, None, 2.5]).tolist()
    [1.0, nan, 2.5]
    """
    return _finite(field, given, 1)


def table(field: str, given: Any) -> Array:
    """Read rows of numbers as a table, short rows filled up with NaN."""
    given = given.to_numpy() if hasattr(given, "to_numpy") else given
    if isinstance(given, np.ndarray):
        return _finite(field, given, 2)
    rows = [series(field, row) for row in several(field, given, "rows of numbers")]
    filled = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for place, row in enumerate(rows):
        filled[place, : len(row)] = row
    return filled


def counts(field: str, given: Any) -> Array:
    """Read whole numbers of 0 or more, missing ones as NaN."""
    found = series(field, given)
    wrong = (found < 0) | (found % 1 > 0)
    if wrong.any():
        raise InvalidValue.of(field, "be whole numbers of 0 or more", found[wrong][0])
    return found


def sizes_of(given: Any, number: int) -> Array:
    """Read a size of 0 or more for each of so many points, or one for all."""
    found = series("sizes", [given] * number if np.ndim(given) == 0 else given)
    if len(found) != number:
        raise InvalidValue.of("sizes", f"be one number, or one per point ({number})", len(found))
    if (found < 0).any():
        raise InvalidValue.of("sizes", "be 0 or more", found[found < 0][0])
    return found


def _finite(field: str, given: Any, dimensions: int) -> Array:
    try:
        found = np.asarray(given)
        if found.dtype.kind == "O" and all(part is None or isinstance(part, Real) for part in found.flat):
            found = found.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        found = np.asarray(None)
    if found.ndim != dimensions or (found.size and found.dtype.kind not in "iuf"):
        what = "a row of numbers" if dimensions == 1 else "rows of numbers"
        raise InvalidValue.of(field, f"be {what}", given, do="read texts and durations as numbers first")
    found = np.array(found, np.float64)  # a copy: what is charted must not change under the chart
    for end in (np.fmin.reduce(found, axis=None, initial=0), np.fmax.reduce(found, axis=None, initial=0)):
        if abs(end) > LARGEST:
            raise InvalidValue.of(field, f"be finite, at most {LARGEST:g}", end, do="give None for a missing point")
    return found
