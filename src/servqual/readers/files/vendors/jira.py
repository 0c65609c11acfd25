"""Jira Service Management: requests exported as CSV with all fields, and with the default look of dates."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# The columns are those of an export with all fields, and the fields that templates of service projects bring along.
# "Time to first response" and "Time to resolution" are what is left of a promise, below 0 where it is late, and not
# how long an answer took: they are none of ours.
JIRA: Final = Vendor(
    name="jira",
    title="Jira Service Management",
    documentation="https://support.atlassian.com/jira-cloud-administration/docs/"
    "default-configurations-for-jira-service-management/",
    checked="checked against public exports with all fields",
    own=r"(Custom field|Inward issue link|Outward issue link) \(.+\)",
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
        "Custom field (Team)": "team",
        "Team Name": "team",
        "Assignee": "agent",
        "Custom field (Request Type)": "category",
        "Custom field (Customer Request Type)": "category",
        "Request Type": "category",
        "Issue Type": "category",
        "Resolution": "cause",
        "Priority": "priority",
        "Custom field (Request channel type)": "channel",
        "Status": "status",
    },
    others="Summary | Issue id | Parent id | Parent | Parent key | Parent summary | Parent status | Project key "
    "| Project name | Project type | Project lead | Project lead id | Project description | Project url | Assignee Id "
    "| Reporter Id | Creator | Creator Id | Last Viewed | Affects versions | Affects Version/s | Fix versions "
    "| Fix Version/s | Components | Component/s | Votes | Labels | Description | Environment | Watchers | Watchers Id "
    "| Log Work | Original estimate | Remaining Estimate | Time Spent | Work Ratio | Σ Original Estimate "
    "| Σ Remaining Estimate | Σ Time Spent | Security Level | Attachment | Comment | Sprint | Team Id "
    "| Status Category | Status Category Changed | Satisfaction rating | Outward issue link (Relates) "
    "| Inward issue link (Relates) | Outward issue link (Cloners) | Inward issue link (Cloners) "
    "| Outward issue link (Duplicate) | Inward issue link (Duplicate) | Outward issue link (Blocks) "
    "| Inward issue link (Blocks) | Outward issue link (Problem/Incident) | Inward issue link (Problem/Incident) "
    "| Custom field ([CHART] Time in Status) | Custom field (Affected hardware) | Custom field (Affected services) "
    "| Custom field (Approvals) | Custom field (Approver groups) | Custom field (Approvers) "
    "| Custom field (Atlassian project) | Custom field (Backout plan) | Custom field (CAB) "
    "| Custom field (Change completion date) | Custom field (Change managers) | Custom field (Change reason) "
    "| Custom field (Change risk) | Custom field (Change start date) | Custom field (Change type) "
    "| Custom field (Development) | Custom field (Epic Color) | Custom field (Epic Link) | Custom field (Epic Name) "
    "| Custom field (Epic Status) | Custom field (Impact) | Custom field (Implementation plan) "
    "| Custom field (Investigation reason) | Custom field (Issue color) | Custom field (Locked forms) "
    "| Custom field (Major incident) | Custom field (Open forms) | Custom field (Operational categorization) "
    "| Custom field (Organizations) | Custom field (Pending reason) | Custom field (Product categorization) "
    "| Custom field (Rank) | Custom field (Request language) | Custom field (Request participants) "
    "| Custom field (Responders) | Custom field (Root cause) | Custom field (Satisfaction) "
    "| Custom field (Satisfaction date) | Custom field (Sentiment) | Custom field (Severity) | Custom field (Source) "
    "| Custom field (Start date) | Custom field (Story Points) | Custom field (Story point estimate) "
    "| Custom field (Submitted forms) | Custom field (Target end) | Custom field (Target start) "
    "| Custom field (Test plan) | Custom field (Time to approve normal change) "
    "| Custom field (Time to close after resolution) | Custom field (Time to done) "
    "| Custom field (Time to first response) | Custom field (Time to resolution) "
    "| Custom field (Time to review normal change) | Custom field (Total forms) | Custom field (Urgency) "
    "| Custom field (Viewport Origin) | Custom field (Work category) | Custom field (Workaround)",
    layout=Layout(dates=("%d/%b/%y %I:%M %p",)),
)
