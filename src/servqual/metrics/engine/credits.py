"""Who is credited: the agent and the team of a row become those who acted by now, where the table tells."""

from collections.abc import Mapping

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.engine.question import MOMENTS
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.lazy import with_columns
from servqual.readers.columns.tables import Kind


def credited(chunk: Chunk, columns: Mapping[str, str], act: str = "", now: int | None = None) -> Chunk:
    """Give a chunk whose agent and team are those of other columns; of rows where nobody acted yet the owner's.

    A table may name who acted after `now`, or before a reopening: where it has the moments of the act, one of them must
    have come by `now` and stand.

    >>> from servqual.readers import columns_of
    >>> cases = columns_of("cases", {"agent": ["Ann", "Bo"], "answered_by": ["Cy", None]})
    >>> agent = credited(cases, {"agent": "answered_by"}).columns["agent"]
    >>> [agent.labels[code] for code in agent.values.tolist()]
    ['Cy', 'Bo']
    """
    there = {name: chunk.columns[acted] for name, acted in columns.items() if acted in chunk.columns}
    if not there:
        return chunk
    acted = next(iter(there.values())).known  # the agent's column where there is one: it comes first
    acted = acted & _came(chunk, act, now)
    none = Column.missing(Kind.LABEL, chunk.size)
    stood = {name: _either(acted, column, chunk.columns.get(name, none)) for name, column in there.items()}
    return attrs.evolve(chunk, columns=with_columns(chunk.columns, stood))


def _came(chunk: Chunk, act: str, now: int | None) -> Array:
    """Find the rows in which an act has come and stands; all rows of a table that does not date it."""
    moments = [chunk.columns[name] for name in MOMENTS.get(act, ()) if name in chunk.columns]
    again = chunk.columns.get("reopened_at") if act == "resolved" else None
    came = np.full(chunk.size, not moments)
    for moment in moments:
        stands = _seen(moment, now)
        if again is not None:
            stands &= ~(_seen(again, now) & (again.values > moment.values))
        came |= stands
    return came


def _seen(moment: Column, now: int | None) -> Array:
    return moment.known if now is None else moment.known & (moment.values <= now)


def _either(acted: Array, column: Column, owner: Column) -> Column:
    """Take the label of a column where somebody acted, and the owner's elsewhere."""
    if acted.all():
        return column
    codes = {label: code for code, label in enumerate(column.labels)}
    places = np.array([*(codes.setdefault(label, len(codes)) for label in owner.labels), -1], np.int32)
    values = np.where(acted, column.values, places.take(owner.values, mode="wrap"))
    return Column(Kind.LABEL, values, list(codes))
