"""How many problems of a document were found: whoever sent a million wrong values needs no list of them."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MOST: Final = 100
"""The most problems of a document that are told."""
_FEW: Final = 5
_FOUND: Final[ContextVar[list[int] | None]] = ContextVar("found", default=None)


@contextmanager
def counting() -> Generator[None]:
    """Count the problems of a document while it is read."""
    token = _FOUND.set([0])
    try:
        yield
    finally:
        _FOUND.reset(token)


def is_enough(more: int) -> bool:
    """Count more problems, and say whether so many were found that reading on is of no use."""
    found = _FOUND.get()
    if found is None:
        return False
    found[0] += more
    return found[0] > MOST


def are_few() -> bool:
    """Whether so few problems were found that looking for near names, which takes long, is worth it."""
    found = _FOUND.get()
    return found is None or found[0] < _FEW
