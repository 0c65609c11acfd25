"""JSON as rows: an object a line, or a list of objects; names of nested values are joined by dots.

{"id": 7, "requester": {"name": "Ann"}, "tags": ["vip", "b2b"]}     id | requester.name | tags
                                                                     7 | Ann            | vip, b2b
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

from servqual.errors import UnreadableFile
from servqual.readers.columns.labels import text_of_number
from servqual.readers.files.charsets import LONGEST, PIECE, pieces
from servqual.readers.files.csv_rows import readable
from servqual.readers.files.table_rows import Lost, Opened, Record, table_of
from servqual.readers.files.table_start import WIDEST


class _Number(str):
    """A number, as its label: 7.0 and 7 are one."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(
    parse_int=_Number, parse_float=lambda text: _Number(text_of_number(text)), parse_constant=lambda _: None
)


def open_json(path: str, content: IO[bytes], encoding: str, sign: str, notes: Sequence[str]) -> Opened:
    """Open a list (`sign` is "[") or lines; it is read once for the names of its values and once for its rows."""
    lines = sign == "{"

    def cells() -> Iterator[dict[str, str] | Lost]:
        content.seek(0)
        with readable(path, encoding):
            yield from map(_flat, (_lines if lines else _listed)(path, pieces(content, encoding)))

    numbers: dict[str, bool] = {}
    count, last = 0, dict[str, str]()
    for row in cells():
        count += 1
        if not isinstance(row, Lost):
            for name, cell in row.items():
                numbers[name] = (not cell or isinstance(cell, _Number)) and numbers.get(name, True)
            if len(numbers) > WIDEST:
                raise UnreadableFile(f"{path} has more than the {WIDEST:,} columns of any table", path=path)
            last = row
    if not numbers or (count == 1 and any(cell.startswith('[{"') for cell in last.values())):
        raise UnreadableFile(f"{path} must hold an object a line or a list of objects, each one row", path=path)
    header = [*numbers]
    records: Iterator[Record] = (
        (row if isinstance(row, Lost) else [row.get(name, "") for name in header], 1) for row in cells()
    )
    return table_of(
        path,
        records,
        kind="JSON lines" if lines else "JSON",
        notes=notes,
        header=header,
        encoding=encoding,
        numbers=[at for at, name in enumerate(header) if numbers[name]],
    )


def _lines(path: str, texts: Iterator[str]) -> Iterator[Any]:
    rest, first = "", True
    for text in itertools.chain(texts, ["\n"]):
        *lines, rest = (rest + text).split("\n")
        if len(rest) > LONGEST:
            raise UnreadableFile(f"{path} has a line of more than {LONGEST:,} characters", path=path)
        for line in lines:
            if line.strip():
                try:
                    yield _DECODER.decode(line)
                except (ValueError, RecursionError):
                    if first:
                        raise UnreadableFile(
                            f"{path} must hold an object of JSON in each line, or one list of objects", path=path
                        ) from None
                    yield line
                first = False


def _listed(path: str, texts: Iterator[str]) -> Iterator[Any]:
    rest, at, begun = "", 0, False
    while True:
        while at < len(rest) and (rest[at].isspace() or (rest[at] == "," and begun)):
            at += 1
        if not begun and rest[at : at + 1] == "[":
            begun, at = True, at + 1
            continue
        if begun and rest[at : at + 1] == "]":
            return
        try:
            found, at = _DECODER.raw_decode(rest, at)
        except (ValueError, RecursionError) as error:
            # as much again as is waiting, so that a long object is not read too often
            more = [*itertools.islice(texts, 1 + (len(rest) - at) // PIECE)]
            if not more or len(rest) - at > LONGEST or isinstance(error, RecursionError):
                raise UnreadableFile(f"{path} breaks off or is no list of objects of JSON", path=path) from None
            rest, at = rest[at:] + "".join(more), 0
        else:
            yield found


def _flat(found: Any) -> dict[str, str] | Lost:
    """Write the values of an object as cells."""
    if not isinstance(found, dict):
        return Lost(f"{found!s:.40}", "must be an object of JSON")
    flat: dict[str, str] = {}
    level = [("", found)]
    while level:
        prefix, values = level.pop(0)
        for name, value in values.items():
            if isinstance(value, dict):
                level.append((f"{prefix}{name}.", value))
            else:
                flat[prefix + name] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        nested = any(isinstance(part, list | dict) for part in value)
        return json.dumps(value, ensure_ascii=False) if nested else ", ".join(map(_cell, value))
    return "" if value is None else str(value).casefold()
