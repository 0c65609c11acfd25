"""What comes first: grades by stated axes, worth for its effort, and what poor service costs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import Money
from servqual.pdca import ImprovementPriority, PoorServiceCost, Worth, cost_of_poor_service, prioritise

shares = st.floats(0, 1)


@given(urgency=shares, importance=shares, urgent_from=shares, important_from=shares)
def test_the_grades_part_the_plane(
    urgency: float, importance: float, urgent_from: float, important_from: float
) -> None:
    """Minor below the cut of importance, else urgent or important by the cut of urgency; a boundary passes."""
    found = prioritise(urgency=urgency, importance=importance, urgent_from=urgent_from, important_from=important_from)
    matters, hurries = importance >= important_from, urgency >= urgent_from
    assert found == ("urgent" if matters and hurries else "important" if matters else "minor")


@pytest.mark.parametrize("field", ["urgency", "importance", "urgent_from", "important_from"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), True, "0.5", None])
def test_an_axis_ends_at_0_and_1(field: str, value: Any) -> None:
    """Whatever the other axis says."""
    for low in (0.1, 0.9):
        facts: dict[str, Any] = {"urgency": low, "importance": low, "urgent_from": 0.5, "important_from": 0.5}
        with pytest.raises(InvalidValue, match=f"{field} must be a number from 0 to 1"):
            prioritise(**(facts | {field: value}))


def test_nothing_is_assumed() -> None:
    """Axes and cuts have no defaults, and each grade has its Chinese word."""
    with pytest.raises(TypeError, match="urgent_from"):
        prioritise(urgency=0.9, importance=0.9)  # type: ignore[call-arg]
    assert [grade.label("zh") for grade in ImprovementPriority] == ["紧急", "重要", "次要"]


def test_worth_is_impact_times_confidence_over_effort() -> None:
    """More effort is worth less; no confidence is worth nothing."""
    assert Worth(impact=120, effort=4, confidence=0.5).score == 15
    assert Worth(impact=120, effort=8, confidence=0.5).score == 7.5
    assert Worth(impact=120, effort=4, confidence=0).score == 0
    for wrong in ({"effort": 0}, {"impact": -1}, {"confidence": 1.1}, {"impact": float("inf")}):
        facts: dict[str, Any] = {"impact": 1, "effort": 1, "confidence": 1}
        with pytest.raises(InvalidValue, match=next(iter(wrong))):
            Worth(**(facts | wrong))


def test_the_cost_of_poor_service_is_exact_and_never_free() -> None:
    """An unknown cost is named, the dearest comes first, and nothing known is None."""
    euro = {"repeat call": Money("0.10", "EUR"), "complaint": Money(80, "EUR")}
    found = cost_of_poor_service({"repeat call": 3, "complaint": 1, "lost customer": 2}, euro)
    assert found.total == Money("80.30", "EUR")
    assert dict(found.by) == {"complaint": Money(80, "EUR"), "repeat call": Money("0.30", "EUR")}
    assert list(found.by) == ["complaint", "repeat call"]
    assert found.unknown == ("lost customer",)
    kept = {"complaint": Money(80, "EUR")}
    cost = PoorServiceCost(total=Money(80, "EUR"), by=kept)
    kept["complaint"] = Money(0, "EUR")
    assert dict(cost.by) == {"complaint": Money(80, "EUR")}
    assert cost_of_poor_service({"lost customer": 2}, {}).total is None
    assert cost_of_poor_service({}, euro).total is None
    with pytest.raises(InvalidValue, match="currency must be EUR on both sides"):
        cost_of_poor_service({"repeat call": 3, "complaint": 1}, euro | {"complaint": Money(80, "USD")})
    for counts, costs, words in (
        ({"complaint": -1}, euro, "counts must be whole numbers from 0"),
        ({"complaint": 1.5}, euro, "counts must be whole numbers"),
        ({"complaint": 1}, {"complaint": 80}, "costs must be Money"),
        ({"complaint": 1}, {"complaint": Money(-1, "EUR")}, "costs must be 0 or more"),
    ):
        with pytest.raises(InvalidValue, match=words):
            cost_of_poor_service(counts, costs)  # type: ignore[arg-type]


def test_a_worth_beyond_all_numbers_is_refused() -> None:
    """Such as an impact of 1e300 for an effort of 1e-300."""
    with pytest.raises(InvalidValue, match="impact must be on a scale"):
        Worth(impact=1e300, effort=1e-300, confidence=1)
