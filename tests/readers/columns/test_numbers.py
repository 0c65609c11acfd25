"""Cells of numbers: one meaning is read, two are proved by the column, stated, or refused."""

import random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.readers.columns.advice import Advice
from servqual.readers.columns.numbers import Numbers, Sign, under
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import CellReader

ONE: Final = {
    "0": 0,
    "12": 12,
    "-7": -7,
    "+7": 7,
    "\u22127": -7,
    "12.5": 12.5,
    "12,5": 12.5,
    ".5": 0.5,
    ",5": 0.5,
    "0.125": 0.125,
    "0,125": 0.125,
    "1234.567": 1234.567,
    "1,234.5": 1234.5,
    "1.234,5": 1234.5,
    "1,234,567": 1_234_567,
    "1.234.567": 1_234_567,
    "1 234": 1234,
    "1 234,5": 1234.5,
    "1\N{NO-BREAK SPACE}234.5": 1234.5,
    "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,25": 1_234_567.25,
    "1'234.50": 1234.5,
    "1\u2019234": 1234,
    "12,34,567.8": 1_234_567.8,
    "1e3": 1000,
    "2.5E-1": 0.25,
    "2,5e1": 25,
    "1.2345": 1.2345,
    "5.": 5,
}


@pytest.mark.parametrize(("text", "value"), ONE.items())
def test_a_cell_of_one_meaning_is_read(text: str, value: float) -> None:
    """Of any habit, without a setting."""
    assert Numbers(None).read(text) == value


@pytest.mark.parametrize("text", ["1.234", "1,234", "-12.500", "123,456"])
def test_a_cell_of_two_meanings_is_stated_proved_or_refused(text: str) -> None:
    """Never a number that is a thousand times another."""
    thousands, decimals = sorted((abs(under(text, ".") or 0), abs(under(text, ",") or 0)), reverse=True)
    assert thousands == 1000 * decimals
    with pytest.raises(InvalidValue, match=r"has thousands or decimals; say which with decimal = '\.'"):
        Numbers(None).read(text)
    signs: tuple[Sign, Sign] = (".", ",")
    for sign in signs:
        proved = Numbers(None)
        proved.learn([text, f"7{sign}5"])
        assert proved.read(text) == Numbers(sign).read(text) == under(text, sign)
    both = Numbers(None)
    both.learn(["7.5", "7,5"])
    with pytest.raises(InvalidValue, match="thousands or decimals"):
        both.read(text)


@pytest.mark.parametrize(
    ("text", "sign", "rule"),
    [
        ("12.5", ",", r"must have the decimal sign ','; set decimal = '\.' for the other"),
        ("12,5", ".", r"must have the decimal sign '\.'; set decimal = ','"),
        ("1.23.456", None, "must be a number"),
        ("12 34", None, "must be a number"),
        ("1'23", None, "must be a number"),
        ("1 234 56", None, "must be a number"),
        ("1 234.567'890", None, "must be a number"),
        ("", None, "must be a number"),
        (".", None, "must be a number"),
        ("inf", None, "must be a number"),
        ("1e999", None, "must be a finite number"),
        ("12.5 EUR", None, "must be a number"),
        ("1_000", None, "must be a number"),
        ("--5", None, "must be a number"),
        ("9" * 500, None, "must be a finite number"),
    ],
)
def test_what_is_no_number_is_refused(text: str, sign: Sign | None, rule: str) -> None:
    """With the setting that would read it, where there is one; groups are of three digits and of one sign."""
    with pytest.raises(InvalidValue, match=rule):
        Numbers(sign).read(text)


def test_beside_numbers_of_the_files_own_a_comma_is_nobodys() -> None:
    """A workbook writes its numbers with a point, and its texts may be of any habit."""
    typed = Numbers(None, typed=True, advice=Advice(instead="make the column a number first"))
    typed.learn(["7.5", "7,5"])
    assert (typed.read("1.234"), typed.read("1,234.5")) == (1.234, 1234.5)
    for text in ("1,234", "12,5"):
        with pytest.raises(InvalidValue, match="make the column a number first"):
            typed.read(text)


@given(
    st.lists(st.decimals(-(10**7), 10**7, places=3), min_size=1, max_size=20),
    st.sampled_from([",.", ".,", " ,", "\N{NARROW NO-BREAK SPACE},", "'.", "_."]),
)
def test_a_column_of_one_habit_is_read_back_or_refused(values: list[float], habit: str) -> None:
    """Never as another number: thousands grouped or not, with three decimals, in one of the habits of the world."""
    group, point = habit[0], habit[1]
    texts = [f"{value:,.3f}".replace(",", "\0").replace(".", point).replace("\0", "" if group == "_" else group)
             for value in values]  # fmt: skip
    numbers = Numbers(None)
    numbers.learn(texts)
    for text, value in zip(texts, values, strict=True):
        try:
            assert numbers.read(text) == float(value), text
        except InvalidValue as error:
            assert "thousands or decimals" in str(error)  # noqa: PT017  (either is right)
        assert under(text, "." if point == "." else ",") == float(value)


def test_every_language_is_read_back() -> None:
    """As CLDR writes numbers with two decimals, which prove their sign; a seeded sample."""
    written = pytest.importorskip("babel.numbers")
    seeded = random.Random(7)  # noqa: S311
    for language in ("cs", "de", "de_CH", "en", "en_IN", "es", "fi", "fr", "it", "ja", "pl", "pt", "ru", "sv", "zh"):
        values = [round(seeded.uniform(-(10 ** seeded.randint(1, 8)), 10**6), 2) for _ in range(30)]
        texts = [written.format_decimal(value, "#,##,##0.00" if language == "en_IN" else "#,##0.00", locale=language)
                 for value in values]  # fmt: skip
        numbers = Numbers(None)
        numbers.learn(texts)
        assert [numbers.read(text) for text in texts] == values, language


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("0 - Not at all likely", 0),
        ("10 - Extremely likely", 10),
        ("5 (very satisfied)", 5),
        ("5(very satisfied)", 5),
        ("4: good", 4),
        ("4 = good", 4),
        ("3. neither", 3),
        ("2) poor", 2),
        ("Very satisfied (5)", 5),
        ("gut \N{EN DASH} 4", 4),
        ("7", 7),
    ],
)
def test_scores_with_labelled_ends(text: str, score: float) -> None:
    """The number of the answer, with the words of the scale before or behind it."""
    column, refusals = CellReader("score", Kind.NUMBER).read([text], 0)
    assert not refusals
    assert column.values.tolist() == [score]


@pytest.mark.parametrize("text", ["4/5", "4 of 5", "1 - 2", "5 stars", "-1 - none", "Q1 - 5", "- good", "4 -"])
def test_two_numbers_are_no_score(text: str) -> None:
    """Nor is a number with a word but no sign between them; and no other column has labels."""
    assert len(CellReader("score", Kind.NUMBER).read([text], 0)[1]) == 1
    assert len(CellReader("cost", Kind.NUMBER).read(["10 - Extremely likely"], 0)[1]) == 1
