"""What the customer may see of a case or a complaint: where it stands and what they were told, nothing internal."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

import attrs

from servqual._typed import typed
from servqual.model.history.event import Event
from servqual.model.labels import Labelled

__all__ = ["AGAIN", "ANSWERS", "CustomerView", "CustomerViewStatus", "view_of"]


class CustomerViewStatus(Labelled):
    """Status in the words of the customer."""

    IN_PROGRESS = "in_progress", "处理中"
    WAITING_FOR_YOU = "waiting_for_you", "等待您的回复", "waiting for you"
    SOLVED = "solved", "已解决"
    ENDED = "ended", "已结束"


@attrs.frozen(kw_only=True, field_transformer=typed)
class CustomerView:
    """View for the customer at one moment; owner, team, priority, notes, reasons and internal steps are not in it.

    `progress` has the moments and words of each `ProgressTold`. `answered_at` is the last answer of a person, as the
    clock `first_response` knows it: a public reply, progress, or a solution that they were told, and not the
    acknowledgement of a complaint. `solution` is the one that stands, if they were told.
    """

    id: str
    status: CustomerViewStatus
    since: dt.datetime
    answered_at: dt.datetime | None
    progress: tuple[tuple[dt.datetime, str], ...]
    solution: str | None


_ENDS: Final = ("closed", "cancelled", "duplicate", "withdrawn")
ANSWERS: Final = frozenset({"replied.public", "resolved.told"})
"""Signals of a person's answer that the customer reads."""
AGAIN: Final = frozenset({"reopened", "verified.failed"})
"""Signals after which a solution no longer stands."""


def view_of(name: str, events: Iterable[Event]) -> CustomerView:
    """Fold the events of a case or a complaint into the view of its customer."""
    status, solution, answered_at, since = CustomerViewStatus.IN_PROGRESS, None, None, None
    progress: list[tuple[dt.datetime, str]] = []
    for event in events:
        names = event.signals
        facts: Any = event
        since = since or event.at
        if not ANSWERS.isdisjoint(names):
            answered_at = event.at
        if names[0] == "progress_told":
            progress.append((event.at, facts.progress))
        elif names[0] in _ENDS:
            status = CustomerViewStatus.ENDED
        elif "resolved.told" in names:
            status, solution = CustomerViewStatus.SOLVED, facts.solution
        elif not AGAIN.isdisjoint(names):
            status, solution = CustomerViewStatus.IN_PROGRESS, None
        elif names[0] in {"waiting", "resumed", "resolved"} and status is not CustomerViewStatus.SOLVED:
            waits = "waiting.customer" in names
            status = CustomerViewStatus.WAITING_FOR_YOU if waits else CustomerViewStatus.IN_PROGRESS
    assert since is not None
    return CustomerView(
        id=name, status=status, since=since, answered_at=answered_at, progress=tuple(progress), solution=solution
    )
