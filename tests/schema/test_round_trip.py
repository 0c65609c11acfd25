"""Every public class is stored and read back as it was."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.schema.schema_samples import path_of, same

from servqual.errors import InvalidValue, LoadErrors, UnknownName
from servqual.metrics import KPIS, Count, Kpi, Ratio, Tally, measure, tally
from servqual.metrics.kpi.clusters import clustered
from servqual.model import Appraisal, Case, Complaint, Customer, Hours, Interaction, Money, Sla, Survey, Team
from servqual.schema import dump, dumps, json_schema, kinds, ledger, load, loads
from servqual.schema.forms import fields_of, parts_of
from servqual.schema.opaque import is_opaque
from servqual.schema.scalars import SCALARS
from servqual.testing import values
from servqual.testing.strategies import of

NUMBERED = [
    row.tag
    for row in ledger.rows()
    if row.version and not is_opaque(row.kind) and any(float in parts_of(part) for _, _, part in fields_of(row.kind))
]
"""Kinds with a number that need not be whole."""
STATISTICS = [kind for kind in kinds() if kind.startswith(("spc.", "stats."))]
QUICK = settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def check(value: Any) -> None:
    """The law: reading gives the same value, and writing it again the same text."""
    text = dumps(value)
    again = loads(text)
    assert same(again, value)
    assert dumps(again) == text
    assert same(load(json.loads(json.dumps(dump(value)))), value)


@settings(QUICK, max_examples=40)
@given(st.sampled_from(kinds()).flatmap(lambda kind: values(ledger.named(kind).kind)))
def test_every_kind_comes_back(value: Any) -> None:
    """What is loaded is what was dumped, and is dumped as the same text; some kinds a run, all in a long one."""
    check(value)


@QUICK
@given(
    st.one_of([values(kind) for kind in (Case, Complaint, Interaction, Customer, Sla, Hours, Team, Survey, Appraisal)])
)
def test_the_main_kinds_come_back(value: Any) -> None:
    """The classes that services store most come back whatever is in them."""
    check(value)


@settings(QUICK, max_examples=40)
@given(st.sampled_from(STATISTICS).flatmap(lambda kind: values(ledger.named(kind).kind)))
def test_what_statistics_find_comes_back(value: Any) -> None:
    """Estimates, charts and curves, as the functions make them of drawn data; some kinds a run, all in a long one."""
    check(value)
    assert loads(dumps(value)) == value


@pytest.mark.parametrize("key", sorted(KPIS))
def test_every_kpi_of_the_catalogue_comes_back(key: str) -> None:
    """A KPI is stored by name, version and parameters."""
    document = dump(KPIS[key])
    assert load(document) == KPIS[key]
    assert document["data"] == {
        "key": key, "of": key, "version": KPIS[key].version, "params": {}, "dated_by": "",
    }  # fmt: skip


def own_kpi() -> Kpi:
    """A KPI of the user."""
    facts: dict[str, Any] = {"title": "mine", "question": "?", "formula": "n", "unit": "count", "better": None}
    return Kpi(
        key="mine",
        table="cases",
        needs=("received_at",),
        accumulator=Count,
        rows=lambda t: {"among": t.known("received_at")},
        **facts,
    )


def test_a_kpi_of_the_user_is_passed_again() -> None:
    """A tally of a KPI of the user loads where the same KPI is passed, and nowhere else."""
    mine = own_kpi()
    counted = tally([mine], {"cases": {"received_at": ["2026-05-04T10:00+00:00"]}})
    document = dump(counted)
    found = load(document, kpis=[mine])
    assert isinstance(found, Tally)
    assert found.to_bytes() == counted.to_bytes()
    for kpis in ((), (attrs.evolve(mine, version=2),)):
        with pytest.raises(LoadErrors) as refused:
            load(document, kpis=kpis)
        (problem,) = refused.value.exceptions
        assert isinstance(problem, UnknownName)
        assert problem.code == "schema.own_kpi"


def test_a_tally_by_cluster_and_agreement_comes_back() -> None:
    """A KPI that was clustered, or judged by an agreement, is made again from its row."""
    day = ["2026-05-04T10:00+00:00"] * 4
    answers = {"answered_at": day, "score": [1, 5, 4, 2], "customer_id": ["a", "a", "b", "c"]}
    csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    counted = tally([csat], {"answers": answers}, cluster="customer_id")
    assert load(dump(counted)).to_bytes() == counted.to_bytes()


def test_a_clustered_kpi_is_stored_by_its_row() -> None:
    """A KPI whose spread is taken between customers is made again from the row, or from the user's own."""
    within = KPIS["resolution_kept"].with_(key="fast", within=dt.timedelta(hours=4))
    for base in (KPIS["reopen_rate"], within):
        kpi = clustered(base, "customer_id")
        document = json.loads(json.dumps(dump(kpi)))
        assert document["data"] == {**dump(base)["data"], "cluster": "customer_id"}
        assert load(document) == kpi
        assert load(document).definition == kpi.definition
        assert not [*validator_of("kpi").iter_errors(document)]
    facts: Any = {"unit": "share", "accumulator": Ratio, "rows": lambda t: {"hit": t.known("received_at")}}
    mine = attrs.evolve(own_kpi(), **facts)
    assert load(dump(clustered(mine, "team")), kpis=[mine]).definition == clustered(mine, "team").definition
    counted = tally([mine], {"cases": {"received_at": ["2026-05-04T10:00+00:00"], "team": ["a"]}}, cluster="team")
    assert load(dump(counted), kpis=[mine]).to_bytes() == counted.to_bytes()


def test_a_kpi_over_ready_made_counts_is_stored_by_its_row() -> None:
    """It is told from the one over single contacts by its table; measures and verdicts of it come back."""
    level = KPIS["service_level"].with_(key="in_a_minute", within=dt.timedelta(minutes=1))
    table = {"at": ["2026-05-04T10:00+00:00"], "offered": [9], "answered_within": [7], "within_s": [60]}
    found = measure(["volume", level], {"contact_counts": table})
    for kpi in found.kpis:
        document = json.loads(json.dumps(dump(kpi)))
        assert document["data"]["of"].startswith("contact_counts/")
        assert load(document) == kpi
        assert not [*validator_of("kpi").iter_errors(document)]
    assert load(dump(found)) == found


def test_a_class_of_the_user_is_refused() -> None:
    """A class without a tag is no stored form, and a subclass is not stored as its base."""

    @attrs.frozen
    class Mine:
        x: int = 1

    for value in (Mine(), 5, "text", None, object()):
        with pytest.raises(InvalidValue) as refused:
            dump(value)
        assert refused.value.code == "schema.no_tag"


@settings(QUICK, max_examples=40)
@given(st.sampled_from([row for row in ledger.rows() if not row.version]).flatmap(lambda row: scalars(row.kind)))
def test_what_is_no_kind_is_refused_alone(value: Any) -> None:
    """A scalar or a member of an enumeration has a tag inside of documents, and is no document of its own."""
    for write in (dump, dumps):
        with pytest.raises(InvalidValue, match=r"store the object that holds it|a class in the ledger") as refused:
            write(value)
        assert refused.value.code == "schema.no_tag"


def scalars(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type that is never a document."""
    strategy: st.SearchStrategy[Any] = st.builds(kind) if kind in {dict, frozenset, bytes} else of(kind)
    return strategy


def twin(value: Any, change: Callable[[float], float]) -> Any:
    """An equal object whose numbers were given otherwise; the object itself where its class has no such numbers."""
    kind: Any = type(value)
    numbers = {
        key: change(getattr(value, name))
        for name, key, annotation in fields_of(kind)
        if float in parts_of(annotation) and isinstance(getattr(value, name), int | float)
    }
    try:
        return attrs.evolve(value, **numbers)
    except InvalidValue:  # a class that takes floats alone
        return value


def as_whole(number: float) -> float:
    """The equal whole number, where there is one."""
    return int(number) if number == int(number) else number


@settings(QUICK, max_examples=60)
@given(st.sampled_from(NUMBERED).flatmap(lambda kind: values(ledger.named(kind).kind)))
def test_equal_numbers_are_equal_texts(value: Any) -> None:
    """A number may be given as a float or as the equal whole number, and the zero with either sign."""
    for change in (float, as_whole, lambda number: number or -0.0):
        other = twin(value, change)
        if other == value:
            assert dumps(other) == dumps(value)


@pytest.mark.parametrize(
    ("whole", "fraction", "text"),
    [
        (0, -0.0, "0.0"),
        (1, 1.0, "1.0"),
        (10**17, 1e17, "1e+17"),
        (2**53 + 2, 2.0**53 + 2, "9007199254740994.0"),
        (2**1023 + 2**1000, 2.0**1023 + 2.0**1000, repr(2.0**1023 + 2.0**1000)),
    ],
)
def test_numbers_have_one_text(whole: int, fraction: float, text: str) -> None:
    """Equal numbers are written the same; a whole number that no float is equal to keeps all its digits."""
    write = SCALARS[float].write
    assert [json.dumps(write(number)) for number in (whole, fraction)] == [text, text]
    assert [json.dumps(write(number)) for number in (2**53 + 1, 10**398)] == [str(2**53 + 1), str(10**398)]


def test_equal_objects_are_equal_texts() -> None:
    """Sets and mappings are written in one order, however they were made."""
    one = Customer(id="K-1", name="x", languages=["de", "en", "zh"])  # type: ignore[arg-type]
    other = Customer(id="K-1", name="x", languages=["zh", "de", "en"])  # type: ignore[arg-type]
    assert dumps(one) == dumps(other)
    assert dumps(Money("12.50", "EUR")) == '{"data":{"amount":"12.50","currency":"EUR"},"kind":"money","version":1}'


@pytest.mark.parametrize("kind", ["case", "complaint", "interaction", "sla", "team", "appraisal", "tally", "money"])
def test_documents_are_of_their_schema(kind: str) -> None:
    """What is dumped is valid by its JSON Schema, for an independent validator; other keys and versions are not."""
    document = json.loads(path_of(ledger.named(kind)).read_text(encoding="utf-8"))
    validator = validator_of(kind)
    validator.check_schema(validator.schema)
    assert not [*validator.iter_errors(document)]
    assert not validator.is_valid({**document, "version": 99})
    assert not validator.is_valid({**document, "data": {**document["data"], "unknown": 1}})
    assert not validator.is_valid({**document, "data": [document["data"]]})


@settings(QUICK, max_examples=12)
@given(st.sampled_from(kinds()))
def test_samples_are_of_their_schema(kind: str) -> None:
    """Any kind is described as it is dumped; some kinds a run, all in a long one."""
    document = dump(loads(path_of(ledger.named(kind)).read_text(encoding="utf-8")))
    assert not [*validator_of(kind).iter_errors(json.loads(json.dumps(document)))]


@pytest.mark.parametrize("change", [{"id": ""}, {"event_id": ""}, {"id": None}])
def test_what_is_empty_is_not_of_the_schema(change: dict[str, Any]) -> None:
    """A text without content and a history without events are refused by the schema, as by the class."""
    document = json.loads(dumps(Case.open(id="C-1", at=dt.datetime(2026, 5, 4, tzinfo=dt.UTC), channel="email")))
    validator = validator_of("case")
    assert validator.is_valid(document)
    (opened,) = document["data"]["history"]
    assert not validator.is_valid({**document, "data": {"history": [{**opened, **change}]}})
    assert not validator.is_valid({**document, "data": {"history": []}})


def validator_of(kind: str) -> Any:
    """An independent validator of documents of a kind."""
    return pytest.importorskip("jsonschema").Draft202012Validator(json_schema(kind))
