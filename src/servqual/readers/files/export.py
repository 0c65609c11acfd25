"""An export, on disk or in memory, as chunks of typed columns."""

import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._checks import as_zone, did_you_mean, near
from servqual._words import shorten
from servqual.errors import InvalidValue, MissingColumn
from servqual.readers.columns.advice import IN_LAYOUT, IN_SETTINGS, Advice
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.duplicates import IDS
from servqual.readers.columns.ends import ends_of_durations, with_ends
from servqual.readers.columns.moments import date_and_time
from servqual.readers.columns.refusals import Refusal, Refusals
from servqual.readers.columns.tables import ENDS, TABLES, Kind, kind_of, known_as, names_of
from servqual.readers.columns.texts import MERGED, CellReader
from servqual.readers.files.case_rows import EVENT, EVENT_AT, one_row_per_id
from servqual.readers.files.constants import with_constants
from servqual.readers.files.idle import idle_of
from servqual.readers.files.layouts import Layout
from servqual.readers.files.memory_rows import Given, open_table
from servqual.readers.files.opening import open_file
from servqual.readers.files.packing import Progress
from servqual.readers.files.parquet_cells import read_arrow
from servqual.readers.files.table_rows import Opened, TextChunk, texts_of
from servqual.readers.files.wide_rows import tall
from servqual.readers.memory.arrays import read_cells
from servqual.readers.memory.same_table import Table

_SHOWN = 20
_LONG = 40
_MANY = 256
"""The columns of a table up to which all are read, so that every word of a layout is looked for in all of them."""
_AMOUNTS = (Kind.NUMBER, Kind.COUNT, Kind.DURATION)
Place: TypeAlias = tuple[int, ...]
"""The columns of a file that hold one of ours: one, or a date and a time."""


def _as_source(value: Any) -> Any:
    return Path(value) if isinstance(value, str) else value


def _content(source: Any) -> Any:
    return source if isinstance(source, Path) else Table(source)


def _shown(source: Any) -> str:
    return repr(source) if isinstance(source, Path) else f"<{type(source).__name__}>"


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


@attrs.frozen
class Export:
    r"""A table and its layout: a file of any kind that is read, or a frame, columns or rows in memory.

    `columns` are read where the file has them (by default all of the file); those of `need` and `also` must be there.
    A column that servqual does not know is a label under the file's own name.

    Raises `MissingColumn` where a needed column is neither in the file nor mapped, and `UnreadableFile` where there is
    no table to read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tickets.csv"
    ...     _ = path.write_text("id,opened\nC-1,2026-05-04T09:00Z\n", encoding="utf-8")
    ...     export = Export(path, Layout(columns={"case_id": "id", "received_at": "opened"}))
    ...     [chunk] = export.chunks()
    >>> chunk.size, list(chunk.columns)
    (1, ['received_at', 'case_id'])
    """

    source: Any = attrs.field(converter=_as_source, eq=_content, repr=_shown)
    layout: Layout = attrs.field(factory=Layout)
    need: tuple[str, ...] = attrs.field(default=("received_at",), converter=_names)
    table: str = attrs.field(default="cases", kw_only=True)
    columns: Collection[str] | None = attrs.field(default=None, kw_only=True, hash=False)
    also: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    kinds: Mapping[str, Kind] = attrs.field(factory=dict, kw_only=True, hash=False)
    advice: Advice = attrs.field(default=IN_LAYOUT, kw_only=True, repr=False)
    """Where a refusal says that a setting belongs."""
    progress: Progress | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)
    """Called with the number of bytes read since the last call."""
    notes: list[str] = attrs.field(factory=list, init=False, eq=False, repr=False)
    """Findings about the file, in words, filled while reading."""
    repeated: list[str] = attrs.field(factory=list, init=False, eq=False, repr=False)
    """The columns read whose heading the file has more than once, filled while reading."""
    idle: list[tuple[str, str]] = attrs.field(factory=list, init=False, eq=False, repr=False)
    """Settings that met nothing in what was read, each with the reason, filled while reading."""

    @property
    def folded(self) -> bool:
        """Whether the rows of each id become one row, so that a chunk has fewer rows than were read."""
        return self.layout.fold or self.layout.log is not None

    def chunks(self, *, desk: str | None = None, wants: Callable[[str], bool] | None = None) -> Generator[Chunk]:
        """Read the rows as chunks; an export with several rows per case gives one chunk. May be called again.

        `desk` is the zone in which a date without a time is a day, by default that of the layout. `wants` says which of
        our columns are needed: of a table with hundreds of columns the others are left out.
        """
        chunks = self._read(None if desk is None else as_zone(desk), wants)
        if self.folded:
            yield one_row_per_id(self._id, chunks, self.layout.log)
        else:
            yield from chunks

    def names(self) -> frozenset[str]:
        """Name our columns that the file has, by its header alone."""
        log = self.layout.log
        with self._opened() as opened:
            found = names_of(self.table, self._places(opened.header))
        told = {*log.moments, *log.repeats} if log else set[str]()
        names = frozenset({name for name, _ in found.values()} - {EVENT, EVENT_AT} | told)
        return names | ends_of_durations(self.table, names)

    @property
    def _id(self) -> str:
        """The column that names a row."""
        found = IDS.get(self.table, "")
        if not found:
            raise InvalidValue.of(
                "fold",
                f"be false for {self.table}, whose rows have no id",
                got=True,
                do="leave it out; an answer that is there twice counts once",
            )
        return found

    @contextmanager
    def _opened(self, progress: Progress | None = None) -> Generator[Opened]:
        """Open the table, with one row per item."""
        layout = self.layout
        with ExitStack() as stack:
            if isinstance(self.source, Path):
                asked = {"delimiter": layout.delimiter, "encoding": layout.encoding, "sheet": layout.sheet}
                opened = stack.enter_context(open_file(self.source, **asked, progress=progress))
            else:
                opened = open_table(self.table, self.source)
            headings = (of if isinstance(of, tuple) else (of,) for of in layout.columns.values())
            opened = with_constants(opened, layout.constants)
            yield tall(opened, layout.wide, {*chain(*headings)}) if layout.wide else opened

    def _read(self, desk: ZoneInfo | None, wants: Callable[[str], bool] | None) -> Iterator[Chunk]:
        layout = self.layout
        with self._opened(self.progress) as opened:
            found = self._places(opened.header)
            names = names_of(self.table, found)
            others: list[str] = []
            if wants and self.columns is None and not self.folded and len(opened.header) > _MANY:
                always = {*self.need, *self.also, "received_at"}
                others = [name for name, _ in names.values() if not (wants(name) or name in always)]
                left_out = {*others}
                names = {given: told for given, told in names.items() if told[0] not in left_out}
            places = {name: found[given] for given, (name, _) in names.items()}
            readers = {
                name: self._reader(name, seconds, desk, numbers=places[name][0] in opened.numbers)
                for name, seconds in names.values()
            }
            self.notes[:] = opened.notes
            self.repeated[:] = [
                name for name, place in places.items() if any(opened.header[at] in opened.repeated for at in place)
            ]
            own_id = None if self.folded else readers.get(IDS.get(self.table, ""))
            # map lets go of the text of a chunk before the next is read
            needed = {at for place in places.values() for at in place}
            for chunk in map(partial(self._typed, places, readers), opened.only(needed)):
                yield attrs.evolve(with_ends(self.table, chunk, layout.hours), others=others)
                if own_id:  # hardly any id is repeated, and the labels of all would fill the memory
                    own_id.forget()
            self.notes[:] = [*opened.said(), *self._said(readers)]
            self.idle[:] = idle_of(self.layout, opened, readers, whole=not others)

    def _typed(self, places: dict[str, Place], readers: dict[str, CellReader], texts: TextChunk) -> Chunk:
        columns: dict[str, Column] = {}
        refusals, numbers = Refusals(), np.asarray(texts.rows, np.int64)
        for name, place in places.items():
            reader, cells = readers[name], _cells(texts, place)
            if reader.kind in _AMOUNTS and place[0] in texts.merged:
                cells = [*cells]
                for at in texts.merged[place[0]]:
                    cells[at] = MERGED
            columns[name], refused = _read(reader, cells)
            if reader.numbers.unproved:
                reader.settle(self._column(place))
                columns[name], refused = _read(reader, cells)
            refusals += refused.numbered(numbers.take)
        if self.layout.events and "event" in columns and self.table == "case_events":
            columns["event"] = _in_our_words(columns["event"], self.layout.events)
        lost = [Refusal(row, "row", found, why) for row, found, why in texts.ragged]
        size = len(texts.rows)
        return Chunk(columns, size, size + len(lost), numbers, refusals, lost)

    def _column(self, place: Place) -> Iterator[str]:
        """Read one column from the beginning, as texts."""
        with self._opened() as opened:
            for texts in opened.only(place):
                cells = _cells(texts, place)
                yield from cells.written() if isinstance(cells, Given) else texts_of(cells)

    def _said(self, readers: Mapping[str, CellReader]) -> Iterator[str]:
        """Say what was found in the moments; refuse a column of two decimal signs or another order of dates."""
        for name, reader in readers.items():
            reader.numbers.check_sign(name)
        moments = {name: reader.moments for name, reader in readers.items()}
        zone = self.layout.zone
        for name, of in moments.items():
            if orders := of.check_order():
                yield orders
            if of.naive and of.aware:
                yield f"{name} mixes times with and without an offset; those without were read in {zone}"
        if twice := sum(of.twice for of in moments.values()):
            yield f"{twice:,} different times are shown twice by the clock; the first was taken"
        if any(of.naive for of in moments.values()):
            yield f"times carry no offset and were read in {zone}"
        told = ends_of_durations(self.table, readers)
        if "abandoned" in told:
            yield "a contact whose answered says no counts as abandoned"
        for end in sorted(told - {"abandoned"}):
            yield f"{end} is received_at and the {self.layout.durations} time that the file tells"

    def _reader(self, name: str, seconds: int, desk: ZoneInfo | None, *, numbers: bool) -> CellReader:
        """Make the reader of a column; beside numbers of the file's own its texts have no decimal sign of theirs."""
        kind = {EVENT: Kind.LABEL, EVENT_AT: Kind.MOMENT}.get(name) or kind_of(self.table, name, self.kinds)
        layout = self.layout
        return CellReader(
            name,
            kind,
            zone=layout.zone,
            desk=desk,
            dates=layout.dates,
            missing=(*layout.missing, *layout.missing_in.get(name, ())),
            decimal=None if numbers else layout.decimal,
            true=layout.true,
            false=layout.false,
            clock=layout.clock,
            business=layout.durations == "business",
            seconds=seconds,
            typed=numbers,
            advice=Advice(instead=f"make the column a {kind} first") if numbers and kind in _AMOUNTS else self.advice,
        )

    def _places(self, header: tuple[str, ...]) -> dict[str, Place]:
        """Find the position of each of our columns in the file."""
        mapped: dict[str, str | tuple[str, ...]] = dict(self.layout.columns)
        log = self.layout.log
        if log:
            mapped |= {EVENT: log.event, EVENT_AT: log.at}
        elsewhere = {*log.moments, *log.repeats} if log else set[str]()
        needed = (
            {*self.need} - elsewhere
            | ({self._id} if self.folded else set[str]())
            | ({EVENT, EVENT_AT} if log else set())
        )
        known = (*TABLES.get(self.table, ()), *mapped)
        wanted = dict.fromkeys((*sorted(needed), *(known if self.columns is None else self.columns)))
        # a header such as "Received At" is our received_at
        alike = {re.sub(r"\W+", "_", theirs.strip().casefold()): theirs for theirs in reversed(header)}
        given = {theirs.strip().casefold(): theirs for theirs in reversed(header)}
        lengths = {length for length, end in ENDS.items() if end in wanted}
        # a column that is mapped is not also sought by a heading of its own, such as Wait for wait_s
        settled = {known_as(self.table, name)[0] for name in mapped}
        own = (name for name in alike if known_as(self.table, name)[0] not in settled)
        units = (name for name in (*mapped, *own) if known_as(self.table, name)[0] in {*wanted, *lengths})
        places: dict[str, Place] = {}
        for name in dict.fromkeys((*wanted, *units, *self.also)):
            theirs = mapped.get(name) or alike.get(name, name)
            if isinstance(theirs, str) and theirs not in header and name in self.layout.optional:
                others = (theirs, *self.layout.alternatives.get(name, ()))
                theirs = next((given[other.casefold()] for other in others if other.casefold() in given), theirs)
            parts = (theirs,) if isinstance(theirs, str) else theirs
            # a line break in a heading is white space like any other
            parts = tuple(part if part in header else " ".join(part.split()) for part in parts)
            absent = [part for part in parts if part not in header]
            if not absent:
                places[name] = tuple(map(header.index, parts))
            elif name in needed or name in mapped.keys() - self.layout.optional or name in self.also:
                raise self._missing(name, absent[0], header)
        for name in sorted(needed - places.keys()):
            raise self._missing(name, name, header)
        if self.columns is None:
            taken = {place for each in places.values() for place in each}
            places = {name: (place,) for place, name in enumerate(header) if place not in taken} | places
        return places

    def _missing(self, name: str, theirs: str, header: tuple[str, ...]) -> MissingColumn:
        close = near(theirs, header)
        what = "file" if isinstance(self.source, Path) else "table"
        sought = f"column {theirs!r} for {name}" if theirs != name else f"column {name!r}"
        shown = ", ".join(shorten(heading, _LONG) for heading in header[:_SHOWN]) + (
            f" and {len(header) - _SHOWN:,} more" if len(header) > _SHOWN else ""
        )
        do = f"say which column it is in layout=Layout(columns={{{name!r}: '…'}})"
        if self.advice is IN_SETTINGS:
            do = f'say which column it is under [columns], such as {name} = "…", or name a preset'
        return MissingColumn(
            f"the {what} has no {sought} (got {shown}){did_you_mean(close)}; {do}", column=name, near=close
        )


def _cells(texts: TextChunk, place: Place) -> Any:
    """Take the cells of a column; those of a date and a time in two columns are joined."""
    if len(place) == 1:
        return texts.columns[place[0]]
    parts = (texts.columns[at] for at in place)
    return [*map(date_and_time, *(part.texts() if isinstance(part, Given) else texts_of(part) for part in parts))]


def _read(reader: CellReader, cells: Any) -> tuple[Column, Refusals]:
    """Read cells of text, a column of Parquet, or one in memory."""
    if isinstance(cells, Given):
        return read_cells(reader, cells.values)
    return reader.read(cells, 0) if isinstance(cells, Sequence) else read_arrow(reader, cells)


def _in_our_words(events: Column, names: Mapping[str, Sequence[str]]) -> Column:
    """Give the events of a log by our names; those of other names keep theirs."""
    ours = {theirs: name for name, of in names.items() for theirs in of}
    labels: dict[str, int] = {}
    codes = [labels.setdefault(ours.get(label, label), len(labels)) for label in events.labels]
    return attrs.evolve(events, values=np.array([*codes, -1], np.int32)[events.values], labels=[*labels])
