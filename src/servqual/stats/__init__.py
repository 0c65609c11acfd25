"""Statistics on plain arrays, with their sources; they know no KPI and no table.

- `inference`: intervals for measured values, one formula per kind of number
- `spc`: exact control limits of shares and counts
- `survival`: survival curves of all groups at once
- `shrinkage`: values of small groups drawn towards the level of all
"""
