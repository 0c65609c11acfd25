"""Which fields tell of a person, and how they are hidden in the stored form.

People are named by ids of customers and agents and by fields such as `by` and `owner`. Any other text is taken for
prose, in which anybody may be named, unless it is an id of something else, may be a member of an enumeration, or is
listed here as a word: so a new field is hidden until somebody says that it names nobody. A keyed pseudonym
(HMAC-SHA-256, RFC 2104) is the same for the same id, so that hidden documents can still be counted and joined, and
cannot be undone or guessed without the key. What the firm's own fields hold, nobody here knows, so all of it, numbers
and moments too, becomes pseudonyms.
"""

import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal, NewType, TypeAlias, get_args

import attrs

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.model.attributes import Attributes
from servqual.model.ids import AgentId, CustomerId
from servqual.schema.forms import is_enum, is_list, is_literal, is_mapping, is_open, is_union

How: TypeAlias = Literal["person", "prose", "own", "named", "labelled"]

_PERSONS: Final[frozenset[Any]] = frozenset({AgentId, CustomerId})
_PEOPLE: Final = frozenset({
    "agent", "agents", "answered_by", "auditors", "by", "customer", "customer_id", "event_id", "given_by",
    "happened_id", "invited", "member", "members", "overruled_by", "owner", "participants", "parties", "present",
    "rater", "resolved_by", "said_by", "to",
})  # fmt: skip
"""Fields that name people; ids of events, which a firm may build from names, go with them."""
_WORDS: Final = frozenset({
    "after", "better", "body", "cancel", "case", "cases", "category", "cause", "channel", "channels", "chart",
    "checklist", "clear", "code", "column", "currency", "definition", "department", "departments", "dimension",
    "duty", "event", "feedback", "id", "indicator", "indicators", "industry", "items", "key", "kind", "kpi",
    "language", "languages", "met", "name", "norm", "over", "parent", "parents", "parts", "pause_on", "peer",
    "priority", "promise", "reopen_on", "role", "rule", "scheme", "services", "severity", "site", "size", "source",
    "sources", "stage", "standard", "start", "status", "step", "stop", "table", "tag", "tags", "team", "ticked",
    "tier", "touchpoint", "unit", "unknown", "untag", "unticked", "version", "weekday", "within", "zone",
})  # fmt: skip
"""Fields of texts that are ids, codes and declared words."""
_DEFINED: Final = frozenset({
    "Band", "BusinessHours", "Capability", "CasesBetween", "Chart", "Choice", "ConductNorm", "Counted", "Course",
    "EValue", "Equivalence", "Estimate", "Ewma", "ExampleTarget", "GuardrailVerdict", "Holidays", "InterruptedSeries",
    "Jackknife", "Laney", "Layout", "LedgerPart", "Log", "LogRank", "MeanDifference", "Moment", "MovingRange",
    "Outlook", "PairedDifference", "Question", "RankDifference", "Scale", "ServiceReport", "Shewhart", "Signal",
    "Significance", "Spread", "Step", "TimeBetween", "Wide", "XbarR", "XbarS", "XmR",
})  # fmt: skip
"""Classes whose texts the firm or this library wrote down as rules, about nobody."""
_NOBODY: Final = frozenset(
    {("Due", "plan"), ("Effect", "plan"), ("Effect", "decision"), ("Rating", "on"), ("SchemeSet", "bands")}
    | {("Corrected", "finding")}
)
_NAMES: Final = frozenset(
    {("Member", "name"), ("Customer", "name"), ("CauseNode", "name"), ("CauseNode", "within"), ("Why", "text")}
)
"""Names of people, and texts of causes, which must differ, so that they become pseudonyms, too."""
_BY_NAME: Final[Mapping[str, How]] = MappingProxyType(
    {"changes": "named", "group": "labelled", "match": "labelled", "words": "labelled"}
)
"""Mappings whose keys are names: of fields of an event, or of columns, which may be the firm's own."""
_LEAST: Final = 16
REDACTED: Final = "[redacted]"


def is_person(annotation: Any) -> bool:
    """Whether a type is the id of a person, or may hold one outside of its records."""
    return annotation in _PERSONS if isinstance(annotation, NewType) else any(map(is_person, get_args(annotation)))


@cache
def how_personal(kind: type, field: str, annotation: Any) -> How | None:
    """Say how a field tells of a person, beside the ids of people, which their type tells; None where it does not."""
    if annotation is Attributes:
        return "own"
    if is_person(annotation):
        return None
    found = _texts_of(annotation)
    if field in _BY_NAME and is_mapping(annotation):
        return _BY_NAME[field]
    if (kind.__name__, field) in _NAMES or (field in _PEOPLE and found and not (field == "by" and is_list(annotation))):
        return "person"
    if "any" in found or field == "label":  # a label of a group, whose column may be any
        return "own"
    known = field in _WORDS or field == "by" or kind.__name__ in _DEFINED or (kind.__name__, field) in _NOBODY
    return "prose" if "text" in found and not known else None


def _texts_of(annotation: Any) -> frozenset[str]:  # noqa: PLR0911  (a form each)
    """Say what texts a type holds outside of its records: free ones, own words beside an enumeration, any value."""
    if isinstance(annotation, NewType):
        return frozenset()  # an id says itself whether it is that of a person
    if is_open(annotation):
        return frozenset({"any"})
    if annotation is str:
        return frozenset({"text"})
    parts = get_args(annotation)
    if is_mapping(annotation):
        return _texts_of(parts[1])
    if is_union(annotation) and str in parts and any(is_enum(part) or is_literal(part) for part in parts):
        return frozenset({"word"})
    if is_union(annotation) or is_list(annotation):
        return frozenset[str]().union(*(_texts_of(part) for part in parts if part is not Ellipsis))
    return frozenset()


@attrs.frozen
class Hiding:
    """What to hide: people by pseudonyms under a key, and prose where `redact` says so."""

    key: bytes | None
    redact: bool

    def hide(self, how: How, value: Any) -> Any:
        """Hide what a field holds, before it is written."""
        if how in {"named", "labelled"}:
            others: How = "prose" if how == "named" else "own"
            return {name: self._named(name, part, others) for name, part in value.items()}
        if how == "prose" or (how == "own" and self.key is None):
            return _changed(value, _redacted) if self.redact else value
        if self.key is None:
            return value
        return _changed(value, self.pseudonym if how == "person" else self._whole)

    def _named(self, name: str, value: Any, others: How) -> Any:
        if name in _WORDS:
            return value
        return self.hide("own" if name == "attributes" else "person" if name in _PEOPLE else others, value)

    def pseudonym(self, value: Any) -> Any:
        """Replace a text by its pseudonym."""
        if self.key is None or not isinstance(value, str):
            return value
        return "p-" + hmac.new(self.key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]

    def _whole(self, value: Any) -> Any:
        return value if value is None or attrs.has(type(value)) else self.pseudonym(str(value))


def _redacted(value: Any) -> Any:
    return REDACTED if isinstance(value, str) and value.strip() else value


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change every scalar in a value; members of enumerations stay, and objects, which hide their own fields."""
    if isinstance(value, Mapping):
        return {name: _changed(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        kind = frozenset if isinstance(value, set | frozenset) else tuple
        return kind(_changed(part, change) for part in value)
    return value if isinstance(value, Enum) else change(value)


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
