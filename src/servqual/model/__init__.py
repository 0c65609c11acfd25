"""What happened: the domain of customer service as typed, frozen values that read no clock.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "AgentId": "ids",
    "BusinessHours": "hours",
    "Case": "case",
    "CaseId": "ids",
    "CaseSource": "case",
    "CaseStage": "case",
    "CaseStatus": "case",
    "Clock": "clocks",
    "ClockConventions": "clocks",
    "ClockRule": "clocks",
    "ClockState": "reading",
    "CombinedHours": "open_time",
    "ComplaintId": "ids",
    "CustomerId": "ids",
    "DatedHours": "open_time",
    "DayRange": "holidays",
    "EasterDay": "holidays",
    "FixedDay": "holidays",
    "HolidayRule": "holidays",
    "Holidays": "holidays",
    "Hours": "open_time",
    "LedgerPart": "open_time",
    "NthWeekday": "holidays",
    "Priority": "case",
    "Projection": "projection",
    "Reading": "reading",
    "Recurring": "holidays",
    "Relation": "case",
    "Reopening": "clocks",
    "Replay": "replays",
    "Retargeting": "clocks",
    "Sla": "sla",
    "Target": "target",
    "TeamId": "ids",
    "Threshold": "reading",
    "VerdictChange": "replays",
    "Window": "window",
    "breach_chance": "projection",
    "what_if": "replays",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
