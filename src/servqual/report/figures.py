"""One measured figure as plain data: its definition, value, interval and caveats; and where the rows went."""

import datetime as dt
from collections.abc import Container
from typing import Any, Final, TypeAlias

import attrs

from servqual._words import clean, number, shorten
from servqual.metrics import KPIS, Kpi, Measurement, Rows
from servqual.metrics.catalogue.contact_counts import CONTRADICT
from servqual.readers.columns.notes import is_note
from servqual.readers.columns.tags import UNSPLIT
from servqual.report.priorities import in_business_time

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 60
_PARAMS: Final = {
    "within": "within {}",
    "denominator": "of {}",
    "window": "in {}",
    "short": "short up to {}",
    "scale": "scale {}",
    "satisfied_from": "satisfied from {}",
}
"""Parameters that stand in the title of a KPI, and how."""
_FACTS: Final = ("key", "title", "label_zh", "question", "formula", "source", "unit", "better")


def told_of(m: Measurement) -> Plain:
    """Give the value of a measurement with its interval and n; `error` is above 0 where it was read from bins."""
    return {"value": m.value, "low": m.low, "high": m.high, "n": m.n, "error": m.error}


def caveats_in(m: Measurement) -> list[Plain]:
    """Give the warnings of a measurement, each a code and a sentence."""
    return [{"code": caveat.code, "text": clean(caveat.text)} for caveat in m.warnings]


def titled(kpi: Kpi) -> Kpi:
    """Add the parameters that a figure depends on to the title of a KPI, but for a title of the settings.

    >>> titled(KPIS["service_level"]).title
    'service level (within 20 s, of offered)'
    """
    if kpi.title not in {known.title for known in KPIS.values()}:
        return kpi
    told = [said.format(_worded(kpi.params[name])) for name, said in _PARAMS.items() if kpi.params.get(name)]
    return attrs.evolve(kpi, title=f"{kpi.title} ({', '.join(told)})") if told else kpi


def _worded(value: object) -> str:
    """Write a parameter in words.

    >>> _worded((1, 5)), _worded(dt.timedelta(days=7)), _worded("offered_less_short_abandons")
    ('1 to 5', '7 d', 'offered less short abandons')
    """
    if isinstance(value, dt.timedelta):
        return number(value.total_seconds(), "s")
    return " to ".join(map(str, value)) if isinstance(value, tuple) else str(value).replace("_", " ")


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
        "definition": m.definition,
        "reason": reason,
        "cannot_be_judged": m.mostly_unread,
    }


def reasons_of(rows: Rows, dating: Container[str], lost: Container[tuple[str, str]]) -> list[Plain]:
    """List why rows or cells were not used, the most frequent reason first; `part` says which of both.

    A row is refused without one of the columns in `dating`, or for one of the reasons in `lost`. Cells that are used
    all the same, such as counts that do not add up, are left out: warnings tell them.
    """
    used = {key for key in rows.reasons if key == UNSPLIT or is_note(key[1]) or key[1].endswith(CONTRADICT)}
    told = {key: count for key, count in rows.reasons.items() if key not in used}
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
