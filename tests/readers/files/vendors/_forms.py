"""The desk's cases in the form of each vendor: headings, states, dates, words for missing, delimiter and encoding."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import openpyxl
from tests.readers.files.vendors._desk import BERLIN, CASES, NEW_YORK, Case, by_clock, minutes, written
from tests.readers.files.vendors._headers import FRAPPE, FRESHDESK, OSTICKET, ZAMMAD, ZENDESK

Row = Sequence[object]


@attrs.frozen(kw_only=True)
class Form:
    """How a vendor writes the desk.

    `preset` is the vendor, where it has several forms, `states` are all that it has, and `resolved`, `closed` and
    `first_response` say which moments it tells. `every` are its headings where all columns are exported, `above` and
    `below` lines that stand above and below the table, and `shown` how a name is written.
    """

    name: str
    preset: str = ""
    header: Sequence[str]
    every: Sequence[str] = ()
    above: Sequence[Row] = ()
    below: Sequence[Row] = ()
    shown: Mapping[str, str] = attrs.field(factory=dict)
    row: Callable[[Case, str], Row]
    states: Sequence[str]
    zone: ZoneInfo
    dates: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    excel: bool = False
    resolved: bool = True
    closed: bool = True
    first_response: bool = True

    @property
    def vendor(self) -> str:
        """What the layout is called."""
        return self.preset or self.name

    def write(self, folder: Path, *, whole: bool = False) -> Path:
        """Write the export; a `whole` one has all columns, empty where the desk has nothing to tell."""
        rows = [self.row(case, self.states[case.number % len(self.states)]) for case in CASES]
        header = self.header
        if whole:
            told = [dict(zip(header, row, strict=True)) for row in rows]
            assert {*header} <= {*self.every}
            header, rows = self.every, [[row.get(heading, "") for heading in self.every] for row in told]
        lines = [*self.above, header, *rows, *self.below]
        if self.excel:
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            for line in lines:
                sheet.append(list(line))
            path = folder / f"{self.name}.xlsx"
            book.save(path)
            return path
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter).writerows(lines)
        path = folder / f"{self.name}.csv"
        path.write_bytes(text.getvalue().encode(self.encoding))
        return path


def _servicenow(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%m-%d-%Y %H:%M:%S", NEW_YORK)

    return (
        f"INC{case.number:07d}", at(case.received), at(case.resolved), at(case.closed), at(case.updated), case.customer,
        case.team or "", case.agent or "", case.category, case.priority, case.channel, state, case.reopened,
        "" if case.kept is None else str(case.kept).lower(), "Short text",
    )  # fmt: skip


def _jira(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%d/%b/%y %I:%M %p", BERLIN)

    return (
        "Summary", f"DESK-{case.number}", case.category, state, case.priority, "" if case.resolved is None else "Done",
        case.agent or "", case.customer, at(case.received), at(case.updated), at(case.resolved),
        at(case.first_response), ("-1:30", "1:30")[case.number % 2], "label", "label",
    )  # fmt: skip


def _zendesk(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M", BERLIN, "-")

    return (
        case.number, case.customer, "Subject", state, case.priority, case.channel, case.category, at(case.received),
        at(case.updated), case.team or "-", case.agent or "-", at(case.resolved), case.reopened,
        minutes(case, case.first_response, "-"), minutes(case, case.resolved, "-"), 1 + case.number % 2,
    )  # fmt: skip


def _zammad(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> dt.datetime | None:
        return None if moment is None else moment.astimezone(BERLIN).replace(tzinfo=None)

    return (
        str(20_000 + case.number), "Title", state, case.priority, case.team, case.agent or "-", case.customer,
        case.channel,
        at(case.received), at(case.updated), at(case.closed), at(case.first_response),
    )  # fmt: skip


def _freshdesk(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M:%S", BERLIN)

    return (
        case.number, "Subject", state, case.priority, case.channel, case.category, case.agent or "No Agent",
        case.team or "No Group", at(case.received), at(case.resolved), at(case.closed), at(case.updated),
        at(case.first_response), by_clock(case, case.first_response), "00:00:00",
        {True: "Within SLA", False: "SLA Violated", None: ""}[case.kept], "contact@example.org", case.customer,
    )  # fmt: skip


def _hubspot(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M", BERLIN)

    return (
        9_000_000_000 + case.number, "Ticket name", "Support Pipeline", state, case.priority, case.channel,
        case.category, at(case.received), at(case.closed), at(case.first_response), at(case.updated), case.agent or "",
        case.team or "", case.customer,
    )  # fmt: skip


def _salesforce(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%m/%d/%Y, %I:%M %p", NEW_YORK)

    return (
        f"{case.number:08d}", case.agent or "", case.customer, "Subject", state, case.priority, case.channel,
        case.category, at(case.received), at(case.closed), at(case.updated), case.number % 2,
    )  # fmt: skip


def _glpi(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M", BERLIN)

    return (
        case.number, "Titre", state, at(case.updated), at(case.received), case.priority, case.customer,
        case.agent or "", case.team or "", case.category, at(case.resolved), at(case.closed), "",
    )  # fmt: skip


def _frappe(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M:%S.%f", BERLIN)

    sla = {True: "Fulfilled", False: "Failed", None: ("First Response Due", "Paused")[case.number % 2]}[case.kept]
    agent = ("", "[]")[case.number % 2] if case.agent is None else f'["{case.agent}"]'
    return (
        1 + case.number, 700 + case.number, "Subject", case.customer, state, case.priority, case.category,
        case.team or "", sla, at(case.received), at(case.first_response), "1h 5m", at(case.resolved), "2h",
        at(case.updated), agent,
    )  # fmt: skip


def _osticket(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M:%S", BERLIN)

    return (
        f"{100_000 + case.number}", at(case.received), "Subject", "Name", case.customer, case.priority,
        case.team or "", case.category, case.channel, state, at(case.updated), at(case.closed), case.number % 2,
        case.agent or "", case.reopened,
    )  # fmt: skip


def _redmine(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%d.%m.%Y %H:%M", BERLIN)

    return (
        case.number, case.team or "", "Fehler", state, case.priority, "Überschrift", case.customer, case.agent or "",
        at(case.updated), case.category, at(case.received), at(case.closed),
    )  # fmt: skip


_FORMS: tuple[Form, ...] = (
    Form(
        name="servicenow",
        header=(
            "Number", "Opened", "Resolved", "Closed", "Updated", "Caller", "Assignment group", "Assigned to",
            "Category", "Priority", "Contact type", "State", "Reopen count", "Made SLA", "Short description",
        ),
        row=_servicenow,
        states=("New", "In Progress", "On Hold", "Resolved", "Closed", "Canceled"),
        zone=NEW_YORK,
        dates=("%m-%d-%Y %H:%M:%S",),
        first_response=False,
    ),
    Form(
        name="jira",
        header=(
            "Summary", "Issue key", "Issue Type", "Status", "Priority", "Resolution", "Assignee", "Reporter", "Created",
            "Updated", "Resolved", "Custom field ([CHART] Date of First Response)",
            "Custom field (Time to first response)", "Labels", "Labels",
        ),
        row=_jira,
        states=("Open", "Waiting for support", "Waiting for customer", "Pending", "In Progress", "Escalated",
                "Resolved", "Closed", "Canceled"),
        zone=BERLIN,
        closed=False,
    ),
    Form(
        name="zendesk",
        header=(
            "Id", "Requester", "Subject", "Status", "Priority", "Via", "Ticket type", "Created at", "Updated at",
            "Group", "Assignee", "Solved at", "Reopens", "First reply time in minutes",
            "Full resolution time in minutes", "Group stations",
        ),
        row=_zendesk,
        every=ZENDESK,
        states=("New", "Open", "Pending", "Hold", "Solved", "Closed"),
        zone=BERLIN,
        closed=False,
    ),
    Form(
        name="zammad",
        header=(
            "#", "Title", "State", "Priority", "Group", "Owner", "Customer", "Create Channel", "Created At",
            "Updated At", "Closed At", "First Response At",
        ),
        row=_zammad,
        every=ZAMMAD,
        above=(("2026-3",), ()),
        below=((), ("Timezone: Europe/Berlin",)),
        states=("new", "open", "pending reminder", "pending close", "closed", "merged", "removed"),
        zone=BERLIN,
        excel=True,
        resolved=False,
    ),
    Form(
        name="freshdesk",
        header=(
            "Ticket ID", "Subject", "Status", "Priority", "Source", "Type", "Agent", "Group", "Created time",
            "Resolved time", "Closed time", "Last update time", "Initial response time",
            "First response time (in hrs)", "Resolution time (in hrs)", "Resolution status", "Email",
            "Contact ID",
        ),
        row=_freshdesk,
        every=FRESHDESK,
        states=("Open", "Pending", "Resolved", "Closed", "Waiting on Customer", "Waiting on Third Party"),
        zone=BERLIN,
    ),
    Form(
        name="hubspot",
        header=(
            "Ticket ID", "Ticket name", "Pipeline", "Ticket status", "Priority", "Source", "Category", "Create date",
            "Close date", "First agent email response date", "Last modified date", "Ticket owner", "HubSpot Team",
            "Associated Contact",
        ),
        row=_hubspot,
        states=("New", "Waiting on contact", "Waiting on us", "Closed"),
        zone=BERLIN,
        resolved=False,
    ),
    Form(
        name="salesforce",
        header=(
            "Case Number", "Case Owner", "Contact Name", "Subject", "Status", "Priority", "Case Origin", "Type",
            "Date/Time Opened", "Date/Time Closed", "Case Last Modified Date", "Escalated",
        ),
        row=_salesforce,
        states=("New", "Working", "Escalated", "On Hold", "Closed"),
        zone=NEW_YORK,
        dates=("%m/%d/%Y, %I:%M %p",),
        resolved=False,
        first_response=False,
    ),
    Form(
        name="glpi",
        header=(
            "ID", "Titre", "Statut", "Dernière modification", "Date d'ouverture", "Priorité", "Demandeur - Demandeur",
            "Attribué à - Technicien", "Attribué à - Groupe de techniciens", "Catégorie", "Date de résolution",
            "Date de clôture", "",
        ),
        row=_glpi,
        states=("Nouveau", "En cours (Attribué)", "En cours (Planifié)", "En attente", "Résolu", "Clos"),
        zone=BERLIN,
        delimiter=";",
        encoding="utf-8-sig",
        first_response=False,
    ),
    Form(
        name="glpi-en",
        preset="glpi",
        header=(
            "ID", "Title", "Status", "Last update", "Opening date", "Priority", "Requester - Requester",
            "Assigned to - Technician", "Assigned to - Technician group", "Category", "Resolution date",
            "Closing date", "Statistics - Resolution time",
        ),
        row=_glpi,
        states=("New", "Processing (assigned)", "Processing (planned)", "Approval", "Pending", "Solved", "Closed"),
        zone=BERLIN,
        delimiter=";",
        first_response=False,
    ),
    Form(
        name="frappe",
        header=(
            "Sr", "ID", "Subject", "Raised By (Email)", "Status", "Priority", "Ticket Type", "Team", "SLA Status",
            "creation", "First Responded On", "First Response Time", "Resolution Date", "Resolution Time", "modified",
            "_assign",
        ),
        every=FRAPPE,
        shown={"agent": '["{}"]'},
        row=_frappe,
        states=("Open", "Replied", "Resolved", "Closed"),
        zone=BERLIN,
        closed=False,
    ),
    Form(
        name="osticket",
        header=(
            "Ticket Number", "Date Created", "Subject", "From", "From Email", "Priority", "Department", "Help Topic",
            "Source", "Current Status", "Last Updated", "Closed Date", "Overdue", "Agent Assigned", "Reopen Count",
        ),
        row=_osticket,
        every=OSTICKET,
        states=("Open", "Resolved", "Closed", "Archived", "Deleted"),
        zone=BERLIN,
        encoding="utf-8-sig",
        resolved=False,
        first_response=False,
    ),
    Form(
        name="redmine",
        header=(
            "#", "Projekt", "Tracker", "Status", "Priorität", "Thema", "Autor", "Zugewiesen an", "Aktualisiert",
            "Kategorie", "Angelegt", "Geschlossen",
        ),
        row=_redmine,
        states=("Neu", "In Bearbeitung", "Gelöst", "Feedback", "Erledigt", "Abgewiesen"),
        zone=BERLIN,
        dates=("%d.%m.%Y %H:%M",),
        delimiter=";",
        encoding="cp1252",
        resolved=False,
        first_response=False,
    ),
)  # fmt: skip
[_GERMAN] = (form for form in _FORMS if form.name == "redmine")
FORMS: tuple[Form, ...] = (
    *_FORMS,
    attrs.evolve(
        _GERMAN,
        name="redmine-fr",
        preset="redmine",
        header=(
            "#", "Projet", "Tracker", "Statut", "Priorité", "Sujet", "Auteur", "Assigné à", "Mis-à-jour", "Catégorie",
            "Créé", "Fermé",
        ),
        states=("Nouveau", "En cours", "Résolu", "Commentaire", "Fermé", "Rejeté"),
    ),
    attrs.evolve(
        _GERMAN,
        name="redmine-es",
        preset="redmine",
        header=(
            "#", "Proyecto", "Tipo", "Estado", "Prioridad", "Asunto", "Autor", "Asignado a", "Actualizado", "Categoría",
            "Creado", "Cerrada",
        ),
        states=("Nueva", "En curso", "Resuelta", "Comentarios", "Cerrada", "Rechazada"),
        encoding="iso-8859-15",
    ),
    attrs.evolve(
        _GERMAN,
        name="redmine-zh",
        preset="redmine",
        header=(
            "#", "项目", "跟踪", "状态", "优先级", "主题", "作者", "指派给", "更新于", "类别", "创建于", "结束日期",
        ),
        states=("新建", "进行中", "已解决", "反馈", "已关闭", "已拒绝"),
        delimiter=",",
        encoding="utf-8",
    ),
)  # fmt: skip
