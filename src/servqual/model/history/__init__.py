"""A history of frozen events, and one table of legal steps.

- `event`: something that happened, when, by whom, and when it became known
- `facts`: facts that follow from events, for objects and logs alike
- `transitions`: the table of legal steps, and the fold of events over it
- `lifecycle`: objects that are their history and obey such a table
- `changed`: the firm's own fields and tags, changed by events
- `repeats`: events that are told again
- `corrections`: events that void or amend another event
"""
