"""A part of the data: its tally with all that other parts must know of it, as bytes.

SQPART, version | length | header: keys, columns, names, parts | hashes of keys | the stored tally | SHA-256
"""

import hashlib
import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual.engines.keys import DEEPEST, MOST, Keys
from servqual.errors import InvalidValue, KeyInTwoParts, UnreadableTally
from servqual.metrics.engine import Tally
from servqual.metrics.kpi.definition import Kpi

_MAGIC: Final = b"SQPART\x01"
_START: Final = len(_MAGIC) + 4
_HASH: Final = 32


@attrs.frozen(eq=False)
class Part:
    """A tally, by table the keys of its rows and those columns that all parts have or none, and names of parts.

    `apart` counts, by table, the parts among whose rows ids were compared: above one, a repeated row may count twice.
    """

    tally: Tally
    keys: Mapping[str, Keys] = attrs.field(factory=dict)
    columns: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    names: tuple[str, ...] = ()
    apart: Mapping[str, int] = attrs.field(factory=dict)

    def __add__(self, other: "Part") -> "Part":
        if twice := {*self.names} & {*other.names}:
            raise KeyInTwoParts(f"each part must be given once (got {min(twice)!r} twice); leave one of them out")
        for table in self.columns.keys() & other.columns.keys():
            if differ := sorted({*self.columns[table]} ^ {*other.columns[table]}):
                raise InvalidValue.of(
                    table,
                    f"have {differ[0]} in all of its parts, or in none",
                    differ,
                    shown="some with it",
                    do="add it to the others, empty where it is not known",
                )
        both = self.keys.keys() & other.keys.keys()
        return Part(
            self.tally + other.tally,
            {**self.keys, **other.keys, **{table: self.keys[table] + other.keys[table] for table in both}},
            {**self.columns, **other.columns},
            tuple(sorted(self.names + other.names)),
            Counter(self.apart) + Counter(other.apart),
        )

    def to_bytes(self) -> bytes:
        """Write the bytes; the same rows give the same."""
        keys = sorted(self.keys.items())
        header = {
            "keys": [[table, each.column, each.level, len(each.hashes)] for table, each in keys],
            "columns": {table: [*names] for table, names in sorted(self.columns.items())},
            "names": [*self.names],
            "apart": dict(sorted(self.apart.items())),
        }
        text = json.dumps(header, separators=(",", ":")).encode()
        hashes = b"".join(np.ascontiguousarray(each.hashes, "<i8").tobytes() for _, each in keys)
        data = _MAGIC + struct.pack("<I", len(text)) + text + hashes + self.tally.to_bytes()
        return data + hashlib.sha256(data).digest()

    @classmethod
    def from_bytes(cls, data: bytes, kpis: Sequence[Kpi] = ()) -> "Part":
        """Read the bytes; raises `UnreadableTally` for others, `TallyMismatch` where a definition is another."""
        if not isinstance(data, bytes | bytearray) or not data.startswith(_MAGIC):  # type: ignore[redundant-expr]  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UnreadableTally(f"a part is bytes (got {type(data).__name__} of no part); pass what partial() gave")
        if len(data) < _START + _HASH or hashlib.sha256(data[:-_HASH]).digest() != data[-_HASH:]:
            raise UnreadableTally(f"the part is cut short or altered (got {len(data):,} bytes); make it anew")
        data = bytes(data[:-_HASH])
        end = _START + struct.unpack_from("<I", data, len(_MAGIC))[0]
        try:
            header = json.loads(data[_START:end])
            keys: dict[str, Keys] = {}
            for table, column, level, size in header["keys"]:
                keys[str(table)], end = _keys(data, end, str(column), level, size)
            columns = {str(table): tuple(map(str, names)) for table, names in header["columns"].items()}
            names = tuple(map(str, header["names"]))
            apart = {str(table): int(count) for table, count in header["apart"].items()}
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise UnreadableTally(f"the part is not of the stored form ({error}); make it anew") from None
        return cls(Tally.from_bytes(data[end:], kpis), keys, columns, names, apart)


def _keys(data: bytes, start: int, column: str, level: Any, size: Any) -> tuple[Keys, int]:
    """Take keys out of the bytes, once it is clear that they are there, sorted and of their sample."""
    end = start + 8 * size
    if not (type(level) is type(size) is int and 0 <= size <= MOST and 0 <= level <= DEEPEST and end <= len(data)):
        raise ValueError("keys are announced that are not there")
    hashes = np.frombuffer(data, "<i8", size, start).astype(np.int64)
    if size and (hashes[0] < 0 or (np.diff(hashes) <= 0).any() or (hashes & ((1 << level) - 1)).any()):
        raise ValueError("its keys are not sorted, or not of their sample")
    return Keys(column, hashes, level), end
