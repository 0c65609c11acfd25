"""Verdicts made by hand, so that tests of the cycle depend on no sample."""

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from servqual.pdca import GuardrailVerdict, Side, Verdict
from servqual.stats.inference import Estimate

_HARMLESS: Final[dict[str, Any]] = {
    "title": "", "unit": "share", "decision": "equivalent", "change": 0.0, "low": 0.0, "high": 0.0,
}  # fmt: skip


def _side(facts: dict[str, Any]) -> Side:
    known = {"value": 0.75, "low": 0.73, "high": 0.77, "n": 2000, "undecided": 0, "period": None, "now": None}
    return Side(**(known | facts))


def _verdict(decision: Any = "improved", **facts: Any) -> Verdict:
    """Make one on the resolution rate, from 60 % to 75 %; sides and guardrails are given by the fields that differ."""
    unknown = {field.name: None for field in attrs.fields(Verdict) if field.init and field.default is attrs.NOTHING}
    known: dict[str, Any] = {
        "kpi": "resolution_rate",
        "title": "resolution rate",
        "definition": "any",
        "unit": "share",
        "better": "higher",
        "group": {},
        "rule": decision,
        "change": 0.15,
        "low": 0.12,
        "high": 0.18,
        "confidence": 0.95,
        "method": "by hand",
        "relative": Estimate(value=0.25, low=0.2, high=0.3, confidence=0.95, method="by hand"),
    }
    before = _side({"value": 0.60, "low": 0.58, "high": 0.62} | facts.pop("before", {}))
    after = _side(facts.pop("after", {}))
    guards = [GuardrailVerdict(**(_HARMLESS | one)) for one in facts.pop("guardrails", ())]
    sides = {"decision": decision, "before": before, "after": after, "guardrails": tuple(guards)}
    return Verdict(**(unknown | known | sides | facts))


@pytest.fixture
def judged() -> Callable[..., Verdict]:
    """Maker of verdicts."""
    return _verdict
