"""The encoding of a text, proved by its bytes: where two encodings read it equally well, both are named instead.

Any bytes are text in some encoding, so that one that reads them proves nothing. Text of a language keeps to the common
letters of its encoding, though, and read in the encoding of another it does not: Japanese has kana, Korean is of Hangul
throughout, and half of what is common in Chinese would be Hanja there, which Korean exports do not have.
"""

import codecs
import itertools
import re
from collections.abc import Callable, Iterator
from typing import IO, Final

from servqual.errors import UnreadableFile

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PIECE: Final = 1 << 16
LONGEST: Final = 1 << 24
"""The longest text that is read, such as a cell or a line: sixteen million characters."""
_PROOF: Final = 14
"""So many different Hangul are no Chinese by chance: there about 45 of 100 signs would be none."""
_MOST: Final = 0.9
"""The share of common signs among those of a text in its own encoding."""


def encoding_of(sample: bytes, path: str) -> str:
    """Find the encoding of the first bytes of a text.

    Raises `UnreadableFile` for binary data, and where several encodings or none are in question.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if b"\0" in sample:
        if name := _wide(sample):
            return name
        raise UnreadableFile(f"{path} is not a table of text: it holds binary data", path=path)
    if _decoded(sample, "utf-8") is not None:
        return "utf-8"
    found = [name for name, is_typical in _TYPICAL.items() if (text := _decoded(sample, name)) and is_typical(text)]
    if _is_western(sample):
        found.append("cp1252")
    if found == ["gb18030", "cp949"] and len({*_signs(_decoded(sample, "cp949") or "")}) >= _PROOF:
        found = ["cp949"]
    if len(found) == 1:
        return found[0]
    likely = found or ["cp1250", "cp1251", "gb18030", "cp932", "cp949", "big5"]
    what = f"may be text in {' or '.join(found)}" if found else "is text in an encoding that its bytes do not prove"
    raise UnreadableFile(
        f"{path} {what}; name it, such as encoding = {likely[0]!r}, or save the file as UTF-8",
        path=path,
        setting="encoding",
        near=tuple(likely),
    )


def _wide(sample: bytes) -> str:
    """Name the UTF-16 without a mark whose line ends, digits and signs have their zeros on one side."""
    for name, zeros, others in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        text = _decoded(sample, name) if b"\0" not in others and b"\0" in zeros else None
        if text and "\n" in text and all(sign.isprintable() or sign in "\r\n\t" for sign in text):
            return name
    return ""


def _decoded(sample: bytes, name: str) -> str | None:
    """Decode a sample that may end within a sign."""
    try:
        return codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return None


def _signs(text: str) -> Iterator[str]:
    """Give the signs that ASCII lacks and that belong to a language."""
    return (sign for sign in text if sign > "\x7f" and sign.isalpha())


def _share(text: str, common: Callable[[str], bool]) -> float:
    signs = {*_signs(text)}
    return sum(map(common, signs)) / len(signs) if signs else 0.0


def _is_kana(sign: str) -> bool:
    return "\u3041" <= sign <= "\u30fe"


def _lies_in(name: str, first: int, last: int) -> Callable[[str], bool]:
    """Whether the first byte of a sign in an encoding lies between two."""

    def lies(sign: str) -> bool:
        code = sign.encode(name, "ignore")
        return len(code) > 1 and first <= code[0] <= last

    return lies


def _is_chinese(text: str) -> bool:
    return _share(text, _lies_in("gb2312", 0xB0, 0xF7)) >= _MOST


def _is_traditional(text: str) -> bool:
    signs = {*_signs(text)}
    # 40 of 100 signs of Big5 have a second byte that those of other encodings lack
    low = any(sign.encode("big5", "ignore")[1:] < b"\x80" for sign in signs)
    return _share(text, _lies_in("big5", 0xA4, 0xC6)) >= _MOST and (low or len(signs) < _PROOF)


def _is_russian(text: str) -> bool:
    """Whether words are of Cyrillic letters throughout, and small behind the first where they are not all large."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    usual = sum(re.fullmatch("[А-ЯЁа-яё][а-яё]*|[А-ЯЁ]+", word) is not None for word in words)
    return usual >= _MOST * len(words) and len("".join(words)) > 2 * len(words)


def _is_korean(text: str) -> bool:
    return _share(text, lambda sign: "\uac00" <= sign <= "\ud7a3") >= _MOST and _is_listed(text, "euc_kr")


def _is_listed(text: str, name: str) -> bool:
    """Whether the signs are in the smaller set of an encoding that others have added to."""
    return _share(text, lambda sign: bool(sign.encode(name, "ignore"))) >= _MOST


def _is_japanese(text: str) -> bool:
    common = _lies_in("cp932", 0x82, 0x98)
    return _share(text, _is_kana) >= 1 - _MOST and _share(text, common) >= _MOST


_TYPICAL: Final[dict[str, Callable[[str], bool]]] = {
    "gb18030": _is_chinese,
    "big5": _is_traditional,
    "cp949": _is_korean,
    "cp932": _is_japanese,
    "euc_jp": _is_japanese,
    "cp1251": _is_russian,
}


def _is_western(sample: bytes) -> bool:
    """Whether high bytes stand alone between letters, and are letters and signs of Western Europe."""
    text = _decoded(sample, "cp1252")
    high = [byte > 0x7F for byte in sample]  # noqa: PLR2004  (bytes beyond ASCII)
    paired = sum(a and b for a, b in itertools.pairwise(high))
    common = {*map(chr, range(0xC0, 0x100)), *"ŠšŽžŒœŸ‘’“”„–—…€£§°«»ºª·\xa0"}
    strange = {sign for sign in text or "" if sign > "\x7f"} - common
    return text is not None and not strange and 2 * paired <= sum(high)


def pieces(content: IO[bytes], encoding: str) -> Iterator[str]:
    """Decode a text piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    while piece := content.read(PIECE):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)
