"""The columns that settings would name: one for each of ours where the file leaves no doubt, else a question."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from servqual._arrays import Array
from servqual.readers.columns.tables import ENDS, TABLES, Kind, known_as, moments_of
from servqual.readers.files.vendors import Vendor
from servqual.readers.inspecting.headings import UNITS
from servqual.readers.inspecting.kinds import FITS, Holds
from servqual.readers.inspecting.matching import (
    STEP,
    TOLD,
    SeenColumn,
    candidates,
    day_column,
    kept_and_missed,
    step_name,
    time_column,
)
from servqual.readers.inspecting.order import against_order, earliest
from servqual.readers.inspecting.words import STEPS

_REPEATED: Final = 0.9
"""Below this share of different ids a case has several rows."""
_MOMENTS: Final = moments_of("cases")
_SHOWN: Final = 5


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

    Where the name of the setting is open, too, `names` are those that it may have.
    """

    part: str
    setting: str
    answers: tuple[str, ...]
    because: str
    names: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Step:
    """A moment of a case in a log: the first or last event of these names."""

    name: str
    pick: str
    events: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Chosen:
    """What settings would say of a file."""

    columns: tuple[Choice, ...] = ()
    questions: tuple[Question, ...] = ()
    fold: str | None = None
    steps: tuple[Step, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Our columns that a report would have, moments that durations give among them."""
        ours = [known_as("cases", choice.name)[0] for choice in self.columns if choice.name not in STEP]
        return frozenset((*(ENDS.get(name, name) for name in ours), *(step.name for step in self.steps)))

    @property
    def carries(self) -> bool:
        """Whether a report can follow: a receipt is found or asked for."""
        return "received_at" in self.names or any(question.setting == "received_at" for question in self.questions)

    def of(self, name: str) -> Choice | None:
        """Give the choice for one of our columns."""
        return next((choice for choice in self.columns if choice.name == name), None)


def choose(
    columns: Sequence[SeenColumn],
    texts: Mapping[str, Sequence[str]],
    moments: Mapping[str, Array],
    vendor: Vendor | None,
) -> Chosen:
    """Choose among the columns of a file; `texts` are its cells and `moments` its moments, by heading."""
    could = {name: list(found) for name, found in candidates(columns).items()}
    if vendor:
        by_heading = {column.heading: column for column in columns}
        for name, headings in vendor.found(tuple(by_heading)).items():
            stem, _, unit = name.rpartition("_")
            ours = stem if stem in TOLD and unit in UNITS else name
            fitting = [by_heading[heading] for heading in headings if _fits(name, by_heading[heading])]
            if fitting:
                could[ours] = [attrs.evolve(fitting[0], unit=unit) if ours != name else fitting[0]]
    picker = _Picker(could, moments, vendor, columns)
    log = _is_log(could, texts)
    for name in _OURS:
        if log or name not in STEP:
            picker.pick(name, log=log)
    if not log:
        picker.pick_times()
        picker.pick_alone(texts)
    picker.check_order()
    case_id, fold = picker.chosen.get("case_id"), None
    repeats = case_id is not None and _is_repeated(texts[case_id.headings[0]])
    if repeats and not log and picker.chosen.keys() & {"updated_at", "updates"}:
        by = "updated_at" if "updated_at" in picker.chosen else "updates"
        fold = f"ids occur in several rows, of which the one with the latest {by} stands"
    true, false = _marks(picker.chosen.get("sla_kept"), texts)
    return Chosen(
        columns=tuple(picker.chosen.values()),
        questions=tuple(picker.questions),
        fold=fold,
        steps=_steps(texts[picker.chosen["event"].headings[0]]) if log else (),
        true=true,
        false=false,
    )


_OURS: Final = (
    "case_id",
    *STEP,
    *_MOMENTS,
    *TOLD,
    *(name for name, kind in TABLES["cases"].items() if kind not in {Kind.MOMENT, Kind.DURATION} and name != "case_id"),
)


class _Picker:
    """Takes a column for each of ours, in the order of `_OURS`; a column is taken once."""

    def __init__(
        self,
        could: Mapping[str, list[SeenColumn]],
        moments: Mapping[str, Array],
        vendor: Vendor | None,
        columns: Sequence[SeenColumn],
    ) -> None:
        self.could, self.moments, self.vendor, self.columns = could, moments, vendor, columns
        self.chosen: dict[str, Choice] = {}
        self.questions: list[Question] = []
        self._taken: set[str] = set()

    def pick(self, name: str, *, log: bool) -> None:
        found = [column for column in self.could.get(name, ()) if column.heading not in self._taken]
        times = [column for column in found if column.cells.holds is Holds.TIMES]
        if name in _MOMENTS and times:
            found = [column for column in found if column not in times] or times
        if not found or (log and name in _MOMENTS and name != "updated_at"):
            return
        if name in _MOMENTS and len(found) > 1:
            self._pick_moment(name, found)
            return
        if name == "case_id":  # the one that is different in every row, but in a log
            found.sort(key=lambda column: (column.cells.distinct < column.cells.filled) != log)
        column = found[0]
        if name in _MOMENTS and column in times:
            day = day_column(self.columns)
            if day is None:
                return
            self._take(name, (day.heading, column.heading), f'{_why(column, name)}, "{day.heading}"', keep=day.heading)
        elif name in TOLD:
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
        if name == "received_at" and first:
            others = tuple(heading for heading in headings if heading != first[0])
            self._take(name, (first[0],), first[1], others)
        else:
            shown = " and ".join(f'"{heading}"' for heading in headings)
            self.questions.append(
                Question(part="columns", setting=name, answers=headings, because=f"{shown} could be it by name")
            )

    def _pick_duration(self, name: str, column: SeenColumn) -> None:
        if ENDS.get(f"{name}_s") in self.chosen:
            return
        bare = column.cells.holds in {Holds.COUNTS, Holds.NUMBERS}
        if bare and column.unit is None:
            because = f'"{column.heading}" holds numbers and names no unit'
            names = tuple(f"{name}_{unit}" for unit in UNITS)
            self.questions.append(
                Question(part="columns", setting=name, answers=(column.heading,), because=because, names=names)
            )
            return
        unit = f"; its numbers are {column.unit}, as its heading says" if bare else ""
        self._take(f"{name}_{column.unit or 's'}", (column.heading,), f"{_why(column, name)}{unit}")

    def _asks(self, name: str) -> bool:
        return any(question.setting == name for question in self.questions)

    def pick_times(self) -> None:
        """Read the moment of receipt from a column of dates and one of times beside it."""
        day, time = day_column(self.columns), time_column(self.columns)
        received = self.chosen.get("received_at")
        free = not self._asks("received_at") and (not received or (day and received.headings == (day.heading,)))
        if day and time and free:
            because = f'"{day.heading}" holds dates, "{time.heading}" times of the day'
            self._take("received_at", (day.heading, time.heading), because)

    def pick_alone(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Take the only column of moments of rows that each have an id of a case."""
        case_id = self.chosen.get("case_id")
        if case_id is None or "received_at" in self.chosen or self._asks("received_at"):
            return
        moments = [column for column in self.columns if column.cells.holds in FITS[Kind.MOMENT]]
        if len(moments) == 1 and moments[0].heading not in self._taken and not _is_repeated(texts[case_id.headings[0]]):
            self._take("received_at", (moments[0].heading,), "the only moment of rows that are one case each")

    def check_order(self) -> None:
        """Ask about moments that come before the receipt in most rows."""
        received = self.chosen.get("received_at")
        if received is None or received.headings[1:]:  # a time of the day has no order of its own
            return
        for name in ("first_response_at", "resolved_at", "closed_at"):
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


def _fits(name: str, column: SeenColumn) -> bool:
    kind = TABLES["cases"].get(name, Kind.DURATION)
    return column.cells.holds in FITS[kind] or kind in {Kind.FLAG, Kind.LABEL}


def _why(column: SeenColumn, name: str, vendor: Vendor | None = None) -> str:
    if vendor and column.heading in vendor.found((column.heading,)).get(name, ()):
        return f"{vendor.title} calls it so"
    return next((each.because for each in column.could_be if each.name == name), "by what it holds")


def _is_repeated(ids: Sequence[str]) -> bool:
    filled = [text for text in ids if text.strip()]
    return bool(filled) and len({*filled}) < _REPEATED * len(filled)


def _is_log(could: Mapping[str, Sequence[SeenColumn]], texts: Mapping[str, Sequence[str]]) -> bool:
    """Whether rows are steps: an id that is repeated, a column of steps, and one of their moments."""
    ids = could.get("case_id", ())
    has_steps = bool(could.get("event") and could.get("at"))
    return has_steps and any(_is_repeated(texts[column.heading]) for column in ids)


def _steps(events: Sequence[str]) -> tuple[Step, ...]:
    """Find the moments of a case among the names of steps; the first step of all is the receipt."""
    names = sorted({text.strip() for text in events} - {""})
    found = [Step(name="received_at", pick="first", events=("*",))]
    for name, (pick, words) in STEPS.items():
        if some := tuple(text for text in names if step_name(text) in words)[:_SHOWN]:
            found.append(Step(name=name, pick=pick, events=some))
    return tuple(found)


def _marks(choice: Choice | None, texts: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if choice is None:
        return (), ()
    kept, missed = kept_and_missed({text.strip() for text in texts[choice.headings[0]]})
    return tuple(sorted(kept)), tuple(sorted(missed))
