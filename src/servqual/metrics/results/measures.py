"""Numbers that never stand alone: value, interval, n, undecided, unit and direction."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal

import attrs
import numpy as np

from servqual._checks import did_you_mean, must_be, near
from servqual._csv import csv_text
from servqual._html import number, table
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.kpi.definition import Better, Kpi, Unit
from servqual.metrics.kpi.numbers import Numbers
from servqual.metrics.results.groups import Groups, all_alike
from servqual.metrics.results.standing import SMALL, Standings, standings
from servqual.metrics.results.tidy import frame_of
from servqual.model.standards.indicator import Goal, Indicator
from servqual.model.standards.standard import ServiceStandard
from servqual.readers.columns.accounting import Rows

RESULT_COLUMNS: Final = ("kpi", "value", "low", "high", "n", "undecided", "unit")
"""The columns of a tidy table, besides those of `by`, which come after the first."""


@attrs.frozen(kw_only=True)
class Measurement:
    """One KPI in one group.

    `value` is None where there is no data; `low` and `high` are None where no interval can be given. A time between
    failures, or a sigma level, of which no failure came has a `low` alone. Durations are in seconds, shares 0 to 1.
    `undecided` counts open items that may still go either way. `error` is the most by which a percentile may be off for
    having been read from bins, as a share of it; 0 is exact.
    """

    kpi: str
    group: Mapping[str, Any]
    value: float | None
    low: float | None
    high: float | None
    n: int
    undecided: int
    error: float
    unit: Unit
    better: Better | None
    definition: str

    @property
    def small(self) -> bool:
        """Whether n is too small to lean on; a count stands for itself."""
        return self.n < SMALL and self.unit != "count"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Measures:
    """The measured KPIs of a tally, by group.

    Iterate for `Measurement`s, `get` one, `one()` where there is only one, `to_frame()` for a tidy table. `rows` says
    what was read, used and refused.
    """

    kpis: tuple[Kpi, ...]
    by: tuple[str, ...]
    groups: Mapping[str, Groups]
    numbers: Mapping[str, Numbers]
    rows: Mapping[str, Rows]
    confidence: float

    def __iter__(self) -> Iterator[Measurement]:
        for kpi in self.kpis:
            yield from self.of(kpi)

    def __len__(self) -> int:
        return sum(groups.size for groups in self.groups.values())

    def of(self, kpi: str | Kpi) -> Iterator[Measurement]:
        """The measurements of one of the KPIs, a group at a time. Raises `UnknownName` for one that was not asked."""
        found = among_asked(self.kpis, kpi.key if isinstance(kpi, Kpi) else kpi)
        return self._told(found, self.groups[found.key].keys(), self.numbers[found.key])

    def _told(self, kpi: Kpi, keys: Iterable[Sequence[Any]], numbers: Numbers) -> Iterator[Measurement]:
        lists = (getattr(numbers, field.name).tolist() for field in attrs.fields(Numbers))
        for key, value, low, high, n, undecided, error in zip(keys, *lists, strict=True):
            yield Measurement(
                kpi=kpi.key,
                group=dict(zip(self.by, key, strict=True)),
                value=_or_none(value),
                low=_or_none(low),
                high=_or_none(high),
                n=int(n),
                undecided=int(undecided),
                error=error,
                unit=kpi.unit,
                better=kpi.better,
                definition=kpi.definition,
            )

    def get(self, kpi: str, **group: object) -> Measurement:
        """The measurement of a KPI in one group; every column of `by` must be given.

        A group without any row has no data: n is 0 and the value None. Raises `UnknownName` for a KPI that was not
        asked, `InvalidValue` where the columns are not those of `by`.
        """
        found = among_asked(self.kpis, kpi)
        if group.keys() != {*self.by}:
            raise InvalidValue(
                f"a group is named by {', '.join(self.by) or 'no column'} (got {', '.join(group) or 'none'})",
                field="group",
                got=tuple(group),
            )
        wanted = tuple(group[name] for name in self.by)
        nan = np.array([math.nan])
        numbers = Numbers(nan, nan, nan, *np.zeros((3, 1)))
        for i, key in enumerate(self.groups[kpi].keys()):
            if key == wanted:
                numbers = self.numbers[kpi].only(slice(i, i + 1))
        return next(self._told(found, [wanted], numbers))

    def one(self) -> Measurement:
        """The only measurement; refused where there are more."""
        found = list(self)
        if len(found) != 1:
            raise InvalidValue(
                f"one() needs a single measurement (got {len(found)}); use get()", field="measures", got=len(found)
            )
        return found[0]

    def against(
        self, standard: ServiceStandard | Iterable[Indicator], *, margin: Mapping[str, Goal] | None = None
    ) -> Standings:
        """Hold each group against the goals of a standard: green, red, amber or unknown.

        *Green*: all of the interval reaches the goal. *Red*: none of it does. *Amber*: the goal lies within it, so
        that it could be either; where an end of the interval is missing, it reaches as far as it can. *Unknown*:
        nothing was measured, no goal was set, or neither direction is better. A boundary reaches the goal, whichever
        way is better. Undecided items of a share widen its interval to what they may make of it; of other KPIs they
        are shown only.

        `margin` names, by KPI and in its unit, the distance by which the interval must clear the goal to be green or
        red; without it there is none. Indicators whose KPI was not measured, or not with their `within`, are listed
        in `unmeasured`. Raises `InvalidValue` for a goal that the KPI cannot take, such as 95 for a share.

        >>> from servqual.metrics import measure
        >>> from servqual.model import Indicator
        >>> day = np.array(["2026-05-04"] * 400, "datetime64[us]")
        >>> cases = {"received_at": day, "reopened": [0] * 390 + [1] * 10, "team": ["north", "south"] * 200}
        >>> goal = Indicator(name="right the first time", kpi="reopen_rate", goal=0.06)
        >>> solved = measure(["reopen_rate"], {"cases": cases | {"resolved_at": day}}, by=["team"])
        >>> [(row.group["team"], row.value, row.light) for row in solved.against([goal])]
        [('north', 0.025, 'green'), ('south', 0.025, 'green')]
        """
        return standings(
            standard, self.kpis, self, by=self.by, confidence=self.confidence, margin={} if margin is None else margin
        )

    def columns(self) -> dict[str, list[Any]]:
        """The tidy table as columns: kpi, the groups, value, low, high, n, undecided, unit."""
        names = (RESULT_COLUMNS[0], *self.by, *RESULT_COLUMNS[1:])
        out: dict[str, list[Any]] = {name: [] for name in names}
        for kpi in self.kpis:
            groups, numbers = self.groups[kpi.key], self.numbers[kpi.key]
            out["kpi"] += [kpi.key] * groups.size
            out["unit"] += [kpi.unit] * groups.size
            for name, labels in zip(self.by, groups.columns(), strict=True):
                out[name] += labels
            for name in ("value", "low", "high"):
                out[name] += map(_or_none, getattr(numbers, name).tolist())
            for name in ("n", "undecided"):
                out[name] += getattr(numbers, name).astype(np.int64).tolist()
        return out | {name: all_alike(out[name]) for name in self.by}

    def to_frame(self, kind: Literal["pandas", "polars", "pyarrow"] = "pandas") -> Any:
        """The tidy table as a frame of the library that you name; it must be installed."""
        return frame_of(self.columns(), kind)

    def to_csv(self) -> str:
        """The tidy table as CSV text, guarded against formulas in the names of groups."""
        columns = self.columns()
        return csv_text(list(columns), zip(*columns.values(), strict=True))

    def equals(self, other: "Measures") -> bool:
        """Whether both say the same: counts exactly, values and intervals to 1e-9 of their size."""
        must_be(Measures, "other", "what measure() gives", other)
        mine, theirs = list(self), list(other)
        return len(mine) == len(theirs) and all(_same(a, b) for a, b in zip(mine, theirs, strict=True))

    def _texts(self) -> tuple[list[str], list[list[str]]]:
        head = ["kpi", *self.by, "value", "low", "high", "n", "undecided"]
        rows = [
            [
                m.kpi,
                *("–" if m.group[name] is None else str(m.group[name]) for name in self.by),
                *(number(x, m.unit) for x in (m.value, m.low, m.high)),
                f"{m.n:,}" + (" (small)" if m.small else ""),
                f"{m.undecided:,}",
            ]
            for m in islice(self, _SHOWN)
        ]
        return head, rows

    def __repr__(self) -> str:
        head, rows = self._texts()
        widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
        if len(self) > len(rows):
            lines.append(f"… and {len(self) - len(rows):,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head, rows = self._texts()
        return table(head, rows, caption=f"{len(self):,} measurements, intervals at {self.confidence:.0%}")


_SHOWN: Final = 60


def among_asked(kpis: Sequence[Kpi], key: object) -> Kpi:
    """The KPI of this key among those that were asked. Raises `UnknownName` where there is none."""
    for kpi in kpis:
        if kpi.key == key:
            return kpi
    keys = [kpi.key for kpi in kpis]
    close = near(key, keys)
    raise UnknownName(f"kpi must be one of {', '.join(keys)} (got {key!r}){did_you_mean(close)}", near=close)


def _same(a: Measurement, b: Measurement) -> bool:
    if (a.kpi, dict(a.group), a.n, a.undecided, a.definition) != (b.kpi, dict(b.group), b.n, b.undecided, b.definition):
        return False
    for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)):
        if x is None or y is None:
            if x is not y:
                return False
        elif not math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9):
            return False
    return True


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
