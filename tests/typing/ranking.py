"""Only type-checked: what is ranked and compared gets types."""

from collections.abc import Hashable
from typing import assert_type

from servqual.metrics import (
    Attainment,
    AwardPlace,
    Composite,
    Funnel,
    IndexPart,
    Pareto,
    ParetoRow,
    Peer,
    Weakest,
    Weakness,
    award_ranking,
    composite,
    funnel,
    measure,
    pareto,
    peer_gaps,
    weakest,
)
from servqual.model import Indicator

found = measure(["reopen_rate"], {"cases": {"received_at": [], "reopened": []}}, by=["team"])
assert_type(found.against([Indicator(kpi="reopen_rate", goal=0.05)]).of("not_reached"), tuple[Attainment, ...])
assert_type(weakest(found, "reopen_rate", rank_by="shrinkage"), Weakest)
assert_type(weakest(found, "reopen_rate")[0], Weakness)
assert_type(funnel(found, "reopen_rate", overdispersion="additive"), Funnel)
assert_type(pareto(found), Pareto)
assert_type(pareto({"late": 3})[0], ParetoRow)
assert_type(pareto([("late", "mail")], weights=[2.5])[0].category, Hashable)
assert_type(composite(found, [IndexPart(kpi="reopen_rate", weight=1, worst=1, best=0)]), Composite)
assert_type(peer_gaps(found, "reopen_rate", [Peer(name="x", value=0.1)]).rows[0].lead, float | None)
assert_type(award_ranking(found, "reopen_rate", before=found).first, tuple[AwardPlace, ...])
