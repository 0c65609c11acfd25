"""The least and the greatest value that a KPI can have: its interval stays between them."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

Ends: TypeAlias = tuple[float, float]
Between: TypeAlias = Literal["scores", "gaps", "distances", "products"]

_UNITS: Final[Mapping[str, Ends]] = MappingProxyType(
    {"share": (0, 1), "points": (-100, 100), "sigma": (-math.inf, math.inf)}
)
_ON_SCALE: Final[Mapping[str, Callable[[float, float], Ends]]] = MappingProxyType(
    {
        "scores": lambda low, high: (low, high),
        "gaps": lambda low, high: (low - high, high - low),
        "distances": lambda low, high: (0, high - low),
        "products": lambda low, high: (low * low, high * high),
    }
)


def ends_of(between: "Ends | Between | None", unit: str, statistic: str, params: Mapping[str, Any]) -> Ends:
    """Find the two ends, in the unit of the KPI; infinite where it is open.

    >>> ends_of(None, "score", "mean", {"scale": (1, 5)}), ends_of("gaps", "gap", "signed_mean", {"scale": (1, 5)})
    ((1, 5), (-4, 4))
    """
    if isinstance(between, tuple):
        return between
    scale = params.get("scale")
    if scale is not None and unit in {"score", "gap"}:
        return _ON_SCALE[between or ("scores" if unit == "score" else "gaps")](*scale)
    return _UNITS.get(unit, (-math.inf if statistic == "signed_mean" else 0, math.inf))
