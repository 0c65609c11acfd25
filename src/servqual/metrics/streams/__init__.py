"""KPIs over a stream: a state that takes rows as they come, is stored with their offset, and is exact.

- `windows`: tallies by windows of event time, of rows that never change
- `cases`: cases and their clocks from a stream of events, as of any later moment
- `asking`: what may be asked of a stream of rows
- `counting`: rows into tallies, and a tally cut in two by its windows
- `arrivals`: the rows of one delivery that a state takes: not late, and not sent twice
- `sent`: ids of the rows that were taken
- `offsets`: how far each source was read
- `kept`: rows that wait, as chunks that stay small
- `stored`: a state as bytes
"""
