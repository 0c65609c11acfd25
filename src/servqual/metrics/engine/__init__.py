"""One pass over the data for all KPIs. The door: `plan_of` a question, `chunks_of` data, `tally_of` both.

- `question`: the question as a value: KPIs, groups, and how to read the data
- `planning`: options, checked once, into a question
- `counts`: KPIs of contacts over ready-made counts
- `looking_up`: columns that a table lacks, looked up in its neighbours
- `keyed`: a neighbour by its key
- `credits`: who is credited: who acted, or the owner
- `seeking`: what `where=` asked for, and how much of it was found
- `chunks`: tables read some rows at a time, ahead of their turn
- `tallying`: the pass over the chunks of all tables, and `measure`
- `reading_rows`: one table's rows into a tally
- `grouping`: the group of each row
- `by_customer`: rows held until all rows of a customer are there
- `tallies`: cells of accumulators by group, which add up
- `stored`: a tally as bytes
"""

from servqual.metrics.engine.chunks import LOG, Chunks, Data, as_asked, chunks_of, request_of
from servqual.metrics.engine.looking_up import Neighbours, with_ways
from servqual.metrics.engine.planning import Options, plan_of, spelled_out
from servqual.metrics.engine.question import KEYS, Plan, Where
from servqual.metrics.engine.reading_rows import refused
from servqual.metrics.engine.tallies import Tally
from servqual.metrics.engine.tallying import measure, tallies_in, tallies_of, tally, tally_of

__all__ = [
    "KEYS",
    "LOG",
    "Chunks",
    "Data",
    "Neighbours",
    "Options",
    "Plan",
    "Tally",
    "Where",
    "as_asked",
    "chunks_of",
    "measure",
    "plan_of",
    "refused",
    "request_of",
    "spelled_out",
    "tallies_in",
    "tallies_of",
    "tally",
    "tally_of",
    "with_ways",
]
