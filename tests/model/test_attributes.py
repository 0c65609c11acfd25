"""The firm's own fields: sorted, immutable, hashable, and compared with their types."""

import copy
import datetime as dt
import math
import pickle
import re
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import (
    AgentId,
    Answer,
    Attributes,
    Case,
    Complaint,
    Customer,
    CustomerId,
    Interaction,
    InteractionId,
    Invitation,
    Member,
    Question,
    SurveyId,
    Vocabulary,
)
from servqual.model.attributes import as_label, as_tags
from servqual.model.history.changed import Changed, attributes_of, tags_of
from servqual.readers.columns.labels import text_of
from servqual.readers.memory.object_columns import EVENT_COLUMNS, OBJECT_COLUMNS

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


WORDS = Question(key="why", kind="text", text="Why?")
CARRIERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "case": lambda own: Case.open(id="T-1", at=NINE, channel="web", attributes=own),
    "complaint": lambda own: Complaint.open(id="P-1", at=NINE, channel="web", attributes=own),
    "interaction": lambda own: Interaction(id=InteractionId("I-1"), channel="web", queued_at=NINE, attributes=own),
    "customer": lambda own: Customer(id=CustomerId("K-1"), name="Ada", attributes=own),
    "member": lambda own: Member(id=AgentId("A-1"), name="Ada", attributes=own),
    "invitation": lambda own: Invitation(survey=SurveyId("S"), customer=CustomerId("K-1"), at=NINE, attributes=own),
    "answer": lambda own: Answer(
        survey=SurveyId("S"), question=WORDS, customer=None, answered_at=NINE, text="so", attributes=own
    ),
}


@pytest.mark.parametrize("kind", CARRIERS)
def test_an_attribute_named_like_a_column_is_refused(kind: str) -> None:
    """Whatever column a table makes of the object, and every field; what an export alone knows may be set."""
    made = {name for kinds in OBJECT_COLUMNS.values() for name in kinds.get(kind, ()) if not name.startswith("_")}
    if kind == "case":
        made |= {"at", "event"}.union(*EVENT_COLUMNS.values())
    assert made
    for name in made - {"procedure_followed", "redress", "currency"}:
        with pytest.raises(InvalidValue, match=f"named like a field or column .*{name}"):
            CARRIERS[kind]({name: "x"})
    assert CARRIERS[kind]({"product": "x"}).attributes == {"product": "x"}


OURS = Vocabulary(words={"product": ["router"], "category": ["billing"], "tags": ["vip"]})
NAIVE = dt.datetime(2026, 5, 4)  # noqa: DTZ001
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"attributes": {"": 1}}, "attributes must have names with content (got ''); name it, such as 'product'"),
    ({"attributes": {5: 1}}, "attributes must have names with content (got 5); name it, such as 'product'"),
    ({"attributes": "router"}, "attributes must map names to values (got 'router'); write {'product': 'router'}"),
    ({"attributes": 5}, "attributes must map names to values (got 5); write {'product': 'router'}"),
    ({"attributes": {"p": None}}, "attributes.p must be a text {} (got None); leave it out where it is not known"),
    ({"attributes": {"p": math.nan}}, "attributes.p must be a text {} (got nan); leave it out where it is not known"),
    ({"attributes": {"p": " "}}, "attributes.p must be a text {} (got ' '); leave it out where it is not known"),
    ({"attributes": {"p": [1]}}, "attributes.p must be a text {} (got [1]); write it as a text"),
    ({"attributes": {"p": np.ones(2)}}, "attributes.p must be a text {} (got array([1., 1.])); write it as a text"),
    ({"attributes": {"p": 2**70}}, "attributes.p must lie between -2**63 and 2**63 - 1 (got {}); store it as text"),
    ({"attributes": {"p": NAIVE}}, "attributes.p needs a zone (got {}); pass tzinfo, such as datetime.UTC"),
    (
        {"attributes": {"team": "x"}},
        "attributes must not be named like a field or column (got 'team'); set the field, {}",
    ),
    ({"tags": "vip"}, "tags must be a list of texts (got 'vip' alone); put it into a list"),
    ({"tags": 5}, "tags must be several texts (got 5); write them as a list"),
    ({"tags": [""]}, "tags must all have content (got '' in ('',)); leave out blank texts"),
    ({"tags": [5]}, "tags must all have content (got 5 in (5,)); leave out blank texts"),
]
DECLARED: list[tuple[dict[str, Any], str]] = [
    (
        {"attributes": {"product": "ruoter"}},
        "attributes.product must be one of router (got 'ruoter'); did you mean router?",
    ),
    ({"attributes": {"product": "tv"}}, "attributes.product must be one of router (got 'tv'); declare it in the {}"),
    ({"attributes": {"prodct": "x"}}, "attributes must name declared attributes (got 'prodct'); did you mean product?"),
    ({"attributes": {"zone": "x"}}, "attributes must name declared attributes (got 'zone'); declare it in the {}"),
    ({"tags": ["vpi"]}, "tags must be one of vip (got 'vpi'); did you mean vip?"),
    ({"category": 5}, "category must be one of billing (got 5); declare it in the vocabulary if it is meant"),
]


@pytest.mark.parametrize(
    ("facts", "vocabulary", "message"),
    [
        *((facts, None, message) for facts, message in WRONG),
        *((facts, OURS, message) for facts, message in WRONG if "team" not in str(facts)),
        *((facts, OURS, message) for facts, message in DECLARED),
    ],
)
def test_a_refusal_says_field_rule_value_and_remedy(
    facts: dict[str, Any], vocabulary: Vocabulary | None, message: str
) -> None:
    """In the text and as facts of the error, whether a vocabulary reads the facts or the event does."""
    kinds: list[Any] = [Case, Complaint]
    for kind in kinds:
        with pytest.raises(InvalidValue, match=re.escape(message).replace(r"\{\}", ".+")) as refused:
            kind.open(id="T-1", at=NINE, channel="web", vocabulary=vocabulary, **facts)
        assert refused.value.field.partition(".")[0] == next(iter(facts))
        assert refused.value.expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "attributes must change at least one thing (got no change); or clear, tag, untag"),
        ({"clear": "x"}, "clear must be a list of texts (got 'x' alone); put it into a list"),
        ({"clear": [""]}, "clear must all have content (got '' in ('',)); leave out blank texts"),
        ({"tag": 5}, "tag must be several texts (got 5); write them as a list"),
        ({"untag": [5]}, "untag must all have content (got 5 in (5,)); leave out blank texts"),
        ({"tag": ["a"], "untag": ["a"]}, "untag must not take away what the same event gives (got 'a'); leave out one"),
        (
            {"attributes": {"a": 1}, "clear": ["a"]},
            "clear must not take away what the same event gives (got 'a'); leave",
        ),
    ],
)
def test_a_refused_change_says_why(change: dict[str, Any], message: str) -> None:
    """By the name of its own field."""
    with pytest.raises(InvalidValue, match=re.escape(message)) as refused:
        Changed(at=NINE, by="A-1", **change)
    assert refused.value.field == message.partition(" ")[0]
