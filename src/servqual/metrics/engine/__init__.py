"""One pass over the data for all KPIs: rows into cells, and cells that add up.

- `running`: all tables of a question, and the answer
- `tallies`: cells of accumulators by group, which add up
- `reading_rows`: one table's rows into a tally
- `stored`: a tally as bytes
- `by_customer`: rows held until all of them are there, apart by customer
- `grouping`: which group each row belongs to
- `chunks`: tables read some rows at a time, ahead of their turn
- `slot`: work that one thread at a time does
"""
