"""Freshdesk, and Freshservice with the same headings: tickets exported from a list."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# The hours in "(in hrs)" are those of the desk's business hours, and 00:00:00 where there was no answer: they are none
# of ours, as the moments say more.
FRESHDESK: Final = Vendor(
    name="freshdesk",
    title="Freshdesk",
    documentation="https://developers.freshdesk.com/api/#tickets",
    checked="not checked against documentation, but against public programs that write or read the export",
    columns={
        "Ticket ID": "case_id",
        "Created time": "received_at",
        "Initial response time": "first_response_at",
        "Resolved time": "resolved_at",
        "Closed time": "closed_at",
        "Due by Time": "due_at",
        "Last update time": "updated_at",
        "Last updated time": "updated_at",
        "Contact ID": "customer_id",
        "Requester Email": "customer_id",
        "Email": "customer_id",
        "Group": "team",
        "Agent": "agent",
        "Type": "category",
        "Category": "category",
        "Priority": "priority",
        "Source": "channel",
        "Status": "status",
        "Resolution status": "sla_kept",
        "Customer interactions": "customer_replies",
    },
    others="Subject | First response time (in hrs) | Resolution time (in hrs) | Time tracked | Agent interactions "
    "| First response status | Tags | Survey results | Survey result | Association type | Product "
    "| Every response status | Internal agent | Internal group | Full name | Requester Name | Title | Work phone "
    "| Mobile phone | Twitter ID | Time zone | Language | Unique external ID | Company | Company Name "
    "| Company domains | Health score | Account tier | Renewal date | Industry | Description | Urgency | Impact "
    "| Sub-Category | Item | Resolution Note | Approval Status | Requester Location | Requester VIP "
    "| Experience Score | Skill | Parent Ticket ID",
    layout=Layout(true=("Within SLA",), false=("SLA Violated",), missing=("No Agent", "No Group")),
)
