"""Names of a room that load on first use (PEP 562); a stub beside the room tells type checkers the same names."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def lazily(room: str, home: Mapping[str, str], modules: Mapping[str, str] = _NONE) -> Callable[[str], Any]:
    """A module's `__getattr__`: each name comes from the module that `home` gives, told from the room or from the root.

    `modules` are found by their own names, each in the room inside that it gives. What was found once stays.

    >>> lazily("servqual", {"InvalidValue": "errors"})("InvalidValue").code
    'value.invalid'
    """

    def load(name: str) -> Any:
        if name in home:
            path = home[name]
            found = getattr(import_module(path if path.startswith("servqual.") else f"{room}.{path}"), name)
        elif name in modules:
            found = import_module(f"{room}.{modules[name]}.{name}")
        else:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        setattr(sys.modules[room], name, found)
        return found

    return load
