"""Words for totals and averages, in the languages of exports: of rows below a table and of columns beside its items."""

import re
from typing import Final

_TOTALS: Final = """
total totals subtotal sum summe gesamt gesamtsumme insgesamt somme totale suma soma итого всего
合计 总计 小计 合計 總計 総計 합계 총계
"""
"""Words for a total; "grand", "général" and the like may stand beside one."""
_AVERAGES: Final = """
average averages mean durchschnitt mittelwert moyenne promedio media średnia среднее 平均 平均值 평균
"""
_TOTAL: Final = rf"(grand |sub-?)?({'|'.join(_TOTALS.split())})( général| general)?"
_OF_ROW: Final = re.compile(rf"{_TOTAL}(\s*[:(].*|\s+\D*)?")
_OF_COLUMN: Final = re.compile(
    rf"({_TOTAL}|{'|'.join(_AVERAGES.split())})( (scores?|points|contacts|calls|cases|tickets|answers))?(\s*[:(].*)?"
)
_ALONE: Final = frozenset((*_TOTALS.split(), *_AVERAGES.split()))


def begins_total(cell: str, *, filled: bool = False) -> bool:
    """Tell whether the first cell of a row says that it is a total; below a row of all cells only a word alone does.

    >>> begins_total("Grand total:"), begins_total("Totalenergies"), begins_total("Average", filled=True)
    (True, False, True)
    """
    word = cell.strip().casefold()
    return word in _ALONE if filled else _OF_ROW.fullmatch(word) is not None


def heads_total(heading: str) -> bool:
    """Tell whether a heading is that of totals or averages of the columns beside it.

    >>> [heads_total(heading) for heading in ("Total", "Average score", "Total satisfaction", "North")]
    [True, True, False, False]
    """
    return _OF_COLUMN.fullmatch(heading.strip().casefold()) is not None
