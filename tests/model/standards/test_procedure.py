"""A procedure knows its order, its duties and its limits, and says where a run left them."""

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, Indicator, KeyLink, Passage, Procedure, Role, Step
from servqual.presets import example_procedures

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)  # a Monday


def at(minute: int) -> dt.datetime:
    """So many minutes after nine."""
    return T0 + dt.timedelta(minutes=minute)


def minutes(number: int) -> dt.timedelta:
    """A limit."""
    return dt.timedelta(minutes=number)


ENQUIRY = Procedure(
    name="enquiry",
    steps=[
        Step(name="ask", role=Role.AGENT, within=minutes(10), checklist=("identity", "need")),
        Step(name="look up", role=Role.AGENT, optional=True),
        Step(name="solve", role=Role.TECH_SUPPORT, within=minutes(60)),
        Step(name="tell", role=Role.AGENT, within=minutes(5), after=["solve"]),
        Step(name="bill", role=Role.AFTER_SALES, after=["solve"]),
    ],
)
KEPT: dict[str, Passage | tuple[dt.datetime, dt.datetime | None]] = {
    "ask": Passage(start=at(0), end=at(10), role=Role.AGENT, ticked=("need", "identity")),
    "solve": (at(10), at(70)),
    "tell": (at(70), at(75)),
    "bill": (at(70), at(71)),
}


def names(steps: tuple[Step, ...]) -> list[str]:
    """What the steps are called."""
    return [step.name for step in steps]


def test_the_steps_of_an_own_role_are_all_its_duties() -> None:
    """Two equal texts are one role, though they are two objects."""
    one, other = "con-cierge".replace("-", ""), "concierge"
    greeting = Procedure(name="greeting", steps=[Step(name="greet", role=one), Step(name="seat", role=other)])
    assert {role: names(steps) for role, steps in greeting.duties.items()} == {"concierge": ["greet", "seat"]}


def test_a_run_at_every_limit_conforms() -> None:
    """Boundary values keep their limits, steps touch, and an optional step may be left out."""
    found = ENQUIRY.check(KEPT)
    assert found.conforms
    assert found.bottleneck is not None
    assert found.bottleneck.name == "solve"
    assert found.took["solve"] == minutes(60)
    assert found.shares["solve"] == 60 / 76


@pytest.mark.parametrize(
    ("change", "fault", "where"),
    [
        ({"tell": (at(70), at(76))}, "late", ["tell"]),
        ({"tell": (at(69), at(70))}, "out_of_order", ["tell"]),
        ({"look up": (at(71), at(72))}, "out_of_order", ["solve", "tell", "bill"]),
        ({"tell": Passage(start=at(70), end=at(71), role=Role.EXPERT)}, "wrong_role", ["tell"]),
    ],
)
def test_each_fault_is_named(change: dict[str, Passage], fault: str, where: list[str]) -> None:
    """One fault, one list, nothing else, and the run no longer conforms."""
    found = ENQUIRY.check(KEPT | change)
    assert not found.conforms
    for kind in ("late", "out_of_order", "wrong_role", "missing"):
        assert names(getattr(found, kind)) == (where if kind == fault else [])


def test_what_is_missing_unknown_or_not_ticked() -> None:
    """Steps that did not happen, names that the procedure lacks, items left open."""
    ask = Passage(start=at(0), end=at(1), ticked=("need",))
    found = ENQUIRY.check({"ask": ask, "coffee": Passage(start=at(1), end=at(9))})
    assert names(found.missing) == ["solve", "tell", "bill"]
    assert found.unknown == ("coffee",)
    assert dict(found.unticked) == {"ask": ("identity",)}
    assert dict(found.took) == {"ask": minutes(1)}


def test_order_is_kept_across_a_step_that_was_left_out() -> None:
    """`solve` may not begin before `ask` has ended, though the optional step between did not happen."""
    found = ENQUIRY.check(KEPT | {"solve": (at(9), at(60))})
    assert names(found.out_of_order) == ["solve"]


def test_a_step_under_way_is_judged_as_of_now() -> None:
    """It needs a moment, is late once its limit has passed, and whatever should wait for it came too soon."""
    run = {"ask": (at(0), None), "solve": (at(5), at(6))}
    with pytest.raises(InvalidValue, match="now must be given while 'ask' is under way"):
        ENQUIRY.check(run)
    with pytest.raises(InvalidValue, match="now must not come before 'ask' began"):
        ENQUIRY.check(run, now=at(-1))
    assert names(ENQUIRY.check(run, now=at(10)).late) == []
    found = ENQUIRY.check(run, now=at(11))
    assert names(found.late) == ["ask"]
    assert names(found.out_of_order) == ["solve"]


def test_limits_may_count_open_time() -> None:
    """A night does not make a step late (two working hours of 09:00-17:00, Monday 16:30 to Tuesday 09:25)."""
    hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    run = {"solve": (at(450), at(1465))}
    assert names(ENQUIRY.check(run).late) == ["solve"]
    found = ENQUIRY.check(run, hours=hours)
    assert found.late == ()
    assert found.took["solve"] == minutes(55)


def test_a_run_without_time_has_no_bottleneck() -> None:
    """Nothing happened, or nothing took time."""
    for run in ({}, {"ask": (at(0), at(0))}):
        found = ENQUIRY.check(run)
        assert found.bottleneck is None
        assert dict(found.shares) == {}


def test_the_map() -> None:
    """Edges follow the list unless `after` says otherwise; duties are grouped by role."""
    assert ENQUIRY.edges == (("ask", "look up"), ("look up", "solve"), ("solve", "tell"), ("solve", "bill"))
    assert {role: names(steps) for role, steps in ENQUIRY.duties.items()} == {
        Role.AGENT: ["ask", "look up", "tell"],
        Role.TECH_SUPPORT: ["solve"],
        Role.AFTER_SALES: ["bill"],
    }
    assert names(ENQUIRY.unclear) == ["look up", "bill"]


def test_peoples_text_cannot_break_the_picture() -> None:
    """Quotes, brackets and markup become entities; odd limits are told in seconds."""
    odd = Procedure(name="x", steps=[Step(name='say "hi"]\n<b>', within=dt.timedelta(seconds=90.5))])
    assert odd.diagram().splitlines() == ["flowchart LR", '    s1["say #34;hi#34;#93; #60;b#62; (90.5 s)"]']


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "steps must hold at least one"),
        ([Step(name="a"), Step(name="a")], r"steps must differ in name \(got 'a' twice\)"),
        ([Step(name="first"), Step(name="b", after=["fisrt"])], "after of 'b' must be one of .* did you mean first"),
        ([Step(name="a", after=["b"]), Step(name="b")], r"after must not lead in a circle \(got .* → "),
        ([Step(name="a", after=["a"])], "circle"),
    ],
)
def test_impossible_maps_are_refused(steps: list[Step], words: str) -> None:
    """No step, two of a name, an unknown name, circles."""
    with pytest.raises(InvalidValue, match=words):
        Procedure(name="x", steps=steps)


def test_other_bad_input_is_refused() -> None:
    """A limit of nothing, an end before the start, a mistyped role; a role of the firm's own is kept."""
    with pytest.raises(InvalidValue, match="within must be a positive timedelta"):
        Step(name="a", within=minutes(0))
    with pytest.raises(InvalidValue, match="end must not come before start"):
        ENQUIRY.check({"ask": (at(1), at(0))})
    with pytest.raises(InvalidValue, match="did you mean expert"):
        Step(name="a", role="exprt")
    step = Step(name="a", role="king")
    assert (step.role, "a (king)" in Procedure(name="p", steps=[step]).diagram()) == ("king", True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_named_processes(language: str) -> None:
    """As many steps as the documents name (DOMAIN.md SM-06), without duties and limits, for they name none."""
    procedures = example_procedures(language)  # type: ignore[arg-type]
    counts = {"enquiry": 5, "service process": 5, "process improvement": 5, "satisfaction improvement": 6}
    assert {name: len(procedure.steps) for name, procedure in procedures.items()} == counts
    for procedure in procedures.values():
        assert procedure.unclear == procedure.steps
        assert all(step.name.isascii() == (language == "en") for step in procedure.steps)
    assert {step.link for step in example_procedures()["enquiry"].steps} == set(KeyLink)
    with pytest.raises(InvalidValue, match="language must be one of en, zh"):
        example_procedures("fr")  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 100), min_size=5, max_size=5))
def test_shares_add_up(lengths: list[int]) -> None:
    """However long the steps take, their shares are the whole, and the bottleneck has the largest."""
    start, run = T0, {}
    for step, length in zip(ENQUIRY.steps, lengths, strict=True):
        run[step.name] = (start, start + minutes(length))
        start += minutes(length)
    found = ENQUIRY.check(run)
    assert found.out_of_order == ()
    if any(lengths):
        assert sum(found.shares.values()) == pytest.approx(1)
        assert found.bottleneck is not None
        assert found.shares[found.bottleneck.name] == max(found.shares.values())
    assert attrs.evolve(ENQUIRY) == ENQUIRY


def test_indicators_watch_steps() -> None:
    """ST-40: quality is monitored inside the process, by indicators that exist."""
    quick = Indicator(name="quick", kpi="first_response_kept", goal=0.9)
    wait = Indicator(kpi="wait", goal=dt.timedelta(minutes=1))
    desk = Procedure(name="desk", steps=(Step(name="hear", indicators=["quick", "wait"]), Step(name="solve")))
    assert desk.watched_by([quick, wait]) == {"hear": (quick, wait), "solve": ()}
    with pytest.raises(InvalidValue, match="indicators of 'hear' must be one of quick"):
        desk.watched_by([quick])
