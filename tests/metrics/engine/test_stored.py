"""Stored bytes are not trusted because their checksum is right."""

import hashlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servqual.errors import UnreadableTally
from servqual.metrics import Tally, tally

FORGING = Path(__file__).with_name("forging.py")
MOMENT = np.datetime64("2026-05-04T08:00:00", "us")
GOOD = tally(
    ["volume", "customers_in_contact"],
    {"interactions": {"queued_at": np.array([MOMENT] * 3), "team": ["a", "b", "b"], "customer_id": ["x", "y", "z"]}},
    by=["team"],
).to_bytes()


def forged(change: Callable[[Any], object] = lambda _: None, *words: tuple[int, int], text: bytes = b"") -> bytes:
    """The good tally with another header, some other numbers of the body, and the right checksum."""
    end = 12 + struct.unpack_from("<I", GOOD, 8)[0]
    header, body = json.loads(GOOD[12:end]), np.frombuffer(GOOD[end:-32], "<i8").copy()
    change(header)
    for place, word in words:
        body[place] = word
    text = text or json.dumps(header).encode()
    data = GOOD[:8] + struct.pack("<I", len(text)) + text + body.tobytes()
    return data + hashlib.sha256(data).digest()


def put(value: object, *path: Any) -> Callable[[Any], object]:
    """A change of one place of the header; a missing value takes it out."""

    def change(header: Any) -> None:
        *way, last = path
        for key in way:
            header = header[key]
        if value is ...:
            del header[last]
        else:
            header[last] = value

    return change


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (forged(put(..., "plan", "kpis")), "lacks parts"),
        (forged(put([1], "plan", "period")), "lacks parts"),
        (forged(put([["volume"]], "plan", "kpis")), "lacks parts"),
        (forged(put([], "plan")), "lacks parts"),
        (forged(put(1.0, "plan", "kpis", 0, 3)), "lacks parts"),
        (forged(put(1, "plan", "more")), "lacks parts"),
        (forged(text=b"[" * 100_000), "recursion"),
        (forged(text=b'{"plan": ' + b"9" * 5000 + b"}"), "64 bits"),
        (forged(put(10**30, "plan", "now")), "64 bits"),
        (forged(put(-5, "plan", "now")), "from 1970 to 2099"),
        (forged(put("Mars/Olympus", "plan", "zone")), "IANA"),
        (forged(put(["team", "team"], "plan", "by")), "each column once"),
        (forged(put(["channel"], "plan", "by")), "columns of its plan"),
        (forged(put([1 << 40], "arrays", 1, 3)), "are there"),
        (forged(put([1 << 40, 1 << 40], "arrays", 1, 3)), "are there"),
        (forged(put([-1], "arrays", 1, 3)), "are there"),
        (forged(put([1 << 40, 0], "arrays", 0, 3)), "announced"),
        (forged(put([["str", "b"], ["str", "a"]], "parts", 0, "labels", 0)), "not sorted"),
        (forged(put([["int", "a"], ["str", "b"]], "parts", 0, "labels", 0)), "no int"),
        (forged(put("other", "parts", 0, "part", 1)), "not of the stored form"),
        (forged(put({}, "sparse")), "its cells are not"),
        (forged(put([1, 2, []], "rows", "interactions")), "contradict"),
        (forged(lambda _: None, (0, 1 << 31)), "label that is not there"),
        (forged(lambda _: None, (0, -1)), "label that is not there"),
        (forged(lambda _: None, (0, 2)), "its groups are not sorted"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_before_it_is_built(data: bytes, said: str) -> None:
    """Lengths, types, references and orders, with a checksum that is right."""
    with pytest.raises(UnreadableTally, match=said):
        Tally.from_bytes(data)


def test_the_good_tally_is_read() -> None:
    """The forger changes nothing unless told."""
    assert Tally.from_bytes(forged()).to_bytes() == GOOD


def test_forged_tallies_are_refused_or_answer_in_bounded_memory() -> None:
    """Headers and numbers changed at random, of tallies with every accumulator, in two gigabytes.

    300 examples, or as many as `SERVQUAL_EXAMPLES` says; `docs/tallies.md` gives the figure of the long run.
    """
    examples = os.environ.get("SERVQUAL_EXAMPLES", "300")
    done = subprocess.run(
        [sys.executable, FORGING, examples], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *faults, last = done.stdout.splitlines()
    assert last.startswith(f"{examples} examples, ")
    assert not faults, faults[:10]


def test_tallies_of_cases_and_of_their_log_add_up() -> None:
    """The rows of both are kept, each under its table."""
    cases = {"case_id": ["C-1"], "received_at": np.array([MOMENT])}
    log = {"case_id": ["C-2"], "at": np.array([MOMENT]), "event": ["reported"]}
    now = MOMENT + np.timedelta64(1, "D")
    both = tally(["case_volume"], {"cases": cases}, now=now) + tally(["case_volume"], {"case_events": log}, now=now)
    assert both.measure().one().value == 2
    assert {table: rows.read for table, rows in both.rows.items()} == {"cases": 1, "case_events": 1}
