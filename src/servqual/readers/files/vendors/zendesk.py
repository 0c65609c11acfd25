"""Zendesk Support: tickets exported as CSV from a view or from the account."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# Durations stand in calendar minutes, and once more within business hours; the calendar ones are read. "Group stations"
# are the groups that a ticket was with, and so no count of hand-overs, which are one less.
ZENDESK: Final = Vendor(
    name="zendesk",
    title="Zendesk Support",
    documentation="https://support.zendesk.com/hc/en-us/articles/4408886165402",
    checked="not checked against documentation, but against public programs that write or read the export",
    own=r".+ \[\w+\]",
    columns={
        "Id": "case_id",
        "Ticket ID": "case_id",
        "Created at": "received_at",
        "Requested": "received_at",
        "Initially assigned at": "assigned_at",
        "Assigned at": "assigned_at",
        "First reply time in minutes": "first_response_min",
        "First reply time (in minutes)": "first_response_min",
        "Solved at": "resolved_at",
        "Full resolution time in minutes": "resolution_min",
        "Due date": "due_at",
        "Updated at": "updated_at",
        "Requester": "customer_id",
        "Requester id": "customer_id",
        "Group": "team",
        "Assignee": "agent",
        "Ticket type": "category",
        "Type": "category",
        "Priority": "priority",
        "Via": "channel",
        "Channel": "channel",
        "Status": "status",
        "Reopens": "reopened",
        "Requester wait time in minutes": "requester_wait_min",
        "On hold time in minutes": "paused_min",
    },
    others="Summation column | Requester external id | Requester email | Requester domain | Submitter | Subject "
    "| Tags | Organization | Resolution time | Satisfaction Score | Group stations | Assignee stations | Replies "
    "| First reply time in minutes within business hours | First resolution time in minutes "
    "| First resolution time in minutes within business hours | Full resolution time in minutes within business hours "
    "| Agent wait time in minutes | Agent wait time in minutes within business hours "
    "| Requester wait time in minutes within business hours | On hold time in minutes within business hours | Brand "
    "| Ticket form | Description | Custom status",
    layout=Layout(missing=("-",)),
)
