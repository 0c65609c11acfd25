"""Opening hours: working time between two moments, and the moment at which work ends.

- `business_hours`: weekly opening hours of a place
- `hours`: questions that all kinds of hours answer
- `holidays`: holidays as dates and rules
- `window`: the time between two moments
- `spells`: opening hours of a day as people write them
- `spans`: spans of time, with union, intersection and difference
- `wall_clock`: wall-clock time of a zone as instants, and back
- `timeline`: hours compiled to arithmetic
- `working_days`: days that are open, and promises that count them
- `cadence`: rhythms of the calendar
"""
