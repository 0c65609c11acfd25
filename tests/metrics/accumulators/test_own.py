"""A new accumulator is declared in one place: its class and its running form."""

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs
import numpy as np
import pytest

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics import Kpi, Tally, measure, tally
from servqual.metrics.accumulators import Accumulator, Additive, Cells, Dense, Rows, Running, runs


@attrs.frozen
class Pairs(Additive):
    """Number of hands, two for each row; `Pairs()` is the zero."""

    stored_name: ClassVar[str] = "pairs"
    statistic: ClassVar[str] = "n"
    n: int = 0

    @staticmethod
    def of(among: Array) -> Rows:
        """Count the rows where `among` is true."""
        return {"n": np.asarray(among, np.bool_)}


@runs(Pairs)
class _Pairs(Running):
    masks = ("n",)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        return Dense({"n": 2 * counts["n"]}).ordered(order)


HANDS = Kpi(
    key="hands",
    title="hands",
    question="how many hands were shaken?",
    formula="2 × cases",
    unit="count",
    better=None,
    table="cases",
    needs=("team",),
    accumulator=Pairs,
    rows=lambda t: {"among": t.known("team")},
)


def test_it_is_measured_added_and_stored() -> None:
    """By group, in parts, and from its bytes, as every other."""
    data: dict[str, Any] = {"cases": {"team": ["a", "b", "a", None]}}
    assert [m.value for m in measure([HANDS], data, by=["team"])] == [0, 4, 2]
    halves = [tally([HANDS], {"cases": {"team": half}}) for half in (["a", "b"], ["a", None])]
    whole = tally([HANDS], data)
    assert (halves[1] + halves[0]).to_bytes() == whole.to_bytes()
    assert Tally.from_bytes(whole.to_bytes(), kpis=[HANDS]).measure().one().value == 6


def test_one_without_a_running_form_is_refused() -> None:
    """By name, with what to do."""

    @attrs.frozen
    class Nothing(Accumulator):
        stored_name: ClassVar[str] = "nothing"
        statistic: ClassVar[str] = "n"

        @staticmethod
        def of(among: Array) -> Rows:
            return {"n": among}

    with pytest.raises(InvalidValue, match=r"accumulator must be one of .*@runs"):
        measure([attrs.evolve(HANDS, accumulator=Nothing)], {"cases": {"team": ["a"]}})
    with pytest.raises(InvalidValue, match="accumulator must be an accumulator such as Ratio"):
        attrs.evolve(HANDS, accumulator=int)  # type: ignore[arg-type]
