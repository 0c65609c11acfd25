"""ServiceNow: the incident table, by field names or by display labels, in any subset."""

from typing import Final

from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.vendor import Vendor

# A list is exported with field names or labels. A CSV has moments as they are stored, in UTC with the year in front; a
# workbook has them by the clock and in the form of whoever exports it. An audit export has a row for each update.
SERVICENOW: Final = Vendor(
    name="servicenow",
    title="ServiceNow",
    documentation="https://www.servicenow.com/docs/r/australia/platform-administration/"
    "table-administration-and-data-management/export-list-data.html",
    checked="dates and their zone checked against the documentation of exports, labels of the form against a public "
    "instance; labels of moments and counts not checked against documentation",
    columns={
        "number": "case_id",
        "opened_at": "received_at",
        "Opened": "received_at",
        "resolved_at": "resolved_at",
        "Resolved": "resolved_at",
        "closed_at": "closed_at",
        "Closed": "closed_at",
        "due_date": "due_at",
        "Due date": "due_at",
        "sys_updated_at": "updated_at",
        "sys_updated_on": "updated_at",
        "Updated": "updated_at",
        "sys_mod_count": "updates",
        "Updates": "updates",
        "caller_id": "customer_id",
        "Caller": "customer_id",
        "assignment_group": "team",
        "Assignment group": "team",
        "assigned_to": "agent",
        "Assigned to": "agent",
        "category": "category",
        "priority": "priority",
        "contact_type": "channel",
        "Contact type": "channel",
        "Channel": "channel",
        "incident_state": "status",
        "Incident state": "status",
        "State": "status",
        "closed_code": "cause",
        "close_code": "cause",
        "Close code": "cause",
        "Resolution code": "cause",
        "reopened_time": "reopened_at",
        "Last reopened at": "reopened_at",
        "reopen_count": "reopened",
        "Reopen count": "reopened",
        "reassignment_count": "reassigned",
        "Reassignment count": "reassigned",
        "made_sla": "sla_kept",
        "Made SLA": "sla_kept",
    },
    others="active | opened_by | opened by | sys_created_by | created by | sys_created_at | sys_created_on | created "
    "| sys_updated_by | updated by | location | subcategory | u_symptom | cmdb_ci | configuration item | impact "
    "| urgency | severity | knowledge | u_priority_confirmation | notify | problem_id | problem | rfc "
    "| change request | vendor | caused_by | caused by change | resolved_by | resolved by | closed_by | closed by "
    "| short_description | short description | description | close_notes | close notes | resolution notes "
    "| business_service | service | service offering | company | parent | parent incident | child incidents "
    "| escalation | sla due | business duration | duration | resolve time | on hold reason | task type | approval "
    "| watch list | work notes | additional comments | comments and work notes | correlation id | business_duration "
    "| business_stc | calendar_duration | calendar_stc | cause | child_incidents | comments | comments_and_work_notes "
    "| correlation_display | correlation_id | delivery_plan | delivery_task | expected_start | follow_up | follow up "
    "| group_list | hold_reason | lessons_learned | needs_attention | order | origin_id | origin_table "
    "| parent_incident | promoted_by | proposed_by | rejection_goto | reopened_by | reopened by | last reopened by "
    "| route_reason | service_offering | skills | sla_due | sys_class_name | sys_domain | sys_domain_path | sys_id "
    "| sys_tags | task_effective_number | time_worked | time worked | universal_request | upon_approval | upon_reject "
    "| user_input | variables | watch_list | wf_activity | work_end | work_notes | work_notes_list | work_start "
    "| actual start | actual end",
    layout=Layout(zone="UTC", dates=("%d/%m/%Y %H:%M",), missing=("?",), fold=True),
)
