"""Groups that are clearly worse than the whole, and which of them to improve first."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from servqual._words import capital, counted, number, shorten
from servqual.metrics import Kpi, Measures, weakest

Plain: TypeAlias = dict[str, Any]
_CANDIDATES: Final = 10
_LONGEST: Final = 60


def named(column: str, group: object) -> str:
    """A group as a sentence calls it: clean, and short enough to be read in passing.

    >>> named("team", "north"), named("team", None)
    ('team “north”', 'no team')
    """
    short = shorten(column, _LONGEST)
    return f"no {short}" if group is None else f"{short} “{shorten(group, _LONGEST)}”"


def weak_groups(grouped: Mapping[str, Measures], whole: Measures, shares: Sequence[Kpi]) -> list[Plain]:
    """Groups that are worse than the whole even at the good end of their interval, by the cases this costs."""
    found = []
    for column, measures in grouped.items():
        for kpi in shares:
            for row in weakest(measures, kpi.key, overall=whole.get(kpi.key)):
                m = row.measured
                if row.worse:
                    found.append(
                        {
                            "kpi": m.kpi,
                            "title": kpi.title,
                            "unit": m.unit,
                            "better": kpi.better,
                            "column": column,
                            "group": m.group[column],
                            "n": m.n,
                            "value": m.value,
                            "low": m.low,
                            "high": m.high,
                            "overall": row.overall,
                            "spared": row.cost,
                        }
                    )
    return sorted(found, key=lambda row: (-row["spared"], row["column"], str(row["group"]), row["kpi"]))


def priorities(ranking: Sequence[Plain], promised: Sequence[str]) -> list[Plain]:
    """Named groups that cost at least one case: by what was promised, then by the desk's own mark, then by all else.

    A group comes once, by the first KPI that names it; the others in which it is worse are told in its sentence.
    """
    ranks = dict.fromkeys(promised, 0) | {key: 1 for key in ("sla_kept", "resolution_kept") if key not in promised}
    costly = [row for row in ranking if row["group"] is not None and row["spared"] >= 1]
    groups: dict[tuple[str, str], list[Plain]] = {}
    for row in sorted(costly, key=lambda row: ranks.get(row["kpi"], 2)):
        groups.setdefault((row["column"], row["group"]), []).append(row)
    return [_priority(rank, *rows) for rank, rows in enumerate(list(groups.values())[:_CANDIDATES], 1)]


def _priority(rank: int, row: Plain, *others: Plain) -> Plain:
    spared = counted(math.floor(row["spared"]), "case")
    whom, what = capital(named(row["column"], row["group"])), shorten(row["title"], _LONGEST)
    seen = f"{_share(row, 'value')} of {counted(row['n'], 'case')}, against {_share(row, 'overall')} overall"
    change = f"at least {spared} {'more' if row['better'] == 'higher' else 'fewer'}"
    sentence = f"{whom}, {what}: {seen}; at the overall level it would be {change}."
    if others:
        told = (
            f"{shorten(o['title'], _LONGEST)} ({_share(o, 'value')} against {_share(o, 'overall')})" for o in others
        )
        sentence += f" Also worse there: {'; '.join(told)}."
    facts = {
        name: row[name]
        for name in ("column", "group", "kpi", "title", "unit", "n", "value", "low", "high", "overall", "spared")
    }
    return {"rank": rank, **facts, "sentence": sentence}


def _share(row: Plain, name: str) -> str:
    return number(row[name], row["unit"])
