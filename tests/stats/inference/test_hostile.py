"""Every estimate of every input: ends in order, never NaN, and a reason where something is missing."""

import math

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.stats import inference

counts = st.sampled_from([0, 1, 2, 3, 10, 10**6, 2**52]) | st.integers(0, 40) | st.integers(0, 2**52)
exposures = st.sampled_from([0.0, 5e-324, 1e-9, 1.0, 1e9, 1e150]) | st.floats(0, 1e6)
hardly = st.sampled_from([0.0, 0.1, -1.0, 5e-324, 1e-300, 1e16, 1e150, -1e150])
samples = st.lists(hardly | st.floats(-10, 10) | st.integers(0, 3), max_size=8)
confidences = st.sampled_from([0.0001, 0.5, 0.8, 0.95, 0.999999])
METHODS = ["wilson", "wilson_cc", "clopper_pearson", "jeffreys", "agresti_coull"]


def sound(found: inference.Estimate) -> None:
    """Check one estimate."""
    for name, value in attrs.asdict(found, recurse=False).items():
        assert value is None or not isinstance(value, float) or math.isfinite(value), name
    ends = [end for end in (found.low, found.value, found.high) if end is not None]
    assert ends == sorted(ends)
    assert (found.reason is None) == (len(ends) == 3)
    assert found.p_value is None or 0 <= found.p_value <= 1


@given(counts, counts, counts, counts, confidences)
def test_counts(hits: int, misses: int, other_hits: int, other_misses: int, confidence: float) -> None:
    """None, all, huge."""
    four = hits, hits + misses, other_hits, other_hits + other_misses
    for method in METHODS:
        found = inference.proportion(*four[:2], method=method, confidence=confidence)
        sound(found)
        assert found.low is None or found.low >= 0
        assert found.high is None or found.high <= 1
    sound(inference.difference_of_proportions(*four, confidence=confidence))
    sound(inference.ratio_of_proportions(*four, confidence=confidence))
    sound(inference.equivalence_of_proportions(*four, margin=0.01))
    sound(inference.mcnemar([[hits, misses], [other_hits, other_misses]], confidence=confidence))
    test = inference.z_test_of_proportions(*four)
    assert test.p_value is None or 0 <= test.p_value <= 1


@given(counts, exposures, counts, exposures, confidences)
def test_rates(events: int, exposure: float, others: int, other: float, confidence: float) -> None:
    """No exposure, next to none, and endless."""
    sound(inference.rate(events, exposure, confidence=confidence))
    sound(inference.ratio_of_rates(events, exposure, others, other, confidence=confidence))
    sound(inference.difference_of_rates(events, exposure, others, other, confidence=confidence))


@given(samples, samples, confidences)
def test_samples(values: list[float], others: list[float], confidence: float) -> None:
    """Empty, equal, and as large and as small as is read."""
    sound(inference.mean(values, confidence=confidence))
    sound(inference.difference_of_means(values, others, confidence=confidence))
    sound(inference.ratio_of_means(values, others, confidence=confidence))
    sound(inference.equivalence_of_means(values, others, margin=1.0))
    shift = inference.mann_whitney(values, others, confidence=confidence)
    sound(shift)
    sound(shift.superiority)
    for q in (0.0, 0.3, 0.5, 1.0):
        sound(inference.quantile(values, q, kind=8, confidence=confidence))


@settings(max_examples=20)
@given(samples, confidences)
def test_resampling(values: list[float], confidence: float) -> None:
    """The same, drawn again."""
    sound(inference.bootstrap(np.median, values, n=100, confidence=confidence))
    sound(inference.bootstrap(np.mean, values, n=100, confidence=confidence))
    sound(inference.jackknife(np.mean, values, confidence=confidence))


@given(st.floats(-1e150, 1e150), st.floats(0, 1e150), st.floats(-1e150, 1e150), st.floats(0, 1e150), confidences)
def test_ratios(top: float, error: float, base: float, base_error: float, confidence: float) -> None:
    """Bases near 0, errors of 0, and all sizes."""
    sound(inference.ratio(top, base, top_error=error, base_error=base_error, confidence=confidence))
