"""Laws that a class of the user must keep, as checks to call from a test."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servqual._checks import must_be

__all__ = ["check_accumulator"]


def check_accumulator(kind: Callable[[], Any], values: st.SearchStrategy[Any], *, max_examples: int = 100) -> None:
    """Check that an accumulator adds up: it has a zero, `+` takes any order and any grouping, and changes nothing.

    `kind()` is the zero, and `values` draws others. Raises `AssertionError` that names the law, with the smallest
    values that break it.

    >>> from servqual.metrics import Ratio
    >>> check_accumulator(Ratio, st.builds(Ratio, hits=st.integers(0, 9), misses=st.integers(0, 9)))
    >>> check_accumulator(str, st.sampled_from(["a", "b"]))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    AssertionError: the order of adding must not matter (got 'ab' for 'a' + 'b', and 'ba')
    """
    must_be(st.SearchStrategy, "values", "a strategy of Hypothesis", values)

    @lawful(max_examples)
    @given(values, values, values)
    def laws(a: Any, b: Any, c: Any) -> None:
        before, zero = repr((a, b, c)), kind()
        hold(
            (a + b is not None) and repr((a, b, c)) == before,
            f"adding must not change what is added (got {a!r}, {b!r})",
        )
        hold(a + zero == a == zero + a, f"adding the zero must change nothing (got {a + zero!r} for {a!r})")
        hold((a + b) + c == a + (b + c), f"grouping must not matter (got {(a + b) + c!r} and {a + (b + c)!r})")
        hold(a + b == b + a, f"the order of adding must not matter (got {a + b!r} for {a!r} + {b!r}, and {b + a!r})")

    laws()


def lawful(max_examples: int) -> settings:
    """Give the settings of a law: as many examples as are asked, however slow, and nothing of them on the disk."""
    return settings(
        max_examples=max_examples,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=(
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ),
    )


def hold(law: bool, text: str) -> None:
    """Raise `AssertionError` with a text where a law does not hold."""
    if not law:
        raise AssertionError(text)
