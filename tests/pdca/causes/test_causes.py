"""Causes: a chain of answers that ends where somebody can act, a tree, and what came back."""

import datetime as dt
import pickle
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, NothingDone, UnknownName
from servqual.model import Case, CaseId, Complaint, ComplaintId, CustomerId, complaint
from servqual.model.service import case as event
from servqual.pdca import (
    Action,
    Cause,
    CauseCode,
    CauseNode,
    CauseTree,
    Do,
    Evidence,
    Link,
    Plan,
    Why,
    recurrences,
)

MAY = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_a_chain_leads_from_the_problem_to_the_root() -> None:
    """With evidence per step, and a person who can act on the last."""
    seen = Why(text="the payment ran twice", evidence=["log of 4 May", Evidence(text="I paid twice", said_by="K-1")])
    cause = Cause.five_whys("charged twice", seen, "the retry had no key", can_act="A-3", code="system")
    assert (cause.problem, cause.root, len(cause.chain)) == ("charged twice", "the retry had no key", 3)
    assert (cause.code, cause.actionable, cause.suspected) == (CauseCode.SYSTEM, True, False)
    assert cause.unproven == ("charged twice", "the retry had no key")
    assert Cause.five_whys("charged twice", "the payment ran twice").actionable is None
    assert pickle.loads(pickle.dumps(cause)) == cause  # noqa: S301  (our own bytes)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (["charged twice"], "chain must hold at least one answer"),
        (["charged twice", " "], "text must be a text with content"),
        (["charged twice", "Charged  TWICE"], "chain must not run in a circle"),
        (["a", "b", "c", "b"], "chain must not run in a circle"),
        (["a", Why(text="b", can_act="A-1"), "c"], "stop at the first cause that somebody can act on"),
        (["a", 7], "text must be a text with content"),
    ],
)
def test_a_chain_that_explains_nothing_is_refused(steps: list[Any], words: str) -> None:
    """Empty, blank, circular, or past the cause that somebody can act on."""
    with pytest.raises(InvalidValue, match=words):
        Cause.five_whys(*steps)


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=6))
def test_a_chain_stands_where_all_steps_differ(steps: list[str]) -> None:
    """Two steps or more, none of them twice."""
    legal = len(steps) > 1 and len(set(steps)) == len(steps)
    try:
        cause = Cause.five_whys(steps[0], *steps[1:])
    except InvalidValue:
        assert not legal
    else:
        assert legal
        assert [step.text for step in cause.chain] == steps


TREE = CauseTree(
    problem="unsolved cases",
    causes=(
        CauseNode(name="no parts", code="supplier", links=[Link(kind="case", id="C-1")]),
        CauseNode(name="late order", code="process", within="no parts", links=[Link(kind="case", id="C-2")]),
        CauseNode(
            name="no order point",
            code="process",
            within="late order",
            links=[Link(kind="case", id="C-2"), Link(kind="complaint", id="B-1")],
        ),
        CauseNode(name="new staff", code="people", links=[Link(kind="finding", id="A-7/slow")]),
    ),
)


def test_a_tree_knows_its_branches() -> None:
    """From the top down, and one level at a time."""
    assert TREE.path("no order point") == ("no parts", "late order", "no order point")
    assert TREE.children("no parts") == ("late order",)
    with pytest.raises(UnknownName, match="did you mean no parts"):
        TREE.path("no part")


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        ("cause", {"no order point": 2, "late order": 1, "new staff": 1, "no parts": 1}),
        ("branch", {"no parts": 3, "new staff": 1}),
        ("code", {"process": 2, "people": 1, "supplier": 1}),
    ],
)
def test_what_is_linked_counts_once_in_each_place(by: Any, counts: dict[str, int]) -> None:
    """C-2 hangs on two causes of one branch and counts there once."""
    assert {row.category: row.count for row in TREE.pareto(by=by)} == counts


NAMES = st.lists(st.sampled_from([cause.name for cause in TREE.causes]), max_size=40)


@given(NAMES)
def test_a_branch_counts_all_that_lies_within_it(found: list[str]) -> None:
    """The sums agree at every level, and with counting by hand."""
    by_branch = {row.category: row.count for row in TREE.pareto(found, by="branch")}
    assert by_branch.get("no parts", 0) == sum(name != "new staff" for name in found)
    assert by_branch.get("new staff", 0) == found.count("new staff")
    assert sum(row.count for row in TREE.pareto(found)) == len(found)
    assert sum(row.count for row in TREE.pareto(found, by="code")) == len(found)


def test_a_cause_that_the_tree_does_not_have_is_refused() -> None:
    """Rather than left out of the ranking."""
    with pytest.raises(UnknownName, match="cause must be one of the tree"):
        TREE.pareto(["weather"])
    with pytest.raises(InvalidValue, match="by must be one of cause, branch, code"):
        TREE.pareto(by="size")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="cause must be one of the tree"):
        TREE.path(cast("Any", None))


@pytest.mark.parametrize("count", [-1, 1.5, True, None, "2", float("nan")])
def test_a_count_of_a_cause_is_a_whole_number(count: Any) -> None:
    """Also where another cause of its branch would make up for it."""
    with pytest.raises(InvalidValue, match="found must be whole numbers"):
        TREE.pareto({"late order": count, "no parts": 5}, by="branch")


@pytest.mark.parametrize(
    ("causes", "words"),
    [
        ((), "causes must hold at least one"),
        ((TREE.causes[0], TREE.causes[0]), "causes must differ in name"),
        ((TREE.causes[1],), "within must be one of late order"),
        ((attrs.evolve(TREE.causes[0], within="late order"), TREE.causes[1]), "within must not lead in a circle"),
        ((attrs.evolve(TREE.causes[0], within="no parts"),), "no parts → no parts"),
    ],
)
def test_a_tree_is_a_tree(causes: Any, words: str) -> None:
    """Names differ, parents exist, and no cause lies within itself."""
    with pytest.raises(InvalidValue, match=words):
        CauseTree(problem="x", causes=causes)


def _case(name: str, at: dt.datetime, cause: str | None) -> Case:
    reported = event.Reported(
        at=at, id=CaseId(name), customer=CustomerId("K-1"), description="no parts", impact="waits", occurred_at=at,
        owner="A-1", channel="phone", source="feedback",
    )  # fmt: skip
    received = event.Received(at=at, by="desk")
    return Case(
        history=[
            reported,
            received,
            event.Classified(at=at, by="A-1", category="repair", priority="normal", cause=cause),
        ]
    )


def _complaint(name: str, at: dt.datetime, cause: str | None) -> Complaint:
    history: list[Any] = [
        complaint.Received(
            at=at, id=ComplaintId(name), customer=CustomerId("K-1"), channel="phone", category="repair",
            description="no parts", owner="A-1", due=at + DAY,
        ),
        complaint.Acknowledged(at=at, by="A-1"),
        complaint.Started(at=at, by="A-1"),
        complaint.Listened(at=at, by="A-1", demand="parts"),
        complaint.Analysed(at=at, by="A-1", root_cause=cause or "x", upheld=True),
    ]  # fmt: skip
    return Complaint(history=history if cause else history[:1])


def test_recurrences_are_the_cases_of_the_cause_after_the_prevention() -> None:
    """PB-15: not those before, those of another cause, or those whose cause nobody knows."""
    prevent = Action(
        what="order point", owner="A-1", due=dt.date(2026, 5, 9), criterion="x", kind="preventive", prevention="process"
    )
    contain = Action(what="borrow parts", owner="A-1", due=dt.date(2026, 5, 3), criterion="x", kind="containment")
    plan = Plan(
        id="Q-1", subject="parts", owner="M-1", at=MAY, kpi="recurrence_rate", baseline=0.2, goal=0.1,
        cause=Cause.five_whys("unsolved", "no order point"), actions=(contain, prevent),
    )  # fmt: skip
    contained: Do = plan.start(at=MAY).complete("borrow parts", at=MAY + DAY, evidence="note")
    cases = [
        _case("C-1", MAY + 8 * DAY, "no order point"),
        _case("C-2", MAY + 9 * DAY, "no order point"),
        _case("C-3", MAY + 9 * DAY, "new staff"),
        _case("C-4", MAY + 9 * DAY, None),
    ]
    with pytest.raises(NothingDone, match="include a preventive one that was done"):
        recurrences(contained, cases)
    done = contained.complete("order point", at=MAY + 8 * DAY, evidence="stock list")
    assert recurrences(done, cases) == (Link(kind="case", id="C-2"),)
    assert recurrences(done, cases, cause="new staff") == (Link(kind="case", id="C-3"),)
    complaints = [_complaint(f"B-{n}", MAY + n * DAY, cause) for n, cause in ((8, "no order point"), (9, "new staff"))]
    complaints += [_complaint("B-10", MAY + 9 * DAY, "no order point"), _complaint("B-11", MAY + 9 * DAY, None)]
    assert recurrences(done, [*complaints, *cases]) == tuple(
        Link(kind=kind, id=name) for kind, name in (("complaint", "B-10"), ("case", "C-2"))
    )
    for wrong in (5, "C-1", [5], None, [None]):
        with pytest.raises(InvalidValue, match="happened must be cases and complaints"):
            recurrences(done, cast("Any", wrong))
    for blank in ("", " ", 5, ["x"]):
        with pytest.raises(InvalidValue, match="cause must be the name of a cause"):
            recurrences(done, cases, cause=cast("Any", blank))
    with pytest.raises(InvalidValue, match="cause must be the name of a cause, and be given where the plan has none"):
        recurrences(attrs.evolve(done, plan=attrs.evolve(plan, cause=None)), cases)
