"""`check_lifecycle` passes ours and a user's own lifecycles, and names the law that a broken one breaks."""

from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import find, settings
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import Case
from servqual.model.history.lifecycle import Event, History, Lived, Move, Row, Transitions
from servqual.model.labels import Labelled
from servqual.schema import ledger
from servqual.testing import check_lifecycle, histories, values

pytestmark = pytest.mark.usefixtures("unshrunk")
LIVED = [entry.kind for entry in ledger.rows() if entry.version and issubclass(entry.kind, Lived)]


@pytest.mark.parametrize("kind", LIVED, ids=lambda kind: kind.__name__)
def test_our_lifecycles_keep_the_laws(kind: Any) -> None:
    """Every object with a history that servqual has."""
    check_lifecycle(kind, max_examples=6)


class LoanStatus(Labelled):
    """Where a lent device is."""

    LENT = "lent", "借出"
    BACK = "back", "归还"
    LOST = "lost", "遗失"


@attrs.frozen
class Device:
    """What is lent, a class that servqual does not know."""

    name: str
    worth: int = 1


@attrs.frozen(kw_only=True)
class Lent(Event):
    """A device was lent."""

    device: Device


@attrs.frozen(kw_only=True)
class Returned(Event):
    """It came back."""

    damaged: bool = False


LENDING = (
    Row((None, LoanStatus.BACK), Lent, None, LoanStatus.LENT),
    Row((LoanStatus.LENT,), Returned, None, LoanStatus.BACK),
)
LoanEvent = Lent | Returned


@attrs.frozen(kw_only=True)
class Loan(Lived[LoanStatus, LoanEvent]):
    """A loan as the tuple of what happened to it."""

    _transitions: ClassVar[Transitions[Any]] = Transitions(name="loan", rows=LENDING)
    history: tuple[LoanEvent, ...] = attrs.field(converter=History[LoanEvent])


@attrs.frozen(kw_only=True)
class Lossy(Lived[LoanStatus, LoanEvent]):
    """A loan with a status that no event leads to."""

    _transitions: ClassVar[Transitions[Any]] = Transitions(
        name="loan", rows=(*LENDING, Row((LoanStatus.LOST,), Returned, None, Move.STAY))
    )
    history: tuple[LoanEvent, ...] = attrs.field(converter=History[LoanEvent])


@attrs.frozen(kw_only=True)
class Lenient(Lived[LoanStatus, LoanEvent]):
    """A loan that leaves out what it cannot take."""

    _transitions: ClassVar[Transitions[Any]] = Transitions(name="loan", rows=LENDING)
    history: tuple[LoanEvent, ...] = attrs.field(converter=History[LoanEvent])

    def record(self, event: LoanEvent) -> "Lenient":
        """Swallow the error."""
        try:
            return super().record(event)
        except IllegalTransition:
            return self


@attrs.frozen(kw_only=True)
class Late(Lived[LoanStatus, LoanEvent]):
    """A loan whose status depends on when an event became known."""

    _transitions: ClassVar[Transitions[Any]] = Transitions(name="loan", rows=LENDING)
    history: tuple[LoanEvent, ...] = attrs.field(converter=History[LoanEvent])

    @property
    def status(self) -> LoanStatus:
        """Lost once anything was recorded late."""
        return LoanStatus.LOST if any(event.recorded_at for event in self.history) else super().status


@attrs.frozen(kw_only=True, eq=False)
class Same(Lived[LoanStatus, LoanEvent]):
    """A loan that equals only itself."""

    _transitions: ClassVar[Transitions[Any]] = Transitions(name="loan", rows=LENDING)
    history: tuple[LoanEvent, ...] = attrs.field(converter=History[LoanEvent])

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


def test_a_lifecycle_of_the_user_keeps_the_laws() -> None:
    """With strategies that are made from its types, and with those of the user."""
    check_lifecycle(Loan, max_examples=20)
    check_lifecycle(Loan, histories(Loan, min_events=3), max_examples=5)
    check_lifecycle(Case, histories(Case, max_events=2), max_examples=5)


class Stage(Labelled):
    """Where a rehearsal is."""

    SET = "set", "定"
    OVER = "over", "完"


@attrs.frozen(kw_only=True)
class Plan(Event):
    """A rehearsal was set, an event that is called like a class of ours."""

    what: str


@attrs.frozen(kw_only=True)
class Check(Event):
    """It was looked at."""

    score: "int"
    device: "Device | None" = None


@attrs.frozen(kw_only=True)
class Outcome(Event):
    """It is over."""


RehearsalEvent = Plan | Check | Outcome


@attrs.frozen(kw_only=True)
class Tally(Lived[Stage, RehearsalEvent]):
    """A rehearsal, which has the name of a result."""

    _transitions: ClassVar[Transitions[Any]] = Transitions(
        name="rehearsal",
        rows=(
            Row((None,), Plan, None, Stage.SET),
            Row((Stage.SET,), Check, None, Move.STAY),
            Row((Stage.SET,), Outcome, None, Stage.OVER),
        ),
    )
    history: tuple[RehearsalEvent, ...] = attrs.field(converter=History[RehearsalEvent])


def test_classes_may_be_called_like_ours() -> None:
    """Names do not clash, and annotations may be written as text, as in a module that postpones them."""
    check_lifecycle(Tally, max_examples=10)
    for kind in (Plan, Check, Outcome):
        found = find(values(kind), lambda _: True, settings=settings(max_examples=5, deadline=None, database=None))
        assert type(found) is kind


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        (Lossy, "every status of Lossy must be reached .* lost"),
        (Lenient, "must raise IllegalTransition"),
        (Late, "when an event became known must not matter"),
        (Same, "replay must be life"),
    ],
)
def test_a_broken_law_is_named(kind: Any, law: str) -> None:
    """The error says which law, and Hypothesis which history."""
    with pytest.raises(AssertionError, match=law):
        check_lifecycle(kind, max_examples=30)


def test_what_is_no_lifecycle_is_refused() -> None:
    """Other classes, lists of objects, and strategies of other objects."""
    with pytest.raises(InvalidValue, match="kind must be a class with a history"):
        check_lifecycle(Device)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="lives must be a strategy"):
        check_lifecycle(Loan, [])  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="lives must draw objects of Loan"):
        check_lifecycle(Loan, st.just(5))
