"""Statistics on plain arrays, with their sources; they know no KPI and no table.

- `intervals`: intervals of many groups at once, one formula per kind of number
- `differences`: differences and ratios of many pairs of groups at once
- `planning`: the cases, power and smallest effect of many comparisons at once
- `inference`: estimates, tests and series, a call each
- `spc`: control charts, run rules, capability
- `survival`: survival curves of all groups at once
- `shrinkage`: values of small groups drawn towards the level of all
- `halving`: the one search for boundaries that the others share
"""
