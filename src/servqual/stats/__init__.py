"""Functions on plain arrays that know no KPI and no table: what statistics say of numbers, with their sources.

- `inference`: intervals for measured values, one formula a kind of number
- `spc`: exact control limits of shares and counts
- `survival`: survival curves of all groups at once
- `shrinkage`: values of small groups drawn towards the level of all
"""
