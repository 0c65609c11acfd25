"""A subclass of an event or of an object with a history is refused when it is made, with the way to do it instead."""

from typing import Any

import attrs
import pytest

from servqual.errors import FinalClass
from servqual.model import ActionItem, Case, Complaint, ServiceStandard, Survey, complaint, survey
from servqual.model import case as event
from servqual.model.history.event import Act


@pytest.mark.parametrize("base", [Case, Complaint, Survey, ActionItem, ServiceStandard])
def test_an_object_with_a_history_is_final(base: type[Any]) -> None:
    """With one more field, or with none: the field would be lost at the first record."""
    with pytest.raises(FinalClass, match=rf"{base.__name__} must not be subclassed .*attributes") as refused:
        type("Ours", (base,), {"__annotations__": {"product": str}})
    assert (refused.value.code, refused.value.to_dict()["base"]) == ("class.final", base.__name__)
    assert isinstance(refused.value, TypeError)
    assert str(refused.value).endswith("where it has none, keep them in an object of your own that names its id")


@pytest.mark.parametrize(
    "base",
    [event.Resolved, event.Opened, event.Voided, event.Amended, event.Changed, complaint.Waiting, survey.Designed],
)
def test_an_event_of_a_table_is_final(base: type[Any]) -> None:
    """The table knows an event by its class."""
    with pytest.raises(FinalClass, match=f"{base.__name__} must not be subclassed"):
        type("Ours", (base,), {})


def test_an_event_of_ones_own_lifecycle_is_free() -> None:
    """What no table knows yet can be made and extended."""

    @attrs.frozen(kw_only=True)
    class Painted(Act):
        """A colour was given."""

        colour: str

    @attrs.frozen(kw_only=True)
    class PaintedTwice(Painted):
        """Two colours were given."""

        second: str

    assert PaintedTwice.stored_name == "painted_twice"
