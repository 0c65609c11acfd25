"""From the errors of the converter to ours: all at once, each with its path such as `$.data.history[1].at`."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import attrs
from cattrs import AttributeValidationNote, BaseValidationError, ForbiddenExtraKeysError, IterableValidationNote

from servqual._checks import near
from servqual.errors import InvalidValue, LoadErrors, MissingKey, ServqualError, UnknownKey
from servqual.schema.counting import MOST
from servqual.schema.forms import fields_of

_ORDINARY: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_SHOWN: Final = 5
_LONG: Final = 400
"""Signs of a path or message that are listed, for a document may hold texts of a million."""


def refusal(error: Exception, kind: str) -> LoadErrors:
    """Collect all problems of a document as one error."""
    all_found = [*islice(_problems(error, "$.data", None), MOST + 1)]
    found = sorted(all_found[:MOST], key=path_of)
    count = f"more than {MOST}" if len(all_found) > MOST else len(found)
    listed = "; ".join(f"{path_of(problem):.{_LONG}}: {problem!s:.{_LONG}}" for problem in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return LoadErrors(f"document must be a stored {kind} (got {count} problems); {listed}{more}", found)


def at(problem: ServqualError, path: str) -> ServqualError:
    """Name the place of a problem."""
    vars(problem)["path"] = path
    return problem


def path_of(problem: ServqualError) -> str:
    """Give the place of a problem that was named."""
    path: str = vars(problem)["path"]
    return path


def _problems(error: Exception, path: str, field: str | None) -> Iterator[ServqualError]:
    if isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from _problems(inner, *_place(inner, path, error.cl))
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [key for _, key, _ in fields_of(error.cl)]
        for place, key in enumerate(sorted(error.extra_fields, key=str)):
            problem = UnknownKey.of(
                "key",
                f"be one of {', '.join(known) or 'none'}",
                key,
                do="pass unknown='keep' to keep it",
                near=near(key, known) if place < _SHOWN else (),
            )
            yield at(problem, path + _step(str(key)))
    elif isinstance(error, ServqualError):
        told = error.of_field(field) if field and isinstance(error, InvalidValue) else error
        if hasattr(told, "__notes__"):
            del told.__notes__
        yield at(told, path)
    elif type(error) is KeyError and field is not None and error.args == (field,):
        yield at(MissingKey.of(field, "be given", None, shown="nothing"), path)
    elif isinstance(error, _ORDINARY):
        yield at(InvalidValue.of(field or "value", "be of the stored form", error), path)
    else:
        raise error


def _place(error: Exception, path: str, kind: Any) -> tuple[str, str | None]:
    """Give the path and the field of an error inside a value."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            name = _alias(kind, note.name)
            return path + _step(name), name
        if isinstance(note, IterableValidationNote):
            return path + (f"[{note.index}]" if isinstance(note.index, int) else _step(note.index)), None
    field = getattr(error, "field", None)  # an error of the constructor, which may name the field
    first, _, rest = field.partition(".") if isinstance(field, str) else ("", "", "")
    if attrs.has(kind) and first in {each.alias for each in attrs.fields(kind)}:
        # a correction changes fields, and of the attributes, a mapping with a tag, one by its name
        inner = rest.replace(".", ".value.", 1).split(".", 2) if first == "changes" else [rest]
        return path + "".join(map(_step, (first, *filter(None, inner)))), first
    return path, None


def _alias(kind: Any, name: str) -> str:
    return next((each.alias for each in attrs.fields(kind) if each.name == name), name) if attrs.has(kind) else name


def _step(key: str) -> str:
    return f".{key}" if re.fullmatch(r"\w+", key) else f"[{key!r:.80}]"
