"""The parameters of the simulated desk: the wishes of customers, the teams and their habits. All numbers are invented.

Shares and chances lie between 0 and 1. Times of work are minutes of an agent, waits are hours of the wall clock; both
are medians of log-normal distributions.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

FRONT: Final = "service desk"  # the team that answers phone and chat
WEAK_SPOT: Final = "network"  # the category that is plainly worse than the rest
IMPROVED: Final = "invoice"  # the category that gets better on the day of the improvement


@attrs.frozen(kw_only=True)
class Category:
    """One kind of wish: its frequency, the team that solves it, and what goes wrong on the way."""

    team: str
    share: float  # of all cases
    work_min: float  # median work of an agent until it is solved
    misrouted: float  # chance of going to a wrong team first
    waits: float  # chance of having to wait for somebody in the middle of the work
    waits_on: str
    waits_h: float  # median of that wait
    reopens: float  # chance of coming back after it was closed
    causes: tuple[str, str, str]  # the most common first


CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType({
    "access": Category(
        team=FRONT, share=0.31, work_min=11, misrouted=0.03, waits=0.08, waits_on="customer", waits_h=4, reopens=0.02,
        causes=("password forgotten", "account locked", "licence expired"),
    ),
    "mail": Category(
        team=FRONT, share=0.20, work_min=18, misrouted=0.06, waits=0.20, waits_on="customer", waits_h=5, reopens=0.04,
        causes=("mailbox full", "spam filter", "wrong setting"),
    ),
    IMPROVED: Category(
        team="accounts", share=0.16, work_min=45, misrouted=0.40, waits=0.15, waits_on="customer", waits_h=8,
        reopens=0.05, causes=("wrong tariff", "missing order number", "paid twice"),
    ),
    WEAK_SPOT: Category(
        team="network", share=0.12, work_min=75, misrouted=0.12, waits=0.40, waits_on="supplier", waits_h=40,
        reopens=0.18, causes=("supplier line", "old switch", "cabling"),
    ),
    "software": Category(
        team="workplace", share=0.09, work_min=45, misrouted=0.08, waits=0.25, waits_on="customer", waits_h=6,
        reopens=0.05, causes=("update failed", "missing licence", "defect"),
    ),
    "hardware": Category(
        team="workplace", share=0.06, work_min=50, misrouted=0.05, waits=0.20, waits_on="supplier", waits_h=24,
        reopens=0.03, causes=("battery", "screen", "dock"),
    ),
    "telephony": Category(
        team="workplace", share=0.04, work_min=30, misrouted=0.10, waits=0.15, waits_on="customer", waits_h=5,
        reopens=0.04, causes=("headset", "forwarding", "voicemail"),
    ),
    "other": Category(
        team=FRONT, share=0.02, work_min=25, misrouted=0.15, waits=0.25, waits_on="customer", waits_h=6, reopens=0.04,
        causes=("question", "order", "unclear"),
    ),
})  # fmt: skip
IMPROVED_MISROUTED: Final = 0.10  # chance of going to a wrong team first, once improved
IMPROVED_WORK_MIN: Final = 30.0  # median work, once improved

AGENTS: Final[Mapping[str, int]] = MappingProxyType({FRONT: 3, "accounts": 2, "network": 2, "workplace": 2})
WEEK: Final[Mapping[str, str]] = MappingProxyType({"mon-fri": "08:00-18:00"})  # when agents are on shift

# relative number of wishes, Monday to Sunday and by local hour of day
WEEKDAY: Final = (1.25, 1.1, 1.0, 1.0, 0.9, 0.15, 0.1)
HOUR: Final = (
    0.05, 0.03, 0.02, 0.02, 0.03, 0.1, 0.3, 0.9, 1.8, 2.3, 2.2, 1.8, 1.2, 1.6, 1.8, 1.6, 1.2, 0.8, 0.5, 0.4, 0.35, 0.3,
    0.2, 0.1,
)  # fmt: skip

PEAK_DAY: Final = 15  # day of the year on which a desk with a season is busiest
YEAR_DAYS: Final = 365.25

CHANNELS: Final = {"phone": 0.35, "email": 0.30, "portal": 0.20, "chat": 0.15}
CLOSED_CHANNELS: Final = {"email": 0.6, "portal": 0.4}  # while nobody is on shift
PRIORITIES: Final = {"urgent": 0.05, "high": 0.15, "normal": 0.60, "low": 0.20}  # in the order of service
LATE_AFTER_H: Final = {"urgent": 4, "high": 8, "normal": 20, "low": 40}  # hours on shift; then a case is escalated

PATIENCE_MIN: Final = 6.0  # how long a caller holds the line
CALL_MIN: Final = 4.0  # talking, where the wish is not solved at once
HOLD: Final = 0.2  # chance of being put on hold
SOLVED_ON_CALL: Final = 0.5  # of the wishes that the front team can solve
TRIAGE_MIN: Final = 8.0  # from a message to its team, while on shift
LOOK_MIN: Final = 8.0  # until a wrong team sees that it is wrong
NOTICED_H: Final = 1.5  # from the trouble to the report
CONFIRM_H: Final = 18.0  # until the customer confirms the solution
REOPEN_H: Final = 60.0  # from closing to coming back
SPREAD: Final = 0.7  # of the logarithm of work; waits spread wider, by 0.9
WAIT_SPREAD: Final = 0.9

RETURNS: Final = 0.06  # chance that a customer comes back with the same wish
RETURN_H: Final = 70.0
INVITED: Final = 0.6  # share of solved cases whose customer is asked for a score
ANSWERS: Final = 0.32  # chance of an answer; the unhappy answer more often
ANSWER_H: Final = 10.0  # from the question to the answer
COMPLAINS: Final = 0.006  # chance of a complaint at the solution, and what raises it
COMPLAINS_LATE: Final = 0.10
COMPLAINS_REOPENED: Final = 0.08
COMPLAINT_H: Final = 5.0  # from the solution to the complaint
ACKNOWLEDGE_H: Final = 2.0  # of a complaint, on shift
REDRESS_H: Final = 12.0  # of a complaint, on shift
HOUR_COST: Final = 42.0  # EUR for an hour of an agent
