"""One column of a file for each of ours, taken in turn, with the reason, or a question where two could be it."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from servqual._arrays import Array
from servqual.readers.columns.tables import Kind, moments_of
from servqual.readers.columns.texts import TRUE
from servqual.readers.files.vendors import Vendor
from servqual.readers.inspecting.headings import UNITS, normals, threshold_of
from servqual.readers.inspecting.kinds import FITS, Holds, filled_of
from servqual.readers.inspecting.matching import (
    SeenColumn,
    day_column,
    time_column,
)
from servqual.readers.inspecting.order import against_order, earliest
from servqual.readers.inspecting.ours import Ours

_REPEATED: Final = 0.9
"""Below this share of different ids a case has several rows."""
_SHOWN: Final = 5
_SPELT: Final = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


@attrs.frozen(kw_only=True)
class Choice:
    """One of our columns, the headings that it is read from, why, and what else it could have been."""

    name: str
    headings: tuple[str, ...]
    because: str
    others: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Question:
    """A setting that only a person can answer: where it stands, what may be written, and why it is open.

    Where the name of the setting is open, too, `names` are those that it may have. `with_it` are settings of `[read]`
    without which the answer means the opposite.
    """

    part: str
    setting: str
    answers: tuple[str, ...]
    because: str
    names: tuple[str, ...] = ()
    with_it: tuple[tuple[str, str], ...] = ()


class Picker:
    """Takes a column for each of ours, in the order in which it is asked; a column is taken once."""

    def __init__(
        self,
        could: Mapping[str, list[SeenColumn]],
        moments: Mapping[str, Array],
        vendor: Vendor | None,
        columns: Sequence[SeenColumn],
        ours: Ours,
    ) -> None:
        self.could, self.moments, self.vendor, self.columns, self.ours = could, moments, vendor, columns, ours
        self.dated = moments_of(ours.table)
        self.chosen: dict[str, Choice] = {}
        self.questions: list[Question] = []
        self._taken: set[str] = set()

    def pick(self, name: str, *, log: bool) -> None:
        """Take a column for one of ours, or ask; in a log, moments are those of its steps."""
        found = [column for column in self.could.get(name, ()) if column.heading not in self._taken]
        times = [column for column in found if column.cells.holds is Holds.TIMES]
        if name in self.dated and times:
            found = [column for column in found if column not in times] or times
        if (
            not found
            or self.ours.stands_for(name) in self.chosen
            or (log and name in self.dated and name != "updated_at")
        ):
            return
        if name in self.dated and len(found) > 1:
            self._pick_moment(name, found)
            return
        if name == self.ours.id:  # the one that is different in every row, but in a log
            found.sort(key=lambda column: (column.cells.distinct < column.cells.filled) != log)
        column = found[0]
        if name in self.dated and column in times:
            day = day_column(self.columns, self.ours.begins)
            if day is None:
                return
            self._take(name, (day.heading, column.heading), f'{_why(column, name)}, "{day.heading}"', keep=day.heading)
        elif name in self.ours.told:
            self._pick_duration(name, column)
        else:
            others = tuple(other.heading for other in found[1 : 1 + _SHOWN])
            self._take(name, (column.heading,), _why(column, name, self.vendor), others)

    def _take(
        self, name: str, headings: tuple[str, ...], because: str, others: tuple[str, ...] = (), keep: str = ""
    ) -> None:
        self.chosen[name] = Choice(name=name, headings=headings, because=because, others=others)
        self._taken.update(heading for heading in headings if heading != keep)

    def _pick_moment(self, name: str, found: list[SeenColumn]) -> None:
        headings = tuple(column.heading for column in found)
        first = earliest({heading: self.moments[heading] for heading in headings if heading in self.moments})
        if name == self.ours.begins and first:
            others = tuple(heading for heading in headings if heading != first[0])
            self._take(name, (first[0],), first[1], others)
        else:
            shown = " and ".join(f'"{heading}"' for heading in headings)
            self.questions.append(
                Question(part="columns", setting=name, answers=headings, because=f"{shown} could be it by name")
            )

    def _pick_duration(self, name: str, column: SeenColumn) -> None:
        bare = column.cells.holds in {Holds.COUNTS, Holds.NUMBERS}
        if bare and column.unit is None:
            because = f'"{column.heading}" holds numbers and names no unit'
            names = tuple(f"{name}_{unit}" for unit in UNITS)
            self.questions.append(
                Question(part="columns", setting=name, answers=(column.heading,), because=because, names=names)
            )
            return
        unit = f"; its numbers are {_SPELT[column.unit]}, {column.unit_because}" if bare and column.unit else ""
        self._take(f"{name}_{column.unit or 's'}", (column.heading,), f"{_why(column, name)}{unit}")

    def _asks(self, name: str) -> bool:
        return any(question.setting == name for question in self.questions)

    def pick_times(self) -> None:
        """Read the moment of receipt from a column of dates and one of times beside it."""
        begins = self.ours.begins
        day, time = day_column(self.columns, begins), time_column(self.columns)
        received = self.chosen.get(begins)
        free = not self._asks(begins) and (not received or (day and received.headings == (day.heading,)))
        if day and time and free:
            because = f'"{day.heading}" holds dates, "{time.heading}" times of the day'
            self._take(begins, (day.heading, time.heading), because)

    def pick_alone(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Take the only column of moments of rows that each have an id of a case."""
        case_id, begins = self.chosen.get(self.ours.id), self.ours.begins
        if case_id is None or begins in self.chosen or self._asks(begins):
            return
        moments = [column for column in self.columns if column.cells.holds in FITS[Kind.MOMENT]]
        if len(moments) == 1 and moments[0].heading not in self._taken and not is_repeated(texts[case_id.headings[0]]):
            self._take(begins, (moments[0].heading,), f"the only moment of rows that are {self.ours.rows}")

    def ask_for_id(self, name: str) -> None:
        """Leave out an id that occurs in several rows, which may be one thing or several."""
        heading = self.chosen.pop(name).headings[0]
        because = (
            f'"{heading}" occurs in several rows, which count one by one without it; with fold = true they are one'
        )
        self.questions.append(Question(part="columns", setting=name, answers=(heading,), because=because))

    def ask_for_opposite(self, name: str, words: frozenset[str], texts: Mapping[str, Sequence[str]]) -> None:
        """Ask whether a flag of one of these names is the opposite of ours."""
        for column in self.columns:
            if column.cells.holds is Holds.FLAGS and words & {*normals(column.heading)}:
                told = sorted(filled_of(texts[column.heading]), key=lambda text: text.casefold() in TRUE)
                words_ = f'true = ["{told[0]}"] and false = ["{told[-1]}"]'
                because = f'"{column.heading}" may be its opposite; if it is, take it, and {words_} under [read]'
                with_it = (("true", told[0]), ("false", told[-1]))
                self.questions.append(
                    Question(part="columns", setting=name, answers=(column.heading,), because=because, with_it=with_it)
                )

    def thresholds(self) -> tuple[tuple[str, str, str], ...]:
        """Find the threshold of counts within it, in their heading or where a documented statistic states it."""
        within = self.chosen.get("answered_within")
        if within and (limit := threshold_of(within.headings[0])):
            return (("within_s", limit, f'as "{within.headings[0]}" says'),)
        headings = {column.heading.casefold(): column.heading for column in self.columns}
        if {"attendances", "breaches", "admissions"} <= headings.keys():
            seen, late = self.chosen["offered"], self.chosen["answered_late"]
            self.chosen["answered"] = attrs.evolve(seen, name="answered", because="everybody is seen")
            return (("within_s", "4 h", f'NHS England counts as "{late.headings[0]}" who stayed over four hours'),)
        for name in ("answered_within", "answered_late"):
            if choice := self.chosen.pop(name, None):
                because = f'"{choice.headings[0]}" names no threshold, such as constants = {{ within_s = "20 s" }}'
                self.questions.append(Question(part="columns", setting=name, answers=choice.headings, because=because))
        return ()

    def check_order(self) -> None:
        """Ask about moments that come before the receipt in most rows."""
        received = self.chosen.get(self.ours.begins)
        if received is None or received.headings[1:]:  # a time of the day has no order of its own
            return
        for name in self.ours.later:
            choice = self.chosen.get(name)
            if choice is None or not {received.headings[0], *choice.headings} <= self.moments.keys():
                continue
            wrong, both = against_order(self.moments[received.headings[0]], self.moments[choice.headings[0]])
            if 2 * wrong > both:
                because = (
                    f'in {wrong:,} of {both:,} rows "{choice.headings[0]}" is before "{received.headings[0]}", '
                    "which is called the receipt"
                )
                del self.chosen[name]
                self.questions.append(Question(part="columns", setting=name, answers=choice.headings, because=because))


def _why(column: SeenColumn, name: str, vendor: Vendor | None = None) -> str:
    if vendor and column.heading in vendor.found((column.heading,)).get(name, ()):
        return f"{vendor.title} calls it so"
    return next((each.because for each in column.could_be if each.name == name), "by what it holds")


def is_repeated(ids: Sequence[str]) -> bool:
    """Say whether ids occur in several rows.

    >>> is_repeated(["A", "A", "B", ""]), is_repeated(["A", "B"])
    (True, False)
    """
    filled = [text for text in ids if text.strip()]
    return bool(filled) and len({*filled}) < _REPEATED * len(filled)
