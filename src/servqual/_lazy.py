"""Names of a room that load on first use (PEP 562); a stub beside the room tells type checkers the same names."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(room: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """A module's `__getattr__`: each name comes from the module of the room that `home` gives.

    >>> lazily("servqual", {"InvalidValue": "errors"})("InvalidValue").code
    'value.invalid'
    """

    def load(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(f"{room}.{home[name]}"), name)

    return load
