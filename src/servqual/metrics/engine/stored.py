"""A tally as bytes: a documented, versioned form without pickle.

`SQTALLY` and a version byte; the length of the header as four bytes, little-endian; the header as canonical JSON; the
arrays that it lists, one after another, as little-endian 64-bit integers; and the SHA-256 of all that. Tallies of the
same rows have the same bytes.

A checksum is no proof of who wrote the bytes. So nothing is built before its length, type and references are checked
against the plan and the bytes that are there: reading takes memory in proportion to the bytes, whatever they say.
"""

import datetime as dt
import hashlib
import json
import math
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise
from types import NoneType
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import TallyMismatch, UnreadableTally
from servqual.metrics.accumulators import Cells, Dense, as_fields, restored
from servqual.metrics.engine.question import Plan, unread_of
from servqual.metrics.engine.seeking import Asked, Found, Founds, wanted_of
from servqual.metrics.results.groups import Groups, in_order
from servqual.readers.columns.accounting import Rows

Test: TypeAlias = Callable[[Any], bool]

_MAGIC: Final = b"SQTALLY"
_VERSION: Final = 1
_HASH: Final = 32
_DIGITS: Final = 20
"""The most signs of a number of 64 bits."""


@attrs.frozen(eq=False)
class Stored:
    """Content of the bytes.

    The plan as plain data, groups by table and moment, cells by state, rows by table, and by column of `where=` what
    was found of its values.
    """

    plan: dict[str, Any]
    groups: Mapping[tuple[str, str], Groups]
    cells: Mapping[str, Cells]
    rows: Mapping[str, Rows]
    founds: Founds


def pack(stored: Stored) -> bytes:
    """Write the bytes."""
    arrays = list(_arrays(stored))
    header: dict[str, Any] = {
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
    if stored.founds:
        header["founds"] = [
            [*asked, [[found.rows, [*found.near]] for found in some]] for asked, some in sorted(stored.founds.items())
        ]
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    body = b"".join(np.ascontiguousarray(values, "<i8").tobytes() for _, values in arrays)
    data = _MAGIC + bytes([_VERSION]) + struct.pack("<I", len(text)) + text + body
    return data + hashlib.sha256(data).digest()


def alike(one: Stored, two: Stored) -> bool:
    """Tell whether both have the same bytes; mostly their first arrays differ, which saves writing them."""
    arrays = zip(_arrays(one), _arrays(two), strict=False)
    return all(np.array_equal(mine, other) for (_, mine), (_, other) in arrays) and pack(one) == pack(two)


def unpack(data: bytes, asked: Callable[[dict[str, Any]], Plan]) -> tuple[Plan, Stored]:
    """Read the bytes; `asked` makes the plan of what they hold of it.

    Raises `UnreadableTally` for bytes that are foreign, cut short, altered, of a newer version, or not of our form.
    """
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
        return _read(bytes(data[:-_HASH]), start, asked)
    except TallyMismatch:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableTally(f"the tally is not of the stored form ({error}); store it anew") from None


def _read(data: bytes, start: int, asked: Callable[[dict[str, Any]], Plan]) -> tuple[Plan, Stored]:
    """Read complete bytes; anything malformed raises one of several errors."""
    end = start + struct.unpack_from("<I", data, len(_MAGIC) + 1)[0]
    header = json.loads(data[start:end].decode("utf-8", "surrogatepass"), parse_int=_word)
    if not _HEADER(header):
        raise ValueError("its header lacks parts, or has others")
    arrays = _arrays_in(data, end, header["arrays"])
    plan = asked(header["plan"])
    groups = {}
    for entry in header["parts"]:
        part = (entry["part"][0], entry["part"][1])
        groups[part] = _groups(plan.by, entry, arrays["groups", *part])
    of_state = {kpi.state: kpi for kpi in plan.read}
    unread = {unread_of(state): kpi for state, kpi in of_state.items()}
    fields: dict[str, dict[str, Array]] = {state: {} for state in (*of_state, *unread)}
    for (kind, state, name), values in arrays.items():
        if kind == "cells":
            fields[state][name] = values
    if groups.keys() != {plan.part(kpi) for kpi in plan.read} or len(arrays) != len(groups) + sum(
        map(len, fields.values())
    ):
        raise ValueError("its groups are not those of its KPIs")
    cells: dict[str, Cells] = {
        state: restored(kpi.accumulator, fields[state], header["sparse"].get(state), groups[plan.part(kpi)].size)
        for state, kpi in of_state.items()
    }
    for state, kpi in unread.items():
        if fields[state]:
            cells[state] = _unread(fields[state], groups[plan.part(kpi)].size)
    rows = {table: _rows(*counts) for table, counts in header["rows"].items()}
    founds = {
        (table, name, credit): _founds(plan, (table, name, credit), some)
        for table, name, credit, some in header.get("founds", [])
    }
    return plan, Stored(header["plan"], groups, cells, rows, founds)


def _founds(plan: Plan, asked: Asked, stored: list[tuple[int, list[Any]]]) -> tuple[Found, ...]:
    """Read what was found of each wanted value of a column."""
    if len(stored) != len(wanted_of(plan, asked)) or any(rows < 0 or (rows and near) for rows, near in stored):
        raise ValueError("what was found is not what its plan asks for")
    return tuple(Found(rows, tuple(near)) for rows, near in stored)


def _unread(fields: dict[str, Array], size: int) -> Dense:
    """Read the counts of rows that could not be read, which some group has."""
    if fields.keys() != {"n"} or fields["n"].shape != (size,) or fields["n"].min() < 0 or not fields["n"].any():
        raise ValueError("its unread rows are no counts by group")
    return Dense(fields)


def _word(digits: str) -> int:
    """Read a whole number of 64 bits."""
    number = int(digits) if len(digits) <= _DIGITS else 1 << 63
    if not -1 << 63 <= number < 1 << 63:
        raise ValueError("a number of more than 64 bits")
    return number


def _arrays_in(data: bytes, start: int, listed: list[tuple[str, str, str, list[int]]]) -> dict[tuple[str, ...], Array]:
    """Take the arrays out of the bytes, once it is clear that they are all there and nothing else."""
    out: dict[tuple[str, ...], Array] = {}
    for *name, shape in listed:
        size = math.prod(shape)
        if len(shape) not in {1, 2} or min(shape) < 0 or 8 * size > len(data) - start:
            raise ValueError(f"an array of {size} numbers is announced, {max(len(data) - start, 0)} bytes are there")
        out[tuple(name)] = np.frombuffer(data, "<i8", size, start).astype(np.int64).reshape(shape)
        start += 8 * size
    if start != len(data) or len(out) != len(listed):
        raise ValueError(f"{start} bytes announced, {len(data)} there")
    return out


def _groups(by: tuple[str, ...], stored: dict[str, Any], codes: Array) -> Groups:
    """Read groups, sorted by their labels and each there once."""
    labels = tuple(tuple(map(_unlabel, names)) for names in stored["labels"])
    if tuple(stored["by"]) != by or len(labels) != len(by) or codes.ndim != 2 or len(codes) != len(by):  # noqa: PLR2004  (by column and group)
        raise ValueError("its groups are not by the columns of its plan")
    if not by and codes.shape != (0, 1):
        raise ValueError("it has no columns to group by, but groups")
    for names, column in zip(labels, codes, strict=True):
        if any(in_order(two) <= in_order(one) for one, two in pairwise(names)):
            raise ValueError("its labels are not sorted, or one is there twice")
        if column.min(initial=0) < 0 or column.max(initial=0) > len(names):
            raise ValueError("a group has a label that is not there")
    if by and codes.shape[1]:
        steps = np.diff(codes, axis=1)
        first = np.argmax(steps != 0, axis=0)
        if (steps[first, np.arange(steps.shape[1])] <= 0).any():
            raise ValueError("its groups are not sorted, or one is there twice")
    return Groups(by, labels, codes)


def _rows(read: int, used: int, reasons: list[tuple[str, str, int]]) -> Rows:
    if not 0 <= used <= read or any(count < 1 for *_, count in reasons):
        raise ValueError("its counts of rows contradict each other")
    return Rows(read=read, used=used, reasons={(column, reason): count for column, reason, count in reasons})


def _arrays(stored: Stored) -> Iterator[tuple[tuple[str, ...], Array]]:
    for part, groups in sorted(stored.groups.items()):
        yield ("groups", *part), groups.codes
    for state, cells in sorted(stored.cells.items()):
        for name, values in sorted(as_fields(cells).items()):
            yield ("cells", state, name), values.astype(np.int64)


def _label(name: object) -> list[object]:
    if isinstance(name, dt.datetime):
        return ["moment", name.isoformat()]
    return ["date", name.isoformat()] if isinstance(name, dt.date) else [type(name).__name__, name]


def _unlabel(stored: tuple[str, Any]) -> object:
    kind, value = stored
    if kind == "moment":
        return dt.datetime.fromisoformat(value)
    if kind == "date":
        return dt.date.fromisoformat(value)
    if type(value).__name__ != kind:
        raise ValueError(f"a label is no {kind}")
    return value


# --- the form of the header ---------------------------------------------------------------------------------------


def _is(*kinds: type) -> Test:
    """A value of one of some types, and of no subclass: true is no number."""
    return lambda value: type(value) in kinds


def _list(each: Test) -> Test:
    return lambda value: type(value) is list and all(map(each, value))


def _row(*parts: Test) -> Test:
    """A list with these parts."""
    return lambda value: (
        type(value) is list and len(value) == len(parts) and all(fits(v) for fits, v in zip(parts, value, strict=True))
    )


def _names(each: Test) -> Test:
    """A mapping from any names."""
    return lambda value: type(value) is dict and all(map(each, value.values()))


def _record(parts: Mapping[str, Test], *, maybe: Collection[str] = ()) -> Test:
    """A mapping with these names, of which some may be missing."""
    return lambda value: (
        type(value) is dict
        and parts.keys() - maybe <= value.keys() <= parts.keys()
        and all(parts[name](part) for name, part in value.items())
    )


_TEXT: Final = _is(str)
_COUNT: Final = _is(int)
_VALUE: Final = _is(str, int, float, bool, NoneType)
_NOTHING: Final = _is(NoneType)
_SPAN: Final = _row(_COUNT, _COUNT)
_PLAN: Final = _record(
    {
        "kpis": _list(_row(_TEXT, _TEXT, _TEXT, _COUNT)),
        "by": _list(_TEXT),
        "zone": _TEXT,
        "now": _is(int, NoneType),
        "period": lambda value: _NOTHING(value) or _SPAN(value),
        "where": _names(_list(_VALUE)),
        "cluster": _TEXT,
        "credit": _TEXT,
        "credited": _names(_names(_names(_TEXT))),
        "ways": _names(_names(_list(_TEXT))),
    },
    maybe={"cluster", "credit", "credited", "ways"},
)
_HEADER: Final = _record(
    {
        "plan": _PLAN,
        "parts": _list(
            _record({"part": _row(_TEXT, _TEXT), "by": _list(_TEXT), "labels": _list(_list(_row(_TEXT, _VALUE)))})
        ),
        "sparse": _names(_row(_TEXT, _list(_TEXT))),
        "arrays": _list(_row(_TEXT, _TEXT, _TEXT, _list(_COUNT))),
        "rows": _names(_row(_COUNT, _COUNT, _list(_row(_TEXT, _TEXT, _COUNT)))),
        "founds": _list(_row(_TEXT, _TEXT, _TEXT, _list(_row(_COUNT, _list(_is(str, int, float, bool)))))),
    },
    maybe={"founds"},
)
