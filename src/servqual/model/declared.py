"""Declared names of types: the names in tables and stored forms, independent of class and module."""

from collections.abc import Callable
from typing import TypeVar

Kind = TypeVar("Kind", bound=type)


def declared(name: str) -> Callable[[Kind], Kind]:
    """Declare the name of a type for terms, columns and stored forms; a name is never used twice.

    >>> @declared("call")
    ... class Call: ...
    >>> name_of(Call)
    'call'
    """

    def name_it(kind: Kind) -> Kind:
        kind.declared_name = name  # type: ignore[attr-defined]
        return kind

    return name_it


def name_of(kind: type) -> str:
    """Return the declared name of a type, or of its base; empty without one."""
    return getattr(kind, "declared_name", "")
