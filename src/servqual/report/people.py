"""People in a report: shown by pseudonyms, whose key lies in a file beside the settings."""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import attrs

from servqual.errors import InvalidValue, UnreadableFile
from servqual.readers import Chunk
from servqual.readers.columns.columns import Column
from servqual.readers.columns.lazy import with_columns

PEOPLE: Final = ("agent", "customer_id")
"""The columns that name people."""
_BYTES: Final = 32
_SHOWN: Final = 12


class People:
    """How a report shows people: by names, or by pseudonyms under a key.

    The key is read from a file, which is made once, and only where a table names people. Without a file it is drawn
    anew, so that pseudonyms hold for one report. They are those of `servqual.schema`, cut to twelve signs.
    """

    def __init__(self, *, names: bool = False, file: Path | None = None) -> None:
        self.names, self.file = names, file
        self._key: bytes | None = None
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[partial["People"], tuple[()]]:
        return partial(People, names=self.names, file=self.file), ()  # a key in memory is not copied

    def hidden(self, chunk: Chunk) -> Chunk:
        """Give a chunk with pseudonyms for its people."""
        columns = () if self.names else tuple(name for name in PEOPLE if name in chunk.columns)
        if not columns:
            return chunk
        hidden = {name: self._column(chunk.columns[name]) for name in columns}
        return attrs.evolve(chunk, columns=with_columns(chunk.columns, hidden))

    def _column(self, column: Column) -> Column:
        return attrs.evolve(column, labels=[self.pseudonym(label) for label in column.labels])

    def pseudonym(self, name: str) -> str:
        """Replace a name by its keyed pseudonym, the same under the same key."""
        with self._lock:
            if self._key is None:
                self._key = secrets.token_bytes(_BYTES) if self.file is None else key_in(self.file)
            if name not in self._known:
                digest = hmac.new(self._key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
                self._known[name] = f"p-{digest[:_SHOWN]}"
            return self._known[name]

    def notes(self, columns: Iterable[str]) -> list[str]:
        """Say how people are shown; nothing where there are none, or their names are."""
        if self.names or not {*PEOPLE} & {*columns}:
            return []
        if self.file is None:
            told = (
                "people are shown as p-…, by pseudonyms of this report alone; settings in a file keep the key beside "
                'them, and agents = "names" under [report] shows names'
            )
            return [told]
        told = (
            f"people are shown as p-…, by pseudonyms; the key, {self.file.name}, gives a person the same one in every "
            'report: keep it, and do not share it; agents = "names" under [report] shows names'
        )
        return [told]


def key_in(file: Path) -> bytes:
    """Read the key in a file, which is made where there is none, readable by its owner alone.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "desk.key"
    ...     key_in(path) == key_in(path), len(key_in(path))
    (True, 32)
    """
    try:
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as new:
                new.write(secrets.token_hex(_BYTES) + "\n")
        except FileExistsError:
            pass
        text = file.read_bytes()[: 4 * _BYTES].decode("ascii", "replace").strip()
    except OSError as error:
        raise UnreadableFile(
            f"cannot keep the key of pseudonyms in {file}: {error.strerror or error}", path=str(file)
        ) from None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise InvalidValue.of(
            "key",
            f"be {2 * _BYTES} hexadecimal digits, as it was made",
            None,
            shown=str(file),
            do='bring the file back, delete it for new pseudonyms, or set agents = "names" under [report]',
        )
    return key
