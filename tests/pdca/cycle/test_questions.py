"""Whether a verdict answers the plan: against its baseline, and as its own sides give it."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import pytest

from servqual.errors import UnreadableReceipt
from servqual.metrics import Tally, tally
from servqual.pdca import Action, Check, Plan, Selected, Verdict, compare
from servqual.pdca.cycle.gaps import GAPS


def day(month: int, number: int = 1) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, tzinfo=dt.UTC)


def cases(month: int, solved: int, **options: Any) -> Tally:
    """Tally a thousand cases of a month, half of them of low priority."""
    rows = {
        "received_at": [day(month, 2)] * 1000,
        "resolved_at": [day(month, 3)] * solved + [None] * (1000 - solved),
        "priority": ["low", "high"] * 500,
    }
    period = (day(month), day(month, 28))
    return tally(["resolution_rate"], {"cases": rows}, period=period, now=period[1], **options)


MARCH, MAY = cases(3, 700), cases(5, 800)
PLAN = Plan(
    id="Q-1", subject="s", owner="M-1", at=day(4), kpi="resolution_rate", baseline=MARCH, goal=0.72,
    actions=(Action(what="order", owner="A-1", due=dt.date(2026, 4, 10), criterion="c"),),
)  # fmt: skip


def check(verdict: Verdict, plan: Plan = PLAN) -> Check:
    """Check it in June, the action being done on the ninth of April."""
    do = plan.start(at=day(4)).complete("order", at=day(4, 9), evidence="e")
    return do.check(verdict, at=day(6, 2), findings="f")


@pytest.mark.parametrize(
    ("before", "options", "words"),
    [
        (cases(2, 700), {}, "of another period than the baseline"),
        (cases(3, 500), {}, "is 50 %, far from the baseline 70 %"),
        (cases(3, 700, where={"priority": "low"}), {}, "counts other rows than the baseline"),
        (MARCH, {"selected": Selected(of=2, value=0.1, error=0.01)}, "was drawn to a worse value than the baseline"),
    ],
)
def test_another_side_before_than_the_baseline_is_a_gap(before: Tally, options: Any, words: str) -> None:
    """So nothing improved there, although the verdict says so, and nobody knows whether the measures worked."""
    where = {"where": {"priority": "low"}} if "rows" in words else {}
    verdict: Verdict = compare(before, cases(5, 800, **where), **options)
    found = check(verdict)
    assert verdict.decision == "improved"
    assert [gap.code for gap in found.gaps] == ["check.other_baseline"]
    assert words in found.gaps[0].text
    assert (found.improved, found.effective) == (False, None)


@pytest.mark.parametrize(
    "before", [MARCH, cases(3, 705), attrs.evolve(MARCH, plan=attrs.evolve(MARCH.plan, period=None))]
)
def test_the_baseline_may_be_restated(before: Tally) -> None:
    """With rows that were corrected, or without its period; a picked group starts from a better value."""
    for picked in (None, Selected(of=9, value=0.72, error=0.01)):
        found = check(compare(before, MAY, selected=picked))
        assert (found.gaps, found.verdict.change is not None) == ((), True)


@pytest.mark.parametrize("facts", [{"decision": "improved"}, {"low": 0.01}, {"caveats": ()}, {"n_needed": 3}])
def test_a_verdict_that_its_sides_do_not_give_is_refused(facts: dict[str, Any]) -> None:
    """Nobody closes a cycle by a word that was written over the verdict."""
    worse: Verdict = compare(MARCH, cases(5, 600))
    assert check(worse).verdict.decision == "worse"
    with pytest.raises(UnreadableReceipt, match="not what its two sides lead to") as refused:
        check(attrs.evolve(worse, **facts))
    assert refused.value.code == "receipt.not_reproduced"


def test_verdicts_of_measurements_and_of_groups_are_made_again() -> None:
    """With the cell of a measurement or without, and one of several groups."""
    lone = [attrs.evolve(side.measure().get("resolution_rate"), cell=None) for side in (MARCH, MAY)]
    whole = [side.measure().get("resolution_rate") for side in (MARCH, MAY)]
    for old, new in (lone, whole):
        assert check(compare(old, new)).improved
    sides = [cases(month, solved, by=["priority"]) for month, solved in ((3, 700), (5, 800))]
    plan = attrs.evolve(PLAN, baseline=sides[0], baseline_from=None, group={"priority": "low"})
    assert check(compare(sides[0], sides[1]).get(priority="low"), plan).improved


def test_every_gap_has_its_row_in_the_docs() -> None:
    """Beside the caveat of a comparison of an export."""
    page = (Path(__file__).parents[3] / "docs" / "verdicts.md").read_text(encoding="utf-8")
    for code in (*GAPS, "cases.as_recorded"):
        assert f"| `{code}` | " in page
