"""Verdicts made by hand, so that tests of the cycle depend on no sample."""

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from servqual.metrics import KPIS
from servqual.pdca import GuardrailVerdict, Side, Verdict
from servqual.pdca.cycle import questions
from servqual.pdca.verdicts.receipt_form import Basis
from servqual.pdca.verdicts.reproducing import must_reproduce
from servqual.stats.inference import Estimate

_UNKNOWN: Any = None
_BASIS = Basis(_UNKNOWN, _UNKNOWN, {}, ({}, {}))
_HARMLESS: Final[dict[str, Any]] = {
    "unit": "share", "decision": "equivalent", "change": 0.0, "low": 0.0, "high": 0.0,
}  # fmt: skip


def _side(facts: dict[str, Any]) -> Side:
    known = {"value": 0.75, "low": 0.73, "high": 0.77, "n": 2000, "undecided": 0, "period": None, "now": None}
    return Side(**(known | facts))


def _verdict(decision: Any = "improved", **facts: Any) -> Verdict:
    """Make one, by default on the resolution rate, 60 to 75 %; sides and guardrails by the fields that differ."""
    unknown = {field.name: None for field in attrs.fields(Verdict) if field.init and field.default is attrs.NOTHING}
    kpi = KPIS[facts.get("kpi", "resolution_rate")]
    known: dict[str, Any] = {
        **{name: getattr(kpi, name) for name in ("title", "definition", "unit", "better")},
        "kpi": kpi.key,
        "basis": _BASIS,
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
    rails = facts.pop("guardrails", ())
    guards = [GuardrailVerdict(**(_HARMLESS | {"title": KPIS[one["kpi"]].title} | one)) for one in rails]
    sides = {"decision": decision, "before": before, "after": after, "guardrails": tuple(guards)}
    return Verdict(**(unknown | known | sides | facts))


@pytest.fixture(scope="session")
def judged() -> Callable[..., Verdict]:
    """Maker of verdicts."""
    return _verdict


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let verdicts made by hand pass, which have no sides to be made again from; all others are."""

    def check(verdict: Verdict) -> None:
        if verdict.basis.before is not None:
            must_reproduce(verdict)

    monkeypatch.setattr(questions, "must_reproduce", check)
