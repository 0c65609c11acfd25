"""Write docs/kpis.md from the rows of the catalogue: `python docs/make_kpis.py`."""

from pathlib import Path

from servqual.metrics import KPIS, Kpi


def page() -> str:
    """The page: one part a KPI, from what its row says."""
    head = """# KPIs

Each KPI is one row of the catalogue; this page is written from the rows by `docs/make_kpis.py`. The documents behind
servqual contain no formulas: each is the field's standard form, and its source says which row of the documents asks
for it.
"""
    return head + "".join(part(kpi) for kpi in KPIS.values())


def part(kpi: Kpi) -> str:
    """What one row says."""
    title = f"{kpi.title} · {kpi.label_zh}" if kpi.label_zh else kpi.title
    facts = {
        "formula": kpi.formula,
        "unit": {
            "share": "share, 0 to 1",
            "s": "seconds",
            "count": "count",
            "points": "points, −100 to 100",
            "score": "score",
            "money": "amount in the currency of the data",
            "ratio": "ratio, which may pass 1",
            "per hour": "things an hour",
        }[kpi.unit],
        "better": kpi.better or "neither",
        "table": f"{kpi.table}, " + ("of the period as a whole" if kpi.of_period else f"dated by {kpi.at}"),
        "needs": ", ".join(kpi.needs),
        "uses": ", ".join(kpi.uses) or "–",
        "open cases": kpi.open_items or "make no difference",
        "parameters": ", ".join(kpi.params) or "–",
        "state": f"{kpi.accumulator.__name__} ({kpi.law}), read as {kpi.statistic}",
        "source": kpi.source,
        "definition": f"`{kpi.definition}`",
    }
    rows = "".join(f"| {name} | {fact} |\n" for name, fact in facts.items())
    return f"\n## `{kpi.key}`\n\n{title}: {kpi.question}\n\n| | |\n|---|---|\n{rows}"


if __name__ == "__main__":
    (Path(__file__).parent / "kpis.md").write_text(page(), encoding="utf-8")
