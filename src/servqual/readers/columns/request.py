"""How to read a table: under which names, in which zone, which columns."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import attrs

from servqual._checks import did_you_mean, near
from servqual.errors import MissingColumn
from servqual.readers.columns.advice import IN_CALL, Advice
from servqual.readers.columns.tables import ENDS, Kind


class Zones(NamedTuple):
    """The zones of what is written without one: of moments (`naive`), and of dates (`desk`).

    `advice` is how a refusal says where they are stated.
    """

    naive: str | None = None
    desk: str | None = None
    advice: Advice = IN_CALL


NOWHERE: Final = Zones()


@attrs.frozen(kw_only=True)
class Request:
    """A description of how to read a table.

    Attributes:
        names: our column names to the names in the data.
        only: the columns to read; None reads all.
        kinds: the kinds of columns that the table does not define.
        naive: the zone of moments without one.
        desk: the zone of the desk, in which a date without a time is a day; by default that of `naive`.
        whole: whether a table in memory is read as one chunk.
        unique: whether a row with a repeated id is left out.
        now: the moment up to which the events of objects count, in microseconds of UTC; None for all.
    """

    names: Mapping[str, str] = attrs.field(factory=dict)
    only: frozenset[str] | None = None
    kinds: Mapping[str, Kind] = attrs.field(factory=dict)
    naive: str | None = None
    desk: str | None = None
    whole: bool = False
    unique: bool = True
    now: int | None = None

    @property
    def zones(self) -> Zones:
        """The zones of moments and of dates."""
        return Zones(self.naive, self.desk or self.naive)

    def wants(self, name: str) -> bool:
        """Whether to read this column of ours, or a duration that gives one."""
        return self.only is None or name in self.only or ENDS.get(name) in self.only

    def renamed(self, table: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the columns by our names; raises `MissingColumn` where one is missing.

        >>> Request(names={"team": "Group"}).renamed("cases", {"Group": ["north"]})
        {'team': ['north']}
        """
        if not self.names:
            return data
        for ours, theirs in self.names.items():
            if theirs not in data:
                close = near(theirs, data)
                raise MissingColumn(
                    f"{table} has no column {theirs!r} for {ours} (got {', '.join(map(str, data))})"
                    f"{did_you_mean(close)}",
                    column=theirs,
                    near=close,
                )
        taken = {*self.names.values(), *self.names}
        return {ours: data[theirs] for ours, theirs in self.names.items()} | {
            name: values for name, values in data.items() if name not in taken
        }


ALL: Final = Request()
"""Every column, under its own name."""
