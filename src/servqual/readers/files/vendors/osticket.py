"""osTicket: the tickets of a queue exported as CSV."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

# Every ticket has a department, few have a team, and few a due date of their own besides that of their agreement.
OSTICKET: Final = Vendor(
    name="osticket",
    title="osTicket",
    documentation="https://github.com/osTicket/osTicket/blob/develop/include/class.queue.php",
    checked="checked against its source code; a desk may rename headings",
    columns={
        "Ticket Number": "case_id",
        "Date Created": "received_at",
        "Create Date": "received_at",
        "Closed Date": "closed_at",
        "Close Date": "closed_at",
        "SLA Due Date": "due_at",
        "Due Date": "due_at",
        "Last Updated": "updated_at",
        "Last Update": "updated_at",
        "Reopen Date": "reopened_at",
        "From Email": "customer_id",
        "From": "customer_id",
        "Department": "team",
        "Team Assigned": "team",
        "Agent Assigned": "agent",
        "Help Topic": "category",
        "Priority": "priority",
        "Source": "channel",
        "Current Status": "status",
        "Reopen Count": "reopened",
        "Thread Count": "updates",
    },
    others="Subject | SLA Plan | Overdue | Merged | Linked | Answered | Attachment Count | Task Count "
    "| Collaborator Count | Issue Summary",
)
