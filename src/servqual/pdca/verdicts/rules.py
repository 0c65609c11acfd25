"""The rules of a verdict, in the order in which they are asked; the first that holds decides."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

__all__ = ["RULES", "RULES_VERSION", "Decision", "Facts", "Rule"]

Decision: TypeAlias = Literal["improved", "worse", "equivalent", "unclear", "invalid"]
GuardrailDecision: TypeAlias = Literal["worse", "equivalent", "unclear", "invalid"]
RULES_VERSION: Final = 3
"""Raised with every change of the table or of what it reads; a receipt holds the version that it was judged by.

2: undecided items that may turn a change make it unclear also where it is for the worse; scatter between the periods of
both sides, by which the interval is widened, and `scatter.unknown`.

3: a blocking caveat never withholds *worse*. Sides of other ages, and undecided items that may undo what the interval
says, make the verdict invalid, for harm and gain alike. Scatter between periods widens the interval that is printed.
"""


class Facts(NamedTuple):
    """What the rules read.

    `low` and `high` are the ends of the printed interval of the change, turned so that above 0 is better; None where
    there is none. `directed` says that one direction is better. `margin` is in the unit of the KPI. `blocked` says that
    a blocking caveat holds.
    """

    comparable: bool
    low: float | None
    high: float | None
    directed: bool = True
    margin: float | None = None
    guardrails: tuple[GuardrailDecision, ...] = ()
    blocked: bool = False


@attrs.frozen
class Rule:
    """A stable key, the decision, when it holds in words, and the test itself."""

    key: str
    decision: Decision
    when: str
    holds: Callable[[Facts], bool]


def _within(facts: Facts) -> bool:
    return (
        facts.margin is not None
        and facts.low is not None
        and facts.high is not None
        and -facts.margin <= facts.low
        and facts.high <= facts.margin
    )


RULES: Final[tuple[Rule, ...]] = (
    Rule("not_comparable", "invalid", "the sides cannot be compared", lambda facts: not facts.comparable),
    Rule("guardrail_worse", "worse", "a guardrail is worse", lambda facts: "worse" in facts.guardrails),
    Rule("within_margin", "equivalent", "the whole interval lies within ± the margin", _within),
    Rule(
        "worse",
        "worse",
        "the whole interval lies below 0, in the better direction",
        lambda facts: facts.directed and facts.high is not None and facts.high < 0,
    ),
    Rule(
        "blocked",
        "unclear",
        "a guardrail is unclear or invalid, or a blocking caveat holds",
        lambda facts: facts.blocked or "unclear" in facts.guardrails or "invalid" in facts.guardrails,
    ),
    Rule(
        "improved",
        "improved",
        "the whole interval lies above 0, in the better direction",
        lambda facts: facts.directed and facts.low is not None and facts.low > 0,
    ),
    Rule("interval_holds_zero", "unclear", "nothing of all that", lambda _: True),
)
"""The ordered table."""


def rule_for(facts: Facts) -> Rule:
    """Find the first rule that holds.

    >>> rule_for(Facts(comparable=True, low=0.01, high=0.2)).decision
    'improved'
    >>> rule_for(Facts(comparable=True, low=0.01, high=0.2, guardrails=("unclear",))).key
    'blocked'
    """
    for rule in RULES:
        if rule.holds(facts):
            return rule
    raise AssertionError(facts)  # pragma: no cover


def guardrail_decision(low: float | None, high: float | None, margin: float) -> GuardrailDecision:
    """Judge a guardrail by its interval, turned so that above 0 is better; without an interval it is invalid.

    >>> [guardrail_decision(*ends, 0.03) for ends in ((-0.02, 0.1), (-0.05, 0.1), (-0.2, -0.05), (None, None))]
    ['equivalent', 'unclear', 'worse', 'invalid']
    """
    if low is None or high is None:
        return "invalid"
    if high < -margin:
        return "worse"
    return "equivalent" if low >= -margin else "unclear"
