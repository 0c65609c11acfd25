"""What is asked of a table: by which names, in which zone, and only which columns."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from servqual._checks import did_you_mean, near
from servqual.errors import MissingColumn
from servqual.readers.columns.tables import Kind


@attrs.frozen(kw_only=True)
class Asked:
    """How to read a table.

    Attributes:
        names: our columns and the names that the data have for them.
        only: the columns that are wanted; None wants all. The others are not read.
        kinds: what columns hold that the table does not define.
        naive: the zone of moments that carry none.
        whole: whether a table that is there at once is read so, not in chunks.
        unique: whether a row whose id came before is left out.
    """

    names: Mapping[str, str] = attrs.field(factory=dict)
    only: frozenset[str] | None = None
    kinds: Mapping[str, Kind] = attrs.field(factory=dict)
    naive: str | None = None
    whole: bool = False
    unique: bool = True

    def wants(self, name: str) -> bool:
        """Whether a column of ours is to be read."""
        return self.only is None or name in self.only

    def renamed(self, table: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same columns by our names; raises `MissingColumn` where one is not there.

        >>> Asked(names={"team": "Group"}).renamed("cases", {"Group": ["north"]})
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


ALL: Final = Asked()
"""Every column, as it is."""
