"""Ids: plain text at run time, and separate types for the type checker.

>>> CaseId("C-7") == "C-7"
True
"""

from typing import NewType

CaseId = NewType("CaseId", str)
ComplaintId = NewType("ComplaintId", str)
CustomerId = NewType("CustomerId", str)
AgentId = NewType("AgentId", str)
TeamId = NewType("TeamId", str)
CommitmentId = NewType("CommitmentId", str)
FeedbackId = NewType("FeedbackId", str)
InteractionId = NewType("InteractionId", str)
SuggestionId = NewType("SuggestionId", str)
AuditId = NewType("AuditId", str)
SurveyId = NewType("SurveyId", str)
ArticleId = NewType("ArticleId", str)
MeetingId = NewType("MeetingId", str)
