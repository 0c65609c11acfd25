"""Accumulators by group: arrays with one entry per group, or one per group and value.

Dense fields are whole numbers that add, or a minimum or maximum. A sum too large for 64 bits is
kept as limbs of 26 bits (see `exact_sums`), so that equal sums have equal limbs. Counts by value are `Sparse`.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Sparse, ascends
from servqual.metrics.accumulators.exact_sums import carried
from servqual.metrics.accumulators.sorted_values import SortedValues

NOTHING: Final[Mapping[str, int]] = {"low": np.iinfo(np.int64).max, "high": -1}
"""Minimum and maximum of an empty group."""
_JOIN: Final[Mapping[str, np.ufunc]] = {"low": np.minimum, "high": np.maximum}


@attrs.frozen(eq=False)
class Dense:
    """Fields joined entry by entry; a field of limbs is an array with a second axis."""

    fields: Mapping[str, Array]

    def moved(self, places: Array, size: int) -> "Dense":
        """Move the cells to other places among `size` groups; cells that meet are joined."""
        out = {}
        for name, values in self.fields.items():
            target = np.full((size, *values.shape[1:]), NOTHING.get(name, 0), np.int64)
            if ascends(places):
                target[places] = values
            else:
                _JOIN.get(name, np.add).at(target, places, values)
            out[name] = _carried(target)
        return Dense(out)

    def ordered(self, order: Array) -> "Dense":
        """Put the groups in another order, or some of them."""
        return Dense({name: values[order] for name, values in self.fields.items()})

    def __add__(self, other: "Dense") -> "Dense":
        joined = {name: _JOIN.get(name, np.add)(values, other.fields[name]) for name, values in self.fields.items()}
        return Dense({name: _carried(values) for name, values in joined.items()})


Cells: TypeAlias = Dense | Sparse | SortedValues
"""State of an accumulator by group; sorted values become sparse once they are moved, joined or stored."""


def _carried(values: Array) -> Array:
    return values if values.ndim == 1 else carried(values)


def as_fields(cells: Cells) -> dict[str, Any]:
    """Arrays of cells by name."""
    if isinstance(cells, Dense):
        return dict(cells.fields)
    listed = cells.listed() if isinstance(cells, SortedValues) else cells
    return {name: getattr(listed, name) for name in ("group", "value", "count", "binned", "undecided")}
