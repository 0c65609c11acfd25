"""A service standard: a promise that is drafted, reviewed, confirmed, published, and improved in versions.

The same names are the events, so a program reads well with `from servqual.model import standard as event`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import a_fact, among, as_instant, as_texts, differ, filled, instant
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.labels import Labelled
from servqual.model.standards.indicator import Indicator

__all__ = [
    "STANDARD_TRANSITIONS",
    "Confirmation",
    "Confirmed",
    "Drafted",
    "Dropped",
    "Published",
    "Retired",
    "Reviewed",
    "ServiceLevel",
    "ServiceStandard",
    "StandardDimension",
    "StandardEvent",
    "StandardStatus",
    "StandardVersion",
]


class StandardStatus(Labelled):
    """Status of the newest version of a standard."""

    DRAFT = "draft", "草案"
    IN_REVIEW = "in_review", "评审中"
    CONFIRMED = "confirmed", "已确认"
    IN_USE = "in_use", "使用中"
    RETIRED = "retired", "已废止"


class StandardDimension(Labelled):
    """Subject that a standard should cover."""

    PROCESS = "process", "服务流程"
    QUALIFICATION = "qualification", "人员资质"
    EQUIPMENT = "equipment", "设备设施"
    ENVIRONMENT = "environment", "环境条件"
    INDICATORS = "indicators", "质量指标"


class Confirmation(Labelled):
    """Way of confirming a standard before its publication."""

    INTERNAL_REVIEW = "internal_review", "内部评审"
    THIRD_PARTY = "third_party", "第三方认证"


@declared("service_level")
@attrs.frozen(kw_only=True, field_transformer=typed)
class ServiceLevel:
    """Level of service, such as basic or premium: its offers and its standard.

    Levels are free; `rank` orders them, the lowest first. The source documents have two sets (junior, middle and senior
    service; basic, professional and value-added service), so neither is built in.

    >>> basic = ServiceLevel(name="basic", rank=1, services=("advice", "complaints"), standard="Support standard")
    >>> premium = ServiceLevel(name="premium", rank=2, services=("a manager of one's own",), standard="VIP standard")
    >>> max([premium, basic], key=lambda level: level.rank).name
    'premium'
    """

    name: str = attrs.field(validator=filled)
    rank: int
    services: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    standard: str | None = None

    def kept_to(self, standards: "Iterable[ServiceStandard]") -> "ServiceStandard | None":
        """Return the standard of this level; None where it names none. A name that no standard has is refused."""
        known = {standard.name: standard for standard in standards}
        if self.standard is None:
            return None
        among("standard", self.standard, known)
        return known[self.standard]


def _some(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    if not value or not all(name.strip() for name in value):
        raise InvalidValue.of(field.name, "name at least one", value, do="those who will keep a standard draft it")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Drafted(Act):
    """A version was written: departments that keep it, requirements, and indicators that judge it.

    `documents` names explanations, such as a manual; `references` names standards of others that it uses, without a
    claim of conformance; `scope` says where it applies.
    """

    name: str = attrs.field(validator=filled)
    version: str = attrs.field(validator=filled)
    departments: tuple[str, ...] = attrs.field(converter=as_texts, validator=_some)
    indicators: tuple[Indicator, ...] = attrs.field(
        default=(), converter=tuple[Indicator, ...], validator=differ(lambda it: it.name or it.kpi)
    )
    process: str = ""
    qualification: str = ""
    equipment: str = ""
    environment: str = ""
    scope: str = ""
    documents: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    references: tuple[str, ...] = attrs.field(default=(), converter=as_texts)

    @property
    def uncovered(self) -> tuple[StandardDimension, ...]:
        """Subjects that this version does not cover."""
        return tuple(dimension for dimension in StandardDimension if not getattr(self, dimension.value))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reviewed(Act):
    """Departments reviewed it; it goes on after a passed review with a head of department."""

    department_head: bool = attrs.field(validator=a_fact)
    passed: bool = attrs.field(validator=a_fact)
    findings: tuple[str, ...] = attrs.field(default=(), converter=as_texts)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Confirmed(Act):
    """It was confirmed by an internal review, or by a third party named in `body`."""

    how: Confirmation = attrs.field(converter=Confirmation)
    body: str = ""

    def __attrs_post_init__(self) -> None:
        if self.how is Confirmation.THIRD_PARTY and not self.body.strip():
            raise InvalidValue.of("body", "name the third party that confirmed", self.body, do="say who certified it")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Published(Act):
    """It was published; its goals hold from then on, or from a later moment, `effective_from`."""

    effective_from: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))

    def __attrs_post_init__(self) -> None:
        if self.effective_from is not None and self.effective_from < self.at:
            raise InvalidValue.of(
                "effective_from",
                f"not come before the publication at {self.at}",
                self.effective_from,
                do="nobody can keep an unknown promise",
            )

    @property
    def starts(self) -> dt.datetime:
        """Moment from which its goals hold."""
        return self.effective_from or self.at


@attrs.frozen(kw_only=True, field_transformer=typed)
class Dropped(Reasoned):
    """The new version was dropped, for a reason; the published one stays in use."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Retired(Reasoned):
    """The whole standard ended, for a reason."""


StandardEvent = Drafted | Reviewed | Confirmed | Published | Dropped | Retired


def _passed_by_a_head(event: Reviewed) -> bool:
    return event.passed and event.department_head


def _failed(event: Reviewed) -> bool:
    return not event.passed


def _rows() -> tuple[Row[StandardStatus], ...]:
    s = StandardStatus
    under_way = (s.DRAFT, s.IN_REVIEW, s.CONFIRMED)
    # drafting comes late here, so that of two steps at one instant the old version is finished before the next begins
    return (
        # from                            event      guard              to
        Row((s.DRAFT, s.IN_REVIEW),       Reviewed,  _passed_by_a_head, s.IN_REVIEW),
        Row((s.DRAFT, s.IN_REVIEW),       Reviewed,  _failed,           s.DRAFT),
        Row((s.DRAFT, s.IN_REVIEW),       Reviewed,  None,              Move.STAY),
        Row((s.IN_USE,),                  Reviewed,  None,              Move.STAY),
        Row((s.IN_REVIEW,),               Confirmed, None,              s.CONFIRMED),
        Row((s.CONFIRMED,),               Published, None,              s.IN_USE),
        Row(under_way,                    Dropped,   None,              s.IN_USE),
        Row((None, *under_way, s.IN_USE), Drafted,   None,              s.DRAFT),
        Row((*under_way, s.IN_USE),       Retired,   None,              s.RETIRED),
    )  # fmt: skip


STANDARD_TRANSITIONS: Final = Transitions(name="standard", rows=_rows())


@attrs.frozen(kw_only=True, field_transformer=typed)
class StandardVersion:
    """Published version and its span: from `start` to `end`, which is not included (None: still in use)."""

    text: Drafted
    start: dt.datetime
    end: dt.datetime | None


@declared("service_standard")
@attrs.frozen(kw_only=True, field_transformer=typed)
class ServiceStandard(Lived[StandardStatus, StandardEvent]):
    """A promise of service as the tuple of its events, all versions included.

    A version is drafted, reviewed with a head of department, confirmed, and published. A draft while a version is in
    use begins the next version: the old goals hold until the new ones are published, and old periods always keep them.
    `status` is that of the newest version. Refused: an event that the status does not allow, a draft with another name,
    a version that was published before, and dropping the first version (retire the standard instead).

    >>> from datetime import UTC, datetime
    >>> day = lambda n: datetime(2026, 1, n, tzinfo=UTC)
    >>> quick = Indicator(name="quick", kpi="first_response_kept", goal=0.9)
    >>> draft = Drafted(at=day(5), by="M-1", name="Support", version="1", departments=("desk",), indicators=(quick,))
    >>> support = ServiceStandard(history=[draft])
    >>> for step in (Reviewed(at=day(6), by="D-1", department_head=True, passed=True),
    ...              Confirmed(at=day(7), by="D-1", how="internal_review"), Published(at=day(8), by="M-1")):
    ...     support = support.record(step)
    >>> support.status.label("zh"), support.indicators_at(day(7)), support.indicators_at(day(8)) == (quick,)
    ('使用中', (), True)
    """

    _transitions: ClassVar[Transitions[Any]] = STANDARD_TRANSITIONS

    history: tuple[StandardEvent, ...] = attrs.field(converter=History[StandardEvent])

    def _check(self, _events: tuple[StandardEvent, ...], /) -> None:
        _consistent(self.history)

    @property
    def name(self) -> str:
        """Name of the standard."""
        return self._first(Drafted).name

    @property
    def id(self) -> str:
        """Name of the standard, which others refer to."""
        return self.name

    @property
    def draft(self) -> Drafted:
        """Newest version, published or not; the published one after a drop."""
        return self._texts()[-1]

    @property
    def version(self) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """Number of the newest version, published or not, that was not dropped."""
        return self.draft.version

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Indicators of the last published version; before the first publication those of the draft."""
        published = self._published()
        return (published[-1][0] if published else self.draft).indicators

    @property
    def versions(self) -> tuple[StandardVersion, ...]:
        """Published versions with their spans, in order; one that was replaced before it began is left out."""
        last = self.history[-1]
        end = last.at if isinstance(last, Retired) else None
        held: list[StandardVersion] = []
        for text, start in reversed(self._published()):
            if end is None or start < end:
                held.append(StandardVersion(text=text, start=start, end=end))
                end = start
        return tuple(reversed(held))

    def version_at(self, moment: dt.datetime) -> Drafted | None:
        """Return the version whose goals held at this moment; None before the first and after the end."""
        at = as_instant(moment, "moment")
        held = (v.text for v in self.versions if v.start <= at and (v.end is None or at < v.end))
        return next(held, None)

    def indicators_at(self, moment: dt.datetime) -> tuple[Indicator, ...]:
        """List the goals that held at this moment; old periods keep their old goals."""
        version = self.version_at(moment)
        return () if version is None else version.indicators

    def _published(self) -> list[tuple[Drafted, dt.datetime]]:
        steps = zip(self._texts(), self.history, strict=True)
        return [(text, event.starts) for text, event in steps if isinstance(event, Published)]

    def _texts(self) -> list[Drafted]:
        """List the newest version after each event of the history."""
        texts: list[Drafted] = []
        newest = standing = self.history[0]
        for event in self.history:
            if isinstance(event, Drafted):
                newest = event
            elif isinstance(event, Published):
                standing = newest
            elif isinstance(event, Dropped):
                newest = standing
            assert isinstance(newest, Drafted)
            texts.append(newest)
        return texts


def _consistent(history: tuple[StandardEvent, ...]) -> None:
    """Refuse another name, a version that is not new, and a dropped draft without a published version."""
    first = text = history[0]
    assert isinstance(first, Drafted)
    assert isinstance(text, Drafted)
    published: set[str] = set()
    for event in history:
        if isinstance(event, Drafted):
            text = event
            _next_version(first, text, published)
        elif isinstance(event, Published):
            published.add(text.version)
        elif isinstance(event, Dropped) and not published:
            raise InvalidValue.of(
                "history",
                "have a published version that stays when a draft is dropped",
                event.stored_name,
                shown=f"the first draft dropped at {event.at}",
                do="record Retired instead",
            )


def _next_version(first: Drafted, draft: Drafted, published: set[str]) -> None:
    if draft.name != first.name:
        raise InvalidValue.of(
            "name", f"be that of the standard, {first.name!r}", draft.name, do="begin another standard for it"
        )
    if draft.version in published:
        raise InvalidValue.of(
            "version", "be new", draft.version, shown=f"{draft.version!r}, which was published before", do="count it up"
        )
