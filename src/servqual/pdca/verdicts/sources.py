"""What a side of a comparison is read from: a tally, or a single measurement, both read alike."""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np
from dateutil.relativedelta import relativedelta

from servqual._arrays import Array
from servqual._checks import as_zone
from servqual.metrics import KPIS, Compound, Kpi, Measurement, Tally
from servqual.metrics.accumulators import Clustered
from servqual.metrics.kpi.ends import Ends, ends_of
from servqual.metrics.kpi.numbers import Numbers
from servqual.metrics.results import caveats
from servqual.metrics.results.groups import Groups
from servqual.metrics.time.instants import datetime_of
from servqual.metrics.time.periods import PERIODS, RECURRING
from servqual.readers.columns.zones import days

Key: TypeAlias = tuple[Any, ...]
"""The labels of a group."""
Period: TypeAlias = tuple[dt.datetime, dt.datetime]
SERIES: Final = tuple(name for name in PERIODS if name not in RECURRING)
"""Columns of periods that never come again: both sides are read over all of them."""
_LENGTHS: Final = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}
_OWN: Final = frozenset({"n.small", "interval.approximate", "share.immature"})
"""Caveats of a measured value that a verdict finds by itself, for both sides at once."""


@attrs.frozen(eq=False)
class Sample:
    """One KPI of one side, an entry per group; NaN is no data."""

    value: Array
    low: Array
    high: Array
    n: Array
    undecided: Array
    unread: Array
    error: Array
    approximate: Array

    def moved(self, places: Array, size: int) -> "Sample":
        """Move the entries to other places among `size` groups; the others have no data."""
        out = {}
        for field in attrs.fields(Sample):
            mine = getattr(self, field.name)
            out[field.name] = np.full(size, np.nan) if mine.dtype.kind == "f" else np.zeros(size, mine.dtype)
            out[field.name][places] = mine
        return Sample(**out)


@attrs.frozen(eq=False)
class Measured:
    """One KPI of one side by group, with the caveats that hold for all of them."""

    groups: Groups
    sample: Sample
    caveats: tuple[caveats.Caveat, ...]


def or_none(values: Array) -> list[Any]:
    """Give numbers as plain ones, None where there is none."""
    out = values.astype(object)
    out[~np.isfinite(values)] = None
    return list(out)


def _sample(numbers: Numbers, unread: Array) -> Sample:
    return Sample(
        value=numbers.value,
        low=numbers.low,
        high=numbers.high,
        n=numbers.n.astype(np.int64),
        undecided=numbers.undecided.astype(np.int64),
        unread=unread,
        error=numbers.standard_error,
        approximate=numbers.approximate,
    )


CLUSTERED: Final = "clustered"


@attrs.frozen
class About:
    """What is known of a KPI; `kpi` and `statistic` are missing for a measurement that came without its cell."""

    key: str
    title: str
    definition: str
    unit: str
    better: str | None
    ends: Ends
    statistic: str = ""
    stock: bool = False
    kpi: Kpi | None = None

    @property
    def told_in(self) -> str:
        """Unit in which people read it: as `unit`, but seconds of business time are `working s`."""
        return self.unit if self.kpi is None else self.kpi.told_in

    def turned(self, low: Any, high: Any) -> tuple[Any, Any]:
        """Turn an interval so that above 0 is better; None stays."""
        return (low, high) if self.better != "lower" or low is None or high is None else (-high, -low)

    @classmethod
    def of(cls, kpi: Kpi) -> "About":
        """Read what a KPI says of itself."""
        statistic: str = kpi.base_is if isinstance(kpi, Compound) else kpi.statistic
        if not isinstance(kpi, Compound) and kpi.accumulator is Clustered:
            statistic = CLUSTERED  # not the rows are the sample, but the clusters
        return cls(kpi.key, kpi.title, kpi.definition, kpi.unit, kpi.better, kpi.ends, statistic, kpi.stock, kpi)


@attrs.frozen(eq=False, slots=False)
class TallySource:
    """A tally; periods that never come again are taken together and kept as a series."""

    given: Tally
    group: Mapping[str, Any] = attrs.field(factory=dict)
    """The group of a single measurement, whose tally has none."""

    @cached_property
    def tally(self) -> Tally:
        """The tally without the columns of its series."""
        return self.given.without(*self.series) if self.series else self.given

    @property
    def series(self) -> tuple[str, ...]:
        """The columns of periods that never come again."""
        return tuple(name for name in self.given.plan.by if name in SERIES)

    @property
    def by(self) -> tuple[str, ...]:
        """The columns of the groups that are compared."""
        return tuple(name for name in self.given.plan.by if name not in SERIES)

    @property
    def kpis(self) -> tuple[About, ...]:
        """The KPIs that can be compared."""
        return tuple(map(About.of, self.given.plan.kpis))

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which periods are read."""
        return self.given.plan.zone

    @cached_property
    def period(self) -> Period | None:
        """The period that was asked for; of a single measurement, the part of it that its group names."""
        period = self.given.plan.period
        asked = None if period is None else (datetime_of(period[0]), datetime_of(period[1]))
        return narrowed(asked, self.group, self.zone, self.now)

    @property
    def now(self) -> dt.datetime | None:
        """The moment of open items."""
        now = self.given.plan.now
        return None if now is None else datetime_of(now)

    @property
    def where(self) -> Mapping[str, tuple[Any, ...]]:
        """The rows that count."""
        return self.given.plan.where

    def read(self, about: About, confidence: float) -> Measured:
        """Measure one KPI by the groups that are compared."""
        return _read(self.tally, about, confidence)

    def currencies(self, about: About) -> frozenset[str]:
        """The currencies of the amounts of a KPI, as far as they are known."""
        assert about.kpi is not None
        return frozenset(one for part in about.kpi.parts for one in self.given.currencies(part))

    def read_series(self, about: About, confidence: float) -> Measured:
        """Measure one KPI by these groups and the periods of the series."""
        return _read(self.given, about, confidence)


def narrowed(asked: Period | None, group: Mapping[str, Any], zone: ZoneInfo, now: dt.datetime | None) -> Period | None:
    """Cut a period to the one that a group names, such as a month, and to what of it is over at `now`."""
    spans: list[Period] = []
    for name in SERIES:
        first = group.get(name)
        if isinstance(first, dt.datetime):
            spans.append((first, first + dt.timedelta(hours=1)))
        elif isinstance(first, dt.date):
            dates = np.array([first, first + _LENGTHS[name]], "datetime64[D]")
            start, end = days(dates.astype(np.int64), zone).tolist()
            spans.append((datetime_of(start), datetime_of(end)))
    if asked is not None:
        spans.append(asked)
    if not spans:
        return None
    start, end = max(start for start, _ in spans), min(end for _, end in spans)
    return (start, min(end, now)) if now is not None and start < now else (start, end)


def _read(tally: Tally, about: About, confidence: float) -> Measured:
    assert about.kpi is not None
    measures = attrs.evolve(tally, plan=attrs.evolve(tally.plan, kpis=(about.kpi,))).measure(confidence)
    groups = measures.groups[about.key]
    unread = measures.unread.get(about.key, np.zeros(groups.size, np.int64))
    return Measured(groups, _sample(measures.numbers[about.key], unread), measures.of_all[about.key])


@attrs.frozen(eq=False)
class LoneSource:
    """A measurement without its cell: what it says is all there is."""

    measured: Measurement
    by: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    where: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict)

    @property
    def group(self) -> Mapping[str, Any]:
        """The group of the measurement."""
        return self.measured.group

    @property
    def kpis(self) -> tuple[About, ...]:
        """The KPI of the measurement."""
        m, known = self.measured, KPIS.get(self.measured.kpi)
        if known is not None and known.definition == m.definition:
            return (attrs.evolve(About.of(known), statistic="", kpi=None),)
        ends = ends_of(None, m.unit, "signed_mean" if m.unit == "gap" else "", {})
        return (About(m.kpi, m.kpi, m.definition, m.unit, m.better, ends),)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which periods are read."""
        return as_zone(self.measured.zone)

    @property
    def period(self) -> Period | None:
        """The period that was asked for, or the part of it that the group names."""
        return narrowed(self.measured.period, self.group, self.zone, self.now)

    @property
    def now(self) -> dt.datetime | None:
        """The moment of open items."""
        return self.measured.now

    def currencies(self, _: About) -> frozenset[str]:
        """None are known."""
        return frozenset()

    def read(self, _: About, __: float) -> Measured:
        """Read the numbers of the measurement, at its own confidence."""
        m = self.measured
        value, low, high, error = (
            np.array([np.nan if x is None else x]) for x in (m.value, m.low, m.high, m.standard_error)
        )
        n, undecided, unread = (np.array([count]) for count in (m.n, m.undecided, m.unread))
        sample = Sample(value, low, high, n, undecided, unread, error, np.array([m.approximate]))
        return Measured(Groups.whole(), sample, tuple(each for each in m.warnings if each.code not in _OWN))


Source: TypeAlias = TallySource | LoneSource
