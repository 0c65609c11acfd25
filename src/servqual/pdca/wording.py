"""A change in words: that of a share in percentage points, which per cent would leave open."""

from servqual._words import number


def of_change(value: float | None, unit: str, *, named: bool = True) -> str:
    """Write a change in its unit, with its sign; without `named` the word "points" is left out.

    >>> of_change(0.125, "share"), of_change(-90, "s"), of_change(0.02, "share", named=False)
    ('+12.5 points', '−1 min 30 s', '+2')
    """
    if unit != "share" or value is None:
        return number(value, unit, signed=True)
    return number(100 * value, "points", signed=True) + " points" * named
