"""Cases from a log of events, each as its events up to a moment made it."""

import datetime as dt
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._words import counted
from servqual.metrics.clocks.cases import cases_of
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.time.instants import us_of
from servqual.model.service.case import CASE_TRANSITIONS
from servqual.model.service.case_table import CASE_FACTS
from servqual.readers import Chunk, Export
from servqual.readers.columns.columns import LAST_MOMENT, Column, joined
from servqual.readers.columns.refusals import Refusal
from servqual.readers.columns.tables import Kind
from servqual.readers.inspecting import told_by

_KNOWN: Final = frozenset(kind.stored_name for kind in CASE_TRANSITIONS.events)
_UNKNOWN: Final = "is not a known event; say which one it is under [events]"


_WHO: Final = frozenset(("by", "answered_by", "resolved_by"))


def cases_logged(log: Export, now: dt.datetime | None = None) -> tuple[Chunk, list[str]]:
    """Read the cases of a log as `measure` does, and say what was left out; without `now` all events count.

    A row without a case, a moment or a known event is lost with its reason. A column that no event of the log could
    fill is left out, as of reopenings where the log names none.
    """
    read = joined([*log.chunks()])
    lost = _lost(read)
    gone = np.isin(read.numbers, [refusal.row for refusal in lost])
    events = EventLog.of(read.take(np.flatnonzero(~gone)), LAST_MOMENT if now is None else us_of(now, "now"))
    cases = cases_of(events)
    told = told_by(events.columns["event"].labels[int(code)] for code in np.unique(events.columns["event"].values))
    empty = CASE_FACTS.table.keys() - told
    count = np.bincount(events.case, minlength=len(events.ids))[cases.numbers]
    latest = np.zeros(len(events.ids), np.int64)
    np.maximum.at(latest, events.case, events.at)
    # who acted is nobody's column of cases, and a name that no pseudonym would hide
    columns = {name: column for name, column in cases.columns.items() if name not in {*empty, *_WHO}}
    columns["updated_at"] = Column(Kind.MOMENT, latest[cases.numbers])
    unseen = int((~gone).sum()) - int(count.sum())
    notes = [f"{counted(unseen, 'event')} after now {'is' if unseen == 1 else 'are'} not seen"] if unseen else []
    found = attrs.evolve(cases, columns=columns, read=int(count.sum()) + len(lost), lost=lost, weights=count)
    return found, notes


def _lost(log: Chunk) -> list[Refusal]:
    """List the rows that name no case, no moment or no event that is known, each once."""
    out: dict[int, Refusal] = {refusal.row: refusal for refusal in log.lost}
    event = log.columns["event"]
    known = np.array([*(label.partition(".")[0] in _KNOWN for label in event.labels), False])
    for name in ("case_id", "at"):
        column = log.columns[name]
        why = {refusal.row: refusal for refusal in log.refusals.of_columns({name})}
        for row in log.numbers[~column.known].tolist():
            out.setdefault(row, why.get(row, Refusal(row, name, "", "is missing")))
    places: Array = np.flatnonzero(~known[event.values])
    for row, code in zip(log.numbers[places].tolist(), event.values[places].tolist(), strict=True):
        found = ("", "is missing") if code < 0 else (str(event.labels[int(code)]), _UNKNOWN)
        out.setdefault(row, Refusal(row, "event", *found))
    return [out[row] for row in sorted(out)]
