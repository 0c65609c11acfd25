"""Which table the rows of a file are: grounds that only one table has, a question between two, and what is written."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.readers.inspecting import Look, look
from servqual.readers.inspecting.dates import dates_of
from servqual.readers.inspecting.headings import count_of, normals, threshold_of
from servqual.readers.inspecting.lengths import proved_unit
from servqual.readers.inspecting.ours import OURS
from servqual.readers.inspecting.table_words import TABLE_HEADINGS
from servqual.readers.inspecting.writing import settings_of
from servqual.report import Config, report


def looked(folder: Path, text: str) -> Look:
    """Look into a file of this text."""
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return look(path)


def told(found: Look) -> dict[str, Any]:
    """The settings as a report reads them."""
    return tomllib.loads(settings_of(found))


CALLS = "Call,Date,Time,Answered (Y/N),Wait (s),Talk time\n1,2026-05-04,09:00,Y,10,00:03:00\n2,2026-05-05,09:30,N,,\n"
COUNTS = (
    "Period,Provider,Calls offered,Calls answered,Answered in 20 s\nApr-15,North,10,9,8\nMay-15,North,12,11,9\n"
    "May-15,South,7,7,6\n"
)
FILES = {
    "interactions": CALLS,
    "contact_counts": COUNTS,
    "complaints": "Complaint no,Date received,Upheld,Product\n1,2026-05-04,Y,Loan\n2,2026-05-05,N,Card\n",
    "answers": "Respondent,Question,Score,Answered at\n1,Q1,5,2026-05-04 09:00\n2,Q1,3,2026-05-05 09:00\n",
    "cases": "Ticket ID,Opened,Solved\n1,2026-05-04 09:00,2026-05-04 10:00\n2,2026-05-05 09:00,\n",
}


@pytest.mark.parametrize("table", FILES)
def test_a_table_is_told_by_what_only_it_has(table: str, tmp_path: Path) -> None:
    """The settings name the table, its first moment is found, and a report of it runs."""
    found = looked(tmp_path, FILES[table])
    assert found.grounds.tables == (table,)
    assert found.carries
    settings = tmp_path / "desk.toml"
    text = settings_of(found)
    text = text.replace('zone = ""', 'zone = "UTC"').replace("# csat = ", "csat = ")  # the kind of question is asked
    settings.write_text(text, encoding="utf-8")
    made = report(tmp_path / "rows.csv", Config.read(preset=None, path=settings))
    assert told(found)["read"].get("table", "cases") == table
    rows = made["rows"] if table == "cases" else made["tables"][0]["rows"]
    assert rows["refused"] == 0


def test_what_two_tables_have_is_asked(tmp_path: Path) -> None:
    """With grounds for cases and for contacts the table is a question, and the columns of both are written."""
    found = looked(tmp_path, "id,Created,Solved,Talk time\n1,2026-05-04 09:00,2026-05-05 10:00,00:03:00\n")
    assert [(q.setting, q.answers) for q in found.questions] == [("table", ("cases", "interactions"))]
    assert '"Solved": only cases have it; "Talk time": only contacts have it' in found.questions[0].because
    text = settings_of(found)
    assert told(found)["columns"]["resolved_at"] == "Solved"
    assert '#   queued_at = "Created"' in text
    path = tmp_path / "desk.toml"
    path.write_text(text.replace('zone = ""', 'zone = "UTC"'), encoding="utf-8")
    with pytest.raises(InvalidValue, match="table must not be empty"):
        Config.read(preset=None, path=path)


def test_a_flag_answers_and_a_duration_counts_in_its_unit(tmp_path: Path) -> None:
    """Contacts are read by a flag of those answered, durations, and a date beside a time."""
    assert told(looked(tmp_path, CALLS))["columns"] == {
        "interaction_id": "Call",
        "queued_at": ["Date", "Time"],
        "wait_s": "Wait (s)",
        "talk_s": "Talk time",
        "answered": "Answered (Y/N)",
    }


def test_words_for_how_a_call_ended(tmp_path: Path) -> None:
    """HANG is abandoned and AGENT answered; a word that is neither is left missing, and said to be."""
    rows = "".join(f"2026-05-04 09:0{n},{word},5\n" for n, word in enumerate(("HANG", "AGENT", "PHANTOM")))
    found = looked(tmp_path, f"Start,Outcome,Talk time (s)\n{rows}")
    read = told(found)["read"]
    assert (read["true"], read["false"], read["missing"]) == (["HANG"], ["AGENT"], ["PHANTOM"])
    assert told(found)["columns"]["abandoned"] == "Outcome"


def test_an_outcome_of_yes_and_no_says_nothing(tmp_path: Path) -> None:
    """A column called outcome is the end of a call by its words only."""
    found = looked(tmp_path, "Start,Outcome,Talk time (s)\n2026-05-04 09:00,Y,5\n2026-05-04 09:01,N,0\n")
    assert "abandoned" not in told(found)["columns"]


def test_an_id_of_several_rows_is_asked(tmp_path: Path) -> None:
    """Legs of one call and calls of one number look alike: rows count one by one unless a person says otherwise."""
    rows = "".join(f"{n // 2},2026-05-04 09:0{n},5\n" for n in range(6))
    found = looked(tmp_path, f"Call,Start,Talk time (s)\n{rows}")
    assert "interaction_id" not in told(found)["columns"]
    assert [question.setting for question in found.questions] == ["interaction_id"]


def test_counts_carry_their_threshold(tmp_path: Path) -> None:
    """The heading of calls answered in time states the threshold, which stands in every row."""
    table = told(looked(tmp_path, COUNTS))
    assert table["columns"]["answered_within"] == "Answered in 20 s"
    assert table["read"]["constants"] == {"within_s": "20 s"}
    assert table["read"]["dates"] == "%b-%y"


def test_a_count_without_a_threshold_is_asked(tmp_path: Path) -> None:
    """In time, but of which time: the column is not read until the threshold is said."""
    found = looked(tmp_path, COUNTS.replace("Answered in 20 s", "Answered within SLA"))
    assert "answered_within" not in told(found)["columns"]
    assert [question.setting for question in found.questions] == ["answered_within"]
    assert 'constants = { within_s = "20 s" }' in settings_of(found)


def test_a_dispute_may_be_the_opposite_of_satisfied(tmp_path: Path) -> None:
    """Whether a complaint that is not disputed satisfied is for a person to say."""
    found = looked(tmp_path, "complaint_id,received,disputed\n1,2026-05-04,Yes\n2,2026-05-05,No\n")
    assert "satisfied" not in told(found)["columns"]
    [question] = found.questions
    assert 'true = ["No"] and false = ["Yes"]' in question.because
    written = settings_of(found)
    assert '# true = ["No"]  # with satisfied = "disputed"' in written
    assert '# false = ["Yes"]  # with satisfied = "disputed"' in written


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["Apr-15", "May-15"], "%b-%y"),
        (["April 2015", "May 2015"], "%b %Y"),
        (["Apr-15", "May-16"], None),  # two days of a year, or two months of two years
        (["North-15", "South-15"], None),
    ],
)
def test_months_of_a_year(texts: list[str], form: str | None) -> None:
    """A month with a number is a month of a year where the number cannot be a day."""
    dates = dates_of(texts)
    assert (dates.forms if dates else ()) == ((form,) if form else ())


def test_a_unit_is_proved_by_two_times_or_not_at_all() -> None:
    """Seconds and minutes are told by the distance of two columns, past midnight too; anything else proves nothing."""
    number = np.arange(30.0)
    start = np.full(30, 86_000.0)
    assert proved_unit(number, {"from": start, "to": (start + 60 * number) % 86_400}) == (
        "min",
        'as "to" less "from" shows in 100 % of the rows',
    )
    assert proved_unit(number, {"from": start, "to": start + 7 * number}) is None
    assert proved_unit(number[:10], {"from": start[:10], "to": start[:10] + number[:10]}) is None


def test_headings_of_counts() -> None:
    """Words around a count do not count, words within do, and a rate is no count."""
    assert count_of("Total number of calls answered") == "answered"
    assert count_of("Answered Through 111") == "answered through 111"
    assert count_of("Abandonment Rate") == "abandonment rate"
    assert (threshold_of("Answered 60sec"), threshold_of("Answered within 2 min")) == ("60 s", "2 min")


@pytest.mark.parametrize("table", OURS)
def test_words_of_each_table_are_in_normal_form_and_of_its_columns(table: str) -> None:
    """Each heading is found by itself, and stands for a column that the table has."""
    kinds = OURS[table].kinds
    for heading, names in TABLE_HEADINGS[table].items():
        assert heading in (*normals(heading), count_of(heading)), heading
        assert not names.keys() - kinds.keys()


def test_scores_beside_calls_are_shown_without_their_signs(tmp_path: Path) -> None:
    """The commented part that names the same file as answers is one that a report reads."""
    rows = (
        CALLS.replace("Talk time\n", "Talk time,Satisfaction rating\n")
        .replace(":00\n", ":00,5\n")
        .replace(",,\n", ",,,2\n")
    )
    text = settings_of(looked(tmp_path, rows)).replace('zone = ""', 'zone = "UTC"')
    before, sign, after = text.partition("# [tables.answers]")
    assert sign
    path = tmp_path / "desk.toml"
    path.write_text(before + (sign + after).replace("# ", ""), encoding="utf-8")
    calls, answers = report(tmp_path / "rows.csv", Config.read(preset=None, path=path))["tables"]
    assert calls["table"] == "interactions"
    assert {row["key"]: row["value"] for row in answers["kpis"]} == {"csat": 0.5}


@pytest.mark.parametrize(
    ("heading", "tables"),
    [
        ("Call,Start,Call ended,Talk time,Handling time", ("interactions",)),
        ("id,Created,Closed,Talk time,Handling time", ("cases", "interactions")),
        ("Complaint id,Received,Closed,Handling time,x", ("complaints",)),
    ],
)
def test_words_that_two_tables_share_are_no_ground(heading: str, tables: tuple[str, ...], tmp_path: Path) -> None:
    """The end of a call and its handling time speak for no case; a complaint is closed like one."""
    found = looked(tmp_path, f"{heading}\n1,2026-05-04 09:00,2026-05-04 09:10,00:03:00,00:09:00\n")
    assert found.grounds.tables == tables


def test_a_survey_beside_a_state_of_a_case_is_no_table_of_answers(tmp_path: Path) -> None:
    """Scores in a list of tickets stay beside them."""
    found = looked(tmp_path, "id,Created,Status,Survey,Score\n1,2026-05-04 09:00,open,May,5\n")
    assert found.grounds.tables == ("cases",)
    assert found.scores == "Score"
