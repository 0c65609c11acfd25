"""One measured figure as plain data: its definition, value, interval and caveats; and where the rows went."""

from collections.abc import Container
from typing import Any, Final, TypeAlias

from servqual._words import clean, shorten
from servqual.metrics import Kpi, Measurement, Rows
from servqual.metrics.catalogue.contact_counts import CONTRADICT
from servqual.readers.columns.tags import UNSPLIT
from servqual.report.priorities import in_business_time

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 60
_FACTS: Final = ("key", "title", "label_zh", "question", "formula", "source", "unit", "better")


def told_of(m: Measurement) -> Plain:
    """Give the value of a measurement with its interval and n."""
    return {"value": m.value, "low": m.low, "high": m.high, "n": m.n}


def caveats_in(m: Measurement) -> list[Plain]:
    """Give the warnings of a measurement, each a code and a sentence."""
    return [{"code": caveat.code, "text": clean(caveat.text)} for caveat in m.warnings]


def facts_of(kpi: Kpi) -> Plain:
    """Give what a column of figures says of its KPI."""
    facts = {name: getattr(kpi, name) for name in ("title", "unit", "better")}
    return {"kpi": kpi.key, **facts, "business_time": in_business_time(kpi.params, kpi.unit)}


def figure(kpi: Kpi, m: Measurement, item: str = "case") -> Plain:
    """Give a KPI with what was measured; `item` is what a row of its table is called."""
    reason = None
    if m.value is None:
        reason = "nothing decided yet" if m.undecided else f"no {item} has what it needs"
    # a count of all items is no sample
    whole = {"low": None, "high": None} if kpi.unit == "count" else {}
    return {
        **{name: getattr(kpi, name) for name in _FACTS},
        **told_of(m),
        **whole,
        "business_time": in_business_time(kpi.params, kpi.unit),
        "undecided": m.undecided,
        "small": m.small,
        "warnings": caveats_in(m),
        "error": m.error,
        "definition": m.definition,
        "reason": reason,
        "cannot_be_judged": m.mostly_unread,
    }


def reasons_of(rows: Rows, dating: Container[str], lost: Container[tuple[str, str]]) -> list[Plain]:
    """List why rows or cells were not used, the most frequent reason first; `part` says which of both.

    A row is refused without one of the columns in `dating`, or for one of the reasons in `lost`. Cells that are used
    all the same, such as counts that do not add up, are left out: warnings tell them.
    """
    told = {key: count for key, count in rows.reasons.items() if key != UNSPLIT and not key[1].endswith(CONTRADICT)}
    return [
        {
            "part": "row" if column in dating or (column, reason) in lost else "cell",
            "column": clean(column),
            "reason": clean(reason),
            "count": count,
            "examples": [
                {"row": r.row, "value": shorten(r.value, _LONGEST)}
                for r in [r for r in rows.refusals if (r.column, r.reason) == (column, reason)][:3]
            ],
        }
        for (column, reason), count in sorted(told.items(), key=lambda item: (-item[1], item[0]))
    ]
