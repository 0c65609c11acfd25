"""Silent wrong numbers that a reader of the docs found, each as they tried it."""

import datetime as dt
import io
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import openpyxl
import polars as pl
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, add_working_days, measure, pareto, working_days_between
from servqual.model import BusinessHours
from servqual.readers import Export, Layout
from servqual.readers.columns import texts
from servqual.readers.columns.numbers import Sign
from servqual.readers.files import sheet_rows

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(("cell", "seconds"), [("0,500", 0.5), ("12,5", 12.5), ("1.234,5", 1234.5)])
def test_a_comma_that_is_decimal_is_never_read_as_thousands(cell: str, seconds: float) -> None:
    """A leading 0 groups nothing, nor do two digits: such a cell has one meaning, whatever the others of its column."""
    found = measure(["asa"], {"interactions": {"wait_s": [cell, "1,234,567"]}})
    assert not found.rows["interactions"].refusals
    assert found.one().value == (1_234_567 + seconds) / 2


@pytest.mark.parametrize(
    ("others", "seconds"), [([], None), (["7.25"], 1250), (["7,25"], 1.25), (["7.5", "7,5"], None)]
)
def test_one_group_of_three_digits_is_read_where_its_column_proves_the_sign(
    others: list[str], seconds: float | None
) -> None:
    """1,250 may be either; it is refused where no other cell tells, or some tell one sign and some the other."""
    found = measure(["asa"], {"interactions": {"wait_s": ["1,250", *others]}})
    assert [refusal.value for refusal in found.rows["interactions"].refusals] == ([] if seconds else ["1,250"])
    if seconds:
        assert found.one().value == (seconds + 7.25) / 2


def test_a_text_in_a_typed_file_is_no_surer_of_its_comma(tmp_path: Path) -> None:
    """A workbook's or Parquet's own numbers have no sign of decimals, and its texts are those of any file."""
    pl.DataFrame({"wait_s": ["1,250"]}).write_parquet(tmp_path / "rows.parquet")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cell in ("wait_s", "1,250"):
        sheet.append([cell])
    book.save(tmp_path / "rows.xlsx")
    for name in ("rows.parquet", "rows.xlsx"):
        export = Export(tmp_path / name, Layout(), table="interactions", need=())
        found = measure(["asa"], {"interactions": export})
        [refusal] = found.rows["interactions"].refusals
        assert (found.one().n, refusal.reason.partition("; ")[2]) == (
            0,
            "say which with decimal = '.' or the other sign in layout=Layout(…)",
        )
        signs: dict[Sign, float] = {".": 1250, ",": 1.25}
        for sign, seconds in signs.items():
            said = attrs.evolve(export, layout=Layout(decimal=sign))
            assert measure(["asa"], {"interactions": said}).one().value == seconds


def test_the_decimal_sign_of_texts_is_not_that_of_numbers_beside_them(tmp_path: Path) -> None:
    """A number of a workbook is read as it is; a text in its column may be anything, and is to be made a number."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cell in ("wait_s", 1.25, "1,250"):
        sheet.append([cell])
    book.save(tmp_path / "rows.xlsx")
    export = Export(tmp_path / "rows.xlsx", Layout(decimal=","), table="interactions", need=())
    found = measure(["asa"], {"interactions": export})
    [refusal] = found.rows["interactions"].refusals
    assert (found.one().value, refusal.reason.partition("; ")[2]) == (1.25, "make the column a duration first")


@pytest.mark.parametrize("shift", [(0, 0), (0, 2), (4, 27)])
def test_a_formula_without_a_value_is_not_an_empty_cell(tmp_path: Path, shift: tuple[int, int]) -> None:
    """Programs that write formulas without reckoning leave no value; Excel's own empty result is a value."""
    book = openpyxl.Workbook()
    book.create_sheet("B & C")
    sheet = book["B & C"]
    down, right = shift
    rows: list[list[Any]] = [
        ["case_id", "received_at", "resolved_at", "team"],
        ["C-1", NINE, "=B2+1", "north"],
        ["C-2", NINE, None, "=D2"],
    ]
    for at, cells in enumerate(rows, 1):
        for place, cell in enumerate(cells, 1 + right):
            sheet.cell(at, place, cell.replace(tzinfo=None) if isinstance(cell, dt.datetime) else cell)
    for at in range(len(rows) + 1, len(rows) + 1 + down):
        sheet.cell(at, 1 + right, f"C-{at}")
    book.save(tmp_path / "rows.xlsx")
    export = Export(tmp_path / "rows.xlsx", Layout(sheet="B & C", zone="UTC"), table="cases", need=())
    found = measure(["resolution_time"], {"cases": export}, by=["team"], now=NINE)
    told = [(r.row, r.column, r.value) for r in found.rows["cases"].refusals if "formula" in r.reason]
    assert told == [(2, "resolved_at", "formula"), (3, "team", "formula")]


def test_only_a_formula_without_a_value_is_one() -> None:
    """However it is written and wherever a sheet is cut; what has a value, or is an empty text, is none."""
    cells = {
        "A1": b"<f>B1</f>", "AB2": b"<f>1+1</f><v/>", "C3": b'<f t="shared" si="0"/><v></v>', "D4": b"<f>1</f><v>7</v>",
        "E5": b"<v>7</v>", "F6": b"",
    }  # fmt: skip
    for before in ("", "x:"):
        text = b"".join(
            f'<{before}c r="{place}" s="1">'.encode() + content.replace(b"<", b"<" + before.encode()).replace(
                b"<" + before.encode() + b"/", b"</" + before.encode()
            ) + f"</{before}c>".encode()
            for place, content in cells.items()
        )  # fmt: skip
        text += b'<c r="G7" t="str"><f>""</f><v></v></c><c r="H8"/>'
        for size in (1 << 20, 7, 40):
            lost = {0: {0: sheet_rows.UNSAVED}, 1: {27: sheet_rows.UNSAVED}, 2: {2: sheet_rows.UNSAVED}}
            assert sheet_rows.faults_in(io.BytesIO(text), size) == lost
    assert sheet_rows.UNSAVED == texts.UNSAVED


def test_a_repeated_heading_is_refused_from_a_file_as_from_a_frame(tmp_path: Path) -> None:
    """Nobody knows which of the two is meant."""
    path = tmp_path / "twice.csv"
    path.write_text("wait_s,note,note,wait_s\n1,a,b,5\n", encoding="utf-8")
    with pytest.raises(InvalidValue, match="wait_s must be one column of interactions"):
        measure(["asa"], {"interactions": path})
    assert measure(["volume"], {"interactions": path}).one().value == 1


def test_parts_that_differ_in_an_optional_column_are_refused() -> None:
    """Without it all were answered; with it, empty, nothing is known: which of the two is not for us to say."""
    with_it, without = {"wait_s": [5.0], "abandoned": [True]}, {"wait_s": [5.0]}
    for parts in ([with_it, without], [without, with_it], iter([with_it, without])):
        with pytest.raises(InvalidValue, match="interactions must have abandoned in all of its parts, or in none"):
            measure(["service_level"], {"interactions": parts})
    assert measure(["volume"], {"interactions": [with_it, without]}).one().value == 2


@pytest.mark.parametrize("chosen", ["10", 10, ["10"], ("10",)])
def test_a_text_chooses_as_a_whole(chosen: Any) -> None:
    """Not letter by letter; as `where` takes it."""
    cases = {"received_at": [NINE] * 4, "priority": ["1", "2", "10", "10"]}
    only_these = KPIS["case_volume"].with_(only={"priority": chosen})
    assert measure([only_these], {"cases": cases}, now=NINE).one().value == 2
    others = KPIS["case_volume"].with_(except_for=[{"priority": chosen}])
    assert measure([others], {"cases": cases}, now=NINE).one().value == 2
    assert measure(["case_volume"], {"cases": cases}, where={"priority": chosen}, now=NINE).one().value == 2
    other = KPIS["case_volume"].with_(except_for={"priority": chosen})
    assert measure([other], {"cases": cases}, now=NINE).one().value == 2
    nowhere = measure([only_these], {"cases": {"received_at": [NINE], "priority": ["1"]}}, now=NINE).one()
    assert [warning.text for warning in nowhere.warnings] == ["no row has priority 10; the nearest are 1"]


def test_durations_without_a_unit_are_refused() -> None:
    """They would be read as microseconds."""
    with pytest.raises(InvalidValue, match="wait_s must hold durations with a unit"):
        measure(["asa"], {"interactions": {"wait_s": np.array([30, 60], "timedelta64")}})


def test_kpis_that_share_rows_stand_beside_each_other_with_clusters() -> None:
    """A mean has intervals by customer, a percentile has not."""
    rows = {"wait_s": [1.0, 2.0, 3.0], "customer_id": ["a", "a", "b"]}
    found = measure(["asa", "wait_p50"], {"interactions": rows}, cluster="customer_id")
    assert [m.value for m in found] == [2, 2]


def test_a_share_of_nothing_is_not_a_slip_of_the_pen() -> None:
    """An NPS of 0 counts its questions all the same."""
    answers = {"answered_at": [NINE] * 40, "score": [10, 0] * 20, "question_kind": ["nps"] * 40}
    assert {w.code for w in measure(["nps"], {"answers": answers}).one().warnings} == set()


def test_ids_of_any_width_are_told_apart() -> None:
    """Above the whole numbers of 63 bits, too."""
    ids = [2**64 - 1, 2**64 - 2, 2**64 - 1]
    frame = pl.DataFrame({"queued_at": [NINE] * 3, "customer_id": pl.Series(ids, dtype=pl.UInt64)})
    assert measure(["customers_in_contact"], {"interactions": frame}).one().value == 2


def test_working_days_between_are_those_that_a_promise_needs() -> None:
    """Also where a night shift runs on into the due day, and where the clock shows an hour twice."""
    berlin = ZoneInfo("Europe/Berlin")
    nights = BusinessHours(
        zone="Europe/Berlin", week={"mon-thu": "00:00-24:00", "fri": "22:00-06:00", "sat": "08:00-14:00"}
    )
    start, end = dt.datetime(2026, 5, 7, 1, 30, tzinfo=berlin), dt.datetime(2026, 5, 9, 5, 30, tzinfo=berlin)
    assert nights.add_working_days(start, 2, convention="same_time") == dt.datetime(2026, 5, 9, 1, 30, tzinfo=berlin)
    assert nights.working_days_between(start, end, convention="same_time") == 3
    moments = [np.datetime64(at.astimezone(dt.UTC).replace(tzinfo=None), "us") for at in (start, end)]
    assert working_days_between(nights, *moments, convention="same_time") == 3
    always = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "00:00-24:00"})
    second = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)  # the second 02:30 of that night
    assert always.add_working_days(second, 0, convention="same_time") == second
    assert always.working_days_between(second, second, convention="same_time") == 0


def test_midnight_in_a_column_of_times_is_no_day(tmp_path: Path) -> None:
    """A workbook's due moment of exactly 00:00 beside other times; a column of dates alone is of days."""
    times = [dt.datetime(2026, 5, 6), dt.datetime(2026, 5, 5, 23, 30)]  # noqa: DTZ001  (cells have no zone)
    for due, kept in ((times, 0.0), ([dt.datetime(2026, 5, 6), dt.datetime(2026, 5, 5)], 0.5)):  # noqa: DTZ001
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["received_at", "resolved_at", "due_at"])
        sheet.append([dt.datetime(2026, 5, 5, 20), dt.datetime(2026, 5, 6, 23), due[0]])  # noqa: DTZ001
        sheet.append([dt.datetime(2026, 5, 5, 19, 30), dt.datetime(2026, 5, 6, 1), due[1]])  # noqa: DTZ001
        book.save(tmp_path / "cases.xlsx")
        data = {"cases": Export(tmp_path / "cases.xlsx", Layout(zone="UTC"))}
        assert measure(["resolution_kept"], data, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC)).one().value == kept


@pytest.mark.parametrize("chosen", ["priority", [["priority", "1"]], 3])
def test_exceptions_are_mappings(chosen: Any) -> None:
    """A bare name chooses nothing, nor does a number."""
    with pytest.raises(InvalidValue, match=r"except_for must be (a mapping from a column|mappings from columns) to "):
        measure([KPIS["case_volume"].with_(except_for=chosen)], {"cases": {"received_at": [NINE]}}, now=NINE)


@pytest.mark.parametrize("option", ["only", "except_for"])
def test_a_choice_that_a_column_cannot_have_is_refused_by_its_name(option: str) -> None:
    """A text of a number, and any value of a moment."""
    cases = {"cases": {"received_at": [NINE], "cost": [1.5]}}
    refused: list[tuple[dict[str, Any], str]] = [
        ({"cost": "high"}, "compare cost with"),
        ({"received_at": 1}, "name columns of labels"),
    ]
    for choice, rule in refused:
        with pytest.raises(InvalidValue, match=f"{option} must {rule}"):
            measure([KPIS["case_volume"].with_(**cast("dict[str, Any]", {option: choice}))], cases, now=NINE)


@pytest.mark.parametrize(
    ("column", "values", "wanted"),
    [
        ("escalated", [True, False, None, True], True),
        ("cost", [1.5, 2.0, None, 1.5], 1.5),
        ("priority", ["1", None, "2", None], None),
        ("tags", [["vip", "b2b"], ["b2b"], [], ["vip"]], "vip"),
        ("tags", [["vip", "b2b"], ["b2b"], [], ["vip"]], ["vip", None]),
    ],
)
def test_a_kpi_chooses_its_rows_as_where_does(column: str, values: list[Any], wanted: Any) -> None:
    """Whatever the kind of the column, for missing values and for tags; `except_for` takes the others."""
    cases = {"cases": {"received_at": [NINE] * 4, column: values}}
    where = measure(["case_volume"], cases, where={column: wanted}).one().n
    assert where
    assert measure([KPIS["case_volume"].with_(only={column: wanted})], cases).one().n == where
    assert measure([KPIS["case_volume"].with_(except_for=[{column: wanted}])], cases).one().n == 4 - where


@pytest.mark.parametrize(("by", "months"), [((), 1), (("month",), 1)])
def test_an_answer_after_now_is_not_seen(by: tuple[str, ...], months: int) -> None:
    """A score of a survey that came later than `now` counts in no group, as with contacts and cases."""
    day = dt.timedelta(days=1)
    answers = {"answered_at": [NINE + day] * 20 + [NINE + 40 * day] * 20, "score": [5] * 18 + [1] * 22}
    kpi = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    found = measure([kpi], {"answers": answers}, by=by, now=NINE + 7 * day)
    assert [(m.value, m.n) for m in found] == [(0.9, 20)] * months


def test_working_days_at_the_same_time_end_in_open_hours_of_the_repeated_hour() -> None:
    """Berlin shows 02:00 to 03:00 twice on 25 October 2026; hours by the wall clock open at the second 02:10."""
    hours = BusinessHours(
        zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"}, special={dt.date(2026, 10, 25): "02:10-08:00"},
        fold="second", counting="wall",
    )  # fmt: skip
    start = dt.datetime(2026, 10, 25, 0, 0, 12, tzinfo=dt.UTC)
    due = add_working_days(hours, np.array([start.replace(tzinfo=None)], "M8[us]"), 0, convention="same_time")
    want = hours.add_working_days(start, 0, convention="same_time")
    assert due.tolist() == [want.replace(tzinfo=None)]


def test_a_contact_may_be_neither_answered_nor_abandoned() -> None:
    """Two of three were answered, after 1 s and 2 s; the third, such as in voicemail, was not, nor did it give up."""
    calls = {
        "queued_at": [NINE] * 3,
        "wait_s": [1, 2, 3],
        "answered": [True, True, False],
        "abandoned": [False] * 3,
    }
    found = measure(["answer_rate", "service_level", "asa", "abandonment_rate"], {"interactions": calls})
    assert [(each.value, each.n) for each in found] == [(2 / 3, 3), (2 / 3, 3), (1.5, 2), (0, 3)]


def test_a_contact_that_says_it_was_answered_waits_no_longer() -> None:
    """Nobody says whether the second one gave up; it was answered."""
    calls = {"wait_s": [1, 2], "answered": [True, True], "abandoned": [False, None]}
    rate = measure(["answer_rate"], {"interactions": calls}).one()
    assert (rate.value, rate.n, rate.undecided) == (1, 2, 0)


def test_a_contact_is_not_answered_and_abandoned_at_once() -> None:
    """It is refused where somebody asks for either, and counts as a contact."""
    calls = {"queued_at": [NINE] * 2, "wait_s": [1, 2], "answered": [True, True], "abandoned": [False, True]}
    found = measure(["volume", "answer_rate"], {"interactions": calls})
    assert [(each.value, each.n) for each in found] == [(2, 2), (1, 1)]
    assert [(each.row, each.reason) for each in found.rows["interactions"].refusals] == [
        (1, "must not be true where answered is")
    ]


def test_stocks_of_several_moments_are_not_ranked_as_if_they_added_up() -> None:
    """A case open at two ends of months would be two."""
    cases = {"received_at": [NINE] * 2, "resolved_at": [None] * 2, "team": ["a", "b"]}
    now = NINE + dt.timedelta(days=60)
    with pytest.raises(InvalidValue, match=r"backlog by month, a stock at the end of each\); measure it without month"):
        pareto(measure(["backlog"], {"cases": cases}, by=["month"], now=now))
    assert [row.count for row in pareto(measure(["backlog"], {"cases": cases}, by=["team"], now=now))] == [1, 1]


def test_counts_of_a_row_are_held_against_each_other() -> None:
    """12 within the threshold and 9 after it are not 15; .8 is what 12 of 15 give."""
    rows = {
        "at": [NINE],
        "offered": [15],
        "answered": [15],
        "answered_within": [12],
        "answered_late": [9],
        "within_s": [20],
    }
    found = measure(["service_level"], {"contact_counts": rows})
    assert found.one().value == 0.8
    assert [each.code for each in found.warnings if each.code == "counts.contradict"] == ["counts.contradict"]


@pytest.mark.parametrize("last", ["Total,75,63,12", "Summe,75,63,12", "average,12.5,10.5,2"])
def test_a_total_in_which_every_cell_is_filled_is_no_row(last: str, tmp_path: Path) -> None:
    """Six intervals with 75 contacts; the word stands alone in the first cell of the last row."""
    hours = [
        f"2026-05-04 {hour:02}:00,{offered},{offered - 2},2" for hour, offered in enumerate((10, 12, 13, 15, 12, 13))
    ]
    path = tmp_path / "intervals.csv"
    path.write_text("\n".join(["at,offered,answered,abandoned", *hours, last]), encoding="utf-8")
    found = measure(["volume"], {"contact_counts": Export(path, Layout(zone="UTC"), table="contact_counts", need=())})
    assert found.one().value == 75
    assert found.rows["contact_counts"].refused == 1


@pytest.mark.parametrize(
    ("rows", "offered"), [("2026-05-04,10\nTotal,10", 10), ("2026-05-04,10\n2026-05-05,20\nAverage,15\nTotal,30", 30)]
)
def test_totals_of_a_short_table_are_no_rows(rows: str, offered: int, tmp_path: Path) -> None:
    """The totals themselves do not say what stands above them."""
    path = tmp_path / "days.csv"
    path.write_text(f"at,offered\n{rows}\n", encoding="utf-8")
    found = measure(["volume"], {"contact_counts": Export(path, Layout(zone="UTC"), table="contact_counts", need=())})
    assert found.one().value == offered


def test_a_customer_called_total_is_a_row(tmp_path: Path) -> None:
    """Below other names no row is a total whose cells are all filled, whatever the last one is called."""
    path = tmp_path / "answers.csv"
    path.write_text("customer_id,score\nA,9\nB,10\nTotal,8\n", encoding="utf-8")
    found = measure(["nps"], {"answers": Export(path, Layout(), table="answers", need=())})
    assert found.one().n == 3


def test_an_error_in_a_workbook_is_no_empty_cell(tmp_path: Path) -> None:
    """#REF! and the like refuse their cell, as in a text file; #N/A says that there is no value."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("case_id", "received_at", "resolved_at"),
        ("a", NINE.replace(tzinfo=None), "#REF!"),
        ("b", NINE.replace(tzinfo=None), "#N/A"),
    ):
        sheet.append(row)
    for place in ("C2", "C3"):
        sheet[place].data_type = "e"
    book.save(tmp_path / "cases.xlsx")
    found = measure(
        ["resolution_rate"],
        {"cases": Export(tmp_path / "cases.xlsx", Layout(zone="UTC"))},
        now=NINE + dt.timedelta(days=1),
    )
    assert found.one().n == 1
    assert [str(each) for each in found.rows["cases"].refusals] == [
        "row 2: resolved_at is the error #REF! of a spreadsheet; mend the cell and save the file again (got '#REF!')"
    ]
