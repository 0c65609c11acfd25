"""Adjusted p-values against the published example and statsmodels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats import inference

PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]


def test_published() -> None:
    """Y. Benjamini and Y. Hochberg (1995), JRSS B 57: 289-300, 4.1: four findings at 0.05, Bonferroni's three."""
    assert (inference.benjamini_hochberg(PUBLISHED) <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert (inference.bonferroni(PUBLISHED) <= 0.05).sum() == 3
    assert (inference.holm(PUBLISHED) <= 0.05).sum() == 3


@settings(max_examples=20)
@given(
    st.lists(st.sampled_from([0.0, 1e-9, 0.01, 0.02, 0.03, 0.2, 0.9, 1.0]) | st.floats(0, 1), min_size=1, max_size=12)
)
def test_against_statsmodels(p: list[float]) -> None:
    """As statsmodels' multipletests, in the order given."""
    theirs = pytest.importorskip("statsmodels.stats.multitest", reason="statsmodels is not installed")
    for ours, name in [
        (inference.bonferroni, "bonferroni"), (inference.holm, "holm"), (inference.benjamini_hochberg, "fdr_bh"),
    ]:  # fmt: skip
        assert ours(p).tolist() == pytest.approx(theirs.multipletests(p, method=name)[1].tolist(), abs=1e-12)


def test_no_p_values_and_wrong_ones() -> None:
    """Nothing is adjusted to nothing; what is no probability is refused."""
    assert inference.holm([]).tolist() == inference.benjamini_hochberg([]).tolist() == []
    for wrong in ([1.1], [-0.1], [float("nan")], ["small"]):
        with pytest.raises(InvalidValue):
            inference.bonferroni(wrong)
