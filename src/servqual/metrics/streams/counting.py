"""Rows of a stream into tallies: those that arrive, those that waited, and a tally cut in two by its windows."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Dense
from servqual.metrics.engine import Plan, Tally, request_of, tally_of
from servqual.metrics.results.groups import Groups
from servqual.metrics.streams.arrivals import Arrivals
from servqual.metrics.streams.kept import trimmed
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.duplicates import NAMING, RepeatedIdError
from servqual.readers.columns.refusals import Refusals
from servqual.readers.columns.tables import Kind
from servqual.readers.sources import Source, TableChunks, chosen_rows, without_left

_DUE: Final = "counted now"
"""The column that marks which of the waiting rows are counted; the others are only seen."""


def chunks_in(plan: Plan, table: str, source: Source) -> TableChunks:
    """Read the asked columns of a table, and those that name its rows."""
    request = request_of(plan, table)
    return TableChunks(
        table, source, attrs.evolve(request, only=(request.only or frozenset()).union(NAMING.get(table, ())))
    )


def arrived(plan: Plan, arrivals: Mapping[str, Arrivals]) -> Tally:
    """Tally the rows that arrived, by table."""
    return tally_of(plan, {table: arrivals.get(table, ()) for table in plan.tables})


def to_wait(plan: Plan, arrivals: Arrivals) -> tuple[list[Chunk], Rows]:
    """Read the rows that will wait, and account for those that are refused at once."""
    try:
        chunks = [read() for read in arrivals]
    except RepeatedIdError:
        chunks = [read() for read in arrivals]
    asked = [_asked(chunk, plan) for chunk in chunks]
    lost = [refusal for chunk in asked for refusal in chunk.lost]
    rows = Rows.of(read=len(lost), used=0, lost=lost, refusals=Refusals())
    return [attrs.evolve(chunk, lost=(), read=chunk.size, left=None) for chunk in chunks], rows


def _asked(chunk: Chunk, plan: Plan) -> Chunk:
    """Forget the refused rows that `where` leaves out."""
    left = chunk.left
    if left is None or not plan.where.keys() <= left.columns.keys():
        return chunk
    return without_left(chunk, chosen_rows(left, plan.where, plan.zone))


def with_rows(tally: Tally, more: Mapping[str, Rows]) -> Tally:
    """Add an account of rows to that of a tally."""
    return attrs.evolve(tally, rows={table: rows + more.get(table, Rows()) for table, rows in tally.rows.items()})


def counted_now(plan: Plan, now: int | None, due: Mapping[str, tuple[Chunk, Array]]) -> Tally:
    """Tally some of the waiting rows, while all of them are seen; the plan of the tally has no `now`."""
    some = {table: (chunk, mask) for table, (chunk, mask) in due.items() if mask.any()}
    marked = {
        table: attrs.evolve(chunk, columns={**chunk.columns, _DUE: Column(Kind.FLAG, mask.astype(np.int8), whole=True)})
        for table, (chunk, mask) in some.items()
    }
    asked = attrs.evolve(plan, now=now)
    found = _tallied(attrs.evolve(asked, where={**plan.where, _DUE: (True,)}), marked)
    # what `where` finds is that of these rows alone
    alone = {table: chunk.take(np.flatnonzero(mask)) for table, (chunk, mask) in some.items()} if plan.where else {}
    return attrs.evolve(found, plan=plan, founds=_tallied(asked, alone).founds if alone else {})


def _tallied(plan: Plan, chunks: Mapping[str, Chunk]) -> Tally:
    """Tally one chunk of each table; a table without one has no rows."""
    return tally_of(
        plan, {table: [partial(chunks.__getitem__, table)] if table in chunks else [] for table in plan.tables}
    )


def rows_since(chunk: Chunk, at: str, moment: int) -> Chunk:
    """Keep the rows that are dated from a moment on."""
    column = chunk.columns[at]
    return trimmed(chunk, np.flatnonzero(column.known & (column.values >= moment)))


def cut(tally: Tally, column: str, first: Callable[[Any], bool]) -> tuple[Tally, Tally]:
    """Cut a tally in two by a test of the labels in a column; neither has an account of rows."""
    sides: list[Tally] = []
    for wanted in (True, False):
        groups, cells = {}, {}
        for part, mine in tally.groups.items():
            names = (None, *mine.labels[mine.by.index(column)])
            chosen = np.array([first(name) is wanted for name in names])
            places = np.flatnonzero(chosen[mine.codes[mine.by.index(column)]])
            groups[part] = _relabelled(mine.only(places))
            for state in {kpi.state for kpi in tally.plan.read if tally.plan.part(kpi) == part}:
                for name in (state, f"{state} unread"):
                    if name not in tally.cells:
                        continue
                    kept = tally.cells[name].ordered(places)
                    if name == state or (isinstance(kept, Dense) and kept.fields["n"].any()):
                        cells[name] = kept
        sides.append(Tally(tally.plan, groups, cells, {}, added=True))
    return sides[0], sides[1]


def _relabelled(groups: Groups) -> Groups:
    """Drop labels that no group has."""
    labels, codes = [], []
    for names, column in zip(groups.labels, groups.codes, strict=True):
        used, places = np.unique(np.append(column, 0), return_inverse=True)
        labels.append(tuple(names[code - 1] for code in used.tolist() if code))
        codes.append(places[:-1])
    return Groups(groups.by, tuple(labels), np.array(codes, np.int64).reshape(groups.codes.shape))
