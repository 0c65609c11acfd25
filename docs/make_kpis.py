"""Write docs/kpis.md, docs/kpi-coverage.md, docs/tables.md and docs/kpis/*.md: `python docs/make_kpis.py`.

Pages are made of the rows of the catalogue and of the worked examples in docs/kpi-examples, one file per room. An
example has `rows` as a small table of text (or several tables by name), the `value` as the arithmetic that gives it,
and where needed `now`, `period`, `with` (arguments of `with_`), `sla` (arguments of `Target`), and `why`. Moments are
of 2026 and in UTC; `-` is an empty cell. An example without rows takes those of `like`.
"""

import csv
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from servqual.metrics import KPIS, Kpi
from servqual.metrics.catalogue.contact_counts import CONTACT_COUNT_KPIS
from servqual.metrics.catalogue.contact_counts import TABLE as COUNTS
from servqual.metrics.catalogue.kpis import SUBJECTS
from servqual.metrics.kpi.compound import Compound
from servqual.readers.columns.tables import TABLES, Kind, kind_of

HERE = Path(__file__).parent
UNITS = {
    "share": "share, 0 to 1",
    "s": "seconds",
    "count": "count",
    "points": "points, −100 to 100",
    "score": "score",
    "gap": "score minus score, which may lie below 0",
    "money": "amount in the currency of the data",
    "ratio": "ratio, which may pass 1",
    "per hour": "things per hour",
}
COVERAGE = """# Where each metric has its home

The documents behind servqual name 79 metrics (K-01 to K-79), and the field defines about a hundred KPIs more. This page
maps each of them to the KPIs of the catalogue, or says why it is not a KPI: most of these are functions of another
room, because they compare, rank or model and cannot be added up. A source such as "KPIS 42" is a row of the second
table. The page is written by `docs/make_kpis.py` from `docs/kpi-coverage.tsv`.
"""
TABLES_HEAD = """# Tables and their columns

Data are tables whose columns have these names; `columns=` and the layout of an export rename others. Only the columns
that a KPI needs must be there. A column of any other name is a label for groups. A moment has a zone, a duration is in
seconds (or in minutes or hours, where its name ends in `_min` or `_h`), a count is a whole number, and a flag is true
or false. This page is written by `docs/make_kpis.py`.
"""
LAWS = {"commutative": "rows may be split in any way", "keyed": "all rows of a customer stay together"}
WIDTH = 120
AT = """

def at(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=dt.UTC)

"""
HEAD = """# KPIs

Each KPI is one row of the catalogue and has its own page, with its definition and a worked example that runs; this list
and the pages are written from the rows by `docs/make_kpis.py`. The documents behind servqual contain no formulas: each
formula is the standard form of the field, and its source says which row of the documents asks for it. Two more pages
list [where each metric of the documents has its home](kpi-coverage.md) and [the tables and columns](tables.md) that the
KPIs read. In Python `KPIS.search("satisfaction")` finds KPIs by a word of their key, title, Chinese term, question or
formula, `KPIS.` and `KPIS["` complete their keys, and a notebook shows a KPI as a card.
"""


class Home(NamedTuple):
    """A metric, the KPIs that are its home, and a remark; without a KPI, the reason for that."""

    row: str
    what: str
    keys: tuple[str, ...]
    words: str


def page() -> str:
    """Write the list: a table per room."""
    text = HEAD
    for room, kpis in SUBJECTS.items():
        text += f"\n## {room}\n\n| KPI | | question | unit | better |\n|---|---|---|---|---|\n"
        for kpi in kpis:
            link = f"[{kpi.title}](kpis/{kpi.key}.md)"
            text += f"| {link} | {kpi.label_zh or ''} | {kpi.question} | {kpi.unit} | {kpi.better or 'neither'} |\n"
    return text


def coverage() -> str:
    """Write the page that maps each metric of the documents, and each KPI of the field, to its home."""
    table = homes()
    text = COVERAGE
    for title, field in (("Metrics of the documents", False), ("KPIs of the field", True)):
        text += f"\n## {title}\n\n| row | metric | KPIs | |\n|---|---|---|---|\n"
        for home in table:
            if home.row.isdecimal() == field:
                links = ", ".join(f"[{key}](kpis/{key}.md)" for key in home.keys)
                text += f"| {home.row} | {home.what} | {links or '–'} | {home.words} |\n"
    return text


def homes() -> list[Home]:
    """Read the rows of docs/kpi-coverage.tsv."""
    with (HERE / "kpi-coverage.tsv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Home(line["row"], line["what"], tuple(filter(None, line["kpis"].split(", "))), line["words"])
            for line in reader
        ]


def tables() -> str:
    """Write the page of all tables: the content of each column, and the KPIs that read the table."""
    text = TABLES_HEAD
    for name, columns in TABLES.items():
        known = CONTACT_COUNT_KPIS if name == COUNTS else KPIS
        kpis = [kpi for kpi in known.values() if any(part.table == name for part in kpi.parts)]
        text += f"\n## {name}\n\n| column | holds |\n|---|---|\n"
        read = [column for kpi in kpis for part in kpi.parts if part.table == name for column in part.needs]
        every = dict.fromkeys((*columns, *read))
        text += "".join(f"| {column} | {kind_of(name, column)} |\n" for column in every)
        text += f"\nRead by {', '.join(f'[{kpi.key}](kpis/{kpi.key}.md)' for kpi in kpis)}.\n"
    return text


def pages() -> dict[str, str]:
    """Write the page of each KPI, by the name of its file."""
    told = examples()
    return {f"{key}.md": kpi_page(kpi, told[key]) for key, kpi in KPIS.items()}


def examples() -> dict[str, dict[str, Any]]:
    """Read the worked example of each KPI."""
    told: dict[str, dict[str, Any]] = {}
    for file in sorted((HERE / "kpi-examples").glob("*.toml")):
        told |= tomllib.loads(file.read_text(encoding="utf-8"))
    return {key: {**told[one["like"]], **one} if "like" in one else one for key, one in told.items()}


def kpi_page(kpi: Kpi, example: Mapping[str, Any]) -> str:
    """Write the page of one KPI: its row, and its example."""
    title = f"{kpi.title} · {kpi.label_zh}" if kpi.label_zh else kpi.title
    form = CONTACT_COUNT_KPIS.get(kpi.key)
    facts = {
        "key": f"`{kpi.key}`",
        "formula": kpi.formula,
        "unit": UNITS.get(kpi.unit, f"things {kpi.unit}"),
        "better": kpi.better or "neither",
        "table": f"{kpi.table}, " + ("of the period as a whole" if kpi.of_period else f"dated by {kpi.at}"),
        "needs": _needs(kpi),
        **({"over counts": f"of [contact_counts](../contacts.md#ready-made-counts): {form.formula}"} if form else {}),
        "uses": "; ".join(f"{name} (without it {kpi.absent[name]})" for name in kpi.uses) or "–",
        "open items": kpi.open_items or "make no difference",
        "parameters": ", ".join(_default(name, value) for name, value in kpi.params.items()) or "–",
        "law": f"{kpi.law}: {LAWS[kpi.law]}",
        "state": _state(kpi),
        "interval": kpi.interval,
        "source": kpi.source,
        "definition": f"`{kpi.definition}`",
    }
    rows = "".join(f"| {name} | {fact} |\n" for name, fact in facts.items())
    question = kpi.question[:1].upper() + kpi.question[1:]
    return f"# {title}\n\n{question}\n\n| | |\n|---|---|\n{rows}\n{worked(kpi, example)}"


def _needs(kpi: Kpi) -> str:
    some = f"one of {' and '.join(kpi.needs_one_of)}" if kpi.needs_one_of else ""
    return ", ".join(filter(None, (*kpi.needs, some))) or "–"


def _state(kpi: Kpi) -> str:
    if isinstance(kpi, Compound):
        times = "" if kpi.times == 1 else f", times {kpi.times:g}"
        return f"[{kpi.top.key}]({kpi.top.key}.md) over [{kpi.base.key}]({kpi.base.key}.md){times}"
    return f"{kpi.accumulator.__name__}, read as {kpi.statistic}"


def _default(name: str, value: object) -> str:
    unset = "none" if name in {"hours", "only", "except_for"} else "to be set"
    return f"{name} ({unset if value is None else value})"


def worked(kpi: Kpi, example: Mapping[str, Any]) -> str:
    """Write an example in words, as a table, and as a program that asserts its value."""
    tables = cells(kpi, example)
    text = "## Worked example\n"
    for name, (head, rows) in tables.items():
        text += f"\n{name}:\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}\n"
        text += "".join(f"| {' | '.join('' if cell == '-' else cell for cell in row)} |\n" for row in rows)
    settings = [f"{name} {example[name]}" for name in ("now", "with", "sla") if name in example]
    if "period" in example:
        settings.append(f"period {example['period'][0]} to {example['period'][1]}")
    said = f" ({'; '.join(settings)})" if settings else ""
    why = f". {example['why']}." if "why" in example else "."
    return f"{text}\n**{example['value']}**{said}{why}\n\n{code(kpi, example)}"


def code(kpi: Kpi, example: Mapping[str, Any]) -> str:
    """Write the program of an example, formatted as the formatter would."""
    tables = cells(kpi, example)
    lines = [f"{name} = {{\n{_columns(name, *cells)}}}" for name, cells in tables.items()]
    asked, options = f'"{kpi.key}"', ""
    if "with" in example:
        asked = "kpi"
        lines.append(f'kpi = KPIS["{kpi.key}"].with_({example["with"]})')
    if "sla" in example:
        lines.append(f'promise = Target(clock="{kpi.clock}", {example["sla"]})')
        lines.append('sla = Sla(name="example", hours=BusinessHours.always(), targets=[promise])')
        options += ", sla=sla"
    if "now" in example:
        options += f", now={_moment(example['now'])}"
    if "period" in example:
        options += f", period=({', '.join(map(_moment, example['period']))})"
    data = ", ".join(f'"{name}": {name}' for name in tables)
    lines.append(f"found = measure([{asked}], {{{data}}}{options}).one()")
    lines.append(f"assert math.isclose(found.value, {example['value']})")
    body = "\n".join(lines)
    ours = f"from servqual.metrics import {'KPIS, ' if 'KPIS' in body else ''}measure\n"
    if "sla" in example:
        ours += "from servqual.model import BusinessHours, Sla, Target\n"
    if "at(" in body:
        ours += AT
    standard = "import datetime as dt\n" * ("dt." in ours + body) + "import math\n"
    return f"```python\n{standard}\n{ours}\n{body}\n```\n"


def cells(kpi: Kpi, example: Mapping[str, Any]) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Read the tables of an example by name: the names of their columns, and their rows of text."""
    told = example["rows"]
    out: dict[str, tuple[list[str], list[list[str]]]] = {}
    for name, text in (told if isinstance(told, dict) else {kpi.table: told}).items():
        head, *rows = (line.split() for line in text.strip().splitlines())
        out[name] = head, rows
    return out


def _columns(table: str, head: list[str], rows: list[list[str]]) -> str:
    text = ""
    for i, name in enumerate(head):
        told = [_cell(kind_of(table, name), row[i]) for row in rows]
        line = f'    "{name}": [{", ".join(told)}],\n'
        if len(line) > WIDTH:
            line = f'    "{name}": [\n{"".join(f"        {cell},{chr(10)}" for cell in told)}    ],\n'
        text += line
    return text


def _cell(kind: Kind, cell: str) -> str:
    if cell == "-":
        return "None"
    match kind:
        case Kind.MOMENT:
            return _moment(cell)
        case Kind.FLAG:
            return {"yes": "True", "no": "False"}[cell]
        case Kind.LABEL:
            return f'"{cell}"'
        case _:
            return cell


def _moment(text: str) -> str:
    return f'at("{text}")'


if __name__ == "__main__":
    (HERE / "kpis.md").write_text(page(), encoding="utf-8")
    (HERE / "kpi-coverage.md").write_text(coverage(), encoding="utf-8")
    (HERE / "tables.md").write_text(tables(), encoding="utf-8")
    written = pages()
    for old in (HERE / "kpis").glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (HERE / "kpis" / name).write_text(text, encoding="utf-8")
