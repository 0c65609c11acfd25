"""Time on arrays: business time, moments as users give them, and the periods of a calendar.

- `business_time`: the hours' own answers, for millions of rows
- `working_days`: the working days of hours, for millions of rows
- `buckets`: compiled hours as tables of equal buckets
- `time_columns`: columns of moments and durations as whole microseconds
- `instants`: a moment as users give it, in microseconds of UTC
- `periods`: days, weeks, months and their like, in a zone
"""
