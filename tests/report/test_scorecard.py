"""The findings behind the page: what is counted, said and put first."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from servqual.errors import InvalidValue
from servqual.report import Config, report
from servqual.report.scorecard import scorecard

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WEEK = {"zone": "UTC", "week": {"mon-fri": "09:00-17:00"}}


def found(columns: Mapping[str, Sequence[Any]], table: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """The scorecard of a table of cases."""
    return scorecard(columns, Config.from_table(table or {}), name="cases", **facts)


def written(folder: Path, text: str, table: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """The scorecard of a CSV file."""
    path = folder / "cases.csv"
    path.write_text(text, encoding="utf-8")
    return report(path, Config.from_table(table or {}), **facts)


def pick(rows: Sequence[dict[str, Any]], **facts: object) -> dict[str, Any]:
    """The one row that has these facts."""
    [row] = [row for row in rows if all(row[name] == value for name, value in facts.items())]
    return row


def test_moments_are_told_in_the_zone_of_the_periods() -> None:
    """05:30 UTC of 1 July is 01:30 in New York, and still 1 July; 03:30 UTC of 1 October is 30 September there."""
    moments = [dt.datetime(2011, 7, 1, 5, 30, tzinfo=dt.UTC), dt.datetime(2011, 10, 1, 3, 30, tzinfo=dt.UTC)]
    data = found({"received_at": moments}, {"read": {"zone": "America/New_York"}})
    assert data["period"]["start"] == "2011-07-01T01:30:00-04:00"
    assert data["period"]["end"] == data["made"]["now"] == "2011-09-30T23:30:00-04:00"


def test_cases_received_after_now_are_not_counted_and_said() -> None:
    """Two of three cases came after now: one is measured, and a note tells of the others."""
    data = found({"received_at": [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]}, now=MONDAY + HOUR)
    assert data["rows"]["cases"] == 1
    assert "2 cases received after now are not seen" in data["notes"]
    alone = found({"received_at": [MONDAY, MONDAY + DAY]}, now=MONDAY + HOUR)
    assert "1 case received after now is not seen" in alone["notes"]
    assert not any("after now" in note for note in found({"received_at": [MONDAY]})["notes"])


@pytest.mark.parametrize(("days", "said"), [(90, False), (91, True)])
def test_a_moment_far_ahead_of_the_cases_is_doubted(days: int, *, said: bool) -> None:
    """Where the latest moment lies more than 90 days behind the last receipt, the note names its column."""
    cases = {"received_at": [MONDAY], "resolved_at": [MONDAY + days * DAY]}
    note = "now comes from resolved_at, 91 days after the last case came in; pass --now if that is a slip"
    assert (note in found(cases)["notes"]) == said
    assert note not in found(cases, now=MONDAY + days * DAY)["notes"]


def test_now_says_where_it_comes_from() -> None:
    """In the words of the caller, as asked, or from the export."""
    cases = {"received_at": [MONDAY]}
    assert found(cases)["made"]["now_from"] == "the latest moment in the export"
    assert found(cases, now=MONDAY)["made"]["now_from"] == "as asked"
    assert found(cases, now=MONDAY, now_from="the end of the simulation")["made"]["now_from"] == (
        "the end of the simulation"
    )


def test_refused_cases_are_not_counted_as_cases(tmp_path: Path) -> None:
    """Of three cases one has no moment of receipt; the fold says how many rows, cases and refusals there were."""
    log = "case_id,received_at\nA,2026-05-04T09:00Z\nA,2026-05-04T09:00Z\nB,soon\nC,2026-05-04T09:00Z\nC\n"
    rows = written(tmp_path, log, {"read": {"fold": True}})["rows"]
    assert rows["cases"] == 2
    # five rows, of which the last has one cell and reaches no case
    assert rows["fold"] == "4 rows folded to 3 cases; the latest row of each case stands; 1 case could not be used"


def test_cells_that_cost_no_row_are_told_apart(tmp_path: Path) -> None:
    """A row without receipt is lost; a row with a resolution that cannot be read still counts as a case."""
    text = (
        "received_at,resolved_at\n2026-05-04T09:00Z,2026-05-04T10:00Z\n2026-05-04T09:00Z,later\n"
        "2026-05-04T09:00Z,2026-05-01T09:00Z\nsoon,2026-05-04T10:00Z\n1,2,3\n"
    )
    rows = written(tmp_path, text)["rows"]
    assert (rows["read"], rows["used"], rows["cases"]) == (5, 3, 3)
    assert [(r["part"], r["column"], r["examples"][0]["row"]) for r in rows["reasons"]] == [
        ("row", "received_at", 5),
        ("cell", "resolved_at", 3),
        ("cell", "resolved_at", 4),
        ("row", "row", 6),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "received_at\nsoon\nnever\n",
            "(got 2 rows; refused 2 times as in row 2: received_at must be a date of the form ISO 8601; set dates to",
        ),
        (
            "received_at,team\n1\n2\nsoon,north\n",
            "(got 3 rows; refused 2 times as in row 2: row must have as many cells as the header (got ",
        ),
        ("received_at\n?\n", "no case has a received_at that can be read (got 1 row)"),
    ],
)
def test_an_export_without_a_case_says_what_most_rows_lack(text: str, said: str, tmp_path: Path) -> None:
    """The commonest reason, how often, and where it came first; also where whole rows are lost."""
    with pytest.raises(InvalidValue) as error:
        written(tmp_path, text)
    assert said in str(error.value)


def test_a_count_of_all_cases_has_no_interval() -> None:
    """All that came in are no sample; a week of them still is one of many weeks."""
    data = found({"received_at": [MONDAY] * 40, "resolved_at": [None] * 40})
    for key in ("case_volume", "backlog"):
        row = pick(data["kpis"], key=key)
        assert (row["value"], row["low"], row["high"]) == (40, None, None)
    [point] = pick(data["trends"], kpi="case_volume")["points"]
    assert point["low"] < 40 < point["high"]


def test_shares_of_periods_with_open_cases_are_open() -> None:
    """The week whose case still waits may yet turn; volume and the finished week stand."""
    received = [MONDAY, MONDAY + 7 * DAY, MONDAY + 14 * DAY]
    cases: dict[str, list[Any]] = {
        "received_at": received,
        "resolved_at": [received[0] + HOUR, None, received[2] + HOUR],
        "reopened": [True, True, False],
    }
    trends = found(cases, now=MONDAY + 30 * DAY)["trends"]
    for key, expected in (
        ("resolution_rate", [False, True, False]),
        ("reopen_rate", [False, True, False]),
        ("case_volume", [False, False, False]),
    ):
        assert [point["open"] for point in pick(trends, kpi=key)["points"]] == expected


def test_business_time_is_marked() -> None:
    """Durations and promises within a time count business hours; a share of the resolved and a due date do not."""
    cases = {"received_at": [MONDAY], "resolved_at": [MONDAY + HOUR], "due_at": [MONDAY + HOUR]}
    table = {
        "hours": WEEK,
        "targets": [
            {"clock": "resolution", "within": "2 working days", "goal": 0.9},
            {"kpi": "resolution_kept", "goal": 0.9, "name": "by its own date"},
        ],
    }
    data = found(cases, table)
    marked = {row["key"]: row["business_time"] for row in data["kpis"]}
    assert marked["resolution_p50"]
    assert not marked["resolution_rate"]
    assert [row["business_time"] for row in data["standards"]] == [True, False]
    assert not any(row["business_time"] for row in found(cases)["kpis"])


def desk(groups: dict[str, tuple[int, int, int]]) -> dict[str, Sequence[Any]]:
    """Cases by team: how many, how many of them marked as kept, how many reopened."""
    received, kept, reopened, team = [], [], [], []
    for name, (size, good, again) in groups.items():
        received += [MONDAY] * size
        kept += [True] * good + [False] * (size - good)
        reopened += [True] * again + [False] * (size - again)
        team += [name] * size
    resolved = [at + (2 * DAY if again else HOUR) for at, again in zip(received, reopened, strict=True)]
    return {"received_at": received, "resolved_at": resolved, "sla_kept": kept, "reopened": reopened, "team": team}


TEAMS = {"north": (400, 390, 4), "south": (200, 100, 20), "west": (100, 98, 60)}


def test_what_was_promised_comes_before_the_mark_and_the_rest() -> None:
    """A group comes once, under the first KPI that names it, with the others in its sentence."""
    plain = found(desk(TEAMS))["priorities"]
    assert [(row["group"], row["kpi"]) for row in plain] == [("south", "sla_kept"), ("west", "reopen_rate")]
    promised = found(desk(TEAMS), {"targets": [{"clock": "resolution", "within": "1 day", "goal": 0.9}]})["priorities"]
    assert [(row["group"], row["title"]) for row in promised] == [
        ("west", "resolution within 1 day"),
        ("south", "kept within target, as recorded"),
    ]
    # 60 of 100 and 84 of 700 were reopened
    assert promised[0]["sentence"].endswith(
        "Also worse there: reopen rate (60 % against 12 %); resolution time, median (2 d against 1 h)."
    )
    assert [row["rank"] for row in promised] == [1, 2]


def test_the_sentence_of_a_candidate_is_plain_and_cautious() -> None:
    """100 of 200 against 588 of 700: at the interval's upper end, 56.9 %, the whole's 84 % is 54 cases away."""
    first = found(desk(TEAMS))["priorities"][0]
    # Wilson's upper end for 100 of 200 at 95 %: (0.5 + z²/400 + z·√(0.25/200 + z²/160000)) / (1 + z²/200) = 0.5687
    assert first["high"] == pytest.approx(0.5687, abs=1e-4)
    assert first["sentence"] == (
        "Team “south”, kept within target, as recorded: 50 % of 200 cases, against 84 % overall; at the overall level "
        "it would be at least 54 cases more."
    )


def slow_team() -> dict[str, Sequence[Any]]:
    """A team whose cases take 13 h against 5 h, and whose shares are those of the others; its two agents are equal."""
    took = [13 if number % 4 == 0 else 5 for number in range(600)]
    return {
        "received_at": [MONDAY + number * HOUR for number in range(600)],
        "resolved_at": [MONDAY + (number + hours) * HOUR for number, hours in enumerate(took)],
        "team": ["south" if hours == 13 else "north" for hours in took],
        "agent": [f"{'s' if hours == 13 else 'n'}{number % 8 // 4}" for number, hours in enumerate(took)],
        "reopened": [number % 9 == 0 for number in range(600)],
    }


def test_a_slow_team_is_found_and_its_agents_are_not_named_for_it() -> None:
    """Times count beside shares, and whoever is slow only because the team is stands with the team."""
    data = found(slow_team(), {"report": {"groups": ["team", "agent"], "agents": "names"}})
    [first] = data["priorities"]
    assert (first["group"], first["kpi"]) == ("south", "resolution_p50")
    assert (first["value"], first["overall"]) == (13 * 3600, 5 * 3600)
    assert {(one["column"], one["group"]) for one in first["same"]} == {("agent", "s0"), ("agent", "s1")}
    assert first["looked_at"] == data["looked_at"] > 5
    assert first["p_value"] < 0.05
    # Wilson's lower end for 150 of 150 is 0.975, and 0.25 of all take longer than 5 h: 150 × 0.725 = 108.8
    assert first["sentence"] == (
        "Team “south”, resolution time, median: 13 h of 150 cases, against 5 h overall; as elsewhere, at least "
        "108 cases more would be within 5 h."
    )


def test_noise_is_not_named() -> None:
    """Of thirty equal teams the worst is no candidate, though its interval leaves out the level of the whole."""
    team = [f"team {number % 30}" for number in range(1500)]
    kept = [number % 30 != 7 or number % 3 == 0 for number in range(1500)]  # one team keeps a third
    equal = [number % 7 != 0 for number in range(1500)]
    when: Sequence[Any] = [MONDAY] * 1500
    cases: dict[str, Sequence[Any]] = {"received_at": when, "resolved_at": [MONDAY + HOUR] * 1500, "team": team}
    assert [row["group"] for row in found(cases | {"sla_kept": kept})["priorities"]] == ["team 7"]
    calm = found(cases | {"sla_kept": equal})
    assert (calm["priorities"], calm["weakest"]) == ([], [])


def test_names_in_sentences_are_clean_and_short() -> None:
    """Control characters never reach a terminal, and nobody reads a name of 300 signs in a headline."""
    name = "\x1b[31mred\u202e " + "x" * 300
    data = found(desk({"north": TEAMS["north"], name: TEAMS["south"]}) | {"category": [name] * 600})
    lines = [*data["headline"], *(row["sentence"] for row in data["priorities"])]
    assert not any({"\x1b", "\u202e"} & set(line) for line in lines)
    assert sum("[31mred" in line for line in lines) == 2
    assert not any("x" * 60 in line for line in lines)


def test_the_most_frequent_category_is_told_in_good_english() -> None:
    """How many make up 80 % is only said where it is more than one."""
    one = found({"received_at": [MONDAY], "category": ["mail"]})["headline"]
    assert "What comes most: category “mail”, with 100 % of 1 case." in one
    two = found({"received_at": [MONDAY] * 4, "category": ["mail", "mail", "mail", None]})["headline"]
    assert "What comes most: category “mail”, with 75 % of 4 cases; 2 of 2 make up 80 %." in two
    none = found({"received_at": [MONDAY] * 4, "category": [None] * 4})["headline"]
    assert "What comes most: no category, with 100 % of 4 cases." in none


def test_a_target_for_nobody_is_said(tmp_path: Path) -> None:
    """With the values that there are; capitals do not make another priority."""
    text = (
        "received_at,first_response_at,priority\n2026-05-04T10:00Z,2026-05-04T12:00Z,Urgent\n"
        "2026-05-04T10:00Z,2026-05-04T10:10Z,Normal\n"
    )
    target = {"clock": "first_response", "within": "30 min", "goal": 0.9}
    found = written(tmp_path, text, {"targets": [{**target, "only": {"priority": "urgent"}}]})
    assert [(s["n"], s["value"]) for s in found["standards"]] == [(1, 0.0)]
    found = written(tmp_path, text, {"targets": [{**target, "only": {"priority": "urgnt"}}]})
    assert [s["status"] for s in found["standards"]] == ["cannot_be_judged"]
    [said] = [note for note in found["notes"] if "urgnt" in note]
    assert said == (
        "no case has the priority urgnt of the target 'first response within 30 min, priority urgnt' (cases have "
        "Normal, Urgent); mend only under [[targets]]"
    )


def test_texts_of_several_tags_are_no_refused_cells() -> None:
    """They count as they are, so that no row and no cell is lost."""
    columns: dict[str, list[Any]] = {
        "received_at": [MONDAY] * 3,
        "resolved_at": [MONDAY + HOUR] * 3,
        "tags": ["vip b2b", "vip", None],
    }
    targets = [{"clock": "resolution", "within": "2 h", "goal": 0.8, "only": {"tags": "vip"}}]
    rows = found(columns, {"targets": targets})["rows"]
    assert (rows["used"], rows["refused"], rows["reasons"]) == (3, 0, [])
