"""How well it went: columns into accumulators, tallies and measures.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "AsOf": "streams.cases",
    "Attainment": "results.attaining",
    "Attainments": "results.attaining",
    "attainment": "comparing.standards",
    "AwardPlace": "comparing.awards",
    "PointScale": "comparing.appraising",
    "appraised": "comparing.appraising",
    "AwardRanking": "comparing.awards",
    "award_ranking": "comparing.awards",
    "Change": "comparing.changing",
    "Changes": "comparing.changing",
    "changes": "comparing.changing",
    "Composite": "comparing.composites",
    "composite": "comparing.composites",
    "Funnel": "comparing.funnels",
    "FunnelRow": "comparing.funnels",
    "IndexPart": "comparing.composites",
    "IndexRow": "comparing.composites",
    "Pareto": "comparing.ranking",
    "ParetoRow": "comparing.ranking",
    "Categories": "accumulators.distinct",
    "ClockReadings": "clocks.readings",
    "clock_readings": "clocks.readings",
    "Compound": "kpi.compound",
    "Count": "accumulators.sums",
    "Distinct": "accumulators.distinct",
    "Extremes": "accumulators.sums",
    "KPIS": "catalogue.kpis",
    "Kpi": "kpi.definition",
    "Lifetimes": "accumulators.values",
    "LogReplay": "clocks.replays",
    "what_if": "clocks.replays",
    "Measurement": "results.measurement",
    "Measures": "results.measures",
    "Pauses": "time.business_time",
    "Peer": "comparing.peers",
    "PeerGap": "comparing.peers",
    "PeerGaps": "comparing.peers",
    "Quotient": "accumulators.sums",
    "Ratio": "accumulators.sums",
    "RolledYield": "comparing.yields",
    "RolledYields": "comparing.yields",
    "rolled_yield": "comparing.yields",
    "Rows": "servqual.readers.columns.accounting",
    "Signed": "accumulators.sums",
    "Tally": "engine.tallies",
    "Total": "accumulators.sums",
    "Weakest": "comparing.weakness",
    "Weakness": "comparing.weakness",
    "Values": "accumulators.values",
    "Windows": "streams.windows",
    "add_working_days": "time.working_days",
    "after": "time.business_time",
    "elapsed": "time.business_time",
    "feedback_segments": "comparing.segments",
    "funnel": "comparing.funnels",
    "measure": "engine.tallying",
    "pareto": "comparing.ranking",
    "peer_gaps": "comparing.peers",
    "spending_segments": "comparing.segments",
    "tally": "engine.tallying",
    "weakest": "comparing.weakness",
    "working_days_between": "time.working_days",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
