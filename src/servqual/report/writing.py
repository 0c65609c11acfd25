"""Files written beside and moved into place, so that a full disk or an interrupt leaves the earlier one whole."""

import os
import secrets
from pathlib import Path

from servqual.errors import UnreadableFile


def write(path: Path, text: str) -> None:
    """Write a text as UTF-8 in one step: at any moment the path has the earlier content or the whole new one.

    A link stays a link and the permissions stay; what is no regular file, such as a terminal, is written to directly.
    Raises `UnreadableFile` where there is no room, no right or no folder.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "page.html"), "<p>")
    ...     os.listdir(folder)
    ['page.html']
    """
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes as `write` writes a text."""
    try:
        _write(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise UnreadableFile(f"cannot write {path}: {error.strerror or error}", path=str(path)) from None


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        with path.open("r+b") as earlier:  # refused where it may not be written
            if not path.is_file():
                earlier.write(data)
                return
    beside = path.with_name(f".servqual-{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
