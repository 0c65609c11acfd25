"""What a look must not take for proved: zones of later rows, signs, clocks, marks, and what a preset would read."""

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.readers.inspecting import Look, look
from servqual.readers.inspecting.dates import dates_of
from servqual.readers.inspecting.kinds import Holds, cells_of
from servqual.readers.inspecting.order import against_order, earliest
from servqual.readers.inspecting.words import HEADINGS
from servqual.readers.inspecting.writing import settings_of
from servqual.readers.inspecting.zones import hints
from servqual.report import Config


def looked(folder: Path, text: str) -> Look:
    """Look into a CSV of this text."""
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return look(path)


def asked(found: Look) -> dict[str, str]:
    """The settings that are asked for, and why."""
    return {question.setting: question.because for question in found.questions}


LATE = ("超", "逾", "overdue", "breach", "late", "missed", "violat", "verletzt", "verspätet", "überfällig", "hors")
LATE_IN_SPANISH = ("retard", "vencid", "fuera", "incumpl", "tard")


def test_no_heading_of_lateness_is_a_promise_kept(tmp_path: Path) -> None:
    """A heading that asks whether a case was late would turn the KPI around."""
    kept = [heading for heading, names in HEADINGS.items() if "sla_kept" in names]
    assert len(kept) > 20
    assert not [heading for heading in kept for part in (*LATE, *LATE_IN_SPANISH) if part in heading]
    found = looked(tmp_path, "编号,创建时间,是否超时,是否按时\n1,2026-05-04 09:00,是,否\n2,2026-05-05 09:00,否,是\n")
    choice = found.chosen.of("sla_kept")
    assert choice is not None
    assert (choice.headings, choice.others) == (("是否按时",), ())


def moments(count: int) -> list[str]:
    """Different moments with an offset."""
    start = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    return [(start + dt.timedelta(minutes=n)).isoformat() for n in range(count)]


@pytest.mark.parametrize("place", [1, 1500, 2999])
def test_one_moment_without_an_offset_asks_for_the_zone(place: int, tmp_path: Path) -> None:
    """Of 3,001 cells all are looked at, not only those that tell the form."""
    rows = moments(3001)
    assert dates_of(rows).offsets  # type: ignore[union-attr]
    rows[place] = rows[place].removesuffix("+00:00")
    assert not dates_of(rows).offsets  # type: ignore[union-attr]
    found = looked(tmp_path, "id,opened\n" + "".join(f"{n},{at}\n" for n, at in enumerate(rows)))
    assert found.zone is not None
    assert tomllib.loads(settings_of(found))["read"]["zone"] == ""


def test_a_time_beside_a_date_tells_its_offset_in_every_row(tmp_path: Path) -> None:
    """A moment in two columns is looked at in all rows, too."""
    rows = [at.split("T") for at in moments(3001)]
    text = "id,Date,Time\n" + "".join(f"{n},{day},{time[:5]}\n" for n, (day, time) in enumerate(rows))
    found = looked(tmp_path, text)
    assert found.chosen.of("received_at").headings == ("Date", "Time")  # type: ignore[union-attr]
    assert found.zone is not None


def test_offsets_of_rows_that_are_not_looked_at_prove_nothing(tmp_path: Path) -> None:
    """Behind the rows looked at one may stand without an offset; in a shorter file the zone is known."""
    rows = [f"{n},2026-05-04T09:00:00Z\n" for n in range(40_000)]
    found = looked(tmp_path, "id,opened\n" + "".join(rows))
    assert found.zone is not None
    [hint] = found.zone
    assert hint.startswith("all times in the first")
    assert hint.endswith("later ones may not")
    assert looked(tmp_path, "id,opened\n" + "".join(rows[:16_000])).zone is None


def test_rows_left_out_are_no_later_rows(tmp_path: Path) -> None:
    """A total below the rows was looked at, and holds no moment."""
    found = looked(tmp_path, "id,opened,n\n1,2026-05-04T09:00:00Z,1\n2,2026-05-04T09:00:00Z,1\nTotal,,2\n")
    assert found.left_out
    assert found.zone is None


@pytest.mark.parametrize(
    ("cells", "holds", "twofold"),
    [
        (["12,5", "1,234,567.5"], Holds.NUMBERS, None),
        (["12,5", "1,234,567.5", "1,234"], Holds.NUMBERS, "1,234"),
        (["7", "1,234"], Holds.COUNTS, "1,234"),
        (["1.234", "2.5"], Holds.NUMBERS, None),
        (["1.234", "2,5"], Holds.NUMBERS, None),
        (["1.234.567"], Holds.COUNTS, None),
        (["12,34,567.8"], Holds.NUMBERS, None),
        (["1 day, 2:03:04"], Holds.DURATIONS, None),
        (["2 Std. 5 Min."], Holds.DURATIONS, None),
        (["03:20.5"], Holds.DURATIONS, None),
        (["P1W"], Holds.DURATIONS, None),
        (["26:00:40", "27:00:00", "28:00:00", "72:30"], Holds.DURATIONS, "72:30"),
        (["-PT5M"], Holds.NAMES, None),
        (["03:20:00", "03:20:01", "03:20:02", "03:20"], Holds.TIMES, "03:20"),
    ],
)
def test_cells_are_read_as_a_report_reads_them(cells: list[str], holds: Holds, twofold: str | None) -> None:
    """Numbers and durations of every habit are known, and a cell of two meanings is named."""
    if "Std" in cells[0]:
        pytest.importorskip("babel", reason="German units need babel")
    found = cells_of(cells)
    assert (found.holds, found.twofold) == (holds, twofold)


def test_the_range_of_numbers_follows_their_sign() -> None:
    """With a comma for decimals, 1.234 is more than 7,5."""
    found = cells_of(["1.234", "7,5"])
    assert (found.low, found.high) == ("7,5", "1.234")


def test_a_cost_with_both_signs_does_not_end_the_look(tmp_path: Path) -> None:
    """Cells that each have one meaning are read, whichever sign they have."""
    found = looked(tmp_path, 'id,opened,cost\n1,2026-05-04,"12,5"\n2,2026-05-05,"1,234,567.5"\n')
    assert found.chosen.of("cost") is not None
    assert "decimal" not in asked(found)


def test_ids_and_names_ask_for_no_sign(tmp_path: Path) -> None:
    """An id such as 1,234 is a text; a cost such as 1,234 is a question that shows it."""
    rows = '"1,234",2026-05-04,5\n"1,235",2026-05-05,"1,234"\n'
    assert asked(looked(tmp_path, f"id,opened,size\n{rows}")) == {}
    because = "\"cost\" holds '1,234', which has a decimal or a thousands sign"
    assert asked(looked(tmp_path, f"id,opened,cost\n{rows}")) == {"decimal": because}


def test_any_duration_of_two_parts_is_asked(tmp_path: Path) -> None:
    """The one 03:20 among many others stands in the question."""
    rows = "".join(f"{n},2026-05-04 09:00,00:0{n}:00\n" for n in range(9))
    found = looked(tmp_path, f"id,opened,Response time\n{rows}9,2026-05-04 09:00,03:20\n")
    assert asked(found) == {"clock": "\"Response time\" holds '03:20'"}


def test_words_for_missing_are_no_cells(tmp_path: Path) -> None:
    """Dates of zeros and words such as n/a hide neither moments, nor serial dates, nor marks."""
    zero = cells_of(["2026-05-04", "0000-00-00", "0000-00-00 00:00:00"])
    assert (zero.holds, zero.filled) == (Holds.DATES, 1)
    rows = "1,46146.375,n/a,1\n2,46147.5,46148,n/a\n3,n/a,46149.25,0\n"
    found = looked(tmp_path, f"id,opened,solved,made sla\n{rows}")
    assert {"received_at", "resolved_at", "sla_kept"} <= found.chosen.names
    assert [question.answers for question in found.questions] == [("excel",)]


SERVICENOW = "number,opened_at,resolved_at,priority,category,made_sla,state\n" + "".join(
    f"INC{n},2026-05-{n + 10} 09:00:00,2026-05-{n:02d} 09:00:00,?,Mail,true,Closed\n" for n in range(1, 10)
)


def test_a_preset_does_not_read_what_is_in_question(tmp_path: Path) -> None:
    """A column that the preset would take for the solution, though it is before the receipt, is not read."""
    found = looked(tmp_path, SERVICENOW)
    assert found.vendor is not None
    assert asked(found)["resolved_at"].startswith("in 9 of 9 rows")
    path = tmp_path / "desk.toml"
    path.write_text(settings_of(found).replace('zone = ""', 'zone = "UTC"'), encoding="utf-8")
    assert "# no preset, as it would read resolved_at unasked" in settings_of(found)
    layout = Config.read(preset=None, path=path).layout
    assert "resolved_at" not in layout.columns
    assert layout.columns["received_at"] == "opened_at"
    assert layout.missing == ("?",)
    assert not layout.fold
    better = looked(tmp_path, SERVICENOW.replace("resolved_at", "due_date"))
    assert tomllib.loads(settings_of(better))["preset"] == "servicenow"


@pytest.mark.parametrize("heading", ['Response "net" time', "Response time = wait", "Response time\\"])
def test_a_heading_in_an_answer_is_quoted(heading: str, tmp_path: Path) -> None:
    """Each answer to a question is a setting that TOML reads as this heading."""
    written = heading.replace('"', '""')
    found = looked(tmp_path, f'id,opened,"{written}"\n1,2026-05-04 09:00,12\n')
    choices = [line[1:].strip() for line in settings_of(found).splitlines() if line.startswith("#   ")]
    if "first_response" in asked(found):
        assert [tomllib.loads(line) for line in choices] == [
            {f"first_response_{unit}": heading} for unit in ("s", "min", "h", "d")
        ]
    doubt = f'id,"{written}",opened\n1,2026-05-04,2026-05-05\n2,2026-05-07,2026-05-06\n'
    found = looked(tmp_path, doubt.replace("Response", "Opened").replace(" time", ""))
    assert all(tomllib.loads(line[1:]) for line in settings_of(found).splitlines() if line.startswith("#   "))


@pytest.mark.parametrize(
    ("skipped", "where"),
    [("2005-04-03", "North America"), ("2026-03-08", "North America"), ("2026-03-29", "Central Europe")],
)
def test_an_hour_that_clocks_skipped_speaks_against_them(skipped: str, where: str) -> None:
    """The clocks of North America went forward in April until 2006, and in March since."""
    at = np.datetime64(f"{skipped}T02:30", "us").astype(np.int64)
    [against] = [hint for hint in hints(np.array([at, at + 864e8])) if hint.startswith("not of")]
    assert f"the clocks of {where}: {skipped} 02:30" in against


def test_an_hour_that_exists_speaks_against_nobody() -> None:
    """On 13 March 2005 no clock was put forward, though one would be by the rule of today."""
    at = np.datetime64("2005-03-13T02:30", "us").astype(np.int64)
    assert hints(np.array([at, np.nan])) == ()
    assert hints(np.array([np.nan])) == ()


def test_an_empty_hour_hints_at_its_clocks() -> None:
    """Where that hour is filled in the weeks around and empty on the day, the zone may be one of these."""
    week = np.datetime64("2026-03-15T02:30", "us").astype(np.int64)
    around = np.concatenate([np.full(10, week + n * 7 * 86_400_000_000.0) for n in (0, 1, 3)])
    [perhaps] = [hint for hint in hints(around) if "Europe" in hint]
    assert perhaps.startswith("perhaps of a zone with the clocks of Central Europe")
    assert "30 lie in that hour" in perhaps


def test_order_is_counted_in_rows() -> None:
    """Exactly 95 % in order are enough for the first of two, and without a row that has both no column is first."""
    first, later = np.zeros(20), np.ones(20)
    later[0] = -1
    assert against_order(first, later) == (1, 20)
    assert earliest({"a": first, "b": later}) == ("a", 'not after "b" in 95 % of the 20 rows with both')
    later[1] = -1
    assert earliest({"a": first, "b": later}) is None
    assert earliest({"a": first, "b": np.full(20, np.nan)}) is None


def test_an_open_question_blocks_the_report(tmp_path: Path) -> None:
    """A sign that is asked for is refused by name until it is answered."""
    found = looked(tmp_path, 'id,opened,cost\n1,2026-05-04,"1,234"\n')
    path = tmp_path / "desk.toml"
    path.write_text(settings_of(found).replace('zone = ""', 'zone = "UTC"'), encoding="utf-8")
    with pytest.raises(InvalidValue, match="decimal must not be empty"):
        Config.read(preset=None, path=path)
