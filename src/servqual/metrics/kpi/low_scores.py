"""Scores that never pass 5 on a longer scale: they may have been given on one that ends at 5."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.notes import AT_MOST_FIVE

FIVE: Final = 5
"""Where the scale that is used most ends."""
_TEN: Final = 10
"""The fewest scores that are looked at for their scale."""
_SHORT: Final = 10
"""Where the longest scale ends that is taken for one of 5; points of 100 are not."""


def low_note(params: Mapping[str, Any]) -> str | None:
    """Write the note of a score of at most 5 for a KPI with these parameters; None where its scale is no longer one."""
    scale, kinds = params.get("scale"), params.get("kinds")
    if scale is None or not scale[0] < FIVE < scale[1] <= _SHORT:
        return None
    return f"{AT_MOST_FIVE}scale {scale[0]:g} to {scale[1]:g} of {', '.join(map(str, kinds or ()))}"


def never_above_five(kpi: Any, n: Array, notes: Mapping[tuple[str, str], int]) -> str | None:
    """Say that ten scores or more are all at most 5; None where one is above."""
    note, rows = low_note(kpi.params) if "score" in kpi.needs else None, int(np.sum(n))
    if note is None or rows < _TEN or notes.get(("score", note), 0) < rows:
        return None
    low, high = kpi.params["scale"]
    return f"none of {rows:,} scores is above {FIVE}: was the scale {low:g} to {high:g}?"
