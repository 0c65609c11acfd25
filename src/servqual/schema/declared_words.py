"""Words of a firm in stored objects, checked by its vocabulary while a document is read."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from servqual.model.vocabulary import Vocabulary
from servqual.schema.several import read_all, read_at

_VOCABULARY: Final[ContextVar[Vocabulary | None]] = ContextVar("vocabulary", default=None)
_ROOMS: Final = tuple(f"servqual.model.{room}." for room in ("service", "history", "sla", "voice"))

Check: TypeAlias = Callable[[Vocabulary, Any, Any], Any]
"""Return the words of a field as they are meant: by the vocabulary, the stored value, and the value that was read."""


@contextmanager
def checking(vocabulary: Vocabulary | None) -> Generator[None]:
    """Read documents with the words of a firm at hand."""
    token = _VOCABULARY.set(vocabulary)
    try:
        yield
    finally:
        _VOCABULARY.reset(token)


def has_words(kind: type, field: str) -> bool:
    """Whether a vocabulary speaks of a field: of teams and members only of roles, permissions, attributes and tags."""
    if kind.__module__.startswith("servqual.model.people."):
        return field == "role" or field in _FORMS
    return kind.__module__.startswith(_ROOMS) and field != "name"


def checked(name: str, stored: Any, value: Any) -> Any:
    """Check the value of a field by the vocabulary, where there is one; a declared word may look like a slip."""
    vocabulary = _VOCABULARY.get()
    return value if vocabulary is None else _checked(vocabulary, name, stored, value)


def _checked(vocabulary: Vocabulary, name: str, stored: Any, value: Any) -> Any:
    if value is None:
        return None
    check = _FORMS.get(name)
    return vocabulary.read(name, value) if check is None else check(vocabulary, stored, value)


def _each(word: str) -> Check:
    """Check the members of a list or a set, each at its place in the document."""

    def check(vocabulary: Vocabulary, stored: Any, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(read_all((place, partial(vocabulary.read, word, each)) for place, each in enumerate(value)))
        if not isinstance(value, frozenset):
            return value
        places = {each: place for place, each in enumerate(stored)}
        return frozenset(
            read_all((places.get(each, str(each)), partial(vocabulary.read, word, each)) for each in sorted(value))
        )

    return check


def _members(of: Callable[[Vocabulary, str, Any, Any], Any]) -> Check:
    """Check the values of a mapping, each by its name."""

    def check(vocabulary: Vocabulary, stored: Any, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        found = read_all((name, partial(of, vocabulary, name, stored[name], value[name])) for name in value)
        return dict(zip(value, found, strict=True))

    return check


def _keys(word: str, of: Check = lambda _vocabulary, _stored, value: value) -> Check:
    """Check the keys of a mapping, and its values."""

    def check(vocabulary: Vocabulary, _: Any, value: Any) -> Any:
        keys = [(str(key), partial(vocabulary.read, word, key)) for key in value]
        members = [(str(key), partial(of, vocabulary, member, member)) for key, member in value.items()]
        found = read_all([*keys, *members])
        return dict(zip(found[: len(keys)], found[len(keys) :], strict=True))

    return check


def _changed(vocabulary: Vocabulary, name: str, stored: Any, value: Any) -> Any:
    """Check what a correction sets, where sets, mappings and built-in words are stored under their tags."""
    if not isinstance(stored, Mapping):
        return _checked(vocabulary, name, stored, value)
    inside = dict(stored["value"]) if isinstance(value, Mapping) else stored["value"]
    return read_at("value", partial(_checked, vocabulary, name, inside, value))


def _own(vocabulary: Vocabulary, name: str, _: Any, value: Any) -> Any:
    return vocabulary.read_attribute(name, value)


def _condition(vocabulary: Vocabulary, name: str, stored: Any, value: Any) -> Any:
    from servqual.model.sla.agreement import check_condition  # noqa: PLC0415  (it loads where agreements are read)

    check_condition(vocabulary, name)
    return _checked(vocabulary, name, stored, value)


def _duty(vocabulary: Vocabulary, _: str, stored: Any, value: Any) -> Any:
    return _each("role")(vocabulary, stored, value)


def _accountable(vocabulary: Vocabulary, _: Any, value: Any) -> Any:
    return vocabulary.read("role", value)


_FORMS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        **dict.fromkeys(("tags", "tag"), _each("tags")),
        **dict.fromkeys(("roles", "responsible", "consulted", "informed"), _each("role")),
        "accountable": _accountable,
        "duties": _members(_duty),
        "permissions": _keys("permission"),
        "grants": _keys("role", _keys("permission")),
        "attributes": _members(_own),
        "changes": _members(_changed),
        "match": _members(_condition),
    }
)
"""How the fields are checked that hold other words than one of their own name."""
