"""Groups that are clearly worse than the whole, and which of them to improve first."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from servqual._html import number
from servqual.metrics import Kpi, Measures

__all__ = ["priorities", "weak_groups"]

Plain: TypeAlias = dict[str, Any]
_CANDIDATES: Final = 10


def weak_groups(grouped: Mapping[str, Measures], whole: Measures, shares: Sequence[Kpi]) -> list[Plain]:
    """Groups that are worse than the whole even at the good end of their interval, by the cases this costs.

    Ranking raw shares would put tiny groups on top; the interval's good end is where a tiny group has no say.
    """
    found = []
    for column, measures in grouped.items():
        for m in measures:
            kpi = next((k for k in shares if k.key == m.kpi), None)
            overall = whole.get(m.kpi).value if kpi else None
            if kpi is None or overall is None or m.value is None or m.low is None or m.high is None:
                continue
            gap = overall - m.high if kpi.better == "higher" else m.low - overall
            if gap > 0:
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
                        "overall": overall,
                        "spared": gap * m.n,
                    }
                )
    return sorted(found, key=lambda row: (-row["spared"], row["column"], str(row["group"]), row["kpi"]))


def priorities(ranking: Sequence[Plain], promised: Sequence[str]) -> list[Plain]:
    """Named groups that cost at least one case, by what was promised where something was; all else comes after."""
    kept = {"sla_kept", "resolution_kept", *promised}
    costly = [row for row in ranking if row["group"] is not None and row["spared"] >= 1]
    ordered = sorted(costly, key=lambda row: row["kpi"] not in kept)
    return [_priority(rank, row) for rank, row in enumerate(ordered[:_CANDIDATES], 1)]


def _priority(rank: int, row: Plain) -> Plain:
    spared = math.floor(row["spared"])
    gain = f"{spared:,} more would keep it" if row["better"] == "higher" else f"{spared:,} fewer would have it"
    share, overall = number(row["value"], row["unit"]), number(row["overall"], row["unit"])
    sentence = (
        f"{row['column']} “{row['group']}”: {row['title']} is {share} of {row['n']:,} cases, against {overall} overall."
        f" At the overall level at least {gain}, taking the interval at its cautious end."
    )
    facts = {
        name: row[name]
        for name in ("column", "group", "kpi", "title", "unit", "n", "value", "low", "high", "overall", "spared")
    }
    return {"rank": rank, **facts, "sentence": sentence}
