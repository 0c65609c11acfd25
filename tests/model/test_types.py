"""Every field of every value against values of other types: taken as it is, or refused under its name."""

import datetime as dt
import importlib
from collections.abc import Collection, Iterator, Mapping
from enum import EnumType
from types import UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import attrs
import pytest

from servqual import model
from servqual.errors import ServqualError
from servqual.metrics import KPIS
from servqual.model import BusinessHours, Money
from servqual.model.sla.clocks import STANDARD
from servqual.model.sla.cycles import Pause
from servqual.readers import Layout, Log, Moment
from servqual.report import Config, Promise

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ALWAYS = BusinessHours.always()

WRONG = [
    5, 1.5, float("nan"), float("inf"), True, None, "x", "", b"x", [], ["x"], [[]], {}, {"x": {}}, {5: []}, set(), (),
    ("x",), ([],), object(), int, NINE, NINE.replace(tzinfo=None), NINE.date(), HOUR,
    dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=14))), dt.datetime.min.replace(
        tzinfo=dt.timezone(dt.timedelta(hours=14))
    ), Money(1, "EUR"), ALWAYS, lambda: None,
]  # fmt: skip

SAMPLES: dict[Any, Any] = {
    str: "x", int: 3, float: 0.5, bool: True, type(None): None, dt.datetime: NINE, dt.date: NINE.date(),
    dt.timedelta: HOUR, Money: Money(1, "EUR"), ZoneInfo: "UTC", model.Hours: ALWAYS, object: "x", Any: "x",
    Pause: Pause(NINE, NINE, "customer"),
}  # fmt: skip

# what a class needs where the first value of the type does not do
FACTS: dict[str, dict[str, Any]] = {
    "Identified": {"parties": ("A-1", "A-2")},
    "Received": {"text": "x"},
    "Amended": {"changes": {"by": "A-2"}},
    "Answer": {"score": None, "text": "fine"},
    "BusinessHours": {"zone": "UTC", "week": {"mon": "09:00-17:00"}},
    "Categories": {"parents": {"x": None}},
    "Changed": {"attributes": {"product": "router"}, "tag": ("y",)},
    "Classified": {"category": "x"},
    "ClockConventions": {"rules": STANDARD.rules},
    "ClockRule": {"start": ["reported"], "stop": ["resolved"]},
    "CombinedHours": {"how": "|"},
    "DatedHours": {"eras": [(None, ALWAYS)]},
    "Held": {"met": ()},
    "Holidays": {"dates": {}},
    "NthWeekday": {"weekday": "mon", "nth": 1, "month": 5},
    "DayRange": {"first": (5, 1), "last": (5, 3)},
    "Recurring": {"rule": "DTSTART:20260101\nRRULE:FREQ=YEARLY"},
    "Purchase": {"amount": Money(1, "EUR")},
    "Question": {"kind": "text"},
    "Scale": {"low": 1, "high": 5},
    "SchemeSet": {"member": "A-1", "period": (NINE.date(), NINE.date()), "weights": {"csat": 1.0}, "rater_weights": {}},
    "Shift": {"end": NINE + HOUR},
    "Window": {"end": NINE + HOUR},
    "Money": {"amount": "1", "currency": "EUR"},
    "Rating": {"score": 3},
    "Moment": {"pick": "first"},
    "Log": {"moments": {"resolved_at": Moment(pick="first", of="Resolve")}},
    "Promise": {"kpi": KPIS["first_response_kept"]},
}  # fmt: skip


def classes() -> Iterator[type]:
    """All values with a public constructor: of the model, its events, and what readers and reports are told."""
    homes = [
        model,
        *(importlib.import_module(f"servqual.model.{room}.{name}") for name, room in vars(model)["_MODULES"].items()),
    ]
    found = {getattr(home, name) for home in homes for name in home.__all__}
    yield from sorted(
        {kind for kind in found if isinstance(kind, type) and attrs.has(kind)} | {Layout, Log, Moment, Config, Promise},
        key=lambda kind: (kind.__module__, kind.__name__),
    )


def sample(annotation: Any) -> Any:  # noqa: PLR0911
    """A value of the annotated type."""
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation in SAMPLES:
        return SAMPLES[annotation]
    if isinstance(annotation, NewType):
        return sample(annotation.__supertype__)
    if origin in {Union, UnionType, Literal}:
        return args[0] if origin is Literal else sample(args[0])
    if isinstance(annotation, EnumType):
        return next(iter(annotation))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {sample(args[0]): sample(args[1])}
    if origin is tuple and args[-1] is not Ellipsis:
        return tuple(map(sample, args))
    if isinstance(origin, type) and issubclass(origin, Collection):
        return (sample(args[0]),)
    return example(annotation)


def example(kind: type) -> Any:
    """A valid object with only the fields that it needs."""
    facts = FACTS.get(kind.__name__, {})
    needed = {
        f.name: sample(f.type)
        for f in attrs.fields(kind)
        if f.init and f.default is attrs.NOTHING and f.name not in facts
    }
    return kind(**needed, **{name: value for name, value in facts.items() if name in attrs.fields_dict(kind)})


FIELDS = [(kind, field.name) for kind in classes() for field in attrs.fields(kind) if field.init]


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda part: getattr(part, "__qualname__", part))
def test_a_field_takes_a_value_or_refuses_it_by_name(kind: type, field: str) -> None:
    """No value breaks an object later, and no other error comes out of a constructor."""
    usable = example(kind)
    for wrong in WRONG:
        taken = _tried(usable, field, wrong)
        if isinstance(taken, ServqualError):
            assert field in f"{getattr(taken, 'field', '')} {taken}", wrong
            continue
        assert taken == taken  # noqa: PLR0124
        assert repr(taken)
        assert attrs.evolve(taken) == taken, wrong
        hash(taken)


def _tried(usable: Any, field: str, wrong: object) -> Any:
    try:
        return attrs.evolve(usable, **{field: wrong})
    except ServqualError as refused:
        return refused
