"""The columns that settings would name: one for each of ours where the file leaves no doubt, else a question."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from servqual._arrays import Array
from servqual.readers.columns.tables import Kind, moments_of
from servqual.readers.files.vendors import Vendor
from servqual.readers.files.wide_rows import Wide
from servqual.readers.inspecting.events import events_of, told_by
from servqual.readers.inspecting.headings import UNITS
from servqual.readers.inspecting.kinds import FITS, filled_of
from servqual.readers.inspecting.matching import (
    MARKS,
    SeenColumn,
    candidates,
    marks_of,
    step_name,
)
from servqual.readers.inspecting.ours import OURS, STEP, Ours
from servqual.readers.inspecting.picking import Choice, Picker, Question, is_repeated
from servqual.readers.inspecting.words import STEPS

_SHOWN: Final = 5
_DISPUTED: Final = frozenset(("disputed", "consumer disputed", "customer disputed"))


@attrs.frozen(kw_only=True)
class Step:
    """A moment of a case in a log: the first or last event of these names."""

    name: str
    pick: str
    events: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Chosen:
    """What settings would say of a file that holds this table.

    Of a log `steps` are the moments of a case, or `events` our events with the names of each. `neither` are words of a
    mark that are for neither yes nor no, `constants` columns that are the same in each row, with their value and why,
    and `wide` is the layout of a table with a column per item.
    """

    ours: Ours = OURS["cases"]
    columns: tuple[Choice, ...] = ()
    questions: tuple[Question, ...] = ()
    fold: str | None = None
    steps: tuple[Step, ...] = ()
    events: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    wide: Wide | None = None
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    neither: tuple[str, ...] = ()
    constants: tuple[tuple[str, str, str], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Our columns that a report would have, moments that durations give among them."""
        ours = [choice.name for choice in self.columns if not self.logged or choice.name not in STEP]
        told = (*(step.name for step in self.steps), *told_by(self.events), *(name for name, *_ in self.constants))
        return frozenset((*map(self.ours.stands_for, ours), *told, *(self.wide.columns if self.wide else ())))

    @property
    def logged(self) -> bool:
        """Whether rows are steps of cases."""
        return bool(self.steps or self.events)

    @property
    def carries(self) -> bool:
        """Whether a report can follow: the first moment of each row is found or asked for."""
        begins = self.ours.begins
        return begins in self.names or any(question.setting == begins for question in self.questions)

    def of(self, name: str) -> Choice | None:
        """Give the choice for one of our columns."""
        return next((choice for choice in self.columns if choice.name == name), None)


def choose(
    columns: Sequence[SeenColumn],
    texts: Mapping[str, Sequence[str]],
    moments: Mapping[str, Array],
    vendor: Vendor | None,
    ours: Ours = OURS["cases"],
) -> Chosen:
    """Choose among the columns of a file; `texts` are its cells and `moments` its moments, by heading."""
    of_use = [column for column in columns if not (vendor and vendor.lists(column.heading))]
    could = {name: list(found) for name, found in candidates(of_use).items()}
    if vendor:
        by_heading = {column.heading: column for column in columns}
        for name, headings in vendor.found(tuple(by_heading)).items():
            stem, _, unit = name.rpartition("_")
            told = stem if stem in ours.told and unit in UNITS else name
            fitting = [by_heading[heading] for heading in headings if _fits(name, by_heading[heading], ours)]
            if fitting:
                could[told] = [attrs.evolve(fitting[0], unit=unit) if told != name else fitting[0]]
    picker = Picker(could, moments, vendor, columns, ours)
    log = ours.table == "cases" and _is_log(could, texts)
    for name in _in_order(ours):
        if log or name not in STEP or name == ours.begins:
            picker.pick(name, log=log)
    if not log:
        picker.pick_times()
        picker.pick_alone(texts)
    picker.check_order()
    repeated = (found := picker.chosen.get(ours.id)) is not None and is_repeated(texts[found.headings[0]])
    fold = None
    if repeated and not log and picker.chosen.keys() & {"updated_at", "updates"}:
        by = "updated_at" if "updated_at" in picker.chosen else "updates"
        fold = f"ids occur in several rows, of which the one with the latest {by} stands"
    elif repeated and ours.table != "cases":
        picker.ask_for_id(ours.id)
    if ours.table == "complaints" and "satisfied" not in picker.chosen:
        picker.ask_for_opposite("satisfied", _DISPUTED, texts)
    constants = picker.thresholds() if ours.table == "contact_counts" else ()
    steps = texts[picker.chosen["event"].headings[0]] if log else ()
    events = events_of(texts[picker.chosen[ours.id].headings[0]], steps) if log else {}
    true, false, neither = _marks(picker.chosen, texts)
    return Chosen(
        ours=ours,
        columns=tuple(picker.chosen.values()),
        questions=tuple(picker.questions),
        fold=fold,
        steps=_steps(steps) if log and not events else (),
        events=events,
        true=true,
        false=false,
        neither=neither,
        constants=constants,
    )


def _in_order(ours: Ours) -> tuple[str, ...]:
    """List our columns in the order in which each takes one of the file: the id, moments, durations, all others."""
    moments = moments_of(ours.table)
    steps = STEP if ours.table == "cases" else ()
    names = dict.fromkeys(name for name in (ours.id, *steps, *moments, *ours.told, *ours.kinds) if name)
    return tuple(sorted(names, key=lambda name: ours.kinds[name] is Kind.FLAG and ours.stands_for(name) != name))


def _fits(name: str, column: SeenColumn, ours: Ours) -> bool:
    kind = ours.kinds.get(name, Kind.DURATION)
    return column.cells.holds in FITS[kind] or kind in {Kind.FLAG, Kind.LABEL}


def _is_log(could: Mapping[str, Sequence[SeenColumn]], texts: Mapping[str, Sequence[str]]) -> bool:
    """Whether rows are steps: an id that is repeated, a column of steps, and one of their moments."""
    ids = could.get("case_id", ())
    has_steps = bool(could.get("event") and could.get("at"))
    return has_steps and any(is_repeated(texts[column.heading]) for column in ids)


def _steps(events: Sequence[str]) -> tuple[Step, ...]:
    """Find the moments of a case among the names of steps; the first step of all is the receipt."""
    names = sorted({text.strip() for text in events} - {""})
    found = [Step(name="received_at", pick="first", events=("*",))]
    for name, (pick, words) in STEPS.items():
        if some := tuple(text for text in names if step_name(text) in words)[:_SHOWN]:
            found.append(Step(name=name, pick=pick, events=some))
    return tuple(found)


def _marks(
    chosen: Mapping[str, Choice], texts: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Find the words of the flag for which a desk has its own."""
    choice = next((chosen[name] for name in MARKS if name in chosen), None)
    if choice is None:
        return (), (), ()
    return marks_of(choice.name, filled_of(texts[choice.headings[0]]))
