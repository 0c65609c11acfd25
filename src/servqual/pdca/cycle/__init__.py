"""Plan, do, check, act: a type per stage, and the register of all cycles.

- `actions`, `steps`: what is to be done, and what was
- `plan`, `planned_size`: what a plan says, and how many cases it needs
- `stage`, `stages`, `questions`, `gaps`: the stages, whether a verdict answers the plan, and what it lacks
- `acts`, `next_version`, `notices`, `rechecks`: what follows from a check
- `recurrence`: whether the problem came back
- `needs`, `register`: where plans come from, and all of them
- `story`: a cycle on one screen
"""
