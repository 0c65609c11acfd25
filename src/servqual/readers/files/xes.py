"""XES, the form of event logs (IEEE 1849): a row for each event, with the attributes of its trace.

case_id | event | at  | org:resource | …     | case:product
name of the trace     | other attributes     | other attributes of the trace
        | name and moment of the event

An attribute of an event whose key is one of these names is event:case_id, event:event or event:at.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Final

from servqual.readers.columns.labels import text_of_number
from servqual.readers.files.table_rows import Opened, Record, table_of
from servqual.readers.files.xml_pieces import Refused, read_xml

_CASE: Final = "case_id"
_OURS: Final = {"concept:name": "event", "time:timestamp": "at"}
_TAKEN: Final = {name: f"event:{name}" for name in (_CASE, *_OURS.values())}
_OF_CASE: Final = "case:"
_TYPES: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_NUMBERS: Final = frozenset({"int", "float"})
_OFFSET: Final = re.compile(r"T.*(Z|[+-]\d\d:?\d\d)\s*$", re.IGNORECASE)


def open_xes(path: str, content: IO[bytes]) -> Opened:
    """Open an event log; it is read once for the names of its attributes and once for its events."""
    log = _Events()
    names: dict[str, None] = dict.fromkeys(_TAKEN)
    for event in read_xml(path, content, log):
        names.update(dict.fromkeys(event))
    header = sorted(names, key=lambda name: name.startswith(_OF_CASE))
    numbers = [at for at, name in enumerate(header) if name in log.types and log.types[name] <= _NUMBERS]

    records: Iterator[Record] = (
        ([event.get(name, "") for name in header], 1) for event in read_xml(path, content, _Events())
    )
    notes = [f"the file is an event log (XES): a row for each event, its trace is {_CASE}"]
    if log.nested:
        notes.append("attributes within attributes were left out")
    zoned = frozenset(name for name in header if log.types[name] == {"date"} and name not in log.unzoned)
    return table_of(path, records, kind="XES", notes=notes, header=header, numbers=numbers, zoned=zoned)


class _Events:
    """The attributes of each event, with those of its trace."""

    def __init__(self) -> None:
        self.types: dict[str, set[str]] = defaultdict(set)
        self.unzoned = set[str]()
        self.nested = False
        self._events: list[dict[str, str]] = []
        self._tags: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._begun = False

    def start(self, tag: str, facts: dict[str, str]) -> None:
        inside = self._tags[-1] if self._tags else ""
        self._tags.append(tag)
        if tag in _TYPES and inside in {"event", "trace"}:
            key = facts.get("key", "")
            if inside == "event":
                name, into = (_OURS | _TAKEN).get(key, key), self._event
            else:
                name, into = _CASE if key == "concept:name" else _OF_CASE + key, self._trace
                if self._begun:
                    raise Refused("has an attribute of a trace after its events")
            value = facts.get("value", "")
            into[name] = text_of_number(value) if tag == "float" else value
            if tag not in self.types[name]:
                self.types[name].add(tag)
            if tag == "date" and value and not _OFFSET.search(value):
                self.unzoned.add(name)
        elif tag == "trace":
            self._trace, self._begun = {}, False
        elif tag == "event":
            self._event, self._begun = {}, True
        elif "trace" in self._tags[:-1]:
            self.nested = True

    def end(self, tag: str) -> None:
        self._tags.pop()
        if tag == "event":
            self._events.append(self._event | self._trace)

    def text(self, data: str) -> None:
        """XES has no texts outside of its tags."""

    def taken(self) -> list[dict[str, str]]:
        events, self._events = self._events, []
        return events
