"""Columns of moments and durations in any unit, read as whole microseconds chunk by chunk."""

from typing import Final, Literal, Self, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from servqual.errors import InvalidValue
from servqual.model.hours.spans import FIRST, LAST

Ints: TypeAlias = npt.NDArray[np.int64]

NAT: Final = np.iinfo(np.int64).min
_MICROS: Final = {
    "W": 604_800_000_000,
    "D": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 10**6,
    "ms": 1000,
}
_PARTS: Final = {"ns": 10**3, "ps": 10**6, "fs": 10**9, "as": 10**12}


@attrs.frozen(eq=False)
class Column:
    """Values in a unit of `times` microseconds, or of a `parts`th of one; `column[rows]` is those rows in microseconds.

    NaT stays the smallest integer. Converting chunk by chunk needs no second column.
    """

    name: str
    given: Ints
    times: int = 1
    parts: int = 1

    @classmethod
    def of(cls, values: npt.ArrayLike, kind: Literal["M", "m"], name: str, shape: tuple[int, ...]) -> Self:
        """Read `datetime64` ("M") or `timedelta64` ("m") values, one for each row of a shape or one for all."""
        array = np.asarray(values)
        if array.dtype.kind != kind:
            what = "datetime64 in UTC" if kind == "M" else "timedelta64"
            raise InvalidValue.of(name, f"be {what}", array.dtype, do="convert the column first")
        unit, count = np.datetime_data(array.dtype)
        if kind == "m" and unit in {"Y", "M"}:
            raise InvalidValue.of(name, "have a unit of fixed length", array.dtype, do="use days or less")
        if unit in {"Y", "M", "generic"} or count != 1:
            unit = unit if unit in _MICROS or unit in _PARTS else "D"
            array = array.astype(f"{kind}8[{unit}]")
        rows = np.broadcast_to(array.view(np.int64), shape).reshape(-1)
        return cls(name, rows, _MICROS.get(unit, 1), _PARTS.get(unit, 1))

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.given.size

    def __getitem__(self, rows: "slice | npt.NDArray[np.integer | np.bool_]") -> Ints:
        part = self.given[rows]
        if self.times == self.parts == 1:
            return part
        absent = part == NAT
        if absent.any():
            return np.where(absent, NAT, self._micros(np.where(absent, 0, part)))
        return self._micros(part)

    def _micros(self, part: Ints) -> Ints:
        if self.parts > 1:
            return part // self.parts
        limit = (LAST - FIRST) // self.times
        low, high = part.min(initial=0), part.max(initial=0)
        if not -limit <= low <= high <= limit:
            shown = f"{low} to {high} times {self.times} microseconds"
            raise InvalidValue.of(self.name, "lie in the years 1 to 9999", (low, high), shown=shown)
        return part * self.times


def common_shape(**columns: npt.ArrayLike) -> tuple[int, ...]:
    """Common shape of columns, where one value may stand for all rows."""
    try:
        return np.broadcast_shapes(*(np.shape(values) for values in columns.values()))
    except ValueError:
        shapes = {name: np.shape(values) for name, values in columns.items()}
        raise InvalidValue.of(" and ".join(columns), "be of one length, or one value for all", shapes) from None
