"""The quality of customer service: what happened, how well, what to change, and whether the change worked.

Import from the rooms: `servqual.model` (cases, hours, promises), `servqual.metrics` (KPIs), `servqual.readers`
(exports), `servqual.report` (one page for a manager). Rooms load on first use.
"""

from importlib import import_module
from types import ModuleType

__all__ = ["errors", "metrics", "model", "presets", "readers", "report", "samples", "schema"]


def __getattr__(name: str) -> ModuleType | str:
    if name in __all__:
        return import_module(f"servqual.{name}")
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  (reading metadata costs more than the whole import)

        return version("servqual")
    raise AttributeError(f"module 'servqual' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
