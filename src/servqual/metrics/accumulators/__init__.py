"""Values with a zero and `+` from which KPIs are derived: alone, by group, and as running forms that take rows.

- `sums`: counts and sums
- `values`: counts of each value, for percentiles and survival
- `distinct`: different things such as customers, and categories
- `running`: the running form of each accumulator, which takes rows chunk by chunk
- `cells`: accumulators by group
- `restored`: the same from stored arrays, checked
- `counts`: counts by group and value, as parallel arrays
- `mask_counts`: rows per group in each of many masks
- `exact_sums`: sums and sums of squares in whole numbers of any size
- `value_counts`: the number of each value in each group, of rows held until counting them pays
- `sorted_values`: such rows as sorted words, from which percentiles are read
"""

from servqual.metrics.accumulators.cells import Cells, Dense, as_fields
from servqual.metrics.accumulators.counts import Form, Sparse
from servqual.metrics.accumulators.distinct import DISTINCT_ERROR, Categories, Distinct, estimated, hash_of
from servqual.metrics.accumulators.exact_sums import as_ints
from servqual.metrics.accumulators.mask_counts import MaskCounts
from servqual.metrics.accumulators.restored import restored
from servqual.metrics.accumulators.running import Amounts, Running, running_form, runs
from servqual.metrics.accumulators.sorted_values import Run
from servqual.metrics.accumulators.sums import (
    Accumulator,
    Additive,
    Clustered,
    Count,
    Extremes,
    Law,
    Quotient,
    Ratio,
    Rows,
    Signed,
    Total,
)
from servqual.metrics.accumulators.values import BIN_ERROR, Lifetimes, Values, first_of, last_of, middle_of

__all__ = [
    "BIN_ERROR",
    "DISTINCT_ERROR",
    "Accumulator",
    "Additive",
    "Amounts",
    "Categories",
    "Cells",
    "Clustered",
    "Count",
    "Dense",
    "Distinct",
    "Extremes",
    "Form",
    "Law",
    "Lifetimes",
    "MaskCounts",
    "Quotient",
    "Ratio",
    "Rows",
    "Run",
    "Running",
    "Signed",
    "Sparse",
    "Total",
    "Values",
    "as_fields",
    "as_ints",
    "estimated",
    "first_of",
    "hash_of",
    "last_of",
    "middle_of",
    "restored",
    "running_form",
    "runs",
]
