"""What an estimate tells: a value, its interval, and the method by which it was found."""

import attrs


@attrs.frozen(kw_only=True)
class Estimate:
    """A value with its interval at a stated confidence.

    `value`, `low` and `high` are None, never NaN, where the data cannot carry them, and `reason` then says why. Where
    all three are known, low <= value <= high. `p_value` is that of "no difference" where the estimate is a difference
    or a ratio, and `n` counts what was seen. `method` names the formula.
    """

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str
    n: int | None = None
    p_value: float | None = None
    reason: str | None = None
