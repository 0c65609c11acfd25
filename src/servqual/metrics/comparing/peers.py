"""Ours against theirs: each group against the figures of peers, in the direction that is better."""

import math
from collections.abc import Sequence
from numbers import Real
from types import MappingProxyType
from typing import Any, ClassVar

import attrs
import numpy as np

from servqual._checks import all_of, distinct, filled, whole
from servqual.errors import InvalidValue
from servqual.metrics.comparing.differences import Difference, Figure, Verdict, difference
from servqual.metrics.comparing.groups import (
    interval_of,
    kind_of,
    measured_groups,
    measured_kpi,
    spread_of_items,
    standard_error,
)
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy
from servqual.stats.intervals import poisson, wilson


def _finite(_: object, field: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value)):
        raise InvalidValue.of(field.name, "be a finite number", value)


@attrs.frozen(kw_only=True)
class Peer:
    """A figure from outside: of a competitor, an industry, or another desk.

    `value` is in the unit of the KPI: a share from 0 to 1, a duration in seconds. With `n`, the number of items it was
    measured on, a share or a rate per item gets an interval; a mean needs `sd`, the standard deviation of its items,
    too. `source` says where it was published.
    """

    name: str = attrs.field(validator=filled)
    value: float = attrs.field(validator=_finite)
    n: int | None = attrs.field(default=None, validator=attrs.validators.optional(whole(1)))
    sd: float | None = attrs.field(default=None, validator=_finite)
    source: str = ""

    def __attrs_post_init__(self) -> None:
        if self.sd is not None and self.sd < 0:
            raise InvalidValue.of("sd", "be 0 or more", self.sd, shown=f"{self.sd} for {self.name!r}")


@attrs.frozen(kw_only=True)
class PeerGap:
    """One group against one peer.

    `gap` is ours less theirs, with the interval of that difference where the uncertainty of both is known. `lead` is
    the gap in the direction that is better: above 0 we are ahead. `verdict` is `better` or `worse` where the interval
    leaves out 0, `unclear` where it holds it, `unknown` where there is no interval or neither direction is better.
    """

    measured: Measurement
    peer: str
    theirs: float
    gap: Difference

    @property
    def lead(self) -> float | None:
        """How far we are ahead; below 0 they are. None where neither direction is better."""
        if self.measured.better is None:
            return None
        return self.gap.value if self.measured.better == "higher" else -self.gap.value

    @property
    def verdict(self) -> Verdict:
        """The verdict by the interval of the gap."""
        return self.gap.verdict(self.measured.better)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PeerGaps(Tidy[PeerGap]):
    """Each group that holds data against each peer, in the order of the measures."""

    kpi: Kpi
    confidence: float
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "group": Column("measured.group"),
            "peer": Column("peer"),
            "value": Column("measured.value", OWN),
            "n": Column("measured.n"),
            "theirs": Column("theirs", OWN),
            "gap": Column("gap.value", OWN),
            "low": Column("gap.low", OWN),
            "high": Column("gap.high", OWN),
            "verdict": Column("verdict"),
            "unit": Column("measured.unit"),
        }
    )

    def _caption(self) -> str:
        return f"{self.kpi.title} against peers, intervals at {self.confidence:.0%}"


def peer_gaps(measures: Measures, kpi: str, peers: Sequence[Peer]) -> PeerGaps:
    """Subtract the figures of peers from ours, per group of a KPI, and judge each difference.

    The interval is Newcombe's for shares, likewise for rates, and Welch's for means; see
    `servqual.metrics.comparing.differences`. Both figures are taken as independent and measured alike, which only the
    peer can promise. A figure without n has no interval. Refused: peers of the same name, and a share outside 0 to 1.

    >>> from servqual.metrics import KPIS, measure
    >>> answers = {"score": [5] * 56 + [1] * 14}
    >>> measured = measure([KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)], {"answers": answers})
    >>> [row] = peer_gaps(measured, "csat", [Peer(name="the other desk", value=0.6, n=80)])
    >>> row.verdict, round(row.lead, 2), round(row.gap.low, 4), round(row.gap.high, 4)
    ('better', 0.2, 0.0524, 0.3339)
    """
    found = measured_kpi(measures, kpi)
    distinct("peers", [peer.name for peer in all_of(Peer, "peers", peers, "Peers")])
    theirs = [(peer, _figure_of_peer(peer, found, measures.confidence)) for peer in peers]
    groups = measured_groups(measures, found)
    spread = spread_of_items(found, groups)
    rows = []
    for m in groups:
        mine = figure_of(found, m, spread, measures.confidence)
        for peer, figure in theirs:
            gap = difference(mine, figure, kind_of(found), measures.confidence)
            rows.append(PeerGap(measured=m, peer=peer.name, theirs=peer.value, gap=gap))
    return PeerGaps(kpi=found, by=measures.by, confidence=measures.confidence, rows=tuple(rows))


def figure_of(kpi: Kpi, m: Measurement, spread: float | None, confidence: float) -> Figure:
    """Read a measurement as a figure; `spread` serves a mean whose values are all alike."""
    assert m.value is not None
    low, high = interval_of(kpi, m, spread, confidence)
    ends = None if low is None or high is None else (low, high)
    return Figure(value=m.value, n=m.n, ends=ends, error=standard_error(kpi, m, spread))


def _figure_of_peer(peer: Peer, kpi: Kpi, confidence: float) -> Figure:
    if kpi.unit == "share" and not 0 <= peer.value <= 1:
        raise InvalidValue.of(
            "value",
            "be a share from 0 to 1",
            peer.value,
            shown=f"{peer.value} for {peer.name!r}",
            do="write 0.95 for 95 %",
        )
    ends = error = None
    if kpi.statistic == "share" and peer.n is not None:
        low, high = wilson(np.array([peer.value * peer.n]), np.array([peer.n]), confidence)
        ends = float(low[0]), float(high[0])
    elif isinstance(kpi, Compound) and peer.n is not None:
        low, high = poisson(np.array([peer.value * peer.n / kpi.times]), confidence)
        ends = float(low[0]) * kpi.times / peer.n, float(high[0]) * kpi.times / peer.n
    if peer.n is not None and peer.sd is not None:
        error = peer.sd / math.sqrt(peer.n)
    return Figure(value=peer.value, n=peer.n, ends=ends, error=error)
