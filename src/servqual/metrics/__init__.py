"""How well it went: columns into accumulators, tallies and measures.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "Attainment": "attaining",
    "attainment": "attaining",
    "Pareto": "ranking",
    "Categories": "sets",
    "Compound": "compound",
    "Count": "accumulators",
    "Distinct": "sets",
    "Extremes": "accumulators",
    "KPIS": "catalogue",
    "Kpi": "kpi",
    "Lifetimes": "histograms",
    "Measurement": "measures",
    "Measures": "measures",
    "Pauses": "business_time",
    "Quotient": "accumulators",
    "Ratio": "accumulators",
    "Rows": "rows",
    "Tally": "tallies",
    "Total": "accumulators",
    "Values": "histograms",
    "after": "business_time",
    "elapsed": "business_time",
    "measure": "engine",
    "pareto": "ranking",
    "tally": "engine",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
