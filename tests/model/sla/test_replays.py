"""The same cases under another agreement."""

import datetime as dt

import attrs
import pytest

from servqual.model.hours.business_hours import BusinessHours
from servqual.model.ids import CaseId, CustomerId
from servqual.model.service.case import Case, CaseEvent, Classified, Received, Replied, Reported, Resumed, Waiting
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import Clock
from servqual.model.sla.replays import what_if
from servqual.model.sla.target import Target

HOUR = dt.timedelta(hours=1)
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
LATER = NOON + 100 * HOUR


def case(name: str, *events: CaseEvent) -> Case:
    """A case received at noon, and then these."""
    report = Reported(
        at=NOON,
        id=CaseId(name),
        customer=CustomerId("K"),
        description="x",
        impact="y",
        occurred_at=NOON,
        owner="A",
        channel="phone",
        source="feedback",
    )
    return Case(history=(report, Received(at=NOON, by="desk"), *events))


def answered(name: str, hours: float) -> Case:
    """A case answered so long after noon."""
    return case(name, Replied(at=NOON + hours * HOUR, by="A"))


WAITED = case(
    "W",
    Waiting(at=NOON + HOUR, by="A", on="customer"),
    Resumed(at=NOON + 3 * HOUR, by="A"),
    Classified(at=NOON + 3 * HOUR, by="A", category="x", priority="low"),
)
CASES = [answered("quick", 0.5), answered("slow", 3), answered("night", 20), case("open"), WAITED]
SLA = Sla(
    name="s",
    hours=BusinessHours.always(),
    targets=[
        Target(clock=Clock.FIRST_RESPONSE, within=2 * HOUR),
        Target(clock=Clock.RESOLUTION, within=3 * HOUR),
    ],
)


def test_nothing_changes_under_the_same_agreement() -> None:
    """Every clock of every case is compared."""
    replay = what_if(CASES, SLA, SLA, now=LATER)
    assert (replay.compared, replay.changes, dict(replay.counts)) == (10, (), {})


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"targets": [Target(clock=Clock.FIRST_RESPONSE, within=4 * HOUR), SLA.targets[1]]}, ["slow"]),
        # open for 90 minutes on Monday and again from 9:00 on Tuesday: answers at 15:00 and at 8:00 took 90 minutes
        ({"hours": BusinessHours(zone="UTC", week={"mon": "12:00-13:30", "tue": "09:00-10:00"})}, ["slow", "night"]),
    ],
)
def test_what_other_hours_or_targets_would_change(change: dict[str, object], names: list[str]) -> None:
    """The verdicts that change are named, with both readings."""
    replay = what_if(CASES, SLA, attrs.evolve(SLA, **change), now=LATER)  # type: ignore[arg-type]
    first = [change for change in replay.changes if change.promise == Clock.FIRST_RESPONSE]
    assert [change.case for change in first] == names
    for one in first:
        assert one.before is not None
        assert one.after is not None
        assert (one.before.state, one.after.state) == ("breached", "met")


def test_what_another_pause_rule_would_change() -> None:
    """A case that waited two hours for its customer would not have been late yet."""
    now = NOON + 4 * HOUR
    replay = what_if(CASES, SLA, attrs.evolve(SLA, pause_on={"customer"}), now=now)
    assert [(change.case, change.promise) for change in replay.changes] == [("W", "resolution")]
    assert dict(replay.counts) == {("breached", "running"): 1}


def test_a_promise_that_is_not_made_is_a_change() -> None:
    """A clock that is there under one agreement only is compared with None."""
    fewer = attrs.evolve(SLA, targets=SLA.targets[:1])
    replay = what_if([answered("quick", 0.5)], SLA, fewer, now=LATER)
    assert [(change.promise, change.cycle, change.after) for change in replay.changes] == [("resolution", 1, None)]
    back = what_if([answered("quick", 0.5)], fewer, SLA, now=LATER)
    assert dict(back.counts) == {(None, "breached"): 1}
