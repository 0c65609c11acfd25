"""A history of frozen events, and one table of what may follow what.

- `event`: something that happened, when, by whom, and when it became known
- `lifecycle`: the table of what may follow what, and the objects that obey one
- `corrections`: events that void or amend another
"""
