"""HubSpot Service Hub: tickets with their default properties, by label."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

# "Time to close" and its like are milliseconds, some of them within operating hours: the moments say more.
HUBSPOT: Final = Vendor(
    name="hubspot",
    title="HubSpot",
    documentation="https://knowledge.hubspot.com/properties/hubspots-default-ticket-properties",
    checked="not checked against documentation in English, but against public programs that read the export",
    columns={
        "Ticket ID": "case_id",
        "Record ID": "case_id",
        "Create date": "received_at",
        "First agent email response date": "first_response_at",
        "First agent response date": "first_response_at",
        "Close date": "closed_at",
        "Last modified date": "updated_at",
        "Associated Contact IDs": "customer_id",
        "Associated Contact": "customer_id",
        "HubSpot Team": "team",
        "Ticket owner": "agent",
        "Category": "category",
        "Resolution": "cause",
        "Priority": "priority",
        "Source": "channel",
        "Ticket status": "status",
        "Number of times contacted": "updates",
    },
    others="Ticket name | Ticket description | Pipeline | Assigned Teams | Brands | Business units "
    "| Created by user ID | Updated by user ID | Last activity date | Last contacted date | Last customer reply date "
    "| Last response date | Next activity date | Number of sales activities | Object create date/time "
    "| Object last modified date/time | Owner assigned date | Ticket tags | Time to close | Time to first response "
    "| Time to first agent email reply | Time to close in operating hours | Time to first response in operating hours "
    "| Time to close SLA due date | Time to close SLA ticket status | Time to first response SLA due date "
    "| Time to first response SLA ticket status | Time to next response SLA due date "
    "| Time to next response SLA ticket status | Associated Company | Associated Company IDs | Associated Deal "
    "| Associated Deal IDs | Conversation ID | Reply to email | Time to first rep assignment "
    "| Last message received date | Number of associated companies | Last ticket rating | Last CSAT survey rating "
    "| Last CSAT survey comment | Last CSAT survey date",
)
