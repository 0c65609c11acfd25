"""Cells from stored arrays, once every length and value in them was checked.

The arrays may say anything, so that each is held against the cells that the accumulator's own running form gives when
it has seen nothing: the same fields, of the same shapes, with a place per group.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.cells import Cells, Dense, as_fields
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.running import running_form
from servqual.metrics.accumulators.sums import Accumulator, whole

_LIMB: Final = 1 << 26
_MOST: Final = 1 << 53
"""The most that counts of all groups may come to, so that none overflows when groups meet."""


def restored(
    accumulator: type[Accumulator], fields: Mapping[str, Array], sparse: Sequence[Any] | None, size: int
) -> Cells:
    """Make cells of `size` groups from their fields; `sparse` is the form and the labels of counts by value.

    Raises `ValueError` for fields that the accumulator's cells do not have or could not hold.
    """
    form = running_form(accumulator)
    nothing = np.zeros(0, np.int64)
    empty = form.cells(dict.fromkeys(form.masks, nothing), nothing)
    known = as_fields(empty)
    if fields.keys() != known.keys() or isinstance(empty, Dense) != (sparse is None):
        raise ValueError(f"its cells are not those of {accumulator.__name__}")
    counts = {f.name for f in attrs.fields(accumulator) if f.validator is whole} | {"count", "undecided"}
    for name, values in fields.items():
        length = size if sparse is None or name in {"binned", "undecided"} else len(fields["group"])
        if values.shape != (length, *known[name].shape[1:]):
            raise ValueError(f"{name} has {values.shape} numbers for {length} groups")
        above = values if sparse or values.ndim == 1 else values[:, -1]
        if name in counts and (above.min(initial=0) < 0 or above.sum(dtype=np.float64) > _MOST):
            raise ValueError(f"{name} counts less than none, or more than can be")
        if sparse is None and values.ndim > 1 and not _are_limbs(values):
            raise ValueError(f"{name} is no sum")
    if isinstance(empty, Dense) or sparse is None:
        return Dense(fields)
    kind, labels = sparse
    if kind != empty.form or (labels and kind != "categories") or list(labels) != sorted({*labels}):
        raise ValueError(f"its cells are not {empty.form}")
    if not ((fields["binned"] == 0) | (fields["binned"] == 1)).all():
        raise ValueError("binned is neither true nor false")
    cells = Sparse(kind, **{**fields, "binned": fields["binned"].astype(np.bool_)}, labels=tuple(labels))
    if fault := cells.fault():
        raise ValueError(fault)
    return cells


def _are_limbs(values: Array) -> bool:
    """Whether each limb but the last lies from 0 to below 2^26, and the last is not larger."""
    return bool(
        values[:, :-1].min(initial=0) >= 0 and values.max(initial=0) < _LIMB and values.min(initial=0) >= -_LIMB
    )
