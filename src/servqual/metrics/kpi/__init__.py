"""What a KPI is: its row, what it reads, and how two of them or repeated customers make another.

- `definition`: one row of the catalogue, and the view of the rows that it counts
- `numbers`: what is read of a KPI, an entry a group
- `compound`: a KPI over two others
- `clusters`: intervals that hold for repeated customers
"""
