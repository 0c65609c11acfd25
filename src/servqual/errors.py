"""Every error that servqual raises on purpose.

One base, `ServqualError`. Each class carries a stable dotted `code` for machines, a text for people, and the facts
behind the text as attributes, so that no program has to parse words. Each is also the builtin error a caller would
guess (`ValueError`, `LookupError`, …). All survive pickling.
"""

import math
import re
from collections.abc import Sequence
from typing import Self

from servqual._words import clean

__all__ = [
    "AmbiguousLookup",
    "EventConflict",
    "FinalClass",
    "GoalBehindBaseline",
    "IllegalTransition",
    "InvalidValue",
    "KeyInTwoParts",
    "KpiNotPicklable",
    "LoadErrors",
    "LookupNotUnique",
    "LookupTooLarge",
    "MissingColumn",
    "MissingExtra",
    "MissingKey",
    "NaiveTime",
    "NewerDocument",
    "NoSuchEvent",
    "NotImproved",
    "NothingDone",
    "OtherQuestion",
    "OutOfOrder",
    "RefusedRow",
    "ServqualError",
    "StreamGap",
    "TagsOverlap",
    "TallyMismatch",
    "TooManyGroups",
    "UnknownKey",
    "UnknownName",
    "UnknownZone",
    "UnreadableDocument",
    "UnreadableFile",
    "UnreadableReceipt",
    "UnreadableState",
    "UnreadableTally",
    "VerdictTooLate",
]


class ServqualError(Exception):
    """Base of every error we raise on purpose; `code` is for machines, the text for people.

    >>> error = InvalidValue("goal must lie between 0 and 1 (got 95); write 0.95", field="goal", got=95)
    >>> error.code, error.field, error.got
    ('value.invalid', 'goal', 95)
    >>> error.to_dict()["message"]
    'goal must lie between 0 and 1 (got 95); write 0.95'
    """

    code: str = "servqual"
    __str__ = Exception.__str__  # KeyError shows its text as code would

    def __init__(self, message: str, /, **facts: object) -> None:
        # a message shows names and values from outside, which must not steer the terminal that it is printed to
        super().__init__(clean(message))
        vars(self).update(facts)

    def to_dict(self) -> dict[str, object]:
        """Code, message and facts as plain data; what JSON cannot hold is given as text."""
        return {"code": self.code, "message": str(self)} | {
            name: _plain(fact) for name, fact in vars(self).items() if name not in {"code", "__notes__"}
        }


class InvalidValue(ServqualError, ValueError):
    """A value breaks a rule of its field; `field`, `expected` and `got` say which where they are known."""

    code = "value.invalid"
    field: str
    expected: str
    got: object

    @classmethod
    def of(
        cls, field: str, rule: str, got: object, *, shown: str | None = None, do: str = "", near: tuple[str, ...] = ()
    ) -> Self:
        """Word the error as "FIELD must RULE (got GOT); DO".

        `shown` stands for a value whose own text says too little, `do` says what to do next, and `near` are the names
        that may have been meant.

        >>> print(InvalidValue.of("goal", "be a share of at most 1", 95, do="write 0.95 for 95 %"))
        goal must be a share of at most 1 (got 95); write 0.95 for 95 %
        """
        if shown is None:
            shown = f"{got!r:.200}" if isinstance(got, str) else f"{got!s:.200}"
        what = [f"{field} must {rule} (got {shown})", do, f"did you mean {', '.join(near)}?" if near else ""]
        return cls("; ".join(filter(None, what)), field=field, expected=rule.removeprefix("be "), got=got)

    def of_field(self, field: str) -> Self:
        """Return the error under the name of the field that the value was given for; one that names it stays.

        >>> print(InvalidValue.of("texts", "be a list of texts", 5).of_field("problems"))
        problems must be a list of texts (got 5)
        """
        told, text = getattr(self, "field", field), str(self)
        if field in re.split(r"[.\[\]]", told) or not text.startswith(told):
            return self
        return type(self)(field + text.removeprefix(told), **(vars(self) | {"field": field}))


class GoalBehindBaseline(InvalidValue):
    """The goal of a plan is worse than the value that it starts from."""

    code = "plan.goal_behind_baseline"


class NothingDone(InvalidValue):
    """A check was asked for before any action of the plan was done."""

    code = "check.nothing_done"


class OtherQuestion(InvalidValue):
    """A verdict is on another KPI, definition or group than the plan."""

    code = "check.other_question"


class VerdictTooLate(InvalidValue):
    """A verdict knows of a time after the check that takes it."""

    code = "check.verdict_too_late"


class NotImproved(InvalidValue):
    """A standard is to be changed although the check did not find an improvement."""

    code = "check.not_improved"


class NaiveTime(InvalidValue):
    """A moment without a zone was given where an instant is needed."""

    code = "time.naive"


class OutOfOrder(InvalidValue):
    """An event lies before the last one of its history and does not say when it became known."""

    code = "time.out_of_order"


class EventConflict(ServqualError, ValueError):
    """An event bears the id of another event of its history; `event_id` is that id."""

    code = "event.conflict"
    event_id: str


class FinalClass(ServqualError, TypeError):
    """A class of events or of objects with a history was subclassed, which would lose what the subclass adds."""

    code = "class.final"

    @classmethod
    def of(cls, kind: type, base: type) -> Self:
        """Name the subclass and its base, and the way to do it instead."""
        return cls(
            f"{base.__name__} must not be subclassed (got {kind.__name__}), because its history keeps no fields of "
            "subclasses; put facts of your own into attributes, as in Case.open(attributes=...) and Changed; where it "
            "has none, keep them in an object of your own that names its id",
            kind=kind.__name__,
            base=base.__name__,
        )


class NoSuchEvent(InvalidValue):
    """A correction names no event that counts in its history, or several that differ."""

    code = "correction.no_such_event"


class UnknownZone(InvalidValue):
    """A time zone that the zone database does not know."""

    code = "time.unknown_zone"


class UnknownName(ServqualError, KeyError):
    """A name that a catalogue does not hold; `near` lists the closest that it does."""

    code = "name.unknown"
    near: tuple[str, ...]


class MissingColumn(ServqualError, ValueError, LookupError):
    """A table lacks a column that was asked for; `near` lists the closest it has."""

    code = "data.missing_column"
    column: str
    near: tuple[str, ...]


class AmbiguousLookup(InvalidValue):
    """A column that a table lacks can be looked up in two ways."""

    code = "lookup.ambiguous"


class LookupNotUnique(InvalidValue):
    """Two rows of a table have the key by which another table looks columns up, so that rows would count twice."""

    code = "lookup.not_unique"


class LookupTooLarge(InvalidValue):
    """A table in which columns are looked up does not fit into the memory that is set aside for it."""

    code = "lookup.too_large"


class TooManyGroups(InvalidValue):
    """Rows fall into more groups than `max_groups` allows."""

    code = "groups.too_many"


class TagsOverlap(InvalidValue):
    """Tags cannot be taken out of a tally: a row is in each of its tags, so that they do not add up."""

    code = "tags.overlap"


class KpiNotPicklable(ServqualError, TypeError):
    """A KPI of the user whose function cannot be imported, such as a lambda, cannot be pickled; `key` is its key."""

    code = "kpi.not_picklable"
    key: str


class RefusedRow(ServqualError, ValueError):
    """A row cannot be used and `strict=True` was asked; `row`, `column`, `value` and `reason` say why."""

    code = "data.refused_row"
    row: int
    column: str
    value: object
    reason: str


class UnreadableFile(ServqualError, OSError):
    """A file is missing, empty, a folder, or not what its name says; `path` is its path as given.

    Where two encodings or several tables fit, `setting` names the setting that says which, and `near` has the choice.
    """

    code = "file.unreadable"
    path: str
    setting: str
    near: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.args[0])


class IllegalTransition(ServqualError, ValueError):
    """An event that the present status does not allow; `allowed` lists the stored names of those it does.

    The code bears the name of the lifecycle, such as `case.illegal_transition`.
    """

    code = "illegal_transition"
    status: str
    event: str
    allowed: tuple[str, ...]


class MissingExtra(ServqualError, ImportError):
    """A feature needs a library that is not installed; `extra` is the one to install."""

    code = "extra.missing"
    extra: str


class TallyMismatch(ServqualError, ValueError):
    """Two tallies cannot be added: their definitions, groups or moments differ."""

    code = "tally.mismatch"


class KeyInTwoParts(TallyMismatch):
    """Parts of a table cannot be combined: rows that a KPI needs together lie in two of them."""

    code = "tally.key_in_two_parts"


class UnreadableTally(ServqualError, ValueError):
    """Bytes that are not a stored tally, are cut short, or come from a newer version."""

    code = "tally.unreadable"


class StreamGap(ServqualError, ValueError):
    """Rows of a stream do not follow on those that a state holds; `held` is the offset to read on from."""

    code = "stream.gap"
    source: str
    held: int


class UnreadableState(ServqualError, ValueError):
    """Bytes that are not the stored state of a stream, are cut short, or come from a newer version."""

    code = "stream.unreadable"


class UnreadableReceipt(ServqualError, ValueError):
    """Bytes that are not a receipt, or one that does not lead to its verdict again.

    The code says why: `receipt.unreadable`, `receipt.altered` for a checksum that does not hold,
    `receipt.newer_version`, `receipt.other_rules`, `receipt.other_definition` for a KPI that is another one today or
    was not passed, `receipt.not_reproduced` where the verdict comes out as another.
    """

    code = "receipt.unreadable"


class UnreadableDocument(ServqualError, ValueError):
    """A text or mapping that is no stored document, or one beyond the limits of reading.

    The code says why: `schema.unreadable`, `schema.duplicate_key`, `schema.too_deep`, `schema.too_large`.
    """

    code = "schema.unreadable"


class NewerDocument(ServqualError, ValueError):
    """A stored document of a newer version than this servqual reads; `version` and `known` are both numbers."""

    code = "schema.newer_version"
    kind: str
    version: int
    known: int


class UnknownKey(InvalidValue):
    """A stored document has a key that its kind does not know."""

    code = "schema.unknown_key"


class MissingKey(InvalidValue):
    """A stored document lacks a key that its kind needs."""

    code = "schema.missing_key"


class LoadErrors(ServqualError, ExceptionGroup[ServqualError], ValueError):
    """A stored document cannot be read: all its problems at once, each with its `path`, such as `$.data.owner`."""

    code = "schema.refused"

    def __new__(cls, message: str, problems: Sequence[ServqualError] = (), /, **_: object) -> Self:
        """Make a group of some problems; without any, the message is the only one."""
        return super().__new__(cls, message, problems or [InvalidValue(message)])

    def __init__(self, message: str, problems: Sequence[ServqualError] = (), /, **facts: object) -> None:
        super().__init__(message, **facts)
        self.args = (self.message, problems)  # what pickling and copying build it from

    def __str__(self) -> str:
        return clean(self.message)

    def derive(self, problems: Sequence[ServqualError], /) -> "LoadErrors":  # type: ignore[override]
        """Make a group of some of its problems."""
        return LoadErrors(self.message, problems)

    def to_dict(self) -> dict[str, object]:
        """Code, message and all problems as plain data."""
        found = (problem for problem in self.exceptions if isinstance(problem, ServqualError))
        return super().to_dict() | {"problems": [problem.to_dict() for problem in found]}


def _plain(fact: object) -> object:
    if isinstance(fact, float) and not math.isfinite(fact):
        return str(fact)
    if isinstance(fact, str | int | float | bool | None):
        return fact
    if isinstance(fact, tuple | list):
        return [_plain(part) for part in fact]
    return str(fact)
