"""The register: what is late, what comes first, what clashes, what it brought, and when it is reviewed."""

import datetime as dt
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import AgentId, Member, Team
from servqual.pdca import (
    Abandon,
    Action,
    Adjust,
    CycleStatus,
    Link,
    Notice,
    Outcome,
    Plan,
    RecheckState,
    Register,
    Standardise,
    Worth,
)


def day(month: int, number: int) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, tzinfo=dt.UTC)


FIRST = Action(what="first", owner="A-1", due=dt.date(2026, 4, 10), criterion="x")
SECOND = Action(what="second", owner="A-2", due=dt.date(2026, 4, 20), criterion="x")
PLAN = Plan(
    id="Q-1", subject="solve", owner="M-1", at=day(3, 20), kpi="resolution_rate", baseline=0.6, goal=0.7,
    actions=(FIRST, SECOND),
)  # fmt: skip
DO = PLAN.start(at=day(4, 1)).complete("first", at=day(4, 9), evidence="x")
NEW = Standardise(standard="Support", version="2")


def ended(judged: Any, decision: Any = NEW, name: str = "Q-1") -> Outcome:
    """An outcome of the third of June."""
    do = attrs.evolve(DO, plan=attrs.evolve(PLAN, id=name))
    return do.check(judged(), at=day(6, 2), findings="x").act(decision, at=day(6, 3))


def named(name: str, **facts: Any) -> Plan:
    """The plan under another id."""
    return attrs.evolve(PLAN, id=name, **facts)


def test_each_cycle_stands_at_its_last_stage(judged: Any) -> None:
    """All four statuses are there, empty ones too."""
    check = attrs.evolve(DO, plan=named("Q-2")).check(judged(), at=day(6, 2), findings="x")
    register = Register(plans=[named("Q-3"), attrs.evolve(DO, plan=named("Q-4")), check, ended(judged)])
    assert {status: [one.plan.id for one in found] for status, found in register.by_status().items()} == {
        "planned": ["Q-3"],
        "doing": ["Q-4"],
        "checked": ["Q-2"],
        "done": ["Q-1"],
    }
    assert list(Register(plans=()).by_status()) == list(CycleStatus)
    assert pickle.loads(pickle.dumps(register)) == register  # noqa: S301  (our own bytes)


def test_two_plans_of_one_id_are_refused(judged: Any) -> None:
    """Also at two stages; and other things are no plans."""
    with pytest.raises(InvalidValue, match=r"plans must differ in id \(got 'Q-1' twice\); give each its own id"):
        Register(plans=[PLAN, ended(judged)])
    with pytest.raises(InvalidValue, match="plans must be a Plan, Do, Check or Outcome"):
        Register(plans=["Q-1"])  # type: ignore[list-item]


def test_what_is_late_is_listed_the_longest_first(judged: Any) -> None:
    """Actions of cycles under way, re-checks and notices of those that ended; a day at the limit is not late."""
    done = ended(judged).notify(Notice(to="staff", what="how to order", due=dt.date(2026, 6, 10)))
    register = Register(
        plans=[done, attrs.evolve(DO, plan=named("Q-2")), named("Q-3"), ended(judged, Abandon(reason="x"), "Q-4")]
    )
    late = [(one.plan, one.kind, one.what, one.owner, one.due) for one in register.overdue(now=day(7, 4))]
    assert late == [
        ("Q-3", "action", "first", "A-1", FIRST.due),
        ("Q-2", "action", "second", "A-2", SECOND.due),
        ("Q-3", "action", "second", "A-2", SECOND.due),
        ("Q-1", "notice", "how to order", "M-1", dt.date(2026, 6, 10)),
        ("Q-1", "recheck", "re-check of resolution_rate", "M-1", dt.date(2026, 7, 3)),
    ]
    assert register.overdue(now=day(4, 10)) == ()
    with pytest.raises(InvalidValue, match="now needs a zone"):
        register.overdue(now=dt.datetime(2026, 7, 4))  # noqa: DTZ001  (that is the point)


def test_the_on_time_rate_counts_what_is_late_as_missed(judged: Any) -> None:
    """One of one on the 10th, one of two from the 21st on; nothing is no rate."""
    register = Register(plans=[DO])
    assert [register.on_time(now=day(4, n)) for n in (10, 20, 21)] == [1.0, 1.0, 0.5]
    late = DO.complete("second", at=day(4, 25), evidence="x")
    assert Register(plans=[late]).on_time(now=day(4, 26)) == 0.5
    assert Register(plans=[named("Q-2")]).on_time(now=day(4, 1)) is None
    assert Register(plans=[named("Q-2")]).on_time(now=day(4, 30)) == 0.0
    assert Register(plans=[ended(judged, Abandon(reason="x"))]).on_time(now=day(7, 1)) == 1.0


@given(
    started=st.none() | st.integers(1, 30),
    done=st.lists(st.none() | st.integers(0, 40), min_size=2, max_size=2),
    ended=st.none() | st.integers(0, 40),
    now=st.integers(-5, 90),
)
def test_the_on_time_rate_agrees_with_a_slow_obvious_version(
    judged: Any, started: int | None, done: list[int | None], ended: int | None, now: int
) -> None:
    """As it was at that moment: what was done or decided after it was open then."""
    origin, kept, day_long = PLAN.at, list[bool](), dt.timedelta(days=1)
    cycle: Any = PLAN
    if started is not None:
        cycle = PLAN.start(at=origin + started * day_long)
        for action, after in zip(PLAN.actions, done, strict=True):
            if after is not None:
                cycle = cycle.complete(action.what, at=cycle.at + after * day_long, evidence="x")
        if ended is not None and cycle.completed:
            cycle = cycle.check(judged(), at=cycle.last_at + ended * day_long, findings="x")
            cycle = cycle.act(Abandon(reason="x"), at=cycle.at)
    moment = origin + now * day_long
    for action in PLAN.actions:
        steps = [step.at for step in cycle.story().completed if step.what == action.what and step.at <= moment]
        if steps:
            kept.append(steps[0].date() <= action.due)
        elif moment >= origin and not (isinstance(cycle, Outcome) and cycle.at <= moment):
            kept += [False] * (moment.date() > action.due)
    assert Register(plans=[cycle]).on_time(now=moment) == (sum(kept) / len(kept) if kept else None)


def test_what_is_not_done_is_ranked(judged: Any) -> None:
    """By grade, then by worth, then by id; what nobody graded comes last."""
    big, small = Worth(impact=9, effort=1, confidence=1), Worth(impact=1, effort=1, confidence=1)
    plans = [
        named("Q-2"),
        named("Q-3", priority="minor", worth=big),
        named("Q-4", priority="urgent", worth=small),
        named("Q-5", priority="urgent", worth=big),
        named("Q-6", priority="important"),
        named("Q-7", worth=small),
        ended(judged),
    ]
    assert [one.plan.id for one in Register(plans=plans).ranked()] == ["Q-5", "Q-4", "Q-6", "Q-3", "Q-7", "Q-2"]


@pytest.mark.parametrize(
    ("mine", "theirs", "clash"),
    [
        ({}, {}, True),
        ({}, {"kpi": "reopen_rate", "baseline": 0.7, "goal": 0.6}, False),
        ({"group": {"team": "north"}}, {"group": {"team": "south"}}, False),
        ({"group": {"team": "north"}}, {"group": {"team": "north", "channel": "phone"}}, True),
        ({"group": {"team": "north"}}, {"group": {"channel": "phone"}}, True),
        ({"group": {"team": "north"}}, {}, True),
        ({}, {"at": day(4, 3)}, True),
    ],
)
def test_two_cycles_that_move_one_kpi_in_one_place_are_told(
    mine: dict[str, Any], theirs: dict[str, Any], clash: bool
) -> None:
    """Unless a column such as the team has two values."""
    register = Register(plans=[named("Q-2", **mine), named("Q-3", **theirs)])
    assert [(one.first, one.second, one.kpi) for one in register.clashes()] == [
        ("Q-2", "Q-3", "resolution_rate")
    ] * clash


def test_cycles_one_after_the_other_do_not_clash(judged: Any) -> None:
    """The second begins when the first ended; the team of a plan is its place, too."""
    first = ended(judged, Adjust(reason="x"))
    second = first.next_plan(id="Q-2", goal=0.85, at=day(6, 3))
    assert Register(plans=[first, second]).clashes() == ()
    assert len(Register(plans=[first, attrs.evolve(second, at=day(6, 2))]).clashes()) == 1
    teams = [
        Team(name=name, members=[Member(id=AgentId(one), name=one) for one in ("M-1", "A-1", "A-2")])
        for name in ("north", "south")
    ]
    assert Register(plans=[named(team.name, team=team) for team in teams]).clashes() == ()


def test_the_effect_so_far_is_listed_per_cycle(judged: Any) -> None:
    """With its interval, and the last re-check; changes of different places are not summed."""
    again = judged("worse", after={"now": day(7, 1)})
    done = ended(judged, name="Q-2").recheck(again, at=day(7, 2))
    effects = Register(plans=[ended(judged), done, named("Q-3")]).effects()
    assert [(one.plan, one.decision, one.change, one.low, one.improved, one.state) for one in effects] == [
        ("Q-1", "improved", 0.15, 0.12, True, None),
        ("Q-2", "improved", 0.15, 0.12, True, RecheckState.RELAPSED),
    ]


def test_reviews_follow_a_rule() -> None:
    """The first Monday of each month, and the end of a rule that ends; the rule of RFC 5545, section 3.3.10."""
    register = Register(plans=(), review="FREQ=MONTHLY;BYDAY=1MO", review_from=dt.date(2026, 1, 1))
    assert register.next_review(after=dt.date(2026, 5, 3)) == dt.date(2026, 5, 4)
    assert register.next_review(after=dt.date(2026, 5, 4)) == dt.date(2026, 6, 1)
    until = attrs.evolve(register, review="FREQ=WEEKLY;UNTIL=20260507T000000Z")
    assert until.next_review(after=dt.date(2026, 4, 28)) == dt.date(2026, 4, 30)
    assert until.next_review(after=dt.date(2026, 5, 1)) == dt.date(2026, 5, 7)
    assert until.next_review(after=dt.date(2026, 5, 7)) is None
    with pytest.raises(InvalidValue, match="after must be a date"):
        until.next_review(after=day(5, 1))
    once = attrs.evolve(register, review="FREQ=YEARLY;COUNT=2")
    assert once.next_review(after=dt.date(2025, 1, 1)) == dt.date(2026, 1, 1)
    assert once.next_review(after=dt.date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"review": "FREQ=MONTHLY"}, "review_from must be given"),
        ({"review": "every month", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "FREQ=HOURLY", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "FREQ=MONTHLY;BYDAY=XX", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review_from": day(1, 1)}, "review_from must be a date"),
        ({"review": "FREQ=DAILY;INTERVAL=0", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "FREQ=DAILY;INTERVAL=-1", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "freq=weekly;interval=000", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "FREQ=DAILY;FREQ=SECONDLY", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "FREQ=MONTHLY;BYDAY=9MO", "review_from": dt.date(2026, 1, 1)}, "review must be a rule"),
        ({"review": "", "review_from": dt.date(2026, 1, 1)}, "review must be"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(facts: dict[str, Any], words: str) -> None:
    """At once, and not at the first review."""
    with pytest.raises(InvalidValue, match=words):
        Register(plans=(), **facts)


def test_without_a_rule_there_is_no_next_review() -> None:
    """Refused rather than guessed."""
    with pytest.raises(InvalidValue, match="review must be given to know the days of review"):
        Register(plans=()).next_review(after=dt.date(2026, 5, 4))


def test_the_table_of_a_register_shows_each_cycle_and_no_markup_of_others(judged: Any) -> None:
    """Open ones by rank, then the done ones; texts are escaped."""
    register = Register(
        plans=[ended(judged), named("Q-2", subject="<script>x</script>", links=[Link(kind="case", id="C")])]
    )
    html = register._repr_html_()
    assert html.index("Q-2") < html.index("Q-1")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "improved" in html
