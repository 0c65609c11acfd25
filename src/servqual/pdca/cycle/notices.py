"""Who is told what after an improvement, and how its result is spread."""

import datetime as dt
from typing import Final

import attrs

from servqual._checks import calendar_date, filled, instant
from servqual._typed import typed
from servqual.model.labels import Labelled

__all__ = ["Audience", "Notice", "NoticeKind"]


class Audience(Labelled):
    """Who is told."""

    CUSTOMERS = "customers", "客户"
    STAFF = "staff", "员工"
    PUBLIC = "public", "公众"


class NoticeKind(Labelled):
    """Way of telling: a notice that something changed, or one of the ways to spread a result."""

    NOTICE = "notice", "服务通知"
    EDUCATION = "education", "客户教育"
    TRAINING = "training", "内部培训"
    PUBLICITY = "publicity", "外部宣传"
    REPORT = "report", "改进报告"


PROMOTING: Final = frozenset(NoticeKind) - {NoticeKind.NOTICE}


@attrs.frozen(kw_only=True, field_transformer=typed)
class Notice:
    """What somebody has to be told after Act: to whom, what, by which day, how, and when it was done (None: not yet).

    >>> Notice(to="customers", what="double charges are gone", due=dt.date(2026, 6, 10)).kind.label("zh")
    '服务通知'
    """

    to: Audience = attrs.field(converter=Audience)
    what: str = attrs.field(validator=filled)
    due: dt.date = attrs.field(validator=calendar_date)
    kind: NoticeKind = attrs.field(default=NoticeKind.NOTICE, converter=NoticeKind)
    owner: str = ""
    done_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
