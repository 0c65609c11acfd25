"""The stored form of each kind described to others: JSON Schema 2020-12, and the fields that tell of people."""

from collections.abc import Callable, Iterator
from typing import Any, Final, get_args, get_origin

import attrs

from servqual._checks import filled, must_be, some
from servqual._typed import is_array
from servqual.errors import InvalidValue
from servqual.model.history.lifecycle import Lived
from servqual.schema import ledger
from servqual.schema.arrays import SHAPE
from servqual.schema.forms import (
    default_of,
    fields_of,
    has_text_keys,
    is_enum,
    is_family,
    is_list,
    is_literal,
    is_mapping,
    is_record,
    is_scalar,
    is_set,
    is_tagged,
    is_union,
    parts_of,
    unnamed,
)
from servqual.schema.opaque import is_opaque, object_of, opaque
from servqual.schema.personal import How, how_personal, is_person
from servqual.schema.scalars import SCALARS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str) -> dict[str, Any]:
    """Describe the documents of a kind, in its newest version, as JSON Schema 2020-12.

    For readers in other languages, for API documents and for generators of code. It says what `dump` writes: names,
    types, which keys must be there, and which texts and lists may not be empty. Ranges of numbers, rules between fields
    and legal orders of events are only in the classes.
    Raises `UnknownName` for a kind that is not in `kinds()`.

    >>> json_schema("money")["$defs"]["money"]["required"]
    ['amount', 'currency']
    """
    entry = ledger.named(kind, "kind")
    shapes = _Shapes()
    data = shapes.of(entry.kind)
    return {
        "$schema": DIALECT,
        "title": kind,
        **object_of({"kind": {"const": kind}, "version": {"const": entry.version}, "data": data}),
        "$defs": dict(sorted(shapes.defined.items())),
    }


class _Shapes:
    """Shapes of types; each record is defined once and referred to, for records hold each other."""

    def __init__(self) -> None:
        self.defined: dict[str, Any] = {}

    def of(self, annotation: Any) -> dict[str, Any]:
        """Describe a type."""
        annotation = unnamed(annotation)
        forms: tuple[tuple[Callable[[Any], bool], Callable[[Any], dict[str, Any]]], ...] = (
            (is_scalar, lambda kind: dict(SCALARS[kind].shape)),
            (is_enum, lambda kind: {"enum": [member.value for member in kind]}),
            (is_literal, lambda kind: {"enum": [*get_args(kind)]}),
            (is_union, self._union),
            (is_mapping, self._mapping),
            (is_list, self._list),
            (is_array, lambda _: dict(SHAPE)),
            (is_opaque, lambda kind: dict(opaque(kind).shape)),
            (is_record, self._record),
            (is_family, self._family),
        )
        return next((shape(annotation) for fits, shape in forms if fits(annotation)), {})

    def _record(self, kind: Any, tag: str | None = None) -> dict[str, Any]:
        entry = ledger.entry_of(kind)
        name = f"tagged:{tag}" if tag else entry.tag if entry else kind.__name__
        if name not in self.defined:
            self.defined[name] = {}  # a record that holds itself refers to it
            own = {"type": {"const": tag}} if tag else {}
            properties = {key: {**self.of(kept), **_least(kind, name)} for name, key, kept in fields_of(kind)}
            required = [*own, *(key for name, key, _ in fields_of(kind) if default_of(kind, name) is attrs.NOTHING)]
            self.defined[name] = object_of({**own, **properties}, required)
        return {"$ref": f"#/$defs/{name}"}

    def _family(self, base: type) -> dict[str, Any]:
        return {"anyOf": [self._tagged(kind) for kind in ledger.family(base).values()]}

    def _tagged(self, kind: Any) -> dict[str, Any]:
        tag = ledger.tag_of(kind)
        if is_scalar(kind):
            return object_of({"type": {"const": tag}, "value": self.of(kind)})
        return self._record(kind, tag)

    def _union(self, annotation: Any) -> dict[str, Any]:
        among = parts_of(annotation)
        shapes: list[dict[str, Any]] = []
        for part in among:
            tagged = is_tagged(part, among) and not is_family(part)
            shape = self._tagged(part) if tagged else self.of(part)
            shapes += shape["anyOf"] if [*shape] == ["anyOf"] else [shape]
        return {"anyOf": shapes}

    def _list(self, annotation: Any) -> dict[str, Any]:
        args = get_args(annotation)
        if get_origin(annotation) is tuple and args[-1] is not Ellipsis:
            return _row([self.of(arg) for arg in args])
        unique = {"uniqueItems": True} if is_set(annotation) else {}
        return {"type": "array", "items": self.of(args[0]), **unique}

    def _mapping(self, annotation: Any) -> dict[str, Any]:
        key, member = map(self.of, get_args(annotation))
        if has_text_keys(annotation):
            return {"type": "object", "propertyNames": key, "additionalProperties": member}
        return {"type": "array", "items": _row([key, member])}


def _least(kind: Any, name: str) -> dict[str, int]:
    """Say that a text has content or a list members, where the class says so by its common validators."""
    rules = _rules(getattr(attrs.fields(kind), name).validator) if attrs.has(kind) else []
    least = {"minLength": 1} if filled in rules else {}
    return least | ({"minItems": 1} if some in rules or (name == "history" and issubclass(kind, Lived)) else {})


def _rules(validator: Any) -> list[Any]:
    """List the validators that a validator is made of."""
    inner = [*getattr(validator, "_validators", ()), *filter(None, [getattr(validator, "validator", None)])]
    return [validator, *(rule for each in inner for rule in _rules(each))]


def _row(shapes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": shapes, "items": False, "minItems": len(shapes)}


# --- people ----------------------------------------------------------------------------------------------------------


def personal_fields(kind: type) -> dict[str, How]:
    """List the fields that tell of people in the stored form of a class and of all that it holds.

    A field is named by the tag of its class. `person` fields name somebody, `prose` fields hold words in which anybody
    may be named, `own` fields hold what the firm put there, and of `named` and `labelled` ones, mappings by the names
    of fields and of columns, the keys decide. These are what `dump` hides.

    >>> from servqual.model import Purchase, Suggestion
    >>> personal_fields(Purchase)
    {'purchase.customer': 'person', 'purchase.what': 'prose'}
    >>> personal_fields(Suggestion)["suggestion.submitted.text"]
    'prose'
    """
    must_be(type, "kind", "a class of the model, such as Case", kind)
    if not attrs.has(kind) or is_opaque(kind):
        raise InvalidValue.of("kind", "be a class of the model, such as Case", kind)
    found: dict[str, How] = {}
    for record in dict.fromkeys(_records(kind, set())):
        for _, key, annotation in fields_of(record):
            how = how_personal(record, key, annotation) or ("person" if is_person(annotation) else None)
            if how is not None:
                found[f"{ledger.tag_of(record)}.{key}"] = how
    return dict(sorted(found.items()))


def _records(annotation: Any, seen: set[Any]) -> Iterator[Any]:
    """Find the records in a type, itself included."""
    annotation = unnamed(annotation)
    if is_record(annotation) and attrs.has(annotation):
        if annotation in seen:
            return
        seen.add(annotation)
        yield annotation
        inner: tuple[Any, ...] = tuple(part for _, _, part in fields_of(annotation))
    else:
        inner = tuple(ledger.family(annotation).values()) if is_family(annotation) else get_args(annotation)
    for part in inner:
        if part is not Ellipsis and not isinstance(part, str):
            yield from _records(part, seen)
