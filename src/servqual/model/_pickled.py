"""Pickling for values with read-only mappings, which Python cannot pickle, or arrays, which it would make writable."""

import operator
from types import MappingProxyType
from typing import Any

import attrs


class Rebuilt:
    """Frozen value that is copied and pickled as its constructor fields and built again, without its caches."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return _rebuilt, (
            kind,
            {field.alias: _plain(getattr(self, field.name)) for field in attrs.fields(kind) if field.init},
        )


def _plain(part: Any) -> Any:
    """Give read-only mappings as plain ones, also inside of mappings and tuples; the constructor makes them again."""
    if isinstance(part, MappingProxyType):
        return {key: _plain(value) for key, value in part.items()}
    if type(part) is tuple:
        parts = tuple(map(_plain, part))
        return part if all(map(operator.is_, part, parts)) else parts
    return part


def _rebuilt(kind: type, fields: dict[str, Any]) -> object:
    return kind(**fields)
