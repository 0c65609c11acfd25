"""Moments read together are those read one by one."""

# ruff: noqa: DTZ001  (clock times, whose zone is drawn)

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.readers.columns.forms import Form
from servqual.readers.columns.moments import Moments

FORMS = (
    "%d/%m/%Y %H:%M:%S", "%m/%d/%y %I:%M %p", "%d.%b.%Y %H.%M", "%Y%m%d%H%M%S", "%Y-%d-%m %H:%M",
    "%d-%m-%y %H:%M:%S.%f", "%d/%m/%Y %H:%M %z", "%b %d, %Y %H:%M",
    "Q1 %d/%m/%Y %H:%M", "%a %d.%m.%Y %H:%M", "%d/%m/%Y",
)  # fmt: skip
YEAR_FIRST = ("%Y/%m/%d %I:%M:%S %p", "%Y.%m.%d, %H:%M", "%Y-%m-%d  %H:%M:%S,%f")
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/New_York")
ENDS = ("", "", "Z", "+02:00", "-0330", " UTC", " CET", "+24:00", "+18:60", " Europe/Berlin")
# around changes of clocks, and at the ends of what is a moment
MOMENTS = st.one_of(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31)),
    st.datetimes(dt.datetime(1969, 12, 30), dt.datetime(2100, 1, 3)),
    st.integers(0, 180).map(lambda minutes: dt.datetime(2026, 3, 29, 1) + dt.timedelta(minutes=minutes)),
    st.integers(0, 180).map(lambda minutes: dt.datetime(2026, 10, 25, 1) + dt.timedelta(minutes=minutes)),
)


@st.composite
def cells(draw: st.DrawFn, form: str) -> str:
    """A moment by a form or by ISO 8601, at times with another sign somewhere."""
    at = draw(MOMENTS)
    iso = at.isoformat(sep=draw(st.sampled_from("T ")), timespec=draw(st.sampled_from(["minutes", "seconds", "auto"])))
    year_first = at.strftime(
        draw(st.sampled_from(["%Y/%m/%d %I:%M:%S %p", "%Y.%m.%d, %H:%M", "%Y-%m-%d  %H:%M:%S,%f"]))
    )
    text = draw(st.sampled_from([at.strftime(form), iso, year_first])) + draw(st.sampled_from(ENDS))
    if draw(st.integers(0, 3)):
        return text
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + draw(st.sampled_from("0123456789/:. -٣5月TQ²")) + text[place + 1 :]


def outcome(reader: Moments, texts: Iterable[str]) -> dict[str, int | str]:
    """What each cell is, or why it is none."""
    found: dict[str, int | str] = {}
    for text in texts:
        try:
            found[text] = reader.read(text)
        except (InvalidValue, ValueError) as error:
            found[text] = str(error)
    return found


def order(reader: Moments) -> str | None:
    """What the reader says of the order of day and month."""
    try:
        return reader.check_order()
    except InvalidValue as error:
        return str(error)


@given(st.data(), st.sampled_from([*FORMS, ""]), st.sampled_from([None, *ZONES]))
def test_together_is_one_by_one(data: st.DataObject, form: str, zone: str | None) -> None:
    """The same moments, counts of those with and without a zone, times shown twice, and order of day and month."""
    texts = data.draw(st.lists(cells(form or FORMS[0]), min_size=1, max_size=40, unique=True))
    there = ZoneInfo(zone) if zone else None
    one, other = (Moments("opened", zone=there, desk=there, dates=[form] if form else []) for _ in range(2))
    want = outcome(one, texts)
    found = dict(other.read_alike(texts))
    assert found.items() <= want.items()
    outcome(other, [text for text in texts if text not in found])
    assert (one.naive, one.aware, one.twice, order(one)) == (other.naive, other.aware, other.twice, order(other))


@pytest.mark.parametrize("form", FORMS[:8])
def test_common_forms_are_read_together(form: str) -> None:
    """None of a thousand moments of one form is left to be read alone."""
    start = dt.datetime(2026, 1, 1)
    texts = [(start + dt.timedelta(minutes=511 * n)).strftime(form.replace("%z", "+01:00")) for n in range(1000)]
    assert Form(form).read(texts[0])
    reader = Moments("opened", zone=ZoneInfo("Asia/Tokyo"), desk=None, dates=[form])
    assert dict(reader.read_alike(texts)).keys() == {*texts}
