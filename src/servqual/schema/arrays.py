"""Arrays as plain data: the kind of their numbers, and the numbers.

    np.array([1.5, nan, inf])    {"dtype": "float64", "values": [1.5, null, "inf"]}

The kind is stored because 1 and 1.0 are the same number in JSON. numpy is loaded with the first array.
"""

import math
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from servqual.errors import InvalidValue
from servqual.schema.opaque import object_of
from servqual.schema.scalars import refused, text
from servqual.schema.several import as_list, as_object, read_each, read_object

_LARGEST: Final = sys.float_info.max
_INFINITE: Final[Mapping[float, str]] = MappingProxyType({math.inf: "inf", -math.inf: "-inf"})
_CELLS: Final[Mapping[Any, float]] = MappingProxyType({None: math.nan, "inf": math.inf, "-inf": -math.inf})


def _number(cell: Any) -> float:
    if type(cell) in {float, int} and abs(cell) <= _LARGEST:
        return float(cell)
    if cell is None or (type(cell) is str and cell in _CELLS):
        return _CELLS[cell]
    raise refused("a number, null, 'inf' or '-inf'", cell)


def _whole(least: int, most: int, cell: Any) -> int:
    if type(cell) is not int or not least <= cell <= most:
        raise refused(f"a whole number from {least} to {most}", cell)
    return cell


def _flag(cell: Any) -> bool:
    if type(cell) is not bool:
        raise refused("true or false", cell)
    return cell


_KINDS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "float64": _number,
        "int64": partial(_whole, -(2**63), 2**63 - 1),
        "int32": partial(_whole, -(2**31), 2**31 - 1),
        "uint8": partial(_whole, 0, 2**8 - 1),
        "bool": _flag,
    }
)
"""How a cell of each kind is read."""

SHAPE: Final[Mapping[str, Any]] = MappingProxyType(
    object_of(
        {
            "dtype": {"enum": [*_KINDS]},
            "values": {
                "type": "array",
                "items": {"anyOf": [{"type": ["number", "boolean", "null"]}, {"enum": ["inf", "-inf"]}]},
            },
        }
    )
)
"""The JSON Schema of an array."""


def write_array(values: Any) -> dict[str, Any]:
    """Write an array of one dimension."""
    kind = str(values.dtype)
    if kind not in _KINDS or values.ndim != 1:
        shown = f"{values.ndim} dimensions of {kind}"
        raise InvalidValue.of("value", f"be one row of {', '.join(_KINDS)} to be stored", shown, shown=shown)
    cells = values.tolist()
    if kind == "float64":
        cells = [_write_number(cell) for cell in cells]
    return {"dtype": kind, "values": cells}


def _write_number(cell: float) -> float | str | None:
    if math.isnan(cell):
        return None
    return _INFINITE.get(cell, cell + 0.0)  # one zero: -0.0 is equal to 0.0


def read_array(stored: Any) -> Any:
    """Read an array; each cell that does not fit its kind is told by its place."""
    import numpy as np  # noqa: PLC0415  (a case is read without it)

    kind = as_object(stored).get("dtype")
    cell = _KINDS[kind] if type(kind) is str and kind in _KINDS else _number
    told = read_object(stored, {"dtype": _kind, "values": lambda cells: read_each(as_list(cells), cell)})
    return np.array(told["values"], told["dtype"])


def _kind(value: Any) -> str:
    if text(value) not in _KINDS:
        raise refused(f"one of {', '.join(_KINDS)}", value)
    return str(value)
