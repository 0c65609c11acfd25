"""Gaps of a cycle: what its plan asked for and a verdict or a re-check cannot say, each with a stable code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual.metrics.results.caveats import Caveat

GAPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "check.guardrail_missing": "the verdict lacks a guardrail of the plan",
        "check.guardrail_other": "a guardrail of the verdict is on another definition of its KPI than planned",
        "check.guardrail_wider": "a guardrail of the verdict has a wider margin than planned",
        "check.margin_missing": "the verdict has no margin, or a smaller one than planned",
        "check.margin_wider": "the verdict has a wider margin than planned",
        "check.measured_too_early": "the side after begins, or without a period ends, before any action was done",
        "check.other_baseline": "the side before is not the baseline of the plan, or ends after an action was done",
        "check.selection_missing": "the group of the plan was picked by its value, and the verdict does not start from "
        "the drawn one",
        "act.no_margin": "re-checks are planned without a margin, so that nothing is as before",
    }
)
"""The codes, and when each is given."""


def gap(code: str, text: str) -> Caveat:
    """Make the gap of a code."""
    assert code in GAPS, code
    return Caveat(code, text)
