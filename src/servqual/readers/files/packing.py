"""Packed files: gzip and zip, unpacked as they are read and refused once they grow far more than any table does."""

import gzip
import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Final, TypeAlias, cast

from servqual.errors import UnreadableFile
from servqual.readers.files.choosing import chosen

UNPACKED: Final = 1 << 28
_GROWTH: Final = 500
"""A packed file of more content than this many bytes may unpack to at most so many times its size."""
BROKEN: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile)
Progress: TypeAlias = Callable[[float], object]


def gunzipped(packed: IO[bytes], file: BinaryIO) -> IO[bytes]:
    """Open the content of a gzip file."""
    return _buffered(_Unpacked(gzip.GzipFile(fileobj=packed), file.tell))


def is_workbook(file: BinaryIO) -> bool:
    """Tell whether a zip archive is a workbook, which is one inside; leaves the file at its beginning."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {*archive.namelist()}
    except (*BROKEN, ValueError, NotImplementedError):
        return True  # what is wrong with it, the reader of workbooks says
    finally:
        file.seek(0)
    return bool(names & {"[Content_Types].xml", "mimetype"}) or not names


def unzipped(path: str, file: IO[bytes], name: str | None, stack: ExitStack) -> tuple[IO[bytes], str, tuple[str, ...]]:
    """Open the only file of an archive, or one by its name; also return its name and those of all."""
    archive = stack.enter_context(zipfile.ZipFile(file))
    infos = {info.filename: info for info in archive.infolist() if _is_file(info.filename)}
    names = (*infos,)
    asked = name if name in infos or len(infos) != 1 else None
    one = infos[chosen(path, "file", names, None, asked)]
    if one.flag_bits & 1:
        raise UnreadableFile(f"{path} has a password; unpack it first", path=path)
    content = stack.enter_context(archive.open(one))
    return _buffered(_Unpacked(content, lambda: one.compress_size)), one.filename, names


def _is_file(name: str) -> bool:
    """Whether a name in an archive is that of a file, and of none that a system keeps for itself."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.endswith("/") and not any(part.startswith(("__MACOSX", ".")) for part in parts)


def spilled(content: IO[bytes], stack: ExitStack) -> Path:
    """Write unpacked content to a file that is removed at the end, for readers that need one."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    with (folder / "content").open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    return folder / "content"


def reporting(file: BinaryIO, progress: Progress) -> IO[bytes]:
    """Report how many bytes of a file have been read since the last report."""
    return _buffered(_Counted(file, progress))


def _buffered(raw: io.RawIOBase) -> IO[bytes]:
    return io.BufferedReader(raw, 1 << 16)


class _Unpacked(io.RawIOBase):
    """The content of a packed file; `packed` is how much of it was needed so far."""

    def __init__(self, content: Any, packed: Callable[[], int]) -> None:
        self._content = content
        self._packed = packed

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._content.seek(offset, whence))

    def readinto(self, buffer: Any) -> int:
        data = self._content.read(len(buffer))
        buffer[: len(data)] = data
        size = self._content.tell()
        if size > UNPACKED and size > _GROWTH * self._packed():
            raise OSError(f"it unpacks to more than {_GROWTH} times its size")
        return len(data)


class _Counted(io.RawIOBase):
    """A file that reports how many bytes have been read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._furthest = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        count = cast("io.BufferedReader", self._file).readinto(buffer)
        if (position := self._file.tell()) > self._furthest:
            self._progress(position - self._furthest)
            self._furthest = position
        return count
