"""Contacts and what comes of them: the case that one opens, the rating of one, and all contacts of a case."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Unpack

import attrs

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.model.ids import CaseId, SurveyId
from servqual.model.service.case import Case, CaseOpening
from servqual.model.service.complaint import Complaint
from servqual.model.service.interaction import Interaction
from servqual.model.vocabulary import Vocabulary
from servqual.model.voice.answer import Answer
from servqual.model.voice.question import Question

__all__ = ["contacts_of", "open_from", "rating_of"]


def contacts_of(about: Case | Complaint, interactions: Iterable[Interaction]) -> tuple[Interaction, ...]:
    """List the contacts that name this case or this complaint, in the order of time.

    Refused: a contact of another customer than that of the case; where one of them is unknown, nothing is refused.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> call = Interaction(id="I-1", channel="phone", queued_at=nine, case="C-1")
    >>> [contact.id for contact in contacts_of(Case.open(id="C-1", at=nine, channel="phone"), [call])]
    ['I-1']
    """
    kind = "case" if isinstance(about, Case) else "complaint"
    found = [contact for contact in interactions if getattr(contact, kind) == about.id]
    for contact in found:
        if None not in (contact.customer, about.customer) and contact.customer != about.customer:
            raise InvalidValue.of(
                "interactions",
                f"be of the customer of {about.id}, {about.customer!r}",
                contact.customer,
                shown=f"{contact.customer!r} in {contact.id}",
                do=f"correct {kind} or customer of the contact",
            )
    return tuple(sorted(found, key=lambda contact: (contact.queued_at, contact.id)))


def open_from(
    contact: Interaction,
    *,
    id: str,  # noqa: A002
    at: dt.datetime | None = None,
    vocabulary: Vocabulary | None = None,
    **facts: Unpack[CaseOpening],
) -> tuple[Case, Interaction]:
    """Open a case out of a contact, and return it with the contact that names it.

    Customer, channel, tier, language, team and site are those of the contact, its agent is the owner; `facts`, such as
    kind and priority, go before, and a `vocabulary` checks all of them. The case begins when the contact did, unless
    `at` says otherwise. Refused: a contact that names a case already.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> call = Interaction(id="I-1", channel="phone", queued_at=nine, customer="K-1", agent="A-1")
    >>> case, call = open_from(call, id="C-1", kind="request", priority="high")
    >>> case.customer, case.owner, case.kind.value, call.case
    ('K-1', 'A-1', 'request', 'C-1')
    """
    must_be(Interaction, "contact", "an interaction", contact)
    if contact.case is not None:
        raise InvalidValue.of("contact", "name no case yet", contact.case, do="add events to that case")
    told = {name: getattr(contact, name) for name in ("customer", "tier", "language", "team", "site")}
    given: Any = {"owner": contact.agent, **told, **facts}
    begun = contact.queued_at if at is None else at
    case = Case.open(id=id, at=begun, channel=contact.channel, vocabulary=vocabulary, **given)
    return case, attrs.evolve(contact, case=CaseId(id))


def rating_of(
    contact: Interaction,
    question: Question,
    *,
    survey: str,
    answered_at: dt.datetime,
    score: int | None = None,
    text: str = "",
) -> Answer:
    """Write the rating of a contact as an answer; who, where and about what are those of the contact.

    Refused: a rating before the contact began.

    >>> import datetime as dt
    >>> from servqual.model import Scale
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> happy = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
    >>> call = Interaction(id="I-1", channel="phone", queued_at=nine, customer="K-1", agent="A-1", case="C-1")
    >>> rating = rating_of(call, happy, survey="rating", answered_at=nine, score=5)
    >>> rating.customer, rating.agent, rating.case, rating.interaction
    ('K-1', 'A-1', 'C-1', 'I-1')
    """
    must_be(Interaction, "contact", "an interaction", contact)
    names = ("customer", "channel", "agent", "team", "case", "site", "touchpoint")
    told: Any = {name: getattr(contact, name) for name in names}
    rating = Answer(
        survey=SurveyId(survey),
        question=question,
        answered_at=answered_at,
        score=score,
        text=text,
        interaction=contact.id,
        **told,
    )
    if rating.answered_at < contact.queued_at:
        raise InvalidValue.of("answered_at", f"not come before the contact at {contact.queued_at}", rating.answered_at)
    return rating
