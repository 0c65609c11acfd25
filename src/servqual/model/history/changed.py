"""Changes of the firm's own fields and tags, and the fold of them that objects with a history share."""

from collections.abc import Iterable
from typing import Any, ClassVar

import attrs

from servqual._checks import as_texts
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.attributes import Attributes, Value, as_attributes, as_tags
from servqual.model.history.event import Act, Event

__all__ = ["Changed", "attributes_of", "tags_of"]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*as_texts(names)}))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Changed(Act):
    """The firm's own fields were set (`attributes`) or emptied (`clear`), and tags added (`tag`) or removed (`untag`).

    What is emptied or removed need not be there. Refused: a change of nothing, and a field or tag that the same event
    gives and takes away.
    """

    decisive: ClassVar[tuple[str, ...]] = ("attributes", "clear", "tag", "untag")

    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes)
    clear: tuple[str, ...] = attrs.field(default=(), converter=_names)
    tag: tuple[str, ...] = attrs.field(default=(), converter=as_tags)
    untag: tuple[str, ...] = attrs.field(default=(), converter=as_tags)

    def __attrs_post_init__(self) -> None:
        if not (self.attributes or self.clear or self.tag or self.untag):
            raise InvalidValue.of(
                "attributes", "change at least one thing", None, shown="no change", do="or clear, tag, untag"
            )
        for field, given, taken in (("clear", self.attributes, self.clear), ("untag", self.tag, self.untag)):
            both = {*given} & {*taken}
            if both:
                raise InvalidValue.of(field, "not take away what the same event gives", min(both), do="leave out one")


def attributes_of(events: Iterable[Event]) -> Attributes:
    """Fold the attributes that events with `attributes` set, and `clear` takes away.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> attributes_of([Changed(at=nine, by="A-1", attributes={"product": "router", "tenant": "T1"}),
    ...                Changed(at=nine, by="A-1", attributes={"product": "phone"}, clear=["tenant"])])
    Attributes({'product': 'phone'})
    """
    found: dict[str, Value] = {}
    for event in events:
        given: Any = event
        for name in getattr(given, "clear", ()):
            found.pop(name, None)
        found.update(getattr(given, "attributes", ()))
    return Attributes(found)


def tags_of(events: Iterable[Event], before: Iterable[str] = ()) -> tuple[str, ...]:
    """Fold the tags that events with `tags` or `tag` add, and `untag` takes away, into those before; sorted."""
    found = {*before}
    for event in events:
        found.update(getattr(event, "tags", ()), getattr(event, "tag", ()))
        found.difference_update(getattr(event, "untag", ()))
    return tuple(sorted(found))
