"""Text that anybody may have written is read in bounded time and memory, or refused with a typed error."""

import json
import random
import time
import tracemalloc
from base64 import b64encode
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.schema.schema_samples import path_of

from servqual.errors import (
    InvalidValue,
    LoadErrors,
    ServqualError,
    UnknownName,
    UnreadableDocument,
    UnreadableState,
)
from servqual.metrics import KPIS, Windows, tally
from servqual.metrics.streams.stored import sealed, unsealed
from servqual.model import Money
from servqual.schema import dump, dumps, ledger, load, loads

GOOD = dumps(Money("12.50", "EUR"))


def code_of(text: Any, **limits: Any) -> str:
    """The code that a text is refused with."""
    with pytest.raises(ServqualError) as refused:
        loads(text, **limits)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "schema.unreadable"),
        ("null", "schema.unreadable"),
        ("{", "schema.unreadable"),
        (GOOD[:-1], "schema.unreadable"),
        (GOOD + "x", "schema.unreadable"),
        (b"\xff\xfe{}", "schema.unreadable"),
        (b"\x80\x04\x95", "schema.unreadable"),
        (GOOD.replace('"12.50"', "NaN"), "schema.unreadable"),
        (GOOD.replace('"12.50"', "-Infinity"), "schema.unreadable"),
        (GOOD.replace('"12.50"', "1e999"), "schema.unreadable"),
        (GOOD.replace('"12.50"', "9" * 5000), "schema.too_large"),
        (GOOD.replace('"EUR"', r'"\ud800"'), "schema.unreadable"),
        (GOOD.replace('"amount"', '"amount":"1","amount"'), "schema.duplicate_key"),
        (GOOD.replace('"12.50"', "[" * 100 + "]" * 100), "schema.too_deep"),
        (GOOD.replace('"12.50"', "[" * 1_000_000), "schema.too_deep"),
        ('{"a":' * 200_000, "schema.too_deep"),
        (GOOD.replace("12.50", "1" * (2 << 20)), "schema.too_large"),
        (GOOD.replace('"amount"', '"' + "a" * (2 << 20) + '"'), "schema.too_large"),
    ],
)
def test_hostile_text_is_refused_at_once(text: Any, code: str) -> None:
    """What is cut, foreign, repeated, deep or large has its own code, and takes neither long nor much memory."""
    tracemalloc.start()
    start = time.process_time()
    assert code_of(text) == code
    spent, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 3
    assert peak < 40 * len(text) + 1_000_000


def history(events: list[Any]) -> str:
    """A case with these events, as text."""
    return json.dumps({"kind": "case", "version": 1, "data": {"history": events}})


@pytest.mark.parametrize(
    "text",
    [
        history([{"type": f"case.unknown{place}"} for place in range(2_000)]),
        history([{}] * 30_000),
        history([{"type": "case.replied", "at": 5, "by": 5, "note": 5}] * 5_000),
        json.dumps({"kind": "case", "version": 1, "data": {f"historie{place}": 1 for place in range(10_000)}}),
        json.dumps({"kind": "team", "version": 1, "data": {"members": [{"id": []}] * 10_000}}),
    ],
)
def test_problems_are_told_up_to_a_number(text: str) -> None:
    """However much is wrong, a hundred problems are told, in time and memory that do not grow with their number."""
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(LoadErrors, match="got more than 100 problems") as refused:
        loads(text)
    spent, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(refused.value.exceptions) == 100
    assert spent < 3
    assert peak < 40 * len(text) + 10_000_000


def test_a_hundred_problems_are_all_told() -> None:
    """At the boundary none is left out, and near names are told of the first."""
    with pytest.raises(LoadErrors, match="got 100 problems") as refused:
        loads(history([{"type": "case.replyed"}] * 100))
    first = refused.value.exceptions[0]
    assert isinstance(first, UnknownName)
    assert "case.replied" in first.near
    assert len(refused.value.exceptions) == 100


@pytest.mark.parametrize(("count", "told"), [(98, "got 99 problems"), (99, "got 100 problems"), (100, "more than 100")])
def test_nested_problems_count_once(count: int, told: str) -> None:
    """A problem of a list inside a list is one problem, not one a level."""
    members = [{"id": f"A-{place}", "name": "x", "skills": [5]} for place in range(count - 1)]
    document = {"kind": "team", "version": 1, "data": {"name": "T", "members": [*members, {"id": "B", "more": 1}]}}
    with pytest.raises(LoadErrors, match=told) as refused:
        load(document)
    assert len(refused.value.exceptions) == min(count + 1, 100)


def test_long_texts_are_not_told_whole() -> None:
    """The message stays short, however long the text is that is refused."""
    document = json.loads(path_of(ledger.named("appraisal")).read_text(encoding="utf-8"))
    document["data"]["history"][0]["rater_weights"] = {str(place): place for place in range(50_000)}
    with pytest.raises(LoadErrors) as refused:
        load(document)
    assert len(str(refused.value)) < 2_000


@pytest.mark.parametrize("apart", [True, False])
def test_many_corrections_take_no_square(apart: bool) -> None:
    """A case with as many corrections as messages is read in time that grows with their number, whatever names them."""

    def took(count: int) -> float:
        opened = {"type": "case.opened", "at": "2026-05-04T09:00:00Z", "id": "C-1", "channel": "email"}
        moments = [
            f"2026-05-04T{10 + place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}Z" for place in range(count)
        ]
        told = [(moments[place] if apart else moments[0], place + 1) for place in range(count)]
        messages = [{"type": "case.customer_message", "at": at, "seq": seq} for at, seq in told]
        amended = [
            {
                "type": "corrections.amended", "at": "2026-05-05T09:00:00Z", "by": "q", "event": "customer_message",
                "happened_at": at, "happened_seq": None if apart else seq, "reason": "x", "changes": {"note": "y"},
            }
            for at, seq in told
        ]  # fmt: skip
        text = history([opened, *messages, *amended])
        start = time.process_time()
        case = loads(text)
        assert {event.note for event in case.counted[1:]} == {"y"}
        return time.process_time() - start

    took(10)
    few, many = (min(took(count) for _ in range(3)) for count in (300, 1200))  # whatever else the process collects
    assert many < 8 * max(few, 0.1)


def test_limits_are_options() -> None:
    """Each limit can be set, at its boundary the text passes, and a limit that is none is refused."""
    assert loads(GOOD, max_bytes=len(GOOD)) == Money("12.50", "EUR")
    assert code_of(GOOD, max_bytes=len(GOOD) - 1) == "schema.too_large"
    assert loads(GOOD, max_text=len("currency")) == Money("12.50", "EUR")
    assert code_of(GOOD, max_text=len("currency") - 1) == "schema.too_large"
    assert loads(GOOD, max_depth=3) == Money("12.50", "EUR")
    assert code_of(GOOD, max_depth=1) == "schema.too_deep"
    read = load(json.loads(GOOD), max_text=len("currency"), max_depth=3)
    assert read == Money("12.50", "EUR")
    for limits in ({"max_text": len("currency") - 1}, {"max_depth": 1}):
        with pytest.raises(UnreadableDocument):
            load(json.loads(GOOD), **limits)  # type: ignore[arg-type]
    for name in ("max_bytes", "max_depth", "max_text"):
        for limit in (0, -1, 1.5, True, None):
            with pytest.raises(InvalidValue, match=name):
                loads(GOOD, **{name: limit})  # type: ignore[arg-type]
            if name != "max_bytes":
                with pytest.raises(InvalidValue, match=name):
                    load(json.loads(GOOD), **{name: limit})  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [200, 450, 900])
def test_what_python_cannot_nest_is_refused(depth: int) -> None:
    """Where the limit of depth was raised, the nesting of Python ends the reading with the same error."""
    inner: Any = []
    for _ in range(depth):
        inner = {"type": "set", "value": [inner]}
    document = {**dump(KPIS["case_volume"]), "version": 1}
    document["data"] = {**document["data"], "params": {"only": inner}}
    with pytest.raises(ServqualError) as refused:
        load(document, max_depth=10_000)
    assert refused.value.code == "schema.too_deep"


def test_a_large_tally_comes_back_by_a_larger_limit() -> None:
    """The bytes of a tally are a text, which may be longer than other texts are."""
    moments = np.arange("2026-05-04", "2026-05-05", np.timedelta64(1, "s"), dtype="datetime64[us]")
    teams = [f"team {place} of {place * place}" for place in range(moments.size)]
    counted = tally(["case_volume"], {"cases": {"received_at": moments, "team": teams}}, by=["team"])
    document = dump(counted)
    assert len(document["data"]["bytes"]) > 1 << 20
    for read in (partial(load, document), partial(loads, dumps(counted))):
        with pytest.raises(UnreadableDocument, match="raise max_text"):
            read()
        assert read(max_text=8 << 20).to_bytes() == counted.to_bytes()


def test_bytes_count_as_bytes() -> None:
    """The limit of bytes is of the UTF-8 of a text, too."""
    text = dumps(Money("1", "EUR")).replace("EUR", "客客客")
    assert code_of(text, max_bytes=len(text)) == "schema.too_large"


def test_what_cannot_be_loaded_is_no_text() -> None:
    """Anything but text and bytes is refused."""
    for value in (None, 5, {}, dump(Money(1, "EUR"))):
        with pytest.raises(InvalidValue, match="text"):
            loads(value)  # type: ignore[arg-type]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["case", "sla", "complaint", "team", "plan", "verdict", "reading", "kpi", "tally"]), json_values)
def test_foreign_data_never_raise_anything_else(kind: str, data: Any) -> None:
    """Whatever stands in the data, the answer is an object or one of our errors."""
    with suppress(ServqualError):
        loads(json.dumps({"kind": kind, "version": 1, "data": data}))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_altered_bytes_never_raise_anything_else(seed: int) -> None:
    """A document with some bytes changed is read or refused with one of our errors."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    data = bytearray(GOOD.encode())
    for _ in range(chance.randrange(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(ServqualError):
        loads(bytes(data))


@pytest.mark.parametrize(
    "wrong",
    [
        {"read": [{"interactions": 7}, None, None, None]},
        {"clock": [2**62, 0, 0, 0, 0]},
        {"offsets": {"log": -1}},
        {"every": "fortnight"},
        {"more": 1},
        {"kind": "cases"},
    ],
)
def test_the_state_of_a_stream_is_what_it_says(wrong: dict[str, Any]) -> None:
    """Bytes whose sum is right may be anybody's: they are read only where they would be written again."""
    state = Windows.of(["volume"]).add({"interactions": {"queued_at": ["2026-05-04T09:00Z"]}}, 0, 1)
    header, arrays = unsealed(state.to_bytes())
    document = dump(state)
    assert load(document) == state
    document["data"]["bytes"] = b64encode(sealed(header | wrong, arrays)).decode()
    with pytest.raises(LoadErrors) as refused:
        load(document)
    [problem] = refused.value.exceptions
    assert isinstance(problem, UnreadableState)
    assert vars(problem)["path"] == "$.data.bytes"
