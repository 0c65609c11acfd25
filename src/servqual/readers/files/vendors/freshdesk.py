"""Freshdesk, and Freshservice with the same headings: tickets exported from a list."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# The hours in "(in hrs)" are written by the clock, such as 26:00:40.
FRESHDESK: Final = Vendor(
    name="freshdesk",
    title="Freshdesk",
    documentation="https://developers.freshdesk.com/api/#tickets",
    columns={
        "Ticket ID": "case_id",
        "Created time": "received_at",
        "Initial response time": "first_response_at",
        "First response time (in hrs)": "first_response_h",
        "Resolved time": "resolved_at",
        "Resolution time (in hrs)": "resolution_h",
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
    others="Subject | Time tracked | Agent interactions | First response status | Tags | Survey results "
    "| Survey result | Association type | Product | Every response status | Internal agent | Internal group "
    "| Full name | Requester Name | Title | Work phone | Mobile phone | Twitter ID | Time zone | Language "
    "| Unique external ID | Company | Company Name | Company domains | Health score | Account tier | Renewal date "
    "| Industry | Description | Urgency | Impact | Sub-Category | Item | Resolution Note | Approval Status "
    "| Requester Location | Requester VIP",
    layout=Layout(true=("Within SLA",), false=("SLA Violated",)),
)
