"""One pass over the data for all KPIs. The door: `plan_of` a question, `chunks_of` data, `tally_of` both.

- `planning`: the question, checked once: KPIs, options, plan
- `chunks`: tables read some rows at a time, ahead of their turn
- `tallying`: the pass over the chunks of all tables, and `measure`
- `reading_rows`: one table's rows into a tally
- `grouping`: the group of each row
- `by_customer`: rows held until all rows of a customer are there
- `tallies`: cells of accumulators by group, which add up
- `stored`: a tally as bytes
"""

from servqual.metrics.engine.chunks import Chunks, Data, chunks_of
from servqual.metrics.engine.planning import Options, Plan, Where, plan_of, spelled_out
from servqual.metrics.engine.tallies import Tally
from servqual.metrics.engine.tallying import measure, tallies_of, tally, tally_of

__all__ = [
    "Chunks",
    "Data",
    "Options",
    "Plan",
    "Tally",
    "Where",
    "chunks_of",
    "measure",
    "plan_of",
    "spelled_out",
    "tallies_of",
    "tally",
    "tally_of",
]
