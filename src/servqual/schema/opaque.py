"""Classes whose stored form is not that of their fields: KPIs, tallies, measures, states of streams, verdicts.

The table names them without importing them, so that a case is stored without numpy; `measured` says how.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any, Final

import attrs

_HOME: Final = "servqual.schema.measured"
_OPAQUE: Final = frozenset(
    {
        "servqual.metrics.kpi.definition:Kpi",
        "servqual.metrics.kpi.compound:Compound",
        "servqual.metrics.engine.tallies:Tally",
        "servqual.metrics.results.measures:Measures",
        "servqual.metrics.results.measurement:Cell",
        "servqual.metrics.streams.cases:AsOf",
        "servqual.metrics.streams.windows:Windows",
        "servqual.pdca.verdicts.verdict:Verdict",
    }
)
_KPIS: Final[ContextVar[Sequence[Any]]] = ContextVar("kpis", default=())


@attrs.frozen
class Opaque:
    """How values of one class are written and read.

    `write` takes the converter's own writing beside the value, `read` its reading; `shape` is the JSON Schema.
    """

    write: Callable[[Callable[[Any, Any], Any], Any], Any]
    read: Callable[[Callable[[Any, Any], Any], Mapping[str, Any]], Any]
    shape: Mapping[str, Any]


def object_of(properties: Mapping[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """Describe an object that has these properties and no other, all of them required unless a list says which."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [*properties] if required is None else required,
        "additionalProperties": False,
    }


def is_opaque(kind: Any) -> bool:
    """Whether a class has a stored form of its own."""
    return isinstance(kind, type) and f"{kind.__module__}:{kind.__qualname__}" in _OPAQUE


def opaque(kind: Any) -> Opaque:
    """Find the stored form of such a class."""
    found: Opaque = import_module(_HOME).FORMS[kind]
    return found


@contextmanager
def knowing(kpis: Sequence[Any]) -> Generator[None]:
    """Read documents with KPIs of the user at hand."""
    token = _KPIS.set(kpis)
    try:
        yield
    finally:
        _KPIS.reset(token)


def kpis_at_hand() -> Sequence[Any]:
    """Give the KPIs of the user for the document that is read now."""
    return _KPIS.get()
