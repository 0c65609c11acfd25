"""A document that is wrong is refused with all its problems, each with its path."""

import copy
import datetime as dt
import gc
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from tests.schema.schema_samples import path_of as sample_of

from servqual.errors import (
    IllegalTransition,
    InvalidValue,
    LoadErrors,
    MissingKey,
    NaiveTime,
    NewerDocument,
    ServqualError,
    UnknownKey,
    UnknownName,
    UnknownZone,
    UnreadableDocument,
    UnreadableReceipt,
    UnreadableTally,
)
from servqual.metrics import KPIS
from servqual.model import (
    AgentId,
    BusinessHours,
    Case,
    Customer,
    Member,
    Raci,
    Role,
    Sla,
    Target,
    Team,
    Vocabulary,
)
from servqual.model import case as event
from servqual.model.history.changed import Changed
from servqual.model.history.corrections import Amended
from servqual.model.ids import CustomerId
from servqual.model.people.team import Headcount
from servqual.schema import dump, dumps, ledger, load, loads
from servqual.schema.keeping import _KEPT
from servqual.schema.problems import path_of

AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def a_case() -> Case:
    """A case of two events."""
    told: Any = {"customer": "K-1", "description": "x", "impact": "y", "owner": "A-1", "channel": "email", "id": "C-1"}
    return Case(
        history=[
            event.Reported(at=AT, occurred_at=AT, source="feedback", **told),
            event.Received(at=AT, by="desk"),
        ]
    )


def problems(document: Any, **options: Any) -> dict[str, Exception]:
    """The problems of a document by path."""
    with pytest.raises(LoadErrors) as refused:
        load(document, **options)
    return paths(refused.value)


def paths(error: LoadErrors) -> dict[str, Exception]:
    """The problems of an error by path."""
    return {path_of(problem): problem for problem in error.exceptions if isinstance(problem, ServqualError)}


def broken(change: Callable[[Any], Any]) -> Any:
    """The document of a case with a change in its data."""
    document = json.loads(json.dumps(dump(a_case())))
    change(document["data"])
    return document


def put(place: str, value: Any) -> Callable[[Any], None]:
    """A change of one field of the first event."""

    def change(data: Any) -> None:
        data["history"][0][place] = value

    return change


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("at", "yesterday", InvalidValue),
        ("at", "2026-05-04T09:00:00", NaiveTime),
        ("at", "2026-05-04", InvalidValue),
        ("at", "2026-02-30T09:00:00+00:00", InvalidValue),
        ("at", "0001-01-01T00:00:00+14:00", InvalidValue),
        ("at", 1777885200, InvalidValue),
        ("at", None, InvalidValue),
        ("seq", "1", InvalidValue),
        ("seq", True, InvalidValue),
        ("seq", 1.0, InvalidValue),
        ("note", 5, InvalidValue),
        ("note", ["x"], InvalidValue),
        ("note", None, InvalidValue),
        ("channel", "", InvalidValue),
        ("source", "feedbak", InvalidValue),
        ("source", {"type": "channel"}, InvalidValue),
        ("priority", 1, InvalidValue),
        ("customer", "", InvalidValue),
        ("colour", "red", UnknownKey),
    ],
)
def test_one_wrong_field_is_named(field: str, value: Any, kind: type[Exception]) -> None:
    """A wrong type, word or key is a problem at its own path."""
    found = problems(broken(put(field, value)))
    assert [*found] == [f"$.data.history[0].{field}"]
    assert type(found[f"$.data.history[0].{field}"]) is kind


def test_all_problems_come_at_once() -> None:
    """A missing key, an unknown one, a wrong tag and a wrong value are told together, in the order of their paths."""

    def change(data: Any) -> None:
        del data["history"][0]["impact"]
        data["history"][0]["chanel"] = "x"
        data["history"][1]["type"] = "case.received_by"
        data["more"] = 1

    found = problems(broken(change))
    assert [(path, type(problem)) for path, problem in found.items()] == [
        ("$.data.history[0].chanel", UnknownKey),
        ("$.data.history[0].impact", MissingKey),
        ("$.data.history[1]", UnknownName),
        ("$.data.more", UnknownKey),
    ]
    assert "did you mean channel?" in str(found["$.data.history[0].chanel"])


def test_rules_of_the_classes_hold() -> None:
    """Illegal steps, unknown zones and events of other objects are refused as they are elsewhere."""
    illegal = broken(lambda data: data["history"].pop(0))
    assert isinstance(problems(illegal)["$.data"], IllegalTransition)
    hours = dump(BusinessHours(zone="UTC", week={"mon": "09:00-17:00"}))
    for zone in ("Mars/Olympus", "../../etc/passwd", "", "x" * 100_000, "\0"):
        hours["data"]["zone"] = zone
        assert isinstance(problems(hours)["$.data.zone"], UnknownZone)
    foreign = broken(lambda data: data["history"].append({"type": "complaint.closed", "at": "2026-05-04T09:00:00Z"}))
    assert [*problems(foreign)] == ["$.data.history[2]"]
    number = problems(broken(lambda data: data["history"].append(7)))
    assert str(number["$.data.history[2]"]) == "value must be an object (got 7)"


def test_paths_reach_into_mappings_and_unions() -> None:
    """A problem inside a mapping, or in one of several classes, is named by its key."""
    sla = Sla(
        name="x",
        hours=BusinessHours.always(),
        targets=[Target(clock="resolution", within=dt.timedelta(hours=1), match={"tier": "gold"})],
    )
    document = dump(sla)
    document["data"]["hours"]["week"] = {"mon": 5}
    document["data"]["targets"][0]["within"] = 3600
    document["data"]["targets"][0]["match"] = {"tier": {"type": "moment", "value": "soon"}}
    assert {*problems(document)} == {
        "$.data.hours.week.mon",
        "$.data.targets[0].within",
        "$.data.targets[0].match.tier.value",
    }


@pytest.mark.parametrize(
    ("stored", "path", "kind"),
    [
        ({"type": "set", "value": [1], "more": 1}, ".more", UnknownKey),
        ({"type": "mapping", "value": [], "more": 1}, ".more", UnknownKey),
        ({"type": "priority", "value": "high", "valeu": 1}, ".valeu", UnknownKey),
        ({"type": "moment", "value": "2026-05-04T09:00:00Z", "zone": "UTC"}, ".zone", UnknownKey),
        ({"type": "set"}, ".value", MissingKey),
        ({"type": "priority", "value": "hihg"}, ".value", InvalidValue),
        ({"type": "set", "value": [1, {"type": "moment", "value": "soon"}]}, ".value[1].value", InvalidValue),
        ({"type": "mapping", "value": [["a", {"type": "date"}]]}, ".value[0].value", MissingKey),
    ],
)
def test_tagged_values_know_their_keys(stored: Any, path: str, kind: type[Exception]) -> None:
    """A key beside those of a set, mapping, member, or scalar of any value is a problem, kept or not."""
    document = dump(KPIS["case_volume"].with_(key="mail", only={"channel": "email"}))
    document["data"]["params"]["only"] = stored
    for unknown in ("refuse", "keep"):
        found = problems(document, unknown=unknown)
        assert [(place, type(problem)) for place, problem in found.items()] == [(f"$.data.params.only{path}", kind)]


def test_an_attribute_that_is_named_like_a_field_has_its_path() -> None:
    """Whichever class refuses it: that of the attributes, or the case whose event has them."""
    changed = event.Changed(at=AT + dt.timedelta(hours=1), by="A-1", attributes={"size": 1})
    opened = Case.open(id="C-1", at=AT, channel="email", attributes={"size": 1}).record(changed)
    for place in (0, 1):
        document = json.loads(dumps(opened))
        document["data"]["history"][place]["attributes"] = {"size": 1, "priority": "x"}
        assert [*problems(document)] == [f"$.data.history[{place}].attributes.priority"]
    document = json.loads(dumps(Customer(id=CustomerId("K-1"), name="x")))
    document["data"]["attributes"] = {"tier": "gold"}
    found = problems(document)
    assert [*found] == ["$.data.attributes.tier"]
    assert str(found["$.data.attributes.tier"]).startswith("attributes must not be named like a field")


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("kpi", lambda data: data.pop("dated_by"), {"$.data.dated_by": MissingKey}),
        (
            "kpi",
            lambda data: data.update(more=1, version=99),
            {"$.data.more": UnknownKey, "$.data.version": InvalidValue},
        ),
        ("kpi", lambda data: data.update(of="asaa"), {"$.data.of": UnknownName}),
        ("kpi", lambda data: data.update(params={"whitin": 1}), {"$.data.params": InvalidValue}),
        ("tally", lambda data: data.update(bytes="AAAA"), {"$.data.bytes": UnreadableTally}),
        (
            "tally",
            lambda data: data["kpis"][0].pop("key") and data.update(bytes=5),
            {"$.data.bytes": InvalidValue, "$.data.kpis[0].key": MissingKey},
        ),
        ("measures", lambda data: data["tally"].update(kpis={}), {"$.data.tally.kpis": InvalidValue}),
        ("measures", lambda data: data.update(confidence=2), {"$.data.confidence": InvalidValue}),
        ("verdict", lambda data: data.update(receipt="AAAA"), {"$.data.receipt": UnreadableReceipt}),
    ],
)
def test_results_have_paths(kind: str, change: Callable[[Any], Any], expected: Any) -> None:
    """What is wrong inside a KPI, tally, measures or verdict is told at its place, and unknown keys cannot be kept."""
    document = json.loads(sample_of(ledger.named(kind)).read_text(encoding="utf-8"))
    change(document["data"])
    for unknown in ("refuse", "keep"):
        assert {path: type(problem) for path, problem in problems(document, unknown=unknown).items()} == expected


@pytest.mark.parametrize("version", [2, 999])
def test_a_version_of_the_future_is_named(version: int) -> None:
    """A newer version is refused with both numbers."""
    with pytest.raises(NewerDocument, match=str(version)) as refused:
        load({**dump(a_case()), "version": version})
    assert (refused.value.kind, refused.value.version, refused.value.known) == ("case", version, 1)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        5,
        {},
        {"kind": "case", "version": 1},
        {"kind": "case", "version": 1, "data": {}, "more": 1},
        {"kind": "case", "version": "1", "data": {}},
        {"kind": "case", "version": True, "data": {}},
        {"kind": "case", "version": 0, "data": {}},
        {"kind": "priority", "version": 1, "data": "high"},
    ],
)
def test_what_is_no_document_is_refused(document: Any) -> None:
    """Only an object of kind, version and data is a document."""
    with pytest.raises(UnreadableDocument):
        load(document)


def test_an_unknown_kind_is_named() -> None:
    """A kind that the ledger does not have is refused with the nearest ones."""
    with pytest.raises(UnknownName, match="did you mean case"):
        load({"kind": "cases", "version": 1, "data": {}})
    with pytest.raises(UnknownName):
        load({"kind": 5, "version": 1, "data": {}})


def test_errors_can_be_copied_split_and_told() -> None:
    """The group survives pickling and copying, can be split, and becomes plain data for a service."""
    with pytest.raises(LoadErrors) as refused:
        load(broken(put("colour", "red")))
    error = refused.value
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301  (our own bytes)
        assert str(again) == str(error)
        assert [*paths(again)] == ["$.data.history[0].colour"]
    part, rest = error.split(UnknownKey)
    assert isinstance(part, LoadErrors)
    assert rest is None
    told: Any = error.to_dict()
    assert told["code"] == "schema.refused"
    assert told["problems"][0]["path"] == "$.data.history[0].colour"
    assert json.dumps(told)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT5400S", dt.timedelta(seconds=5400)),
        ("PT1H30M", dt.timedelta(seconds=5400)),
        ("P1DT0.000001S", dt.timedelta(days=1, microseconds=1)),
        ("P2W", dt.timedelta(weeks=2)),
    ],
)
def test_durations_of_others_are_read(text: str, length: dt.timedelta) -> None:
    """ISO 8601 durations are read in any of their exact forms."""
    target = Target(clock="resolution", within=length)
    document = dump(target)
    assert document["data"]["within"].startswith("PT")
    document["data"]["within"] = text
    assert load(document) == target


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "5400", "P1M", "P1Y", "PT1.0000001S", "PT-5S", "P999999999W", "PT5400S "]
)
def test_durations_that_are_not_exact_are_refused(text: str) -> None:
    """Months and years have no length, and a duration finer than a microsecond none that is kept."""
    document = dump(Target(clock="resolution", within=dt.timedelta(hours=1)))
    document["data"]["within"] = text
    assert [*problems(document)] == ["$.data.within"]


@pytest.mark.parametrize("amount", [12.5, 12, "12,50", "NaN", "1e5", "0x1", "", " 1", "1" * 40, "1E+999999"])
def test_amounts_are_exact_texts(amount: Any) -> None:
    """Money is read from the text of its amount; numbers of JSON have lost their cents."""
    document = {"kind": "money", "version": 1, "data": {"amount": amount, "currency": "EUR"}}
    assert [*problems(document)] == ["$.data.amount"]


def test_unknown_keys_are_kept_and_written_back() -> None:
    """With unknown='keep' a newer document passes through unharmed, and events carry their keys into later objects."""
    document = broken(put("mood", {"score": [1, 2]}))
    document["data"]["history"][1]["robot"] = True
    document["data"]["shard"] = 7
    found = load(document, unknown="keep")
    assert dump(found) == document
    assert found == a_case()
    later = found.record(event.Classified(at=AT + dt.timedelta(hours=1), by="A-1", category="x", priority="high"))
    assert dump(later)["data"]["history"][0]["mood"] == {"score": [1, 2]}
    assert {*problems(document)} == {"$.data.history[0].mood", "$.data.history[1].robot", "$.data.shard"}
    with pytest.raises(InvalidValue, match="did you mean keep"):
        load(document, unknown="kept")  # type: ignore[arg-type]


def test_kept_keys_do_not_stay_in_memory() -> None:
    """The keys of an object go with it."""
    gc.collect()  # what other tests left behind
    before = len(_KEPT)
    found = load({"kind": "money", "version": 1, "data": {"amount": "1", "currency": "EUR", "x": 1}}, unknown="keep")
    assert len(_KEPT) == before + 1
    del found
    assert len(_KEPT) == before


def test_a_whole_number_where_a_fraction_may_be_is_written_as_one() -> None:
    """Equal objects have equal texts, whether a goal was given as 1 or as 1.0."""
    whole, fraction = (Target(clock="resolution", within=dt.timedelta(hours=1), goal=goal) for goal in (1, 1.0))
    assert dumps(whole) == dumps(fraction)
    assert '"goal":1.0' in dumps(whole)
    assert loads(dumps(whole)) == whole


def test_the_words_of_a_firm_are_checked_by_its_vocabulary() -> None:
    """A declared word that looks like a slip is read with the vocabulary, and what it does not declare is refused."""
    ours = Vocabulary(words={"channel": ["emial"], "product": ["router"]})
    opened = Case.open(id="C-1", at=AT, channel="emial", attributes={"product": "router"}, vocabulary=ours)
    document = dump(opened)
    assert load(document, vocabulary=ours) == opened
    assert [*problems(document)] == ["$.data.history[0].channel"]
    document["data"]["history"][0]["channel"] = "email"
    document["data"]["history"][0]["attributes"] = {"product": "phone"}
    assert {*problems(document, vocabulary=ours)} == {
        "$.data.history[0].attributes.product",
        "$.data.history[0].channel",
    }
    with pytest.raises(InvalidValue, match="vocabulary"):
        load(document, vocabulary={})  # type: ignore[arg-type]


OURS = Vocabulary(
    words={"tags": ["vip"], "product": ["router"], "category": ["billing"], "role": ["wizard"], "permission": ["spell"]}
)


def _changed_case() -> Case:
    opened = Case.open(id="C-1", at=AT, channel="email", category="billing", tags=["b2b", "vpi"])
    changed = Changed(at=AT + HOUR, by="A-1", tag=["vip", "vpi"], attributes={"product": "ruoter"})
    amended = Amended(
        at=AT + 2 * HOUR, by="A-1", event="opened", happened_at=AT, reason="typing",
        changes={"category": "bililng", "tags": ("vip", "vpi"), "attributes": {"product": "ruoter"}},
    )  # fmt: skip
    return opened.record(changed).record(amended)


def _member() -> Member:
    return Member(
        id=AgentId("A-1"), name="Ada", roles={"wizrd", "wizard"}, attributes={"produkt": "router"}, tags=["vpi"],
        permissions={"spel"},
    )  # fmt: skip


def _team() -> Team:
    return Team(
        name="north", members=[_member()], grants={"wizrd": {"spel": None}}, composition=[Headcount(role="wizrd")],
        duties={"answer": Raci(responsible={"wizrd"}, accountable="wizrt")},
    )  # fmt: skip


def _target() -> Target:
    match = {"product": "ruoter", "prodct": "router", "tags": ["vip", "vpi"], "category": "billing"}
    return Target(clock="resolution", within=HOUR, match=match)


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (
            _changed_case,
            {
                *("history[0].tags[0]", "history[0].tags[1]", "history[1].tag[1]", "history[1].attributes.product"),
                *("history[2].changes.category", "history[2].changes.tags[1]"),
                "history[2].changes.attributes.value.product",
            },
        ),
        (_member, {"roles[1]", "attributes.produkt", "tags[0]", "permissions.spel"}),
        (
            _team,
            {
                *("members[0].roles[1]", "members[0].attributes.produkt", "members[0].tags[0]"),
                *("members[0].permissions.spel", "grants.wizrd", "grants.wizrd.spel", "composition[0].role"),
                *("duties.answer.responsible[0]", "duties.answer.accountable"),
            },
        ),
        (_target, {"match.product", "match.prodct", "match.tags[1]"}),
        (
            lambda: Sla(name="s", hours=BusinessHours(zone="UTC", week={"mon": "09:00-17:00"}), targets=[_target()]),
            {"targets[0].match.product", "targets[0].match.prodct", "targets[0].match.tags[1]"},
        ),
    ],
    ids=["case", "member", "team", "target", "sla"],
)
def test_every_word_is_checked_at_its_place(make: Callable[[], Any], places: set[str]) -> None:
    """In events and corrections, in people, and in conditions; without a vocabulary all of them are read."""
    document = dump(make())
    assert load(document) == make()
    assert {*problems(document, vocabulary=OURS)} == {f"$.data.{place}" for place in places}


def test_declared_words_of_people_and_conditions_are_read() -> None:
    """Also a word that looks like a slip of a built-in one."""
    ours = Vocabulary(words={**OURS.words, "role": ["agnet", "agent"]})
    document = dump(Member(id=AgentId("A-1"), name="Ada", roles={"wizard", Role.AGENT}, permissions={"spell"}))
    document["data"]["roles"] = ["agnet", "agent"]
    assert load(document, vocabulary=ours).roles == {"agnet", Role.AGENT}
    with pytest.raises(LoadErrors, match="vocabulary="):
        load(document)


def test_a_moment_in_an_attribute_is_tagged() -> None:
    """A moment among the firm's own fields comes back as a moment, and a text that looks like one as a text."""
    own: dict[str, Any] = {"signed": AT, "told": AT.isoformat(), "vip": True, "rank": 1, "part": 1.0}
    opened = Case.open(id="C-1", at=AT, channel="email", attributes=own)
    document = dump(opened)
    stored = document["data"]["history"][0]["attributes"]
    assert stored["signed"] == {"type": "moment", "value": AT.isoformat()}
    assert stored["told"] == AT.isoformat()
    again = loads(json.dumps(document))
    assert again == opened
    assert [type(value) for value in again.attributes.values()] == [type(own[name]) for name in sorted(own)]
