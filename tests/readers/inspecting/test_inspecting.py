"""What `inspect` finds: forms of dates, kinds, columns in five languages, logs, states, questions, hostile texts."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from servqual.errors import InvalidValue
from servqual.readers.inspecting import Look, look
from servqual.readers.inspecting.dates import dates_of, settled
from servqual.readers.inspecting.headings import normals
from servqual.readers.inspecting.kinds import Holds, cells_of
from servqual.readers.inspecting.words import HEADINGS
from servqual.readers.inspecting.writing import quoted, settings_of
from servqual.report import Config


def looked(folder: Path, text: str, name: str = "rows.csv", encoding: str = "utf-8") -> Look:
    """Look into a file of this text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return look(path)


def columns(found: Look) -> dict[str, str | list[str]]:
    """The columns of the settings, as a report reads them."""
    table = tomllib.loads(settings_of(found))["columns"]
    return dict(table)


@pytest.mark.parametrize(
    ("texts", "forms"),
    [
        (["13/05/2026 9:05", "04/05/2026 10:00"], ("%d/%m/%Y %H:%M",)),
        (["05/13/2026 9:05 PM", "05/04/2026 10:00 AM"], ("%m/%d/%Y %I:%M %p",)),
        (["13.05.26"], ("%d.%m.%y",)),
        (["2026-05-04 09:00", "2026-05-04"], ()),
        (["2026-05-04T09:00:00Z"], ()),
        (["2026年5月4日 09:00"], ()),
    ],
)
def test_a_form_that_the_texts_prove_is_found(texts: list[str], forms: tuple[str, ...]) -> None:
    """A day above 12 tells which number is the day; ISO 8601 and a year in front need no form."""
    dates = dates_of(texts)
    assert dates is not None
    assert dates.forms == forms
    assert not dates.asked


def test_day_and_month_that_nothing_proves_are_asked() -> None:
    """Without a day above 12 both orders stay possible, and neither is taken."""
    dates = dates_of(["04/05/2026", "01/02/2026"])
    assert dates is not None
    [asked] = dates.asked
    assert asked.forms == ("%d/%m/%Y", "%m/%d/%Y")
    assert not dates.forms


def test_a_file_with_both_orders_is_asked() -> None:
    """Where some texts are day first only and some month first only, no order is taken."""
    dates = dates_of(["13/05/2026", "05/13/2026", "04/05/2026"])
    assert dates is not None
    [asked] = dates.asked
    assert {*asked.forms} == {"%d/%m/%Y", "%m/%d/%Y"}
    assert "both orders" in asked.because


def test_a_proof_in_one_column_holds_for_the_file() -> None:
    """Dates of one form in another column are read in the order that the first one proves."""
    sure, unsure = dates_of(["13/05/2026"]), dates_of(["04/05/2026"])
    assert sure is not None
    assert unsure is not None
    assert [dates.forms for dates in settled([sure, unsure])] == [("%d/%m/%Y",)] * 2


def test_a_late_proof_is_found() -> None:
    """The one day above 12 counts, wherever it stands among thousands of texts."""
    texts = [f"{1 + n % 12:02d}/{1 + n // 12 % 12:02d}/2026 {n // 144 % 24:02d}:{n % 60:02d}" for n in range(3000)]
    assert dates_of(texts).asked  # type: ignore[union-attr]
    assert dates_of([*texts, "13/01/2026 00:00"]).forms == ("%d/%m/%Y %H:%M",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cells", "holds"),
    [
        (["", "n/a", "-"], Holds.NOTHING),
        (["Y", "N"], Holds.FLAGS),
        (["0", "1"], Holds.COUNTS),
        (["1.5", "2"], Holds.NUMBERS),
        (["1.234,5", "7"], Holds.NUMBERS),
        (["09:00", "17:30"], Holds.TIMES),
        (["26:00:40", "00:03:20"], Holds.DURATIONS),
        (["1d 4h 3m", "5m"], Holds.DURATIONS),
        (["PT5M", "P1DT2H"], Holds.DURATIONS),
        (["2026-05-04", "2026-05-05"], Holds.DATES),
        (["2026-05-04 09:00"], Holds.MOMENTS),
        (["north", "south"], Holds.NAMES),
        (["x" * 100], Holds.TEXTS),
        (["1" * 100_000], Holds.TEXTS),
    ],
)
def test_what_a_column_holds(cells: list[str], holds: Holds) -> None:
    """Cells are told apart by all of them; words for missing do not count."""
    assert cells_of(cells).holds is holds


def test_a_few_odd_cells_do_not_hide_a_kind() -> None:
    """One total among thirty dates is said, and the column is still of dates."""
    cells = cells_of([*(f"2026-05-{day:02d}" for day in range(1, 31)), "Total"])
    assert cells.holds is Holds.DATES
    assert cells.because.startswith("30 of 31 filled cells")


@pytest.mark.parametrize(
    ("text", "is_open"),
    [("1.234", True), ("1,234", True), ("1.234,5", False), ("12,5", False), ("1.234.567", False)],
)
def test_a_decimal_sign_is_proved_or_asked(text: str, is_open: bool) -> None:
    """Three digits behind the only sign prove nothing; any other cell does."""
    assert cells_of([text]).twofold == (text if is_open else None)


TICKETS = {
    "English": "Ticket ID,Created at,Solved at,Assignee,Priority",
    "German": "Ticketnummer,Erstellt am,Gelöst am,Bearbeiter,Priorität",
    "French": "Numéro,Date d'ouverture,Date de résolution,Technicien,Priorité",
    "Spanish": "Número,Fecha de creación,Fecha de resolución,Asignado a,Prioridad",
    "Chinese": "工单编号,创建时间,解决时间,处理人,优先级",
}


@pytest.mark.parametrize("language", TICKETS)
def test_headings_of_five_languages_are_matched(language: str, tmp_path: Path) -> None:
    """The same columns are found by their headings in English, German, French, Spanish and Chinese."""
    found = looked(tmp_path, f"{TICKETS[language]}\nA-1,2026-05-04 09:00,2026-05-04 10:00,Ana,high\n")
    given = TICKETS[language].split(",")
    ours = ("case_id", "received_at", "resolved_at", "agent", "priority")
    assert columns(found) == dict(zip(ours, given, strict=True))
    assert found.carries


def test_words_are_in_normal_form() -> None:
    """Each heading of the list is found by itself, or it would never match."""
    assert not [heading for heading in HEADINGS if heading not in normals(heading)]


def test_a_name_without_fitting_cells_is_no_match(tmp_path: Path) -> None:
    """A column "Resolved" with Y and N is no moment, and "state" with codes of countries is no state of a case."""
    found = looked(tmp_path, "id,opened,resolved,state\n1,2026-05-04,Y,CA\n2,2026-05-05,N,MD\n")
    assert columns(found) == {"case_id": "id", "received_at": "opened"}


def test_the_earlier_of_two_receipts_is_taken_with_its_reason(tmp_path: Path) -> None:
    """Of two columns that could be the receipt by name, the one that comes first in the rows is it."""
    found = looked(
        tmp_path, "id,Created,Opened\n1,2026-05-04 09:05,2026-05-04 09:00\n2,2026-05-05 10:00,2026-05-05 08:00\n"
    )
    choice = found.chosen.of("received_at")
    assert choice is not None
    assert choice.headings == ("Opened",)
    assert 'not after "Created" in 100 % of the 2 rows' in choice.because
    assert choice.others == ("Created",)


def test_of_two_equal_receipts_the_first_is_taken(tmp_path: Path) -> None:
    """Where two columns hold the same moments, it makes no difference which is read."""
    found = looked(tmp_path, "id,Created,Opened\n1,2026-05-04,2026-05-04\n2,2026-05-07,2026-05-07\n")
    assert columns(found)["received_at"] == "Created"


def test_an_asked_form_keeps_the_sure_ones(tmp_path: Path) -> None:
    """The answers to a question on dates name the forms that other columns need beside them."""
    found = looked(tmp_path, "id,opened,solved\n1,04/05/2026,13.06.2026\n2,05/06/2026,14.07.2026\n")
    assert '#   dates = ["%d.%m.%Y", "%m/%d/%Y"]' in settings_of(found)


def test_two_receipts_in_no_order_are_asked(tmp_path: Path) -> None:
    """Where neither of two comes first, the receipt is a question, and a report from it is refused by its name."""
    found = looked(tmp_path, "id,Created,Opened\n1,2026-05-04,2026-05-05\n2,2026-05-07,2026-05-06\n")
    assert [(question.setting, question.answers) for question in found.questions] == [
        ("received_at", ("Created", "Opened"))
    ]
    path = tmp_path / "desk.toml"
    path.write_text(settings_of(found).replace('zone = ""', 'zone = "UTC"'), encoding="utf-8")
    with pytest.raises(InvalidValue, match="received_at must not be empty"):
        Config.read(preset=None, path=path)


def test_a_solution_before_the_receipt_is_asked(tmp_path: Path) -> None:
    """A column called solved that comes before the receipt in most rows is not taken."""
    found = looked(tmp_path, "id,opened,solved\n1,2026-05-04,2026-05-01\n2,2026-05-05,2026-05-02\n")
    assert "resolved_at" not in columns(found)
    [question] = found.questions
    assert question.setting == "resolved_at"
    assert question.because.startswith("in 2 of 2 rows")


@pytest.mark.parametrize(
    ("heading", "cell", "ours"),
    [
        ("First reply time (in minutes)", "12", "first_response_min"),
        ("Response time [h]", "1.5", "first_response_h"),
        ("Speed of answer in seconds", "30", "first_response_s"),
        ("Reaktionszeit in Minuten", "30", "first_response_min"),
        ("Response time", "26:00:40", "first_response_s"),
    ],
)
def test_a_duration_is_read_in_the_unit_of_its_heading(heading: str, cell: str, ours: str, tmp_path: Path) -> None:
    """The unit stands in the heading, or the cells write it."""
    found = looked(tmp_path, f"id,opened,{heading}\n1,2026-05-04 09:00,{cell}\n")
    assert columns(found)[ours] == heading
    assert "first_response_at" in found.chosen.names


def test_a_duration_without_a_unit_is_asked(tmp_path: Path) -> None:
    """Numbers of no stated unit are no seconds: the settings name the four ways in a comment."""
    found = looked(tmp_path, "id,opened,Response time\n1,2026-05-04 09:00,12\n")
    assert "first_response_at" not in found.chosen.names
    assert '#   first_response_min = "Response time"' in settings_of(found)


def test_a_duration_of_two_parts_is_asked(tmp_path: Path) -> None:
    """03:20 may be minutes and seconds, or hours and minutes."""
    found = looked(tmp_path, "id,opened,Response time\n1,2026-05-04 09:00,03:20\n")
    assert [question.setting for question in found.questions] == ["clock"]
    assert 'clock = ""' in settings_of(found)


def test_a_date_and_a_time_in_two_columns_are_one_moment(tmp_path: Path) -> None:
    """A column of dates and one of times beside it give the receipt together."""
    found = looked(tmp_path, "Call Id,Date,Time\n1,13/05/2026,9:05 AM\n2,14/05/2026,1:10 PM\n")
    assert columns(found)["received_at"] == ["Date", "Time"]
    assert found.dates == ("%d/%m/%Y %I:%M %p",)


def test_serial_dates_are_asked(tmp_path: Path) -> None:
    """Numbers under a heading of a moment may be serial days: the form is named, and not taken unasked."""
    found = looked(tmp_path, "id,opened,solved\n1,46146.375,46147\n2,46148.5,46149\n")
    assert columns(found) == {"case_id": "id", "received_at": "opened", "resolved_at": "solved"}
    assert [(question.setting, question.answers) for question in found.questions] == [("dates", ("excel",))]
    assert 'dates = ""' in settings_of(found)


def test_steps_of_cases_are_a_log(tmp_path: Path) -> None:
    """Rows with a step and its moment give the moments of a case by the names of steps."""
    rows = "".join(
        f"C-{n},{step},2026-05-04 {9 + place}:00\n"
        for n in range(3)
        for place, step in enumerate(("Open", "Weigh it", "Resolve ticket", "Closed"))
    )
    found = looked(tmp_path, f"Case ID,Activity,Complete Timestamp\n{rows}")
    table = tomllib.loads(settings_of(found))
    assert table["log"] == {
        "event": "Activity",
        "at": "Complete Timestamp",
        "moments": {
            "received_at": {"first": "*"},
            "resolved_at": {"last": "Resolve ticket"},
            "closed_at": {"last": "Closed"},
        },
    }
    assert found.rows_are[0] == "steps of cases"


def test_states_of_cases_are_folded(tmp_path: Path) -> None:
    """Ids in several rows with a moment of change are states, of which the latest stands."""
    found = looked(
        tmp_path, "id,opened,updated\n1,2026-05-04,2026-05-04\n1,2026-05-04,2026-05-05\n2,2026-05-04,2026-05-06\n"
    )
    assert tomllib.loads(settings_of(found))["read"]["fold"] is True


def test_moments_that_all_tell_their_offset_need_no_zone(tmp_path: Path) -> None:
    """An offset in every cell answers the question of the zone."""
    found = looked(tmp_path, "id,opened\n1,2026-05-04T09:00:00+02:00\n2,2026-05-05T09:00:00Z\n")
    assert found.zone is None
    assert tomllib.loads(settings_of(found))["read"]["zone"] == "UTC"


HOSTILE = ('a"b', "a\\b", "a\nb", "\x1b[31mred", "a\u202eb", "a # b", "''", '"""', "a\x7fb", "é \U0001f600")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_inside_their_quotes(text: str) -> None:
    """Any heading is written so that TOML reads it back, and with no sign that steers a terminal."""
    written = quoted(text)
    assert tomllib.loads(f"x = {written}") == {"x": text}
    assert written.isprintable()


def test_half_a_character_is_none() -> None:
    """A lone surrogate, which JSON can hold and no file, does not break the settings."""
    assert quoted("a\ud800b") == '"a?b"'


def test_hostile_headings_and_cells_do_not_break_settings(tmp_path: Path) -> None:
    """Quotes, breaks and escapes in headings and examples stay data in settings."""
    heading = 'Op"en\\ed ]\x1b[31m'
    rows = f'id,"{heading.replace(chr(34), chr(34) * 2)}","Priority\n= 1"\n1,2026-05-04,"x\n[log]"\n'
    found = looked(tmp_path, rows, name="a\x1b[31m.csv")
    table = tomllib.loads(settings_of(found))
    assert {*table} <= {"columns", "read"}
    assert settings_of(found).replace("\n", "").isprintable()


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ";"), ("cp1252", ";"), ("utf-16", "\t")])
def test_how_a_file_is_written_is_told(encoding: str, delimiter: str, tmp_path: Path) -> None:
    """Encoding and delimiter of a text are findings."""
    rows = "Ticketnummer;Erstellt am;Priorität\n" + "".join(f"{n};2026-05-04;höher\n" for n in range(40))
    found = looked(tmp_path, rows.replace(";", delimiter), encoding=encoding)
    assert found.kind == "CSV"
    assert found.delimiter == delimiter
    assert found.encoding.replace("-", "").startswith(encoding.replace("-", ""))
    assert columns(found)["received_at"] == "Erstellt am"


def test_rows_are_counted_beyond_those_looked_at(tmp_path: Path) -> None:
    """A long file is counted to its end, and only its first rows are looked at."""
    found = looked(tmp_path, "id,opened\n" + "".join(f"{n},2026-05-04\n" for n in range(40_000)))
    assert (found.rows, found.whole) == (40_000, True)
    assert found.looked < found.rows


@pytest.mark.parametrize("kind", ["Excel", "Parquet", "JSON lines", "HTML"])
def test_other_kinds_of_files_are_looked_into(kind: str, tmp_path: Path) -> None:
    """Workbooks, Parquet, JSON lines and pages tell their kind, and their columns are matched like those of a CSV."""
    frame = pd.DataFrame({"Ticket ID": ["A-1", "A-2"], "Opened": ["2026-05-04 09:00", "2026-05-05 10:00"]})
    path = tmp_path / "tickets"
    if kind == "Excel":
        frame.to_excel(path.with_suffix(".xlsx"), index=False)
        path = path.with_suffix(".xlsx")
    elif kind == "Parquet":
        frame.assign(Opened=pd.to_datetime(frame["Opened"])).to_parquet(path)
    elif kind == "JSON lines":
        frame.to_json(path, orient="records", lines=True)
    else:
        path.write_text(f"<html><body>{frame.to_html(index=False)}</body></html>", encoding="utf-8")
    found = look(path)
    assert found.kind == kind
    assert columns(found) == {"case_id": "Ticket ID", "received_at": "Opened"}


def test_a_sheet_among_several_is_named(tmp_path: Path) -> None:
    """The sheet that was looked at stands in the settings, with the others beside it."""
    path = tmp_path / "book.xlsx"
    frame = pd.DataFrame({"Ticket ID": ["A-1"], "Opened": ["2026-05-04 09:00"]})
    with pd.ExcelWriter(path) as book:
        frame.to_excel(book, sheet_name="May", index=False)
        frame.to_excel(book, sheet_name="June", index=False)
    found = look(path, sheet="June")
    assert (found.sheet, found.sheets) == ("June", ("May", "June"))
    assert 'sheet = "June"  # or May' in settings_of(found)
