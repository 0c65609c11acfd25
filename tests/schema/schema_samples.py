"""Write the golden samples that are missing: `python tests/schema/schema_samples.py`.

A sample is a document of one kind and version as it was released. Samples that are there are never written again: what
was stored once must load for ever. It also lists the classes that the ledger lacks, as rows to add.
"""

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

import servqual.engines
import servqual.metrics
import servqual.model
import servqual.pdca
import servqual.presets
import servqual.readers
import servqual.report
import servqual.samples
from servqual.model.history.lifecycle import Lived
from servqual.schema import dumps, kinds, ledger
from servqual.stats import inference, spc, survival
from servqual.testing import values

GOLDEN = Path(__file__).parent / "golden"
MOST = 6_000
"""The most signs of a sample, where a smaller one can be found."""
NO_FORM = {
    "Chunk": "rows of a table while they are read",
    "ClockReadings": "arrays over a log of events, which is stored itself",
    "Column": "rows of a table while they are read",
    "Comparison": "a verdict, which is stored, in other words",
    "Config": "settings that are a TOML file, with rows in memory and the key of pseudonyms",
    "Desk": "tables of a simulation, which its arguments make again",
    "Export": "a file and its layout, which are stored themselves",
    "HolidayRule": "an abstract class",
    "Hours": "an abstract class",
    "Inspection": "what files look like today",
    "LogReplay": "arrays over a log of events, which is stored itself",
    "PartPlan": "what a worker of another engine is told of a tally",
    "Promise": "a part of Config",
}
"""Public classes without a stored form, and why."""


def path_of(entry: ledger.Entry) -> Path:
    """Where the sample of the newest version of a kind lies."""
    return GOLDEN / f"{entry.tag}-{entry.version}.json"


def sample(kind: Any) -> str:
    """The richest of some documents that is not too long."""
    found: list[str] = []

    @settings(
        max_examples=12,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(values(kind))
    def draw(value: Any) -> None:
        found.append(dumps(value))

    draw()
    return max((text for text in found if len(text) <= MOST), key=len, default=min(found, key=len))


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, by their stored form where a class has no equality of its own."""
    own: bool = vars(object)["__eq__"] is not type(one).__eq__
    return type(one) is type(other) and (one == other if own else dumps(one) == dumps(other))


def untagged() -> list[str]:
    """Rows for classes that are public or are events of an object, and have no tag yet."""
    lived = (servqual.model, servqual.pdca, servqual.metrics)
    rooms: tuple[Any, ...] = (
        *(*lived, inference, spc, survival, servqual.engines, servqual.presets, servqual.readers, servqual.report),
        servqual.samples,
    )
    for room in lived:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    public = [getattr(room, name) for room in rooms for name in room.__all__]
    lives: list[Any] = [Lived]
    for life in lives:
        lives += life.__subclasses__()
        public += life._transitions.events if "_transitions" in vars(life) else ()
    return sorted(
        {
            f"{getattr(kind, 'stored_name', kind.__name__.lower())}\t{kind.__module__}:{kind.__qualname__}\t1"
            for kind in public
            if isinstance(kind, type)
            and kind.__module__.startswith("servqual.")  # other tests have lifecycles of their own
            and hasattr(kind, "__attrs_attrs__")
            and ledger.entry_of(kind) is None
            and kind.__name__ not in NO_FORM
        }
    )


if __name__ == "__main__":
    for tag in kinds():
        entry = ledger.named(tag)
        if not path_of(entry).exists():
            path_of(entry).write_text(sample(entry.kind) + "\n", encoding="utf-8")
            sys.stdout.write(f"wrote {path_of(entry).name}\n")
    for row in untagged():
        sys.stdout.write(f"no tag yet: {row}\n")
