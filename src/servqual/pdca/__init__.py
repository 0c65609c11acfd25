"""What to change, and whether the change worked: cause, priority, plan, do, check, act, and verdicts on evidence.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "Abandon": "cycle.acts",
    "Action": "cycle.actions",
    "ActionKind": "cycle.actions",
    "Adjust": "cycle.acts",
    "Audience": "cycle.notices",
    "CAVEATS": "verdicts.caveats",
    "Candidate": "diagnosis.candidates",
    "Cause": "causes.cause",
    "CauseCode": "causes.cause",
    "CauseNode": "causes.cause_tree",
    "CauseTree": "causes.cause_tree",
    "Caveat": "verdicts.caveats",
    "Check": "cycle.stages",
    "Clash": "cycle.register",
    "Completed": "cycle.steps",
    "CycleStatus": "cycle.stage",
    "Diagnosis": "diagnosis.diagnosing",
    "Do": "cycle.stages",
    "Due": "cycle.stage",
    "Effect": "cycle.register",
    "Evidence": "causes.evidence",
    "Guardrail": "verdicts.guardrail",
    "GuardrailVerdict": "verdicts.verdict",
    "ImprovementPriority": "causes.priority",
    "IndicatorState": "portrait",
    "Link": "causes.links",
    "LinkKind": "causes.links",
    "MixRow": "verdicts.mix",
    "MixSplit": "verdicts.mix",
    "Need": "cycle.needs",
    "Notice": "cycle.notices",
    "NoticeKind": "cycle.notices",
    "Option": "cycle.actions",
    "Outcome": "cycle.stages",
    "Plan": "cycle.stages",
    "PlanState": "portrait",
    "PlanSubject": "cycle.plan",
    "PlannedSize": "cycle.planned_size",
    "PoorServiceCost": "causes.priority",
    "Prevention": "cycle.actions",
    "ProcessTimes": "diagnosis.timing",
    "Progressed": "cycle.steps",
    "RULES": "verdicts.rules",
    "Recheck": "cycle.rechecks",
    "RecheckState": "cycle.rechecks",
    "Register": "cycle.register",
    "Resource": "cycle.actions",
    "Selected": "verdicts.selection",
    "ServiceReport": "portrait",
    "Side": "verdicts.verdict",
    "Standardise": "cycle.acts",
    "StepTime": "diagnosis.timing",
    "Theme": "portrait",
    "Verdict": "verdicts.verdict",
    "Verdicts": "verdicts.verdict",
    "VerifiedReceipt": "verdicts.receipts",
    "Why": "causes.cause",
    "Worth": "causes.priority",
    "compare": "verdicts.judging",
    "cost_of_poor_service": "causes.priority",
    "diagnose": "diagnosis.diagnosing",
    "needs_of": "cycle.needs",
    "prioritise": "causes.priority",
    "process_times": "diagnosis.timing",
    "recurrences": "cycle.recurrence",
    "replay": "verdicts.receipts",
    "service_report": "portrait",
    "verify_file": "verdicts.receipts",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
