"""Write docs/transitions.md from the tables that the code obeys: `python docs/make_transitions.py`."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servqual import model
from servqual.model._declared import name_of
from servqual.model.history.lifecycle import Lived
from servqual.model.terms import TERMS, label

HEAD = """# Lifecycles

Each of these objects is the tuple of its events; its status is read from them by one table of what may follow what.
The pictures are drawn from those tables by `docs/make_transitions.py`: an arrow bears the stored name of its event,
and in brackets what the event must say to lead that way. Any other event is refused, and the error lists the allowed.

Where it is said, a history can be corrected: `voided` takes an event away, `amended` changes what it says, and both
stand in the history beside what they correct. A correction after which the rest would not be allowed is refused.
"""


def lifecycles() -> Iterator[type[Lived[Any, Any]]]:
    """Every kind of object that has a lifecycle, by room."""
    for module in pkgutil.walk_packages(model.__path__, "servqual.model."):
        for found in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(found) and found.__module__ == module.name and issubclass(found, Lived):
                yield from [found] if found is not Lived else []


def page() -> str:
    """The page: one part a lifecycle."""
    return HEAD + "".join(part(kind) for kind in lifecycles())


def part(kind: type[Lived[Any, Any]]) -> str:
    """What it is, and its picture."""
    title = f"{kind.__name__} · {label(kind, 'zh')}" if name_of(kind) in TERMS else kind.__name__
    said = (inspect.getdoc(kind) or "").splitlines()[0]
    where = f"The table and the events are in `{kind.__module__}`."
    more = " Its history can be corrected." if kind.is_correctable() else ""
    return f"\n## {title}\n\n{said} {where}{more}\n\n```mermaid\n{kind.diagram()}\n```\n"


if __name__ == "__main__":
    (Path(__file__).parent / "transitions.md").write_text(page(), encoding="utf-8")
