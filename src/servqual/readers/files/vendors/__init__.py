"""Layouts of the exports of common service desks, by name; each file is a vendor.

- `vendor`: what a layout says
- `servicenow`, `jira`, `zendesk`, `zammad`, `freshdesk`, `hubspot`, `salesforce`, `glpi`, `frappe`, `osticket`,
  `redmine`: the vendors
"""

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from servqual._checks import did_you_mean, must_be, near
from servqual.errors import UnknownName
from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors.frappe import FRAPPE
from servqual.readers.files.vendors.freshdesk import FRESHDESK
from servqual.readers.files.vendors.glpi import GLPI
from servqual.readers.files.vendors.hubspot import HUBSPOT
from servqual.readers.files.vendors.jira import JIRA
from servqual.readers.files.vendors.osticket import OSTICKET
from servqual.readers.files.vendors.redmine import REDMINE
from servqual.readers.files.vendors.salesforce import SALESFORCE
from servqual.readers.files.vendors.servicenow import SERVICENOW
from servqual.readers.files.vendors.vendor import Vendor
from servqual.readers.files.vendors.zammad import ZAMMAD
from servqual.readers.files.vendors.zendesk import ZENDESK

_ALL: Final = (
    SERVICENOW, JIRA, ZENDESK, ZAMMAD, FRESHDESK, HUBSPOT, SALESFORCE, GLPI, FRAPPE, OSTICKET, REDMINE,
)  # fmt: skip
VENDORS: Final = MappingProxyType({vendor.name: vendor for vendor in _ALL})
LAYOUTS: Final = MappingProxyType({vendor.name: vendor.settings() for vendor in _ALL})


__all__ = ["LAYOUTS", "VENDORS", "Vendor", "layout", "vendor_of"]


def layout(name: str, field: str = "preset") -> Layout:
    """Give the layout of a vendor's export; people export the columns that they chose, so that each may be absent.

    `field` is what an error calls the name.

    >>> layout("servicenow").columns["received_at"]
    'opened_at'
    """
    must_be(str, "name", f"one of {', '.join(LAYOUTS)}", name)
    try:
        return LAYOUTS[name]
    except KeyError:
        close = near(name, LAYOUTS) or tuple(LAYOUTS)
        raise UnknownName(
            f"{field} must be one of {', '.join(LAYOUTS)} (got {name!r}){did_you_mean(close)}", near=close
        ) from None


def vendor_of(header: Collection[str]) -> Vendor | None:
    """Find the vendor whose documented columns a file has; None where none fits, or two fit alike.

    >>> vendor_of(["number", "opened_at", "resolved_at", "priority"]).title
    'ServiceNow'
    >>> vendor_of(["colour", "size"])
    """
    shares = sorted(((vendor.share(header), vendor.name) for vendor in _ALL if vendor.fits(header)), reverse=True)
    if not shares or (len(shares) > 1 and shares[0][0] == shares[1][0]):
        return None
    return VENDORS[shares[0][1]]
