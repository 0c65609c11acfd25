"""A standard obeys its table, and every period keeps the goals that held in it."""

import datetime as dt
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import Indicator, ServiceLevel, ServiceStandard, StandardDimension, StandardStatus
from servqual.model import standard as event
from servqual.model.standards.standard import STANDARD_TRANSITIONS, StandardEvent

T0 = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def day(number: int) -> dt.datetime:
    """So many days after the first draft."""
    return T0 + number * DAY


def goal(share: float) -> tuple[Indicator, ...]:
    """One indicator with this goal."""
    return (Indicator(name="quick", kpi="first_response_kept", goal=share),)


DRAFTED = event.Drafted(
    at=T0, by="M-1", name="Support", version="1.0", departments=("desk", "engineering"), indicators=goal(0.9)
)


def sample(name: str, number: int, version: str = "") -> StandardEvent:
    """An event of each stored name; `reviewed_failed` and `reviewed_alone` are reviews that do not lead on."""
    when = day(number)
    events: dict[str, StandardEvent] = {
        "drafted": attrs.evolve(DRAFTED, at=when, version=version or f"1.{number}"),
        "reviewed": event.Reviewed(at=when, by="D-1", department_head=True, passed=True),
        "reviewed_failed": event.Reviewed(at=when, by="D-1", department_head=True, passed=False, findings=("vague",)),
        "reviewed_alone": event.Reviewed(at=when, by="A-1", department_head=False, passed=True),
        "confirmed": event.Confirmed(at=when, by="D-1", how=event.Confirmation.INTERNAL_REVIEW),
        "published": event.Published(at=when, by="M-1"),
        "dropped": event.Dropped(at=when, by="M-1", reason="too dear"),
        "retired": event.Retired(at=when, by="M-1", reason="no such service any more"),
    }
    return events[name]


NAMES = ["drafted", "reviewed", "reviewed_failed", "reviewed_alone", "confirmed", "published", "dropped", "retired"]
FIRST = ["drafted", "reviewed", "confirmed", "published"]
# a shortest way to each status, once a first version is in use
WAY = {
    "draft": [*FIRST, "drafted"],
    "in_review": [*FIRST, "drafted", "reviewed"],
    "confirmed": [*FIRST, "drafted", "reviewed", "confirmed"],
    "in_use": FIRST,
    "retired": [*FIRST, "retired"],
}
# DOMAIN.md SM-09, written out apart from the code: status -> event -> next status
END = {"retired": "retired"}
UNDER_WAY = END | {"drafted": "draft", "dropped": "in_use"}
LEADS: dict[str, dict[str, str]] = {
    "draft": UNDER_WAY | {"reviewed": "in_review", "reviewed_failed": "draft", "reviewed_alone": "draft"},
    "in_review": UNDER_WAY
    | {"reviewed": "in_review", "reviewed_failed": "draft", "reviewed_alone": "in_review", "confirmed": "confirmed"},
    "confirmed": UNDER_WAY | {"published": "in_use"},
    "in_use": END | {"drafted": "draft", "reviewed": "in_use", "reviewed_failed": "in_use", "reviewed_alone": "in_use"},
    "retired": {},
}


def standard_after(names: list[str]) -> ServiceStandard:
    """A standard that went this way, a day for each step."""
    return ServiceStandard(history=[sample(name, number) for number, name in enumerate(names)])


def test_every_status_has_a_row_and_a_way() -> None:
    """The tables of this test cover the enumeration and every kind of event."""
    assert set(WAY) == set(LEADS) == set(StandardStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(STANDARD_TRANSITIONS.events)
    assert all(standard_after(WAY[status]).status == status for status in StandardStatus)
    assert all("retired" in LEADS[status] for status in StandardStatus if status != "retired")


@pytest.mark.parametrize("status", list(StandardStatus))
@pytest.mark.parametrize("name", NAMES)
def test_each_event_in_each_status(status: StandardStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the standard equal."""
    before, following = standard_after(WAY[status]), sample(name, 20)
    leads = LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == ServiceStandard(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "standard.illegal_transition"
        assert set(refused.value.allowed) == {n.partition("_")[0] for n in LEADS[status]}
    assert before == standard_after(WAY[status])
    assert before.status is status


def test_old_periods_keep_old_goals() -> None:
    """A new version holds from its publication, or from its effective moment, and the old one until then."""
    standard = standard_after(FIRST)  # published on day 3
    for step in (
        attrs.evolve(DRAFTED, at=day(10), version="2.0", indicators=goal(0.95)),
        sample("reviewed", 11),
        sample("confirmed", 12),
    ):
        standard = standard.record(step)
        assert standard.indicators == goal(0.9)
    standard = standard.record(event.Published(at=day(13), by="M-1", effective_from=day(30)))
    assert (standard.status, standard.version, standard.indicators) == ("in_use", "2.0", goal(0.95))
    ended = standard.record(sample("retired", 40))
    held = {0: None, 2: None, 3: 0.9, 29: 0.9, 30: 0.95, 39: 0.95, 40: None}
    for number, share in held.items():
        assert ended.indicators_at(day(number)) == (() if share is None else goal(share))
    assert standard.indicators_at(day(400)) == goal(0.95)
    assert [(v.text.version, v.start, v.end) for v in standard.versions] == [
        ("1.0", day(3), day(30)),
        ("2.0", day(30), None),
    ]


def test_a_version_that_was_overtaken_never_held() -> None:
    """A later publication that takes effect earlier leaves the one between out."""
    later = event.Published(at=day(7), by="M-1", effective_from=day(60))
    steps = [sample(name, number) for number, name in enumerate([*FIRST, "drafted", "reviewed", "confirmed"])]
    sooner = [sample(name, number) for number, name in enumerate(FIRST, 10)]
    standard = ServiceStandard(history=[*steps, later, *sooner])
    assert [v.text.version for v in standard.versions] == ["1.0", "1.10"]
    assert standard.version_at(day(70)) == sample("drafted", 10)


def test_before_the_first_publication_nothing_held() -> None:
    """The draft's goals are the standard's, and no moment has any."""
    first = standard_after(["drafted"])
    assert (first.indicators, first.versions, first.version_at(day(1))) == (goal(0.9), (), None)
    assert (first.name, first.id, first.version) == ("Support", "Support", "1.0")


def test_a_dropped_draft_leaves_the_old_version() -> None:
    """The newest text is the dropped one, but the goals are those in use; a first version cannot be dropped."""
    standard = standard_after([*FIRST, "drafted", "dropped"])
    assert standard.status is StandardStatus.IN_USE
    assert standard.version_at(day(90)) == sample("drafted", 0)
    first = standard_after(["drafted"])
    with pytest.raises(InvalidValue, match=r"must have a published version .* record Retired instead"):
        first.record(sample("dropped", 1))
    assert first.record(sample("retired", 1)).status is StandardStatus.RETIRED


def test_versions_and_names() -> None:
    """A published version is not drafted again, a draft may be; another name is another standard."""
    standard = standard_after(FIRST)
    with pytest.raises(InvalidValue, match=r"version must be new \(got '1.0'"):
        standard.record(sample("drafted", 9, "1.0"))
    with pytest.raises(InvalidValue, match="name must be that of the standard, 'Support'"):
        standard.record(attrs.evolve(DRAFTED, at=day(9), name="Sales", version="2"))
    again = standard_after(["drafted", "reviewed_failed"]).record(sample("drafted", 3, "1.0"))
    assert again.status is StandardStatus.DRAFT


def test_what_a_draft_leaves_out() -> None:
    """The five dimensions of a standard (DOMAIN.md ST-04), those without a word listed."""
    assert DRAFTED.uncovered == tuple(d for d in StandardDimension if d != "indicators")
    full = attrs.evolve(DRAFTED, process="manual", qualification="level 2", equipment="desk", environment="quiet")
    assert full.uncovered == ()


def test_bad_input_is_refused() -> None:
    """Nobody's draft, goals of one name, an unnamed certifier, and a promise before it is known."""
    with pytest.raises(InvalidValue, match="departments must name at least one"):
        attrs.evolve(DRAFTED, departments=())
    with pytest.raises(InvalidValue, match="put it into a list"):
        attrs.evolve(DRAFTED, departments="desk")
    with pytest.raises(InvalidValue, match=r"indicators must differ in name \(got 'quick' twice\)"):
        attrs.evolve(DRAFTED, indicators=goal(0.9) + goal(0.8))
    with pytest.raises(InvalidValue, match="body must name the third party"):
        event.Confirmed(at=T0, by="D-1", how=event.Confirmation.THIRD_PARTY)
    with pytest.raises(InvalidValue, match="did you mean third_party"):
        event.Confirmed(at=T0, by="D-1", how="third_partie", body="x")
    with pytest.raises(InvalidValue, match="effective_from must not come before the publication"):
        event.Published(at=T0, by="M-1", effective_from=day(-1))
    with pytest.raises(InvalidValue, match="by must be a text"):
        attrs.evolve(DRAFTED, by="")


def test_levels_are_ordered_by_rank() -> None:
    """A level leads to the standard that it is held to."""
    levels = [ServiceLevel(name=name, rank=rank, standard=name) for rank, name in enumerate(("basic", "premium"))]
    assert [level.standard for level in sorted(levels, key=lambda level: -level.rank)] == ["premium", "basic"]


def test_a_level_finds_its_standard() -> None:
    """ST-21: each level has its own standard, and a name that no standard has is refused."""
    standard = standard_after(FIRST)
    held = ServiceLevel(name="basic", rank=1, standard=standard.name).kept_to([standard])
    assert held is standard
    assert ServiceLevel(name="basic", rank=1).kept_to([standard]) is None
    with pytest.raises(InvalidValue, match="standard must be one of"):
        ServiceLevel(name="basic", rank=1, standard="nowhere").kept_to([standard])


def test_equal_instants_finish_one_version_before_the_next() -> None:
    """A file that dates a whole day with one instant is read as it was meant."""
    names = [*FIRST, "drafted"]
    same = [attrs.evolve(sample(name, number), at=T0) for number, name in enumerate(names)]
    for order in (same, same[::-1]):
        standard = ServiceStandard(history=order)
        assert (standard.status, len(standard.versions)) == ("draft", 1)


@given(data=st.data())
def test_any_legal_life_replays_to_itself(data: st.DataObject) -> None:
    """Random walks over the table: replay is life, and at any moment at most one version holds."""
    standard = standard_after(FIRST)
    for number in range(10, 10 + data.draw(st.integers(0, 20))):
        names = [n for n in NAMES if n in LEADS[standard.status]]
        if not names:
            break
        standard = standard.record(sample(data.draw(st.sampled_from(names)), number))
    assert ServiceStandard(history=tuple(reversed(standard.history))) == standard
    assert all(version.start < (version.end or day(999)) for version in standard.versions)
    assert all(one.end == following.start for one, following in pairwise(standard.versions))


def test_the_diagram_draws_the_guards() -> None:
    """The Mermaid picture comes from the table."""
    lines = ServiceStandard.diagram().splitlines()
    assert "    draft --> in_review : reviewed [passed by a head]" in lines
    assert "    in_review --> draft : reviewed [failed]" in lines
    assert "    retired --> [*]" in lines


@pytest.mark.parametrize("kind", [StandardStatus, StandardDimension, event.Confirmation])
def test_all_labels_are_there(kind: type[StandardStatus]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)
