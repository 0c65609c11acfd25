"""Redmine: a list of issues exported as CSV, in English or in German."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

# "Due date" is a day, which ends a case in time until its end.
REDMINE: Final = Vendor(
    name="redmine",
    title="Redmine",
    documentation="https://github.com/redmine/redmine/blob/master/app/models/issue_query.rb",
    columns={
        "#": "case_id",
        "Created": "received_at",
        "Angelegt": "received_at",
        "Closed": "closed_at",
        "Geschlossen": "closed_at",
        "Due date": "due_at",
        "Abgabedatum": "due_at",
        "Updated": "updated_at",
        "Aktualisiert": "updated_at",
        "Author": "customer_id",
        "Autor": "customer_id",
        "Project": "team",
        "Projekt": "team",
        "Assignee": "agent",
        "Zugewiesen an": "agent",
        "Category": "category",
        "Kategorie": "category",
        "Tracker": "category",
        "Priority": "priority",
        "Priorität": "priority",
        "Status": "status",
    },
    others="Parent task | Übergeordnete Aufgabe | Parent task subject | Subject | Thema | Target version "
    "| Zielversion | Start date | Beginn | Estimated time | Geschätzter Aufwand | Total estimated time "
    "| Geschätzter Gesamtaufwand | Spent time | Aufgewendete Zeit | Total spent time | Aufgewendete Gesamtzeit "
    "| % Done | % erledigt | Last updated by | Zuletzt geändert von | Related issues | Zugehörige Tickets | Files "
    "| Dateien | Private | Privat | Watchers | Beobachter | Description | Beschreibung | Last notes | Letzte Notizen",
)
