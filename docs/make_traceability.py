"""Write docs/traceability.md from docs/traceability.tsv: `python docs/make_traceability.py`."""

import csv
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).parent / "traceability.tsv"
PARTLY, DUE = "partly", "due"
SECTIONS = {
    "GV": "Governance and architecture",
    "CU": "Customer and market",
    "CH": "Interaction and channel",
    "PB": "Request and problem",
    "CP": "Complaint",
    "ST": "Standard, target, process",
    "FB": "Feedback and satisfaction",
    "QM": "Monitoring and assessment",
    "IM": "Improvement",
    "TM": "Team and role",
    "RC": "Recruitment",
    "TR": "Training",
    "PF": "Appraisal",
    "IC": "Incentive",
    "KN": "Knowledge",
    "RK": "Risk",
    "AN": "Analytics",
    "CR": "Customer relationship system",
    "NU": "Numbers and cadences",
    "TC": "Titles without text",
    "SR": "Rows of a second reading",
}
HEAD = """# From the documents to the code

The source documents were read into an inventory of 491 rows, 11 of them in a second reading; 248 are core or expected.
This page maps each of those to a public name and to a test that shows it as a scenario, and says how far it goes:
*whole*, *partly* (what is missing stands beside it), or *due*. It is written by `docs/make_traceability.py` from
`docs/traceability.tsv`; a test fails when a name or a scenario does not exist.

"""


class Row(NamedTuple):
    """One line of the table: a row of the inventory, and what fulfils it."""

    row: str
    centrality: str
    kind: str
    what: str
    name: str
    state: str
    test: str
    words: str


def rows() -> list[Row]:
    """The table as it stands."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Row(**line) for line in reader]


def found(name: str) -> Any:
    """The thing that a dotted name means; `name[key]` looks into a mapping. An error where there is none."""
    path, _, key = name.removesuffix("]").partition("[")
    parts = path.split(".")
    thing: Any = importlib.import_module(parts[0])
    for number, part in enumerate(parts[1:], start=2):
        try:
            thing = getattr(thing, part)
        except AttributeError:
            thing = importlib.import_module(".".join(parts[:number]))
    return thing[key] if key else thing


def page() -> str:
    """The page: how far it is, what is due, and one table a section."""
    table = rows()
    text = HEAD + progress(table)
    for prefix, title in SECTIONS.items():
        text += f"\n## {title} ({prefix})\n\n| row | what | where | state | scenario | |\n|---|---|---|---|---|---|\n"
        for row in table:
            if row.row.startswith(prefix):
                where, test = (
                    ("", "") if row.state == DUE else (f"`{row.name}`", f"`{row.test.removeprefix('tests/')}`")
                )
                text += f"| {row.row} | {row.what} | {where} | {row.state} | {test} | {row.words} |\n"
    return text


def progress(table: Sequence[Row]) -> str:
    """How many rows are whole, partly so and due, by kind, and the ids of those that are not whole."""
    text = "| kind | rows | whole | partly | due |\n|---|---|---|---|---|\n"
    for kind in ("structural", "stateful", "computable"):
        of_kind = [row for row in table if row.kind == kind]
        partly, due = ([row.row for row in of_kind if row.state == state] for state in (PARTLY, DUE))
        whole = len(of_kind) - len(partly) - len(due)
        text += f"| {kind} | {len(of_kind)} | {whole} | {', '.join(partly) or '–'} | {', '.join(due) or '–'} |\n"
    return text


if __name__ == "__main__":
    (Path(__file__).parent / "traceability.md").write_text(page(), encoding="utf-8")
