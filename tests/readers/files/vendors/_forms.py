"""The desk's cases in the form of each vendor: headings, states, dates, words for missing, delimiter and encoding."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import openpyxl
from tests.readers.files.vendors._desk import BERLIN, CASES, NEW_YORK, Case, by_clock, minutes, written

Row = Sequence[object]


@attrs.frozen(kw_only=True)
class Form:
    """How a vendor writes the desk: `states` are all that it has, `ends` says which moments of an end it tells."""

    name: str
    header: Sequence[str]
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

    def write(self, folder: Path) -> Path:
        """Write the export."""
        rows = [self.row(case, self.states[case.number % len(self.states)]) for case in CASES]
        if self.excel:
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            for row in (self.header, *rows):
                sheet.append(list(row))
            path = folder / f"{self.name}.xlsx"
            book.save(path)
            return path
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter).writerows((self.header, *rows))
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
        at(case.first_response), "-1:30", "label", "label",
    )  # fmt: skip


def _zendesk(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M", BERLIN, "-")

    return (
        case.number, case.customer, "Subject", state, case.priority, case.channel, case.category, at(case.received),
        at(case.updated), case.team or "-", case.agent or "-", at(case.resolved), case.reopened,
        minutes(case, case.first_response, "-"), minutes(case, case.resolved, "-"),
    )  # fmt: skip


def _zammad(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> dt.datetime | None:
        return None if moment is None else moment.astimezone(BERLIN).replace(tzinfo=None)

    return (
        str(20_000 + case.number), "Title", state, case.priority, case.team, case.agent, case.customer, case.channel,
        at(case.received), at(case.updated), at(case.closed), at(case.first_response),
    )  # fmt: skip


def _freshdesk(case: Case, state: str) -> Row:
    def at(moment: dt.datetime | None) -> str:
        return written(moment, "%Y-%m-%d %H:%M:%S", BERLIN)

    return (
        case.number, "Subject", state, case.priority, case.channel, case.category, case.agent or "No Agent",
        case.team or "", at(case.received), at(case.resolved), at(case.closed), at(case.updated),
        at(case.first_response), by_clock(case, case.first_response), by_clock(case, case.resolved),
        {True: "Within SLA", False: "SLA Violated", None: ""}[case.kept], case.customer,
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
    response = "" if case.first_response is None else str((case.first_response - case.received).total_seconds())
    return (
        case.number, "Subject", case.customer, state, case.priority, case.category, case.team or "", sla,
        at(case.received), at(case.first_response), response, at(case.resolved), at(case.updated),
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


FORMS = (
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
            "Full resolution time in minutes",
        ),
        row=_zendesk,
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
        states=("new", "open", "pending reminder", "pending close", "closed", "merged"),
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
        ),
        row=_freshdesk,
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
        name="frappe",
        header=(
            "ID", "Subject", "Raised By (Email)", "Status", "Priority", "Ticket Type", "Team", "SLA Status",
            "Created On", "First Responded On", "First Response Time", "Resolution Date", "Last Updated On",
        ),
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
        states=("Open", "Resolved", "Closed", "Archived", "Deleted"),
        zone=BERLIN,
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
