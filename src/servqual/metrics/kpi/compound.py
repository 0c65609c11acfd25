"""KPIs over two others: a count over a count of another table or another moment, on shared groups."""

from functools import cached_property
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Count, Distinct
from servqual.metrics.kpi.definition import Better, Kpi, Unit
from servqual.metrics.kpi.methods import METHODS
from servqual.metrics.kpi.numbers import Numbers
from servqual.stats import intervals

Base: TypeAlias = Literal["exposure", "count"]


@attrs.frozen(kw_only=True, repr=False)
class Compound(Kpi):
    """One KPI over another, such as complaints over contacts.

    Attributes:
        top, base: counts, of any tables and dated by any moments; a group that one of them lacks counts 0 there.
        times: factor of the quotient, such as 1000 for a rate per 1,000.
        base_is: `exposure` where only the top varies by chance, `count` where both do.

    The value is None where the base is 0. Made by `Compound.of`.
    """

    top: Kpi
    base: Kpi
    times: float = 1.0
    base_is: Base = "exposure"

    @classmethod
    def of(
        cls,
        top: Kpi,
        base: Kpi,
        *,
        key: str,
        title: str,
        question: str,
        formula: str,
        unit: Unit = "ratio",
        better: Better | None = None,
        source: str = "the user's own definition",
        label_zh: str | None = None,
        open_items: str = "",
        times: float = 1.0,
        base_is: Base = "exposure",
    ) -> "Compound":
        """Make a KPI over two counts.

        >>> from servqual.metrics import KPIS, measure
        >>> rate = Compound.of(
        ...     KPIS["complaint_volume"], KPIS["volume"], key="mine", title="mine", question="?", formula="a / b"
        ... )
        >>> day = np.array(["2026-05-04"] * 8, "datetime64[us]")
        >>> data = {"complaints": {"received_at": day[:2]}, "interactions": {"queued_at": day}}
        >>> measure([rate], data).one().value
        0.25
        """
        for name, part in (("top", top), ("base", base)):
            must_be(Kpi, name, "a KPI", part)
            if part.accumulator not in (Count, Distinct):
                raise InvalidValue.of(name, "be a count", part.key, shown=f"{part.key}, a {part.accumulator.__name__}")
        return cls(
            key=key,
            title=title,
            question=question,
            formula=formula,
            unit=unit,
            better=better,
            table=" and ".join(dict.fromkeys((top.table, base.table))),
            needs=tuple(dict.fromkeys((*top.needs, *base.needs))),
            uses=tuple(dict.fromkeys((*top.uses, *base.uses))),
            needs_one_of=tuple(dict.fromkeys((*top.needs_one_of, *base.needs_one_of))),
            at=" and ".join(dict.fromkeys((top.at, base.at))),
            accumulator=top.accumulator,
            rows=top.rows,
            source=source,
            label_zh=label_zh,
            open_items=open_items or top.open_items,
            params={**top.params, **base.params},
            statistic="quotient",
            law="keyed" if "keyed" in (top.law, base.law) else "commutative",
            of_period=top.of_period or base.of_period,
            stock=top.stock or base.stock,
            top=top,
            base=base,
            times=times,
            base_is=base_is,
        )

    def with_(self, *, key: str | None = None, dated_by: str | None = None, **params: Any) -> "Compound":
        """Set parameters, each in whichever of the two KPIs takes it; each of the two has its own moment."""
        if dated_by is not None:
            raise InvalidValue.of(
                "dated_by",
                f"be left out for {self.key}, which is of two KPIs",
                dated_by,
                do="make one with Compound.of, of KPIs that have it set",
            )
        changed = cast("Compound", super().with_(key=key, **params))
        top, base = (
            part.with_(**{name: value for name, value in params.items() if name in part.params}) for part in self.parts
        )
        return attrs.evolve(changed, top=top, base=base)

    @property
    def parts(self) -> tuple[Kpi, ...]:
        """The two KPIs whose rows are read."""
        return (self.top, self.base)

    @property
    def interval(self) -> str:
        """Method of its interval, in words."""
        return METHODS[self.base_is]

    @cached_property
    def definition(self) -> str:
        """Hash of everything that changes the number."""
        parts = [part.definition for part in self.parts]
        return self.hashed(self.name, self.version, parts, self.times, self.base_is, self.unit)

    def measured(self, top: Numbers, base: Numbers, confidence: float) -> Numbers:
        """Divide the numbers of the two in the same groups.

        With an exposure as base the interval is F. Garwood's for the top alone; with two counts it is the interval of
        a ratio of two Poisson counts by their conditional binomial share (Wilson's score interval of it).
        """
        over, under = top.value, base.value
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.base_is == "exposure":
                low, high = (x / under for x in intervals.poisson(np.rint(over), confidence))
            else:
                share_low, share_high = intervals.wilson(over, over + under, confidence)
                low, high = share_low / (1 - share_low), share_high / (1 - share_high)
            value = over / under
        some = under > 0
        value, low, high = (self.times * np.where(some, x, np.nan) for x in (value, low, high))
        undecided, error = top.undecided + base.undecided, top.error + base.error
        return Numbers(value, low, high, np.rint(under).astype(np.int64), undecided, error)
