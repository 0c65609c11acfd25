"""The firm's own fields and tags: read-only, sorted, and part of the hash of the object that holds them."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral, Real
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import as_instant, as_texts
from servqual.errors import InvalidValue

__all__ = [
    "Attributes",
    "Value",
    "as_attributes",
    "as_label",
    "as_tags",
    "as_value",
    "no_field",
    "refuse_taken",
    "with_types",
]

Value: TypeAlias = str | int | float | bool | dt.datetime
"""A value of an attribute: text, number, flag, or moment."""
_LARGEST: Final = 1 << 63


def as_value(value: object, field: str) -> Value:
    """Read a text with content, a finite number, a flag, or a moment with a zone; refuse any other value."""
    match value:
        case str() if value.strip():
            return str(value)
        case bool():
            return value
        case dt.datetime():
            return as_instant(value, field)
        case Integral():
            return _whole(int(value), field)
        case Real() if _is_finite(value):
            return float(value) + 0.0  # one zero: -0.0 is equal to 0.0 and shown differently
        case _:
            raise InvalidValue.of(
                field,
                "be a text with content, a finite number, a flag, or a moment with a zone",
                value,
                shown=f"{value!r:.80}",
                do="leave it out where it is not known",
            )


def _whole(value: int, field: str) -> int:
    if not -_LARGEST <= value < _LARGEST:
        shown = f"one of {value.bit_length()} bits"
        raise InvalidValue.of(field, "lie between -2**63 and 2**63 - 1", shown, shown=shown, do="store it as text")
    return value


def _is_finite(value: Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a fraction that no float can hold
        return False


class Attributes(Mapping[str, Value]):
    """The firm's own fields, sorted by name: a mapping that cannot change and has a hash.

    A value is a text, a number, a flag, or a moment (UTC). Two are equal where names, values and types are: the flag
    True is not the number 1. Refused: a name or a text without content, None, NaN, a whole number of more than 64 bits,
    and a moment without a zone.

    >>> own = Attributes({"tenant": "T1", "product": "router"})
    >>> own, own["product"], own == {"product": "router", "tenant": "T1"}
    (Attributes({'product': 'router', 'tenant': 'T1'}), 'router', True)
    >>> Attributes({"vip": True}) == {"vip": 1}
    False
    """

    __slots__ = ("_values",)
    _values: dict[str, Value]

    def __init__(self, given: Mapping[str, Value] | Iterable[tuple[str, Value]] = ()) -> None:
        try:
            pairs = dict(given)
        except (TypeError, ValueError):
            raise InvalidValue.of("attributes", "map names to values", given, shown=f"{given!r:.80}") from None
        as_texts(pairs)
        object.__setattr__(
            self, "_values", {name: as_value(pairs[name], f"attributes.{name}") for name in sorted(pairs)}
        )

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __setattr__(self, name: str, value: object) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and with_types(self._values) == with_types(other)

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return f"Attributes({self._values!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Attributes, (self._values,)


def as_label(value: Value) -> str:
    """Write a value as the label that a column has for it.

    >>> [as_label(value) for value in ("router", 7, True, dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC))]
    ['router', '7', 'true', '2026-05-04 09:00:00+00:00']
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_types(pairs: Mapping[Any, Any]) -> dict[Any, tuple[type, Any]]:
    """Pair each value with its type, so that the flag True is not equal to the number 1."""
    return {name: (type(value), value) for name, value in pairs.items()}


def as_attributes(given: Mapping[str, Value]) -> Attributes:
    """Read attributes; those that are read already stay, because models of many rows have none."""
    return given if type(given) is Attributes else Attributes(given)


def as_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Read tags as a sorted tuple, each once and trimmed; refuse one text alone, and blank ones.

    >>> as_tags({"vip", "b2b"})
    ('b2b', 'vip')
    """
    return tuple(sorted({tag.strip() for tag in as_texts(tags)})) if tags != () else ()


def refuse_taken(names: Iterable[str], taken: Iterable[str]) -> None:
    """Refuse an attribute that is named like a field: a group or a target could mean either."""
    both = sorted({*names} & {*taken})
    if both:
        raise InvalidValue.of(
            "attributes", "not be named like a field", both[0], do="set the field, or give the attribute another name"
        )


def no_field(instance: "attrs.AttrsInstance", _attribute: object, attributes: Mapping[str, Value]) -> None:
    """Refuse attributes that are named like a field of their object; an attrs validator."""
    if attributes:
        refuse_taken(attributes, (field.name for field in attrs.fields(type(instance))))
