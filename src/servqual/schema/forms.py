"""Forms of annotations: what the type of a field says about its stored form.

A type is a scalar, an enumeration, a record (a class with fields), a family (an abstract class), a list, a set, a
mapping, an array, open to any value, or a union of several.
"""

import types
from collections.abc import Collection, Hashable, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import cache
from typing import Any, ForwardRef, Literal, NewType, TypeVar, Union, get_args, get_origin

import attrs

from servqual._typed import is_array
from servqual.model.attributes import Attributes, Value
from servqual.schema import ledger
from servqual.schema.opaque import is_opaque
from servqual.schema.scalars import SCALARS


@cache
def fields_of(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """List the fields of a record that are stored: the name, the key, and the type."""
    if is_named_tuple(kind):
        return tuple((name, name, annotation) for name, annotation in kind.__annotations__.items())
    known = _type_variables(kind)
    if ledger.entry_of(kind) is None and any(isinstance(each.type, str) for each in attrs.fields(kind)):
        attrs.resolve_types(kind)  # a class of a user whose module postpones its annotations
    return tuple((each.name, each.alias, _filled(each.type, known)) for each in attrs.fields(kind) if each.init)


def default_of(kind: Any, name: str) -> Any:
    """Find the default of a field of a record; `attrs.NOTHING` where it must be given."""
    if is_named_tuple(kind):
        return kind._field_defaults.get(name, attrs.NOTHING)
    return getattr(attrs.fields(kind), name).default


def _type_variables(kind: Any) -> dict[Any, Any]:
    """Read what the bases of a class were given for their type variables."""
    known: dict[Any, Any] = {}
    for base in kind.__mro__:
        for given in getattr(base, "__orig_bases__", ()):
            variables = getattr(get_origin(given), "__parameters__", ())
            known.update(zip(variables, get_args(given), strict=False))
    return known


def _filled(annotation: Any, known: Mapping[Any, Any]) -> Any:
    variables = getattr(annotation, "__parameters__", ())
    if isinstance(annotation, TypeVar):
        return known.get(annotation, Any)
    return annotation[tuple(known.get(each, Any) for each in variables)] if variables else annotation


def is_open(annotation: Any) -> bool:
    """Whether an annotation allows any value."""
    return annotation in {Any, object, Hashable} or isinstance(annotation, TypeVar)


def is_scalar(annotation: Any) -> bool:
    """Whether it is a scalar of JSON, or one that is a text there."""
    return isinstance(annotation, type) and annotation in SCALARS


def is_text(annotation: Any) -> bool:
    """Whether it is a scalar that is a text in JSON."""
    return is_scalar(annotation) and SCALARS[annotation].is_text


def is_enum(annotation: Any) -> bool:
    """Whether it is an enumeration."""
    return isinstance(annotation, type) and issubclass(annotation, Enum)


def is_literal(annotation: Any) -> bool:
    """Whether it is one of some texts."""
    return get_origin(annotation) is Literal


def is_union(annotation: Any) -> bool:
    """Whether it allows several types."""
    return get_origin(annotation) in {Union, types.UnionType}


def is_mapping(annotation: Any) -> bool:
    """Whether it is a mapping."""
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def is_list(annotation: Any) -> bool:
    """Whether it is a tuple, a sequence or a set."""
    origin = get_origin(annotation)
    is_other = is_mapping(annotation) or is_array(annotation)
    return isinstance(origin, type) and issubclass(origin, Collection) and not is_other


def is_set(annotation: Any) -> bool:
    """Whether it is a set."""
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, AbstractSet)


def is_named_tuple(annotation: Any) -> bool:
    """Whether it is a tuple with names."""
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")


def is_record(annotation: Any) -> bool:
    """Whether it is a class with fields."""
    return is_named_tuple(annotation) or (
        attrs.has(annotation) and not is_family(annotation) and not is_opaque(annotation)
    )


def is_family(annotation: Any) -> bool:
    """Whether it is an abstract class, whose classes are in the ledger and not itself."""
    return attrs.has(annotation) and ledger.entry_of(annotation) is None and not is_opaque(annotation)


def unnamed(annotation: Any) -> Any:
    """See through names: a `NewType` is its type, and a class that was named before it existed is that class."""
    while isinstance(annotation, NewType):
        annotation = annotation.__supertype__
    if annotation is Attributes:
        return Mapping[str, Value]
    if isinstance(annotation, str | ForwardRef):
        annotation = ledger.called(annotation if isinstance(annotation, str) else annotation.__forward_arg__)
    return annotation


def is_named(annotation: Any) -> bool:
    """Whether it stands for another type."""
    return unnamed(annotation) is not annotation


def parts_of(annotation: Any) -> tuple[Any, ...]:
    """List the alternatives of a type, plain text last, because every text fits it."""
    parts = [unnamed(part) for part in get_args(annotation)] if is_union(annotation) else [unnamed(annotation)]
    return tuple(sorted(parts, key=lambda part: part is str))


def is_tagged(annotation: Any, among: tuple[Any, ...]) -> bool:
    """Whether a value of one of these alternatives needs its tag to be told from the others."""
    if is_family(annotation):
        return True
    if is_record(annotation):
        return sum(is_record(other) or is_family(other) for other in among) > 1
    if annotation is str or not is_text(annotation):
        return False
    return sum(map(is_text, among)) > 1


def has_text_keys(annotation: Any) -> bool:
    """Whether the keys of a mapping are texts in JSON."""
    keys = parts_of(get_args(annotation)[0])
    return all((is_enum(key) or is_literal(key) or is_text(key)) and not is_tagged(key, keys) for key in keys)
