"""Why a problem exists: a chain of answers that reaches a cause somebody can act on."""

from collections.abc import Iterable
from typing import Any, Final, Self

import attrs

from servqual._checks import a_fact, filled, several
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.labels import Labelled
from servqual.pdca.causes.evidence import Evidence, as_evidence
from servqual.pdca.causes.links import Link, as_links

__all__ = ["Cause", "CauseCode", "Why"]

_ASKED: Final = 2
"""The fewest steps of a chain: the problem, and one answer."""


class CauseCode(Labelled):
    """Where a cause lies."""

    PEOPLE = "people", "人员"
    PROCESS = "process", "流程"
    PRODUCT = "product", "产品"
    SYSTEM = "system", "系统"
    SUPPLIER = "supplier", "供应商"
    CUSTOMER = "customer", "客户"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Why:
    """One step of a chain: the problem, or an answer to "why?", with its evidence.

    `can_act` names who can act on it: there the chain stops, for what lies behind it need not be known.
    """

    text: str = attrs.field(validator=filled)
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=as_evidence)
    can_act: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


def _chain(given: Iterable[Any]) -> tuple[Why, ...]:
    steps = several("chain", given, "the problem and the answers, as texts or Why", alone=str)
    return tuple(step if isinstance(step, Why) else Why(text=step) for step in steps)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cause:
    """Cause of a problem as the chain of questions that led to it: the problem first, the root last.

    `code` says where the root lies, `suspected` that nobody has shown it yet, and `links` what it explains: cases,
    complaints, findings, suggestions. Refused: a chain without an answer, a blank step, a step that says again what an
    earlier one said, for such a chain runs in a circle, and a step after one that somebody can act on.

    >>> cause = Cause.five_whys("charged twice", "the payment ran twice", "the retry had no key", can_act="A-3")
    >>> cause.problem, cause.root, cause.actionable
    ('charged twice', 'the retry had no key', True)
    >>> Cause.five_whys("too slow", "too few people", "Too slow")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: chain must not run in a circle (got 'Too slow' again); \
ask why of what was not said yet
    """

    chain: tuple[Why, ...] = attrs.field(converter=_chain)
    code: CauseCode | None = attrs.field(default=None, converter=attrs.converters.optional(CauseCode))
    suspected: bool = attrs.field(default=False, validator=a_fact)
    links: tuple[Link, ...] = attrs.field(default=(), converter=as_links)

    def __attrs_post_init__(self) -> None:
        if len(self.chain) < _ASKED:
            raise InvalidValue.of(
                "chain", "hold at least one answer", self.chain, shown="none", do="ask why the problem exists"
            )
        said = set[str]()
        for step in self.chain:
            plain = " ".join(step.text.casefold().split())
            if plain in said:
                raise InvalidValue.of(
                    "chain",
                    "not run in a circle",
                    step.text,
                    shown=f"{step.text!r} again",
                    do="ask why of what was not said yet",
                )
            said.add(plain)
        reached = next((step for step in self.chain[:-1] if step.can_act), None)
        if reached is not None:
            raise InvalidValue.of(
                "chain",
                "stop at the first cause that somebody can act on",
                reached.text,
                shown=f"more after {reached.text!r}, on which {reached.can_act} can act",
                do="leave out what comes after it, or its can_act",
            )

    @classmethod
    def five_whys(
        cls,
        problem: str | Why,
        *answers: str | Why,
        can_act: str | None = None,
        code: CauseCode | str | None = None,
        suspected: bool = False,
        links: Iterable[Any] = (),
    ) -> Self:
        """Ask why of the problem, then of each answer; five is the name of the method, and no limit.

        An answer with evidence is a `Why`. `can_act` names who can act on the last answer.
        """
        steps = _chain((problem, *answers))
        if can_act is not None:
            steps = (*steps[:-1], attrs.evolve(steps[-1], can_act=can_act))
        return cls(
            chain=steps, code=None if code is None else CauseCode(code), suspected=suspected, links=as_links(links)
        )

    @property
    def problem(self) -> str:
        """What was asked about first."""
        return self.chain[0].text

    @property
    def root(self) -> str:
        """Last answer, behind which nobody asked."""
        return self.chain[-1].text

    @property
    def actionable(self) -> bool | None:
        """Whether the chain reached a cause that somebody can act on; None where nobody said who."""
        return True if self.chain[-1].can_act else None

    @property
    def unproven(self) -> tuple[str, ...]:
        """Steps of the chain without any evidence."""
        return tuple(step.text for step in self.chain if not step.evidence)
