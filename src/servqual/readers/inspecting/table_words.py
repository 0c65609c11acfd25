"""Headings by which exports call the columns of contacts, counts of contacts, complaints and answers.

They stand beside those of cases (`words`), which these tables share where the column is the same thing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual.readers.inspecting.words import HEADINGS

Headings = Mapping[str, Mapping[str, str]]

_SHARED: Final = ("customer_id", "team", "agent", "category", "priority", "channel")
_LIKE_CASES: Final[Mapping[str, Mapping[str, str]]] = {
    "interactions": {
        **{name: name for name in _SHARED},
        "case_id": "interaction_id",
        "received_at": "queued_at",
        "first_response": "wait",
        "cost": "cost",
        "updated_at": "updated_at",
    },
    "complaints": {
        **{name: name for name in (*_SHARED, "received_at", "due_at", "resolved_at", "closed_at", "reopened_at")},
        **{name: name for name in ("cause", "status", "reopened", "updated_at")},
        "case_id": "complaint_id",
    },
    "contact_counts": {name: name for name in ("team", "category", "channel")},
    "answers": {**{name: name for name in ("customer_id", "team", "agent", "channel")}, "received_at": "answered_at"},
}
"""Columns of these tables that exports call as they call those of cases."""

_OWN: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "interactions": {
        "English": {
            "interaction_id": "call | contact id | session id | conversation id",
            "queued_at": "call start | call start time | call date | call time | start time | vru entry | ivr entry "
            "| queue entry | enqueued at | queue start | offered at | contact start",
            "answered_at": "answered at | call answered | answer time | answered time | pickup time | connected at",
            "ended_at": "ended at | call ended | end time | call end | call end time | hangup time | disconnected at",
            "wait": "speed of answer | wait | wait time | wait length | waiting time | queue time | q time | ring time "
            "| time in queue | time to answer",
            "talk": "talk | talk time | talk duration | avg talk duration | average talk time | avg talk time "
            "| service length | service time | ser time | conversation time | conversation duration",
            "hold": "hold | hold time | hold duration | on hold time",
            "wrap": "wrap | wrap time | wrap up time | after call work | acw | acw time | after call work time",
            "answered": "answered | was answered | is answered | picked up",
            "abandoned": "abandoned | was abandoned | is abandoned | abandon | hung up | outcome | disposition "
            "| result | call outcome | call status | call result",
            "transferred": "transferred | transfer | was transferred",
            "resolved": "resolved | issue resolved | query resolved | is resolved",
            "bot": "bot | by bot | handled by bot",
            "topic": "topic | reason | call reason",
        },
        "German": {
            "queued_at": "anrufzeit | anrufbeginn | anrufdatum | beginn",
            "wait": "wartezeit | wartedauer",
            "talk": "gesprächszeit | gesprächsdauer",
            "hold": "haltezeit | haltedauer",
            "wrap": "nachbearbeitungszeit | nachbearbeitung",
            "answered": "angenommen | beantwortet",
            "abandoned": "aufgelegt | verloren",
            "transferred": "weitergeleitet | verbunden",
        },
        "French": {
            "wait": "temps d attente | durée d attente",
            "talk": "temps de conversation | durée de conversation",
            "wrap": "post appel",
            "answered": "décroché | répondu",
            "abandoned": "abandonné",
        },
        "Spanish": {
            "wait": "tiempo de espera",
            "talk": "tiempo de conversación | duración de conversación",
            "answered": "atendida | contestada",
            "abandoned": "abandonada",
        },
        "Chinese": {
            "wait": "等待时长 | 排队时长",
            "talk": "通话时长",
            "wrap": "话后处理时长",
            "answered": "是否接通 | 是否接听",
            "abandoned": "是否放弃",
        },
    },
    "contact_counts": {
        "English": {
            "at": "period | period name | periodname | interval | interval start | date | day | week | month | time "
            "| hour | half hour | start | from",
            "offered": "offered | presented | incoming | entered | attendances",
            "answered": "answered | handled | taken",
            "abandoned": "abandoned | lost | abandons",
            "answered_within": "answered within | answered within sla | answered in sla | answered within target",
            "answered_late": "breaches | answered late",
            "team": "provider name | provider | organisation | organization | org code | site",
        },
        "German": {
            "at": "zeitraum | intervall | datum | tag | woche | monat | uhrzeit",
            "offered": "angeboten | eingegangen | eingehend",
            "answered": "angenommen | beantwortet",
            "abandoned": "verloren | aufgelegt | abgebrochen",
        },
        "French": {
            "at": "période | intervalle | jour | semaine | mois",
            "offered": "présentés | reçus | entrants",
            "answered": "traités | décrochés | répondus",
            "abandoned": "abandonnés | perdus",
        },
        "Spanish": {
            "at": "período | periodo | intervalo | fecha | día | semana | mes",
            "offered": "ofrecidas | recibidas | entrantes",
            "answered": "atendidas | contestadas",
            "abandoned": "abandonadas | perdidas",
        },
        "Chinese": {
            "at": "时段 | 日期 | 时间 | 月份",
            "offered": "呼入量 | 来电量",
            "answered": "接通量 | 接听量 | 应答量",
            "abandoned": "放弃量",
        },
    },
    "complaints": {
        "English": {
            "acknowledged_at": "acknowledged at | acknowledged | date acknowledged | acknowledgement date",
            "followed_up_at": "followed up at | follow up date",
            "resolved_at": "final response date | date of final response | response date",
            "satisfied": "satisfied | customer satisfied",
            "upheld": "upheld | outcome upheld | is upheld",
            "referred": "referred | ombudsman | referred to ombudsman",
            "redress": "redress | redress paid | compensation | compensation paid",
            "channel": "submitted via | contact channel",
        },
        "German": {"acknowledged_at": "bestätigt am | eingangsbestätigung", "upheld": "berechtigt"},
        "French": {"acknowledged_at": "accusé de réception"},
        "Spanish": {"acknowledged_at": "acuse de recibo"},
        "Chinese": {"satisfied": "是否满意"},
    },
    "answers": {
        "English": {
            "answer_id": "answer id | response id | id",
            "customer_id": "respondent | respondent id | participant",
            "invited_at": "invited at | sent at | invitation date | date sent",
            "answered_at": "answered at | response date | date | responded at | completed at | end date | end time "
            "| time | answered on | submit time",
            "score": "score | rating | nps | csat | ces | nps score | csat score | ces score | satisfaction score "
            "| satisfaction rating | satisfaction | answer value",
            "question": "question | question text | item | question id",
            "survey": "survey | survey name | survey id | questionnaire",
        },
        "German": {
            "score": "bewertung | note | punkte",
            "question": "frage",
            "survey": "umfrage | befragung",
            "answered_at": "beantwortet am",
        },
        "French": {"score": "score | évaluation", "question": "question", "survey": "enquête | sondage"},
        "Spanish": {"score": "puntuación | valoración", "question": "pregunta", "survey": "encuesta"},
        "Chinese": {"score": "评分 | 得分", "question": "问题 | 题目", "survey": "问卷"},
    },
}


def _headings(table: str) -> Headings:
    found: dict[str, dict[str, str]] = {}
    for language, names in _OWN[table].items():
        for name, headings in names.items():
            for heading in headings.split("|"):
                found.setdefault(heading.strip(), {}).setdefault(name, language)
    like = _LIKE_CASES[table]
    for heading, of_cases in HEADINGS.items():
        # a word of its own meaning in this table has no other one
        if heading not in found and (names_ := {like[name]: each for name, each in of_cases.items() if name in like}):
            found[heading] = names_
    return MappingProxyType(found)


TABLE_HEADINGS: Final[Mapping[str, Headings]] = MappingProxyType(
    {"cases": HEADINGS, **{table: _headings(table) for table in _OWN}}
)
"""The headings of each table, with our names that they may stand for and the language."""

ABANDONED: Final = frozenset(
    ("abandoned", "abandon", "hang", "hung up", "hangup", "missed", "lost", "unanswered", "no answer")
)
ANSWERED: Final = frozenset(["answered", "agent", "handled", "served", "completed", "connected"])
"""Words for how a contact ended: nobody took it, or somebody did."""
OUTCOMES: Final = frozenset(("outcome", "disposition", "result", "call outcome", "call status", "call result"))
"""Headings of such words, under which yes and no say nothing."""
COMPLAINT: Final = frozenset(
    [
        "complaint",
        "complaints",
        "complainant",
        "beschwerde",
        "reklamation",
        "plainte",
        "réclamation",
        "queja",
        "reclamación",
    ]
)
COUNTING: Final = frozenset(
    [
        "number",
        "calls",
        "call",
        "contacts",
        "contact",
        "count",
        "counts",
        "sum",
        "total",
        "of",
        "the",
        "anrufe",
        "anzahl",
        "appels",
        "llamadas",
    ]
)
"""Words around the name of a count, which say that it is one."""
