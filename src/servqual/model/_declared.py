"""Declared names of types: what tables and stored forms call a type, whatever its class or module is called."""

from collections.abc import Callable
from typing import TypeVar

Kind = TypeVar("Kind", bound=type)


def declared(name: str) -> Callable[[Kind], Kind]:
    """Give a type the name by which terms, columns and stored forms know it; a name is never used twice.

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
    """The declared name of a type, or of the one that it is made from; empty where neither has any."""
    return getattr(kind, "declared_name", "")
