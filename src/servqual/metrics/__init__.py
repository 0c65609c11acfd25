"""How well it went: columns into accumulators, tallies and measures.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "Attainment": "attaining",
    "attainment": "attaining",
    "AwardPlace": "awards",
    "AwardRanking": "awards",
    "award_ranking": "awards",
    "Change": "changing",
    "Changes": "changing",
    "changes": "changing",
    "Composite": "composites",
    "composite": "composites",
    "Funnel": "funnels",
    "FunnelRow": "funnels",
    "IndexPart": "composites",
    "IndexRow": "composites",
    "Pareto": "ranking",
    "ParetoRow": "ranking",
    "Categories": "sets",
    "ClockReadings": "case_readings",
    "clock_readings": "log_readings",
    "Compound": "compound",
    "Count": "accumulators",
    "Distinct": "sets",
    "Extremes": "accumulators",
    "KPIS": "catalogue",
    "Kpi": "kpi",
    "Lifetimes": "histograms",
    "LogReplay": "log_replays",
    "what_if": "log_replays",
    "Measurement": "measures",
    "Measures": "measures",
    "Pauses": "business_time",
    "Peer": "peers",
    "PeerGap": "peers",
    "PeerGaps": "peers",
    "Quotient": "accumulators",
    "Ratio": "accumulators",
    "RolledYield": "yields",
    "RolledYields": "yields",
    "rolled_yield": "yields",
    "Rows": "rows",
    "Signed": "accumulators",
    "Standing": "standing",
    "Standings": "standing",
    "Tally": "tallies",
    "Total": "accumulators",
    "Weakest": "weakness",
    "Weakness": "weakness",
    "Values": "histograms",
    "after": "business_time",
    "elapsed": "business_time",
    "funnel": "funnels",
    "measure": "engine",
    "pareto": "ranking",
    "peer_gaps": "peers",
    "tally": "engine",
    "weakest": "weakness",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
