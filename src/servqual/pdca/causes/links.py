"""What an improvement came from, by kind and id: cases, complaints, findings, suggestions and others."""

from typing import Any

import attrs

from servqual._checks import filled, several
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import name_of
from servqual.model.labels import Labelled

__all__ = ["Link", "LinkKind"]


class LinkKind(Labelled):
    """Kind of thing that a link points to."""

    CASE = "case", "问题"
    COMPLAINT = "complaint", "投诉"
    FEEDBACK_ITEM = "feedback_item", "反馈"
    SUGGESTION = "suggestion", "建议"
    SURVEY = "survey", "调查"
    AUDIT = "audit", "审核"
    FINDING = "finding", "审核发现"
    MEETING = "meeting", "会议"
    ACTION_ITEM = "action_item", "行动项"
    APPRAISAL = "appraisal", "考核"
    TRAINING_NEED = "training_need", "培训需求"
    REPORT = "report", "报告"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Link:
    """Pointer to a thing by its kind and id. A finding of an audit is named as `audit/finding`.

    Wherever links are taken, objects of the model (`Case`, `Complaint`, `FeedbackItem`, `Suggestion`, `Survey`,
    `Audit`, `Meeting`, `ActionItem`, `Appraisal`) may be given as they are.

    >>> Link(kind="complaint", id="B-7").kind.label("zh")
    '投诉'
    """

    kind: LinkKind = attrs.field(converter=LinkKind)
    id: str = attrs.field(validator=filled)


def as_link(given: Any) -> Link:
    """Read a link, or an object of the model that has an id."""
    if isinstance(given, Link):
        return given
    name = name_of(type(given))
    found: str | None = getattr(given, "id", None)
    if name in list(LinkKind) and found:
        return Link(kind=LinkKind(name), id=found)
    raise InvalidValue.of(
        "links",
        "be links, or objects of the model with an id",
        given,
        shown=f"{given!r:.80}",
        do="write Link(kind='case', id='C-7')",
    )


def as_links(given: Any) -> tuple[Link, ...]:
    """Read several links, one alone, or objects that have an id; each is kept once."""
    alone = isinstance(given, Link) or bool(name_of(type(given)))
    return tuple(dict.fromkeys(map(as_link, (given,) if alone else several("links", given, "several links"))))
