"""The ordered rules of a verdict, against a second writing of them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from servqual.pdca.verdicts.rules import RULES, Facts, guardrail_decision, rule_for

ends = st.none() | st.floats(-1, 1)
decisions = st.lists(st.sampled_from(["worse", "equivalent", "unclear", "invalid"]), max_size=3).map(tuple)


@st.composite
def all_facts(draw: Any) -> Facts:
    """Any facts: an interval in order or none, a margin or none, guardrails and blocks."""
    low, high = draw(ends), draw(ends)
    if low is None or high is None:
        low = high = None
    elif low > high:
        low, high = high, low
    return Facts(
        comparable=draw(st.booleans()),
        low=low,
        high=high,
        directed=draw(st.booleans()),
        margin=draw(st.none() | st.floats(1e-6, 1)),
        guardrails=draw(decisions),
        blocked=draw(st.booleans()),
    )


def slow(facts: Any) -> str:  # noqa: PLR0911  (one line per rule)
    """The decision as the issue writes it, line by line, without a table."""
    if not facts.comparable:
        return "invalid"
    for guardrail in facts.guardrails:
        if guardrail == "worse":
            return "worse"
    known = facts.low is not None and facts.high is not None
    if known and facts.margin is not None and abs(facts.low) <= facts.margin and abs(facts.high) <= facts.margin:
        return "equivalent"
    if known and facts.directed and facts.high < 0:
        return "worse"
    for guardrail in facts.guardrails:
        if guardrail != "equivalent":
            return "unclear"
    if facts.blocked:
        return "unclear"
    if known and facts.directed and facts.low > 0:
        return "improved"
    return "unclear"


@given(all_facts())
def test_the_table_decides_as_the_rules_read_one_by_one(facts: Facts) -> None:
    """The first rule that holds is the one that a reader of the list would take."""
    assert rule_for(facts).decision == slow(facts)


@given(all_facts())
def test_no_margin_means_nothing_is_equivalent(facts: Facts) -> None:
    """And without a better direction nothing is improved or, guardrails aside, worse."""
    assert rule_for(facts._replace(margin=None)).decision != "equivalent"
    undirected = rule_for(facts._replace(directed=False, guardrails=())).decision
    assert undirected not in {"improved", "worse"}


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 1))
def test_a_guardrail_is_judged_on_its_bad_side_alone(one: float, two: float, margin: float) -> None:
    """Worse if the whole interval lies beyond the margin, equivalent if none of it does; gains are no harm."""
    low, high = sorted((one, two))
    decision = guardrail_decision(low, high, margin)
    beyond = [end < -margin for end in (low, high)]
    assert decision == ("worse" if all(beyond) else "unclear" if any(beyond) else "equivalent")


def test_a_boundary_counts_for_the_margin() -> None:
    """An interval that ends at the margin is inside it; one that ends at 0 is neither improved nor worse."""
    assert rule_for(Facts(comparable=True, low=-0.02, high=0.02, margin=0.02)).key == "within_margin"
    assert rule_for(Facts(comparable=True, low=0.0, high=0.2)).key == "interval_holds_zero"
    assert rule_for(Facts(comparable=True, low=-0.2, high=0.0)).key == "interval_holds_zero"


def test_keys_of_rules_are_stable_and_distinct() -> None:
    """Receipts name them; a new or changed rule needs a new version of the table."""
    assert [(rule.key, rule.decision) for rule in RULES] == [
        ("not_comparable", "invalid"),
        ("guardrail_worse", "worse"),
        ("within_margin", "equivalent"),
        ("worse", "worse"),
        ("blocked", "unclear"),
        ("improved", "improved"),
        ("interval_holds_zero", "unclear"),
    ]
