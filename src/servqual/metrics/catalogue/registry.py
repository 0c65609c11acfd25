"""KPIs by key, to be looked up, searched and completed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from servqual._checks import did_you_mean, must_be, near
from servqual._html import Html, table
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.kpi.definition import Kpi

_SHOWN: Final = 60
_WORDS: Final = re.compile(r"\w+")
_STEM: Final = 6
"""Letters that two forms of a word share, such as satisfied and satisfaction."""


class Catalogue(Mapping[str, Kpi]):
    """KPIs by key, also as attributes, which editors complete; an unknown key is refused with the nearest ones.

    `catalogue | {mine.key: mine}` is a mapping with further ones.

    >>> from servqual.metrics import KPIS
    >>> KPIS.resolution_rate is KPIS["resolution_rate"], "resolution_rate" in dir(KPIS)
    (True, True)
    """

    __slots__ = ("_kpis",)

    def __init__(self, kpis: Iterable[Kpi]) -> None:
        self._kpis = {kpi.key: kpi for kpi in kpis}

    def __getitem__(self, key: str) -> Kpi:
        try:
            return self._kpis[key]
        except KeyError:
            close = near(key, self._kpis)
            raise UnknownName(f"KPIS has no {key!r}{did_you_mean(close)}", near=close) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._kpis)

    def __len__(self) -> int:
        return len(self._kpis)

    def __contains__(self, key: object) -> bool:
        return key in self._kpis

    def get(self, key: str, default: Any = None) -> Any:
        """Give a KPI, or the default where there is none."""
        return self._kpis.get(key, default)

    def __or__(self, other: Mapping[str, Kpi]) -> dict[str, Kpi]:
        return {**self, **other}

    def __ror__(self, other: Mapping[str, Kpi]) -> dict[str, Kpi]:
        return {**other, **self}

    def __getattr__(self, name: str) -> Kpi:
        if name[:1] == "_":  # asked for by pickle, copy and notebooks, before there are any KPIs
            raise AttributeError(name)
        try:
            return self[name]
        except UnknownName as error:
            raise AttributeError(error.args[0]) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._kpis]

    def _ipython_key_completions_(self) -> list[str]:
        return [*self._kpis]

    def search(self, text: str) -> "Catalogue":
        """Find the KPIs that all words of a text name, best first: in key, title, Chinese term, question and formula.

        A word may be a part of one, or another form with the same beginning. Without any, none is found.

        >>> from servqual.metrics import KPIS
        >>> [*KPIS.search("reopen")][:2], [*KPIS.search("回头")]
        (['reopen_rate', 'reopen_ratio'], ['return_customer_rate'])
        """
        must_be(str, "text", "words to look for", text)
        words = _WORDS.findall(text.casefold())
        if not words:
            raise InvalidValue.of("text", "have a word to look for", text)
        found = {key: [_weight(word, kpi) for word in words] for key, kpi in self._kpis.items()}
        named = (key for key, weights in found.items() if all(weights))
        return Catalogue(self._kpis[key] for key in sorted(named, key=lambda key: -sum(found[key])))

    def __repr__(self) -> str:
        keys = ", ".join(islice(self._kpis, 5))
        return f"<{len(self):,} KPIs: {keys}{', …' if len(self) > 5 else ''}>"  # noqa: PLR2004  (those shown)

    def _repr_html_(self) -> Html:
        head = ("key", "title", "question", "unit", "better", "table")
        rows = ([getattr(kpi, name) for name in head] for kpi in islice(self._kpis.values(), _SHOWN))
        cut = f", of which the first {_SHOWN} are shown; search(…) finds others" if len(self) > _SHOWN else ""
        return table(head, rows, caption=f"{len(self):,} KPIs{cut}")


def _weight(word: str, kpi: Kpi) -> int:
    """Say how well a word names a KPI; 0 where it does not."""
    key, title, question = kpi.key.casefold(), kpi.title.casefold(), f"{kpi.question} {kpi.formula}".casefold()
    names, said = {*key.split("_"), *_WORDS.findall(title)}, _WORDS.findall(question)
    if word in {key, title, kpi.label_zh}:
        return 32
    if word in names or word in (kpi.label_zh or ""):
        return 16
    if word in key or word in title:
        return 8
    if word in said:
        return 4
    if word in question:
        return 2
    stem = word[:_STEM]
    return int(len(stem) == _STEM and any(other.startswith(stem) for other in (*names, *said)))
