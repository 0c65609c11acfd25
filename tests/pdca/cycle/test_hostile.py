"""Whatever is given: an object of the cycle is whole, or it is refused with an error that has a code and says why."""

import datetime as dt
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from servqual.errors import ServqualError
from servqual.model import Money
from servqual.pdca import (
    Abandon,
    Action,
    Adjust,
    Cause,
    CauseNode,
    CauseTree,
    Completed,
    Evidence,
    Guardrail,
    Link,
    Need,
    Notice,
    Option,
    Outcome,
    Plan,
    PoorServiceCost,
    Progressed,
    Recheck,
    Register,
    Resource,
    Standardise,
    Why,
    Worth,
    cost_of_poor_service,
    needs_of,
    prioritise,
    recurrences,
)

MAY = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ACTION = Action(what="x", owner="A-1", due=dt.date(2026, 5, 9), criterion="c", kind="preventive")
PLAN = Plan(
    id="Q-1", subject="s", owner="M-1", at=MAY, kpi="resolution_rate", baseline=0.6, goal=0.7, margin=0.05,
    actions=(ACTION,), cause=Cause.five_whys("a", "b"),
)  # fmt: skip
BEGUN = PLAN.start(at=MAY)
DONE = BEGUN.complete("x", at=MAY, evidence="e")
NODE = CauseNode(name="n", code="people")
LINK = Link(kind="case", id="C-1")
WHOLE: list[Any] = [
    ACTION, PLAN, DONE, NODE, LINK,
    Abandon(reason="r"),
    Adjust(reason="r"),
    Cause.five_whys("a", "b"),
    CauseTree(problem="p", causes=(NODE,)),
    Completed(what="x", at=MAY, evidence="e"),
    Evidence(text="t"),
    Guardrail(kpi="reopen_rate", margin=0.1),
    Need(link=LINK, problem="p"),
    Notice(to="staff", what="w", due=dt.date(2026, 5, 9)),
    Option(what="o", risk="r", benefit="b"),
    PoorServiceCost(total=None, by={}),
    Progressed(what="x", at=MAY, share=0.5),
    Recheck(due=dt.date(2026, 5, 9)),
    Register(plans=[PLAN]),
    Resource(what="w", given_by="g"),
    Standardise(standard="S", version="1"),
    Why(text="t"),
    Worth(impact=1, effort=1, confidence=1),
]  # fmt: skip
WRONG: list[Any] = [
    None, True, 5, 5.5, -1, float("nan"), float("inf"), 10**30, "text", "", "\ud800", b"x", object(), type,
    [], [5], (None,), [[]], {"a": 1}, {"process": 5}, {5}, dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1),  # noqa: DTZ001  (that is the point)
    MAY, DAY, ACTION, LINK, Guardrail(kpi="fcr", margin=0.1), Money(5, "EUR"), MAY.astimezone,
]  # fmt: skip


@pytest.mark.parametrize("whole", WHOLE, ids=lambda one: type(one).__name__)
def test_a_constructor_makes_something_whole_or_refuses(whole: Any) -> None:
    """What it takes compares, hashes and pickles."""
    told = list[tuple[str, str]]()
    for field in attrs.fields(type(whole)):
        for wrong in WRONG if field.init else ():
            try:
                made = attrs.evolve(whole, **{field.name: wrong})
            except ServqualError as error:
                told.append((error.code, str(error)))
            else:
                assert made == pickle.loads(pickle.dumps(made))  # noqa: S301  (our own bytes)
                assert hash(made) == hash(attrs.evolve(made))
    assert len(told) > len(WRONG) / 2
    assert all(code and text for code, text in told)


def outcome(judged: Callable[..., Any], decision: Any = None) -> Outcome:
    """An outcome with a notice."""
    check = DONE.check(judged(margin=0.05), at=MAY + 60 * DAY, findings="f")
    notice = Notice(to="staff", what="w", due=dt.date(2026, 8, 9))
    return check.act(decision or Standardise(standard="S", version="2"), at=MAY + 61 * DAY, notices=notice)


CALLS: dict[str, Callable[[Outcome, Any], Any]] = {
    "start": lambda _, x: PLAN.start(at=x),
    "complete what": lambda _, x: BEGUN.complete(x, at=MAY, evidence="e"),
    "complete at": lambda _, x: BEGUN.complete("x", at=x, evidence="e"),
    "complete evidence": lambda _, x: BEGUN.complete("x", at=MAY, evidence=x),
    "report": lambda _, x: BEGUN.report("x", at=MAY, progress=x),
    "check verdict": lambda _, x: DONE.check(x, at=MAY + DAY, findings="f"),
    "check at": lambda done, x: DONE.check(done.check.verdict, at=x, findings="f"),
    "check findings": lambda done, x: DONE.check(done.check.verdict, at=MAY + DAY, findings=x),
    "act": lambda done, x: done.check.act(x, at=MAY + 99 * DAY),
    "act at": lambda done, x: done.check.act(Adjust(reason="r"), at=x),
    "act notices": lambda done, x: done.check.act(Adjust(reason="r"), at=MAY + 99 * DAY, notices=x),
    "act rechecks": lambda done, x: done.check.act(done.decision, at=MAY + 99 * DAY, recheck_after=x),
    "act overruled": lambda done, x: done.check.act(done.decision, at=MAY + 99 * DAY, overruled_by=x),
    "notify": lambda done, x: done.notify(x),
    "told": lambda done, x: done.told(x, at=MAY + 99 * DAY),
    "told at": lambda done, x: done.told("w", at=x),
    "told to": lambda done, x: done.told("w", at=MAY + 99 * DAY, to=x),
    "recheck": lambda done, x: done.recheck(x, at=MAY + 99 * DAY),
    "recheck at": lambda done, x: done.recheck(done.check.verdict, at=x),
    "apply": lambda done, x: done.apply(x),
    "overdue": lambda done, x: done.overdue(now=x),
    "day": lambda _, x: PLAN.day(x),
    "action": lambda _, x: PLAN.action(x),
    "power": lambda _, x: PLAN.cases_needed(power=x),
    "power without a margin": lambda _, x: attrs.evolve(PLAN, margin=None).cases_needed(power=x),
    "confidence": lambda _, x: PLAN.cases_needed(confidence=x),
    "register on time": lambda done, x: Register(plans=[done]).on_time(now=x),
    "register needs": lambda done, x: Register(plans=[done]).needs(x),
    "needs of": lambda _, x: needs_of(x),
    "draft": lambda _, x: Need(link=LINK, problem="p").draft(id="n", at=MAY, kpi=x),
    "draft links": lambda _, x: Need(link=LINK, problem="p").draft(id="n", at=MAY, kpi="fcr", links=x),
    "recurrences": lambda _, x: recurrences(DONE, x),
    "recurrences of": lambda _, x: recurrences(x, []),
    "recurrences cause": lambda _, x: recurrences(DONE, [], cause=x),
    "whys": lambda _, x: Cause.five_whys("a", x),
    "tree": lambda _, x: CauseTree(problem="p", causes=(NODE,)).path(x),
    "pareto": lambda _, x: CauseTree(problem="p", causes=(NODE,)).pareto(x),
    "prioritise": lambda _, x: prioritise(urgency=x, importance=0.5, urgent_from=0.5, important_from=0.5),
    "cost counts": lambda _, x: cost_of_poor_service({"a": x}, {"a": Money(5, "EUR")}),
    "cost costs": lambda _, x: cost_of_poor_service({"a": 5}, {"a": x}),
    "changes": lambda _, x: Standardise(standard="S", version="2", changes={"process": x}),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_verb_does_what_it_says_or_refuses(name: str, judged: Callable[..., Any]) -> None:
    """With an error of ours, and never one of Python's."""
    done, told = outcome(judged), list[tuple[str, str]]()
    for wrong in WRONG:
        try:
            CALLS[name](done, wrong)
        except ServqualError as error:
            told.append((error.code, str(error)))
    assert len(told) > len(WRONG) / 2
    assert all(code and text for code, text in told)
