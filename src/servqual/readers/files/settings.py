"""Settings of a configuration file, each checked for its kind of value."""

import codecs
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from servqual._checks import among
from servqual.errors import InvalidValue, UnreadableFile
from servqual.readers.columns.forms import SERIALS, Form
from servqual.readers.files.access import reading

_LONGEST: Final = 1 << 18
_DEEPEST: Final = 16
"""The deepest nesting of a configuration; ours has four levels."""
_OF_PYTHON: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Encodings that Python has for its own ends; no file is written in one."""


def as_text(name: str, value: object) -> str:
    """Read a text with content.

    >>> as_text("title", 5)
    Traceback (most recent call last):
    servqual.errors.InvalidValue: title must be a text (got 5)
    """
    if value == "":  # as `servqual inspect` writes a question
        raise InvalidValue.of(name, "not be empty", value, do="write the answer between the quotes")
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue.of(name, "be a text", value)
    return value


def as_texts(name: str, value: object) -> tuple[str, ...]:
    """Read a text, or a list of at least one text."""
    if isinstance(value, str):
        return (as_text(name, value),)
    if not isinstance(value, list | tuple) or not value or not all(isinstance(part, str) for part in value):
        raise InvalidValue.of(name, "be a text or a list of texts", value)
    return tuple(value)


def as_flag(name: str, value: object) -> bool:
    """Read true or false, without quotes."""
    if not isinstance(value, bool):
        raise InvalidValue.of(name, "be true or false, without quotes", value)
    return value


def as_constant(name: str, value: object) -> str:
    """Read the content of a column that is the same in every row: a text or a number.

    >>> as_constant("within_s", 60)
    '60'
    """
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else as_text(name, value)


def as_sign(name: str, value: object) -> str:
    """Read one sign that can separate cells."""
    if not isinstance(value, str) or len(value) != 1 or value in "\"'\r\n \0":
        raise InvalidValue.of(name, "be one sign, such as ';' or a tab", value)
    return value


def as_encoding(name: str, value: object) -> str:
    """Read the name of a text encoding that Python knows."""
    text = as_text(name, value)
    try:
        known = codecs.lookup(text).name not in _OF_PYTHON and "a".encode(text).decode(text) == "a"
    except (LookupError, ValueError, TypeError):
        known = False
    if not known:
        raise InvalidValue.of(name, "be an encoding of text that Python knows, such as 'cp1252'", value)
    return text


def as_form(name: str, text: str) -> str:
    """Read a form of dates in the notation of strptime, or the name of one of plain numbers."""
    if text not in SERIALS:
        Form(text, name)
    return text


def as_forms(name: str, value: object) -> tuple[str, ...]:
    """Read one or more forms of dates."""
    return tuple(as_form(name, text) for text in as_texts(name, value))


def section(table: Mapping[str, Any], name: str, allowed: Collection[str] = ()) -> dict[str, Any]:
    """Read a part of a configuration, such as `[read]`; refuse anything but a table of `allowed` names."""
    part = table.get(name, {})
    if not isinstance(part, Mapping):
        raise InvalidValue.of(name, "be a table of names and values", part)
    for key in part:
        if allowed:
            among(f"each name of {name}", key, sorted(allowed))
    return dict(part)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a configuration file of at most 256 KiB; refuse one that is not TOML, with the place of the fault."""
    with reading(path, "the configuration ") as file:
        data = file.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise UnreadableFile(f"{path} is longer than the {_LONGEST:,} bytes of any configuration", path=str(path))
    table: dict[str, Any] = {}
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
        level: list[Any] = [table]
        for _ in range(_DEEPEST):
            level = [each for part in level for each in _parts(part)]
    except RecursionError:
        level = [path]
    except ValueError as error:  # also a whole number of thousands of digits
        raise UnreadableFile(f"{path} is not TOML in UTF-8: {error}", path=str(path)) from None
    if level:
        raise UnreadableFile(f"{path} is nested more than {_DEEPEST} levels deep", path=str(path))
    return table


def _parts(value: Any) -> Iterable[Any]:
    """The values in a table or list; a whole number must fit 64 bits, as TOML says."""
    if isinstance(value, int) and not -1 << 63 <= value < 1 << 63:
        raise ValueError("a whole number of more than 64 bits")
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
