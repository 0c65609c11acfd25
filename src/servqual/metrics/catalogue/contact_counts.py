"""KPIs of contacts from ready-made counts: a row is an interval, such as half an hour or a month, with its counts.

Telephone systems and public statistics give these instead of one row per contact. Counts add up, so that volume, shares
and means follow from them, with n = contacts. Percentiles, first-contact resolution and short abandons do not.
"""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics.accumulators import Count, Quotient, Ratio
from servqual.metrics.catalogue._params import limit_of
from servqual.metrics.catalogue.contacts import INTERACTION_KPIS
from servqual.metrics.catalogue.handling import HANDLING_KPIS
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View

TABLE: Final = "contact_counts"
CONTRADICT: Final = "contradicts the other counts of its row"
"""The end of the reason that is noted of counts which do not add up."""
_MORE: Final = f"is less than answered and abandoned together, and {CONTRADICT}"


def _counts(t: View, *names: str) -> tuple[Array, ...]:
    """Read counts, and last where all are known; note rows of which more were answered or abandoned than offered."""
    known = np.logical_and.reduce([t.known(name) for name in names])
    if t.has("offered"):
        ends = [np.nan_to_num(t.column(name).values) for name in ("answered", "abandoned") if t.has(name)]
        t.remark(t.known("offered") & (t.column("offered").values < sum(ends)), "offered", _MORE)
    return *(t.column(name).values for name in names), known


def _volume(t: View) -> Mapping[str, Array]:
    offered, known = _counts(t, "offered")
    return {"among": known, "times": offered}


def _share(t: View, of: str) -> Mapping[str, Array]:
    part, offered, known = _counts(t, of, "offered")
    t.refuse(known & (part > offered), of, f"is more than offered, and {CONTRADICT}")
    return {"hit": part, "among": known, "times": offered}


def _within(t: View) -> Mapping[str, Array]:
    """Divide the contacts answered within the threshold by those that `denominator` names."""
    limit, base = limit_of(t, "within"), t.params["denominator"]
    if not t.has("answered_within") and not (t.has("answered_late") and t.has("answered")):
        raise MissingColumn(
            f"service_level needs the column 'answered_within' of {TABLE}, or answered and answered_late; add it, or "
            "say under which name the data have it",
            column="answered_within",
            near=(),
        )
    if not t.has(base):
        raise InvalidValue.of("denominator", f"name a column of {TABLE}", base, do=f"add {base}, or choose the other")
    told = t.known("within_s")
    t.refuse(
        told & (t.us("within_s") != limit),
        "within_s",
        f"must be the threshold of {limit / 1e6:g} s; set within of service_level to that of the counts",
    )
    if t.has("answered_within"):
        hit, known = t.column("answered_within").values, t.known("answered_within")
        if t.has("answered"):
            odd = known & (hit > t.column("answered").values)
            t.remark(odd, "answered_within", f"is more than answered, and {CONTRADICT}")
            if t.has("answered_late"):
                whole, late, all_known = _counts(t, "answered", "answered_late")
                odd = all_known & known & (hit + late != whole)
                t.remark(odd, "answered_late", f"is not answered less answered_within, and {CONTRADICT}")
    else:
        answered, late, known = _counts(t, "answered", "answered_late")
        hit = answered - late
        t.refuse(known & (hit < 0), "answered_late", f"is more than answered, and {CONTRADICT}")
    out_of, also = _counts(t, base)
    known = known & also & told
    t.refuse(known & (hit > out_of), "answered_within", f"is more than {base}, and {CONTRADICT}")
    return {"hit": hit, "among": known, "times": out_of}


def _mean(t: View, parts: tuple[str, ...]) -> Mapping[str, Array]:
    """Divide a sum of seconds by the contacts answered; the parts that the table lacks add nothing."""
    answered, known = _counts(t, "answered")
    there = [name for name in parts if t.has(name)]
    known = np.logical_and.reduce([known, *(t.known(name) for name in there)])
    top = np.sum([np.maximum(t.us(name), 0) for name in there], axis=0)
    return {"top": top, "base": np.where(known, answered, 0).astype(np.int64), "among": known}


_ENDS: Final = ("offered", "answered", "abandoned")


def _form(key: str, needs: tuple[str, ...], uses: tuple[str, ...], formula: str, **told: Any) -> Kpi:
    """Make the form of a KPI of contacts over counts; it keeps all that does not depend on the table."""
    [kpi] = (kpi for kpi in (*INTERACTION_KPIS, *HANDLING_KPIS) if kpi.key == key)
    uses = tuple(name for name in dict.fromkeys((*uses, *_ENDS)) if name not in needs)
    fields = {"accumulator": Ratio, "statistic": "share", "params": {}, "choices": {}, **told}
    return attrs.evolve(
        kpi,
        table=TABLE,
        at="at",
        needs=needs,
        uses=uses,
        formula=formula,
        open_items="none: a row counts what has ended",
        version=1,
        **fields,
    )


def _mean_form(key: str, needs: tuple[str, ...], uses: tuple[str, ...] = ()) -> Kpi:
    parts = (*needs, *uses)
    named = ", ".join(parts)
    return _form(
        key,
        ("answered", *needs),
        uses,
        f"sum of {named} / answered",
        accumulator=Quotient,
        statistic="mean_of_sums",
        rows=partial(_mean, parts=parts),
    )


CONTACT_COUNT_KPIS: Final[Mapping[str, Kpi]] = MappingProxyType(
    {
        kpi.key: kpi
        for kpi in (
            _form("volume", ("offered",), (), "sum of offered", rows=_volume, accumulator=Count, statistic="n"),
            _form(
                "answer_rate", ("offered", "answered"), (), "answered / offered", rows=partial(_share, of="answered")
            ),
            _form(
                "abandonment_rate",
                ("offered", "abandoned"),
                (),
                "abandoned / offered",
                rows=partial(_share, of="abandoned"),
            ),
            _form(
                "service_level",
                ("within_s",),
                ("answered_within", "answered_late"),
                "answered_within, or answered without answered_late / offered, or answered by `denominator`; of rows "
                "whose within_s is the threshold",
                rows=_within,
                params={"within": dt.timedelta(seconds=20), "denominator": "offered"},
                choices={"denominator": ("offered", "answered")},
            ),
            _mean_form("asa", ("wait_total_s",)),
            _mean_form("aht", ("talk_total_s",), ("hold_total_s", "wrap_total_s")),
            _mean_form("talk_time", ("talk_total_s",)),
            _mean_form("hold_time", ("hold_total_s",)),
            _mean_form("wrap_time", ("wrap_total_s",)),
        )
    }
)
"""The KPIs of contacts that counts carry, by the key that they share with the KPI over single contacts."""


def over_counts(kpi: Kpi) -> Kpi | None:
    """Give the form over `contact_counts` of a KPI of contacts, with its parameters; None where counts carry none.

    Refuses a parameter that counts cannot follow, such as a denominator without short abandons.

    >>> from servqual.metrics import KPIS
    >>> over_counts(KPIS["answer_rate"]).table, over_counts(KPIS["wait_p90"])
    ('contact_counts', None)
    """
    form = CONTACT_COUNT_KPIS.get(kpi.name)
    if form is None or kpi.statistic not in {form.statistic, "mean"}:
        return None
    params = {name: value for name, value in kpi.params.items() if name in form.params}
    return attrs.evolve(form, key=kpi.key, title=kpi.title, params={**form.params, **params})
