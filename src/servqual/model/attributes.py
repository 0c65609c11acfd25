"""The firm's own fields and tags: read-only, sorted, and part of the hash of the object that holds them."""

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    "as_typed",
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
                do="leave it out where it is not known" if _is_missing(value) else "write it as a text",
            )


def _whole(value: int, field: str) -> int:
    if not -_LARGEST <= value < _LARGEST:
        shown = f"one of {value.bit_length()} bits"
        raise InvalidValue.of(field, "lie between -2**63 and 2**63 - 1", shown, shown=shown, do="store it as text")
    return value


def _is_missing(value: object) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, float) and math.isnan(value))


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
            pairs: dict[Any, Any] = dict(given)
        except (TypeError, ValueError):
            raise InvalidValue.of(
                "attributes", "map names to values", given, shown=f"{given!r:.80}", do="write {'product': 'router'}"
            ) from None
        for name in pairs:
            if not (isinstance(name, str) and name.strip()):
                raise InvalidValue.of(
                    "attributes", "have names with content", name, shown=repr(name), do="name it, such as 'product'"
                )
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


def as_typed(value: Value) -> str:
    """Write a value as a text that tells its type, too.

    >>> [as_typed(value) for value in ("7", 7, 7.0, True, dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC))]
    ['"7"', '7', '7.0', 'true', '["2026-05-04T09:00:00+00:00"]']
    """
    return json.dumps(value, default=lambda moment: [moment.isoformat()])


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
    if tags == ():
        return ()
    try:
        return tuple(sorted({tag.strip() for tag in as_texts(tags)}))
    except InvalidValue as error:
        raise error.of_field("tags") from None


def refuse_taken(names: Iterable[str], taken: Iterable[str]) -> None:
    """Refuse an attribute that is named like a field or a column: a group or a target could mean either."""
    both = sorted({*names} & {*taken})
    if both:
        raise InvalidValue(
            f"attributes must not be named like a field or column (got {both[0]!r}); set the field, or give the "
            "attribute another name",
            field=f"attributes.{both[0]}",
            expected="not named like a field or column",
            got=both[0],
        )


def no_field(*columns: str) -> Callable[["attrs.AttrsInstance", object, Mapping[str, Value]], None]:
    """Make a validator that refuses attributes named like a field of their object, or like a column of its table."""

    def check(instance: "attrs.AttrsInstance", _: object, attributes: Mapping[str, Value]) -> None:
        if attributes:
            refuse_taken(attributes, (*(field.name for field in attrs.fields(type(instance))), *columns))

    return check
