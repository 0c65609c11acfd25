"""Receipts: a verdict made again to the last digit, and altered bytes found."""

import datetime as dt
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import UnreadableFile, UnreadableReceipt
from servqual.metrics import KPIS, Tally, measure, tally
from servqual.pdca import Guardrail, Selected, Verdict, compare, replay, verify_file
from servqual.pdca.verdicts.receipt_form import MAGIC

MARCH, NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KEYS = ("resolution_rate", "resolution_time", "resolution_p90", "resolution_median", "case_volume", "reopen_rate")
CSAT = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
MANY = {"team": ["north", "south"] * 100, "channel": ["phone", "chat", "chat", "mail"] * 50}


def cases(solved: int, *, kpis: tuple[str, ...] = KEYS, by: tuple[str, ...] = (), n: int = 200) -> Tally:
    """A tally of cases by team and channel."""
    at = [MARCH + DAY * (i % 28 if i < 200 else 40) for i in range(n)]
    ends = [when + dt.timedelta(hours=1 + i % 30) if i < solved else None for i, when in enumerate(at)]
    data = {"received_at": at, "resolved_at": ends, "reopened": [i % 11 == 0 for i in range(n)]}
    return tally(
        kpis, {"cases": data | {name: (values * 2)[:n] for name, values in MANY.items()}}, by=by, now=NOW, threads=1
    )


def answers(high: int) -> Tally:
    """A tally of a KPI with parameters of its own."""
    return tally([CSAT], {"answers": {"score": [5] * high + [1] * 20}})


def lone(solved: int, **options: Any) -> Any:
    """A measurement without its cell, in a group."""
    found = (
        cases(solved, kpis=("resolution_time",), by=("team",)).measure(**options).get("resolution_time", team="north")
    )
    return attrs.evolve(found, cell=None)


def in_month(solved: int, month: int = 3) -> Any:
    """A measurement of one team and month."""
    found = cases(solved, by=("team", "month"), n=400).measure()
    return found.get("reopen_rate", team="north", month=dt.date(2026, month, 1))


RAIL = [Guardrail(kpi="reopen_rate", margin=0.2)]
VERDICTS: dict[str, Callable[[], Verdict]] = {
    "a share with a guardrail": lambda: compare(
        cases(100), cases(150), "resolution_rate", margin=0.02, guardrails=RAIL
    ),
    "a mean": lambda: compare(cases(100), cases(150), "resolution_time", margin=dt.timedelta(minutes=5), goal=3600),
    "a percentile at 90 %": lambda: compare(cases(100), cases(150), "resolution_p90", confidence=0.9, looks=(3, 3)),
    "a median of lifetimes": lambda: compare(cases(150), cases(180), "resolution_median"),
    "a count": lambda: compare(cases(100), cases(150), "case_volume"),
    "an invalid one": lambda: compare(cases(100), cases(0, n=0), "resolution_time"),
    "a group": lambda: compare(cases(100, by=("team",)), cases(150, by=("team",)), "resolution_rate").get(team="south"),
    "a series": lambda: compare(cases(100, by=("team", "week")), cases(150, by=("team", "week")), "reopen_rate")[0],
    "a mix": lambda: compare(
        cases(100, by=("team", "channel")), cases(150, by=("team", "channel")), "resolution_rate", mix_by=["channel"]
    )[1],
    "one of several KPIs": lambda: compare(
        cases(100), cases(150), primary="resolution_rate", margin={"reopen_rate": 0.02}
    ).get("reopen_rate"),
    "a picked one": lambda: compare(
        cases(100), cases(120), "resolution_rate", selected=Selected(of=10, value=0.52, error=0.01)
    ),
    "two measurements": lambda: compare(in_month(100), in_month(150)),
    "two months of one result": lambda: compare(in_month(100), in_month(100, 4)),
    "a look": lambda: compare(cases(100), cases(150), "reopen_rate", looks=(2, 5)),
    "two measurements alone": lambda: compare(lone(100), lone(150), margin=60),
}
ONE = VERDICTS["a share with a guardrail"]().receipt()


@pytest.mark.parametrize("name", VERDICTS)
def test_a_receipt_leads_to_its_verdict_again(name: str) -> None:
    """Equal in every field, with the same receipt; and the same question gives the same bytes."""
    verdict = VERDICTS[name]()
    again = replay(verdict.receipt())
    assert again == verdict
    assert again.receipt() == verdict.receipt() == VERDICTS[name]().receipt()


def test_every_altered_byte_is_found() -> None:
    """Each byte of a receipt, changed in one bit, is refused; as altered, or as bytes that are no receipt."""
    for place in range(len(ONE)):
        with pytest.raises(UnreadableReceipt) as caught:
            replay(ONE[:place] + bytes([ONE[place] ^ 1]) + ONE[place + 1 :])
        assert caught.value.code == ("receipt.unreadable" if place < len(MAGIC) else "receipt.altered")


def sealed(data: bytes) -> bytes:
    """Give bytes the checksum of a receipt, as a forger would."""
    return data + hashlib.sha256(data).digest()


def harmless(verdict: Verdict, place: int, by: int) -> bool:
    """Whether a receipt with an altered byte under a new checksum is refused, or leads to what it said before."""
    forged = bytearray(verdict.receipt()[:-32])
    forged[place] ^= by
    try:
        return replay(sealed(bytes(forged)), kpis=[CSAT]).told() == verdict.told()
    except UnreadableReceipt as error:
        return error.code.startswith("receipt.")


def test_no_altered_byte_makes_a_receipt_say_something_else() -> None:
    """Every fourth byte of a small receipt, with a checksum made anew: the verdict is made again from what is there.

    A power that no number was counted with may be another one.
    """
    small = compare(answers(2), answers(3))
    assert all(harmless(small, place, 1) for place in range(0, len(small.receipt()) - 32, 4))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(ONE) - 33), st.integers(1, 255))
def test_nor_does_another_byte_of_a_larger_one(place: int, by: int) -> None:
    """Any value at any place."""
    assert harmless(VERDICTS["a share with a guardrail"](), place, by)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"decision":"improved"', b'"decision":"worse"', "receipt.not_reproduced"),
        (b'"rules":3', b'"rules":2', "receipt.other_rules"),
        (b'"rules":3', b'"rules":4', "receipt.other_rules"),
        (b'"margin":0.02', b'"margin":0.99', "receipt.not_reproduced"),
        (b'"margin":0.02', b'"margin":2.02', "receipt.unreadable"),
        (b'"confidence":0.95', b'"confidence":0.5', "receipt.not_reproduced"),
        (b'"confidence":0.95', b'"confidence":0.50', "receipt.unreadable"),
    ],
)
def test_another_decision_or_option_is_not_believed(old: bytes, new: bytes, code: str) -> None:
    """With lengths and checksum made anew, also one of earlier rules; each has its own code."""
    assert old in ONE
    length = struct.unpack_from("<Q", ONE, len(MAGIC) + 1)[0]
    data = ONE[:-32].replace(old, new, 1)
    size = struct.pack("<Q", length + len(new) - len(old))
    data = data[: len(MAGIC) + 1] + size + data[len(MAGIC) + 9 :]
    with pytest.raises(UnreadableReceipt) as caught:
        replay(sealed(data))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "receipt.unreadable"),
        (b"SQTALLY", "receipt.unreadable"),
        (ONE[:-1], "receipt.altered"),
        (ONE + b"x", "receipt.altered"),
        (sealed(ONE[: len(MAGIC)] + b"\x02" + ONE[len(MAGIC) + 1 : -32]), "receipt.newer_version"),
        (sealed(ONE[: len(MAGIC) + 1] + struct.pack("<QQQ", 1 << 60, 1 << 60, 1 << 62)), "receipt.unreadable"),
        (
            sealed(MAGIC + b"\x01" + struct.pack("<QQQ", 10**5 * 2, 0, 0) + b"[" * 10**5 + b"]" * 10**5),
            "receipt.unreadable",
        ),
        (sealed(MAGIC + b"\x01" + struct.pack("<QQQ", 2, 0, 0) + b"{}"), "receipt.other_rules"),
        (sealed(MAGIC + b"\x01" + struct.pack("<QQQ", 11, 0, 0) + b'{"rules":3}'), "receipt.unreadable"),
        (sealed(MAGIC + b"\x01" + struct.pack("<QQQ", 9, 0, 0) + b'{"x":NaN}'), "receipt.unreadable"),
        ("text", "receipt.unreadable"),
        (None, "receipt.unreadable"),
    ],
    ids=range(12),
)
def test_hostile_bytes_are_refused_by_their_code(data: Any, code: str) -> None:
    """Nothing is built from lengths that the bytes do not have."""
    with pytest.raises(UnreadableReceipt) as caught:
        replay(data)
    assert caught.value.code == code


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_without_another_error(noise: bytes) -> None:
    """Alone, and after the head of a receipt with a right checksum."""
    for data in (noise, sealed(MAGIC + b"\x01" + struct.pack("<QQQ", len(noise), 0, 0) + noise)):
        with pytest.raises(UnreadableReceipt):
            replay(data)


def test_a_kpi_of_ones_own_is_passed() -> None:
    """A KPI with other parameters than the catalogue's is another definition, unless it is given."""
    verdict = compare(answers(50), answers(90))
    assert replay(verdict.receipt(), kpis=[CSAT]) == verdict
    with pytest.raises(UnreadableReceipt) as caught:
        replay(verdict.receipt())
    assert caught.value.code == "receipt.other_definition"


def test_a_receipt_names_its_definitions_and_rules_in_plain_text() -> None:
    """Its header is JSON, to be read without this library."""
    assert KPIS["resolution_rate"].definition.encode() in ONE
    assert b'"rules":3' in ONE
    assert b'"decision":"improved"' in ONE


def test_a_file_of_receipts_is_verified_one_by_one(tmp_path: Path) -> None:
    """An altered byte spoils the receipt it is in and no other; noise between them is reported where it begins."""
    verdicts = [VERDICTS[name]() for name in ("a share with a guardrail", "a mean", "two measurements alone")]
    receipts = [verdict.receipt() for verdict in verdicts]
    path = tmp_path / "all.receipts"
    path.write_bytes(b"".join(receipts))
    found = verify_file(path)
    assert [each.right for each in found] == [True] * len(receipts)
    assert [each.verdict for each in found] == verdicts
    second = len(receipts[0])
    for place in (second + len(MAGIC) + 2, second + 200, second + len(receipts[1]) - 1):
        data = bytearray(b"".join(receipts))
        data[place] ^= 4
        path.write_bytes(bytes(data))
        found = verify_file(path)
        assert sum(each.right for each in found) == len(receipts) - 1
        wrong = [(each.at, (each.code or "").partition(".")[0]) for each in found if not each.right]
        assert wrong == [(second, "receipt")]
    path.write_bytes(b"noise" + receipts[0] + b"more")
    assert [(each.at, each.right) for each in verify_file(path)] == [(0, False), (5, True), (5 + second, False)]


def test_an_empty_file_has_no_receipts_and_a_missing_one_is_named(tmp_path: Path) -> None:
    """Both without a crash."""
    path = tmp_path / "none.receipts"
    path.write_bytes(b"")
    assert verify_file(path) == ()
    with pytest.raises(UnreadableFile, match=r"missing\.receipts"):
        verify_file(tmp_path / "missing.receipts")
    with pytest.raises(UnreadableFile):
        verify_file(tmp_path)


def test_receipts_of_results_and_of_their_tallies_are_the_same() -> None:
    """`measure` keeps its tally, and a receipt holds that."""
    data = [
        {"cases": {"received_at": [MARCH] * 40, "resolved_at": [MARCH + DAY] * n + [None] * (40 - n)}} for n in (20, 30)
    ]
    sides = [measure(["resolution_rate"], each, now=NOW) for each in data]
    one = compare(sides[0], sides[1])
    two = compare(sides[0].tally, sides[1].tally)
    assert one.receipt() == two.receipt()
