"""Numbers that never stand alone: read from cells, with their intervals, against goals, and as tables.

- `estimates`: from cells to numbers
- `measures`: value, interval, n, undecided, unit and direction
- `standing`: where each group stands against its goal
- `groups`: groups of rows as parallel arrays
- `tidy`: results as a tidy table: columns, frames, CSV, notebooks
"""
