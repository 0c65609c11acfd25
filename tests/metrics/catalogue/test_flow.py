"""KPIs of access, of the flow and way of cases, of steps, services and people: boundaries and refusals."""

import datetime as dt
from typing import Any

import pytest
from scipy import stats

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, measure, tally

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
HOUR, DAY, TICK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(microseconds=1)
Told = tuple[float | None, int]


def told(kpi: str | Kpi, table: str, **cells: list[Any]) -> Told:
    """Value and n of a KPI."""
    found = measure([kpi], {table: cells}, now=NOW).one()
    return found.value, found.n


@pytest.mark.parametrize(("after", "value"), [(DAY, 0.0), (DAY + TICK, 1.0), (dt.timedelta(), 0.0), (-TICK, 1.0)])
def test_a_bot_is_not_enough_where_a_person_follows_within_the_window(after: dt.timedelta, value: float) -> None:
    """The end of the window counts, and the same moment; what was before does not."""
    kpi = KPIS["containment_rate"].with_(window=DAY)
    found = told(kpi, "interactions", customer_id=["a", "a"], queued_at=[START, START + after], bot=[True, False])
    assert found == (value, 1)


def test_a_bot_contact_is_judged_when_its_window_is_over() -> None:
    """Until then it is undecided, also where a person was needed already; another customer's person says nothing."""
    kpi = KPIS["containment_rate"].with_(window=DAY)
    cells = {"customer_id": ["a", "a", "b"], "queued_at": [START] * 3, "bot": [True, False, True]}
    at_end = measure([kpi], {"interactions": cells}, now=START + DAY).one()
    assert (at_end.value, at_end.n, at_end.undecided) == (None, 0, 2)
    after = measure([kpi], {"interactions": cells}, now=START + DAY + TICK).one()
    assert (after.value, after.n, after.undecided) == (0.5, 2, 0)


@pytest.mark.parametrize(("wait", "value"), [(5, 0.0), (5.000001, 0.5)])
def test_an_abandon_at_the_limit_is_short(wait: float, value: float) -> None:
    """The end of the limit counts."""
    kpi = KPIS["abandonment_rate_less_short"].with_(short=dt.timedelta(seconds=5))
    assert told(kpi, "interactions", wait_s=[wait, 9], abandoned=[True, False])[0] == value


@pytest.mark.parametrize(("late", "value"), [(dt.timedelta(), None), (TICK, 1e-6), (HOUR, 3600.0)])
def test_an_overrun_begins_after_the_due_moment(late: dt.timedelta, value: float | None) -> None:
    """Kept at it, a breach a microsecond later."""
    cells = {"received_at": [START], "due_at": [START + DAY], "resolved_at": [START + DAY + late]}
    assert told("breach_overrun", "cases", **cells)[0] == value


@pytest.mark.parametrize(("after", "value"), [(3 * DAY, 1.0), (3 * DAY + TICK, 0.0)])
def test_a_case_is_reopened_or_recurs_within_its_window(after: dt.timedelta, value: float) -> None:
    """The end of the window counts."""
    reopen, recur = (KPIS[key].with_(window=3 * DAY) for key in ("reopen_within_rate", "recurrence_rate"))
    cells: dict[str, list[Any]] = {"first_resolved_at": [START], "reopened_at": [START + after]}
    assert told(reopen, "cases", **cells) == (value, 1)
    cells = {
        "customer_id": ["a", "a"],
        "cause": ["x", "x"],
        "received_at": [START - DAY, START + after],
        "resolved_at": [START, None],
    }
    assert told(recur, "cases", **cells) == (value, 1)


def test_an_answer_at_the_threshold_satisfies_and_at_four_times_it_is_tolerated() -> None:
    """Both ends count; a failure is frustrated however fast."""
    kpi = KPIS["apdex"].with_(within=dt.timedelta(seconds=1))
    assert told(kpi, "requests", took_s=[1, 1.000001, 4, 4.000001]) == (2 / 4, 4)
    assert told(kpi, "requests", took_s=[0.1, None], failed=[True, True]) == (0.0, 2)


def test_a_service_without_a_failure_has_no_time_between_them() -> None:
    """None rather than endless; one with failures pools its time."""
    cells = {"agreed_s": [86400, 86400], "down_s": [0, 0]}
    assert told("mtbf", "availability", **cells, failures=[0, 0]) == (None, 2)
    assert told("mtbf", "availability", **cells, failures=[0, 2]) == (86400.0, 2)


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_a_service_without_a_failure_says_how_long_it_surely_runs(confidence: float) -> None:
    """2 T over the chi-squared quantile of 2 degrees of freedom, by scipy.stats; without time there is no bound."""
    cells: dict[str, list[Any]] = {"agreed_s": [86400, 86400], "down_s": [0, 3600], "failures": [0, 0]}
    found = measure(["mtbf"], {"availability": cells}, confidence=confidence).one()
    bound = 2 * (2 * 86400 - 3600) / stats.chi2.ppf((1 + confidence) / 2, 2)
    assert (found.value, found.high, found.n) == (None, None, 2)
    assert found.low == pytest.approx(bound)
    never = {"agreed_s": [3600], "down_s": [3600], "failures": [0]}
    assert measure(["mtbf"], {"availability": never}).one().low is None


def test_whoever_leaves_at_the_end_of_a_period_leaves_in_the_next() -> None:
    """The end is outside; time counts until now where the period still lasts."""
    period = (START, START + 10 * DAY)
    for left, leavers in ((START + 10 * DAY, 0), (START + 10 * DAY - TICK, 1)):
        staff: dict[str, list[Any]] = {"joined_at": [START - DAY], "left_at": [left]}
        found = measure(["attrition"], {"staff": staff}, period=period).one()
        assert found.value == pytest.approx(leavers * 365 / 10, rel=1e-9)
    staff = {"joined_at": [START - DAY] * 2, "left_at": [START, None]}
    for first, leavers in ((START, 1), (START - 10 * DAY, 0)):
        found = measure(["attrition"], {"staff": staff}, period=(first, first + 10 * DAY)).one()
        assert found.n == 2
        assert found.value == pytest.approx(leavers * 365 / 10)
    staff = {"joined_at": [START - DAY, START + 8 * DAY], "left_at": [START + DAY, None]}
    found = measure(["attrition"], {"staff": staff}, period=period, now=START + 5 * DAY).one()
    assert (found.value, found.n) == (365.0, 1)


@pytest.mark.parametrize(
    ("key", "table", "row", "reason"),
    [
        (
            "pause_share",
            "cases",
            {"received_at": START, "resolved_at": START + HOUR, "paused_s": 3601},
            "paused_s must not exceed the time from received_at to the end",
        ),
        (
            "breach_overrun",
            "cases",
            {"received_at": START, "due_at": START - TICK, "resolved_at": START},
            "due_at must not come before received_at",
        ),
        ("reassignments_per_case", "cases", {"received_at": START, "reassigned": 1e7}, "reassigned must not exceed"),
        (
            "reopen_within_rate",
            "cases",
            {"first_resolved_at": START, "reopened_at": START - TICK},
            "reopened_at must not come before first_resolved_at",
        ),
        ("overturn_rate", "complaints", {"received_at": START, "referred": False, "overturned": True}, "overturned is"),
        ("availability", "availability", {"agreed_s": 9, "down_s": 5, "planned_s": 10}, "planned_s must not exceed"),
        ("availability", "availability", {"agreed_s": 9, "down_s": 5, "planned_s": 5}, "down_s must not exceed"),
        ("in_zone_rate", "answers", {"score": 3, "minimum": 5, "desired": 4}, "minimum must not exceed desired"),
        ("satisfaction_index", "answers", {"score": 3, "weight": 41}, "weight must be a weight of 0 to 40"),
        ("risk_score", "risks", {"likelihood": 6, "impact": 1}, "likelihood must lie on the scale 1 to 5"),
        ("dpo", "qa_scores", {"defects": 3, "opportunities": 2}, "defects must not exceed opportunities"),
        ("chat_concurrency", "shifts", {"chat_s": 1, "chatting_s": 2}, "chatting_s must not exceed chat_s"),
        ("forecast_mape", "forecasts", {"forecast": 1e9, "actual": 1e-3}, "forecast must not be off by more than"),
        ("store_score", "store_checks", {"met": 3, "applicable": 2}, "met must not exceed applicable"),
        ("restore_time", "incidents", {"started_at": START, "restored_at": START - TICK}, "restored_at must not come"),
        (
            "conversion_rate",
            "stages",
            {"entered_at": START, "advanced_at": None, "left_at": START - TICK},
            "left_at must not come before entered_at",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(key: str, table: str, row: dict[str, Any], reason: str) -> None:
    """The row is told, and no number comes of it."""
    settings: dict[str, Any] = {"window": DAY, "scale": (1, 5)}
    kpi = KPIS[key].with_(**{name: value for name, value in settings.items() if name in KPIS[key].params})
    found = measure([kpi], {table: {name: [cell] for name, cell in row.items()}}, now=NOW)
    assert found.one().value is None
    [refusal] = found.rows[table].refusals
    assert f"{refusal.column} {refusal.reason}".startswith(reason)


@pytest.mark.parametrize(
    ("key", "table", "column", "params", "words"),
    [
        ("handled_rate", "interactions", "wait_s", {}, "short must be a timedelta of 0 or more"),
        ("many_reassignments_rate", "cases", "reassigned", {}, "at_least must be a whole number of 1 or more"),
        ("many_reassignments_rate", "cases", "reassigned", {"at_least": 0}, "at_least must be a whole number"),
        ("step_time_share", "steps", "step", {}, "steps must name values of step"),
        ("step_time_share", "steps", "step", {"steps": "solve"}, "steps must name values of step"),
        ("burn_rate", "requests", "failed", {}, "slo must be a number between 0 and 1"),
        ("burn_rate", "requests", "failed", {"slo": 1}, "slo must be a number between 0 and 1"),
        ("apdex", "requests", "took_s", {}, "within must be a timedelta of 0 or more"),
        ("risk_score", "risks", "impact", {}, "scale must be its two ends"),
        ("complaints_per_compliment", "feedback", "kind", {}, "complaints must name values of kind"),
        ("employee_satisfaction", "answers", "survey", {"scale": (1, 5)}, "surveys must name values of survey"),
        ("resolution_restricted_mean", "cases", "resolved_at", {}, "until must be a timedelta above 0"),
    ],
)
def test_what_no_document_gives_has_to_be_set(
    key: str, table: str, column: str, params: dict[str, Any], words: str
) -> None:
    """A limit, a window, an objective and a scale are never guessed."""
    kpi = KPIS[key].with_(**params)
    cells = {name: [START if name.endswith("_at") else None] for name in (*kpi.needs, column)}
    with pytest.raises(InvalidValue, match=words):
        measure([kpi], {table: cells}, now=NOW)


def test_a_choice_of_rows_holds_beside_a_sequence() -> None:
    """A table that waits for whole customers keeps the columns by which another KPI chooses its rows."""
    recur = KPIS["recurrence_rate"].with_(window=DAY)
    north = KPIS["case_volume"].with_(key="north", only={"team": ("north",)})
    other = KPIS["case_volume"].with_(key="other", except_for=({"team": ("north",)},))
    cells = {
        "customer_id": ["a"] * 3,
        "cause": ["x"] * 3,
        "received_at": [START] * 3,
        "resolved_at": [None] * 3,
        "team": ["north", "south", "west"],
    }
    found = measure([recur, north, other], {"cases": cells}, now=NOW)
    assert (found.get("north").value, found.get("other").value) == (1, 2)


def test_the_curve_of_one_group_is_not_touched_by_that_of_another() -> None:
    """Nobody of b gives up before the last but two; sums over both groups would round that away."""
    rows: dict[str, list[Any]] = {
        "team": ["a", "b", "b", "a", "b", "b", "a", "b"],
        "wait_s": [1, 3, 0, 5, 6, 5, 6, 2],
        "abandoned": [True, False, False, False, False, True, False, False],
    }
    mine = [i for i, team in enumerate(rows["team"]) if team == "b"]
    alone = measure(
        ["patience_median"], {"interactions": {name: [cells[i] for i in mine] for name, cells in rows.items()}}
    )
    beside = measure(["patience_median"], {"interactions": rows}, by=["team"]).get("patience_median", team="b")
    assert (beside.value, beside.low, beside.high) == (alone.one().value, alone.one().low, alone.one().high)
    assert beside.low == 5


@pytest.mark.parametrize("word", ["cancelled", "canceled", "Cancelled", "CANCELED"])
def test_a_cancelled_case_is_known_in_both_spellings(word: str) -> None:
    """Of four closed cases one was cancelled, in the words of either side of the ocean."""
    cells: dict[str, list[Any]] = {"received_at": [START] * 4, "closed_at": [NOW] * 4}
    cells["status"] = [word, "closed", "Closed", "duplicate"]
    assert told("cancelled_rate", "cases", **cells) == (0.25, 4)
    assert told("duplicate_rate", "cases", **cells) == (0.25, 4)


@pytest.mark.parametrize(("last", "warned"), [("erledigt", True), ("closed", False), ("canceled", False)])
def test_statuses_of_which_none_is_known_are_warned_of(last: str, warned: bool) -> None:
    """A share of 0 that comes from words in another language is told, in one table and over its parts."""
    words = ["storniert", "erledigt", last]
    parts = [{"received_at": [START], "closed_at": [NOW], "status": [word]} for word in words]
    one, two, three = (tally(["cancelled_rate"], {"cases": part}, now=NOW) for part in parts)
    [found] = (one + two + three).measure()
    said = [str(each) for each in found.warnings if each.code == "where.no_match"]
    text = "no status is a known word, such as closed, cancelled or duplicate: write those that mean one so"
    assert said == ([text] if warned else [])
