"""What happened: the domain of customer service as typed, frozen values that read no clock.

Names load on first use, so that importing one costs one.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "BusinessHours": "hours",
    "Window": "hours",
}

__all__ = ["BusinessHours", "Window"]  # noqa: F822  # loaded by __getattr__


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'servqual.model' has no attribute {name!r}")
    return getattr(import_module(f"servqual.model.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
