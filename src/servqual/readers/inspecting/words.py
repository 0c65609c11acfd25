"""Headings by which exports of service desks call the columns of cases, in five languages.

Each is in its normal form, see `headings.normals`: lower case, one blank between words. They are what columns are
compared with, so that a heading which is in no list is only described, never taken for one of ours.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH: Final = {
    "case_id": "id | number | key | reference | reference number | ref | case number | issue key",
    "customer_id": "customer | customer id | caller | caller id | requester | requester id | requester email | contact "
    "| contact id | contact name | client | client id | user id | raised by | reporter | account name",
    "team": "team | group | assignment group | assigned group | assigned team | queue | workgroup | department | unit "
    "| support group | support team | agent group | skill | org group",
    "agent": "agent | assignee | assigned to | assigned agent | owner | agent name | handled by | technician "
    "| resource | org resource",
    "category": "category | topic | type | theme | product | issue type | request type | case type | ticket type "
    "| subject area | contact reason | help topic | tracker | service | classification",
    "cause": "cause | root cause | close code | closed code | closure code | resolution code | resolution",
    "priority": "priority | urgency | severity | seriousness",
    "channel": "channel | contact type | contact channel | channel id | source | origin | via | submitted via "
    "| request source | medium | mode | intake channel",
    "tier": "tier | service level | support tier | customer tier | segment",
    "status": "status | state | current status",
    "occurred_at": "occurred at | date occurred | date of occurrence | event date",
    "received_at": "received at | received | date received | received date | opened at | opened | open date "
    "| date opened | opened date | opening date | created at | created | created on | created time | created date "
    "| create date | creation date | creation time | date created | date time opened | submitted at | submitted "
    "| date submitted | submission date | submit date | reported at | reported | reported date | request date "
    "| contact date | logged at | logged | start | started | call started | arrival time | arrived at | queued at",
    "assigned_at": "assigned at | assigned | assigned time | date assigned | assigned date | assignment date",
    "first_response_at": "first response at | first response | first reply at | first reply | first responded at "
    "| first responded on | first response date | first reply date | initial response time | date of first response "
    "| first answered at | answered at | call answered",
    "resolved_at": "resolved at | resolved | date resolved | resolved date | resolved time | resolution date "
    "| resolution at | solved at | solved | date solved | solved date | completed at | completed | completion date "
    "| date completed | fixed at",
    "closed_at": "closed at | closed | date closed | closed date | close date | closing date | closed time | closed on "
    "| close at | close time | closure date | date time closed | date of closing | ended at | call ended",
    "due_at": "due at | due | due date | due by | due by time | target date | target | deadline | sla due | sla target "
    "| resolution by | time to resolve | promised at",
    "updated_at": "updated at | updated | last updated | last update | last modified | modified | modified at "
    "| last modified date | last update date | last updated time | updated on | update time",
    "first_resolved_at": "first resolved at | first resolution date | first solved at",
    "reopened_at": "reopened at | reopened on | date reopened | reopen date",
    "reopened": "reopened | reopens | reopen count | reopenings | number of reopens | times reopened",
    "reassigned": "reassigned | reassignments | reassignment count | reassignment | hand overs | handovers "
    "| number of transfers",
    "customer_replies": "customer replies | customer interactions | replies of customer",
    "updates": "updates | update count | sys mod count",
    "escalated": "escalated | escalation | is escalated",
    "sla_kept": "sla kept | made sla | sla met | in sla | within sla | on time | ontime | timely response | timely "
    "| sla status | resolution status | sla fulfilled | met sla",
    "procedure_followed": "procedure followed",
    "cost": "cost | costs",
    "requester_wait": "requester wait | requester wait time | customer waiting time",
    "paused": "paused | pause time | on hold time | hold time | total hold time | waiting time | time paused",
    "first_response": "response time | first response time | first reply time | time to first response "
    "| time to first reply | time to first agent reply | speed of answer | initial response | wait time | wait length "
    "| time to own",
    "resolution": "resolution time | full resolution time | time to resolution | time to close | handling time "
    "| resolve time | first resolution time | time to solve | time to solution",
    "event": "event | activity | step | action | concept name | activity name",
    "at": "at | time | complete time | event time | activity time | occurred | time stamp | completed time",
}

_GERMAN: Final = {
    "case_id": "nummer | ticketnummer | vorgangsnummer | fallnummer | kennung | schlüssel | aktenzeichen",
    "customer_id": "kunde | kundennummer | kunden id | melder | anforderer | anfragender | anrufer | autor | ersteller",
    "team": "team | gruppe | bearbeitergruppe | zuweisungsgruppe | abteilung | warteschlange | zugewiesene gruppe",
    "agent": "bearbeiter | zugewiesen an | zuständiger | besitzer | mitarbeiter | verantwortlicher",
    "category": "kategorie | thema | art | typ | vorgangstyp | anliegen | produkt | anfragetyp",
    "cause": "ursache | abschlusscode | lösungscode | lösung",
    "priority": "priorität | dringlichkeit | schweregrad",
    "channel": "kanal | eingangskanal | kontaktart | quelle | herkunft | eingangsweg",
    "tier": "servicestufe | kundensegment",
    "status": "status | zustand",
    "received_at": "erstellt am | erstellt | eröffnet am | eröffnet | eingegangen am | eingegangen | eingang "
    "| eingangsdatum | erstelldatum | erstellungsdatum | erstellungszeit | angelegt am | angelegt | gemeldet am "
    "| gemeldet | eröffnungsdatum | erfasst am | erfasst",
    "assigned_at": "zugewiesen am | zugewiesen",
    "first_response_at": "erste antwort | erste antwort am | erste reaktion | erste reaktion am | erstantwort am",
    "resolved_at": "gelöst am | gelöst | erledigt am | erledigt | lösungsdatum | lösungszeitpunkt | behoben am",
    "closed_at": "geschlossen am | geschlossen | abgeschlossen am | abgeschlossen | schließdatum | abschlussdatum "
    "| schließzeit",
    "due_at": "fällig am | fällig | fälligkeit | fälligkeitsdatum | frist | zieltermin | abgabedatum",
    "updated_at": "aktualisiert am | aktualisiert | geändert am | geändert | letzte änderung | letzte aktualisierung "
    "| zuletzt geändert",
    "reopened": "wiedereröffnet | wiedereröffnungen",
    "reassigned": "weiterleitungen | neuzuweisungen | übergaben",
    "escalated": "eskaliert | eskalation",
    "sla_kept": "sla eingehalten | sla erfüllt | fristgerecht | pünktlich",
    "cost": "kosten",
    "first_response": "reaktionszeit | antwortzeit | erstreaktionszeit | zeit bis zur ersten antwort | wartezeit",
    "resolution": "lösungszeit | bearbeitungszeit | zeit bis zur lösung",
    "event": "ereignis | aktivität | schritt",
    "at": "zeitpunkt | zeitstempel | uhrzeit",
}

_FRENCH: Final = {
    "case_id": "numéro | numéro de ticket | numéro de dossier | référence | identifiant | clé",
    "customer_id": "client | demandeur | identifiant client | appelant | rapporteur | auteur",
    "team": "équipe | groupe | groupe d affectation | service | file | file d attente | groupe de techniciens "
    "| attribué à groupe de techniciens | attribué à un groupe",
    "agent": "agent | technicien | assigné à | affecté à | responsable | attribué à technicien | attribué à",
    "category": "catégorie | sujet | type | thème | produit | type de demande | motif",
    "cause": "cause | code de clôture | code de résolution",
    "priority": "priorité | urgence | gravité",
    "channel": "canal | source | source de la demande | origine | mode de contact",
    "tier": "niveau de service",
    "status": "statut | état",
    "received_at": "créé le | créé | date de création | date d ouverture | ouvert le | ouvert | reçu le | reçu "
    "| date de réception | date de la demande | soumis le",
    "assigned_at": "affecté le | assigné le | date de prise en charge | date d affectation",
    "first_response_at": "première réponse | première réponse le | date de première réponse",
    "resolved_at": "résolu le | résolu | date de résolution | date de solution | traité le",
    "closed_at": "clos le | clôturé le | fermé le | fermé | clos | date de clôture | date de fermeture",
    "due_at": "échéance | date d échéance | date limite | date butoir | temps de résolution",
    "updated_at": "mis à jour le | mise à jour | dernière modification | dernière mise à jour | modifié le | modifié",
    "reopened": "réouvertures | rouvert",
    "reassigned": "réaffectations | réattributions",
    "escalated": "escaladé | escalade",
    "sla_kept": "sla respecté | dans les délais | délai respecté",
    "cost": "coût",
    "first_response": "temps de réponse | délai de réponse | temps de première réponse | délai de prise en charge "
    "| délai de première réponse",
    "resolution": "délai de résolution | temps de résolution | temps de traitement | durée de résolution",
    "event": "événement | activité | étape",
    "at": "horodatage | date et heure | heure",
}

_SPANISH: Final = {
    "case_id": "número | número de ticket | número de caso | referencia | identificador | clave | folio",
    "customer_id": "cliente | solicitante | id de cliente | informador | autor",
    "team": "equipo | grupo | grupo de asignación | departamento | cola | área",
    "agent": "agente | asignado a | asignado | responsable | técnico | propietario",
    "category": "categoría | tema | tipo | asunto | producto | tipo de solicitud | motivo | tipo de incidencia",
    "cause": "causa | código de cierre | código de resolución | resolución",
    "priority": "prioridad | urgencia | gravedad",
    "channel": "canal | origen | fuente | vía | medio | canal de contacto",
    "tier": "nivel de servicio",
    "status": "estado | estatus",
    "received_at": "creado el | creado | creada | fecha de creación | fecha de apertura | abierto el | abierto "
    "| recibido el | recibido | fecha de recepción | fecha de entrada | fecha de solicitud",
    "assigned_at": "asignado el | fecha de asignación",
    "first_response_at": "primera respuesta | primera respuesta el | fecha de primera respuesta",
    "resolved_at": "resuelto el | resuelto | resuelta | fecha de resolución | solucionado | fecha de solución",
    "closed_at": "cerrado el | cerrado | fecha de cierre",
    "due_at": "vencimiento | fecha de vencimiento | fecha límite | plazo",
    "updated_at": "actualizado el | actualizado | actualizada | última actualización | última modificación "
    "| modificado | fecha de modificación",
    "reopened": "reaperturas | reabierto",
    "reassigned": "reasignaciones",
    "escalated": "escalado | escalada",
    "sla_kept": "sla cumplido | en plazo | dentro de plazo",
    "cost": "costo | coste",
    "first_response": "tiempo de respuesta | tiempo de primera respuesta | tiempo de espera",
    "resolution": "tiempo de resolución | tiempo de solución",
    "event": "evento | actividad | paso",
    "at": "marca de tiempo | fecha y hora | hora",
}

_CHINESE: Final = {
    "case_id": "编号 | 工单号 | 工单编号 | 单号 | 案件编号 | 投诉编号 | 序号 | 受理编号 | 流水号",
    "customer_id": "客户 | 客户编号 | 客户名称 | 用户 | 来电号码 | 提单人 | 报修人 | 投诉人",
    "team": "团队 | 组 | 部门 | 处理组 | 受理部门 | 处理部门 | 技能组 | 班组 | 承办单位",
    "agent": "坐席 | 客服 | 处理人 | 受理人 | 经办人 | 负责人 | 坐席工号 | 客服人员",
    "category": "类别 | 类型 | 分类 | 工单类型 | 问题类型 | 主题 | 业务类型 | 投诉类型 | 产品",
    "cause": "原因 | 投诉原因 | 关闭代码 | 问题原因",
    "priority": "优先级 | 紧急程度 | 严重程度",
    "channel": "渠道 | 来源 | 受理渠道 | 联系方式 | 投诉渠道",
    "tier": "服务级别 | 客户等级",
    "status": "状态 | 工单状态 | 处理状态",
    "received_at": "创建时间 | 创建日期 | 受理时间 | 受理日期 | 接收时间 | 提交时间 | 投诉时间 | 投诉日期 "
    "| 来电时间 | 报修时间 | 登记时间 | 开单时间 | 建单时间 | 收到时间",
    "assigned_at": "分配时间 | 派单时间 | 指派时间",
    "first_response_at": "首次响应时间 | 首次回复时间 | 首次答复时间 | 响应时间",
    "resolved_at": "解决时间 | 解决日期 | 处理完成时间 | 完成时间 | 办结时间",
    "closed_at": "关闭时间 | 关闭日期 | 结案时间 | 结束时间 | 归档时间",
    "due_at": "截止时间 | 截止日期 | 到期时间 | 要求完成时间 | 时限",
    "updated_at": "更新时间 | 修改时间 | 最后更新时间",
    "reopened": "重开次数 | 重新打开次数",
    "reassigned": "转派次数 | 改派次数",
    "escalated": "是否升级 | 升级",
    "sla_kept": "是否及时 | 是否达标 | 是否按时",
    "cost": "费用 | 成本",
    "first_response": "响应时长 | 首次响应时长 | 等待时长",
    "resolution": "解决时长 | 处理时长",
    "event": "事件 | 活动 | 步骤 | 操作",
    "at": "时间 | 时间戳 | 操作时间",
}


def _by_heading() -> Mapping[str, Mapping[str, str]]:
    languages = {"English": _ENGLISH, "German": _GERMAN, "French": _FRENCH, "Spanish": _SPANISH, "Chinese": _CHINESE}
    found: dict[str, dict[str, str]] = {}
    for language, names in languages.items():
        for name, headings in names.items():
            for heading in headings.split("|"):
                found.setdefault(heading.strip().casefold(), {}).setdefault(name, language)
    return found


HEADINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(_by_heading())
"""Our names that a heading may stand for, each with the language in which it does."""

STATES: Final = _words(
    "new open opened active assigned pending waiting hold resolved solved closed completed done cancelled canceled "
    "rejected duplicate queued accepted working progress neu offen wartend gelöst geschlossen erledigt abgebrochen "
    "nouveau ouvert attente résolu clos fermé annulé nuevo abierto pendiente resuelto cerrado cancelado "
    "新建 待处理 处理中 已解决 已关闭 关闭 已完成 打开 已取消 未处理"
)
"""Words of which some stand in a column of states; without them a column called "state" may be one of a country."""

KEPT: Final = frozenset(
    ("ontime", "on time", "met", "within sla", "in sla", "kept", "achieved", "fulfilled", "eingehalten", "pünktlich")
)
MISSED: Final = frozenset(
    ("overdue", "breached", "missed", "late", "violated", "sla violated", "out of sla", "not met", "verletzt")
)
"""Words of a desk's own mark for a promise that was kept, and for one that was missed."""

STEPS: Final[Mapping[str, tuple[str, frozenset[str]]]] = MappingProxyType(
    {
        "assigned_at": ("first", frozenset(("take in charge", "assigned", "accepted", "accept", "assign"))),
        "first_response_at": ("first", frozenset(("first response", "first reply", "respond", "replied", "reply"))),
        "resolved_at": (
            "last",
            frozenset(
                ("resolve", "resolved", "solve", "solved", "complete", "completed", "gelöst", "résolu", "resuelto")
            ),
        ),
        "closed_at": (
            "last",
            frozenset(("close", "closed", "geschlossen", "clos", "fermé", "cerrado", "关闭", "结案")),
        ),
    }
)
"""Names of steps of a log, without the word for a case, that give a moment of the case, by its first or last one."""
