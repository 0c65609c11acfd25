"""One customer's history: contacts, cases, complaints, answers, purchases and promises in the order of time."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from servqual._typed import typed
from servqual.model.history.event import Event
from servqual.model.ids import CustomerId
from servqual.model.labels import Labelled
from servqual.model.money import Purchase
from servqual.model.service.case import Case
from servqual.model.service.commitment import Commitment
from servqual.model.service.complaint import Complaint
from servqual.model.service.interaction import Interaction
from servqual.model.voice.answer import Answer
from servqual.model.voice.feedback import FeedbackItem
from servqual.model.voice.suggestion import Suggestion


class EntryKind(Labelled):
    """Kind of object of an entry."""

    PURCHASE = "purchase", "购买"
    INTERACTION = "interaction", "客户互动"
    CASE = "case", "问题"
    COMPLAINT = "complaint", "投诉"
    COMMITMENT = "commitment", "承诺"
    FEEDBACK = "feedback", "客户反馈"
    SUGGESTION = "suggestion", "建议"
    ANSWER = "answer", "问卷答复"


_RANK: Final = {kind: rank for rank, kind in enumerate(EntryKind)}


Told = Interaction | Case | Complaint | Commitment | FeedbackItem | Suggestion | Purchase | Answer


@attrs.frozen(kw_only=True, field_transformer=typed)
class Entry:
    """One line of a customer's history: moment, kind, object and event.

    `event` is None for an object without a history of its own: a contact, a purchase, an answer.
    """

    at: dt.datetime
    kind: EntryKind
    what: Told = attrs.field(repr=False)
    event: Event | None = None

    @property
    def name(self) -> str:
        """Name of the event, such as `purchase` or `complaint.resolved`."""
        return self.kind.value if self.event is None else f"{self.kind}.{self.event.stored_name}"


def history_of(
    customer: CustomerId,
    *,
    interactions: Iterable[Interaction] = (),
    cases: Iterable[Case] = (),
    complaints: Iterable[Complaint] = (),
    answers: Iterable[Answer] = (),
    purchases: Iterable[Purchase] = (),
    feedback: Iterable[FeedbackItem] = (),
    suggestions: Iterable[Suggestion] = (),
    commitments: Iterable[Commitment] = (),
) -> tuple[Entry, ...]:
    """List all that happened between one customer and us, in the order of time.

    Each argument is any iterable; objects of other customers are left out. An object with a history gives one entry
    per event; a contact is placed at its begin, an answer at its moment. Entries of one instant are sorted by kind (a
    purchase first, an answer last), then by id.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> call = Interaction(id="I-1", customer=CustomerId("K-1"), channel="phone", queued_at=nine)
    >>> [(entry.at.hour, entry.name) for entry in history_of(CustomerId("K-1"), interactions=[call])]
    [(9, 'interaction')]
    """
    kind = EntryKind
    entries = [
        *(Entry(at=one.at, kind=kind.PURCHASE, what=one) for one in purchases if one.customer == customer),
        *(Entry(at=one.queued_at, kind=kind.INTERACTION, what=one) for one in interactions if one.customer == customer),
        *_events(kind.CASE, (one for one in cases if one.customer == customer)),
        *_events(kind.COMPLAINT, (one for one in complaints if one.customer == customer)),
        *_events(kind.COMMITMENT, (one for one in commitments if one.customer == customer)),
        *_events(kind.FEEDBACK, (one for one in feedback if one.customer == customer)),
        *_events(kind.SUGGESTION, (one for one in suggestions if one.customer == customer)),
        *(Entry(at=one.answered_at, kind=kind.ANSWER, what=one) for one in answers if one.customer == customer),
    ]
    return tuple(sorted(entries, key=_order))


def _events(
    kind: EntryKind, objects: Iterable[Case | Complaint | Commitment | FeedbackItem | Suggestion]
) -> Iterator[Entry]:
    for one in objects:
        for event in one.counted:
            yield Entry(at=event.at, kind=kind, what=one, event=event)


def _order(entry: Entry) -> tuple[dt.datetime, int, str]:
    return entry.at, _RANK[entry.kind], str(getattr(entry.what, "id", ""))
