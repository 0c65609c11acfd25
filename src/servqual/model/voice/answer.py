"""Answers of customers, and invitations without an answer."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

import attrs

from servqual._checks import filled, instant
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.attributes import Attributes, as_attributes, as_tags, no_field
from servqual.model.declared import declared
from servqual.model.ids import AgentId, CaseId, CustomerId, InteractionId, SurveyId, TeamId
from servqual.model.voice.question import Question

_COLUMNS: Final = (
    *("answered_at", "case_id", "customer_id", "dimension", "expected", "interaction_id", "invited_at"),
    *("question", "question_kind", "scale_high", "scale_low", "score", "touchpoint"),
)
"""Columns of the table that answers and invitations share, besides the fields of both."""


@declared("invitation")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Invitation:
    """Invitation of a customer to a survey: when, how, about which service, and whether with a reward."""

    survey: SurveyId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    at: dt.datetime = attrs.field(converter=instant)
    channel: str | None = None
    agent: AgentId | None = None
    team: TeamId | None = None
    case: CaseId | None = None
    interaction: InteractionId | None = None
    site: str | None = None
    incentivised: bool = False
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes, validator=no_field(*_COLUMNS))
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)


@declared("answer")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Answer:
    """One answer to one question: a score on its scale, words, or both.

    `customer` is None in an anonymous survey. `incentivised` marks an answer with a reward, so that it can be left out:
    rewards attract other people and better scores. Refused: an empty answer, a score off the scale of its question,
    and an answer before its invitation.

    >>> from servqual.model.voice.question import Scale
    >>> happy = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
    >>> answer = Answer(survey=SurveyId("2026-Q2"), question=happy, customer=CustomerId("K-1"),
    ...                 answered_at=dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), score=4)
    >>> answer.value, answer.satisfied
    (4, True)
    """

    survey: SurveyId = attrs.field(validator=filled)
    question: Question
    customer: CustomerId | None = attrs.field(validator=attrs.validators.optional(filled))
    answered_at: dt.datetime = attrs.field(converter=instant)
    score: int | None = None
    text: str = ""
    invited_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    channel: str | None = None
    agent: AgentId | None = None
    team: TeamId | None = None
    case: CaseId | None = None
    interaction: InteractionId | None = None
    site: str | None = None
    touchpoint: str | None = None
    incentivised: bool = False
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes, validator=no_field(*_COLUMNS))
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)

    def __attrs_post_init__(self) -> None:
        if self.score is not None:
            self.question.value(self.score)
        elif not self.text.strip():
            raise InvalidValue.of(
                "score",
                "be given where there is no text",
                None,
                shown=f"neither for {self.question.key!r}",
                do="leave out the answer of a customer who did not answer",
            )
        if self.invited_at is not None and self.answered_at < self.invited_at:
            raise InvalidValue.of(
                "invited_at",
                f"not come after the answer at {self.answered_at}",
                self.invited_at,
                do="swap the two moments",
            )

    @property
    def dimension(self) -> str | None:
        """Dimension of service that the question is about."""
        return self.question.dimension

    @property
    def value(self) -> int | None:
        """Value of the score, mirrored for a reversed question; None where only words were given."""
        return None if self.score is None else self.question.value(self.score)

    @property
    def satisfied(self) -> bool | None:
        """Whether the customer is satisfied; None where that was not asked or not scored."""
        return None if self.score is None else self.question.satisfies(self.score)


def unanswered(invitations: Iterable[Invitation], answers: Iterable[Answer]) -> tuple[Invitation, ...]:
    """List the invitations without an answer, in the order given.

    An answer belongs to the invitation at its `invited_at`; without that, to the last earlier one of its customer and
    survey. Anonymous answers belong to no invitation.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> asked = [Invitation(survey=SurveyId("Q2"), customer=CustomerId(who), at=nine) for who in ("K-1", "K-2")]
    >>> words = Question(key="why", kind="text", text="Why?")
    >>> came = Answer(survey=SurveyId("Q2"), question=words, customer=CustomerId("K-2"), answered_at=nine,
    ...               text="kind people")
    >>> [invitation.customer for invitation in unanswered(asked, [came])]
    ['K-1']
    """
    asked = tuple(invitations)
    moments: dict[tuple[str, str], list[dt.datetime]] = {}
    for invitation in asked:
        moments.setdefault((invitation.survey, invitation.customer), []).append(invitation.at)
    for of_one in moments.values():
        of_one.sort()
    answered: set[tuple[str, str, dt.datetime]] = set()
    for answer in answers:
        if answer.customer is not None:
            who = (answer.survey, answer.customer)
            if answer.invited_at is not None:
                answered.add((*who, answer.invited_at))
            elif place := bisect_right(moments.get(who, []), answer.answered_at):
                answered.add((*who, moments[who][place - 1]))
    return tuple(i for i in asked if (i.survey, i.customer, i.at) not in answered)
