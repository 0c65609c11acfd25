"""The state of a stream as bytes: a documented, versioned form without pickle.

`SQSTREAM` and a version byte; the length of the header as four bytes, little-endian; the header as canonical JSON; the
arrays that it lists, one after another, little-endian; and the SHA-256 of all that. Offsets and counts are in the same
bytes, so that neither is ever stored without the other.

As with a tally, a checksum is no proof of who wrote the bytes: nothing is built before its length, type and codes are
checked against the bytes that are there.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import UnreadableState
from servqual.readers.columns.columns import DTYPES, Chunk, Column, Digits
from servqual.readers.columns.refusals import Refusals, Unusable, as_objects
from servqual.readers.columns.tables import Kind

_MAGIC: Final = b"SQSTREAM"
_VERSION: Final = 1
_HASH: Final = 32
_TYPES: Final = frozenset({"<i8", "<i4", "<f8", "|i1", "|u1", "|b1"})
"""The types of arrays; bytes are those of eight bits without a sign."""


def sealed(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Write a header of plain data and arrays of one dimension."""
    parts = {name: np.ascontiguousarray(values, values.dtype.newbyteorder("<")) for name, values in arrays.items()}
    listed = [[name, part.dtype.str, len(part)] for name, part in sorted(parts.items())]
    text = json.dumps({**header, "arrays": listed}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    told = text.encode("utf-8", "surrogatepass")
    body = b"".join(part.tobytes() for _, part in sorted(parts.items()))
    data = _MAGIC + bytes([_VERSION]) + struct.pack("<I", len(told)) + told + body
    return data + hashlib.sha256(data).digest()


def unsealed(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read header and arrays; raises `UnreadableState` for bytes that are foreign, cut short, altered, or newer."""
    start = len(_MAGIC) + 5
    if not isinstance(data, bytes | bytearray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise UnreadableState(f"a stored state is bytes (got {type(data).__name__}); pass what to_bytes() gave")
    if not data.startswith(_MAGIC) or len(data) < start + _HASH:
        raise UnreadableState(f"these bytes are not the state of a stream (got {bytes(data[:16])!r} …)")
    if data[len(_MAGIC)] > _VERSION:
        raise UnreadableState(
            f"the state is of version {data[len(_MAGIC)]}, newer than the {_VERSION} that this servqual reads; "
            "install a newer servqual"
        )
    if hashlib.sha256(data[:-_HASH]).digest() != data[-_HASH:]:
        raise UnreadableState(
            f"the state is cut short or altered (got {len(data):,} bytes); take the one before, or read from the start"
        )
    end = start + struct.unpack_from("<I", data, len(_MAGIC) + 1)[0]
    header = json.loads(bytes(data[start:end]).decode("utf-8", "surrogatepass"))
    arrays: dict[str, Array] = {}
    for name, kind, size in header.pop("arrays"):
        if kind not in _TYPES or type(size) is not int or not 0 <= size * np.dtype(kind).itemsize <= len(data) - end:
            raise ValueError(f"an array of {size} {kind} is announced, {len(data) - end} bytes are there")
        arrays[name] = np.frombuffer(data, kind, size, end).astype(np.dtype(kind).newbyteorder("="))
        end += size * np.dtype(kind).itemsize
    if end != len(data) - _HASH:
        raise ValueError(f"{end} bytes announced, {len(data) - _HASH} there")
    return header, arrays


def chunk_parts(name: str, chunk: Chunk) -> tuple[dict[str, Any], dict[str, Array]]:
    """Give a chunk as plain data, and as arrays whose names begin with a name."""
    columns: list[list[Any]] = []
    arrays: dict[str, Array] = {f"{name}/rows": chunk.numbers.astype(np.int64)}
    for number, (column_name, column) in enumerate(chunk.columns.items()):
        labels = _labels(column)
        columns.append([column_name, str(column.kind), labels, column.bad is not None, column.whole])
        arrays[f"{name}/values/{number}"] = column.values.astype(DTYPES[column.kind])
        if column.bad is not None:
            arrays[f"{name}/bad/{number}"] = column.bad
    refused: list[list[Any]] = []
    for number, part in enumerate(chunk.refusals.parts):
        refused.append([part.column, part.reason, [*map(str, part.values)]])
        arrays[f"{name}/refused/{number}"] = part.rows.astype(np.int64)
    return {"columns": columns, "refused": refused, "sparse": chunk.sparse}, arrays


def chunk_of(name: str, told: Mapping[str, Any], arrays: Mapping[str, Array]) -> Chunk:
    """Read a chunk; anything malformed raises one of several errors."""
    rows = _typed(arrays[f"{name}/rows"], np.int64)
    size = len(rows)
    columns: dict[str, Column] = {}
    for number, (column_name, kind, labels, has_bad, whole) in enumerate(told["columns"]):
        values = _typed(arrays[f"{name}/values/{number}"], DTYPES[Kind(kind)])
        bad = _typed(arrays[f"{name}/bad/{number}"], np.bool_) if has_bad else None
        names = _read_labels(labels)
        if len(values) != size or (bad is not None and len(bad) != size):
            raise ValueError(f"the column {column_name} is not as long as its rows")
        if Kind(kind) is Kind.LABEL and size and not -1 <= int(values.min()) <= int(values.max()) < len(names):
            raise ValueError(f"the column {column_name} has a label that is not there")
        columns[_text(column_name)] = Column(Kind(kind), values, names, bad, whole=bool(whole))
    refused = [
        Unusable(_text(column), _text(reason), _typed(arrays[f"{name}/refused/{number}"], np.int64), as_objects(values))
        for number, (column, reason, values) in enumerate(told["refused"])
    ]
    if any(len(part.rows) != len(part.values) for part in refused):
        raise ValueError("its refused cells are not as many as their rows")
    return Chunk(columns, size, size, rows, Refusals(tuple(refused)), sparse=bool(told["sparse"]))


def _labels(column: Column) -> list[Any] | dict[str, list[int]]:
    labels = column.labels
    if isinstance(labels, Digits):
        return {"digits": [labels.numbers.start, labels.numbers.stop, labels.numbers.step]}
    return [*map(str, labels)]


def _read_labels(stored: Any) -> list[str] | Digits:
    if isinstance(stored, dict):
        start, stop, step = stored["digits"]
        if min(start, stop) < 0 or step < 1:
            raise ValueError("its labels are no range of numbers")
        return Digits(range(start, stop, step))
    return _texts(stored)


def _texts(stored: Iterable[Any]) -> list[str]:
    return [*map(_text, stored)]


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise TypeError(f"a name is no text: {stored!r:.40}")
    return stored


def _typed(values: Array, kind: Any) -> Array:
    if values.dtype != np.dtype(kind):
        raise TypeError(f"an array is of {values.dtype}, and not of {np.dtype(kind)}")
    return values
