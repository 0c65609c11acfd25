"""KPIs of complaints: boundaries, refusals, and two real complaint books."""

import csv
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, Kpi, measure
from servqual.metrics.catalogue.complaints import COMPLAINT_KPIS
from servqual.model import BusinessHours, Complaint, ComplaintId, Money
from servqual.model import complaint as event

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WINDOW = 5 * DAY
Row = dict[str, Any]

MOMENTS = ("received_at", "acknowledged_at", "due_at", "resolved_at", "followed_up_at", "closed_at")
NAMES = ("customer_id", "cause", "team", *MOMENTS, "satisfied", "upheld", "reopened")


def columns(rows: list[Row], names: tuple[str, ...] = NAMES) -> dict[str, dict[str, list[Any]]]:
    """The complaints as a table of columns."""
    return {"complaints": {name: [row[name] for row in rows] for name in names}}


SET: dict[str, Row] = {"complaint_acknowledged_kept": {"within": DAY}, "complaint_repeat_rate": {"window": WINDOW}}
ASKED = [kpi.with_(**SET.get(kpi.key, {})) for kpi in COMPLAINT_KPIS]


def test_a_decision_is_overturned_only_where_the_complaint_went_outside() -> None:
    """Of four two were referred, and one of these overturned; one that may have been referred is left out."""
    told: dict[str, list[Any]] = {"received_at": [START] * 4, "overturned": [True, False, False, False]}
    for referred, value, n in (
        ([True, True, False, False], 0.5, 2),
        ([True, True, None, None], 0.5, 2),
        ([None, True, True, None], 0, 2),
    ):
        found = measure(["overturn_rate"], {"complaints": {**told, "referred": referred}}, now=NOW).one()
        assert (found.value, found.n) == (value, n)
    assert measure(["overturn_rate"], {"complaints": told}, now=NOW).one().value == 0.25  # no column: all were


# --- boundaries --------------------------------------------------------------------------------------


def test_a_due_moment_is_kept_and_not_overdue_at_itself() -> None:
    """Resolved at the due moment is in time; open at it is undecided and not overdue, a microsecond later both."""
    done = {"received_at": [START], "due_at": [NOW], "resolved_at": [NOW]}
    assert measure(["complaint_kept"], {"complaints": done}, now=NOW).one().value == 1.0
    late = {**done, "resolved_at": [None]}
    for now, kept, overdue in ((NOW, (None, 0, 1), 0), (NOW + dt.timedelta(microseconds=1), (0.0, 1, 0), 1)):
        found = measure(["complaint_kept", "complaint_overdue"], {"complaints": late}, now=now)
        assert (found.get("complaint_kept").value, found.get("complaint_kept").n) == kept[:2]
        assert found.get("complaint_kept").undecided == kept[2]
        assert found.get("complaint_overdue").value == overdue


def test_a_target_overrules_the_due_moment_and_counts_business_hours() -> None:
    """Friday 16:00 to Monday 10:00 is two hours of a desk that is open nine to five."""
    hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    friday = dt.datetime(2026, 5, 1, 16, tzinfo=dt.UTC)
    monday = friday + dt.timedelta(days=2, hours=18)
    data = {"complaints": {"received_at": [friday], "due_at": [friday], "resolved_at": [monday]}}
    kept = KPIS["complaint_kept"]
    assert measure([kept], data, now=NOW).one().value == 0.0
    assert measure([kept.with_(within=2 * HOUR, hours=hours)], data, now=NOW).one().value == 1.0
    assert measure([KPIS["complaint_handling_time"].with_(hours=hours)], data).one().value == 7200


def test_a_complaint_comes_back_within_the_window_after_its_end() -> None:
    """The end of the window counts, a microsecond more does not; what was raised before the end is the same trouble."""
    rate = KPIS["complaint_repeat_rate"].with_(window=WINDOW)

    def repeats(*others: tuple[str, str, dt.datetime]) -> tuple[float | None, int]:
        rows = [("a", "delay", START, START + DAY), *((c, k, at, None) for c, k, at in others)]
        names = ("customer_id", "cause", "received_at", "resolved_at")
        data = {"complaints": dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))}
        one = measure([rate], data, now=NOW).one()
        return one.value, one.n

    last = START + DAY + WINDOW
    assert repeats() == (0.0, 1)
    assert repeats(("a", "delay", last)) == (1.0, 1)
    assert repeats(("a", "delay", last + dt.timedelta(microseconds=1))) == (0.0, 1)
    assert repeats(("a", "delay", START + DAY)) == (0.0, 1)
    assert repeats(("a", "billing", last), ("b", "delay", last)) == (0.0, 1)
    assert repeats(("a", "delay", START + HOUR), ("a", "delay", last)) == (1.0, 1)


def test_a_refused_complaint_is_no_repeat() -> None:
    """What cannot have happened so is left out on both sides."""
    rows = {
        "customer_id": ["a", "a"],
        "cause": ["delay", "delay"],
        "received_at": [START, START + 2 * DAY],
        "resolved_at": [START + DAY, START],
    }
    found = measure([KPIS["complaint_repeat_rate"].with_(window=WINDOW)], {"complaints": rows}, now=NOW)
    assert (found.one().value, found.one().n, found.rows["complaints"].refused) == (0.0, 1, 1)


def test_a_window_that_ends_now_is_not_over() -> None:
    """Until then it is undecided, also for a complaint that came back already."""
    rate = KPIS["complaint_repeat_rate"].with_(window=WINDOW)
    rows = {
        "customer_id": ["a", "a"],
        "cause": ["delay", "delay"],
        "received_at": [START, START + DAY],
        "resolved_at": [START, None],
    }
    at_end = measure([rate], {"complaints": rows}, now=START + WINDOW).one()
    assert (at_end.value, at_end.n, at_end.undecided) == (None, 0, 1)
    after = measure([rate], {"complaints": rows}, now=START + WINDOW + dt.timedelta(microseconds=1)).one()
    assert (after.value, after.n, after.undecided) == (1.0, 1, 0)


def test_without_resolved_at_a_complaint_ends_when_it_is_closed() -> None:
    """A book that knows only closings is read by them."""
    data = {"complaints": {"received_at": [START, START], "closed_at": [START + DAY, None]}}
    found = measure(["complaint_resolution_rate", "complaint_handling_time", "complaint_backlog"], data, now=NOW)
    assert found.get("complaint_resolution_rate").value == 0.5
    assert (found.get("complaint_handling_time").value, found.get("complaint_handling_time").undecided) == (86400, 1)
    assert found.get("complaint_backlog").value == 1


@pytest.mark.parametrize(
    ("days", "rate"),
    [
        ({"followed_up_at": 2, "resolved_at": 1}, 1.0),
        ({"followed_up_at": 2, "resolved_at": 2}, 1.0),
        ({"followed_up_at": 2, "resolved_at": 3}, 0.0),
        ({"followed_up_at": 2, "reopened_at": 3, "closed_at": 4}, 0.0),
        ({"followed_up_at": 2, "closed_at": 4}, 1.0),
    ],
    ids=str,
)
def test_an_old_follow_up_is_none_of_a_new_solution(days: dict[str, int], rate: float) -> None:
    """A solution that came after it still waits; a close alone says that the follow-up came before it."""
    row = {"received_at": [START], **{name: [START + day * DAY] for name, day in days.items()}}
    found = measure(["complaint_follow_up_rate"], {"complaints": row}, now=NOW).one()
    assert (found.value, found.n) == (rate, 1)


def test_a_complaint_resolved_again_waits_for_its_follow_up() -> None:
    """Of an object that was followed up in vain, and then resolved again."""
    complaint = Complaint.open(id=ComplaintId("B-1"), at=START, channel="phone", owner="A-1")
    for happened in (
        event.Resolved(at=START + DAY, by="A-1", solution="sent anew", told_customer=True),
        event.FollowedUp(at=START + 2 * DAY, by="A-1", satisfied=False, answer="broken again"),
        event.Resolved(at=START + 3 * DAY, by="A-1", solution="paid back", told_customer=True),
    ):
        complaint = complaint.record(happened)
    assert complaint.status == "following_up"
    assert measure(["complaint_follow_up_rate"], {"complaints": [complaint]}, now=NOW).one().value == 0.0
    asked = complaint.record(event.FollowedUp(at=START + 4 * DAY, by="A-1", satisfied=True, answer="all is well"))
    assert measure(["complaint_follow_up_rate"], {"complaints": [asked]}, now=NOW).one().value == 1.0


def test_the_redress_of_a_complaint_is_the_sum_of_its_compensations() -> None:
    """Of objects: 12.50 and 7.50 and then nothing are 10 each; two currencies, and an export, tell no sum."""

    def resolved(name: str, *paid: Money | None) -> Complaint:
        complaint = Complaint.open(id=name, at=START, channel="phone", owner="A-1")
        for day, money in enumerate(paid, 1):
            at = START + day * DAY
            told = event.Resolved(at=at, by="A-1", solution="paid", told_customer=True, compensation=money)
            asked = event.FollowedUp(at=at + HOUR, by="A-1", satisfied=False, answer="too little")
            complaint = complaint.record(told).record(asked)
        return complaint

    paid = resolved("B-1", Money("12.50", "EUR"), Money("7.50", "EUR"))
    mixed = resolved("B-3", Money("1", "EUR"), Money("1", "USD"))
    imported = Complaint.imported(id="B-4", channel="phone", received_at=START, resolved_at=START + DAY)
    complaints = [paid, resolved("B-2", None), mixed, imported]
    found = measure(["redress_per_complaint"], {"complaints": complaints}, now=NOW).one()
    assert (found.value, found.n) == (10.0, 2)
    by_currency = measure(["redress_per_complaint"], {"complaints": [paid]}, by=["currency"], now=NOW).one()
    assert (by_currency.value, by_currency.group["currency"]) == (20.0, "EUR")


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "broken", "told"),
    [
        ("complaint_volume", {"received_at": None}, "received_at is missing (got 'NaT')"),
        ("complaint_handling_time", {"resolved_at": START - HOUR}, "resolved_at must not come before received_at"),
        ("complaint_kept", {"due_at": START - HOUR}, "due_at must not come before received_at"),
        ("complaint_overdue", {"due_at": START - HOUR}, "due_at must not come before received_at"),
        ("complaint_acknowledged_kept", {"acknowledged_at": START - HOUR}, "acknowledged_at must not come before"),
        ("complaint_follow_up_rate", {"followed_up_at": START - HOUR}, "followed_up_at must not come before"),
        ("complaint_satisfaction", {"followed_up_at": START - HOUR}, "followed_up_at must not come before"),
        ("complaint_repeat_rate", {"customer_id": None}, "customer_id is missing (got 'None')"),
        ("complaint_repeat_rate", {"resolved_at": START - HOUR}, "resolved_at must not come before received_at"),
        ("complaint_reopen_rate", {"reopened": -1}, "reopened must be a whole number, 0 or more (got '-1')"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(key: str, broken: Row, told: str) -> None:
    """The row is told, and no number is made of it."""
    row = {**dict.fromkeys(NAMES), "received_at": START, "customer_id": "a", "cause": "delay", "reopened": 0}
    kpi = next(kpi for kpi in ASKED if kpi.key == key)
    found = measure([kpi], columns([{**row, **broken}]), now=NOW)
    assert (found.one().n, found.one().undecided) == (0, 0)
    rows = found.rows["complaints"]
    assert (rows.read, rows.used, rows.refused) == (1, 0, 1)
    assert str(rows.refusals[0]).startswith(f"row 0: {told}")


@pytest.mark.parametrize(
    ("kpi", "missing", "error", "words"),
    [
        (KPIS["complaint_acknowledged_kept"], (), InvalidValue, "within must be the timedelta"),
        (KPIS["complaint_kept"], ("due_at",), InvalidValue, "or give the rows a due_at"),
        (KPIS["complaint_kept"].with_(within=-HOUR), (), InvalidValue, "within must be a timedelta of 0 or more"),
        (KPIS["complaint_repeat_rate"], (), InvalidValue, r"window must be a timedelta of 0 or more \(got None\)"),
        (KPIS["upheld_rate"], ("upheld",), MissingColumn, "needs the column 'upheld' of complaints"),
        (KPIS["complaint_repeat_rate"].with_(window=DAY), ("cause",), MissingColumn, "needs the column 'cause'"),
    ],
)
def test_what_no_document_gives_has_to_be_set(
    kpi: Kpi, missing: tuple[str, ...], error: type[Exception], words: str
) -> None:
    """A limit, a window and a column are never guessed."""
    row = {**dict.fromkeys(NAMES), "received_at": START, "customer_id": "a"}
    with pytest.raises(error, match=words):
        measure([kpi], columns([row], tuple(name for name in NAMES if name not in missing)), now=NOW)


def test_open_complaints_need_a_now() -> None:
    """A backlog is seen from a moment."""
    for key in ("complaint_backlog", "complaint_backlog_age", "complaint_overdue"):
        with pytest.raises(InvalidValue, match=f"now must be given for {key}"):
            measure([key], {"complaints": {"received_at": [START], "due_at": [START], "closed_at": [None]}})


# --- real books of complaints ------------------------------------------------------------------------


def us_date(text: str) -> dt.datetime:
    """A date such as 8/30/2013, as the beginning of that day."""
    month, day, year = map(int, text.split("/"))
    return dt.datetime(year, month, day, tzinfo=dt.UTC)


def test_a_thousand_complaints_about_banks(data: Path) -> None:
    """CFPB consumer complaints of 2013; when they were sent on stands for the end. Numbers from its oracle.json."""
    folder = data / "cfpb_complaints_2013"
    known = json.loads((folder / "oracle.json").read_text())
    with gzip.open(folder / "cfpb_complaints.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = {
        "received_at": [us_date(r["date_received"]) for r in rows],
        "resolved_at": [us_date(r["date_sent_to_company"]) for r in rows],
        "satisfied": [r["consumer_disputed"] == "No" for r in rows],
        "product": [r["product"] for r in rows],
        "timely": [r["timely_response"] for r in rows],
        "submitted_via": [r["submitted_via"] for r in rows],
    }
    volume = measure(["complaint_volume"], {"complaints": table}, by=["product"])
    assert {m.group["product"]: m.value for m in volume} == known["by_product"]
    happy = measure(["complaint_satisfaction"], {"complaints": table}).one()
    assert (happy.value, happy.n) == (known["consumer_disputed"]["No"] / known["complaints"], known["complaints"])
    timely = KPIS["complaint_volume"].with_(only={"timely": ["Yes"]})
    assert measure([timely], {"complaints": table}).one().value == known["timely_response"]["Yes"]
    late = KPIS["complaint_volume"].with_(except_for=[{"timely": ["Yes"]}])
    assert measure([late], {"complaints": table}).one().value == known["timely_response"]["No"]

    sent_on = {**table, "due_at": table["resolved_at"]}
    asked = ["complaint_handling_time", "complaint_handling_p50", "complaint_kept"]
    times = measure(asked, {"complaints": sent_on}, now=NOW)
    sent, refused = known["days_received_to_sent"], known["negative_days"]
    kept = times.rows["complaints"]
    assert (kept.read, kept.refused, kept.used) == (known["complaints"], refused, known["complaints"] - refused)
    # all that was sent before it was received was so by one day (the oracle's minimum is -1): these days go
    days = (sent["mean"] * sent["n"] + refused) / (sent["n"] - refused)
    assert sent["min"] == -1
    assert times.get("complaint_handling_time").value == pytest.approx(days * 86400)
    assert times.get("complaint_handling_p50").value == sent["p50_linear"] * 86400
    assert times.get("complaint_kept").value == 1.0


def test_customers_who_complained_again_to_an_office(data: Path) -> None:
    """BPI Challenge 2016: every dossier but the last of its customer was followed by another; from its oracle.json."""
    folder = data / "bpic2016_complaints"
    known = json.loads((folder / "oracle.json").read_text())
    with gzip.open(folder / "BPI2016_Complaints.csv.gz", "rt", encoding="cp1252") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    dossiers = {r["ComplaintDossierID"]: r for r in rows}
    received = [dt.datetime.fromisoformat(r["ContactDate"]).replace(tzinfo=dt.UTC) for r in dossiers.values()]
    table = {
        "customer_id": [r["CustomerID"] for r in dossiers.values()],
        "cause": ["any"] * len(dossiers),
        "received_at": received,
        "resolved_at": received,
    }
    rate = KPIS["complaint_repeat_rate"].with_(window=365 * DAY)
    found = measure([rate], {"complaints": table}, now=NOW).one()
    assert found.n == known["dossiers"]
    assert found.value == (known["dossiers"] - known["customers"]) / known["dossiers"]
