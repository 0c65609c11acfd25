"""XML read as it streams, without entities and without what a hostile file would make of them."""

from collections.abc import Iterator
from typing import IO, Any, Final, Protocol, TypeVar
from xml.parsers import expat

from servqual.errors import UnreadableFile
from servqual.readers.files.charsets import LONGEST, PIECE
from servqual.readers.files.packing import BROKEN

_LONGEST_TAG: Final = 1 << 22
_DEEPEST: Final = 64
T = TypeVar("T")


class Reader(Protocol[T]):
    """What is made of the tags of a file; tags come without the prefix of their namespace."""

    def start(self, tag: str, facts: dict[str, str]) -> None:
        """Read a start tag."""

    def end(self, tag: str) -> None:
        """Read an end tag."""

    def text(self, data: str) -> None:
        """Read a piece of text."""

    def taken(self) -> list[T]:
        """Give what was read since the last time."""
        ...


class Refused(Exception):
    """What no export has; the text goes on from "it"."""


def read_xml(path: str, content: IO[bytes], reader: Reader[T]) -> Iterator[T]:
    """Give what a reader makes of a file, piece by piece.

    Raises `UnreadableFile` for what is not XML, and for entities, deep nesting and endless texts.
    """
    try:
        parser = _Parser(reader)
        content.seek(0)
        while piece := content.read(PIECE):
            parser.feed(piece)
            yield from reader.taken()
        parser.feed(b"")
        yield from reader.taken()
    except expat.ExpatError as error:
        raise UnreadableFile(f"{path} is no readable XML: {error}", path=path) from None
    except UnreadableFile:
        raise
    except (*BROKEN, Refused) as error:
        raise UnreadableFile(f"{path} cannot be read as XML: it {error}", path=path) from None


class _Parser:
    """The parser of a file, which watches how deep and how long it gets."""

    def __init__(self, reader: Reader[Any]) -> None:
        self._reader = reader
        self._depth = self._size = self._read = 0
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text
        self._expat.EntityDeclHandler = self._entity

    def feed(self, piece: bytes) -> None:
        self._expat.Parse(piece, not piece)
        self._read += len(piece)
        if self._read - self._expat.CurrentByteIndex > _LONGEST_TAG:
            raise Refused(f"has a tag of more than {_LONGEST_TAG:,} bytes")

    def _start(self, tag: str, facts: dict[str, str]) -> None:
        self._depth, self._size = self._depth + 1, 0
        if self._depth > _DEEPEST:
            raise Refused(f"is nested more than {_DEEPEST} levels deep")
        self._reader.start(tag.rpartition(":")[2] if ":" in tag else tag, facts)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._reader.end(tag.rpartition(":")[2] if ":" in tag else tag)

    def _text(self, data: str) -> None:
        self._size += len(data)
        if self._size > LONGEST:
            raise Refused(f"has a text of more than {LONGEST:,} characters")
        if self._size > len(data) or not data.isspace():
            self._reader.text(data)

    def _entity(self, *_: object) -> None:
        raise Refused("defines entities")
