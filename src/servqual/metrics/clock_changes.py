"""Targets that change while a clock runs: the limit that holds in the end, and breaches that came before a change.

The same steps as the model takes for one cycle, here for the n-th change of all cycles at once.
"""

import numpy as np

from servqual.metrics.accumulators import Array
from servqual.metrics.clock_counting import Counting
from servqual.metrics.clock_cycles import Cycles
from servqual.metrics.clock_order import heads_of
from servqual.model.clocks import Retargeting
from servqual.model.sla import Sla
from servqual.readers.columns import MISSING

__all__ = ["breached_before_changes", "odd_changes"]


def odd_changes(sla: Sla, cycles: Cycles, limit_of: Array) -> Array:
    """The cycles whose changes are not counted in bulk: to no limit, to other hours, or to a share of the old limit."""
    changed = np.flatnonzero(cycles.changes > 1)
    if not len(changed):
        return changed
    agreed = [target.hours or sla.hours for target in sla.targets]
    dated = sla.conventions.whole_history and any(hours.turns for hours in agreed)
    if dated or sla.conventions.retargeting is Retargeting.PRORATA:
        return changed
    places = list(dict.fromkeys(agreed))
    # of no target, which is the last, hours are any
    hours_of = np.array([places.index(hours) for hours in agreed] + [-1], np.int64)
    final = hours_of.take(cycles.last_targets())
    first = cycles.target
    odd = np.zeros(len(cycles.case), np.bool_)
    odd[changed] = (limit_of.take(first[changed]) >= 0) & (hours_of.take(first[changed]) != final[changed])
    later = cycles.change_target
    moved = (limit_of.take(later) < 0) | (hours_of.take(later) != final[cycles.change_cycle])
    odd[cycles.change_cycle[moved]] = True
    return np.flatnonzero(odd)


def breached_before_changes(count: Counting, limit_of: Array) -> tuple[Array, Array]:
    """Work out the limits of cycles whose targets changed; which of them had breached before, and their due moments.

    The limits are set in `count`. A breach that came before a change stays, whatever the new limit.
    """
    cycles, limit = count.cycles, count.limit
    breached = np.full(len(limit), MISSING, np.int64)
    heads = heads_of(cycles.change_cycle)
    row = cycles.change_cycle[heads]
    sizes = np.diff(np.append(heads, len(cycles.change_cycle)))
    limit[row] = limit_of.take(cycles.target[row])
    for nth in range(int(sizes.max(initial=0))):
        mine, change = row[sizes > nth], heads[sizes > nth] + nth
        at, new = cycles.change_at[change], limit_of.take(cycles.change_target[change])
        ran = at > cycles.start[mine]
        judged = np.flatnonzero(ran & (limit[mine] >= 0) & (breached[mine] == MISSING))
        due = count.due(mine[judged])
        late = judged[count.passed(mine[judged], due, at[judged])]
        breached[mine[late]] = due[np.searchsorted(judged, late)]
        if count.sla.conventions.retargeting is Retargeting.FROM_NOW:
            new[ran] += count.elapsed_by(mine[ran], at[ran])
        limit[mine] = new
    kept = np.flatnonzero(breached != MISSING)
    return kept, breached[kept]
