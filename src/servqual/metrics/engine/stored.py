"""A tally as bytes: a documented, versioned form without pickle.

`SQTALLY` and a version byte; the length of the header as four bytes, little-endian; the header as canonical JSON; the
arrays that it lists, one after another, as little-endian 64-bit integers; and the SHA-256 of all that. Tallies of the
same rows have the same bytes.
"""

import datetime as dt
import hashlib
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import UnreadableTally
from servqual.metrics.accumulators import Cells, Dense, Form, Sparse, as_fields
from servqual.metrics.results.groups import Groups
from servqual.readers.columns.accounting import Rows

_MAGIC: Final = b"SQTALLY"
_VERSION: Final = 1
_HASH: Final = 32


@attrs.frozen(eq=False)
class Stored:
    """Content of the bytes: the plan as plain data, groups by table and moment, cells by state, rows by table."""

    plan: dict[str, Any]
    groups: Mapping[tuple[str, str], Groups]
    cells: Mapping[str, Cells]
    rows: Mapping[str, Rows]


def pack(stored: Stored) -> bytes:
    """Write the bytes."""
    arrays = list(_arrays(stored))
    header = {
        "plan": stored.plan,
        "parts": [
            {"part": part, "by": groups.by, "labels": [[_label(name) for name in names] for names in groups.labels]}
            for part, groups in sorted(stored.groups.items())
        ],
        "sparse": {
            state: [cells.form, cells.labels]
            for state, cells in sorted(stored.cells.items())
            if not isinstance(cells, Dense)
        },
        "arrays": [[*name, values.shape] for name, values in arrays],
        "rows": {
            table: [rows.read, rows.used, [[*reason, count] for reason, count in sorted(rows.reasons.items())]]
            for table, rows in stored.rows.items()
        },
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    body = b"".join(np.ascontiguousarray(values, "<i8").tobytes() for _, values in arrays)
    data = _MAGIC + bytes([_VERSION]) + struct.pack("<I", len(text)) + text + body
    return data + hashlib.sha256(data).digest()


def unpack(data: bytes) -> Stored:
    """Read the bytes; `UnreadableTally` for bytes that are foreign, cut short, altered or of a newer version."""
    if not isinstance(data, bytes | bytearray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise UnreadableTally(f"a stored tally is bytes (got {type(data).__name__}); pass what to_bytes() gave")
    start = len(_MAGIC) + 5
    if not data.startswith(_MAGIC) or len(data) < start + _HASH:
        raise UnreadableTally(
            f"these bytes are not a stored tally (got {bytes(data[:16])!r} …); pass what to_bytes() gave"
        )
    if data[len(_MAGIC)] > _VERSION:
        raise UnreadableTally(
            f"the tally is of version {data[len(_MAGIC)]}, newer than the {_VERSION} that this servqual reads; "
            "install a newer servqual"
        )
    if hashlib.sha256(data[:-_HASH]).digest() != data[-_HASH:]:
        raise UnreadableTally(f"the tally is cut short or altered (got {len(data):,} bytes); store it anew")
    try:
        return _read(bytes(data[:-_HASH]), start)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnreadableTally(f"the tally is not of the stored form ({error}); store it anew") from None


def _read(data: bytes, start: int) -> Stored:
    """Read complete bytes; anything malformed raises one of several errors."""
    end = start + struct.unpack_from("<I", data, len(_MAGIC) + 1)[0]
    header = json.loads(data[start:end].decode("utf-8", "surrogatepass"))
    arrays: dict[tuple[str, ...], Array] = {}
    for *name, shape in header["arrays"]:
        size = 8 * int(np.prod(shape, dtype=np.int64))
        arrays[tuple(name)] = np.frombuffer(data[end : end + size], "<i8").astype(np.int64).reshape(shape)
        end += size
    if end != len(data):
        raise ValueError(f"{end} bytes announced, {len(data)} there")
    groups = {}
    for entry in header["parts"]:
        part = (entry["part"][0], entry["part"][1])
        labels = tuple(tuple(_unlabel(name) for name in names) for names in entry["labels"])
        groups[part] = Groups(tuple(entry["by"]), labels, arrays["groups", *part])
    fields: dict[str, dict[str, Array]] = {}
    for (kind, *name), values in arrays.items():
        if kind == "cells":
            fields.setdefault(name[0], {})[name[1]] = values
    rows = {
        table: Rows(read=read, used=used, reasons={(column, reason): n for column, reason, n in reasons})
        for table, (read, used, reasons) in header["rows"].items()
    }
    cells = {state: _cells(found, *header["sparse"].get(state, ())) for state, found in fields.items()}
    return Stored(header["plan"], groups, cells, rows)


def _arrays(stored: Stored) -> Iterator[tuple[tuple[str, ...], Array]]:
    for part, groups in sorted(stored.groups.items()):
        yield ("groups", *part), groups.codes
    for state, cells in sorted(stored.cells.items()):
        for name, values in sorted(as_fields(cells).items()):
            yield ("cells", state, name), values.astype(np.int64)


def _cells(fields: dict[str, Array], form: Form | None = None, labels: Sequence[str] = ()) -> Cells:
    if form is None:
        return Dense(fields)
    return Sparse(form, **{**fields, "binned": fields["binned"].astype(np.bool_)}, labels=tuple(labels))


def _label(name: object) -> list[object]:
    if isinstance(name, dt.datetime):
        return ["moment", name.isoformat()]
    return ["date", name.isoformat()] if isinstance(name, dt.date) else [type(name).__name__, name]


def _unlabel(stored: list[Any]) -> object:
    if stored[0] == "moment":
        return dt.datetime.fromisoformat(stored[1])
    return dt.date.fromisoformat(stored[1]) if stored[0] == "date" else stored[1]
