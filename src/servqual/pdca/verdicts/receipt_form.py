"""A receipt as bytes: what a verdict was made of, in a documented, versioned form without pickle.

`SQVERDICT` and a version byte; the lengths of header and of both sides as three numbers of eight bytes, little-endian;
the header as canonical JSON; both sides; and the SHA-256 of all that. A side is a stored tally, or a measurement as
canonical JSON where nothing more was known. The same verdict has the same bytes.

Nothing is read before its length is checked against the bytes that are there. A checksum finds an accident, not a
forger: so `replay` makes the verdict again, and holds it against what the receipt says.
"""

import datetime as dt
import hashlib
import json
import math
import struct
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from servqual.errors import UnreadableReceipt
from servqual.metrics import Measurement, Tally
from servqual.metrics.results.caveats import Caveat
from servqual.pdca.verdicts.rules import RULES_VERSION

MAGIC: Final = b"SQVERDICT"
_VERSION: Final = 1
_LENGTHS: Final = struct.Struct("<QQQ")
_HEAD: Final = len(MAGIC) + 1 + _LENGTHS.size
_HASH: Final = 32
Given: TypeAlias = Tally | Measurement


@attrs.frozen(eq=False)
class Basis:
    """Both sides and the options as plain data; `groups` names the group of a side that came as a measurement."""

    before: Given
    after: Given
    options: Mapping[str, Any]
    groups: tuple[Mapping[str, Any], Mapping[str, Any]]


@attrs.frozen(eq=False)
class Opened:
    """A receipt whose checksum holds: its header, and the bytes of both sides."""

    header: dict[str, Any]
    sides: tuple[bytes, bytes]


def packed(basis: Basis, definition: str, group: Mapping[str, Any], told: Mapping[str, Any]) -> bytes:
    """Write the bytes."""
    kinds = ["tally" if isinstance(side, Tally) else "measurement" for side in (basis.before, basis.after)]
    sides = [
        side.to_bytes() if isinstance(side, Tally) else _json(_plain(side)) for side in (basis.before, basis.after)
    ]
    header = _json(
        {
            "definition": definition,
            "definitions": [_definitions(side) for side in (basis.before, basis.after)],
            "group": _labels(group),
            "groups": [_labels(group) for group in basis.groups],
            "kinds": kinds,
            "options": basis.options,
            "rules": RULES_VERSION,
            "told": told,
        }
    )
    data = MAGIC + bytes([_VERSION]) + _LENGTHS.pack(len(header), *map(len, sides)) + header + b"".join(sides)
    return data + hashlib.sha256(data).digest()


def _definitions(side: Given) -> list[list[str]]:
    if isinstance(side, Tally):
        return [[kpi.key, kpi.definition] for kpi in side.plan.kpis]
    return [[side.kpi, side.definition]]


def length_of(data: bytes, start: int) -> int | None:
    """Read how long the receipt at `start` is; None where none begins there or it reaches beyond the bytes."""
    if not data.startswith(MAGIC, start) or len(data) - start < _HEAD + _HASH:
        return None
    size = _HEAD + sum(_LENGTHS.unpack_from(data, start + len(MAGIC) + 1)) + _HASH
    return size if size <= len(data) - start else None


def opened(data: bytes) -> Opened:
    """Check the bytes of one receipt and take it apart.

    Raises `UnreadableReceipt`, whose code says why: `receipt.unreadable`, `receipt.newer_version`, `receipt.altered`.
    """
    if not isinstance(data, bytes | bytearray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise UnreadableReceipt(f"a receipt is bytes (got {type(data).__name__}); pass what receipt() gave")
    data = bytes(data)
    if not data.startswith(MAGIC) or len(data) < _HEAD + _HASH:
        raise UnreadableReceipt(f"these bytes are not a receipt (got {data[:16]!r} …); pass what receipt() gave")
    if hashlib.sha256(data[:-_HASH]).digest() != data[-_HASH:]:
        raise UnreadableReceipt(
            f"the receipt is cut short or altered (got {len(data):,} bytes); ask for it anew", code="receipt.altered"
        )
    if data[len(MAGIC)] > _VERSION:
        raise UnreadableReceipt(
            f"the receipt is of version {data[len(MAGIC)]}, newer than the {_VERSION} that this servqual reads; "
            "install a newer servqual",
            code="receipt.newer_version",
        )
    if length_of(data, 0) != len(data):
        raise UnreadableReceipt("the lengths in the receipt are not those of its parts; ask for it anew")
    lengths = _LENGTHS.unpack_from(data, len(MAGIC) + 1)
    first, second = _HEAD + lengths[0], _HEAD + lengths[0] + lengths[1]
    header = _parsed(data[_HEAD:first])
    if data != MAGIC + data[len(MAGIC) : _HEAD] + _json(header) + data[first:]:
        raise UnreadableReceipt("the header of the receipt is not in its canonical form; ask for it anew")
    return Opened(header, (data[first:second], data[second:-_HASH]))


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("ascii"), parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise UnreadableReceipt(f"the receipt is not of the stored form ({error}); ask for it anew") from None
    if not isinstance(found, dict):
        raise UnreadableReceipt("the receipt is not of the stored form; ask for it anew")
    return found


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not a number")


# --- measurements and labels as plain data ------------------------------------------------------------------------


def _labels(group: Mapping[str, Any]) -> list[list[Any]]:
    return [[name, *_label(label)] for name, label in group.items()]


def _label(label: object) -> tuple[str, Any]:
    if isinstance(label, dt.datetime):
        return "moment", label.isoformat()
    if isinstance(label, dt.date):
        return "date", label.isoformat()
    return type(label).__name__, label


def labels_of(stored: list[Any]) -> dict[str, Any]:
    """Read the labels of a group."""
    out: dict[str, Any] = {}
    for name, kind, value in stored:
        if kind == "moment":
            out[name] = _moment(value)
        elif kind == "date":
            out[name] = dt.date.fromisoformat(value)
        elif type(value).__name__ == kind and isinstance(name, str):
            out[name] = value
        else:
            raise ValueError(f"a label is no {kind}")
    return out


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment has no zone")
    return found


_TEXTS: Final = ("kpi", "unit", "definition", "zone")
_COUNTS: Final = ("n", "undecided", "unread")
_NUMBERS: Final = ("error", "confidence")
_MAYBE: Final = ("value", "low", "high", "standard_error")


def _plain(m: Measurement) -> dict[str, Any]:
    return {
        **{name: getattr(m, name) for name in (*_TEXTS, *_COUNTS, *_NUMBERS, *_MAYBE, "better", "approximate")},
        "group": _labels(m.group),
        "now": None if m.now is None else m.now.isoformat(),
        "period": None if m.period is None else [end.isoformat() for end in m.period],
        "warnings": [[warning.code, warning.text] for warning in m.warnings],
    }


def measurement_of(data: bytes) -> Measurement:
    """Read a measurement; anything malformed raises a `ValueError`, `TypeError` or `LookupError`."""
    stored = _parsed(data)
    right = (
        all(type(stored[name]) is str for name in _TEXTS)
        and all(type(stored[name]) is int and stored[name] >= 0 for name in _COUNTS)
        and all(_number(stored[name]) for name in _NUMBERS)
        and all(stored[name] is None or _number(stored[name]) for name in _MAYBE)
        and stored["better"] in {"higher", "lower", None}
        and type(stored["approximate"]) is bool
        and len(stored) == len(attrs.fields(Measurement)) - 1
    )
    ends = [stored[name] for name in ("low", "value", "high") if stored[name] is not None]
    if not right or ends != sorted(ends):
        raise ValueError("a measurement has other fields, or values that it cannot have")
    period = stored["period"]
    if period is not None:
        start, end = map(_moment, period)
        period = (start, end)
    warnings = tuple(Caveat(str(code), str(text)) for code, text in stored["warnings"])
    now = None if stored["now"] is None else _moment(stored["now"])
    stored.update(group=labels_of(stored["group"]), now=now, period=period, warnings=warnings)
    return Measurement(**stored)


def _number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)
