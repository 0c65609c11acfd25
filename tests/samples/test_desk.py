import csv
import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest

from servqual.errors import InvalidValue, UnknownZone
from servqual.model import case
from servqual.samples import Desk, desk
from servqual.samples._clockwork import Dice, Shifts
from servqual.samples._tables import Table

Array = npt.NDArray[Any]

EVENTS: dict[str, Any] = {
    "reported": case.Reported,
    "received": case.Received,
    "classified": case.Classified,
    "assigned": case.Assigned,
    "replied": case.Replied,
    "handed_over": case.HandedOver,
    "started": case.Started,
    "waiting": case.Waiting,
    "resumed": case.Resumed,
    "escalated": case.Escalated,
    "resolved": case.Resolved,
    "verified": case.Verified,
    "closed": case.Closed,
    "reopened": case.Reopened,
}


@pytest.fixture(scope="module")
def small() -> Desk:
    """Six weeks, for what is checked case by case."""
    return desk(seed=7, days=42)


@pytest.fixture(scope="module")
def large() -> Desk:
    """A year and a half, for what is checked by counting."""
    return desk(seed=3, days=540)


def seconds(later: Array, earlier: Array) -> Array:
    """Seconds between moments; NaN where one is missing."""
    return (later - earlier) / np.timedelta64(1, "s")


def rows_of(table: Table, columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns, as Python values."""
    return zip(*(table[name].tolist() for name in columns.split()), strict=True)


def utc(moment: dt.datetime) -> np.datetime64:
    """The moment as numpy writes it."""
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "us")


def digest(sample: Desk) -> str:
    """A fingerprint of every value of every table."""
    sha = hashlib.sha256()
    for name, table in sample.tables.items():
        for column, values in table.items():
            sha.update(f"{name}.{column}".encode())
            sha.update(repr(values.tolist()).encode() if values.dtype == object else values.tobytes())
    return sha.hexdigest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    """A desk is a function of its arguments, today and on any machine."""
    assert digest(desk(seed=11, days=14)) == digest(desk(seed=11, days=14))
    assert desk(seed=11, days=14) == desk(seed=11, days=14)
    # source: printed by this test when the simulation was written; it changes only when the simulation is changed
    assert digest(desk(seed=11, days=14)) == "fee8731b129e5c4128abf15bff9c4628596abc3a8cbe82f0a8e8e3445afd3ffd"


def test_another_seed_gives_another_desk() -> None:
    """Chance is in the seed and nowhere else."""
    assert digest(desk(seed=11, days=14)) != digest(desk(seed=12, days=14))


def test_the_dice_are_the_raw_bits_of_pcg64() -> None:
    """Shares stay between the ends, and their mean and the median of drawn times are as asked."""
    dice = Dice(5)
    shares = np.array([dice.share() for _ in range(20_000)])
    assert 0 < shares.min() < 0.001
    assert 0.999 < shares.max() < 1
    assert abs(shares.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 20_000)  # a uniform number has variance 1/12
    drawn = np.median([dice.seconds(600, 0.7) for _ in range(20_000)])
    assert abs(drawn / 600 - 1) < 4 * 1.2533 * 0.7 / np.sqrt(20_000)  # a median's error is 1.2533 times a mean's


def test_work_stops_at_the_close() -> None:
    """Two spells of an hour: work runs on in the next one, and ends beyond the last never."""
    shifts = Shifts([(0, 3600), (10_000, 13_600)])
    assert [shifts.is_open(at) for at in (0, 3599, 3600, 10_000)] == [True, True, False, True]
    assert shifts.after(3000, 600) == 3600  # it stays at the close
    assert shifts.after(3000, 601) == 10_001
    assert shifts.after(5000, 60) == 10_060
    assert shifts.elapsed(12_000) == 3600 + 2000
    assert shifts.after(13_000, 601) > 10**12


def test_it_says_that_it_is_simulated(small: Desk) -> None:
    """Nobody takes the sample for a real desk."""
    assert small.simulated is True
    assert "simulated=True" in repr(small)
    assert small.improvement.startswith("simulated: ")
    assert "simulat" in (desk.__doc__ or "").casefold()
    assert "simulat" in (Desk.__doc__ or "").casefold()


def test_columns_are_read_only_and_of_their_kind(small: Desk) -> None:
    """Moments, durations, flags, counts and texts each have one type; no table can be changed."""
    assert list(small.tables) == ["cases", "case_events", "interactions", "answers", "complaints"]
    for table in small.tables.values():
        assert len({len(values) for values in table.values()}) == 1
        for name, values in table.items():
            assert not values.flags.writeable
            if name == "at" or name.endswith("_at"):
                assert values.dtype == np.dtype("datetime64[us]")
            elif name.endswith("_s") or name in {"cost", "score"}:
                assert values.dtype == np.float64
            elif name in {"reopened", "reassigned"}:
                assert values.dtype == np.int64
    assert small.tables["cases"]["escalated"].dtype == np.bool_
    with pytest.raises(TypeError):
        small.tables["cases"]["cost"] = np.zeros(1)  # type: ignore[index]


def test_nothing_is_later_than_now(small: Desk) -> None:
    """What would come after the end is not known yet; only a due date may lie ahead."""
    for table in small.tables.values():
        for name, values in table.items():
            if values.dtype.kind == "M" and name != "due_at":
                assert not (values >= utc(small.now)).any(), name


def test_the_log_of_each_case_is_a_legal_life(small: Desk) -> None:
    """The case lifecycle accepts every history, event by event, and counts the same returns."""
    cases, events = small.tables["cases"], small.tables["case_events"]
    assert (np.diff(events["at"]) >= np.timedelta64(0)).all()
    facts = {row[0]: row[1:] for row in rows_of(cases, "case_id customer_id occurred_at category channel source")}
    lives = defaultdict(list)
    for name, at, event, priority, team, on in rows_of(events, "case_id at event priority team on"):
        customer, occurred_at, category, channel, source = facts[name]
        told = {
            "reported": {
                "id": name, "customer": customer, "description": "…", "impact": "…", "channel": channel,
                "occurred_at": occurred_at.replace(tzinfo=dt.UTC), "owner": team, "source": source,
            },
            "classified": {"category": category, "priority": priority},
            "assigned": {"to": team},
            "handed_over": {"to": team, "reason": "wrong team"},
            "escalated": {"to": team, "level": 2, "reason": "late"},
            "waiting": {"on": on},
            "resolved": {"solution": "…", "told_customer": True},
            "verified": {"effective": True, "customer_confirmed": True},
            "reopened": {"reason": "came back"},
        }.get(event, {})  # fmt: skip
        by = {} if event == "reported" else {"by": team}
        lives[name].append(EVENTS[event](at=at.replace(tzinfo=dt.UTC), **by, **told))
    assert set(events["event"].tolist()) == EVENTS.keys()
    for name, reopened in rows_of(cases, "case_id reopened"):
        assert case.Case(history=lives[name]).reopened == reopened


def test_the_log_and_the_cases_agree(small: Desk) -> None:
    """Each column of the case table can be read off the log."""
    cases, events = small.tables["cases"], small.tables["case_events"]
    rows = defaultdict(list)
    for name, event, at, priority, team in rows_of(events, "case_id event at priority team"):
        rows[name].append((event, at, priority, team))
    assert cases["case_id"].tolist() == sorted(rows)
    for index, case_id in enumerate(cases["case_id"].tolist()):
        history = rows[case_id]
        names = [event for event, *_ in history]
        since_reopened = names[len(names) - names[::-1].index("reopened") :] if "reopened" in names else names
        for column, event, ends in (
            ("received_at", "received", False),
            ("assigned_at", "assigned", False),
            ("first_response_at", "replied", False),
            ("resolved_at", "resolved", True),
            ("verified_at", "verified", True),
            ("closed_at", "closed", True),
        ):
            found = [at for name, at, *_ in history if name == event]
            known = event in (since_reopened if ends else names)
            assert cases[column][index].item() == ((found[-1] if ends else found[0]) if known else None), column
        assert cases["reopened"][index] == names.count("reopened")
        assert cases["reassigned"][index] == names.count("handed_over")
        assert cases["escalated"][index] == ("escalated" in names)
        assert {priority for *_, priority, _ in history} == {cases["priority"][index]}
        assert history[-1][3] == cases["team"][index]
        assert (cases["cause"][index] is None) == (cases["resolved_at"][index].item() is None)


def test_moments_of_a_case_are_in_order(small: Desk) -> None:
    """Trouble, receipt, assignment, solution, confirmation, close."""
    cases = small.tables["cases"]
    order = ["occurred_at", "received_at", "assigned_at", "resolved_at", "verified_at", "closed_at"]
    for earlier, later in pairwise(order):
        assert not (cases[later] < cases[earlier]).any(), (earlier, later)
        assert not (np.isnat(cases[earlier]) & ~np.isnat(cases[later])).any()
    assert not (cases["first_response_at"] < cases["received_at"]).any()


def test_interactions_add_up(small: Desk) -> None:
    """A wait ends with an answer or a lost caller; a call is its talk, hold and wrap."""
    calls = small.tables["interactions"]
    ended_wait = np.where(calls["abandoned"], calls["ended_at"], calls["answered_at"])
    assert np.array_equal(seconds(ended_wait, calls["queued_at"]), calls["wait_s"], equal_nan=True)
    assert not (calls["abandoned"] & ~np.isnat(calls["answered_at"])).any()
    assert 0 < calls["abandoned"].mean() < 0.1
    live = np.isin(calls["channel"], ["phone", "chat"]) & ~np.isnan(calls["talk_s"])
    parts = calls["talk_s"] + calls["hold_s"] + calls["wrap_s"]
    assert np.array_equal(seconds(calls["ended_at"], calls["answered_at"])[live], parts[live])
    assert not np.isnan(calls["cost"][live]).any()


def test_an_agent_does_one_thing_at_a_time(small: Desk) -> None:
    """The first contacts that one agent answered never overlap, and begin on shift."""
    calls = small.tables["interactions"]
    taken = ~np.isnat(calls["answered_at"]) & ~np.isnat(calls["ended_at"])
    order = np.flatnonzero(taken)[np.lexsort((calls["answered_at"][taken], calls["agent"][taken].astype(str)))]
    same = calls["agent"][order][1:] == calls["agent"][order][:-1]
    assert same.sum() > 1000
    assert (calls["answered_at"][order][1:][same] >= calls["ended_at"][order][:-1][same]).all()
    assert all(small.hours.is_open(moment.replace(tzinfo=dt.UTC)) for moment in calls["answered_at"][order].tolist())


def test_urgent_cases_are_taken_first(large: Desk) -> None:
    """Among messages that came on shift, the mean wait for a reply falls from low to urgent."""
    cases = large.tables["cases"]
    asked = (cases["channel"] == "email") & ~np.isnat(cases["first_response_at"])
    wait = seconds(cases["first_response_at"], cases["received_at"])
    means = [wait[asked & (cases["priority"] == name)].mean() for name in ("urgent", "normal", "low")]
    assert means == sorted(means)


def test_customers_come_by_day_and_come_back(large: Desk) -> None:
    """Arrivals peak on weekday mornings, local time; their number is what was asked for, and some are returns."""
    cases = large.tables["cases"]
    local = [
        moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo("Europe/Berlin")) for moment in cases["received_at"].tolist()
    ]
    hours = np.bincount([moment.hour for moment in local], minlength=24)
    assert hours.argmax() in {9, 10}
    assert hours[:6].sum() < 0.05 * hours.sum()
    assert 0.85 < sum(moment.weekday() < 5 for moment in local) / len(local) < 0.99
    # 42 new wishes a day, and 6 % of the solutions bring the customer back, each time again: 42 / (1 - 0.06), a little
    # less for the last days and more for reopened cases that are solved twice
    assert abs(len(local) / 540 / (42 / 0.94) - 1) < 0.03
    assert len(set(cases["customer_id"].tolist())) < len(local) / 4


def test_categories_follow_a_pareto(large: Desk) -> None:
    """The first two of eight make half of the cases."""
    counts = np.sort(np.unique(large.tables["cases"]["category"].astype(str), return_counts=True)[1])[::-1]
    assert len(counts) == 8
    assert 0.45 < counts[:2].sum() / counts.sum() < 0.6


def test_some_cases_are_open_at_the_end(small: Desk) -> None:
    """A desk is never done: some wait, some are being worked, some are reopened."""
    cases = small.tables["cases"]
    is_open = np.isnat(cases["resolved_at"])
    assert 0 < is_open.sum() < 0.1 * len(is_open)
    assert np.isnat(cases["closed_at"]).sum() > is_open.sum()


def test_the_improvement_is_found_where_it_was_put(large: Desk) -> None:
    """Misrouting and work fall by the true sizes at the known moment, and nowhere else."""
    cases, truth = large.tables["cases"], large.truth
    assert large.improved_at is not None
    after = cases["received_at"] >= utc(large.improved_at)
    routed = ~np.isnat(cases["assigned_at"]) & ~np.isnat(cases["resolved_at"])
    plain = routed & (cases["channel"] == "email") & (cases["reassigned"] == 0) & (cases["reopened"] == 0)
    for late, when in ((False, "before"), (True, "after")):
        here = (cases["category"] == large.improved) & (after == late)
        share, n = (cases["reassigned"][here & routed] > 0).mean(), (here & routed).sum()
        true = truth[f"misrouted_{when}"]
        assert abs(share - true) < 3 * np.sqrt(true * (1 - true) / n)
        work, n = np.median(cases["handling_s"][here & plain]) / 60, (here & plain).sum()
        # three standard errors of the median of a log-normal, whose logarithm spreads by 0.7
        assert abs(np.log(work / truth[f"median_work_min_{when}"])) < 3 * 1.2533 * 0.7 / np.sqrt(n)
    others = routed & (cases["category"] != large.improved)
    shares = [(cases["reassigned"][others & (after == late)] > 0).mean() for late in (False, True)]
    assert abs(shares[0] - shares[1]) < 0.01


def test_the_weak_spot_is_the_worst_in_every_way(large: Desk) -> None:
    """It is slowest, latest, least lasting and least liked."""
    cases, answers = large.tables["cases"], large.tables["answers"]
    spent = seconds(cases["resolved_at"], cases["received_at"])
    worst: dict[str, dict[str, float]] = defaultdict(dict)
    for name in set(cases["category"].tolist()):
        mine = cases["category"] == name
        worst["slow"][name] = np.nanmedian(spent[mine])
        worst["late"][name] = cases["escalated"][mine].mean()
        worst["again"][name] = cases["reopened"][mine].mean()
        worst["unhappy"][name] = -np.nanmean(answers["score"][answers["category"] == name])
    for found in worst.values():
        first, second = sorted(found, key=found.__getitem__)[:-3:-1]
        assert first == large.weak_spot
        assert found[first] > found[second]
    assert worst["slow"][large.weak_spot] > 3 * np.nanmedian(spent)


def test_late_solutions_cost_scores_and_bring_complaints(large: Desk) -> None:
    """Customers of escalated cases are less satisfied, and complain more often; many asked say nothing."""
    cases, answers, complaints = (large.tables[name] for name in ("cases", "answers", "complaints"))
    late = set(cases["case_id"][cases["escalated"]].tolist())
    is_late = np.array([name in late for name in answers["case_id"].tolist()])
    assert np.nanmean(answers["score"][is_late]) < np.nanmean(answers["score"][~is_late]) - 0.5
    assert set(np.unique(answers["score"][~np.isnan(answers["score"])])) == {1, 2, 3, 4, 5}
    assert np.array_equal(np.isnan(answers["score"]), np.isnat(answers["answered_at"]))
    assert 0.5 < np.isnan(answers["score"]).mean() < 0.8
    complained = [name in late for name in complaints["case_id"].tolist()]
    assert sum(complained) / len(late) > 5 * (len(complained) - sum(complained)) / (len(cases["case_id"]) - len(late))


def test_complaints_are_handled_in_order(large: Desk) -> None:
    """Received, acknowledged, resolved, followed up, closed; open ones have no verdict."""
    complaints = large.tables["complaints"]
    order = ["received_at", "acknowledged_at", "resolved_at", "followed_up_at", "closed_at"]
    for earlier, later in pairwise(order):
        assert not (complaints[later] <= complaints[earlier]).any()
    resolved = ~np.isnat(complaints["resolved_at"])
    assert [verdict is not None for verdict in complaints["upheld"].tolist()] == resolved.tolist()


def test_written_files_hold_the_tables(small: Desk, tmp_path: Path) -> None:
    """Every table comes back from its file, missing values empty, moments with their offset."""
    paths = small.write(tmp_path / "new" / "folder")
    assert [path.stem for path in paths] == list(small.tables)
    for path, table in zip(paths, small.tables.values(), strict=True):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == list(table)
        for name, values in table.items():
            for row, value in zip(rows, values.tolist(), strict=True):
                if value is None or value != value:  # noqa: PLR0124  (only NaN differs from itself)
                    assert row[name] == ""
                elif isinstance(value, dt.datetime):
                    assert dt.datetime.fromisoformat(row[name]) == value.replace(tzinfo=dt.UTC)
                elif isinstance(value, bool):
                    assert row[name] == str(value).lower()
                else:
                    assert type(value)(row[name]) == value


def test_days_are_local_days() -> None:
    """A desk in another zone begins and ends at its own midnight, over a clock change too."""
    sample = desk(start=dt.date(2026, 3, 1), days=14, zone="America/New_York")  # clocks go forward on 8 March 2026
    assert sample.start.isoformat() == "2026-03-01T05:00:00+00:00"
    assert sample.end.isoformat() == "2026-03-15T04:00:00+00:00"
    improved_at = desk(days=10, improved_after=3).improved_at
    assert improved_at is not None
    assert improved_at.isoformat() == "2026-01-07T23:00:00+00:00"


def test_an_unchanged_desk_is_the_changed_one_before_its_change() -> None:
    """Without improvement there is no truth to be found, and until the day of the change both are the same desk."""
    calm, changed = desk(days=20, improved_after=None), desk(days=20, improved_after=12)
    assert (calm.improved_at, calm.improved, dict(calm.truth)) == (None, None, {})
    assert calm.improvement == "simulated: nothing was improved"
    assert changed.improved_at is not None
    early = [(sample.tables["case_events"]["at"] < utc(changed.improved_at)).sum() for sample in (calm, changed)]
    assert early[0] == early[1] > 1000
    for column in ("case_id", "at", "event", "team"):
        first, other = (sample.tables["case_events"][column][: early[0]].tolist() for sample in (calm, changed))
        assert first == other


def test_a_season_brings_more_in_winter_than_in_summer() -> None:
    """With a swing of 40 % there are about 2.3 times as many wishes in January as in July; without it as many."""

    def by_month(**arguments: Any) -> tuple[int, int]:
        received = desk(seed=4, days=365, improved_after=None, cases_per_day=20, **arguments).tables["cases"][
            "received_at"
        ]
        months = received.astype("M8[M]").astype(int) % 12
        return int((months == 0).sum()), int((months == 6).sum())

    winter, summer = by_month(season=0.4)
    assert 1.9 < winter / summer < 2.8  # 1.4 / 0.6 in the middle of both
    winter, summer = by_month()
    assert 0.8 < winter / summer < 1.1  # the first four days of January are missing


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"days": 1}, "days"),
        ({"days": 7.5}, "days"),
        ({"days": 10, "improved_after": 10}, "improved_after"),
        ({"days": 10, "improved_after": "never"}, "improved_after"),
        ({"season": -0.1}, "season"),
        ({"season": 1}, "season"),
        ({"season": True}, "season"),
        ({"seed": -1}, "seed"),
        ({"start": "2026-01-05"}, "start"),
        ({"cases_per_day": 0}, "cases_per_day"),
        ({"cases_per_day": "many"}, "cases_per_day"),
        ({"cases_per_day": float("nan")}, "cases_per_day"),
    ],
)
def test_impossible_desks_are_refused(arguments: dict[str, Any], field: str) -> None:
    """The error names the field and what it takes."""
    with pytest.raises(InvalidValue, match=f"^{field} must be .*got") as refused:
        desk(**arguments)
    assert refused.value.field == field


def test_an_unknown_zone_is_refused() -> None:
    """A zone is an IANA name."""
    with pytest.raises(UnknownZone):
        desk(zone="Mars/Olympus")
