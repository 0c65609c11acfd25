"""Service clocks for a whole log of case events at once, equal to the model's fold of each case.

- `log`: a log of case events as columns
- `order`: the one true order of the events
- `corrections`: rows that void or amend another row
- `split`: a long log in parts of whole cases
- `cycles`: the cycles of one clock as columns
- `fold`: from ordered events to cycles
- `counting`: what has elapsed, and when cycles are due
- `retargeting`: targets that change while a clock runs
- `readings`: what the agreement says of each case
- `log_readings`: every clock of every case of a log
- `replays`: a log under two agreements, and the verdicts that change
"""
