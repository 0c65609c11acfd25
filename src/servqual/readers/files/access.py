"""Opening of files that may not be there, may not be read, or are no files at all."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from servqual.errors import ServqualError, UnreadableFile


@contextmanager
def in_words(path: Path, what: str = "") -> Generator[None]:
    """Turn what the system says of a path into `UnreadableFile`."""
    try:
        yield
    except ServqualError:
        raise
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(f"cannot read {what}{path}: {reason}", path=str(path)) from None


@contextmanager
def reading(path: Path, what: str = "") -> Generator[BinaryIO]:
    """Open a regular file for reading; nothing else is opened, since a pipe or a device may never end.

    Raises `UnreadableFile` for a path that does not exist, is a folder, a pipe or a device, or may not be read.
    """
    with in_words(path, what):
        if path.is_dir():
            raise UnreadableFile(f"{what}{path} is a folder; name one file in it", path=str(path))
        if path.exists() and not path.is_file():
            raise UnreadableFile(f"{what}{path} is not a regular file; write it to one first", path=str(path))
        file = path.open("rb")
    with file:
        yield file
