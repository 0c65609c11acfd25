"""What one reading of the cases tells before anything is measured: columns, moments, and what looks odd."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from servqual.readers import Batch
from servqual.readers.tables import moments_of

__all__ = ["Survey", "survey_of"]

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US: Final = dt.timedelta(microseconds=1)
_HAPPENED: Final = tuple(name for name in moments_of("cases") if name != "due_at")


@attrs.define
class Survey:
    """What the cases hold.

    `closed_only` counts cases that were closed without a resolved_at; `refused` keeps the first refusal of each column.
    """

    columns: tuple[str, ...] = ()
    read: int = 0
    size: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    last_received: dt.datetime | None = None
    closed_only: int = 0
    refused: Mapping[str, str] = attrs.field(factory=dict)

    def why(self) -> str:
        """The first refusal of received_at, as a clause."""
        refusal = self.refused.get("received_at")
        return f"; {refusal}" if refusal else ""


def survey_of(batches: Iterator[Batch]) -> Survey:
    """Read the cases once."""
    survey = Survey()
    for batch in batches:
        survey.columns = survey.columns or tuple(batch.columns)
        survey.read += batch.read
        survey.size += batch.size
        survey.refused = {**{r.column: str(r) for r in reversed(batch.refusals)}, **survey.refused}
        columns = batch.columns
        for name in _HAPPENED:
            if name in columns and columns[name].known.any():
                latest = columns[name].values[columns[name].known]
                survey.last = max(survey.last or EPOCH, _moment(latest.max()))
                if name == "received_at":
                    survey.first = min(survey.first or _moment(latest.min()), _moment(latest.min()))
                    survey.last_received = max(survey.last_received or EPOCH, _moment(latest.max()))
        if "closed_at" in columns and "resolved_at" in columns:
            survey.closed_only += int((columns["closed_at"].known & ~columns["resolved_at"].known).sum())
    return survey


def _moment(value: Any) -> dt.datetime:
    return EPOCH + int(value) * _US
