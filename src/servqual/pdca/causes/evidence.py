"""Evidence for a stage: a number, or the words of a person, a report or an appraisal."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from servqual._checks import filled, instant, several
from servqual._typed import typed
from servqual.metrics import Measurement
from servqual.model._pickled import Rebuilt
from servqual.model.standards.audit import EvidenceKind
from servqual.pdca.causes.links import Link, as_link

__all__ = ["Evidence"]


def facts_of(measured: Measurement | None) -> tuple[Any, ...] | None:
    """Give the facts of a measurement in a form that compares and hashes, with its group in any order."""
    if measured is None:
        return None
    facts = (getattr(measured, field.name) for field in attrs.fields(Measurement) if field.eq)
    return tuple(frozenset(fact.items()) if isinstance(fact, Mapping) else fact for fact in facts)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Evidence(Rebuilt):
    """One piece of evidence: quantitative where it has a `measured` number, else qualitative.

    `text` says what it shows, `kind` its sort (of those that findings of audits have, and evaluation reports and
    appraisals beside them), `said_by` whose words or whose observation it is, `at` when, and `link` where it is found:
    a `Link`, or an object of the model such as an `Appraisal`. Refused: a blank text.

    >>> told = Evidence(text="I no longer check my bill", kind="customer_interview", said_by="K-17")
    >>> told.quantitative, told.kind.label("zh")
    (False, '客户访谈')
    """

    text: str = attrs.field(validator=filled)
    kind: EvidenceKind | None = attrs.field(default=None, converter=attrs.converters.optional(EvidenceKind))
    said_by: str = ""
    at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    measured: Measurement | None = attrs.field(default=None, eq=facts_of)
    link: Link | None = attrs.field(default=None, converter=attrs.converters.optional(as_link))

    @property
    def quantitative(self) -> bool:
        """Whether it is a number."""
        return self.measured is not None


def as_evidence(given: Any) -> tuple[Evidence, ...]:
    """Read evidence: a text, a measurement, a piece of evidence, or several of them; None is none."""
    if given is None:
        return ()
    if isinstance(given, Evidence):
        return (given,)
    if isinstance(given, Measurement):
        return (Evidence(text=given.kpi, measured=given),)
    if isinstance(given, str):
        return (Evidence(text=given),)
    return tuple(one for part in _parts(given) for one in as_evidence(part))


def _parts(given: Iterable[Any]) -> tuple[Any, ...]:
    return several("evidence", given, "a text, Evidence, a Measurement, or several of them")
