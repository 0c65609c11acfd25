"""Words of a firm in stored objects, checked by its vocabulary while a document is read."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from servqual.model.vocabulary import Vocabulary

_VOCABULARY: Final[ContextVar[Vocabulary | None]] = ContextVar("vocabulary", default=None)
_ROOMS: Final = ("servqual.model.service.", "servqual.model.history.", "servqual.model.sla.")


@contextmanager
def checking(vocabulary: Vocabulary | None) -> Generator[None]:
    """Read documents with the words of a firm at hand."""
    token = _VOCABULARY.set(vocabulary)
    try:
        yield
    finally:
        _VOCABULARY.reset(token)


def has_words(kind: type) -> bool:
    """Whether a vocabulary speaks of the fields of a class."""
    return kind.__module__.startswith(_ROOMS)


def checked(name: str, value: Any) -> Any:
    """Check the value of a field by the vocabulary, where there is one; a declared word may look like a slip."""
    vocabulary = _VOCABULARY.get()
    return value if vocabulary is None else vocabulary.read_all({name: value})[name]
