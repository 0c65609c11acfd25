"""What is wrong, where, since when and in which cases.

- `readings`, `contrasts`: cells that add up, and a group against the rest
- `searching`, `courses`, `candidates`, `particulars`: what is weak, since when, and the plan to begin with
- `timing`: where the time of a process goes
- `diagnosing`: all of it from data and a standard
"""
