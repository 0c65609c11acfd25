"""What changed since the period before: several KPIs judged at one risk of chance, for reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from servqual.metrics import Measurement
from servqual.pdca.verdicts.asked import Amount, Amounts
from servqual.pdca.verdicts.judging import compare
from servqual.pdca.verdicts.verdict import Verdict

Row = TypeVar("Row")


def judged_together(
    pairs: Sequence[tuple[Measurement, Measurement]], confidence: float, margin: Amounts = None
) -> list[Verdict]:
    """Compare pairs of measurements, before and after; each takes its share of the risk of all.

    So the chance that any KPI is said to have changed although none did is at most 1 - `confidence`.
    """
    each = 1 - (1 - confidence) / max(len(pairs), 1)

    def of(kpi: str) -> Amount | None:
        return margin.get(kpi) if isinstance(margin, Mapping) else margin

    return [compare(before, after, confidence=each, margin=of(after.kpi)) for before, after in pairs]


def surely_changed(rows: Iterable[Row], verdict: Callable[[Row], Verdict | None]) -> list[Row]:
    """Keep the rows that got worse or improved, those that got worse first."""
    found = [(said.decision, row) for row in rows if (said := verdict(row)) and said.decision in {"improved", "worse"}]
    return [row for decision in ("worse", "improved") for its, row in found if its == decision]


def why_invalid(verdict: Verdict) -> str:
    """Say why the sides of a verdict cannot be compared; empty where they can."""
    if verdict.decision != "invalid":
        return ""
    return next((one.text for one in verdict.caveats if one.severity == "blocking"), "cannot be compared")
