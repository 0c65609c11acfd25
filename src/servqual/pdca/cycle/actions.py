"""What will be done: actions with owner, date and criterion, the options that were weighed, and the resources."""

import datetime as dt
from typing import Any

import attrs

from servqual._checks import calendar_date, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.labels import Labelled
from servqual.model.money import Money, compensation
from servqual.model.people.raci import Raci

__all__ = ["Action", "ActionKind", "Option", "Prevention", "Resource"]


class ActionKind(Labelled):
    """What an action is for: to contain the harm, correct it, prevent it, or make something better."""

    CONTAINMENT = "containment", "遏制措施"
    CORRECTIVE = "corrective", "纠正措施"
    PREVENTIVE = "preventive", "预防措施"
    IMPROVEMENT = "improvement", "改进措施"


class Prevention(Labelled):
    """Kind of preventive measure."""

    PROCESS = "process", "流程优化", "better process"
    TRAINING = "training", "员工培训", "training of staff"
    EQUIPMENT = "equipment", "设备升级", "new equipment"
    COMMUNICATION = "communication", "客户沟通策略", "communication with customers"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Action:
    """What will be done, who answers for it, by which day, and by what its success is known.

    `due` is the last day on which it is in time, in the zone of the plan. `prevention` is the kind of a preventive
    action; `department` does it, and `raci` divides the duty by roles. Refused: a blank text, a moment instead of a
    day, and a kind of prevention for an action that prevents nothing.

    >>> act = Action(what="train the desk", owner="A-1", due=dt.date(2026, 6, 1), criterion="all passed the test",
    ...              kind="preventive", prevention="training")
    >>> act.kind.label("zh"), act.prevention.label("zh")
    ('预防措施', '员工培训')
    """

    what: str = attrs.field(validator=filled)
    owner: str = attrs.field(validator=filled)
    due: dt.date = attrs.field(validator=calendar_date)
    criterion: str = attrs.field(validator=filled)
    kind: ActionKind = attrs.field(default=ActionKind.IMPROVEMENT, converter=ActionKind)
    prevention: Prevention | None = attrs.field(default=None, converter=attrs.converters.optional(Prevention))
    department: str = ""
    raci: Raci | None = None

    def __attrs_post_init__(self) -> None:
        if self.prevention is not None and self.kind is not ActionKind.PREVENTIVE:
            raise InvalidValue.of(
                "prevention",
                "be left out for an action that is not preventive",
                self.prevention,
                do="write kind='preventive'",
            )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Option:
    """Way to solve the problem that was weighed, with its risk and its benefit in words."""

    what: str = attrs.field(validator=filled)
    risk: str = attrs.field(validator=filled)
    benefit: str = attrs.field(validator=filled)


def _cost(instance: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None:
        compensation(instance, field, value)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Resource:
    """What a plan was given: people, time, money or equipment, by whom, and its cost where that is known."""

    what: str = attrs.field(validator=filled)
    given_by: str = attrs.field(validator=filled)
    cost: Money | None = attrs.field(default=None, validator=_cost)
