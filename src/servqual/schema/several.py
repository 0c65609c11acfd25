"""Several values read one by one, so that all their problems are found at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from cattrs import (
    BaseValidationError,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)

from servqual._checks import near
from servqual.errors import MissingKey, UnknownKey
from servqual.schema.counting import are_few, is_enough
from servqual.schema.scalars import refused

Read: TypeAlias = Callable[[Any], Any]


def read_all(values: Iterable[tuple[int | str, Callable[[], Any]]]) -> list[Any]:
    """Read several values, each at its place; raise all their errors at once."""
    found: list[Any] = []
    errors: list[Exception] = []
    for place, read in values:
        try:
            found.append(read())
        except Exception as error:  # noqa: BLE001  (the loader tells ours from others)
            error.add_note(IterableValidationNote("", place, Any))
            errors.append(error)
            if is_enough(_uncounted(error)):
                break
    if errors:
        raise IterableValidationError("several values", errors, object)  # pyright: ignore[reportCallIssue]
    return found


def _uncounted(error: Exception) -> int:
    """Count the problems in an error, but for those of lists inside, which were counted there."""
    if isinstance(error, IterableValidationError):
        return 0
    if isinstance(error, BaseValidationError):
        return sum(map(_uncounted, error.exceptions))
    return len(error.extra_fields) if isinstance(error, ForbiddenExtraKeysError) else 1


def read_at(place: int | str, read: Callable[[], Any]) -> Any:
    """Read one value at its place."""
    (found,) = read_all([(place, read)])
    return found


def read_each(values: Iterable[Any], read: Read) -> list[Any]:
    """Read the members of a list."""
    return read_all((place, partial(read, value)) for place, value in enumerate(values))


def as_list(value: Any) -> list[Any]:
    """Require a list of JSON."""
    if not isinstance(value, list | tuple):
        raise refused("a list", value)
    return list(value)


def as_object(value: Any) -> Mapping[str, Any]:
    """Require an object of JSON."""
    if not isinstance(value, Mapping):
        raise refused("an object", value)
    return value


def read_object(value: Any, reads: Mapping[str, Read], optional: Collection[str] = ()) -> dict[str, Any]:
    """Read an object that has these keys and no other; those that are optional may be left out."""
    given = as_object(value)

    def read(key: str) -> Any:
        if key not in reads:
            known = tuple(reads)
            close = near(key, known) if are_few() else ()
            raise UnknownKey.of("key", f"be one of {', '.join(known)}", key, near=close)
        if key not in given:
            raise MissingKey.of(key, "be given", None, shown="nothing")
        return reads[key](given[key])

    keys = [
        *(key for key in reads if key in given or key not in optional),
        *sorted(given.keys() - reads.keys(), key=str),
    ]
    return dict(zip(keys, read_all((key, partial(read, key)) for key in keys), strict=True))


def read_pair(key: Read, member: Read, pair: Any) -> tuple[Any, Any]:
    """Read a key and a value."""
    if not isinstance(pair, list | tuple) or len(pair) != 2:  # noqa: PLR2004  (a key and a value)
        raise refused("a list of a key and a value", pair)
    return key(pair[0]), member(pair[1])


def as_unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Make a mapping of pairs, and refuse a key that stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refused("a list of pairs with different keys", [key for key, _ in pairs])
    return found


# --- histories -------------------------------------------------------------------------------------------------------


def placed(error: ClassValidationError, stored: Mapping[str, Any]) -> ClassValidationError:
    """Place what an object says of the attributes of its events at the first event that has or changes it."""
    told = [_at_event(each, stored) for each in error.exceptions]
    return ClassValidationError(error.message, told, error.cl)  # pyright: ignore[reportCallIssue]


def _at_event(error: Exception, stored: Mapping[str, Any]) -> Exception:
    of, _, name = str(getattr(error, "field", "")).partition(".")
    if of != "attributes":
        return error
    for place, event in enumerate(stored["history"]):
        if way := _way_to(name, event):
            steps: tuple[int | str, ...] = (*way, place, "history")
            for step in steps:
                error.add_note(IterableValidationNote("", step, Any))
                error = IterableValidationError("", [error], object)  # pyright: ignore[reportCallIssue]
            break
    return error


def _way_to(name: str, event: Mapping[str, Any]) -> tuple[str, ...]:
    """Find where a stored event has an attribute, from the inside out: as its own, or as one that it changes."""
    if name in event.get("attributes", ()):
        return (name, "attributes")
    changed = event.get("changes", {}).get("attributes")
    pairs = changed.get("value", ()) if isinstance(changed, Mapping) else ()
    return (name, "value", "attributes", "changes") if any(pair[0] == name for pair in pairs) else ()
