"""Forms of dates: what they read, in many languages, and which of them fit a cell."""

import datetime as dt
import random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.readers.columns import names
from servqual.readers.columns.forms import SERIALS, DateCell, Form, fitting

AT: Final = dt.datetime(2026, 5, 4, 21, 5, 7)  # noqa: DTZ001  (a time of some clock; a Monday)


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("%d/%m/%Y %H:%M:%S", "4/5/2026 21:05:07", AT),
        ("%m/%d/%y %I:%M:%S %p", "5/4/26 9:05:07 PM", AT),
        ("%d.%b.%Y %H:%M:%S", "04.MAY.2026  21:05:07", AT),
        ("%A, %d %B %Y %H:%M:%S", "Monday, 4 May 2026 21:05:07", AT),
        ("%Y%m%d%H%M%S", "20260504210507", AT),
        ("%d%m%Y", "04052026", AT.date()),
        ("%d/%m/%Y um %H:%M:%S Uhr", "04/05/2026 um 21:05:07 Uhr", AT),
        ("%d-%m-%Y %I:%M:%S.%f %p", "04-05-2026 09:05:07.25 p.m.", AT.replace(microsecond=250_000)),
        ("100%% %Y %m %d", "100% 2026 5 4", AT.date()),
        ("%d/%m/%y", "04/05/69", dt.date(1969, 5, 4)),
        ("%d/%m/%y", "04/05/68", dt.date(2068, 5, 4)),
        ("%d/%m/%Y %I:%M %p", "04/05/2026 12:30 AM", dt.datetime(2026, 5, 4, 0, 30)),  # noqa: DTZ001
        ("%d/%m/%Y %I:%M %p", "04/05/2026 12:30 PM", dt.datetime(2026, 5, 4, 12, 30)),  # noqa: DTZ001
    ],
)
def test_a_form_reads_what_strptime_would_and_more(form: str, text: str, value: dt.date) -> None:
    """One or two digits, any letter case, several blanks, and dots in the halves of the day."""
    found = Form(form).read(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d/%m/%Y", "31/02/2026"),
        ("%d/%m/%Y", "04/13/2026"),
        ("%d/%m/%Y", "04/05/2026 9:00"),
        ("%d/%m/%Y %H:%M", "04/05/2026 24:00"),
        ("%d/%m/%Y %I:%M %p", "04/05/2026 13:00 PM"),
        ("%d/%m/%Y %I:%M %p", "04/05/2026 9:00 noon"),
        ("%d %b %Y", "4 Smarch 2026"),
        ("%a %d/%m/%Y", "Tue 04/05/2026"),
        ("%a %d/%m/%Y", "Someday 04/05/2026"),
        ("%d/%m/%Y", ""),
        ("%d/%m/%Y", "\0" * 50),
    ],
)
def test_what_is_no_date_of_the_form_is_not_read(form: str, text: str) -> None:
    """Nor a date that its own weekday contradicts, which may be one of the other order of day and month."""
    assert Form(form).read(text) is None


@pytest.mark.parametrize(
    "form",
    ["", "%", "%Y-%H", "%Y-%m %H", "%d/%m/%Y %d", "%d/%m/%Y %y", "%c", "%Y-%j", "%d/%b/%m/%Y", "d/m/Y", "%d/%m/%Y %Q"],
)
def test_a_form_says_year_month_and_day_once(form: str) -> None:
    """Any other is refused with an example."""
    with pytest.raises(InvalidValue, match="dates must say year, month and day once each as strptime spells them"):
        Form(form)


@pytest.mark.parametrize(
    ("form", "text", "month"),
    [("%b-%y", "Apr-15", (2015, 4)), ("%Y-%m", "2015-12", (2015, 12)), ("%B %Y", "March 2016", (2016, 3))],
)
def test_a_month_means_its_first_day(form: str, text: str, month: tuple[int, int]) -> None:
    """As the interval of ready-made counts; day and month cannot change places where there is no day."""
    made = Form(form)
    assert made.read(text) == DateCell(dt.date(*month, 1))
    assert made.swapped is None
    assert made.read("13-13") is None


@pytest.mark.parametrize("form", ["%d/%m/%Y %I:%M", "%d/%m/%Y %H:%M %p", "%d/%m/%Y %H %I %p"])
def test_half_days_are_told(form: str) -> None:
    """`%I` without `%p` would read the afternoon as the morning, and `%H` with `%p` ignores what it says."""
    with pytest.raises(InvalidValue, match="have %p"):
        Form(form)


@given(
    st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2068, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["%d", "%m"]),
    st.sampled_from(["/", "-", ".", " "]),
    st.sampled_from(["%Y", "%y"]),
    st.sampled_from(["", " %H:%M", " %H:%M:%S", "T%H:%M:%S.%f", " %I:%M:%S %p"]),
)
def test_strptime_agrees(at: dt.datetime, first: str, sep: str, year: str, time: str) -> None:
    """A second witness, in the locale of C, for what is written in a form and read by it."""
    form = f"{first}{sep}{'%m' if first == '%d' else '%d'}{sep}{year}{time}"
    text = at.strftime(form)
    found = Form(form).read(text)
    assert found is not None
    want = dt.datetime.strptime(text, form)  # noqa: DTZ007
    assert found.value == (want if time else want.date())


def test_months_of_every_language_are_read_back() -> None:
    """As CLDR writes them, long and short, with weekdays and halves of the day; a seeded sample of days."""
    dates = pytest.importorskip("babel.dates")
    seeded = random.Random(18)  # noqa: S311
    for language in names.LANGUAGES:
        for _ in range(12):
            at = dt.datetime(2026, seeded.randint(1, 12), seeded.randint(1, 28), seeded.randint(0, 23), 5)  # noqa: DTZ001
            for pattern, form in (
                ("d/MMM/y HH:mm", "%d/%b/%Y %H:%M"),
                ("d MMMM y HH:mm", "%d %B %Y %H:%M"),
                ("EEEE d/MM/y HH:mm", "%A %d/%m/%Y %H:%M"),
            ):
                text = dates.format_datetime(at, pattern, locale=language)
                found = Form(form).read(text)
                assert found is not None, (language, text)
                assert found.value == at, (language, text)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("04/May/26 9:05 AM", ("%d/%b/%y %I:%M %p",)),
        ("04/05/2026", ("%d/%m/%Y", "%m/%d/%Y")),
        ("13/05/2026 09:00:00", ("%d/%m/%Y %H:%M:%S",)),
        ("05/13/2026 09:00", ("%m/%d/%Y %H:%M",)),
        ("04.05.26, 09:00", ("%d.%m.%y, %H:%M", "%m.%d.%y, %H:%M", "%y.%m.%d, %H:%M")),
        ("99-05-14", ("%y-%m-%d",)),
        ("May 4, 2026 9:05:07.123 p.m.", ("%b %d, %Y %I:%M:%S.%f %p",)),
        ("Mon 4 May 2026 09:00 +0200", ("%a %d %b %Y %H:%M %z",)),
        ("Wed 04/05/2026", ()),
        ("Mon 04/05/2026", ("%a %d/%m/%Y",)),
        ("13.05.2026 09:00 CET", ("%d.%m.%Y %H:%M %z",)),
        ("44201.5416666667", ("excel",)),
        ("1620118800", ("unix",)),
        ("1620118800123", ("unix_ms",)),
        ("123", ()),
        ("31/02/2026", ()),
        ("soon", ()),
        ("", ()),
        ("1/2/3/4", ()),
    ],
)
def test_the_forms_that_fit_a_cell(text: str, forms: tuple[str, ...]) -> None:
    """Both orders of day and month where either may be meant; a year of two digits in front is the last of them."""
    assert fitting(text) == forms
    assert all(Form(form).read(text) for form in forms if form not in SERIALS)


def test_without_babel_english_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a month of another language is not."""
    tables = (names._months, names._days, names._halves, names._units)
    for table in tables:
        table.cache_clear()
    monkeypatch.setattr(names, "has_babel", lambda: False)
    assert (names.month("Sept."), names.half("PM"), names.unit("hrs")) == (9, 1, 3600)
    assert sorted(names.weekdays("Tue")) == [1]
    assert (names.month("Mär"), names.half("下午"), names.unit("Tage"), names.weekdays("Montag")) == (
        *(None, None, None),
        frozenset(),
    )
    for table in tables:
        table.cache_clear()


def test_a_name_of_two_meanings_has_none() -> None:
    """`listopad` is November in Czech and in Polish, so it is read; a letter stands for many units and is not."""
    pytest.importorskip("babel")
    assert names.month("listopad") == 11
    assert names.unit("t") is None
    assert names.unit("Std.") == 3600
    assert names.unit("小时") == 3600
    assert names._one_meaning([("a", 1), ("A.", 1), ("b", 1), ("b", 2)]) == {"a": 1}
