"""The layout of a vendor's export: its documented columns, and which of ours each one is."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import attrs

from servqual._typed import typed
from servqual.readers.files.layouts import Layout

_MOST: Final = 0.6
_FEWEST: Final = 4
"""A file is of a vendor whose documented columns are most of the file's, and at least so many of ours."""
_AGAIN: Final = re.compile(r" \(\d+\)$")
"""What a heading that occurs several times in a file gets behind it."""


def _headings(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else tuple(part.strip() for part in value.split("|"))


def _folded(heading: str) -> str:
    return _AGAIN.sub("", heading.strip()).casefold()


def _read_only(value: Mapping[str, str]) -> dict[str, str]:
    return dict(value)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Vendor:
    """A vendor's documented export.

    Attributes:
        name: what `--preset` calls it.
        title: what people call it.
        documentation: the address of the documentation that names the columns, or of the code that writes them.
        checked: against what the headings, forms of dates and states were held.
        columns: documented headings to ours. Where several are one of ours, the first that a file has is read.
        others: the documented headings for which we have no use.
        own: a pattern of the headings of fields that desks add, which tell nothing of the vendor.
        layout: zone, forms of dates and words of the export.

    >>> Vendor(name="x", title="X", documentation="", columns={"Opened": "received_at"}, others="Title | URL").headings
    ('Opened', 'Title', 'URL')
    """

    name: str
    title: str
    documentation: str
    checked: str = "not checked against documentation"
    columns: Mapping[str, str] = attrs.field(converter=_read_only)
    others: tuple[str, ...] = attrs.field(default=(), converter=_headings)
    own: str = ""
    layout: Layout = attrs.field(factory=Layout)

    @property
    def headings(self) -> tuple[str, ...]:
        """All documented headings."""
        return (*self.columns, *self.others)

    def lists(self, heading: str) -> bool:
        """Whether a heading is documented and of no use to us; letter case does not matter."""
        return _folded(heading) in {other.casefold() for other in self.others}

    def found(self, header: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Give the headings of a file by what they are of ours; letter case does not matter."""
        given = {heading.strip().casefold(): heading for heading in header}
        found: dict[str, list[str]] = {}
        for heading, name in self.columns.items():
            if heading.casefold() in given:
                found.setdefault(name, []).append(given[heading.casefold()])
        return found

    def share(self, header: Collection[str]) -> float:
        """Give the share of a file's headings that are documented; 0 where too few of them are ours.

        Fields that desks add do not count, and a heading that occurs several times counts as often.
        """
        known = {heading.casefold() for heading in self.headings}
        hits = sum(_folded(heading) in known for heading in header)
        foreign = [heading.strip() for heading in header if _folded(heading) not in known]
        foreign = [heading for heading in foreign if not re.fullmatch(self.own, heading, re.IGNORECASE)]
        found = self.found(header)
        fits = {"case_id", "received_at"} <= found.keys() and len(found) >= _FEWEST
        return hits / (hits + len(foreign)) if fits else 0.0

    def fits(self, header: Collection[str]) -> bool:
        """Whether most headings of a file are documented."""
        return self.share(header) >= _MOST

    def settings(self) -> Layout:
        """Give the layout; people export the columns that they chose, so that each may be absent."""
        names: dict[str, tuple[str, ...]] = {}
        for heading, name in self.columns.items():
            names[name] = (*names.get(name, ()), heading)
        return attrs.evolve(
            self.layout,
            columns={name: headings[0] for name, headings in names.items()},
            alternatives={name: headings[1:] for name, headings in names.items() if len(headings) > 1},
            optional=names,
        )
