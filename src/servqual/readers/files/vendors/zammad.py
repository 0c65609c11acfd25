"""Zammad: tickets of a report, downloaded as a workbook."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# The table stands below a title, and its zone in a line below the table; headings and states are English whatever the
# language. "-" is the owner of a ticket that nobody has. "Close In Min" counts working minutes of the calendar of its
# agreement and is left out: the moments say more.
ZAMMAD: Final = Vendor(
    name="zammad",
    title="Zammad",
    documentation="https://github.com/zammad/zammad/blob/develop/lib/excel_sheet/ticket.rb",
    checked="checked against its source code",
    columns={
        "#": "case_id",
        "Number": "case_id",
        "Created At": "received_at",
        "First Response At": "first_response_at",
        "Closed At": "closed_at",
        "Close Escalation At": "due_at",
        "Updated At": "updated_at",
        "Customer": "customer_id",
        "Group": "team",
        "Owner": "agent",
        "Priority": "priority",
        "Create Channel": "channel",
        "State": "status",
        "Article Count": "updates",
    },
    others="Title | Organization | Sender | Tags | Time Units Total | Pending till | Close In Min | Close Diff In Min "
    "| First Response Escalation At | First Response In Min | First Response Diff In Min | Update Escalation At "
    "| Update In Min | Update Diff In Min | Last Contact At | Last Contact Agent At | Last Contact Customer At "
    "| Escalation At",
    layout=Layout(missing=("-",)),
)
