"""What one reading of the cases tells before anything is measured: columns, moments, and what looks odd."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import attrs

from servqual._html import counted
from servqual.readers import Chunk
from servqual.readers.columns.refusals import Refusal
from servqual.readers.columns.tables import moments_of

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US: Final = dt.timedelta(microseconds=1)
_HAPPENED: Final = tuple(name for name in moments_of("cases") if name != "due_at")


@attrs.define
class Survey:
    """What the cases hold.

    Attributes:
        read, lost, size: the rows of the source, those of them that reached no case, and the cases made of the rest.
        first, last_received: when the first and the last case came in.
        last, last_column: the latest moment of all, and the column that holds it.
        unseen: the cases that came in after `now`.
        closed_only: the cases that were closed without a resolved_at.
        losses: how often a row or a case fell away for a column and a reason.
        examples: the first refusal of each of these.
    """

    columns: tuple[str, ...] = ()
    read: int = 0
    lost: int = 0
    size: int = 0
    first: dt.datetime | None = None
    last_received: dt.datetime | None = None
    last: dt.datetime | None = None
    last_column: str = ""
    unseen: int = 0
    closed_only: int = 0
    losses: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    examples: dict[tuple[str, str], Refusal] = attrs.field(factory=dict)

    def why(self) -> str:
        """The commonest reason for which rows fell away, as a clause."""
        if not self.losses:
            return ""
        [(cause, count)] = self.losses.most_common(1)
        return f"; refused {counted(count, 'time')} as in {self.examples[cause]}"


def survey_of(chunks: Iterator[Chunk], now: dt.datetime | None = None) -> Survey:
    """Read the cases once; `now` tells which came in too late to be seen."""
    survey = Survey()
    for chunk in chunks:
        survey.columns = survey.columns or tuple(chunk.columns)
        survey.read += chunk.read
        survey.lost += len(chunk.lost)
        survey.size += chunk.size
        for refusal in chunk.lost:
            survey.losses[refusal.column, refusal.reason] += 1
            survey.examples.setdefault((refusal.column, refusal.reason), refusal)
        for part in chunk.refusals.of_columns({"received_at"}).parts:
            survey.losses[part.column, part.reason] += len(part.rows)
            survey.examples.setdefault((part.column, part.reason), next(iter(part)))
        _moments(survey, chunk, now)
    return survey


def _moments(survey: Survey, chunk: Chunk, now: dt.datetime | None) -> None:
    columns = chunk.columns
    for name in _HAPPENED:
        if name not in columns or not columns[name].known.any():
            continue
        known = columns[name].values[columns[name].known]
        latest = _moment(known.max())
        if survey.last is None or latest > survey.last:
            survey.last, survey.last_column = latest, name
        if name == "received_at":
            survey.first = min(survey.first or _moment(known.min()), _moment(known.min()))
            survey.last_received = max(survey.last_received or EPOCH, latest)
            survey.unseen += 0 if now is None else int((known > (now - EPOCH) // _US).sum())
    if "closed_at" in columns and "resolved_at" in columns:
        survey.closed_only += int((columns["closed_at"].known & ~columns["resolved_at"].known).sum())


def _moment(value: Any) -> dt.datetime:
    return EPOCH + int(value) * _US
