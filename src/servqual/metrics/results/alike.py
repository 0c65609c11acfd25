"""Whether two results are the same: exactly, or as far as rounding lets them be."""

import math
from typing import Any

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.kpi.numbers import Numbers
from servqual.metrics.results.measurement import Measurement


def content_of(found: Any) -> tuple[object, ...]:
    """Give what measures say as a value that compares exactly: question, groups, numbers, credit, rows, caveats."""
    numbers = [
        (
            kpi.key,
            kpi.definition,
            tuple(tuple(map(_typed, labels)) for labels in found.groups[kpi.key].columns()),
            tuple(_bytes(getattr(found.numbers[kpi.key], field.name)) for field in attrs.fields(Numbers)),
            _bytes(found.unread.get(kpi.key, np.zeros(0))),
            found.of_all.get(kpi.key, ()),
            tuple(found.credited.get(kpi.key, ())),
        )
        for kpi in found.kpis
    ]
    rows = [(table, of.read, of.used, *sorted(of.reasons.items())) for table, of in sorted(found.rows.items())]
    where = [(name, *map(_typed, values)) for name, values in found.where.items()]
    return found.by, found.confidence, found.zone, found.now, found.period, *numbers, *rows, *where


def _typed(label: object) -> tuple[type, object]:
    """Tell True from 1, which are equal."""
    return type(label), label


def _bytes(values: Array) -> bytes:
    """Give numbers as bytes, alike for any NaN and for both zeros."""
    plain = values.astype(np.float64) + 0.0
    return np.where(np.isnan(plain), np.nan, plain).tobytes()


def alike(a: Measurement, b: Measurement) -> bool:
    """Whether two measurements agree: counts exactly, values and ends to 1e-9 of their size."""
    if (a.kpi, dict(a.group), a.n, a.undecided, a.definition) != (b.kpi, dict(b.group), b.n, b.undecided, b.definition):
        return False
    for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)):
        if x is None or y is None:
            if x is not y:
                return False
        elif not math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9):
            return False
    return True
