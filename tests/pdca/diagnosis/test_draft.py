"""The plan that a candidate drafts: what it keeps of the finding until the check."""

import datetime as dt

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import tally
from servqual.pdca import Action, Adjust, Guardrail, Plan, diagnose
from servqual.schema import dumps, loads

MONDAY = np.datetime64("2026-01-05T09:00", "us")
HOUR, DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")


def test_a_draft_carries_the_luck_of_its_group_to_the_check() -> None:
    """The plan compares from the drawn value, with its guardrail; a verdict that does not do so improves nothing."""
    dice = np.random.default_rng(4)
    team = np.repeat(list("abcdefghij"), 100)
    sides = []
    for start, level in ((MONDAY, 0.35), (MONDAY + 28 * DAY, 0.1)):
        again = dice.random(1000) < np.where(team == "j", level, 0.1)
        solved = [start + HOUR] * 1000
        sides.append(
            {"received_at": [start] * 1000, "resolved_at": solved, "team": team, "reopened": again.astype(int)}
        )
    worst = diagnose({"cases": sides[0]}, kpis=["reopen_rate"])[0]
    at = MONDAY.astype(dt.datetime).replace(tzinfo=dt.UTC)
    action = Action(what="ask back", owner="A-1", due=(at + dt.timedelta(days=9)).date(), criterion="c")
    rail = Guardrail(kpi="resolution_rate", margin=0.1)
    plan = worst.draft(id="Q-1", at=at, owner="M-1", actions=action, guardrails=rail, margin=0.02)
    assert plan.selected == worst.selected
    assert worst.draft(id="Q-2", at=at, group={"team": "a"}, baseline=0.3).selected is None
    now = MONDAY + 90 * DAY
    before, after = (tally(["reopen_rate", "resolution_rate"], {"cases": side}, by=["team"], now=now) for side in sides)
    verdict = plan.compare(before, after)
    assert dict(verdict.group) == {"team": "j"}
    assert "selection.shrunk" in {each.code for each in verdict.caveats}
    assert (verdict.goal, verdict.margin, len(verdict.guardrails)) == (plan.goal, 0.02, 1)
    do = plan.start(at=at).complete("ask back", at=at + dt.timedelta(days=5), evidence="e")
    later = at + dt.timedelta(days=100)
    assert do.check(verdict, at=later, findings="f").improved
    blind = do.check(plan.compare(before, after, selected=None), at=later, findings="f")
    assert (blind.verdict.decision, blind.improved) == ("improved", False)
    assert [gap.code for gap in blind.gaps] == ["check.selection_missing"]
    adjusted = do.check(verdict, at=later, findings="f").act(Adjust(reason="further"), at=later)
    assert adjusted.next_plan(id="Q-3", at=later, goal=0.01).selected is None
    assert loads(dumps(plan)) == plan
    with pytest.raises(InvalidValue, match="selected must be picked by resolution_rate"):
        Plan(id="Q-4", subject="s", at=at, kpi="resolution_rate", selected=worst.selected)
