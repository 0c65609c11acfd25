"""Forms of dates in a column: which the texts fit, which of two the data prove, and which must be asked for.

Cells are tried by the functions that read them later, so that what is found here is what a report reads. Where a day
and a month could change places, only a text that fits one of the two forms decides; a file without any leaves it open.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.forms import SERIALS, Form, fitting
from servqual.readers.columns.moments import Moments

_UTC: Final = ZoneInfo("UTC")
NEARLY_ALL: Final = 0.95
"""The share of cells, or of rows, that decides for all; the others are left to the report, which refuses them."""
LONGEST: Final = 40
"""The longest text that is tried as a date, a number or a duration."""
_TRIED: Final = 1000
"""The most different texts that are tried, evenly from all; more only where these leave two forms."""
_STRUCTURES: Final = 4
_NO_TIME: Final = re.compile(r"[^:]*", re.DOTALL)


@attrs.frozen
class Structure:
    """How some texts are built: the forms that read all of them, and why these."""

    forms: tuple[str, ...]
    because: str


@attrs.frozen
class Dates:
    """What is known of a column of moments.

    Attributes:
        structures: of its texts that need a form; ISO 8601 and a year in front need none.
        offsets: whether every text that is a moment tells its offset.
        days: whether no text tells a time of the day.
    """

    structures: tuple[Structure, ...]
    offsets: bool
    days: bool

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that are sure."""
        return tuple(each.forms[0] for each in self.structures if len(each.forms) == 1)

    @property
    def asked(self) -> tuple[Structure, ...]:
        """The structures of which two forms are left."""
        return tuple(each for each in self.structures if len(each.forms) > 1)


def read_moments(texts: Sequence[str], forms: tuple[str, ...], zone: ZoneInfo = _UTC) -> tuple[Array, bool]:
    """Read texts as moments, in microseconds; NaN where they are none. Say whether all moments tell their offset.

    Those without an offset are read as if the clock showed that of `zone`.
    """
    reader = Moments("at", zone=zone, desk=zone, dates=forms)

    def value(text: str) -> float:
        try:
            return reader.read(text.strip())
        except (ValueError, OverflowError):
            return np.nan

    read = {text: value(text) for text in dict.fromkeys(texts)}
    return np.fromiter((read[text] for text in texts), np.float64, len(texts)), not reader.naive


def dates_of(texts: Iterable[str]) -> Dates | None:
    """Find the forms of a column of moments; None where fewer than 95 % of its different texts are moments.

    >>> dates_of(["04/May/26 9:05 AM", "13/May/26 2:00 PM"]).forms
    ('%d/%b/%y %I:%M %p',)
    >>> [each.forms for each in dates_of(["04/05/2026", "06/05/2026"]).asked]
    [('%d/%m/%Y', '%m/%d/%Y')]
    >>> dates_of(["04/05/2026", "13/05/2026"]).structures[0].because
    "'13/05/2026' has no month 13"
    """
    distinct = list(dict.fromkeys(texts))
    if months := _months(distinct):
        return Dates((months,), offsets=False, days=True)
    some = distinct[:: 1 + len(distinct) // _TRIED]
    if not some or sum(map(_may_be_date, some)) < NEARLY_ALL * len(some):
        return None
    structures = _structures(some)
    if any(len(each.forms) > 1 for each in structures):
        structures = _structures(distinct)
    forms = tuple(each.forms[0] for each in structures)
    values, offsets = read_moments(some, forms)
    # a text of the other order is a date, too
    read = sum(value == value or bool(_forms(text)) for text, value in zip(some, values.tolist(), strict=True))  # noqa: PLR0124
    if read < NEARLY_ALL * len(some):
        return None
    offsets = offsets and (some == distinct or read_moments(distinct, forms)[1])
    return Dates(structures, offsets, all(map(_NO_TIME.fullmatch, some)))


_MONTHS: Final = tuple(f"%b{sign}%{year}" for year in "yY" for sign in "- /")


def _months(texts: Sequence[str]) -> Structure | None:
    """Find months of a year, such as Apr-15; few years stand with many months, so that the number is no day."""
    found = [re.fullmatch(r"[^\W\d_]+\.?([-/ ])(\d\d|\d{4})", text) for text in texts[:_TRIED]]
    years = {each[2] for each in found if each}
    if not found or not all(found) or not (len(years) < len(found) or len(max(years, key=len)) > len("15")):
        return None
    form = next((form for form in _MONTHS if all(map(Form(form).read, texts[:_TRIED]))), None)
    return Structure((form,), f"all are a month and a year, such as {texts[0]!r}") if form else None


def some_offsets(texts: Iterable[str], forms: tuple[str, ...]) -> bool:
    """Say whether some text tells its offset: it is the same moment by whatever clock the others are read.

    >>> some_offsets(["2026-05-04 09:00", "2026-05-04 09:00Z"], ()), some_offsets(["2026-05-04 09:00"], ())
    (True, False)
    """
    distinct = list(dict.fromkeys(texts))
    some = distinct[:: 1 + len(distinct) // _TRIED]
    return bool((read_moments(some, forms)[0] == read_moments(some, forms, ZoneInfo("Etc/GMT-5"))[0]).any())


def settled(columns: Sequence[Dates]) -> list[Dates]:
    """Let a proof in one column decide for the others of the same structure: a file has one habit."""
    proved = {form for dates in columns for form in dates.forms}

    def one(structure: Structure) -> Structure:
        sure = tuple(form for form in structure.forms if form in proved)
        if len(structure.forms) == 1 or len(sure) != 1:
            return structure
        return Structure(sure, "as another column of the file proves")

    return [attrs.evolve(dates, structures=tuple(map(one, dates.structures))) for dates in columns]


def serials_of(texts: Iterable[str]) -> tuple[str, ...]:
    """List the forms of plain numbers that all texts may be: serial days, or seconds or milliseconds since 1970.

    >>> serials_of(["46146.375", "46147"]), serials_of(["17", "18"])
    (('excel',), ())
    """
    left = SERIALS
    for text in dict.fromkeys(texts):
        left = tuple(form for form in left if form in fitting(text)) if left and len(text) <= LONGEST else ()
    return left


def _may_be_date(text: str) -> bool:
    """A quick look before anything is tried: digits with something between them, and not too long."""
    return len(text) <= LONGEST and bool(re.match(r"[^+-]*?\d\D{1,12}\d|\d{8}T?\d{0,6}$", text))


def _forms(text: str) -> tuple[str, ...]:
    return tuple(form for form in fitting(text) if form not in SERIALS) if len(text) <= LONGEST else ()


def _structures(texts: Iterable[str]) -> tuple[Structure, ...]:
    """Part texts by the forms that read them; of each part those forms are left that read all of it.

    A year of two digits comes last, but is asked about where the first numbers differ less than the last ones.
    """
    found: list[tuple[tuple[str, ...], str]] = []
    firsts, lasts = set[str](), set[str]()
    for text in texts:
        if not (forms := _forms(text)):
            continue
        numbers = re.findall(r"\d+", text)
        firsts.add(numbers[0])
        lasts.add(numbers[:3][-1])
        for at, (before, _) in enumerate(found):
            if left := tuple(form for form in before if form in forms):
                if len(left) < len(before):
                    found[at] = left, text
                break
        else:
            if len(found) < _STRUCTURES:
                found.append((forms, text))
    year_first = len(firsts) < len(lasts)
    return _without_swaps([_structure(forms, text, year_first=year_first) for forms, text in found])


def _structure(forms: tuple[str, ...], text: str, *, year_first: bool) -> Structure:
    """Say what proves the forms, or what leaves several; `text` is the last cell that ruled one out, or the first."""
    if not year_first:
        forms = tuple(form for form in forms if not form.startswith("%y")) or forms
    first = forms[0]
    if len(forms) > 1:
        both = " and as ".join(forms)
        return Structure(forms, f"{text!r} can be read as {both}, and no cell in the rows looked at proves one of them")
    days = [int(number) for number in re.findall(r"\d+", text) if 12 < int(number) <= 31]  # noqa: PLR2004
    if days and "%b" not in first:
        return Structure(forms, f"{text!r} has no month {days[0]}")
    return Structure(forms, f"all are of this form, such as {text!r}")


def _without_swaps(found: Sequence[Structure]) -> tuple[Structure, ...]:
    """Join two structures that differ in the order of day and month only: the file has both orders."""
    left: list[Structure] = []
    for structure in found:
        swapped = Form(structure.forms[0]).swapped
        other = next((each for each in left if swapped in each.forms), None)
        if other is None:
            left.append(structure)
        else:
            both = f"{other.because}, and {structure.because}: the file has both orders"
            left[left.index(other)] = Structure((*other.forms, *structure.forms), both)
    return tuple(left)
