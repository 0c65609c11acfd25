"""Receipts read: the verdict made again to the last digit, alone or for a file of many."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from servqual._checks import must_be
from servqual.errors import ServqualError, TallyMismatch, UnreadableFile, UnreadableReceipt
from servqual.metrics import Kpi, Tally
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.judging import judged
from servqual.pdca.verdicts.receipt_form import MAGIC, Opened, labels_of, length_of, measurement_of, opened
from servqual.pdca.verdicts.rules import RULES_VERSION
from servqual.pdca.verdicts.sources import LoneSource, Source, TallySource
from servqual.pdca.verdicts.verdict import Verdict

__all__ = ["VerifiedReceipt", "replay", "verify_file"]

_MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def replay(receipt: bytes, kpis: Sequence[Kpi] = ()) -> Verdict:
    """Make the verdict of a receipt again, to the last digit, and hold it against what the receipt says.

    KPIs of the catalogue are found by key; pass those that are your own or have parameters of their own in `kpis`.
    Raises `UnreadableReceipt`, whose code begins with `receipt.`, for bytes that are no receipt, were altered, come
    from a newer version, were judged by other rules, or do not lead to the verdict that they name.

    >>> from servqual.metrics import tally
    >>> from servqual.pdca.verdicts.judging import compare
    >>> day = ["2026-05-04T10:00+00:00"] * 400
    >>> march = tally(["reopen_rate"], {"cases": {"received_at": day, "resolved_at": day, "reopened": [0, 1] * 200}})
    >>> verdict = compare(march, march)
    >>> replay(verdict.receipt()) == verdict
    True
    """
    found = opened(receipt)
    version = found.header.get("rules")
    if version != RULES_VERSION:
        raise UnreadableReceipt(
            f"the receipt was judged by version {version} of the rules (got {RULES_VERSION} here); "
            "install the servqual that wrote it",
            code="receipt.other_rules",
        )
    try:
        verdict = _judged(found, kpis)
    except TallyMismatch as error:
        raise UnreadableReceipt(
            f"a KPI of the receipt is another one here ({error})", code="receipt.other_definition"
        ) from None
    except UnreadableReceipt:
        raise
    except (ServqualError, *_MALFORMED) as error:
        raise UnreadableReceipt(f"the receipt is not of the stored form ({error}); ask for it anew") from None
    if verdict.receipt() != bytes(receipt):
        raise UnreadableReceipt(
            f"the receipt does not lead to its verdict (got {verdict.decision} by {verdict.rule}); "
            "it was not written by compare()",
            code="receipt.not_reproduced",
        )
    return verdict


def _judged(found: Opened, kpis: Sequence[Kpi]) -> Verdict:
    header = found.header
    groups = [labels_of(labels) for labels in header["groups"]]
    before, after = (
        _side(kind, data, group, kpis) for kind, data, group in zip(header["kinds"], found.sides, groups, strict=True)
    )
    group, key = labels_of(header["group"]), header["told"]["kpi"]
    rows = judged(before, after, Asked.of_plain(header["options"])).rows
    fitting = [verdict for verdict in rows if verdict.kpi == key and dict(verdict.group) == group]
    if len(fitting) != 1:
        raise ValueError(f"{len(fitting)} of its verdicts are of its group")
    return fitting[0]


def _side(kind: str, data: bytes, group: dict[str, Any], kpis: Sequence[Kpi]) -> Source:
    if kind == "tally":
        return TallySource(Tally.from_bytes(data, kpis=kpis), group)
    if kind != "measurement":
        raise ValueError(f"a side is no {kind}")
    return LoneSource(measurement_of(data))


@attrs.frozen(kw_only=True)
class VerifiedReceipt:
    """One receipt of a file: where it begins, its verdict, or the code and the text of what is wrong with it."""

    at: int
    verdict: Verdict | None = None
    code: str | None = None
    text: str = ""

    @property
    def right(self) -> bool:
        """Whether the verdict was made again."""
        return self.verdict is not None


def verify_file(path: str | Path, kpis: Sequence[Kpi] = ()) -> tuple[VerifiedReceipt, ...]:
    """Replay all receipts of a file, in which they stand one after another as `receipt()` gave them.

    Every byte of the file belongs to one entry: after bytes that are no receipt the search goes on at the next one, so
    that one altered byte spoils one entry. An empty file has none. Raises `UnreadableFile` for a file that cannot be
    read.

    >>> verify_file("missing.receipts")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    servqual.errors.UnreadableFile: …
    """
    must_be((str, Path), "path", "a path", path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"path must be a file of receipts (got {path}: {error.strerror}); write receipts one after another",
            path=str(path),
        ) from None
    return tuple(_verified(data, start, end, kpis) for start, end in _parts(data))


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Find where each receipt begins and ends; bytes that are none reach to the next one."""
    start = 0
    while start < len(data):
        size = length_of(data, start)
        end = len(data) if size is None else start + size
        if size is None or _altered(data[start:end]):
            following = data.find(MAGIC, start + 1)
            end = len(data) if following < 0 else following
        yield start, end
        start = end


def _altered(receipt: bytes) -> bool:
    try:
        opened(receipt)
    except UnreadableReceipt as error:
        return error.code == "receipt.altered"
    return False


def _verified(data: bytes, start: int, end: int, kpis: Sequence[Kpi]) -> VerifiedReceipt:
    try:
        return VerifiedReceipt(at=start, verdict=replay(data[start:end], kpis))
    except UnreadableReceipt as error:
        return VerifiedReceipt(at=start, code=error.code, text=str(error))
