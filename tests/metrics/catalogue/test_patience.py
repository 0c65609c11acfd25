"""Patience as N. Gans, G. Koole and A. Mandelbaum estimate it (2003, M&SOM 5: 79-141): who was answered is censored."""

import numpy as np
import pytest
from scipy import stats

from servqual.metrics import measure


def test_mean_patience_is_the_likeliest_exponential_mean_of_censored_waits() -> None:
    """The sum of all waits over the number that gave up, as scipy fits it; those who gave up alone wait far less."""
    dice = np.random.default_rng(5)
    patience, offered = dice.exponential(300, 4000).round(3), dice.exponential(60, 4000).round(3)
    gave_up = patience < offered
    waited = np.minimum(patience, offered)
    calls = {"queued_at": np.full(4000, "2026-05-04", "datetime64[us]"), "wait_s": waited, "abandoned": gave_up}
    found = measure(["patience_mean"], {"interactions": calls}).get("patience_mean").value
    censored = stats.CensoredData(uncensored=waited[gave_up], right=waited[~gave_up])
    _, scale = stats.expon.fit(censored, floc=0)
    assert found is not None
    assert found == pytest.approx(scale, rel=1e-4)
    assert found == pytest.approx(300, rel=0.15)
    assert waited[gave_up].mean() < 0.25 * found
