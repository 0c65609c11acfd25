"""Rows into parts on any machine, and parts into the tally of all rows."""

import functools
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import add
from typing import Any

import attrs

from servqual._checks import must_be
from servqual.engines.asking import PartPlan
from servqual.engines.keys import Keys
from servqual.engines.part import Part
from servqual.engines.whole_customers import pieces
from servqual.errors import InvalidValue
from servqual.metrics.engine import LOG, Tally, request_of, tally_of
from servqual.readers.columns.columns import Chunk, joined
from servqual.readers.sources import TableChunks


def partial(batches: Iterable[Any], plan: PartPlan, *, table: str | None = None, name: str = "") -> bytes:
    """Tally some rows of a table, on any machine; `combine` adds the parts.

    Args:
        batches: the rows: Arrow record batches, frames, or mappings of columns. Where `plan.partition_by` names a
            column, all rows of one value of it lie in this part, sorted by `plan.order_by`: some customers at a time
            are then held. Any other rows stream.
        plan: the question, from `servqual.engines.plan`.
        table: the table of the rows; needed where the plan reads several.
        name: that of the part, such as its file's; `combine` refuses two parts of one name.

    Raises `KeyInTwoParts` where rows of one customer do not follow each other.

    >>> from servqual.engines import plan
    >>> asked = plan(["volume"], {"interactions": ["queued_at"]})
    >>> combine([partial([], asked)], asked).measure().one().value
    0.0
    """
    return part_of(batches, plan, table, name).to_bytes()


def part_of(batches: Iterable[Any], plan: PartPlan, table: str | None = None, name: str = "") -> Part:
    """Tally some rows of a table, as `partial` does, and do not write the bytes."""
    must_be(PartPlan, "plan", "what servqual.engines.plan gave", plan)
    found = plan.table(table)
    chunks = TableChunks(found, iter(batches), request_of(plan.question, found, whole=found == LOG))
    some = _keyed(chunks, plan, found) if found in plan.keys else _streamed(chunks, plan, found)
    part = reduce(add, some, _empty(plan))
    apart = {found: 1} if found in plan.named and part.tally.rows[found].read else {}
    return attrs.evolve(part, names=(name,) if name else (), apart=apart)


def merge(parts: Iterable[bytes], plan: PartPlan) -> bytes:
    """Make one part of several, on any machine; of none the part without rows.

    >>> from servqual.engines import plan
    >>> asked = plan(["volume"], {"interactions": ["queued_at"]})
    >>> merge([merge([], asked), partial([], asked)], asked) == partial([], asked)
    True
    """
    return _merged(parts, plan).to_bytes()


def combine(parts: Iterable[bytes], plan: PartPlan | None = None) -> Tally:
    """Add parts to the tally of all rows: the same bytes as on one machine.

    Without the plan there is at least one part, and its KPIs are those of the catalogue. Raises `KeyInTwoParts` where
    rows that belong together lie in two parts, or a part is given twice; `TallyMismatch` for other questions. The
    measures warn of tables whose ids were not compared across parts (`rows.repeats_unchecked`).
    """
    part = _merged(parts, plan)
    unchecked = frozenset(table for table, count in part.apart.items() if count > 1)
    return attrs.evolve(part.tally, added=not all(keys.exact for keys in part.keys.values()), unchecked=unchecked)


def _merged(parts: Iterable[bytes], plan: PartPlan | None) -> Part:
    if plan is not None:
        kpis = plan.question.kpis
        return reduce(add, (Part.from_bytes(part, kpis) for part in parts), _empty(plan))
    some = map(Part.from_bytes, parts)
    first = next(some, None)
    if first is None:
        raise InvalidValue.of("parts", "hold a part where no plan is given", (), do="pass the plan")
    return reduce(add, some, first)


def _empty(plan: PartPlan) -> Part:
    return Part(tally_of(plan.question, dict.fromkeys(plan.tables, ())))


def _streamed(chunks: Iterable[Callable[[], Chunk]], plan: PartPlan, table: str) -> Iterator[Part]:
    """Tally chunks as they come."""
    columns: dict[str, tuple[str, ...]] = {}

    def noted(read: Callable[[], Chunk]) -> Chunk:
        chunk = read()
        columns.update(_columns(chunk, plan, table))
        return chunk

    calls = (functools.partial(noted, read) for read in chunks)
    yield Part(_tally(calls, plan, table), {}, columns)


def _keyed(chunks: Iterable[Callable[[], Chunk]], plan: PartPlan, table: str) -> Iterator[Part]:
    """Tally whole customers at a time, or all rows at once where they belong together."""
    key = plan.keys[table]
    for piece in pieces(chunks, key[0]) if key else [joined([read() for read in chunks])]:
        if not piece.size:
            keys = {}
        else:
            keys = {table: Keys.in_rows(key[0], piece.columns[key[0]]) if key else Keys.all_rows()}
        yield Part(_tally([functools.partial(_as_it_is, piece)], plan, table), keys, _columns(piece, plan, table))


def _as_it_is(piece: Chunk) -> Chunk:
    return piece


def _tally(calls: Iterable[Callable[[], Chunk]], plan: PartPlan, table: str) -> Tally:
    chunks = {**dict.fromkeys(plan.tables, ()), table: calls}
    return tally_of(plan.question, chunks, plan.neighbours)


def _columns(chunk: Chunk, plan: PartPlan, table: str) -> dict[str, tuple[str, ...]]:
    """Name the columns of a chunk whose absence has a meaning."""
    if not chunk.size or table not in plan.strict_columns:
        return {}
    return {table: tuple(sorted(plan.strict_columns[table] & chunk.columns.keys()))}
