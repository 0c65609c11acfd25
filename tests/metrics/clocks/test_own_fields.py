"""Clocks and groups by the firm's own fields and tags: a log of cases reads like each case by itself."""

import datetime as dt
import random
from typing import Any

import pytest

from servqual.errors import MissingColumn
from servqual.metrics import AsOf, clock_readings, measure
from servqual.model import BusinessHours, Case, Sla, Target
from servqual.model import case as event
from servqual.model.attributes import with_types
from servqual.model.sla.target import Match

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
OWN: dict[str, list[Any]] = {"product": ["router", "phone"], "size": [1, 2], "vip": [True, False], "until": [NINE]}
TAGS = ["b2b", "press", "vip"]


def some(rng: random.Random) -> dict[str, Any]:
    """Some attributes with values."""
    return {name: rng.choice(values) for name, values in OWN.items() if rng.random() < 0.4}


def lived(rng: random.Random, number: int) -> Case:
    """A case whose attributes and tags change, sometimes twice at one instant."""
    at = NINE + number * MINUTE
    tags = rng.sample(TAGS, rng.randrange(3))
    case = Case.open(id=f"T-{number}", at=at, channel="web", attributes=some(rng), tags=tags)
    for _ in range(rng.randrange(6)):
        at += rng.choice([0, 20, 70]) * MINUTE
        given, tag = some(rng), {*rng.sample(TAGS, rng.randrange(2))}
        clear = {name for name in OWN if name not in given and rng.random() < 0.3}
        untag = {name for name in TAGS if name not in tag and rng.random() < 0.3}
        if given or clear or tag or untag:
            case = case.record(event.Changed(at=at, by="A", attributes=given, clear=clear, tag=tag, untag=untag))
    if rng.random() < 0.5:
        case = case.record(event.Resolved(at=at + HOUR, by="A", solution="s", told_customer=True))
    return case


def agreement(rng: random.Random) -> Sla:
    """Limits by one, two or three conditions on attributes and tags."""
    matches: list[dict[str, Match]] = [
        {"product": "router"}, {"product": "router", "vip": True}, {"product": "phone", "size": 2},
        {"product": "phone", "tags": ("b2b", "vip")}, {"product": "router", "vip": False, "until": NINE},
    ]  # fmt: skip
    limits = [rng.choice([30, 90, 200]) * MINUTE for _ in matches]
    targets = [Target(clock="resolution", within=w, match=m) for w, m in zip(limits, matches, strict=True)]
    targets.append(Target(clock="resolution", within=400 * MINUTE))
    return Sla(name="own", hours=BusinessHours.always(), targets=targets)


@pytest.mark.parametrize("seed", range(8))
def test_a_log_of_cases_reads_like_each_case(seed: int) -> None:
    """Targets follow every change, also of what is emptied and untagged; groups have what stands at the end."""
    rng = random.Random(seed)  # noqa: S311
    cases, sla, now = [lived(rng, number) for number in range(40)], agreement(rng), NINE + 9 * HOUR
    found = clock_readings(cases, sla, now=now)["resolution"].columns()
    one = {case.id: sla.read(case, now=now)["resolution"] for case in cases}
    told = zip(*(found[name].tolist() for name in ("case_id", "state", "limit")), strict=True)
    assert {name: (state, limit) for name, state, limit in told} == {
        name: (reading.state.value, reading.limit) for name, reading in one.items()
    }
    for name in (*OWN, "tags"):
        tables = {"cases": cases}, {"case_events": cases}
        objects, folded = (measure(["case_volume"], data, by=[name], now=now) for data in tables)
        assert {m.group[name]: m.value for m in objects} == {m.group[name]: m.value for m in folded}


def test_values_are_compared_with_their_type_and_all_tags_are_needed() -> None:
    """True is not 1, the text is not the number, and one tag of two is not enough."""

    def met(match: dict[str, Match], **facts: Any) -> bool:
        target = Target(clock="resolution", within=HOUR, match=match)
        sla = Sla(name="s", hours=BusinessHours.always(), targets=[target])
        return bool(sla.read(Case.open(id="T-1", at=NINE, channel="web", **facts), now=NINE))

    assert met({"size": 1}, attributes={"size": 1})
    assert not met({"size": 1}, attributes={"size": True})
    assert not met({"size": "1"}, attributes={"size": 1})
    assert not met({"size": 1}, attributes={"size": 1.0})
    assert met({"tags": ("vip", "b2b")}, tags=["b2b", "press", "vip"])
    assert not met({"tags": ("vip", "b2b")}, tags=["vip"])
    assert met({"tags": "vip", "priority": "P1"}, tags=["vip"], priority="P1")


ALL: list[Any] = ["7", "7 ", 7, 7.0, 1, 1.0, True, "true", NINE, str(NINE), NINE.isoformat(), "router"]
"""Texts, numbers, flags and moments, some with one label."""
PLAIN = {each for each in ALL if isinstance(each, str) and each == each.strip()}


@pytest.mark.parametrize("wanted", [each for each in ALL if type(each) is not float], ids=repr)
def test_objects_read_as_a_log_keep_the_types_of_their_attributes(wanted: Any) -> None:
    """The bulk engine matches exactly what `Sla.read` matches, for each type against each, also after a change."""
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        targets=[Target(clock="resolution", within=HOUR, match={"code": wanted, "channel": "web"})],
    )
    cases = [Case.open(id=f"T-{i}", at=NINE, channel="web", attributes={"code": value}) for i, value in enumerate(ALL)]
    cases += [
        Case.open(id=f"T-{i}-{j}", at=NINE, channel="web", attributes={"code": before}).record(
            event.Changed(at=NINE + MINUTE, by="A", attributes={"code": value})
        )
        for i, before in enumerate(ALL)
        for j, value in enumerate(ALL)
    ]
    now = NINE + 3 * HOUR
    one = {case.id: sla.read(case, now=now) for case in cases}
    met = {name for name, found in one.items() if found}
    alike = with_types({"code": wanted})
    assert {case.id for case in cases if with_types(case.attributes) == alike} <= met
    told: list[tuple[str, Any]] = [(case.id, each) for case in cases for each in case.history]
    plain = {case.id for case in cases} - {name for name, each in told if each.attributes["code"] not in PLAIN}
    by_type = [[case for case in cases if (case.id in plain) is text] for text in (True, False)]
    for given in (cases, iter(cases), [cases[:9], cases[9:]], by_type):
        bulk = clock_readings(given, sla, now=now)["resolution"].columns()
        assert {*bulk["case_id"]} == met
        assert dict(zip(bulk["case_id"], bulk["state"], strict=True)) == {
            name: found["resolution"].state.value for name, found in one.items() if found
        }
    found = measure(["resolution_kept"], {"case_events": cases}, sla=sla, now=now, where={"channel": "web"}).one()
    assert found.n == sum(each["resolution"].state == "breached" for each in one.values() if each) > 0
    live = AsOf.of(["resolution_kept"], horizon=HOUR, sla=sla)
    for i, part in enumerate(by_type):
        live = AsOf.from_bytes(live.add({"case_events": part}, i, i + 1).to_bytes(), sla=sla)
    assert live.tally(now=now).measure().one().n == found.n
    for alone in cases[: len(ALL)]:
        assert len(clock_readings([alone], sla, now=now)["resolution"]) == len(sla.read(alone, now=now))


def test_types_are_no_columns_of_a_log() -> None:
    """Groups have the labels of a value, and only the names of attributes are known."""
    sevens: list[Any] = ["7", 7, 7.0]
    cases = [Case.open(id=f"T-{i}", at=NINE, channel="web", attributes={"code": n}) for i, n in enumerate(sevens)]
    sla = Sla(name="s", hours=BusinessHours.always(), targets=[Target(clock="resolution", within=HOUR)])
    readings = clock_readings(cases, sla, now=NINE)["resolution"]
    assert "code" in readings.log.attributes
    assert not [name for name in readings.chunk().columns if not name.isidentifier()]
    found = measure(["case_volume"], {"case_events": cases}, by=["code"], now=NINE + HOUR)
    assert [(m.group["code"], m.value) for m in found] == [("7", 3)]


def test_a_log_of_columns_is_matched_by_labels() -> None:
    """A file knows no types: the number 7 is the text 7 there, also where objects stand beside it."""
    sla = Sla(
        name="s", hours=BusinessHours.always(), targets=[Target(clock="resolution", within=HOUR, match={"code": "7"})]
    )
    log = {"case_id": ["C-1"], "at": [NINE], "event": ["opened"], "code": [7]}
    case = Case.open(id="T-1", at=NINE, channel="web", attributes={"code": 7})
    found = [clock_readings(given, sla, now=NINE)["resolution"] for given in (log, [log, case], [case])]
    assert [*map(len, found)] == [1, 2, 0]


def test_a_name_that_no_case_has_is_never_met() -> None:
    """Of objects; a table of columns without the column is refused, as it may have been mistyped."""
    case = Case.open(id="T-1", at=NINE, channel="web")
    target = Target(clock="resolution", within=HOUR, match={"product": "router"})
    sla = Sla(name="s", hours=BusinessHours.always(), targets=[target])
    assert not sla.read(case, now=NINE + HOUR)
    assert measure(["resolution_kept"], {"case_events": [case]}, sla=sla, now=NINE + 3 * HOUR).one().n == 0
    log = {"case_id": ["T-1"], "at": [NINE], "event": ["opened"]}
    with pytest.raises(MissingColumn, match="'product'"):
        measure(["resolution_kept"], {"case_events": log}, sla=sla, now=NINE + 3 * HOUR)


def test_an_opened_case_in_a_log_of_columns_starts_every_clock() -> None:
    """`opened` is a report, and `progress_told` a public reply."""
    log = {
        "case_id": ["T-1", "T-1", "T-2"],
        "at": [NINE, NINE + MINUTE, NINE],
        "event": ["opened", "progress_told", "opened"],
    }
    sla = Sla(name="s", hours=BusinessHours.always(), targets=[Target(clock="first_response", within=HOUR)])
    found = measure(["first_response_kept"], {"case_events": log}, sla=sla, now=NINE + 3 * HOUR).one()
    assert (found.n, found.value) == (2, 0.5)


def test_who_acted_is_in_the_table_of_cases() -> None:
    """First response and solution are credited to who gave them, with the team that the case had then."""
    case = Case.open(id="T-1", at=NINE, channel="web", owner="A-1", team="north")
    case = case.record(event.Replied(at=NINE + MINUTE, by="B-2"))
    case = case.record(event.Assigned(at=NINE + 2 * MINUTE, by="desk", to="C-3", team="south"))
    case = case.record(event.Resolved(at=NINE + 3 * MINUTE, by="D-4", solution="s", told_customer=True))
    for name, who in {
        "answered_by": "B-2",
        "answered_team": "north",
        "resolved_by": "D-4",
        "resolved_team": "south",
    }.items():
        found = measure(["case_volume"], {"cases": [case]}, by=[name], now=NINE + HOUR)
        assert found.get("case_volume", **{name: who}).value == 1
