"""The one converter between objects and plain data, derived from the annotations of the classes.

Each annotation is a form: a scalar, a record (a class with fields), a family (an abstract class), a list, a set, a
mapping, an array, or several of these. A record is an object of its fields; where an annotation allows several classes,
it says which by its tag:

    Case.history: tuple[Reported | Received | …, ...]    [{"type": "case.reported", "at": …}, …]
    Sla.hours: Hours                                     {"type": "business_hours", "zone": …}
    Interaction.cost: Money | None                       {"amount": "12.50", "currency": "EUR"}, or null

So a new field or a new event needs no line here. Sets are sorted, and so are mappings whose keys are no texts.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, partial
from typing import Any, Final, TypeAlias, get_args, get_origin

from cattrs import ClassValidationError, Converter
from cattrs.cols import namedtuple_dict_structure_factory, namedtuple_dict_unstructure_factory
from cattrs.gen import make_dict_structure_fn, override

from servqual._typed import is_array, kind_of
from servqual.errors import InvalidValue
from servqual.model.history.lifecycle import Lived
from servqual.schema import ledger
from servqual.schema.arrays import read_array, write_array
from servqual.schema.declared_words import checked, has_words
from servqual.schema.forms import (
    fields_of,
    has_text_keys,
    is_enum,
    is_family,
    is_list,
    is_literal,
    is_mapping,
    is_named,
    is_named_tuple,
    is_open,
    is_record,
    is_scalar,
    is_set,
    is_tagged,
    is_union,
    parts_of,
    unnamed,
)
from servqual.schema.keeping import keep, kept
from servqual.schema.opaque import is_opaque, opaque
from servqual.schema.personal import How, hiding, how_personal, is_person
from servqual.schema.scalars import SCALARS, refused, text
from servqual.schema.several import (
    Read,
    as_list,
    as_object,
    as_unique,
    placed,
    read_all,
    read_each,
    read_object,
    read_pair,
)

Write: TypeAlias = Callable[[Any], Any]
TAG: Final = "type"
_VALUE: Final = "value"
_PLAIN: Final = (str, bool, int, float, type(None))


def canonical(value: object) -> str:
    """Write plain data as its one text: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


# --- the converter ---------------------------------------------------------------------------------------------------


@cache
def converter(*, keeping: bool = False) -> Converter:
    """Make the converter; with `keeping` it remembers unknown keys instead of refusing them."""
    made = Converter(detailed_validation=True, forbid_extra_keys=not keeping)
    hooks = _Hooks(made, keeping=keeping)
    for fits, write, read in (  # the last that fits is taken
        (is_record, hooks.write_record, hooks.read_record),
        (is_named_tuple, hooks.write_named_tuple, hooks.read_named_tuple),
        (is_family, hooks.write_family, hooks.read_family),
        (is_list, hooks.write_list, hooks.read_list),
        (is_mapping, hooks.write_mapping, hooks.read_mapping),
        (is_array, hooks.write_array, hooks.read_array),
        (is_union, hooks.write_union, hooks.read_union),
        (is_literal, hooks.write_literal, hooks.read_literal),
        (is_named, hooks.write_named, hooks.read_named),
        (is_open, hooks.write_open, hooks.read_open),
        (is_opaque, hooks.write_opaque, hooks.read_opaque),
    ):
        made.register_unstructure_hook_factory(_hashable(fits), write)
        made.register_structure_hook_factory(_hashable(fits), read)
    return made


def _hashable(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def check(annotation: Any) -> bool:
        try:
            return fits(annotation)
        except TypeError:  # an annotation that cannot be hashed is none of ours
            return False

    return check


class _Hooks:
    """The two directions of each form; hooks of inner types are looked up on first use, for types hold each other."""

    def __init__(self, converter: Converter, *, keeping: bool) -> None:
        self._converter, self._keeping = converter, keeping

    def writer(self, annotation: Any) -> Write:
        """Find how values of a type are written."""
        found: list[Write] = []

        def write(value: Any) -> Any:
            if not found:
                found.append(self._own_writer(annotation) or self._converter.get_unstructure_hook(annotation))
            return found[0](value)

        return write

    def reader(self, annotation: Any) -> Read:
        """Find how values of a type are read."""
        found: list[Callable[[Any, Any], Any]] = []

        def read(value: Any, _: Any = None) -> Any:
            if not found:
                found.append(self._own_reader(annotation) or self._converter.get_structure_hook(annotation))
            return found[0](value, annotation)

        return read

    # scalars and enumerations are not looked up, because the hooks of the library would convert them

    def _own_writer(self, annotation: Any) -> Write | None:
        if is_scalar(annotation):
            return SCALARS[annotation].write
        return _write_member if is_enum(annotation) else None

    def _own_reader(self, annotation: Any) -> Callable[[Any, Any], Any] | None:
        if is_scalar(annotation):
            scalar = SCALARS[annotation]
            return lambda value, _: scalar.read(value)
        return (lambda value, _: annotation(text(value))) if is_enum(annotation) else None

    # records

    def write_record(self, kind: Any) -> Write:
        fields: list[tuple[str, str, Write, How | None]] = [
            (name, key, self.writer(annotation), how_personal(kind, key, annotation))
            for name, key, annotation in fields_of(kind)
        ]

        def write(value: Any) -> dict[str, Any]:
            hide = hiding()
            stored: dict[str, Any] = {}
            for name, key, writes, how in fields:
                part = getattr(value, name)
                try:
                    stored[key] = writes(part if hide is None or how is None else hide.hide(how, part))
                except InvalidValue as error:  # the innermost field names it
                    raise (error.of_field(key) if getattr(error, "field", None) == "value" else error) from None
            return stored if hide is not None else {**stored, **kept(value)}  # what is not known may name anybody

        return write

    def read_record(self, kind: Any) -> Callable[[Any, Any], Any]:
        overrides = self._overrides(kind)
        make = make_dict_structure_fn(kind, self._converter, _cattrs_use_alias=True, **overrides)
        keys = {key for _, key, _ in fields_of(kind)}

        def read(value: Any, _: Any = None) -> Any:
            try:
                made = make(as_object(value), kind)
            except ClassValidationError as error:
                raise (placed(error, value) if issubclass(kind, Lived) else error) from None
            if self._keeping and not value.keys() <= keys:
                keep(made, {key: part for key, part in value.items() if key not in keys})
            return made

        return read

    def _overrides(self, kind: Any) -> dict[str, Any]:
        hook: Any = override
        return {name: hook(struct_hook=self._field(kind, key, annotation)) for name, key, annotation in fields_of(kind)}

    def _field(self, kind: Any, key: str, annotation: Any) -> Read:
        read = self.reader(annotation)
        if not has_words(kind, key):
            return read

        def read_word(value: Any, _: Any = None) -> Any:
            return checked(key, value, read(value))

        return read_word

    def write_named_tuple(self, kind: Any) -> Write:
        writers = {name: override(unstruct_hook=self.writer(part)) for name, _, part in fields_of(kind)}
        return namedtuple_dict_unstructure_factory(kind, self._converter, **writers)

    def read_named_tuple(self, kind: Any) -> Callable[[Any, Any], Any]:
        factory: Any = namedtuple_dict_structure_factory
        make = factory(kind, self._converter, forbid_extra_keys=not self._keeping, **self._overrides(kind))
        return lambda value, _: make(as_object(value), kind)

    def write_family(self, _: Any) -> Write:
        return self._write_tagged

    def read_family(self, base: Any) -> Callable[[Any, Any], Any]:
        return lambda value, _: self._read_tagged(value, lambda kind: issubclass(kind, base))

    def _write_tagged(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        return {TAG: ledger.tag_of(kind), **self._converter.get_unstructure_hook(kind)(value)}

    def _read_tagged(self, value: Any, allows: Callable[[Any], bool]) -> Any:
        tag = as_object(value).get(TAG)
        kind = ledger.named(tag).kind
        if not allows(kind):
            raise refused("of a type that stands here", tag)
        rest = {key: part for key, part in value.items() if key != TAG}
        return self._converter.get_structure_hook(kind)(rest, kind)

    def write_opaque(self, kind: Any) -> Write:
        return partial(opaque(kind).write, self._converter.unstructure)

    def read_opaque(self, kind: Any) -> Callable[[Any, Any], Any]:
        return lambda value, _: opaque(kind).read(self._converter.structure, as_object(value))

    # lists and mappings

    def write_list(self, annotation: Any) -> Write:
        args = get_args(annotation)
        if get_origin(annotation) is tuple and args[-1] is not Ellipsis:
            writers = [self.writer(arg) for arg in args]
            return lambda value: [write(part) for write, part in zip(writers, value, strict=True)]
        write = self.writer(args[0])
        if is_set(annotation):
            return lambda value: sorted(map(write, value), key=canonical)
        return lambda value: [write(part) for part in value]

    def read_list(self, annotation: Any) -> Callable[[Any, Any], Any]:
        args = get_args(annotation)
        if get_origin(annotation) is tuple and args[-1] is not Ellipsis:
            readers = [self.reader(arg) for arg in args]

            def read(value: Any, _: Any = None) -> Any:
                if len(as_list(value)) != len(readers):
                    raise refused(f"a list of {len(readers)}", value)
                pairs = zip(readers, value, strict=True)
                return tuple(read_all((place, partial(each, part)) for place, (each, part) in enumerate(pairs)))

            return read
        member = self.reader(args[0])
        if is_set(annotation):
            return lambda value, _: frozenset(read_each(as_list(value), member))
        return lambda value, _: tuple(read_each(as_list(value), member))

    def write_mapping(self, annotation: Any) -> Write:
        key, member = map(self.writer, get_args(annotation))
        if has_text_keys(annotation):
            return lambda value: {key(name): member(part) for name, part in value.items()}
        return lambda value: sorted(([key(name), member(part)] for name, part in value.items()), key=canonical)

    def read_mapping(self, annotation: Any) -> Callable[[Any, Any], Any]:
        key, member = map(self.reader, get_args(annotation))

        def named(value: Any, _: Any = None) -> Any:
            pairs = as_object(value).items()
            return dict(read_all((name, partial(read_pair, key, member, [name, part])) for name, part in pairs))

        def paired(value: Any, _: Any = None) -> Any:
            return as_unique(read_each(as_list(value), partial(read_pair, key, member)))

        return named if has_text_keys(annotation) else paired

    def write_array(self, _: Any) -> Write:
        return write_array

    def read_array(self, _: Any) -> Callable[[Any, Any], Any]:
        return lambda value, _: read_array(value)

    # alternatives

    def write_union(self, annotation: Any) -> Write:
        among = parts_of(annotation)
        ways = [(kind_of(part), self._write_part(part, among)) for part in among]
        if is_person(annotation):  # the id of a person, which is a text like other texts here
            ways = [(kind, _hiding_person(way) if kind is kind_of(str) else way) for kind, way in ways]

        def write(value: Any) -> Any:
            for kind, writes in ways:
                if kind.allows(value):
                    return writes(value)
            raise InvalidValue.of("value", f"be {kind_of(annotation).words}", value, shown=f"{value!r:.80}")

        return write

    def _write_part(self, part: Any, among: tuple[Any, ...]) -> Write:
        writes = self.writer(part)
        if is_family(part) or not is_tagged(part, among):
            return writes
        if is_scalar(part):
            tag = ledger.tag_of(part)
            return lambda value: {TAG: tag, _VALUE: writes(value)}
        return self._write_tagged

    def read_union(self, annotation: Any) -> Callable[[Any, Any], Any]:
        among = parts_of(annotation)
        tagged = [part for part in among if is_tagged(part, among)]
        classes = tuple(part for part in tagged if not is_scalar(part))
        plain = [(part, self.reader(part)) for part in among if part not in tagged]
        as_objects = (is_record, is_opaque, is_mapping, is_array)
        objects = [read for part, read in plain if any(fits(part) for fits in as_objects)]
        lists = [read for part, read in plain if is_list(part)]
        texts = [read for part, read in plain if is_scalar(part) or is_enum(part) or is_literal(part)]
        words = " or ".join(dict.fromkeys(sorted(map(_words, among), key="null".__eq__)))
        optional = type(None) in among

        def read(value: Any, _: Any = None) -> Any:
            if value is None and optional:
                return None
            ways = texts
            if isinstance(value, Mapping):
                if tagged and (TAG in value or not objects):
                    return self._read_alternative(value, tagged, classes)
                ways = objects
            elif isinstance(value, list | tuple):
                ways = lists
            for way in ways:
                try:
                    return way(value)
                except Exception:
                    if len(ways) == 1:  # the only way to read it knows best what is wrong
                        raise
            raise refused(words, value)

        return read

    def _read_alternative(self, value: Mapping[str, Any], tagged: list[Any], classes: tuple[type, ...]) -> Any:
        kind = ledger.named(value.get(TAG)).kind
        if kind in tagged and is_scalar(kind):
            return _read_tagged_value(value, SCALARS[kind].read)
        return self._read_tagged(value, lambda kind: issubclass(kind, classes))

    # scalars

    def write_literal(self, _: Any) -> Write:
        return str

    def read_literal(self, annotation: Any) -> Callable[[Any, Any], Any]:
        allowed = get_args(annotation)

        def read(value: Any, _: Any = None) -> Any:
            if text(value) not in allowed:
                raise refused(f"one of {', '.join(allowed)}", value)
            return value

        return read

    def write_named(self, annotation: Any) -> Write:
        write = self.writer(unnamed(annotation))
        return _hiding_person(write) if is_person(annotation) else write

    def read_named(self, annotation: Any) -> Callable[[Any, Any], Any]:
        read = self.reader(unnamed(annotation))
        return lambda value, _: read(value)

    # any value: what JSON cannot tell apart has its tag

    def write_open(self, _: Any) -> Write:
        return self._write_any

    def _write_any(self, value: Any) -> Any:  # noqa: PLR0911  (a form each)
        kind = type(value)
        if kind in _PLAIN:
            return SCALARS[kind].write(value)
        if isinstance(value, list | tuple) and not is_named_tuple(kind):
            return [self._write_any(part) for part in value]
        if isinstance(value, Mapping):
            pairs = ([self._write_any(name), self._write_any(part)] for name, part in value.items())
            return {TAG: "mapping", _VALUE: sorted(pairs, key=canonical)}
        if isinstance(value, set | frozenset):
            return {TAG: "set", _VALUE: sorted(map(self._write_any, value), key=canonical)}
        if isinstance(value, Enum):
            return {TAG: ledger.tag_of(kind), _VALUE: str(value.value)}
        scalar = next((each for each in (dt.datetime, *SCALARS) if isinstance(value, each)), None)
        if scalar in _PLAIN:  # a text or number of a class of its own
            return SCALARS[scalar].write(value)
        if scalar is not None:
            return {TAG: ledger.tag_of(scalar), _VALUE: SCALARS[scalar].write(value)}
        number: Any = value
        if hasattr(number, "dtype"):  # a number of numpy, as the label of a group
            return self._write_any(number.item())
        return self._write_tagged(value)

    def read_open(self, _: Any) -> Callable[[Any, Any], Any]:
        return lambda value, _: self._read_any(value)

    def _read_any(self, value: Any) -> Any:  # noqa: PLR0911  (a form each)
        if isinstance(value, list | tuple):
            return tuple(read_each(value, self._read_any))
        if not isinstance(value, Mapping):
            return SCALARS[type(value)].read(value) if type(value) in _PLAIN else _nothing_else(value)
        kind = ledger.named(value.get(TAG)).kind
        if kind is frozenset:
            return _read_tagged_value(value, lambda parts: frozenset(read_each(as_list(parts), self._read_any)))
        if kind is dict:
            read = partial(read_pair, self._read_any, self._read_any)
            return _read_tagged_value(value, lambda pairs: as_unique(read_each(as_list(pairs), read)))
        if is_enum(kind):
            return _read_tagged_value(value, lambda word: kind(text(word)))
        if is_scalar(kind):
            return _read_tagged_value(value, SCALARS[kind].read)
        return self._read_tagged(value, lambda _: True)


def _read_tagged_value(value: Mapping[str, Any], read: Read) -> Any:
    """Read what stands beside the tag of a scalar, an enumeration, a set or a mapping, which can keep no other key."""
    return read_object(value, {TAG: text, _VALUE: read})[_VALUE]


def _words(annotation: Any) -> str:
    """Say in an error what stands in a document for a type."""
    if is_scalar(annotation):
        return SCALARS[annotation].words
    if is_enum(annotation):
        return ", ".join(str(member.value) for member in annotation)
    if is_literal(annotation):
        return ", ".join(get_args(annotation))
    return "a list" if is_list(annotation) else "an object"


def _hiding_person(write: Write) -> Write:
    def write_person(value: Any) -> Any:
        hide = hiding()
        return write(value if hide is None else hide.pseudonym(value))

    return write_person


def _write_member(value: Any) -> str:
    return str(value.value)


def _nothing_else(value: object) -> None:
    raise refused("plain data", value)
