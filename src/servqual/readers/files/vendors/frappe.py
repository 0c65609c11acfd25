"""Frappe Helpdesk: the HD Ticket document, by the labels of its fields."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# A promise that still runs is "First Response Due", "Resolution Due" or "Paused": neither kept nor missed yet.
# Durations, such as "1d 2h", are working time of the agreement, some of them without pauses: they are none of ours, as
# the moments say more. "Sr" numbers the rows of the file. Fields of the framework are exported by name, such as
# "creation", and "_assign" is a list, such as ["ana@example.org"].
FRAPPE: Final = Vendor(
    name="frappe",
    title="Frappe Helpdesk",
    documentation="https://github.com/frappe/helpdesk/blob/develop/helpdesk/helpdesk/doctype/hd_ticket/hd_ticket.json",
    checked="checked against its source code",
    columns={
        "ID": "case_id",
        "Name": "case_id",
        "Created On": "received_at",
        "Creation": "received_at",
        "First Responded On": "first_response_at",
        "Resolution Date": "resolved_at",
        "Resolution By": "due_at",
        "Last Updated On": "updated_at",
        "Modified": "updated_at",
        "Customer": "customer_id",
        "Contact": "customer_id",
        "Raised By (Email)": "customer_id",
        "Team": "team",
        "Assigned To": "agent",
        "_assign": "agent",
        "Ticket Type": "category",
        "Priority": "priority",
        "Status": "status",
        "SLA Status": "sla_kept",
    },
    others="Sr | Subject | First Response Time | Resolution Time | Total Hold Time | Status Category | Summary "
    "| Description | Template | Key | SLA | Response By | Ticket raised outside working hours | SLA Creation "
    "| On Hold Since | Average Response Time | Last Agent Response | Last Customer Response | Resolution Details "
    "| Opening Date | Opening Time | User Resolution Time | Email Account | Via Customer Portal | Attachment "
    "| Content Type | Ticket Merged | Merged With | Ticket Split From | Rating | Feedback (Option) | Feedback (Extra) "
    "| Created By | Last Updated By | Owner | Document Status | Index | modified_by | docstatus | idx | _user_tags "
    "| _comments | _liked_by | _seen",
    layout=Layout(
        true=("Fulfilled",), false=("Failed",), missing=("First Response Due", "Resolution Due", "Paused", "[]")
    ),
)
