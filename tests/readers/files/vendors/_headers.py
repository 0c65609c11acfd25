"""The headings of exports with all columns, in the order in which vendors write them."""


def _of(text: str) -> tuple[str, ...]:
    return tuple(heading.strip() for heading in text.replace("\n", " ").split("|"))


JIRA = _of("""
Summary | Issue key | Issue id | Issue Type | Status | Project key | Project name | Project type | Project lead
| Project lead id | Project description | Priority | Resolution | Assignee | Assignee Id | Reporter | Reporter Id
| Creator | Creator Id | Created | Updated | Last Viewed | Resolved | Due date | Votes | Description | Environment
| Watchers | Watchers Id | Original estimate | Remaining Estimate | Time Spent | Work Ratio | Σ Original Estimate
| Σ Remaining Estimate | Σ Time Spent | Security Level | Inward issue link (Cloners) | Outward issue link (Cloners)
| Attachment | Custom field (Affected services) | Custom field (Approvals) | Custom field (Change completion date)
| Custom field (Change reason) | Custom field (Change risk) | Custom field (Change start date)
| Custom field (Change type) | Custom field (Impact) | Custom field (Locked forms) | Custom field (Open forms)
| Custom field (Request Type) | Custom field (Request language) | Custom field (Request participants)
| Custom field (Responders) | Satisfaction rating | Custom field (Satisfaction date) | Custom field (Sentiment)
| Custom field (Severity) | Custom field (Source) | Sprint | Custom field (Start date)
| Custom field (Story point estimate) | Custom field (Submitted forms) | Custom field (Team)
| Custom field (Time to done) | Custom field (Time to first response) | Custom field (Time to resolution)
| Custom field (Total forms) | Custom field (Work category) | Custom field ([CHART] Date of First Response)
| Custom field ([CHART] Time in Status) | Comment | Parent | Parent key | Parent summary | Parent status
| Status Category | Status Category Changed
""")
"""What Jira itself gives an export with all fields, as of 2026; desks add their own."""

ZENDESK = _of("""
Summation column | Id | Requester | Requester id | Requester external id | Requester email | Requester domain
| Submitter | Assignee | Group | Subject | Tags | Status | Priority | Via | Ticket type | Created at | Updated at
| Assigned at | Organization | Due date | Initially assigned at | Solved at | Resolution time | Satisfaction Score
| Group stations | Assignee stations | Reopens | Replies | First reply time in minutes
| First reply time in minutes within business hours | First resolution time in minutes
| First resolution time in minutes within business hours | Full resolution time in minutes
| Full resolution time in minutes within business hours | Agent wait time in minutes
| Agent wait time in minutes within business hours | Requester wait time in minutes
| Requester wait time in minutes within business hours | On hold time in minutes
| On hold time in minutes within business hours
""")
ZAMMAD = _of("""
# | Title | State | Priority | Group | Owner | Customer | Organization | Create Channel | Sender | Tags
| Time Units Total | Pending till | Created At | Updated At | Closed At | Close Escalation At | Close In Min
| Close Diff In Min | First Response At | First Response Escalation At | First Response In Min
| First Response Diff In Min | Update Escalation At | Update In Min | Update Diff In Min | Last Contact At
| Last Contact Agent At | Last Contact Customer At | Article Count | Escalation At
""")
FRESHDESK = _of("""
Ticket ID | Subject | Status | Priority | Source | Type | Agent | Group | Created time | Due by Time | Resolved time
| Closed time | Last update time | Initial response time | Time tracked | First response time (in hrs)
| Resolution time (in hrs) | Agent interactions | Customer interactions | Resolution status | First response status
| Every response status | Tags | Survey results | Skill | Association type | Internal agent | Internal group | Product
| Full name | Title | Email | Work phone | Mobile phone | Twitter ID | Time zone | Language | Unique external ID
| Contact ID
""")
FRAPPE = _of("""
Sr | ID | Subject | Raised By (Email) | Status | Priority | Status Category | Ticket Type | Team | Summary
| Description | Template | Key | SLA | Response By | Ticket raised outside working hours | SLA Status | Resolution By
| SLA Creation | On Hold Since | Total Hold Time | First Response Time | First Responded On | Average Response Time
| Last Agent Response | Last Customer Response | Resolution Details | Opening Date | Opening Time | Resolution Date
| Resolution Time | User Resolution Time | Email Account | Via Customer Portal | Attachment | Content Type
| Ticket Merged | Merged With | Ticket Split From | Rating | Feedback (Option) | Feedback (Extra) | creation | modified
| owner | modified_by | _assign
""")
OSTICKET = _of("""
Ticket Number | Date Created | Subject | From | From Email | Priority | Department | Help Topic | Source
| Current Status | Last Updated | SLA Due Date | Due Date | Closed Date | Overdue | Merged | Linked | Answered
| Agent Assigned | Team Assigned | Thread Count | Reopen Count | Attachment Count | Task Count
""")
REDMINE = _of("""
# | Project | Tracker | Parent task | Parent task subject | Status | Priority | Subject | Author | Assignee | Updated
| Category | Target version | Start date | Due date | Estimated time | Total estimated time | Spent time
| Total spent time | % Done | Created | Closed | Last updated by | Related issues | Files | Private | Watchers
| Description | Last notes
""")
GLPI = _of("""
ID | Title | Status | Last update | Opening date | Closing date | Priority | Urgency | Impact | Requester - Requester
| Requester - Requester group | Requester - Writer | Observer - Observer | Assigned to - Technician
| Assigned to - Technician group | Assigned to - Assigned to a supplier | Category | Entity | Type | Request source
| Location | Resolution date | Time to resolve | Time to own | Time to resolve + Progress | Time to resolve exceeded
| Total duration | Last edit by | Statistics - Resolution time | Statistics - Closing time | Statistics - Waiting time
""")
