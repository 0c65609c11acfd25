"""Several values read one by one, so that all their problems are found at once."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from cattrs import IterableValidationError, IterableValidationNote

from servqual.schema.counting import is_enough
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
            if is_enough():
                break
    if errors:
        raise IterableValidationError("several values", errors, object)  # pyright: ignore[reportCallIssue]
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
