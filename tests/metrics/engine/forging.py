"""Forged tallies: stored ones whose header or numbers were changed at random and whose checksum was made right again.

`python forging.py EXAMPLES [FIRST]` tries that many, within two gigabytes of memory, and prints what is neither a
`ServqualError` nor an answer. Each example is made from its number alone.
"""

import copy
import hashlib
import itertools
import json
import random
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from test_golden import DATA, OWN, TABLES  # type: ignore[import-not-found]  # beside this script

from servqual.errors import ServqualError
from servqual.metrics import Tally, tally

START, HASH = 12, 32
MEMORY = 2 << 30
SLOW_S = 20.0
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 1 << 31, 1 << 62, -(1 << 63), 10**400, 0.5, 1e308, float("nan"), float("inf"),
    "", "cases", "team", "week", "\udc80", "\x00", "values", "distinct", "date", "UTC", [], {}, [[]], [None], [[[[]]]],
    [1], {"a": 1}, {"": []},
)  # fmt: skip
WORDS = (0, 1, -1, 2, 3, 63, 64, 255, 4096, 16_384, 1 << 26, 1 << 31, 1 << 52, 1 << 53, 1 << 62, (1 << 63) - 1,
         -(1 << 63), -(1 << 26))  # fmt: skip


def parts_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header and the body of a stored tally."""
    end = START + struct.unpack_from("<I", data, 8)[0]
    return json.loads(data[START:end].decode("utf-8", "surrogatepass")), data[end:-HASH]


def sealed(header: object, body: bytes) -> bytes:
    """Bytes of this header, or text of one, and this body, with the right checksum."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    data = b"SQTALLY\x01" + struct.pack("<I", len(text)) + text + body
    return data + hashlib.sha256(data).digest()


def stored() -> list[bytes]:
    """The golden tallies, which have every accumulator, a binned one, one without groups and one without rows."""
    ids = [f"C-{number}" for number in range(6000)]
    moments = np.datetime64("2026-05-04", "us") + np.arange(6000) * np.timedelta64(977, "s")
    many = {"customer_id": ids, "queued_at": moments, "wait_s": np.arange(6000) * 1.5}
    asked = ["volume", "customers_in_contact", "wait_p50"]
    none = {"interactions": {"customer_id": [], "queued_at": moments[:0], "wait_s": [], "team": []}}
    return [
        *(path.read_bytes() for path in sorted(DATA.glob("*-1.sqtally"))),
        tally(asked, {"interactions": many}).to_bytes(),
        tally(asked, TABLES, by=["weekday"], where={"team": ["north", "south"]}).to_bytes(),
        tally(asked, none, by=["team"]).to_bytes(),
    ]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a header with a key or place in it."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def changed(value: Any, luck: random.Random) -> Any:
    """Another value in the place of one."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    ways: list[Callable[[], Any]] = [
        lambda: luck.choice(ODD),
        lambda: [value],
        lambda: {"x": value},
        lambda: str(value),
    ]
    if whole:
        ways += [lambda: value + luck.choice((-1, 1, 8)), lambda: -value, lambda: value << luck.randrange(64)] * 2
    if isinstance(value, list):
        ways += [lambda: value[1:], lambda: value * 2, lambda: value[::-1], lambda: luck.sample(value, len(value))]
    if isinstance(value, str):
        ways += [lambda: value[::-1], lambda: value * 1000, lambda: value + "x"]
    return luck.choice(ways)()


def forged(data: bytes, luck: random.Random) -> bytes:
    """Change a few values of the header, a few numbers of the body, or the length of either."""
    header, body = copy.deepcopy(parts_of(data))
    kind = luck.random()
    for _ in range(luck.choice((0, 1, 1, 2)) if kind < 0.6 else 0):
        within = header if luck.random() < 0.5 else header[luck.choice([*header] or ["plan"])]
        found = list(places(within))
        if not found:
            break
        holder, key = luck.choice(found)
        if luck.random() < 0.2:
            del holder[key]
        else:
            holder[key] = changed(holder[key], luck)
        if not header:
            break
    words = np.frombuffer(body, "<i8").copy()
    for _ in range(luck.choice((1, 1, 2, 5)) if kind > 0.5 and len(words) else 0):
        place = luck.randrange(len(words))
        words[place] = luck.choice(
            (*WORDS, int(words[place]) ^ 1 << luck.randrange(63), words[luck.randrange(len(words))])
        )
    body = words.tobytes()
    if luck.random() < 0.05:
        body = luck.choice((body[:-8], body + body, body[3:], b"", body * 3))
    return sealed(header, body)


def faults(data: bytes) -> list[str] | None:
    """What is neither a `ServqualError` nor an answer; None for bytes that are refused."""
    out: list[str] = []
    try:
        found = Tally.from_bytes(data, kpis=OWN)
    except ServqualError:
        return None
    except BaseException as error:  # noqa: BLE001  (any other is the fault that is sought)
        return [f"from_bytes: {error!r:.200}"]
    uses: dict[str, Callable[[], object]] = {
        "measure": lambda: list(found.measure()),
        "+": lambda: found + found,
        "+ measure": lambda: list((found + found).measure()),
        "without": lambda: found.without(*found.plan.by[:1]),
        "without all": lambda: found.without(*found.plan.by).measure(),
        "to_bytes": lambda: Tally.from_bytes(found.to_bytes(), kpis=OWN),
        "repr": lambda: repr(found),
    }
    for name, use in uses.items():
        try:
            use()
        except ServqualError:
            pass
        except BaseException as error:  # noqa: BLE001
            out.append(f"{name}: {error!r:.200}")
    return out


def main(examples: int, first: int) -> None:
    """Try examples and print the faults, and how many were read."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    good = stored()
    read = 0
    for number in range(first, first + examples):
        luck = random.Random(number)  # noqa: S311  (examples, no secrets)
        data = forged(luck.choice(good), luck)
        began = time.monotonic()
        found = faults(data)
        read += found is not None
        if (took := time.monotonic() - began) > SLOW_S:
            found = [*(found or ()), f"took {took:.0f} s"]
        for fault in found or ():
            sys.stdout.write(f"{number}: {fault}\n")
    sys.stdout.write(f"{examples} examples, {read} of them read\n")


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    main(*itertools.islice(map(int, [*sys.argv[1:], "0"]), 2))
