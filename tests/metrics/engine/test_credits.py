"""The person and the team credited are who acted at that time, or by option the last owner."""

import datetime as dt
from typing import Any

import attrs
import pytest

from servqual.errors import InvalidValue, TallyMismatch
from servqual.metrics import KPIS, Tally, measure, tally
from servqual.model import BusinessHours, Case, CaseId, Clock, Complaint, ComplaintId, CustomerId, Sla, Target
from servqual.model import case as event
from servqual.model import complaint as complained


def at(hour: int) -> dt.datetime:
    """An hour of one day."""
    return dt.datetime(2026, 5, 4, hour, tzinfo=dt.UTC)


NOW = at(23)
OF_CASES = ["first_response_time", "resolution_time", "case_volume"]


def passed_on() -> Case:
    """Ann answers, hands over to Bo, and Cy solves it for Bo."""
    return Case(
        history=(
            event.Reported(
                at=at(8), id=CaseId("C-1"), customer=CustomerId("K-1"), description="no tone", impact="one site",
                occurred_at=at(8), owner="Own", channel="phone", source="feedback", team="front",
            ),
            event.Received(at=at(8), by="desk"),
            event.Classified(at=at(9), by="desk", category="line", priority="high"),
            event.Assigned(at=at(9), by="desk", to="Ann", team="one"),
            event.Started(at=at(9), by="Ann"),
            event.Replied(at=at(10), by="Ann"),
            event.HandedOver(at=at(11), by="Ann", to="Bo", team="two", reason="a line fault"),
            event.Started(at=at(11), by="Bo"),
            event.Resolved(at=at(12), by="Cy", solution="new cable", told_customer=True),
        )
    )  # fmt: skip


def agents(data: dict[str, Any], kpis: list[Any], *, by: str = "agent", **options: Any) -> dict[str, Any]:
    """Who is credited with the only case, by KPI."""
    found = measure(kpis, data, by=[by], now=NOW, **options)
    return {each.kpi: each.group[by] for each in found if each.n or each.undecided}


@pytest.mark.parametrize("table", ["cases", "case_events"])
def test_who_acted_is_credited_in_objects_and_in_their_log(table: str) -> None:
    """First response to who answered, resolution to who resolved, everything else to the owner."""
    data = {table: [passed_on()]}
    assert agents(data, OF_CASES) == {
        "first_response_time": "Ann", "resolution_time": "Cy", "case_volume": "Bo",
    }  # fmt: skip
    assert agents(data, OF_CASES, by="team") == {
        "first_response_time": "one", "resolution_time": "two", "case_volume": "two",
    }  # fmt: skip
    assert set(agents(data, OF_CASES, credit="owner").values()) == {"Bo"}


def test_the_result_says_who_is_credited() -> None:
    """In `credited`, and beside the frame."""
    found = measure(OF_CASES, {"cases": [passed_on()]}, by=["agent"], now=NOW)
    assert found.credited["first_response_time"] == ["answered_by"]
    assert found.credited["case_volume"] == []
    assert found.to_frame("pandas").attrs["credit of resolution_time"] == "resolved_by"
    assert "credit of" not in str(measure(OF_CASES, {"cases": [passed_on()]}, now=NOW)._repr_html_())


def test_a_log_without_names_credits_who_was_responsible_then() -> None:
    """The last agent that an event named by then, in the case itself."""
    log = {
        "case_id": ["1", "1", "1", "1", "2", "2"],
        "at": [at(8), at(9), at(10), at(11), at(8), at(9)],
        "event": ["reported", "replied", "handed_over", "resolved", "reported", "replied"],
        "agent": ["Ann", None, "Bo", None, None, None],
    }
    found = measure(["first_response_time"], {"case_events": log}, by=["agent"], now=NOW)
    assert [(each.group["agent"], each.n) for each in found] == [(None, 1), ("Ann", 1)]


def test_a_solution_that_fell_through_is_nobodys() -> None:
    """An undone solution leaves an open case, which is its owner's."""
    log = {
        "case_id": ["1"] * 4,
        "at": [at(8), at(9), at(10), at(11)],
        "event": ["reported", "resolved", "reopened", "handed_over"],
        "by": ["Own", "Cy", "Own", "Own"],
        "agent": ["Own", None, None, "Bo"],
    }
    assert agents({"case_events": log}, ["resolution_rate"]) == {"resolution_rate": "Bo"}


COLUMNS: dict[str, list[Any]] = {
    "received_at": [at(8)] * 4,
    "first_response_at": [at(9), at(10), None, at(11)],
    "resolved_at": [at(12), None, None, at(12)],
    "agent": ["Bo", "Bo", "Cy", None],
    "answered_by": ["Ann", "Bo", None, "Ann"],
    "resolved_by": ["Bo", None, None, "Ann"],
}


def test_a_case_that_nobody_answered_yet_is_its_owners() -> None:
    """So a share by agent counts what an agent left undone."""
    found = measure(["resolution_rate"], {"cases": COLUMNS}, by=["agent"], now=NOW)
    assert {each.group["agent"]: (each.value, each.n) for each in found} == {
        "Ann": (1.0, 1),
        "Bo": (0.5, 2),
        "Cy": (0.0, 1),
    }


def test_who_acts_later_is_not_credited_yet() -> None:
    """At an earlier `now` columns credit whom the objects credit then, who is the owner until somebody acted."""
    case = Case.open(id="1", at=at(8), channel="chat", owner="Own")
    steps = (
        event.Replied(at=at(10), by="Ann"),
        event.Resolved(at=at(12), by="Cy", solution="cable", told_customer=True),
    )
    for step in steps:
        case = case.record(step)
    columns: dict[str, Any] = {
        "case_id": ["1"],
        "received_at": [at(8)],
        "first_response_at": [at(10)],
        "resolved_at": [at(12)],
        "agent": ["Own"],
        "answered_by": ["Ann"],
        "resolved_by": ["Cy"],
    }
    kpis = ["first_response_kept", "resolution_rate", "resolution_time"]
    kpis[0] = KPIS[kpis[0]].with_(within=dt.timedelta(hours=1))  # type: ignore[call-overload]
    for hour in (9, 10, 11, 12, 13):
        found, twin = (
            {
                (each.kpi, each.group["agent"]): (each.value, each.n, each.undecided)
                for each in measure(kpis, data, by=["agent"], now=at(hour))
                if each.n or each.undecided
            }
            for data in ({"cases": columns}, {"cases": [case]})
        )
        assert found == twin
        rates = [who for kpi, who in found if kpi == "resolution_rate"]
        assert rates == ["Cy" if hour >= 12 else "Own"]


def test_a_solution_that_does_not_stand_is_its_owners() -> None:
    """Whether it was undone, is not dated, or names somebody where nobody owns the case."""
    columns: dict[str, Any] = {
        "received_at": [at(8)] * 3,
        "resolved_at": [at(9), at(9), None],
        "reopened_at": [at(10), at(20), None],
        "agent": ["Own"] * 3,
        "resolved_by": ["Ann", "Bo", "Cy"],
    }

    def credited(data: dict[str, Any]) -> dict[Any, Any]:
        found = measure(["resolution_rate"], {"cases": data}, by=["agent"], now=at(12))
        return {each.group["agent"]: (each.value, each.n) for each in found}

    assert credited(columns) == {"Bo": (1.0, 1), "Own": (0.0, 2)}
    nobodys = {name: values for name, values in columns.items() if name != "agent"}
    assert credited(nobodys) == {None: (0.0, 2), "Bo": (1.0, 1)}
    closed = {**columns, "resolved_at": [None] * 3, "closed_at": [at(9), at(9), at(13)]}
    by_close = KPIS["resolution_rate"].with_(close_counts_as_solution=True)
    found = measure([by_close], {"cases": closed}, by=["agent"], now=at(12))
    assert {each.group["agent"]: each.value for each in found} == {"Bo": 1.0, "Own": 0.0}


def test_a_table_without_the_column_credits_its_agent() -> None:
    """And says so by naming no column."""
    plain = {name: values for name, values in COLUMNS.items() if not name.endswith("_by")}
    found = measure(["resolution_rate"], {"cases": plain}, by=["agent"], now=NOW)
    assert found.credited == {"resolution_rate": []}
    assert found.get("resolution_rate", agent="Bo").n == 2


def test_rows_are_counted_once_whoever_is_credited() -> None:
    """KPIs that credit different people share the rows of a table."""
    found = measure(OF_CASES, {"cases": COLUMNS}, by=["agent"], where={"agent": ["Ann", "Cy"]}, now=NOW)
    assert (found.rows["cases"].read, found.rows["cases"].used) == (3, 3)
    counts = {(each.kpi, each.group["agent"]): each.n + each.undecided for each in found}
    assert counts == {
        ("first_response_time", "Ann"): 2,
        ("first_response_time", "Cy"): 1,
        ("resolution_time", "Ann"): 1,
        ("resolution_time", "Cy"): 1,
        ("case_volume", "Cy"): 1,
    }


def test_sites_of_people_are_those_of_who_acted() -> None:
    """A column that is looked up by agent follows the credit."""
    staff = {"agent": ["Ann", "Bo", "Cy"], "site": ["x", "y", "z"]}
    found = measure(["first_response_time"], {"cases": COLUMNS, "staff": staff}, by=["site"], now=NOW)
    assert {each.group["site"]: each.n for each in found} == {"x": 2, "y": 1, "z": 0}


def test_readings_of_clocks_credit_as_columns_do() -> None:
    """The first response of an agreement belongs to who gave it."""
    hours = BusinessHours(zone="UTC", week={"mon-sun": "00:00-24:00"})
    targets = [Target(clock=clock, within=dt.timedelta(hours=8)) for clock in (Clock.FIRST_RESPONSE, Clock.RESOLUTION)]
    sla = Sla(name="desk", hours=hours, targets=targets)
    data = {"case_events": [passed_on()]}
    kept = ["first_response_kept", "resolution_kept"]
    assert agents(data, kept, sla=sla) == {"first_response_kept": "Ann", "resolution_kept": "Cy"}


def test_complaints_credit_who_told_the_customer() -> None:
    """The acknowledgement belongs to who gave it."""
    complaint = Complaint.open(id=ComplaintId("K-1"), at=at(8), channel="phone", owner="Own").record(
        complained.Acknowledged(at=at(9), by="Ann")
    )
    kept = KPIS["complaint_acknowledged_kept"].with_(within=dt.timedelta(hours=2))
    found = agents({"complaints": [complaint]}, [kept, "complaint_volume", "complaint_resolution_rate"])
    assert found == {
        "complaint_acknowledged_kept": "Ann", "complaint_volume": "Own", "complaint_resolution_rate": "Own",
    }  # fmt: skip


def test_tallies_add_where_they_credit_alike() -> None:
    """The credit is part of the question, and is forgotten with the agents."""
    mine = tally(OF_CASES, {"cases": COLUMNS}, by=["agent"], now=NOW)
    halves = [
        tally(OF_CASES, {"cases": {name: values[rows] for name, values in COLUMNS.items()}}, by=["agent"], now=NOW)
        for rows in (slice(3), slice(3, None))
    ]
    assert (halves[0] + halves[1]).to_bytes() == mine.to_bytes() == Tally.from_bytes(mine.to_bytes()).to_bytes()
    with pytest.raises(TallyMismatch, match="credit"):
        mine + tally(OF_CASES, {"cases": COLUMNS}, by=["agent"], now=NOW, credit="owner")
    assert mine.without("agent").to_bytes() == tally(OF_CASES, {"cases": COLUMNS}, now=NOW).to_bytes()


def test_kpis_that_share_their_state_credit_alike() -> None:
    """One state cannot be grouped in two ways."""
    mine = attrs.evolve(KPIS["resolution_rate"], key="mine", credit="")
    with pytest.raises(InvalidValue, match="credit must be the same for KPIs that read the same rows"):
        measure(["resolution_rate", mine], {"cases": COLUMNS}, by=["agent"], now=NOW)


def test_only_known_credits_are_taken() -> None:
    """A mistyped credit names the nearest."""
    with pytest.raises(InvalidValue, match="credit must be one of actor, owner"):
        measure(["case_volume"], {"cases": COLUMNS}, credit="onwer")


def test_a_close_does_not_bring_back_a_solution_that_fell() -> None:
    """Reopened and closed without another solution, the case is its owner's; a close alone stands for a solution."""
    columns = {
        "received_at": [at(8)] * 2,
        "resolved_at": [at(9), None],
        "reopened_at": [at(10), None],
        "closed_at": [at(11)] * 2,
        "agent": ["Own"] * 2,
        "resolved_by": ["Ann", "Bo"],
    }
    found = measure(["resolution_rate"], {"cases": columns}, by=["agent"], now=NOW, period=(at(0), at(23)))
    assert {each.group["agent"] for each in found} == {"Own", "Bo"}


def test_team_and_agent_are_credited_each_as_far_as_it_is_known() -> None:
    """So a group by team says the same with and without agents."""
    columns = {
        "received_at": [at(8)] * 3,
        "resolved_at": [at(9)] * 3,
        "agent": ["Own"] * 3,
        "team": ["home"] * 3,
        "resolved_by": [None, "Ann", "Bo"],
        "resolved_team": ["north", None, "south"],
    }
    both = measure(["resolution_rate"], {"cases": columns}, by=["agent", "team"], now=NOW)
    assert {(each.group["agent"], each.group["team"]) for each in both} == {
        ("Own", "north"), ("Ann", "home"), ("Bo", "south"),
    }  # fmt: skip
    alone = measure(["resolution_rate"], {"cases": columns}, by=["team"], now=NOW)
    assert {each.group["team"] for each in alone} == {each.group["team"] for each in both}


def solved(name: str, *, owner: str | None = None) -> Case:
    """Zoe solves a case that the owner had, if anybody."""
    opened = Case.open(id=name, at=at(8), channel="email", owner=owner)
    for step in (
        event.Replied(at=at(9), by="Zoe"),
        event.Resolved(at=at(9), by="Zoe", solution="reset", told_customer=True),
    ):
        opened = opened.record(step)
    return opened


@pytest.mark.parametrize(
    "data",
    [
        {"cases": [solved("1")]},
        {"case_events": [solved("1")]},
        {"case_events": iter([solved("1")])},
        {
            "case_events": {
                "case_id": ["1", "1", "1"],
                "at": [at(8), at(9), at(9)],
                "event": ["reported", "replied", "resolved"],
                "by": [None, "Zoe", "Zoe"],
            }
        },
    ],
)
def test_who_acted_is_credited_where_no_case_has_an_owner(data: dict[str, Any]) -> None:
    """A log that names nobody but who acted credits them, as the cases do."""
    target = Target(clock=Clock.FIRST_RESPONSE, within=dt.timedelta(hours=8))
    sla = Sla(name="desk", hours=BusinessHours.always(), targets=[target, attrs.evolve(target, clock=Clock.RESOLUTION)])
    kpis: list[Any] = ["resolution_rate", "first_response_kept", "resolution_kept"]
    if "cases" in data:
        kpis[1:] = [KPIS[key].with_(within=dt.timedelta(hours=8)) for key in kpis[1:]]
    tallied = tally(kpis, data, by=["agent"], now=NOW, sla=sla)
    found = tallied.measure()
    assert {each.kpi: each.group["agent"] for each in found if each.n} == dict.fromkeys(found.credited, "Zoe")
    assert found.credited == {
        "resolution_rate": ["resolved_by"], "first_response_kept": ["answered_by"], "resolution_kept": ["resolved_by"],
    }  # fmt: skip


@pytest.mark.parametrize("table", ["cases", "case_events"])
def test_a_choice_of_who_acted_finds_cases_without_an_owner(table: str) -> None:
    """The agent of `where=` is who solved the case."""
    found = measure(["resolution_rate"], {table: [solved("1")]}, where={"agent": "Zoe"}, now=NOW)
    assert (found.one().value, found.one().n) == (1.0, 1)


@pytest.mark.parametrize("table", ["cases", "case_events"])
def test_days_of_objects_add_whatever_happened_on_them(table: str) -> None:
    """A day on which nothing was solved, or nothing came at all, is tallied as any other."""
    done, undone = solved("1", owner="Bo"), Case.open(id="2", at=at(8), channel="email", owner="Bo")

    def of(*cases: Case) -> Tally:
        return tally(["resolution_rate"], {table: [*cases]}, by=["agent"], now=NOW)

    whole = of(done, undone)
    parts = [of(), of(done), of(), of(undone), of()]
    assert sum(parts[1:], parts[0]).to_bytes() == whole.to_bytes()
    assert {each.group["agent"]: each.value for each in whole.measure()} == {"Zoe": 1.0, "Bo": 0.0}


def test_a_day_without_rows_adds_to_columns() -> None:
    """It says nothing of who is credited, on either side."""
    plain = {name: values for name, values in COLUMNS.items() if not name.endswith("_by")}
    day = tally(["resolution_rate"], {"cases": plain}, by=["agent"], now=NOW)
    empty = tally(["resolution_rate"], {"cases": []}, by=["agent"], now=NOW)
    for both in (day + empty, empty + day):
        assert both.to_bytes() == day.to_bytes()
        assert both.added
    with pytest.raises(TallyMismatch, match="credited"):
        day + tally(["resolution_rate"], {"cases": COLUMNS}, by=["agent"], now=NOW)
