"""A sign of life for long runs: at a terminal, every few seconds, how far the reading of the files is."""

import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TextIO

from servqual._words import clean, number, shorten

EVERY_S: Final = 2.0
_LONGEST: Final = 40


class SignOfLife:
    """A line that is written anew every few seconds, and taken away at the end; `read` is told how many bytes were.

    Nothing is written where the stream is no terminal, or while the work is done within the first seconds.

    >>> with SignOfLife([Path("tickets.csv")]) as sign:
    ...     sign.read(1000)
    """

    def __init__(self, files: Iterable[Path], *, stream: TextIO | None = None, every: float = EVERY_S) -> None:
        self._files = [path for path in files if path.is_file()]
        self._size = sum(path.stat().st_size for path in self._files)
        self._stream = sys.stderr if stream is None else stream
        self._every, self._done, self._written = every, 0.0, False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def read(self, size: float) -> None:
        """Add bytes that were read."""
        self._done += size

    def __enter__(self) -> Self:
        self._since = time.monotonic()
        if self._stream is not None and self._stream.isatty():
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._written:
            self._write("\r\x1b[K")

    def _tell(self) -> None:
        name = ", ".join(shorten(clean(path.name), _LONGEST) for path in self._files[:1]) or "the export"
        more = f" and {len(self._files) - 1} more" if len(self._files) > 1 else ""
        while not self._stop.wait(self._every):
            far = f"{number(self._done / self._size, 'share')} read" if 0 < self._done < self._size else "measuring"
            self._write(f"\r\x1b[K{name}{more}: {far}, {number(time.monotonic() - self._since, 's')}")
            self._written = True

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal has gone
            self._stop.set()
