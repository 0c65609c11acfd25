"""Who is credited: the agent and the team of a row become those who acted by now, where the table tells."""

from collections.abc import Mapping

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.engine.question import MOMENTS
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.labels import first_known
from servqual.readers.columns.lazy import with_columns
from servqual.readers.columns.tables import Kind


def credited(chunk: Chunk, columns: Mapping[str, str], act: str = "", now: int | None = None) -> Chunk:
    """Give a chunk whose agent and team are those of other columns, each where it is known; elsewhere the owner's.

    A table may name who acted after `now`, or before a reopening: where it has the moments of the act, the one that
    counts must have come by `now` and stand.

    >>> from servqual.readers import columns_of
    >>> cases = columns_of("cases", {"agent": ["Ann", "Bo"], "answered_by": ["Cy", None]})
    >>> agent = credited(cases, {"agent": "answered_by"}).columns["agent"]
    >>> [agent.labels[code] for code in agent.values.tolist()]
    ['Cy', 'Bo']
    """
    there = {name: chunk.columns[acted] for name, acted in columns.items() if acted in chunk.columns}
    if not there:
        return chunk
    came, none = _came(chunk, act, now), Column.missing(Kind.LABEL, chunk.size)
    stood = {
        name: first_known(
            Column(Kind.LABEL, np.where(came, column.values, -1), column.labels), chunk.columns.get(name, none)
        )
        for name, column in there.items()
    }
    return attrs.evolve(chunk, columns=with_columns(chunk.columns, stood))


def _came(chunk: Chunk, act: str, now: int | None) -> Array:
    """Find the rows in which an act has come and stands; all rows of a table that does not date it.

    The first moment that a row has decides: a later close does not bring back a solution that fell.
    """
    moments = [chunk.columns[name] for name in MOMENTS.get(act, ()) if name in chunk.columns]
    again = chunk.columns.get("reopened_at") if act == "resolved" else None
    came, dated = np.full(chunk.size, not moments), np.zeros(chunk.size, np.bool_)
    for moment in moments:
        stands = _seen(moment, now) & ~dated
        if again is not None:
            stands &= ~(_seen(again, now) & (again.values > moment.values))
        came |= stands
        dated |= moment.known
    return came


def _seen(moment: Column, now: int | None) -> Array:
    return moment.known if now is None else moment.known & (moment.values <= now)
