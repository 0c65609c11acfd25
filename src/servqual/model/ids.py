"""Names of things: plain text at run time, and kinds that a type checker keeps apart.

>>> CaseId("C-7") == "C-7"
True
"""

from typing import NewType

__all__ = ["AgentId", "CaseId", "ComplaintId", "CustomerId", "TeamId"]

CaseId = NewType("CaseId", str)
ComplaintId = NewType("ComplaintId", str)
CustomerId = NewType("CustomerId", str)
AgentId = NewType("AgentId", str)
TeamId = NewType("TeamId", str)
