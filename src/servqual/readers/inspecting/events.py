"""Which events of a case the steps of a log are, by their names."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from servqual.model.service.case import CASE_TRANSITIONS
from servqual.model.service.case_table import CASE_FACTS
from servqual.readers.inspecting.dates import NEARLY_ALL
from servqual.readers.inspecting.kinds import filled_of
from servqual.readers.inspecting.matching import step_name

_NAMES: Final[Mapping[str, str]] = {
    "opened": "open | create | created | insert | inserted | new | submit | submitted | register | registered | raised "
    "| logged | angelegt | eröffnet | créé | ouvert | creado | abierto | 创建 | 新建",
    "received": "receive | receipt | eingegangen | reçu | recibido | 受理",
    "assigned": "assign | assignment | zugewiesen | assigné | asignado | 派单 | 分配",
    "started": "start | in progress | work started | accept | accepted | take in charge | begin | 处理中",
    "replied": "reply | respond | responded | first response | first reply | agent replied | beantwortet | répondu "
    "| respondido | 回复",
    "customer_message": "customer reply | customer replied | customer response | customer responded",
    "waiting": "wait | pending | on hold | hold | put on hold | waiting for customer | awaiting customer | wartend "
    "| en attente | pendiente",
    "resumed": "resume | off hold",
    "handed_over": "hand over | reassign | reassigned | transfer | transferred | weitergeleitet | 转派",
    "escalated": "escalate | eskaliert | escalado | 升级",
    "resolved": "resolve | solve | solved | complete | completed | gelöst | résolu | resuelto | 解决",
    "reopened": "reopen | re open | re opened | wiedereröffnet | rouvert | reabierto | 重开",
    "closed": "close | geschlossen | clos | fermé | cerrado | 关闭 | 结案",
    "cancelled": "cancel | canceled | withdrawn | storniert | annulé | cancelado | 取消",
}
"""What exports call events, beside our own names of them."""
_EVENTS: Final = MappingProxyType(
    {kind.stored_name.replace("_", " "): kind.stored_name for kind in CASE_TRANSITIONS.events}
    | {name.strip(): event for event, names in _NAMES.items() for name in names.split("|")}
)
_RECEIPTS: Final = frozenset(("opened", "received"))
_ENDS: Final = frozenset(("resolved", "closed"))
_AS_WELL: Final = {"opened": "reported", "progress_told": "replied"}
"""Events that tell what another one does."""


def events_of(ids: Sequence[str], steps: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Give our events with the steps that each stands for; nothing where steps of other names are more than a few.

    They must tell the receipt of nearly every case, and some end.

    >>> dict(events_of(["1", "1"], ["Create ticket", "Resolved"]))
    {'opened': ('Create ticket',), 'resolved': ('Resolved',)}
    >>> events_of(["1", "1"], ["Create ticket", "Paint it"])
    {}
    """
    told = filled_of(steps)
    ours = {text: event for text in told if (event := _EVENTS.get(step_name(text)))}
    known = sum(count for text, count in told.items() if text in ours)
    begun = {name for name, text in zip(ids, steps, strict=True) if ours.get(text.strip()) in _RECEIPTS}
    if known < NEARLY_ALL * told.total() or len(begun) < NEARLY_ALL * len({*ids}) or _ENDS.isdisjoint(ours.values()):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for text in sorted(ours):
        found[ours[text]] = (*found.get(ours[text], ()), text)
    return found


def told_by(events: Iterable[str]) -> frozenset[str]:
    """Name the columns of a case that events tell.

    >>> sorted(told_by(["opened", "closed"]))
    ['closed_at', 'received_at']
    """
    names = {event.partition(".")[0] for event in events}
    names |= {_AS_WELL[name] for name in names & _AS_WELL.keys()}
    facts = CASE_FACTS.table.items()
    return frozenset(c for c, fact in facts if not names.isdisjoint(each.partition(".")[0] for each in fact.told_by))
