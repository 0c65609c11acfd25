"""A log under another agreement gives the verdicts that its cases give one by one."""

import datetime as dt
import random
from collections import Counter
from typing import Any

import attrs
import pytest
from tests.metrics.clocks.test_readings import HOURS, LATER, MINUTE, MONDAY, agreement, lived, log_of

from servqual.errors import InvalidValue
from servqual.metrics import what_if
from servqual.metrics.clocks.readings import clock_readings
from servqual.model import Sla, Target, Vocabulary
from servqual.model.sla import replays

SLA = Sla(
    name="s",
    hours=HOURS,
    pause_on={"customer", "supplier", "other"},
    targets=[
        Target(clock="first_response", within=60 * MINUTE),
        Target(clock="resolution", within=480 * MINUTE),
        Target(clock="resolution", within=90 * MINUTE, priority="urgent"),
    ],
)
CHANGES: list[dict[str, Any]] = [
    {},
    {"hours": LATER},
    {"pause_on": ()},
    {"targets": SLA.targets[1:]},
    {"targets": [Target(clock="next_response", within=30 * MINUTE), *SLA.targets]},
]


@pytest.mark.parametrize("seed", range(12))
def test_a_log_replays_as_its_cases_do(seed: int) -> None:
    """Cycle by cycle, whichever of the two makes the promise, and in number."""
    rng = random.Random(seed)  # noqa: S311
    cases, now = [lived(rng, number) for number in range(40)], MONDAY + 4000 * MINUTE
    cases = [case for case in cases if case.counted[0].at <= now]
    sla = agreement(rng) if seed >= len(CHANGES) else SLA
    other = attrs.evolve(SLA, **CHANGES[seed]) if seed < len(CHANGES) else agreement(rng)
    replay = what_if(log_of(cases, rng), sla, other, now=now)
    expected = replays.what_if(cases, sla, other, now=now)
    assert replay.compared == expected.compared
    assert Counter(zip(*replay.columns.values(), strict=True)) == Counter(
        (c.case, c.promise, c.cycle, c.before and c.before.state, c.after and c.after.state) for c in expected.changes
    )
    assert replay.counts == expected.counts
    assert (seed > 0) == bool(expected.changes)


def test_an_empty_log_has_no_verdicts() -> None:
    """Nothing is compared."""
    replay = what_if([], SLA, attrs.evolve(SLA, hours=LATER), now=MONDAY)
    assert (replay.compared, dict(replay.counts), replay.rows.read) == (0, {}, 0)


def test_what_is_no_agreement_is_refused() -> None:
    """Its name is none."""
    with pytest.raises(InvalidValue, match="sla must be an Sla"):
        what_if([], SLA, "gold", now=MONDAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "used"),
    [("replied.internal", 2), ("replied.pubic", 1), ("replied.", 1), ("closed.public", 1), ("waiting.supplier", 2)],
)
def test_an_unknown_ending_is_no_event(event: str, used: int) -> None:
    """It is refused with its reason, and no clock listens to it."""
    log = {"case_id": ["C", "C"], "at": [MONDAY, MONDAY + MINUTE], "event": ["reported", event]}
    rows = clock_readings(log, attrs.evolve(SLA, targets=SLA.targets[:1]), now=MONDAY + 2 * MINUTE)[
        "first_response"
    ].log.rows
    assert (rows.read, rows.used) == (2, used)
    assert used == 2 or [(r.column, r.value) for r in rows.refusals] == [("event", event)]


def test_an_unknown_priority_is_refused_where_targets_match_on_it() -> None:
    """Elsewhere it is a name like any other."""
    log = {"case_id": ["C"], "at": [MONDAY], "event": ["reported"], "priority": ["urgnt"]}
    now = MONDAY + dt.timedelta(days=9)
    rows = clock_readings(log, SLA, now=now)["resolution"].log.rows
    assert [(r.column, r.value, r.reason) for r in rows.refusals] == [
        ("priority", "urgnt", "must not be one slip away from low, normal, high, urgent")
    ]
    assert clock_readings(log, attrs.evolve(SLA, targets=SLA.targets[:2]), now=now)["resolution"].log.rows.used == 1


def test_a_target_that_no_event_can_meet_is_refused() -> None:
    """Where a vocabulary says which names there are; elsewhere a name that nothing tells is never met."""
    case = lived(random.Random(1), 1)  # noqa: S311
    targets = [Target(clock="resolution", within=MINUTE, match={"chanel": "phone"})]
    assert not attrs.evolve(SLA, targets=targets).read(case, now=MONDAY)
    with pytest.raises(InvalidValue, match="did you mean channel"):
        attrs.evolve(SLA, targets=targets, vocabulary=Vocabulary(words={"channel": ["phone"]}))
    with pytest.raises(InvalidValue, match="case must be an object with a history"):
        SLA.read("C-1", now=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="whole number"):
        Target(clock="resolution", within=MINUTE, match={"vip": 0.5})
