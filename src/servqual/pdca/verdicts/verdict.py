"""What a comparison says: the decision, the rule that took it, and all that it was taken from."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from servqual._checks import among
from servqual._words import counted, difference
from servqual.errors import InvalidValue
from servqual.metrics import Kpi, Tally
from servqual.metrics.results.attaining import GoalVerdict
from servqual.metrics.results.tidy import OWN, OWN_DIFFERENCE, Column, Columns, Tidy
from servqual.pdca.verdicts.caveats import Caveat
from servqual.pdca.verdicts.curves import logrank_of
from servqual.pdca.verdicts.mix import MixSplit
from servqual.pdca.verdicts.receipt_form import Basis, packed
from servqual.pdca.verdicts.rules import Decision, GuardrailDecision
from servqual.pdca.verdicts.sources import Period
from servqual.stats.inference import Estimate
from servqual.stats.survival import LogRank

__all__ = ["GuardrailVerdict", "Side", "Verdict", "Verdicts"]


@attrs.frozen(kw_only=True)
class Side:
    """What a verdict says of one side; what is not known is None. The interval is at the confidence of the verdict."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    undecided: int
    unread: int = 0
    period: Period | None
    now: dt.datetime | None


@attrs.frozen(kw_only=True)
class GuardrailVerdict:
    """What happened to a guardrail: change with its interval, in the unit of its KPI, and the decision.

    Where its sides cannot be compared it is unclear and has no change; `caveats` say why.
    """

    kpi: str
    title: str
    unit: str
    margin: float
    decision: GuardrailDecision
    change: float | None
    low: float | None
    high: float | None
    caveats: tuple[Caveat, ...] = ()

    @property
    def said(self) -> str:
        """The decision in words: an equivalent guardrail may well be better, for only harm is looked for."""
        return "not worse" if self.decision == "equivalent" else self.decision


@attrs.frozen(kw_only=True)
class Verdict:
    """One KPI before and after: improved, worse, equivalent, unclear or invalid, and the `rule` that says so.

    `change`, `low` and `high` are after minus before, in the unit of the KPI, durations in seconds; None where the
    verdict is invalid or no interval can be given. `confidence` is that of this interval: higher than asked for where
    several looks or KPIs share it. `p_value` is two-sided, of no change. `relative` is the change as a share of the
    value before. `n_needed` counts the cases per side that are still needed to see a change as large as the `margin`,
    where the verdict is unclear and a margin was named; where it is None all the same, the caveat `margin.none` or
    `n_needed.none` says why. `attained` holds the side after against a `goal`. `mix` splits
    the change where columns of the mix were named. `definition` is the id of the KPI; `now` the later one of both
    sides. `receipt()` writes all that it was made of.
    """

    kpi: str
    title: str
    definition: str
    unit: str
    better: str | None
    group: Mapping[str, Any] = attrs.field(hash=False)
    decision: Decision
    rule: str
    before: Side
    after: Side
    change: float | None
    low: float | None
    high: float | None
    confidence: float
    p_value: float | None
    method: str
    n_needed: int | None
    margin: float | None
    relative: Estimate
    guardrails: tuple[GuardrailVerdict, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    goal: float | None = None
    attained: GoalVerdict | None = None
    mix: MixSplit | None = None
    basis: Basis = attrs.field(repr=False, eq=False)

    @property
    def n_before(self) -> int:
        """Rows before."""
        return self.before.n

    @property
    def n_after(self) -> int:
        """Rows after."""
        return self.after.n

    @property
    def now(self) -> dt.datetime | None:
        """The later moment of both sides; None where neither states one."""
        return max((side.now for side in (self.before, self.after) if side.now is not None), default=None)

    def judged_by(self, key: str) -> Kpi | None:
        """Find the KPI of this verdict or of a guardrail; None where measurements without their cells were compared."""
        side = self.basis.after
        return next((kpi for kpi in side.plan.kpis if kpi.key == key), None) if isinstance(side, Tally) else None

    @property
    def told_in(self) -> str:
        """Unit in which people read it: as `unit`, but seconds of business time are `working s`."""
        kpi = self.judged_by(self.kpi)
        return self.unit if kpi is None else kpi.told_in

    @property
    def logrank(self) -> LogRank | None:
        """Log-rank test of the times of both sides, open ones included: whether the whole curves differ.

        For KPIs that keep open items, such as a median of lifetimes, and where that is not reached; else None. It is no
        part of the decision, which rests on the interval, and takes out no luck of a picked group.
        """
        return logrank_of(self.basis, self.kpi, self.group)

    def receipt(self) -> bytes:
        """Write the receipt: both sides, the options, the version of the rules; `replay` makes the verdict again."""
        return packed(self.basis, self.definition, self.group, self.told())

    def told(self) -> dict[str, Any]:
        """Give what a receipt must lead to again, as plain data."""
        return {
            "kpi": self.kpi,
            "decision": self.decision,
            "rule": self.rule,
            "change": self.change,
            "low": self.low,
            "high": self.high,
            "p_value": self.p_value,
            "n_needed": self.n_needed,
            "guardrails": [[each.kpi, each.decision] for each in self.guardrails],
            "caveats": [caveat.code for caveat in self.caveats],
        }

    def __str__(self) -> str:
        """Say it in one line.

        >>> from servqual.metrics import tally
        >>> from servqual.pdca.verdicts.judging import compare
        >>> day = ["2026-05-04T10:00+00:00"] * 400
        >>> sides = [
        ...     tally(["reopen_rate"], {"cases": {"received_at": day, "resolved_at": day, "reopened": reopened}})
        ...     for reopened in ([1] * 80 + [0] * 320, [1] * 40 + [0] * 360)
        ... ]
        >>> print(compare(*sides))
        reopen rate: improved, −10 points (−14.9 to −5.1)
        """
        where = "".join(f", {name} {label}" for name, label in self.group.items())
        said = f"{self.title}{where}: {self.decision}"
        if self.change is None:
            return said
        low, high = (difference(x, self.told_in, points="") for x in (self.low, self.high))
        return f"{said}, {difference(self.change, self.told_in)}" + ("" if self.low is None else f" ({low} to {high})")

    def _repr_html_(self) -> str:
        return Verdicts(rows=(self,), by=tuple(self.group))._repr_html_()


def _codes(verdict: Verdict) -> str:
    return " ".join(caveat.code for caveat in verdict.caveats)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Verdicts(Tidy[Verdict]):
    """The verdicts of several KPIs or groups: iterate, `get` one, `of` a decision, `one()`, `to_frame()`."""

    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "kpi": Column("kpi"),
            "group": Column("group"),
            "decision": Column("decision"),
            "before": Column("before.value", OWN),
            "after": Column("after.value", OWN),
            "change": Column("change", OWN_DIFFERENCE),
            "low": Column("low", OWN_DIFFERENCE),
            "high": Column("high", OWN_DIFFERENCE),
            "p_value": Column("p_value", ""),
            "n_before": Column("n_before"),
            "n_after": Column("n_after"),
            "n_needed": Column("n_needed"),
            "rule": Column("rule"),
            "caveats": Column(_codes),
            "unit": Column("unit"),
        }
    )

    def one(self) -> Verdict:
        """Find the only verdict. Raises `InvalidValue` where there are several, or none."""
        if len(self.rows) != 1:
            raise InvalidValue.of("verdicts", "hold a single verdict for one()", len(self.rows), do="use get()")
        return self.rows[0]

    def get(self, kpi: str | None = None, **group: object) -> Verdict:
        """Find the verdict of a group, named by every column; and of a KPI where there are several.

        Raises `InvalidValue` where not exactly one fits.
        """
        found = [
            verdict for verdict in self.rows if (kpi is None or verdict.kpi == kpi) and dict(verdict.group) == group
        ]
        if len(found) != 1:
            shown = ", ".join(f"{name} {label}" for name, label in group.items()) or "no group"
            raise InvalidValue.of(
                "group",
                f"name one verdict by {', '.join(self.by) or 'kpi'}",
                group,
                shown=f"{shown}, which fits {len(found)}",
            )
        return found[0]

    def of(self, decision: Decision) -> tuple[Verdict, ...]:
        """The verdicts of one decision, such as all that are `worse`. Raises `InvalidValue` for any other word."""
        among("decision", decision, ("improved", "worse", "equivalent", "unclear", "invalid"))
        return tuple(verdict for verdict in self.rows if verdict.decision == decision)

    def _caption(self) -> str:
        return f"{counted(len(self.rows), 'verdict')}, after minus before"
