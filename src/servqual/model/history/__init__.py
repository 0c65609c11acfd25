"""A history of frozen events, and one table of legal steps.

- `event`: something that happened, when, by whom, and when it became known
- `facts`: facts that follow from events, for objects and logs alike
- `lifecycle`: the table of legal steps, and the objects that obey it
- `corrections`: events that void or amend another event
"""
