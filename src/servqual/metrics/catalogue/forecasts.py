"""The KPIs of planning: how far forecasts lay from the actual volume."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Total
from servqual.metrics.catalogue._amounts import MILLIONTHS, amount, over
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _volumes(t: View) -> tuple[Array, Array, Array]:
    forecast, told = amount(t, "forecast")
    actual, known = amount(t, "actual")
    return forecast, actual, told & known


def _off(t: View) -> Mapping[str, Array]:
    forecast, actual, known = _volumes(t)
    return over(t, np.abs(forecast - actual), actual, known)


def _each_off(t: View) -> Mapping[str, Array]:
    forecast, actual, known = _volumes(t)
    among = known & (actual > 0)
    off = np.abs(forecast - actual) / np.where(among, actual, 1)
    too_far = among & (off > MILLIONTHS)
    t.refuse(too_far, "forecast", f"must not be off by more than {MILLIONTHS:,} times actual")
    return {"value": np.rint(np.where(too_far, 0, off) * MILLIONTHS).astype(np.int64), "among": among & ~too_far}


def _bias(t: View) -> Mapping[str, Array]:
    forecast, actual, known = _volumes(t)
    return over(t, forecast, actual, known)


_COMMON: Final[dict[str, Any]] = {
    "table": "forecasts",
    "needs": ("forecast", "actual"),
    "open_items": "an interval without its actual volume is left out",
}

PLANNING_KPIS: Final = (
    Kpi(
        key="forecast_wape",
        title="forecast error, weighted",
        question="how far off were the forecasts, relative to the volume?",
        formula="sum of abs(forecast − actual) / sum of actual (WAPE); busy intervals count for more",
        source="K-40, K-41 (basis of shift planning); KPIS 100, workforce management practice",
        unit="ratio",
        better="lower",
        accumulator=Quotient,
        rows=_off,
        **_COMMON,
    ),
    Kpi(
        key="forecast_mape",
        title="forecast error, mean of intervals",
        question="how far off was a forecast, on average?",
        formula="sum over intervals of abs(forecast − actual) / actual, each to a millionth, over their number "
        "(MAPE); an interval whose actual volume is 0 has no such error and is left out",
        source="KPIS 100, workforce management practice",
        unit="score",
        better="lower",
        accumulator=Total,
        rows=_each_off,
        **_COMMON,
    ),
    Kpi(
        key="forecast_to_actual",
        title="forecast bias",
        question="how much too high or too low were the forecasts?",
        formula="sum of forecast / sum of actual: 1 is no bias, above 1 too much was forecast",
        source="KPIS 100 (bias), workforce management practice",
        unit="ratio",
        better=None,
        accumulator=Quotient,
        rows=_bias,
        **_COMMON,
    ),
)
