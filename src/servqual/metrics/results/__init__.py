"""Measured numbers: read from cells, with their intervals, against goals, and as tables.

- `estimates`: from cells to numbers
- `measurement`: value, interval, n, undecided, unit and direction
- `attaining`: goals against measured values
- `measures`: all measured KPIs by group
- `groups`: groups of rows as parallel arrays
- `tidy`: results as tidy tables: columns, frames, CSV, notebooks
"""
