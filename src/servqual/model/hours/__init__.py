"""When a place is open: working time between two moments, and the moment when work will be done.

- `business_hours`: the weekly opening hours of a place
- `hours`: what every kind of hours can be asked
- `holidays`: holidays as dates and rules
- `window`: the time between two moments
- `spells`: opening hours of a day as people write them
- `spans`: pieces of time, joined, shared and taken out
- `wall_clock`: the time on the wall of a zone, and back
- `timeline`: hours compiled to arithmetic
- `cadence`: how often something comes round
"""
