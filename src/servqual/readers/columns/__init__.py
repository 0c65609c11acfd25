"""Typed columns, the tables that they belong to, and the cells and rows that could not be used.

- `columns`: typed columns, and chunks of them
- `tables`: the tables that servqual knows
- `refusals`: cells that could not be used, and why
- `accounting`: where the rows went: read = used + refused
- `labels`: names as codes into the labels that occur
- `units`: whole values in a unit that divides them all
- `zones`: instants and the clock on the wall of a zone
- `request`: how to read a table
- `duplicates`: rows with a repeated id
- `texts`: cells of text into values
- `lazy`: columns made on first use
"""
