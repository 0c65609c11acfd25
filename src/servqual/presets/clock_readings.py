"""The clock conventions of well-known service desks as data: pass one as `conventions=` of an `Sla`.

Each reading is ours except where the product is known to differ, with the source of each difference. Differences that
these terms cannot express are noted beside it. Products change; these are readings of the named sources, not promises.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from servqual._checks import did_you_mean, near
from servqual.errors import UnknownName
from servqual.model.sla.clocks import ANY, STANDARD, Clock, ClockConventions, ClockRule, Reopening

_RULES: Final = STANDARD.rules
_CLOSED: Final = ("cancelled", "duplicate", "resolved", "closed")
"""Events after which an answer has no deadline: an open promise is then neither kept nor missed."""
_NEW_CYCLES: Final = {
    clock: attrs.evolve(rule, reopening=Reopening.NEW_CYCLE)
    for clock, rule in _RULES.items()
    if rule.reopening is Reopening.RESUME
}
"""Rules of products in which a stopped clock never goes on: a reopened ticket gets a new clock."""


def _reading(name: str, rules: Mapping[Clock, ClockRule], *sources: str, **options: Any) -> ClockConventions:
    return ClockConventions(name=name, rules={**_RULES, **rules}, sources=sources, **options)


_ZENDESK: Final = _reading(
    "zendesk",
    {
        # total resolution runs through every status but solved; pending and on-hold only stop the two clocks below
        Clock.RESOLUTION: attrs.evolve(_RULES[Clock.RESOLUTION], pause_on=()),
        Clock.FIRST_RESOLUTION: attrs.evolve(_RULES[Clock.FIRST_RESOLUTION], pause_on=()),
        Clock.REQUESTER_WAIT: attrs.evolve(_RULES[Clock.REQUESTER_WAIT], pause_on="customer"),
        Clock.AGENT_WORK: attrs.evolve(_RULES[Clock.AGENT_WORK], pause_on=ANY),
    },
    "Zendesk help centre, articles 4408834848154 (durations) and 7412192349466 (settings of the reply metrics)",
    "Zendesk API reference, ticket metric events: which statuses pause a metric",
    "dbt_zendesk (Fivetran), DECISIONLOG and pull request 136: next reply ends on solve; the last schedule holds",
    whole_history=True,
    shortest=dt.timedelta(seconds=15),
)

_SERVICENOW: Final = _reading(
    "servicenow",
    # pauses are configured there, as `pause_on` is here; a reset on a change of fields is a rule of your own
    _NEW_CYCLES,
    "ServiceNow documentation, SLA conditions: one is attached whenever start holds and stop does not, so a task that "
    "comes back gets a new one beside the completed one",
    "ServiceNow knowledge base, KB0547356: start, stop and pause conditions",
)

_JIRA: Final = _reading(
    "jira_service_management",
    {
        # of equal instants a stop beats a pause and a pause a start, as here; one event that would do both only stops
        **{clock: attrs.evolve(rule, stops_alone=True) for clock, rule in {**_RULES, **_NEW_CYCLES}.items()},
        Clock.RESOLUTION: attrs.evolve(_NEW_CYCLES[Clock.RESOLUTION], pause_on="customer", stops_alone=True),
    },
    "Jira Service Management API 10.3, SlaInformationCompletedCycle: each start after a stop is another cycle, with "
    "start, stop, goal, elapsed and remaining time, the last negative after a breach",
    "ToolsTrek, SLA rules for Jira Service Management, project admin guide: stop before pause before start",
)

_ZAMMAD: Final = _reading(
    "zammad",
    {
        # states that ignore escalation do not count for any clock; a target of 0 means no clock there, which is
        # `within=None` here; and of the update spans it keeps the longest, where we keep all
        Clock.FIRST_RESPONSE: attrs.evolve(_RULES[Clock.FIRST_RESPONSE], pause_on=ANY),
        Clock.NEXT_RESPONSE: attrs.evolve(
            _RULES[Clock.NEXT_RESPONSE], stop=("replied.public",), cancel=_CLOSED, pause_on=ANY, restarts="always"
        ),
        Clock.RESOLUTION: attrs.evolve(
            _RULES[Clock.RESOLUTION], stop=("resolved", "closed"), pause_on=ANY, reopening=Reopening.NEVER
        ),
    },
    "Zammad source, lib/escalation.rb: the update clock counts from the last customer contact while unanswered",
    "Zammad source, Ticket::SetsCloseTime: the first close stays, so a reopened ticket does not run again",
    "Zammad test-suite: a deadline that falls on the close is the next opening",
    "Zammad source, lib/escalation/ticket_biz_break.rb: pauses are kept as hours and minutes",
    at_close="roll",
    pause_edges="minute",
)

_FRAPPE: Final = _reading(
    "frappe",
    {
        Clock.FIRST_RESPONSE: attrs.evolve(
            _RULES[Clock.FIRST_RESPONSE], stop=("replied.public", "waiting", "resolved")
        ),
    },
    "Frappe Helpdesk source, hd_service_level_agreement.py: a reply or a paused or resolved status ends the response; "
    "hold counts in business time; resolved time becomes hold on reopening",
)

_OTRS: Final = _reading(
    "otrs",
    {
        # the update clock counts from the first customer article that no agent has answered, else from the last answer
        Clock.NEXT_RESPONSE: ClockRule(
            start=("customer_message", "replied.public"),
            stop="replied.public",
            cancel=_CLOSED,
            pause_on=ANY,
            repeats=True,
            restarts="other",
            unsolved_only=True,
        ),
        # the first close is final, and pending time counts
        Clock.RESOLUTION: attrs.evolve(
            _RULES[Clock.RESOLUTION], stop=("resolved", "closed"), pause_on=(), reopening=Reopening.NEVER
        ),
    },
    "OTRS source, Kernel/System/Ticket.pm, TicketEscalationIndexBuild: which article starts the update time, that a "
    "pending state has none, that a closed or merged ticket has none at all, and that the solution time ends with the "
    "first close",
)

_ERPNEXT: Final = _reading(
    "erpnext",
    {
        # of several holds it moves the deadline by the last one only, where we move it by all
        Clock.FIRST_RESPONSE: attrs.evolve(_RULES[Clock.FIRST_RESPONSE], pause_on=None),
        Clock.RESOLUTION: attrs.evolve(
            _RULES[Clock.RESOLUTION], stop=("resolved", "closed"), reopening=Reopening.RESTART
        ),
    },
    "ERPNext source, service_level_agreement.py at 012e6f95: hold time is added to the deadline by the clock on the "
    "wall, and a ticket that is open again has its metrics reset",
    pauses="wall",
)

_ALL: Final = (STANDARD, _ZENDESK, _SERVICENOW, _JIRA, _ZAMMAD, _FRAPPE, _OTRS, _ERPNEXT)
CLOCK_READINGS: Final[Mapping[str, ClockConventions]] = MappingProxyType({reading.name: reading for reading in _ALL})


def clock_conventions(name: str) -> ClockConventions:
    """Give the reading of a product by its name.

    The names are `zendesk`, `servicenow`, `jira_service_management`, `zammad`, `frappe`, `otrs`, `erpnext`, and
    `standard`, which is ours. Raises `UnknownName` for any other, with the nearest ones.

    >>> clock_conventions("zammad").at_close
    'roll'
    """
    try:
        return CLOCK_READINGS[name]
    except (KeyError, TypeError):  # a list has no hash
        close = near(str(name), CLOCK_READINGS)
        raise UnknownName(
            f"clock reading must be one of {', '.join(CLOCK_READINGS)} (got {name!r}){did_you_mean(close)}",
            field="name",
            got=name,
            near=close,
        ) from None
