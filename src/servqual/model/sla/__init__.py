"""Promises about time: agreements, the clocks that they run, and what those show at a moment.

- `clocks`: what a clock listens to, as data
- `target`: one promise: which clock, within what, for which cases
- `agreement`: targets, the hours that count, and what pauses a clock
- `reading`: how much of a promise is used, when it is due, and why
- `cycles`: from events to the cycles of one clock
- `counting`: what counts since the start of a clock, with its pauses
- `verdict`: from one cycle to its reading
- `projection`: how likely an open clock is to breach soon
- `replays`: the same cases under another agreement
"""
