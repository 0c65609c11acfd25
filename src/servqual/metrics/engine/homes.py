"""The home of each customer: which of so many blocks holds its rows, whichever part of the data names it and how.

    17, "17"  ->  17 modulo the blocks        a whole number and its digits are one customer
    "K-17"    ->  a hash of its bytes

The bytes of all texts are looked at together: half a million ids as texts of Python would take a second.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.arrow_texts import ArrowLabels
from servqual.readers.columns.columns import MOST_DIGITS, Numbers

_WORD: Final = 8
_WORDS: Final = 16
"""Words of a text that its hash reads; texts that differ only behind them share a home."""
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_ZERO: Final = ord("0")


def homes_of(labels: Sequence[str], blocks: int) -> Array:
    """Number the block of each label, by its number or by a hash of the text.

    >>> homes_of(["17", "K-17", "K-17"], 5).tolist()
    [2, 1, 1]
    """
    if isinstance(labels, Numbers):
        return (labels.numbers % blocks).astype(np.uint16)
    if not len(labels):
        return np.zeros(0, np.uint16)
    data, ends = _bytes_of(labels)
    first, length = ends[:-1], np.diff(ends)
    number = _numbers(data, first, length)
    return np.where(number < 0, _hashes(data, first, length) % np.uint64(blocks), number % blocks).astype(np.uint16)


def _bytes_of(labels: Sequence[str]) -> tuple[Array, Array]:
    """Give the bytes of all labels, and where each begins and the last one ends."""
    if isinstance(labels, ArrowLabels):
        array = labels.array.cast("large_string")  # the places of whose bytes are of 64 bits
        _, offsets, data = array.buffers()
        ends = np.frombuffer(offsets, np.int64)[array.offset :][: len(labels) + 1]
        return np.frombuffer(data or b"", np.uint8), ends
    texts = [label.encode("utf-8", "surrogatepass") for label in labels]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return np.frombuffer(b"".join(texts), np.uint8), ends


def _numbers(data: Array, first: Array, length: Array) -> Array:
    """Read labels of plain digits as their numbers, as `number_of` does; -1 for any other."""
    plain, number = (length > 0) & (length <= MOST_DIGITS), np.zeros(len(length), np.int64)
    for place in range(MOST_DIGITS):
        some = np.flatnonzero(plain & (length > place))
        digit = data[first[some] + place] - np.uint8(_ZERO)
        plain[some] = (digit <= 9) & ((place == 0) | (number[some] > 0))  # noqa: PLR2004  (a digit; none after a 0)
        number[some] = number[some] * 10 + digit
    return np.where(plain, number, -1)


def _hashes(data: Array, first: Array, length: Array) -> Array:
    """Hash the first words of eight bytes of each label, and its length."""
    out = length.astype(np.uint64)
    padded = np.concatenate([data, np.zeros(_WORD, np.uint8)])
    words = np.ndarray(len(data) + 1, "<u8", padded, strides=(1,))  # the word from each byte on
    with np.errstate(over="ignore"):
        for place in range(0, min(int(length.max()), _WORDS * _WORD), _WORD):
            some = np.flatnonzero(length > place)
            beyond = np.maximum(_WORD - (length[some] - place), 0).astype(np.uint64) * np.uint64(8)
            word = words[first[some] + place] << beyond  # without the bytes of the next label
            out[some] = (out[some] ^ word) * _FACTOR
            out[some] ^= out[some] >> np.uint64(32)
    return out
