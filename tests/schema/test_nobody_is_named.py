"""The law of hidden documents, over all kinds: no text but ids, codes and declared words is written as it is."""

import copy
import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NewType, get_args

import attrs
from tests.schema.schema_samples import path_of

from servqual.errors import InvalidValue
from servqual.model import Case, Interaction, Target, Vocabulary
from servqual.model.attributes import Attributes
from servqual.model.ids import AgentId, CustomerId
from servqual.schema import dump, dumps, kinds, ledger, load, loads, personal_fields
from servqual.schema.forms import fields_of, is_enum, is_list, is_literal, is_mapping, is_named_tuple, is_open, is_union
from servqual.schema.opaque import is_opaque

KEY = b"a secret of at least 16 bytes"
AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MARK = "Ada Lovelace"
NUMBER = 4_711_081_512
KEPT = Path(__file__).parent / "kept_texts.txt"


def marked(annotation: Any) -> Any:  # noqa: C901, PLR0911  (a form each)
    """A value of a type with the mark in it; None where it holds no free text outside of its records."""
    if annotation in {str, AgentId, CustomerId} or is_open(annotation):
        return MARK
    if annotation is Attributes:
        return {"type": MARK, "phone": NUMBER}
    if isinstance(annotation, NewType):
        return None
    parts = get_args(annotation)
    if is_mapping(annotation):
        key, inside = marked(parts[0]), marked(parts[1])
        if parts[0] in {AgentId, CustomerId}:
            return {key: inside}
        if is_enum(parts[0]):
            return None if inside is None else {next(iter(parts[0])): inside}
        own = is_open(parts[1]) or (is_union(parts[1]) and str in get_args(parts[1])) or "tuple[str" in str(parts[1])
        return {"owner": inside, "tenant": inside} if own and inside else {"type": inside} if inside else None
    if is_union(annotation) and any(is_enum(part) or is_literal(part) for part in parts):
        return None
    if is_union(annotation):
        return next((found for part in parts if (found := marked(part)) is not None), None)
    if is_list(annotation) and parts[-1] is Ellipsis:
        return None if (inside := marked(parts[0])) is None else (inside,)
    if is_list(annotation) and len(parts) == 1:
        return None if (inside := marked(parts[0])) is None else frozenset({inside})
    return None


def kept_texts() -> dict[str, set[str]]:
    """The fields whose texts stay, by name, as the list says."""
    rows = (line.split(": ") for line in KEPT.read_text(encoding="utf-8").splitlines())
    return {name: set(tags.split()) for name, tags in rows}


def records(value: Any) -> list[Any]:
    """Every object in an object, itself included."""
    if isinstance(value, Mapping):
        return [found for pair in value.items() for part in pair for found in records(part)]
    if isinstance(value, tuple | frozenset) and not is_named_tuple(type(value)):
        return [found for part in value for found in records(part)]
    if not attrs.has(type(value)) or is_opaque(type(value)):
        return []
    kind: Any = type(value)
    return [value, *(found for name, _, _ in fields_of(kind) for found in records(getattr(value, name)))]


def fill(value: Any, kept: Mapping[str, set[str]]) -> None:
    """Put the mark into every text of an object that is not in the list."""
    for record in records(value):
        kind: Any = type(record)
        for name, key, annotation in fields_of(kind):
            mark = marked(annotation)
            if mark is not None and ledger.tag_of(kind) not in kept.get(key, ()):
                object.__setattr__(record, name, mark)


@cache
def loaded_samples() -> Mapping[str, Any]:
    """The sample of each kind that can be hidden: of those without a tally or verdict, whose bytes are refused."""
    found = {kind: loads(path_of(ledger.named(kind)).read_text(encoding="utf-8")) for kind in kinds()}
    return {kind: value for kind, value in found.items() if not is_opaque(type(value)) and can_be_hidden(value)}


def can_be_hidden(value: Any) -> bool:
    """Whether hiding is not refused."""
    try:
        dump(value, pseudonymise=KEY)
    except InvalidValue as refused:
        if refused.code != "schema.not_hidden":
            raise
        return False
    return True


def samples() -> dict[str, Any]:
    """A copy of each sample, to be changed."""
    return copy.deepcopy({**loaded_samples()})


def test_no_text_is_written_as_it_is() -> None:
    """Whatever text stands in a field of whatever kind, with a key it is nowhere in the document."""
    kept, marks = kept_texts(), 0
    for kind, value in samples().items():
        fill(value, kept)
        marks += MARK in dumps(value)
        hidden = dumps(value, pseudonymise=KEY)
        assert MARK not in hidden, kind
        assert str(NUMBER) not in hidden, kind
    assert marks > len(kinds()) / 2


def test_texts_that_stay_are_listed() -> None:
    """A text stays only where the list says so: a new field is hidden, or somebody says here that it names nobody."""
    found: dict[str, set[str]] = {}
    for entry in map(ledger.named, (row.tag for row in ledger.rows() if row.where != ledger.RETIRED)):
        if attrs.has(entry.kind) and not is_opaque(entry.kind):
            hidden = personal_fields(entry.kind)
            for _, key, annotation in fields_of(entry.kind):
                if marked(annotation) is not None and f"{entry.tag}.{key}" not in hidden:
                    found.setdefault(key, set()).add(entry.tag)
    assert found == kept_texts(), "\n".join(f"{key}: {' '.join(sorted(tags))}" for key, tags in sorted(found.items()))


def test_hidden_objects_of_every_kind_load() -> None:
    """A hidden document of any kind is a document."""
    for kind, value in samples().items():
        assert type(load(dump(value, pseudonymise=KEY))) is type(value), kind


NINE = Case.open(id="C-1", at=AT, channel="email", customer="Ada", attributes={"phone": NUMBER})


def test_ids_that_may_be_missing_are_hidden() -> None:
    """The id of a customer is a pseudonym where it is optional, too."""
    opened = dump(NINE, pseudonymise=KEY)["data"]["history"][0]
    assert opened["customer"].startswith("p-")
    assert opened["attributes"]["phone"].startswith("p-")
    contact = Interaction(id="I-1", customer="Ada", agent="Wu", channel="phone", queued_at=AT)  # type: ignore[arg-type]
    hidden = dump(contact, pseudonymise=KEY)["data"]
    assert (hidden["customer"], hidden["agent"][:2]) == (opened["customer"], "p-")


def test_redacting_alone_leaves_ids() -> None:
    """Without a key, ids stay, and texts of the firm's own fields go as prose does."""
    case = Case.open(id="C-1", at=AT, channel="email", customer="K-1", attributes={"tenant": "Ada", "size": 4})
    opened = dump(case, redact=True)["data"]["history"][0]
    assert opened["customer"] == "K-1"
    assert opened["attributes"] == {"size": 4, "tenant": "[redacted]"}


def test_names_in_rules_are_hidden_by_their_fields() -> None:
    """A target for one owner or for a value of the firm's own field names neither; declared words of others stay."""
    hour = dt.timedelta(hours=1)
    target = Target(clock="first_response", within=hour, match={"owner": "Ada", "tenant": "Ada", "channel": "email"})
    match = dump(target, pseudonymise=KEY)["data"]["match"]
    assert match["owner"] == match["tenant"] != "Ada"
    assert match["channel"] == "email"
    words = dump(Vocabulary(words={"owner": ["Ada"], "category": ["billing"]}), pseudonymise=KEY)["data"]["words"]
    assert words == {"category": ["billing"], "owner": [match["owner"]]}


def test_kept_keys_are_left_out() -> None:
    """What nobody here knows may name anybody, so it is not in a hidden document."""
    document = dump(NINE)
    document["data"]["history"][0]["nickname"] = MARK
    kept = load(document, unknown="keep")
    assert MARK in dumps(kept)
    assert MARK not in dumps(kept, pseudonymise=KEY)
    assert MARK not in dumps(kept, redact=True)
