"""A commitment: a promise to one customer with a due moment, and whether we kept it.

If we cannot keep a promise, we explain and apologise before it breaks or when it breaks.

The same names are the events, so a program reads well with `from servqual.model import commitment as event`.
"""

import datetime as dt
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import as_instant, filled, instant
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned, ahead
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import CommitmentId, CustomerId
from servqual.model.labels import Labelled

__all__ = [
    "COMMITMENT_TRANSITIONS",
    "Broken",
    "Commitment",
    "CommitmentEvent",
    "CommitmentStatus",
    "Endangered",
    "Explained",
    "Kept",
    "Made",
    "MadeGood",
    "Released",
]


class CommitmentStatus(Labelled):
    """Status of a promise."""

    MADE = "made", "已承诺"
    AT_RISK = "at_risk", "有风险"
    EXPLAINED = "explained", "已说明并致歉"
    KEPT = "kept", "已履行"
    BROKEN = "broken", "未履行"
    RELEASED = "released", "已解除"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Made(Act):
    """We promised something by a due moment; `by` made the promise."""

    id: CommitmentId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    what: str = attrs.field(validator=filled)
    due: dt.datetime = attrs.field(converter=instant, validator=ahead)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Endangered(Reasoned):
    """We may not keep it, for a reason."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Explained(Reasoned):
    """We told the customer why we cannot keep it, and apologised."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Kept(Act):
    """We did what we promised, in time."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Broken(Act):
    """We did not keep it."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class MadeGood(Act):
    """We did what we promised, but too late: the promise stays broken."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Released(Reasoned):
    """The customer no longer asks for it, for a reason; a later due moment is a new promise."""


CommitmentEvent = Made | Endangered | Explained | Kept | Broken | MadeGood | Released


def _rows() -> tuple[Row[CommitmentStatus], ...]:
    s = CommitmentStatus
    promised = (s.MADE, s.AT_RISK, s.EXPLAINED)
    return (
        # from                    event       guard to
        Row((None,),              Made,       None, s.MADE),
        Row((s.MADE,),            Endangered, None, s.AT_RISK),
        Row(promised,             Explained,  None, s.EXPLAINED),
        Row(promised,             Kept,       None, s.KEPT),
        Row(promised,             Broken,     None, s.BROKEN),
        Row((s.BROKEN,),          Explained,  None, Move.STAY),
        Row((s.BROKEN,),          MadeGood,   None, Move.STAY),
        Row(promised,             Released,   None, s.RELEASED),
    )  # fmt: skip


COMMITMENT_TRANSITIONS: Final = Transitions(name="commitment", rows=_rows())

_PROMISED: Final = frozenset({CommitmentStatus.MADE, CommitmentStatus.AT_RISK, CommitmentStatus.EXPLAINED})


@declared("commitment")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Commitment(Lived[CommitmentStatus, CommitmentEvent]):
    """A promise to one customer as the tuple of its events.

    Moments are UTC. Refused: keeping it after the due moment (at the moment itself it is kept), and an event that the
    status does not allow. A promise may break without a word; `explained_in_time` shows it.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> promise = Commitment(history=[Made(
    ...     at=nine, by="A-1", id=CommitmentId("W-1"), customer=CustomerId("K-1"), what="call back",
    ...     due=nine + dt.timedelta(hours=4))])
    >>> promise.record(Kept(at=nine + dt.timedelta(hours=4), by="A-1")).status
    <CommitmentStatus.KEPT: 'kept'>
    >>> promise.record(Kept(at=nine + dt.timedelta(hours=5), by="A-1"))
    Traceback (most recent call last):
    servqual.errors.InvalidValue: at must not come after due, 2026-05-04 13:00:00+00:00, to keep a promise \
(got 2026-05-04 14:00:00+00:00); record Broken, then MadeGood
    """

    _transitions: ClassVar[Transitions[Any]] = COMMITMENT_TRANSITIONS

    history: tuple[CommitmentEvent, ...] = attrs.field(converter=History[CommitmentEvent])

    def _check(self, events: tuple[CommitmentEvent, ...], /) -> None:
        for event in events:
            if isinstance(event, Kept) and event.at > self.due:
                raise InvalidValue.of(
                    "at",
                    f"not come after due, {self.due}, to keep a promise",
                    event.at,
                    do="record Broken, then MadeGood",
                )

    @property
    def made(self) -> Made:
        """First event: the promise."""
        return self._first(Made)

    @property
    def id(self) -> CommitmentId:
        """Name of the promise."""
        return self.made.id

    @property
    def customer(self) -> CustomerId:
        """Customer to whom it was made."""
        return self.made.customer

    @property
    def due(self) -> dt.datetime:
        """Moment by which it is to be kept."""
        return self.made.due

    @property
    def fulfilled_at(self) -> dt.datetime | None:
        """Moment when it was done, in time or too late; None while it was not done."""
        done: Kept | MadeGood | None = self._latest(Kept, MadeGood)
        return None if done is None else done.at

    @property
    def explained_in_time(self) -> bool | None:
        """Whether a broken promise was explained and apologised for when it broke or before; None if it did not break.

        It broke at its due moment, or when somebody said so before that.
        """
        if self.status is not CommitmentStatus.BROKEN:
            return None
        broke = min(self._latest(Broken).at, self.due)
        return any(isinstance(event, Explained) and event.at <= broke for event in self.history)

    def overdue(self, *, now: dt.datetime) -> bool:
        """Say whether it is past its due moment at `now` and still open."""
        return self.status in _PROMISED and as_instant(now, "now") > self.due
