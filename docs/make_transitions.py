"""Write docs/transitions.md from the tables of legal steps: `python docs/make_transitions.py`."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servqual import model
from servqual.model.declared import name_of
from servqual.model.history.lifecycle import Lived
from servqual.model.terms import TERMS, label

HEAD = """# Lifecycles

Each of these objects is the tuple of its events; one table of legal steps gives its status. `docs/make_transitions.py`
draws the pictures from these tables: an arrow has the stored name of its event, and in brackets the condition on its
content. Any other event is refused, and the error lists the allowed ones.

Some histories can be corrected: `voided` removes an event, `amended` changes its facts, and both stand in the history
beside the event that they correct. A correction is refused if the table does not allow the remaining events.
"""


def lifecycles() -> Iterator[type[Lived[Any, Any]]]:
    """List the declared types with a lifecycle, by room."""
    for module in pkgutil.walk_packages(model.__path__, "servqual.model."):
        for found in vars(importlib.import_module(module.name)).values():
            if (
                inspect.isclass(found)
                and found.__module__ == module.name
                and issubclass(found, Lived)
                and name_of(found)
            ):
                yield found


def page() -> str:
    """Write the page: one part per lifecycle."""
    return HEAD + "".join(part(kind) for kind in lifecycles())


def part(kind: type[Lived[Any, Any]]) -> str:
    """Write the part of one lifecycle: its docstring and its picture."""
    title = f"{kind.__name__} · {label(kind, 'zh')}" if name_of(kind) in TERMS else kind.__name__
    said = (inspect.getdoc(kind) or "").splitlines()[0]
    where = f"The table and the events are in `{kind.__module__}`."
    more = " Its history can be corrected." if kind.is_correctable() else ""
    return f"\n## {title}\n\n{said} {where}{more}\n\n```mermaid\n{kind.diagram()}\n```\n"


if __name__ == "__main__":
    (Path(__file__).parent / "transitions.md").write_text(page(), encoding="utf-8")
