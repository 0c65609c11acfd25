"""A KPI as data: its definition, the rows it sees, and KPIs made of others.

- `definition`: one row of the catalogue, and its identity
- `view`: the rows of a table as a KPI sees them
- `methods`: how the interval of each statistic is made, in words
- `ends`: the least and the greatest value that a KPI can have
- `numbers`: the numbers of a KPI, an entry per group
- `compound`: a KPI over two others
- `clusters`: intervals that hold for repeated customers
"""
