"""GLPI: a list of tickets exported as CSV, in English or in French."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

# Headings and states are in the language of whoever exports. "Time to resolve" is a moment: by when it must be solved.
GLPI: Final = Vendor(
    name="glpi",
    title="GLPI",
    documentation="https://help.glpi-project.org/documentation/modules/assistance/tickets/ticketmanagement",
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
    "| Requester - Watcher | Watcher | Observateur | Assigned to - Supplier | Fournisseur "
    "| Associated element | Éléments associés | Approval | Validation | Description | Solution - Solution type "
    "| Type de solution | Time to own | Temps de prise en charge | Internal time to resolve | Internal time to own "
    "| Take into account time | Délai de prise en charge | Time to resolve + Progress | Time to own exceeded "
    "| Time to resolve exceeded | Resolution time | Closing time | Waiting time | Number of followups "
    "| Number of tasks | Total duration | Durée totale | Satisfaction | SLA Time to own | SLA Time to resolve",
)
