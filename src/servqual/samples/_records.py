"""The records of the simulated desk: its cases, their first contacts, the log and the solutions.

Moments and lengths are whole seconds.
"""

from typing import NamedTuple

import attrs

from servqual.samples import _parameters as p


@attrs.define(kw_only=True)
class Contact:
    """The first contact of a case; unanswered until an agent takes it."""

    answered_at: int | None = None
    ended_at: int | None = None
    left_at: int | None = None  # when the caller gave up
    team: str = p.FRONT
    agent: str | None = None
    talked: int = 0
    held: int = 0
    wrapped: int = 0
    transferred: bool = False
    solved: bool = False


@attrs.define(kw_only=True, eq=False)
class Case:
    """A case, its parameters and its progress."""

    number: int
    customer: int
    category: str
    priority: str
    channel: str
    occurred_at: int
    reported_at: int
    work: int  # seconds of an agent still needed
    misrouted: bool
    cause: str
    kind: p.Category
    team: str = p.FRONT
    may_wait: bool = True
    replied: bool = False
    started: bool = False
    solved_at: int | None = None
    worked: int = 0  # seconds of agents so far
    reopened: int = 0
    escalated: bool = False
    ticket: int = 0  # its place in a queue; 0 outside
    contact: Contact = attrs.field(factory=Contact)

    @property
    def is_call(self) -> bool:
        """Whether the customer was on the line, rather than writing."""
        return self.channel in {"phone", "chat"}


class Step(NamedTuple):
    """One row of the log."""

    at: int
    event: str
    case: Case
    team: str
    agent: str | None
    on: str | None


class Solution(NamedTuple):
    """The solution of a case; `used` is the elapsed share of the allowed time, above 1 if late."""

    at: int
    case: Case
    agent: str
    used: float
    reopened: int
