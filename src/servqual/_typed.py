"""Types of fields, checked by their annotations: one rule for all constructors.

`attrs.frozen(field_transformer=typed)` adds it to a class. It checks all fields at once, after the converters and
before the first validator, because a call per field would cost more than the checks. A field with one plain type and a
converter or a validator is left to these.
"""

import datetime as dt
import math
import types
from collections.abc import Callable, Collection, Mapping
from enum import EnumType
from numbers import Integral, Real
from operator import attrgetter
from typing import Any, ForwardRef, Literal, NewType, TypeVar, Union, get_args, get_origin

import attrs

from servqual.errors import InvalidValue, ServqualError

__all__ = ["Kind", "is_array", "kind_of", "typed"]

_UNREAD = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
_LISTED = 4


@attrs.frozen
class Kind:
    """What a field may hold: types that always fit, a test for every other value, and words for an error.

    `deep` says that the test looks at the members of a container.
    """

    fast: frozenset[type]
    fits: Callable[[Any], bool]
    words: str
    deep: bool = False

    def allows(self, value: object) -> bool:
        """Say whether a value is of this kind."""
        return type(value) in self.fast or self.fits(value)


def _hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _plain(*allowed: type, fits: Callable[[Any], bool], words: str) -> Kind:
    return Kind(frozenset(allowed), fits, words)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float | Real) and not _is_flag(value) and math.isfinite(value)


_ANY = _plain(fits=_hashable, words="a value that can be hashed")
_KNOWN: dict[object, Kind] = {
    Any: _ANY,
    object: _ANY,
    None: _plain(type(None), fits=lambda _: False, words="None"),
    type(None): _plain(type(None), fits=lambda _: False, words="None"),
    str: _plain(str, fits=lambda value: isinstance(value, str), words="a text"),
    bool: _plain(bool, fits=lambda _: False, words="True or False"),
    float: _plain(int, fits=_is_number, words="a number"),
    int: _plain(int, fits=lambda v: isinstance(v, Integral) and not _is_flag(v), words="a whole number"),
    dt.date: _plain(
        dt.date,
        fits=lambda value: isinstance(value, dt.date) and not isinstance(value, dt.datetime),
        words="a date such as datetime.date(2026, 5, 4)",
    ),
    dt.datetime: _plain(dt.datetime, fits=lambda value: isinstance(value, dt.datetime), words="a datetime"),
    dt.timedelta: _plain(dt.timedelta, fits=lambda value: isinstance(value, dt.timedelta), words="a timedelta"),
}


def is_array(annotation: Any) -> bool:
    """Whether an annotation is that of an array; numpy is not loaded to ask."""
    origin = get_origin(annotation)
    return getattr(origin, "__module__", "") == "numpy" and origin.__name__ == "ndarray"


def kind_of(annotation: Any) -> Kind:  # noqa: PLR0911
    """Read an annotation as a kind; one that says nothing at run time allows every hashable value."""
    if annotation in _KNOWN:
        return _KNOWN[annotation]
    if isinstance(annotation, NewType):
        return kind_of(annotation.__supertype__)
    if isinstance(annotation, TypeVar):
        return _ANY
    if isinstance(annotation, str | ForwardRef):  # a class inside its own fields, which does not exist yet
        name = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        return _plain(fits=lambda value: type(value).__name__ == name, words=f"a {name}")
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _either([kind_of(arg) for arg in args])
    if origin is Literal:
        return _plain(fits=lambda value: isinstance(value, str) and value in args, words=f"one of {', '.join(args)}")
    if origin is tuple and args[-1] is not Ellipsis:
        return _row([kind_of(arg) for arg in args])
    if isinstance(origin, type) and issubclass(origin, Collection) and not is_array(annotation):
        members = [kind_of(arg) for arg in args if arg is not Ellipsis]
        return _mapping(origin, *members) if issubclass(origin, Mapping) else _members(origin, members[0])
    kind = origin or annotation
    if kind is Callable:
        return _plain(fits=callable, words="a function")
    return _plain(kind, fits=lambda value: isinstance(value, kind), words=f"a {kind.__name__}")


def _either(kinds: list[Kind]) -> Kind:
    fast = frozenset[type]().union(*(kind.fast for kind in kinds))
    words = " or ".join(dict.fromkeys(kind.words for kind in kinds[:_LISTED]))
    more = "" if len(kinds) <= _LISTED else " or the like"
    return Kind(
        fast, lambda value: any(kind.fits(value) for kind in kinds), words + more, any(kind.deep for kind in kinds)
    )


def _row(kinds: list[Kind]) -> Kind:
    def fits(value: object) -> bool:
        return (
            isinstance(value, tuple)
            and len(value) == len(kinds)
            and all(kind.allows(member) for kind, member in zip(kinds, value, strict=True))
        )

    return Kind(frozenset(), fits, f"a tuple of {', '.join(kind.words for kind in kinds)}", deep=True)


def _members(origin: Any, member: Kind) -> Kind:
    def fits(value: Any) -> bool:
        return isinstance(value, origin) and not isinstance(value, str) and all(map(member.allows, value))

    return Kind(frozenset(), fits, f"a {origin.__name__.lower()}, each member {member.words}", deep=True)


def _mapping(origin: Any, key: Kind, member: Kind) -> Kind:
    def fits(value: Any) -> bool:
        return isinstance(value, origin) and all(map(key.allows, value)) and all(map(member.allows, value.values()))

    return Kind(frozenset(), fits, f"a mapping from {key.words} to {member.words}", deep=True)


class _Types:
    """Validator of the first field that checks the types of all fields of an object.

    Most objects of a class have the same types and empty containers, so that one look-up of all their types tells that
    they are right; only others are looked at field by field.
    """

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        deep = [field for field, kind in kinds.items() if kind.deep]
        # two names at least, for of one name the getter gives no tuple
        self._values = attrgetter("__class__", "__class__", *(field for field in kinds if field not in deep))
        self._members = attrgetter("__class__", "__class__", *deep)
        self._empty = ((),) * len(deep) if all(kinds[field].allows(()) for field in deep) else None
        self._right: set[tuple[type, ...]] = set()

    def __call__(self, instance: object, _attribute: object, _value: object) -> None:
        types = tuple(map(type, self._values(instance)))
        if types in self._right and self._members(instance)[2:] == self._empty:
            return
        for field, kind in self._kinds.items():
            value = getattr(instance, field)
            if not kind.allows(value):
                raise InvalidValue.of(field, f"be {kind.words}", value, shown=f"{value!r:.80}")
        flat = (kind for kind in self._kinds.values() if not kind.deep)
        if all(map(_holds, (kind.fast for kind in flat), types[2:])):
            self._right.add(types)


_holds = frozenset[type].__contains__


def typed(_kind: type, fields: list["attrs.Attribute[Any]"]) -> list["attrs.Attribute[Any]"]:
    """Check the types of the fields by their annotations; a field transformer of attrs.

    An error of a converter names the field. A mapping is left out of the hash, because it has none. Where an annotation
    names a number, it is finite, and True is none.
    """
    out = [_settled(field) for field in fields]
    kinds = {field.name: kind for field in out if (kind := _left_to_us(field)) is not None}
    first = next((place for place, field in enumerate(out) if field.init), None)
    if first is not None and kinds:
        own = out[first].validator
        check = _Types(kinds)
        out[first] = out[first].evolve(validator=check if own is None else attrs.validators.and_(check, own))
    return out


def _left_to_us(field: "attrs.Attribute[Any]") -> Kind | None:
    """Return the kind of a field that no rule of its own guards: one without a rule, or a container."""
    if not field.init:
        return None
    kind = kind_of(field.type)
    return kind if kind.deep or (field.validator is None and field.converter is None) else None


def _settled(field: Any) -> "attrs.Attribute[Any]":  # the stubs of attrs lack `inherited` and `eq_key`
    """Name the field in errors of its converter, leave mappings out of the hash, and drop the check of a base class."""
    changes: dict[str, Any] = {}
    rules = getattr(field.validator, "_validators", (field.validator,))
    if isinstance(rules[0], _Types):
        changes["validator"] = attrs.validators.and_(*rules[1:]) if rules[1:] else None
    if field.converter is not None and not field.inherited and not isinstance(field.converter, attrs.Converter):
        changes["converter"] = _naming(field, field.converter)
    origin = get_origin(field.type)
    if field.hash is None and field.eq_key is None and isinstance(origin, type) and issubclass(origin, Mapping):
        changes["hash"] = False
    settled: attrs.Attribute[Any] = field.evolve(**changes)
    return settled


def _naming(field: "attrs.Attribute[Any]", converter: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make a converter whose errors name the field; members of an enumeration, and tuples, are taken without a call."""
    known, words = _members_of(field.type), kind_of(field.type).words
    as_is = tuple if get_origin(converter) is tuple else None

    def convert(value: Any) -> Any:
        if value.__class__ is as_is:
            return value
        try:
            return known[value] if known and value in known else converter(value)
        except InvalidValue as error:
            raise error.of_field(field.name) from None
        except ServqualError:
            raise
        except _UNREAD as error:
            raise InvalidValue.of(field.name, f"be {words}", value, shown=f"{value!r:.80}") from error

    return convert


def _members_of(annotation: Any) -> Mapping[Any, Any]:
    """List the members of an enumeration by their values, and None where a field may hold it; others have none."""
    found = dict[Any, Any]()
    union = get_origin(annotation) in {Union, types.UnionType}
    for kind in get_args(annotation) if union else (annotation,):
        if isinstance(kind, EnumType):
            found |= kind._value2member_map_
        elif kind is type(None):
            found[None] = None
        else:
            return {}
    return found if any(found.values()) else {}
