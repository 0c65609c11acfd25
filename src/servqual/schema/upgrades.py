"""From old stored forms to the newest, one step at a time: a table of pure functions from a dict to a dict.

`("case", 1)` is the step from version 1 of a case to version 2. A form changes when a field gets another name, another
meaning or no default; a new field with a default, or a new event, needs no step. The step of an event or of another
part belongs to each kind of document that holds it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from servqual.errors import InvalidValue
from servqual.schema.problems import refusal

Data: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Data], Data]

UPGRADES: Final[Mapping[tuple[str, int], Step]] = MappingProxyType({})
"""The steps, by kind and by the version that they begin with."""


def upgraded(kind: str, version: int, newest: int, data: Any, steps: Mapping[tuple[str, int], Step] = UPGRADES) -> Any:
    """Climb from a version to the newest, one step at a time; the data that are passed stay as they are.

    >>> named = {("desk", 1): lambda data: {"name": data["title"]}, ("desk", 2): lambda data: {**data, "site": None}}
    >>> upgraded("desk", 1, 3, {"title": "north"}, named)
    {'name': 'north', 'site': None}
    """
    for step in range(version, newest):
        try:
            data = steps[kind, step](data)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            told = InvalidValue.of("data", f"be of version {step} of {kind}", error, shown=repr(error))
            raise refusal(told, kind) from None
    return data
