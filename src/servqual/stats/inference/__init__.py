"""Estimates with their intervals and tests, on plain numbers and arrays.

Each call gives an `Estimate`: a value with its interval, or None with a reason where the data cannot carry it. The
kernels behind them, for many comparisons at once, are in `servqual.stats.differences`, `.intervals` and `.planning`.
"""

from servqual.stats.inference.designs import Placebos, difference_in_differences, effective_sample_size, placebo_in_time
from servqual.stats.inference.equivalence import equivalence_of_means, equivalence_of_proportions
from servqual.stats.inference.estimate import (
    Equivalence,
    Estimate,
    Jackknife,
    MeanDifference,
    PairedDifference,
    RankDifference,
    Significance,
)
from servqual.stats.inference.looks import Looks, planned_looks
from servqual.stats.inference.means import difference_of_means, mean
from servqual.stats.inference.multiple import benjamini_hochberg, bonferroni, holm
from servqual.stats.inference.power import (
    duration,
    power_of_two_means,
    power_of_two_proportions,
    power_of_two_rates,
    sample_size,
    sample_size_of_two_means,
    sample_size_of_two_proportions,
    sample_size_of_two_rates,
    smallest_difference_of_means,
    smallest_difference_of_proportions,
    smallest_difference_of_rates,
)
from servqual.stats.inference.proportions import (
    chi_square_of_proportions,
    difference_of_proportions,
    mcnemar,
    proportion,
    z_test_of_proportions,
)
from servqual.stats.inference.quantiles import quantile
from servqual.stats.inference.ranks import mann_whitney
from servqual.stats.inference.rates import difference_of_rates, rate, ratio_of_rates
from servqual.stats.inference.ratios import ratio, ratio_of_means, ratio_of_proportions
from servqual.stats.inference.resampling import bootstrap, jackknife
from servqual.stats.inference.sequential import (
    Band,
    EValue,
    SequentialTest,
    confidence_sequence,
    e_value,
    normal_mixture,
    sprt,
)
from servqual.stats.inference.series import (
    SERIES_CAVEATS,
    InterruptedSeries,
    interrupted_series,
    power_of_level_change,
    smallest_level_change,
)

__all__ = [
    "SERIES_CAVEATS",
    "Band",
    "EValue",
    "Equivalence",
    "Estimate",
    "InterruptedSeries",
    "Jackknife",
    "Looks",
    "MeanDifference",
    "PairedDifference",
    "Placebos",
    "RankDifference",
    "SequentialTest",
    "Significance",
    "benjamini_hochberg",
    "bonferroni",
    "bootstrap",
    "chi_square_of_proportions",
    "confidence_sequence",
    "difference_in_differences",
    "difference_of_means",
    "difference_of_proportions",
    "difference_of_rates",
    "duration",
    "e_value",
    "effective_sample_size",
    "equivalence_of_means",
    "equivalence_of_proportions",
    "holm",
    "interrupted_series",
    "jackknife",
    "mann_whitney",
    "mcnemar",
    "mean",
    "normal_mixture",
    "placebo_in_time",
    "planned_looks",
    "power_of_level_change",
    "power_of_two_means",
    "power_of_two_proportions",
    "power_of_two_rates",
    "proportion",
    "quantile",
    "rate",
    "ratio",
    "ratio_of_means",
    "ratio_of_proportions",
    "ratio_of_rates",
    "sample_size",
    "sample_size_of_two_means",
    "sample_size_of_two_proportions",
    "sample_size_of_two_rates",
    "smallest_difference_of_means",
    "smallest_difference_of_proportions",
    "smallest_difference_of_rates",
    "smallest_level_change",
    "sprt",
    "z_test_of_proportions",
]
