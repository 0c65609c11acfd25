"""Read a million altered documents: every answer is an object or one of our errors, in bounded time.

`python benchmarks/fuzz_loads.py [documents]` alters stored samples of at most 3,000 bytes, byte by byte and value by
value, and prints how many were read and refused, by code, and the slowest one. Any other error ends it with the seed.
Stopped by Ctrl-C, it prints the figures of those read so far.
"""

import collections
import copy
import json
import random
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from servqual.errors import ServqualError
from servqual.schema import loads

SAMPLES = sorted((Path(__file__).parents[1] / "tests" / "schema" / "golden").glob("*.json"))
MOST = 3_000
"""The most bytes of a sample: small ones are altered in more places that matter."""
VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", "9" * 500, [], {}, [[]], {"type": "case"}, {"type": "moment"},
    "2026-05-04T09:00:00", "9999-12-31T23:59:59-14:00", "PT99999999999S", "P1M", "../../etc/passwd", "1e999999",
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a document, with a key or index of it."""
    found: list[tuple[Any, Any]] = []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        found += [(value, key), *places(part)]
    return found


def altered_value(document: Any, chance: random.Random) -> str:
    """A document in which one value is another, is away, or stands under another key."""
    changed = copy.deepcopy(document)
    where, key = chance.choice(places(changed))
    way = chance.randrange(4)
    if way == 0 and isinstance(where, dict):
        where[chance.choice(["x", "type", "at", key + "s"])] = where.pop(key)
    elif way == 1:
        del where[key]
    else:
        where[key] = chance.choice(VALUES)
    return json.dumps(changed)


def altered_bytes(text: bytes, chance: random.Random) -> bytes:
    """A text with some bytes changed, cut out, or repeated."""
    data = bytearray(text)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data))
        way = chance.randrange(4)
        if way == 0:
            data[at] = chance.randrange(256)
        elif way == 1:
            del data[at : at + chance.randrange(1, 40)]
        elif way == 2:
            data[at:at] = data[at : at + chance.randrange(1, 40)]
        else:
            data[at:at] = chance.choice([b"[", b"{", b'"', b"}", b"NaN", b"1e999", b"\\ud800", b"\xff"])
        if not data:
            break
    return bytes(data)


def main(documents: int) -> None:
    """Alter and read so many documents."""
    texts = [path.read_bytes().strip() for path in SAMPLES if path.stat().st_size <= MOST]
    parsed = [json.loads(text) for text in texts]
    for text in texts:  # what is made on first use is no part of a reading
        loads(text)
    codes = collections.Counter[str]()
    slowest, begun = 0.0, time.process_time()
    with suppress(KeyboardInterrupt):
        for seed in range(documents):
            chance = random.Random(seed)
            place = chance.randrange(len(texts))
            data = altered_value(parsed[place], chance) if seed % 2 else altered_bytes(texts[place], chance)
            start = time.process_time()
            codes[code_of(data, seed)] += 1
            slowest = max(slowest, time.process_time() - start)
    spent = time.process_time() - begun
    print(f"{codes.total():,} documents of {len(texts)} kinds in {spent:,.0f} s of CPU, no other error")
    print(f"slowest: {slowest * 1000:.0f} ms")
    for code, count in codes.most_common():
        print(f"{count:>10,}  {code}")


def code_of(data: str | bytes, seed: int) -> str:
    """Return the code that a document is refused with, or "read"."""
    try:
        loads(data)
    except ServqualError as error:
        return error.code
    except Exception:
        print(f"seed {seed}: {data!r:.2000}")
        raise
    return "read"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
