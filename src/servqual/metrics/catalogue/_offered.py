"""What became of a contact that was offered: answered, abandoned, or nobody knows yet.

Where there is no `abandoned` column all were answered; an empty cell of one says that a contact still waits.
"""

from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.kpi.definition import View

STILL_WAITING: Final = "a contact of which nobody knows yet whether it was answered is undecided"
UNANSWERED: Final = "a contact that is not answered yet is left out"


def offered(t: View) -> Array:
    """All contacts."""
    return np.ones(t.size, np.bool_)


def answered(t: View) -> Array:
    """Contacts that did not give up and do not wait any more."""
    return t.once("answered", lambda: t.column("abandoned").values == 0 if t.has("abandoned") else offered(t))


def still_waiting(t: View) -> Array:
    """Contacts that may yet be answered or give up."""
    return t.once("still waiting", lambda: ~t.known("abandoned") if t.has("abandoned") else ~offered(t))
