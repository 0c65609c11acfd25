"""Who is credited: the agent and the team of a row become those who acted, where the table tells."""

from collections.abc import Mapping

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.lazy import with_columns
from servqual.readers.columns.tables import Kind


def credited(chunk: Chunk, columns: Mapping[str, str]) -> Chunk:
    """Give a chunk whose agent and team are those of other columns; of rows where nobody acted yet the owner's.

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
    stood = {name: _either(acted, column, chunk.columns.get(name)) for name, column in there.items()}
    return attrs.evolve(chunk, columns=with_columns(chunk.columns, stood))


def _either(acted: Array, column: Column, owner: Column | None) -> Column:
    """Take the label of a column where somebody acted, and the owner's elsewhere."""
    if owner is None or acted.all():
        return column
    codes = {label: code for code, label in enumerate(column.labels)}
    places = np.array([*(codes.setdefault(label, len(codes)) for label in owner.labels), -1], np.int32)
    values = np.where(acted, column.values, places.take(owner.values, mode="wrap"))
    return Column(Kind.LABEL, values, list(codes))
