"""Engines that others have built, carrying our tallies: a part of the rows on each machine, and one sum.

- `plan` of a question, `partial` for each part, `merge` and `combine` for their sum: on any engine
- `spark`: both for data frames of Spark
"""

from servqual.engines.asking import PartPlan, plan
from servqual.engines.parts import combine, merge, partial

__all__ = ["PartPlan", "combine", "merge", "partial", "plan"]
