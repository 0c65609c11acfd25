"""Which fields tell of a person, and how they are hidden in the stored form.

People are named by ids of customers and agents and by fields such as `by` and `owner`; prose is what somebody wrote
about a case, in which anybody may be named. A keyed pseudonym (HMAC-SHA-256, RFC 2104) is the same for the same id, so
that hidden documents can still be counted and joined, and cannot be undone or guessed without the key. Fields of the
firm's own may name people, too, so their texts become pseudonyms as well.
"""

import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal, TypeAlias

import attrs

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.model.ids import AgentId, CustomerId

How: TypeAlias = Literal["person", "prose", "named"]

_PERSONS: Final[frozenset[Any]] = frozenset({AgentId, CustomerId})
_PEOPLE: Final = frozenset(
    [
        "agent",
        "agents",
        "answered_by",
        "auditors",
        "by",
        "customer",
        "customer_id",
        "given_by",
        "invited",
        "member",
        "members",
        "overruled_by",
        "owner",
        "participants",
        "parties",
        "present",
        "rater",
        "resolved_by",
        "said_by",
        "to",
    ]
)
_PROSE: Final = frozenset(
    [
        "about",
        "answer",
        "demand",
        "description",
        "final_answer",
        "how",
        "impact",
        "judgement",
        "note",
        "progress",
        "reason",
        "result",
        "said_by_member",
        "solution",
        "subject",
        "text",
    ]
)
_ROOMS: Final = (
    "servqual.model.service.",
    "servqual.model.voice.",
    "servqual.model.people.",
    "servqual.model.history.",
)
_NO_PROSE: Final = frozenset({"Question", "ConductNorm"})
_NAMES: Final = frozenset({("Member", "name"), ("Customer", "name")})
_BY_NAME: Final = frozenset({"changes", "group"})
"""Mappings whose keys are names of fields or columns."""
_LEAST: Final = 16
REDACTED: Final = "[redacted]"


def is_person(annotation: Any) -> bool:
    """Whether a type is the id of a person."""
    return annotation in _PERSONS


def how_personal(kind: type, field: str, annotation: Any) -> How | None:
    """Say how a field tells of a person: it names one, it is prose, or its keys decide; None where it does not."""
    if (kind.__name__, field) in _NAMES:
        return "person"
    if annotation is Any or "Id" in str(annotation):  # an id says itself whether it is that of a person
        return None
    if field in _BY_NAME and "Mapping" in str(annotation):
        return "named"
    if field == "attributes" or (field in _PEOPLE and "str" in str(annotation)):
        return "person"
    prose = field in _PROSE and kind.__module__.startswith(_ROOMS) and kind.__name__ not in _NO_PROSE
    return "prose" if prose and "str" in str(annotation) else None


@attrs.frozen
class Hiding:
    """What to hide: people by pseudonyms under a key, and prose where `redact` says so."""

    key: bytes | None
    redact: bool

    def person(self, value: Any) -> Any:
        """Replace the names of people in a stored value by pseudonyms."""
        return value if self.key is None else _texts(value, self._pseudonym)

    def prose(self, value: Any) -> Any:
        """Replace texts with content by a mark."""
        return _texts(value, lambda text: REDACTED if text.strip() else text) if self.redact else value

    def named(self, value: Any) -> Any:
        """Hide values of a mapping whose keys are names of fields."""
        if not isinstance(value, Mapping):
            return value
        return {name: self.hide(_how_named(name), part) for name, part in value.items()}

    def hide(self, how: How | None, value: Any) -> Any:
        """Hide a stored value."""
        return value if how is None else {"person": self.person, "prose": self.prose, "named": self.named}[how](value)

    def _pseudonym(self, text: str) -> str:
        assert self.key is not None
        return "p-" + hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _how_named(name: str) -> How | None:
    return "person" if name in _PEOPLE else "prose" if name in _PROSE else None


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in a stored value; tagged values, such as moments, stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_texts(part, change) for part in value]
    if isinstance(value, dict) and "type" not in value:
        return {name: _texts(part, change) for name, part in value.items()}
    return value


_HIDING: Final[ContextVar[Hiding | None]] = ContextVar("hiding", default=None)


def hiding() -> Hiding | None:
    """What is hidden in the document that is written now."""
    return _HIDING.get()


@contextmanager
def hidden(pseudonymise: bytes | None, redact: bool | None) -> Generator[None]:
    """Write documents without the people in them; the key has at least 16 bytes."""
    must_be((bytes, type(None)), "pseudonymise", "a key of bytes", pseudonymise)
    must_be((bool, type(None)), "redact", "True or False", redact)
    if pseudonymise is not None and len(pseudonymise) < _LEAST:
        raise InvalidValue(
            f"pseudonymise must be a key of at least {_LEAST} bytes (got {len(pseudonymise)}); "
            "use secrets.token_bytes(32)",
            field="pseudonymise",
        )
    asked = pseudonymise is not None if redact is None else redact
    token = _HIDING.set(Hiding(pseudonymise, asked) if asked or pseudonymise is not None else None)
    try:
        yield
    finally:
        _HIDING.reset(token)
