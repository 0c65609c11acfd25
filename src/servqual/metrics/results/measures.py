"""All measured KPIs by group: read one by one, held against goals, and shown as a table."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import did_you_mean, must_be, near
from servqual._words import number
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.numbers import Numbers
from servqual.metrics.results.alike import alike, content_of
from servqual.metrics.results.attaining import Attainments, attainments
from servqual.metrics.results.caveats import Caveat, Warned, caveats_of
from servqual.metrics.results.groups import Groups
from servqual.metrics.results.measurement import Cell, Measurement
from servqual.metrics.results.nearest import near_words
from servqual.metrics.results.tidy import SHOWN, Table
from servqual.model.standards.indicator import Goal, Indicator
from servqual.model.standards.standard import ServiceStandard
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.labels import text_of
from servqual.readers.columns.tags import TAGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOWEST: Final = -100
"""The net score where all are detractors."""
_OVERLAP: Final = "a row counts in each of its tags"
RESULT_COLUMNS: Final = ("kpi", "value", "low", "high", "n", "undecided", "unit", "warnings")
"""The columns of a tidy table, besides those of `by`, which come after the first."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Measures(Table):
    """The measured KPIs of a tally, by group.

    Iterate for `Measurement`s, `get` one, `one()` where there is only one, `to_frame()` for a tidy table. `rows` counts
    what was read, used and refused. `zone`, `where`, `now`, `period` and `definitions` say what was asked; frames of
    pandas carry them in `attrs`, those of PyArrow in the metadata of the schema. `credited` names by KPI the columns
    that stood for agent and team; empty where the owner is credited, or nobody. `tally` is what was measured.
    """

    kpis: tuple[Kpi, ...]
    by: tuple[str, ...]
    groups: Mapping[str, Groups]
    numbers: Mapping[str, Numbers]
    rows: Mapping[str, Rows]
    confidence: float
    zone: str
    where: Mapping[str, tuple[Any, ...]]
    now: dt.datetime | None
    period: tuple[dt.datetime, dt.datetime] | None
    credited: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    unread: Mapping[str, Array] = attrs.field(factory=dict)
    of_all: Mapping[str, tuple[Caveat, ...]] = attrs.field(factory=dict)
    tally: Any = None

    @property
    def definitions(self) -> dict[str, str]:
        """The definition id of each KPI: numbers with equal ones are comparable."""
        return {kpi.key: kpi.definition for kpi in self.kpis}

    def __iter__(self) -> Iterator[Measurement]:
        for kpi in self.kpis:
            yield from self.of(kpi)

    def __len__(self) -> int:
        return sum(groups.size for groups in self.groups.values())

    def of(self, kpi: str | Kpi) -> Iterator[Measurement]:
        """Iterate over the measurements of one KPI, per group. Raises `UnknownName` for a KPI that was not measured."""
        found = find_kpi(self.kpis, kpi.key if isinstance(kpi, Kpi) else kpi)
        return self._measurements(found, self.groups[found.key].keys(), self.numbers[found.key], self._unread(found))

    def _unread(self, kpi: Kpi) -> Array:
        """Count the rows of each group that could not be read for a KPI."""
        found = self.unread.get(kpi.key)
        return np.zeros(self.groups[kpi.key].size, np.int64) if found is None else found

    def _measurements(
        self, kpi: Kpi, keys: Iterable[Sequence[Any]], numbers: Numbers, unread: Array, first: int | None = 0
    ) -> Iterator[Measurement]:
        lists = (getattr(numbers, field.name).tolist() for field in attrs.fields(Numbers))
        known = self.tally is not None and first is not None
        for place, (key, value, low, high, n, undecided, error, spread, approximate, lost) in enumerate(
            zip(keys, *lists, unread.tolist(), strict=True), first or 0
        ):
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
                standard_error=_or_none(spread),
                approximate=approximate,
                zone=self.zone,
                now=self.now,
                period=self.period,
                unread=lost,
                warnings=caveats_of(
                    unit=kpi.unit,
                    n=int(n),
                    undecided=int(undecided),
                    unread=lost,
                    statistic=kpi.statistic,
                    approximate=approximate,
                    all_low=kpi.statistic == "net" and value == _LOWEST,
                    of_all=self.of_all.get(kpi.key, ()),
                ),
                confidence=self.confidence,
                cell=Cell(self.tally, kpi, place) if known else None,
            )

    def get(self, kpi: str, **group: object) -> Measurement:
        """Find the measurement of a KPI in one group, named by every column of `by`.

        A group without any row has no data: n is 0 and the value None; where no row has one of its labels, a warning
        names the nearest. Raises `UnknownName` for a KPI that was not measured, `InvalidValue` where the columns are
        not those of `by`.
        """
        found = find_kpi(self.kpis, kpi)
        if group.keys() != {*self.by}:
            columns = ", ".join(self.by) or "no column"
            raise InvalidValue.of("group", f"be named by {columns}", tuple(group), shown=", ".join(group) or "none")
        wanted = tuple(group[name] for name in self.by)
        nan = np.array([math.nan])
        numbers, unread, place = Numbers(nan, nan, nan, *np.zeros((3, 1))), np.zeros(1, np.int64), None
        for i, key in enumerate(self.groups[kpi].keys()):
            if all(map(_is_named, key, wanted)):
                numbers, unread, place = self.numbers[kpi].only(slice(i, i + 1)), self._unread(found)[i : i + 1], i
        measured = next(self._measurements(found, [wanted], numbers, unread, place))
        lacking = self._lacking(kpi, group) if place is None else ()
        return attrs.evolve(measured, warnings=(*measured.warnings, *lacking)) if lacking else measured

    def _lacking(self, kpi: str, group: Mapping[str, Any]) -> tuple[Caveat, ...]:
        """Say which labels of a group no row has, and which are near."""
        known = zip(self.by, self.groups[kpi].labels, strict=True)
        return tuple(
            Caveat("group.no_match", f"no row has {name} {group[name]}{near_words(group[name], labels)}")
            for name, labels in known
            if group[name] is not None and not any(_is_named(label, group[name]) for label in labels)
        )

    def one(self) -> Measurement:
        """Find the only measurement; refuse where there are several, or none."""
        found = list(self)
        if len(found) != 1:
            raise InvalidValue.of("measures", "hold a single measurement for one()", len(found), do="use get()")
        return found[0]

    def against(
        self, standard: ServiceStandard | Iterable[Indicator], *, margin: Mapping[str, Goal] | None = None
    ) -> Attainments:
        """Hold each group against the goals of a standard, and give each a `verdict`.

        `reached`: all of the interval reaches the goal. `not_reached`: none of it does. `unclear`: the goal lies within
        the interval, so that either may be true; where an end is missing, the interval reaches as far as it can.
        `cannot_be_judged`: nothing was measured, no goal was set, or neither direction is better. A boundary reaches
        the goal, whichever way is better. Undecided items of a share widen its interval to what they may make of it;
        those of other KPIs are only shown.

        `margin` names, by KPI and in its unit, the distance by which the interval must clear the goal to reach or
        miss it; by default 0. Indicators whose KPI was not measured, or not with their `within`, are listed in
        `unmeasured`. Raises `InvalidValue` for a goal that the KPI cannot take, such as 95 for a share.

        >>> from servqual.metrics import measure
        >>> from servqual.model import Indicator
        >>> day = np.array(["2026-05-04"] * 400, "datetime64[us]")
        >>> cases = {"received_at": day, "reopened": [0] * 390 + [1] * 10, "team": ["north", "south"] * 200}
        >>> goal = Indicator(name="right the first time", kpi="reopen_rate", goal=0.06)
        >>> solved = measure(["reopen_rate"], {"cases": cases | {"resolved_at": day}}, by=["team"])
        >>> [(row.measured.group["team"], row.measured.value, row.verdict) for row in solved.against([goal])]
        [('north', 0.025, 'reached'), ('south', 0.025, 'reached')]
        """
        return attainments(
            standard, self.kpis, self, by=self.by, confidence=self.confidence, margin={} if margin is None else margin
        )

    def columns(self) -> dict[str, list[Any]]:
        """Make the tidy table as columns: kpi, the groups, value, low, high, n, undecided, unit, codes of warnings."""
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
            out["warnings"] += [" ".join(caveat.code for caveat in m.warnings) for m in self.of(kpi)]
        return out

    def plot(self, kpi: str | None = None, *, ax: "Axes | None" = None) -> "Axes":
        """Draw a KPI: over its period with the interval as a band, one line per group; without one, a row per group.

        `kpi` may be left out where one was measured. Groups of few rows are hollow, and their intervals are bars. Needs
        the extra `plot`. Refused: no group at all, more than one period, and more groups than a picture can tell apart
        (12 lines, 60 rows).

        >>> from servqual.metrics import measure
        >>> at = np.array(["2026-05-04", "2026-05-12"] * 50, "datetime64[us]")
        >>> contacts = {"queued_at": at, "wait_s": [10, 20] * 50, "team": ["north"] * 50 + ["south"] * 50}
        >>> axes = measure(["asa"], {"interactions": contacts}, by=["team", "week"]).plot()
        >>> axes.get_title(), axes.get_ylabel()
        ('Average speed of answer', 's')
        """
        from servqual.metrics.results.pictures import picture  # noqa: PLC0415  (loads only for a picture)

        if kpi is None and len(self.kpis) != 1:
            raise InvalidValue.of("kpi", "be named where several were measured", None, do="pass its key")
        found = self.kpis[0] if kpi is None else find_kpi(self.kpis, kpi)
        return picture(found, [*self.of(found)], ax)

    def equals(self, other: "Measures") -> bool:
        """Tell whether both say the same: counts exactly, values and intervals to 1e-9 of their size; `==` is exact."""
        must_be(Measures, "other", "what measure() gives", other)
        mine, theirs = list(self), list(other)
        return len(mine) == len(theirs) and all(alike(a, b) for a, b in zip(mine, theirs, strict=True))

    def __eq__(self, other: object) -> bool:
        """Whether both hold the very same numbers of the same question; no data is equal to no data."""
        return content_of(self) == content_of(other) if isinstance(other, Measures) else NotImplemented

    def __hash__(self) -> int:
        return hash(content_of(self))

    def _texts(self) -> tuple[list[str], list[list[str]]]:
        head = ["kpi", *self.by, "value", "low", "high", "n", "undecided", "warnings"]
        rows = [
            [
                m.kpi,
                *("–" if m.group[name] is None else str(m.group[name]) for name in self.by),
                *(number(x, m.told_in) for x in (m.value, m.low, m.high)),
                f"{m.n:,}",
                f"{m.undecided:,}",
                "; ".join(map(str, m.warnings)),
            ]
            for m in islice(self, SHOWN)
        ]
        return head, rows

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """All warnings, KPI by KPI: first what is to be known of all of it, also without a row, then group by group.

        >>> from servqual.metrics import measure
        >>> calls = {"queued_at": ["2026-05-04T09:00Z"], "wait_s": [20], "team": ["north"]}
        >>> [(one.kpi, one.group, str(one)) for one in measure(["asa"], {"interactions": calls}, by=["team"]).warnings]
        [('asa', {'team': 'north'}, 'n is only 1')]
        """
        out: list[Warned] = []
        for kpi in self.kpis:
            whole = self.of_all.get(kpi.key, ())
            out += (Warned(each.code, each.text, kpi.key, None) for each in whole)
            out += (
                Warned(each.code, each.text, kpi.key, one.group)
                for one in self.of(kpi)
                for each in one.warnings
                if each not in whole
            )
        return tuple(out)

    @property
    def _said(self) -> list[str]:
        """What is to be known of all groups, and of whole KPIs."""
        whole = dict.fromkeys(str(caveat) for caveats in self.of_all.values() for caveat in caveats)
        return [*([_OVERLAP] if TAGS in self.by else []), *whole]

    def __repr__(self) -> str:
        return "\n".join([super().__repr__(), *self._said])

    def _caption(self) -> str:
        asked = self._asked()
        when = [f"{name} {asked[name]}" for name in ("where", "period", "now", "zone") if name in asked]
        when += [f"{name} {asked[name]}" for name in asked if name.startswith("credit of ")]
        told = [f"{len(self):,} measurements, intervals at {self.confidence:.0%}", ", ".join(when)]
        return "; ".join([*told, *self._said])

    def _asked(self) -> dict[str, str]:
        asked = {f"definition of {key}": definition for key, definition in self.definitions.items()}
        asked |= {f"credit of {key}": ", ".join(columns) for key, columns in self.credited.items() if columns}
        if self.now is not None:
            asked["now"] = self.now.isoformat()
        if self.period is not None:
            asked["period"] = " to ".join(end.isoformat() for end in self.period)
        if TAGS in self.by:
            asked[TAGS] = _OVERLAP
        if self.where:
            asked["where"] = ", ".join(f"{name} is {' or '.join(map(str, of))}" for name, of in self.where.items())
        return {**asked, "zone": self.zone}


def find_kpi(kpis: Sequence[Kpi], key: object) -> Kpi:
    """Find the measured KPI of this key. Raises `UnknownName` where there is none."""
    for kpi in kpis:
        if kpi.key == key:
            return kpi
    keys = [kpi.key for kpi in kpis]
    close = near(key, keys)
    raise UnknownName(f"kpi must be one of {', '.join(keys)} (got {key!r}){did_you_mean(close)}", near=close)


def _is_named(label: object, wanted: object) -> bool:
    """Whether a value names a label of a group, which for a number is its text."""
    return label == wanted or (isinstance(label, str) and label == text_of(wanted))


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
