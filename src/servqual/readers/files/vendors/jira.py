"""Jira Service Management: requests exported as CSV with all fields, and with the default look of dates."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# "Time to first response" and "Time to resolution" are what is left of a promise, below 0 where it is late, and not
# how long an answer took: they are none of ours.
JIRA: Final = Vendor(
    name="jira",
    title="Jira Service Management",
    documentation="https://support.atlassian.com/jira-service-management-cloud/",
    columns={
        "Issue key": "case_id",
        "Key": "case_id",
        "Created": "received_at",
        "Custom field ([CHART] Date of First Response)": "first_response_at",
        "Resolved": "resolved_at",
        "Due date": "due_at",
        "Due": "due_at",
        "Updated": "updated_at",
        "Reporter": "customer_id",
        "Assignee": "agent",
        "Custom field (Request Type)": "category",
        "Request Type": "category",
        "Issue Type": "category",
        "Resolution": "cause",
        "Priority": "priority",
        "Custom field (Request channel type)": "channel",
        "Status": "status",
    },
    others="Summary | Issue id | Parent id | Parent | Project key | Project name | Project type | Project lead "
    "| Project lead id | Project description | Project url | Assignee Id | Reporter Id | Creator | Creator Id "
    "| Last Viewed | Affects versions | Fix versions | Components | Votes | Labels | Description | Environment "
    "| Watchers | Watchers Id | Log Work | Original estimate | Remaining Estimate | Time Spent | Work Ratio "
    "| Σ Original Estimate | Σ Remaining Estimate | Σ Time Spent | Security Level | Attachment | Comment "
    "| Outward issue link (Relates) | Inward issue link (Relates) | Status Category | Status Category Changed "
    "| Custom field (Approvals) | Custom field (Organizations) | Custom field (Request participants) "
    "| Custom field (Request language) | Custom field (Time to first response) | Custom field (Time to resolution) "
    "| Custom field (Time to close after resolution) | Satisfaction rating | Custom field (Satisfaction) "
    "| Custom field (Satisfaction date) | Custom field (Impact) | Custom field (Urgency) | Custom field (Severity)",
    layout=Layout(dates=("%d/%b/%y %I:%M %p",)),
)
