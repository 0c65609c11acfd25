"""Measured groups held against each other, against goals and peers, and against what was before.

- `groups`: what every ranking asks of measured groups
- `differences`: one value less another, with its interval
- `standards`: the indicators of a standard, measured
- `weakness`: which groups are weakest, and what that costs
- `funnels`: groups against the level of all, with limits by size
- `ranking`: what hurts most
- `peers`: ours against theirs
- `changing`: the same groups before and after
- `awards`: who did best, and who improved most
- `appraising`: measured values as the data of an appraisal
- `composites`: several KPIs in one index from 0 to 100
- `segments`: customers by what they buy, and by how satisfied and active they are
- `yields`: a procedure as the product of its steps
"""
