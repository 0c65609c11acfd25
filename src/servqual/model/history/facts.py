"""Facts that follow from the events of an object: one rule per fact, for objects and for logs of them.

A rule names signals of events (see `Event.signals`) and not classes, so that a log, which has only names, can read it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

import attrs

from servqual.model.history.event import Event

_NOTHING: Final = {"first": None, "standing": None, "count": 0, "any": False}


@attrs.frozen
class Fact:
    """One fact: the events that tell it, and the later events that take it back.

    `first` is the moment of the first such event, `standing` that of the last one unless an event of `undone_by`
    followed, `count` is their number, and `any` says whether there is one.
    """

    how: Literal["first", "standing", "count", "any"]
    told_by: Collection[str]
    undone_by: Collection[str] = ()


class Facts:
    """The facts of one kind of object by name, read in one pass over its events."""

    def __init__(self, table: Mapping[str, Fact]) -> None:
        self.table: Final = table
        self._nothing = {name: _NOTHING[fact.how] for name, fact in table.items()}
        self._steps: dict[str, list[tuple[str, str]]] = {}
        for name, fact in table.items():
            for signal in fact.told_by:
                self._steps.setdefault(signal, []).append((name, fact.how))
            for signal in fact.undone_by:
                self._steps.setdefault(signal, []).append((name, "undone"))

    def of(self, events: Sequence[Event]) -> dict[str, Any]:
        """Read the facts from the events that count, in their order; a moment that no event tells is None."""
        out: dict[str, Any] = {**self._nothing}
        for event in events:
            for signal in event.signals:
                for name, step in self._steps.get(signal, ()):
                    if step == "count":
                        out[name] += 1
                    elif step == "any":
                        out[name] = True
                    elif step != "first" or out[name] is None:
                        out[name] = None if step == "undone" else event.at
        return out
