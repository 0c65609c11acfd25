"""GLPI: a list of tickets exported as CSV, in English or in French."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

# Headings and states are in the language of whoever exports, and a heading has its group in front, such as "Assigned
# to - Technician". "Time to resolve" is a moment: by when it must be solved. "Statistics - Resolution time" and its
# like are working time without pauses: they are none of ours, as the moments say more.
GLPI: Final = Vendor(
    name="glpi",
    title="GLPI",
    documentation="https://github.com/glpi-project/glpi/blob/main/src/Glpi/Search/Output/Spreadsheet.php",
    checked="checked against its source code and its French texts",
    columns={
        "ID": "case_id",
        "Opening date": "received_at",
        "Date d'ouverture": "received_at",
        "Resolution date": "resolved_at",
        "Date de résolution": "resolved_at",
        "Date de solution": "resolved_at",
        "Closing date": "closed_at",
        "Date de clôture": "closed_at",
        "Time to resolve": "due_at",
        "Temps de résolution": "due_at",
        "Last update": "updated_at",
        "Dernière modification": "updated_at",
        "Requester - Requester": "customer_id",
        "Requester": "customer_id",
        "Demandeur - Demandeur": "customer_id",
        "Demandeur": "customer_id",
        "Assigned to - Technician group": "team",
        "Technician group": "team",
        "Attribué à - Groupe de techniciens": "team",
        "Groupe de techniciens": "team",
        "Assigned to - Technician": "agent",
        "Technician": "agent",
        "Attribué à - Technicien": "agent",
        "Technicien": "agent",
        "Category": "category",
        "Catégorie": "category",
        "Priority": "priority",
        "Priorité": "priority",
        "Request source": "channel",
        "Source de la demande": "channel",
        "Status": "status",
        "Statut": "status",
    },
    others="Title | Titre | Entity | Entité | Type | Urgency | Urgence | Impact | Location | Lieu | Writer | Auteur "
    "| Requester - Requester group | Requester group | Demandeur - Groupe demandeur | Groupe demandeur "
    "| Requester - Watcher | Watcher | Observateur | Assigned to - Supplier | Fournisseur | Associated element "
    "| Éléments associés | Approval | Validation | Description | Solution - Solution type | Type de solution "
    "| Time to own | Temps de prise en charge | Internal time to resolve | Internal time to own "
    "| Take into account time | Délai de prise en charge | Time to resolve + Progress | Time to own exceeded "
    "| Time to resolve exceeded | Resolution time | Closing time | Waiting time | Number of followups "
    "| Number of tasks | Total duration | Durée totale | Satisfaction | SLA Time to own | SLA Time to resolve "
    "| Last edit by | Dernière modification par | Pending reason | Template | Progress | Progression "
    "| Requester - Writer | Requester - Requester category | Observer - Observer | Observer - Observer group "
    "| Observer - Observer category | Watcher - Watcher | Watcher - Watcher group "
    "| Assigned to - Assigned to a supplier | Assigned to - Technician category | Demandeur - Auteur "
    "| Observateur - Observateur | Observateur - Groupe observateur | Attribué à - Assigné à un fournisseur "
    "| Associated elements | Associated item types | Time to own + Progress | Internal time to resolve + Progress "
    "| Internal time to resolve exceeded | Internal time to own + Progress | Internal time to own exceeded "
    "| Next escalation level | Temps de résolution + Progression | Temps de résolution dépassé "
    "| SLA - SLA Time to own | SLA - SLA Time to resolve | SLA - SLA Escalation level "
    "| OLA - OLA Internal time to own | OLA - OLA Internal time to resolve | OLA - OLA Escalation level "
    "| Statistics - Resolution time | Statistics - Closing time | Statistics - Waiting time "
    "| Statistics - Take into account time | Statistiques - Délai de résolution | Statistiques - Délai de clôture "
    "| Statistiques - Délai en attente | Statistiques - Délai de prise en charge | Satisfaction survey - Type "
    "| Satisfaction survey - Creation date | Satisfaction survey - Response date | Satisfaction survey - Satisfaction "
    "| Satisfaction survey - Comments | Solution - Solution | Solution - Any solution status "
    "| Solution - Last solution status | Solution - Latest date | Linked tickets - All linked tickets "
    "| Linked tickets - Duplicated tickets | Linked tickets - Number of all linked tickets "
    "| Linked tickets - Number of duplicated tickets | Linked tickets - Parent tickets "
    "| Linked tickets - Child tickets | Notifications - Email followup | Notifications - Email for followup",
)
