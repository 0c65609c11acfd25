"""What to change, and whether the change worked: cause, priority, plan, do, check, act, and verdicts on evidence.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "Abandon": "acts",
    "Action": "actions",
    "ActionKind": "actions",
    "Adjust": "acts",
    "Audience": "notices",
    "CAVEATS": "caveats",
    "Candidate": "candidates",
    "Cause": "cause",
    "CauseCode": "cause",
    "CauseNode": "cause_tree",
    "CauseTree": "cause_tree",
    "Caveat": "caveats",
    "Check": "stages",
    "CycleStatus": "stage",
    "Diagnosis": "diagnosing",
    "Do": "stages",
    "Due": "stage",
    "Evidence": "evidence",
    "Guardrail": "guardrail",
    "GuardrailVerdict": "verdict",
    "ImprovementPriority": "priority",
    "IndicatorState": "portrait",
    "Link": "links",
    "LinkKind": "links",
    "MixRow": "mix",
    "MixSplit": "mix",
    "Need": "needs",
    "Notice": "notices",
    "NoticeKind": "notices",
    "Option": "actions",
    "Outcome": "stages",
    "Plan": "stages",
    "PlanState": "portrait",
    "PlanSubject": "plan",
    "PlannedSize": "planned_size",
    "PoorServiceCost": "priority",
    "Prevention": "actions",
    "ProcessTimes": "timing",
    "RULES": "rules",
    "Recheck": "rechecks",
    "RecheckState": "rechecks",
    "Register": "register",
    "Resource": "actions",
    "Selected": "selection",
    "ServiceReport": "portrait",
    "Side": "verdict",
    "Standardise": "acts",
    "StepTime": "timing",
    "Theme": "portrait",
    "Verdict": "verdict",
    "Verdicts": "verdict",
    "VerifiedReceipt": "receipts",
    "Why": "cause",
    "Worth": "priority",
    "compare": "judging",
    "cost_of_poor_service": "priority",
    "diagnose": "diagnosing",
    "needs_of": "needs",
    "prioritise": "priority",
    "process_times": "timing",
    "recurrences": "recurrence",
    "replay": "receipts",
    "service_report": "portrait",
    "verify_file": "receipts",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
