"""The ledger of tags: each stands for one class for ever, wherever the class moves and whatever it is called.

`ledger.tsv` has a row per tag: the tag, the class as `module:name`, and the version of its stored form (0 for what is
never a document of its own). A class that is renamed or moved changes the second column of its row, and stored
documents load as before. A tag that is not used any more keeps its row, with `-` for the class, so that nobody uses it
again.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import attrs

from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, UnknownName
from servqual.schema.counting import are_few

RETIRED = "-"


@attrs.frozen
class Entry:
    """One row: the tag, where its class is today, and the version of its stored form."""

    tag: str
    where: str
    version: int

    @property
    def kind(self) -> Any:
        """The class itself, imported on demand."""
        return _class_at(self.where)


@cache
def _class_at(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def rows() -> tuple[Entry, ...]:
    """Read the rows of the ledger, in its order."""
    text = files("servqual.schema").joinpath("ledger.tsv").read_text(encoding="utf-8")
    cells = (line.split("\t") for line in text.splitlines()[1:])
    return tuple(Entry(tag, where, int(version)) for tag, where, version in cells)


@cache
def _by_tag() -> Mapping[str, Entry]:
    return MappingProxyType({entry.tag: entry for entry in rows() if entry.where != RETIRED})


@cache
def _by_class() -> Mapping[str, Entry]:
    return MappingProxyType({entry.where: entry for entry in _by_tag().values()})


def kinds() -> tuple[str, ...]:
    """List the kinds of documents.

    >>> [kind for kind in kinds() if kind.startswith("sla")]
    ['sla']
    """
    return tuple(entry.tag for entry in _by_tag().values() if entry.version)


def named(tag: object, field: str = "type") -> Entry:
    """Find the row of a tag. Raises `UnknownName` for a tag that the ledger does not have, or not any more."""
    found = _by_tag().get(tag) if isinstance(tag, str) else None
    if found is None:
        close = near(tag, _by_tag()) if isinstance(tag, str) and are_few() else ()
        raise UnknownName(
            f"{field} must be a tag of the ledger (got {tag!r:.80}){did_you_mean(close)}",
            near=close,
            got=tag,
            code="schema.unknown_tag",
        )
    return found


def entry_of(kind: Any) -> Entry | None:
    """Find the row of a class; None where it has none."""
    return _by_class().get(f"{kind.__module__}:{kind.__qualname__}")


def tag_of(kind: Any) -> str:
    """Find the tag of a class. Raises `InvalidValue` where it has none, as for a class of your own."""
    found = entry_of(kind)
    if found is None:
        raise InvalidValue(
            f"value must be of a class in the ledger of stored forms (got {kind.__module__}.{kind.__qualname__}); "
            "store what it is made of",
            code="schema.no_tag",
            got=kind.__qualname__,
        )
    return found.tag


@cache
def family(base: type) -> Mapping[str, type]:
    """List the classes of the same layer that derive from an abstract one, by tag."""
    layer = ".".join(base.__module__.split(".")[:2])
    near_by = (entry for entry in _by_tag().values() if entry.where.startswith(f"{layer}."))
    return MappingProxyType({entry.tag: entry.kind for entry in near_by if issubclass(entry.kind, base)})


@cache
def called(name: str) -> type:
    """Find the class of a name in an annotation that was written before the class existed."""
    (found,) = (entry for entry in _by_tag().values() if entry.where.endswith(f":{name}"))
    kind: type = found.kind
    return kind
