"""Values with a zero and `+` from which KPIs are derived: alone, by group, and filled as rows come.

- `sums`: counts and sums
- `values`: how often each value came, for percentiles and survival
- `distinct`: how many different customers, and how often each category
- `cells`: accumulators by group
- `counts`: counts by group and value, as parallel arrays
- `waiting`: rows that wait to be counted
- `counted_table`: counts as the table in which rows were counted
- `value_steps`: what each short step of such a table holds
- `value_counts`: how often each value came in each group, as rows come
- `value_table`: counts of small multiples of one unit
- `bin_counts`: counts of values that are all over the place
- `exact_sums`: sums and sums of squares in whole numbers of any size
- `mask_counts`: how many rows of each group a mask holds
- `running`: the running form of each accumulator, which takes rows as they come
"""
