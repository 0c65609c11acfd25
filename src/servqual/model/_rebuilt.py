"""Pickling for values that hold read-only mappings, which Python itself cannot pickle."""

from types import MappingProxyType
from typing import Any

import attrs

__all__ = ["Rebuilt"]


class Rebuilt:
    """A frozen value that travels as the fields it was built from and is built anew, without its caches."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(kind) if field.init}
        plain = {name: dict(part) if isinstance(part, MappingProxyType) else part for name, part in fields.items()}
        return _rebuilt, (kind, plain)


def _rebuilt(kind: type, fields: dict[str, Any]) -> object:
    return kind(**fields)
