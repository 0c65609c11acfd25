"""Promises about time: agreements, their clocks, and the readings of clocks.

- `clocks`: events that start, stop and pause a clock, as data
- `target`: one promise: clock, limit, and the cases that it is for
- `agreement`: targets, hours, and reasons for pauses
- `reading`: elapsed time of a promise, its due moment, and the reasons
- `readings`: the readings of one case, by clock
- `cycles`: from events to the cycles of one clock
- `counting`: elapsed time of a cycle with its pauses
- `verdict`: from one cycle to its reading
- `projection`: chance that an open clock breaches soon
- `replays`: the same cases under another agreement
"""
