"""The main figures by team, agent, weekday and hour, as plain data: a table each."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from servqual._words import clean
from servqual.metrics import KPIS, Kpi, Measures
from servqual.report.config import Config
from servqual.report.figures import caveats_in, facts_of, told_of

Plain: TypeAlias = dict[str, Any]
Question: TypeAlias = tuple[Sequence[Kpi], tuple[str, ...]]
_WHO: Final = ("team", "agent")
WHEN: Final = ("weekday", "hour_of_day")
_SHOWN: Final = (
    "sla_kept",
    "resolution_kept",
    "first_response_p50",
    "resolution_p50",
    "reopen_rate",
    "reassignment_rate",
)
_MOST: Final = 4
_LISTED: Final = 20
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def questions(kpis: Sequence[Kpi], columns: Sequence[str], config: Config) -> list[Question]:
    """Choose the figures of each table: volume, what was promised, then the usual ones."""
    promised = [promise.kpi for promise in config.promises]
    known = {kpi.key: kpi for kpi in kpis}
    usual = (known[key] for key in _SHOWN if key in known)
    shown = [kpi for kpi in (*promised, *usual) if kpi.key != "case_volume"]
    shown = [*{kpi.key: kpi for kpi in shown}.values()][:_MOST]
    held = [known["backlog"]] if "backlog" in known and known["backlog"] not in shown else []
    who = [name for name in dict.fromkeys((*_WHO, *(config.groups or ()))) if name in columns]
    return [
        *(([KPIS["case_volume"], *held, *shown], (name,)) for name in who),
        # what is there at a moment has no day or hour of receipt
        *(([KPIS["case_volume"], *(kpi for kpi in shown if not kpi.stock)], (name,)) for name in WHEN),
    ]


def sliced(found: Measures) -> Plain:
    """Tell one table: groups by the number of their cases, the largest first, or days and hours in their order."""
    [column] = found.by
    volumes = {m.group[column]: m.n for m in found.of(KPIS["case_volume"])}
    order = sorted(volumes, key=lambda label: (-volumes[label], str(label)))
    if column in WHEN:
        order = sorted(label for label in volumes if label is not None)
    shown = order if column in WHEN else order[:_LISTED]
    return {
        "column": column,
        "kpis": [facts_of(kpi) for kpi in found.kpis],
        "rows": [
            {
                "group": called(column, label),
                "figures": [
                    {"kpi": kpi.key, **told_of(m), "warnings": caveats_in(m)}
                    for kpi in found.kpis
                    for m in [found.get(kpi.key, **{column: label})]
                ],
            }
            for label in shown
        ],
        "rest": len(order) - len(shown),
    }


def called(column: str, label: Any) -> str | None:
    """Name a group: days of the week and hours in words, others as they are."""
    match column:
        case "weekday":
            return _DAYS[label - 1]
        case "hour_of_day":
            return f"{label:02}:00"
        case _:
            return None if label is None else clean(label)
