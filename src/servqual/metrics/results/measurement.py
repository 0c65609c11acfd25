"""One KPI in one group: a value with its interval, n, undecided, unit and direction."""

import datetime as dt
import math
import pickle
from collections.abc import Mapping
from typing import Any

import attrs

from servqual.metrics.kpi.definition import Better, Kpi, Unit
from servqual.metrics.results.caveats import MOSTLY, SMALL, Caveat, read_of, unread_share


class Cell:
    """Where a measurement came from: the tally, the KPI, and the place of its group; `alone` is a tally of it alone.

    A plain class: `attrs.asdict` of a measurement does not walk into the tally. Pickled as the tally of it alone, and
    as None where the KPI's own function cannot be pickled.
    """

    __slots__ = ("kpi", "place", "tally")

    def __init__(self, tally: Any, kpi: Kpi, place: int) -> None:
        self.tally, self.kpi, self.place = tally, kpi, place

    def alone(self) -> Any:
        """Take the state of this measurement out of its tally."""
        return self.tally.alone(self.kpi, self.place)

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.dumps(self.kpi)
        except (pickle.PicklingError, AttributeError, TypeError):
            return _lost, ()
        return Cell, (self.alone(), self.kpi, 0)


def _lost() -> None:
    """Stand for the cell of a KPI that cannot be pickled."""


def exact(value: float | None) -> float | str | None:
    """Give a number as a value that is equal to itself, NaN too."""
    return "NaN" if value is not None and math.isnan(value) else value


def labels_typed(group: Mapping[str, Any]) -> frozenset[tuple[str, type, Any]]:
    """Give a group as a value with a hash; True is another label than 1."""
    return frozenset((name, type(label), label) for name, label in group.items())


@attrs.frozen(kw_only=True)
class Measurement:
    """One KPI in one group.

    `value` is None where there is no data; `low` and `high` are None where no interval can be given. A time between
    failures, or a sigma level, without any failure has a `low` alone. Durations are in seconds, shares 0 to 1.
    `undecided` counts open items that may still go either way. `error` is the greatest error of a percentile that was
    read from bins, as a share of it; 0 is exact. `standard_error` is that of a mean, quotient or net score, None for
    other kinds and below two rows. `approximate` says that the interval is a score interval of fewer than three hits or
    misses, see `docs/intervals.md`. `definition`, `zone`, `now` and `period` say what was asked: the KPI with its
    version and parameters, where periods are read, the moment of open items, and the period, its end outside. `unread`
    counts the rows that could not be read for it; `warnings` say what to know before leaning on the number. The
    interval is at `confidence`. `cell` leads to the state behind the number, by which two measurements are compared;
    it takes no part in equality, which is exact, with labels of one type, and NaN equal to NaN.
    """

    kpi: str
    group: Mapping[str, Any] = attrs.field(eq=labels_typed)
    value: float | None = attrs.field(eq=exact)
    low: float | None = attrs.field(eq=exact)
    high: float | None = attrs.field(eq=exact)
    n: int
    undecided: int
    error: float = attrs.field(eq=exact)
    unit: Unit
    better: Better | None
    definition: str
    standard_error: float | None = attrs.field(default=None, eq=exact)
    approximate: bool = False
    zone: str = "UTC"
    now: dt.datetime | None = None
    period: tuple[dt.datetime, dt.datetime] | None = None
    unread: int = 0
    warnings: tuple[Caveat, ...] = ()
    confidence: float = 0.95
    cell: Cell | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def told_in(self) -> str:
        """Unit in which people read it: as `unit`, but seconds of business time are `working s`, as its cell says."""
        return self.unit if self.cell is None else self.cell.kpi.told_in

    @property
    def small(self) -> bool:
        """Whether n is too small to lean on; a count stands for itself."""
        return self.n < SMALL and self.unit != "count"

    @property
    def mostly_unread(self) -> bool:
        """Whether over half of the rows that it needs could not be read, so that nothing can be judged by it."""
        part = any(caveat.code == "parts.unread" for caveat in self.warnings)
        statistic = "" if self.cell is None else self.cell.kpi.statistic
        return part or unread_share(read_of(self.n, self.undecided, statistic), self.unread) > MOSTLY
