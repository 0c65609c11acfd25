"""Versioned stored form of every object: dump, load, upgrades, JSON Schema, pseudonyms.

Names load on first use, so that importing one costs one.
"""

from servqual._lazy import lazily

_HOME = {
    "dump": "documents",
    "dumps": "texts",
    "due_for_erasure": "erasure",
    "json_schema": "shapes",
    "kinds": "ledger",
    "load": "documents",
    "loads": "texts",
    "personal_fields": "shapes",
}

__all__ = list(_HOME)
__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return __all__
