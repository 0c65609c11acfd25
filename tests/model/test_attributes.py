"""The firm's own fields: sorted, immutable, hashable, and compared with their types."""

import copy
import datetime as dt
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import Attributes
from servqual.model.attributes import as_label, as_tags
from servqual.model.history.changed import Changed, attributes_of, tags_of
from servqual.readers.columns.labels import text_of

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
texts = st.text(min_size=1).filter(str.strip)
moments = st.datetimes(min_value=dt.datetime(1970, 1, 1), max_value=dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=dt.UTC)
)
values = st.one_of(
    texts, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), moments
)


@given(pairs=st.dictionaries(texts, values, max_size=6))
def test_they_are_a_mapping_whose_order_is_that_of_names(pairs: dict[str, Any]) -> None:
    """Equal, with one hash and one repr, in whatever order they were given; copies and pickles are equal."""
    one, other = Attributes(pairs), Attributes(dict(reversed(pairs.items())))
    assert one == other == pairs
    assert (hash(one), repr(one)) == (hash(other), repr(other))
    assert list(one) == sorted(pairs)
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301


def test_types_are_part_of_values() -> None:
    """True, 1 and 1.0 are equal in Python and three values here."""
    assert len({Attributes({"vip": value}) for value in (True, 1, 1.0)}) == 3
    assert Attributes({"vip": True}) != {"vip": 1}


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "", " ", dt.datetime(2026, 5, 4), [1], b"x"])  # noqa: DTZ001
def test_other_values_are_refused(value: Any) -> None:
    """What is not known is left out, and a moment has a zone."""
    with pytest.raises(InvalidValue, match=r"attributes\.product"):
        Attributes({"product": value})


@pytest.mark.parametrize("given", [{"": "x"}, {7: "x"}, "router", 5])
def test_names_are_texts(given: Any) -> None:
    """A blank name, or no mapping at all, is refused under the name of the field."""
    with pytest.raises(InvalidValue, match=r"attributes|texts"):
        Attributes(given)


def test_nothing_in_them_can_be_changed() -> None:
    """Neither an item nor the object."""
    own = Attributes({"product": "router"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        own._values = {}
    with pytest.raises(TypeError):
        own["product"] = "phone"  # type: ignore[index]


@given(value=values)
def test_their_labels_are_those_of_columns(value: Any) -> None:
    """A target that reads a log sees what a reader made of the same value, but for white space and whole floats."""
    if not isinstance(value, float):
        assert as_label(value) == text_of(value)


def test_tags_are_sorted_and_each_once() -> None:
    """One text alone would split into letters, and is refused."""
    assert as_tags(["vip", "b2b", "vip"]) == ("b2b", "vip")
    with pytest.raises(InvalidValue, match="put it into a list"):
        as_tags("vip")


changes = st.tuples(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
    st.sets(st.sampled_from("abc")),
    st.sets(st.sampled_from("xyz")),
    st.sets(st.sampled_from("xyz")),
)


@given(steps=st.lists(changes, max_size=8))
def test_a_fold_of_changes_is_that_of_a_plain_mapping_and_set(steps: list[Any]) -> None:
    """What is cleared is gone, what is set last stands; tags alike."""
    own: dict[str, int] = {}
    tags: set[str] = set()
    events: list[Changed] = []
    for sets, both, tag, either in steps:
        clear, untag = both - sets.keys(), either - tag
        if not (sets or clear or tag or untag):
            continue
        events.append(Changed(at=NINE, by="A", attributes=sets, clear=clear, tag=tag, untag=untag))
        for name in clear:
            own.pop(name, None)
        own |= sets
        tags = (tags | tag) - untag
    assert attributes_of(events) == own
    assert tags_of(events) == tuple(sorted(tags))


def test_a_change_changes_something_and_does_not_contradict_itself() -> None:
    """An empty change, and one that gives what it takes away."""
    with pytest.raises(InvalidValue, match="change at least one thing"):
        Changed(at=NINE, by="A")
    with pytest.raises(InvalidValue, match="clear must not take away"):
        Changed(at=NINE, by="A", attributes={"product": "x"}, clear=["product"])
    with pytest.raises(InvalidValue, match="untag must not take away"):
        Changed(at=NINE, by="A", tag=["vip"], untag=["vip"])
