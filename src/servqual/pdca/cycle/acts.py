"""What may follow a check: make it the standard, adjust and go round again, or abandon it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import among, as_texts, filled, must_be
from servqual._typed import typed
from servqual.model._pickled import Rebuilt

__all__ = ["Abandon", "Act", "Adjust", "Standardise"]

_TEXTS: Final = ("process", "qualification", "equipment", "environment", "scope")
_LISTS: Final = ("documents", "references")
"""With the texts, the parts of a standard that a cycle may write anew; the goal follows from the plan."""


def _changes(given: Mapping[str, Any]) -> Mapping[str, Any]:
    must_be(Mapping, "changes", "a mapping from a part of the standard to its new text", given)
    found = dict[str, Any]()
    for name, part in given.items():
        among("changes", name, (*_TEXTS, *_LISTS))
        if name in _TEXTS:
            must_be(str, f"changes[{name}]", "a text", part)
        found[name] = as_texts(part) if name in _LISTS else part
    return MappingProxyType(found)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Standardise(Rebuilt):
    """Make the change the standard: `Outcome.apply` then writes this version of the standard of this name.

    `changes` gives parts of the text that read differently from now on, such as `{"process": "orders every Friday"}`;
    all others stay as they are. Refused: parts that a standard does not have, the goals, which follow from the plan,
    and what is no text, or for documents and references no list of texts.
    """

    standard: str = attrs.field(validator=filled)
    version: str = attrs.field(validator=filled)
    changes: Mapping[str, Any] = attrs.field(factory=dict[str, Any], converter=_changes)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Adjust:
    """Go round again with a changed plan, for a reason; `Outcome.next_plan` opens it."""

    reason: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Abandon:
    """Give the idea up, for a reason. A trial that taught something is no failure."""

    reason: str = attrs.field(validator=filled)


Act: TypeAlias = Standardise | Adjust | Abandon
