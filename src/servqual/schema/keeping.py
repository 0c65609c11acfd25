"""Unknown keys of a newer form: remembered with the object that was read, and written back with it.

Values are frozen, so the keys stand beside them: by identity, for as long as the object lives. `record` carries the
events of a history on, and with them their keys; a copy or a changed object is another one, and has none.
"""

import weakref
from collections.abc import Mapping
from typing import Any, Final

_KEPT: Final[dict[int, tuple[weakref.ref[Any], Mapping[str, Any]]]] = {}


def keep(value: Any, unknown: Mapping[str, Any]) -> None:
    """Remember the unknown keys of an object."""
    place = id(value)
    _KEPT[place] = (weakref.ref(value, lambda _: _KEPT.pop(place, None)), unknown)


def kept(value: Any) -> Mapping[str, Any]:
    """Give the unknown keys that an object was read with."""
    reference, unknown = _KEPT.get(id(value), (None, {}))
    return unknown if reference is not None and reference() is value else {}
