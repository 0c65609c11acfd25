"""Layouts of the exports of common service desks, by name."""

from types import MappingProxyType
from typing import Final

import attrs

from servqual._checks import did_you_mean, must_be, near
from servqual.errors import UnknownName
from servqual.readers.files.layouts import Layout

LAYOUTS: Final = MappingProxyType(
    {
        # Field names of ServiceNow's incident table; an audit export has a row for each update. ServiceNow stores UTC.
        "servicenow": Layout(
            columns={
                "case_id": "number",
                "received_at": "opened_at",
                "resolved_at": "resolved_at",
                "closed_at": "closed_at",
                "updated_at": "sys_updated_at",
                "updates": "sys_mod_count",
                "customer_id": "caller_id",
                "team": "assignment_group",
                "agent": "assigned_to",
                "category": "category",
                "priority": "priority",
                "channel": "contact_type",
                "status": "incident_state",
                "cause": "closed_code",
                "reopened": "reopen_count",
                "reassigned": "reassignment_count",
                "sla_kept": "made_sla",
            },
            zone="UTC",
            dates=("%d/%m/%Y %H:%M",),
            missing=("?",),
            fold=True,
        ),
    }
)


def layout(name: str) -> Layout:
    """Give the layout of a vendor's export; people export the columns that they chose, so that each may be absent.

    >>> layout("servicenow").columns["received_at"]
    'opened_at'
    """
    must_be(str, "name", f"one of {', '.join(LAYOUTS)}", name)
    try:
        found = LAYOUTS[name]
    except KeyError:
        close = near(name, LAYOUTS) or tuple(LAYOUTS)
        raise UnknownName(
            f"preset must be one of {', '.join(LAYOUTS)} (got {name!r}){did_you_mean(close)}", near=close
        ) from None
    return attrs.evolve(found, optional=found.columns)
