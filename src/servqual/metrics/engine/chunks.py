"""The tables that were handed over, read a chunk at a time, and work on chunks ahead of their turn."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import attrs

from servqual._checks import need
from servqual.readers.columns.columns import Chunk, joined
from servqual.readers.columns.request import Asked
from servqual.readers.columns.tables import Kind
from servqual.readers.sources import Source, parts_of_source

Item = TypeVar("Item")
Result = TypeVar("Result")


@attrs.frozen
class Reader:
    """Tables by name, how their columns are called, which are wanted, and whether a bar shows how far it is.

    A table that `wanted` does not name is read whole; `kinds` says what columns hold that no table defines.
    """

    data: Mapping[str, Source]
    columns: Mapping[str, Mapping[str, str]]
    wanted: Mapping[str, frozenset[str]]
    kinds: Mapping[str, Mapping[str, Kind]]
    naive: str | None
    progress: bool

    @contextmanager
    def parts(self, table: str, *, whole: bool = False) -> Generator[Iterator[Callable[[], Chunk]]]:
        """The chunks of a table, each read when it is called for; the bar stays until the end."""
        asked = Asked(
            names=self.columns.get(table, {}),
            only=self.wanted.get(table),
            kinds=self.kinds.get(table, {}),
            naive=self.naive,
            whole=whole,
        )
        parts = parts_of_source(table, self.data[table], asked)
        if not self.progress:
            yield parts
            return
        tqdm = need("tqdm", "cli", "progress=True")
        with tqdm.tqdm(unit=" rows", unit_scale=True, desc=table) as bar:
            yield (partial(_read, part, bar.update) for part in parts)

    def whole(self, table: str) -> Chunk:
        """All of a table at once."""
        with self.parts(table, whole=True) as parts:
            return joined([part() for part in parts])


def _read(part: Callable[[], Chunk], done: Callable[[int], object]) -> Chunk:
    chunk = part()
    done(chunk.read)
    return chunk


def ahead(pool: Executor, work: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """The results of work in the order of its items, of which at most so many are under way; memory stays flat."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
