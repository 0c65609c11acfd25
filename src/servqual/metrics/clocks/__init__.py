"""Service clocks for a whole log of case events at once, equal to the model's fold of each case.

- `log`: a log of case events as columns
- `order`: the one true order of the events
- `corrections`: rows that void or amend another row
- `split`: a long log in chunks of whole cases
- `cases`: the rows of the cases of a log
- `cycles`: the cycles of one clock as columns
- `fold`: from ordered events to cycles
- `long_cases`: the few longest cases, event by event
- `counting`: elapsed time and due moments of cycles
- `limits`: limits of targets as open time
- `retargeting`: targets that change while a clock runs
- `readings`: every clock of every case of a log, under an agreement
- `replays`: a log under two agreements, and the verdicts that change
"""
