"""Money is exact and of one currency."""

import datetime as dt
import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import CustomerId, Money, Purchase

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=8)


def test_arithmetic() -> None:
    """Tenths are tenths: the sum that floats get wrong."""
    tenth, euro = Money("0.1", "EUR"), Money(1, "EUR")
    assert sum([tenth] * 10, start=Money(0, "EUR")) == euro
    assert euro - tenth == Money("0.9", "EUR")
    assert -euro == euro * -1 == -1 * euro
    assert euro * Decimal("0.19") == Money("0.19", "EUR")
    assert tenth < euro <= Money("1.00", "EUR")
    assert max(tenth, euro) is euro


def test_equality_answers() -> None:
    """Other currencies and other things are unequal, not an error; equal amounts hash alike."""
    assert Money(1, "EUR") != Money(1, "USD")
    assert Money(1, "EUR") not in {1, "1 EUR", None}
    assert Money("1.50", "EUR") == Money("1.5", "EUR")
    assert len({Money("1.50", "EUR"), Money("1.5", "EUR"), Money("1.5", "USD")}) == 2


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_currencies_never_mix(operation: str) -> None:
    """Adding and ordering two currencies is refused in words."""
    with pytest.raises(InvalidValue, match=r"currency must be EUR on both sides \(got .USD.\); convert") as refused:
        getattr(Money(1, "EUR"), operation)(Money(1, "USD"))
    assert refused.value.field == "currency"


@pytest.mark.parametrize("other", [1, 1.0, "1", None, Decimal(1)])
def test_money_and_numbers_do_not_mix(other: object) -> None:
    """A bare number has no currency; neither has the zero that sum begins with."""
    with pytest.raises(TypeError):
        Money(1, "EUR") + other  # type: ignore[operator]
    with pytest.raises(TypeError):
        Money(1, "EUR") < other  # type: ignore[operator]  # noqa: B015 -- the comparison itself is under test
    with pytest.raises(TypeError):
        Money(1, "EUR") * Money(1, "EUR")  # type: ignore[operator]


@pytest.mark.parametrize(
    "amount", [12.5, True, None, "", "12,50", "ten", "NaN", "inf", Decimal("NaN"), "1e30", "1e-30", "9" * 31]
)
def test_bad_amounts_are_refused(amount: object) -> None:
    """Floats lose cents; anything that is no finite number of sane size is no amount."""
    with pytest.raises(InvalidValue, match="amount must be") as refused:
        Money(amount, "EUR")
    assert refused.value.field == "amount"


def test_a_float_factor_is_refused() -> None:
    """Scaling by a float would bring the lost cents back in."""
    with pytest.raises(InvalidValue, match="floats lose cents"):
        Money(1, "EUR") * 0.1  # type: ignore[operator]


@pytest.mark.parametrize("currency", ["", "EURO", "€", "E1R", None, 978])
def test_bad_currencies_are_refused(currency: object) -> None:
    """A currency is three capital letters."""
    with pytest.raises(InvalidValue, match="currency must be a code of ISO 4217"):
        Money(1, currency)  # type: ignore[arg-type]


def test_a_currency_in_small_letters_is_corrected_in_words() -> None:
    """The likely meaning is named."""
    with pytest.raises(InvalidValue, match="did you mean EUR"):
        Money(1, "eur")


@given(a=amounts, b=amounts, c=amounts)
def test_sums_are_exact_in_any_order(a: Decimal, b: Decimal, c: Decimal) -> None:
    """Exact fractions say the same, whatever is added first."""
    x, y, z = Money(a, "EUR"), Money(b, "EUR"), Money(c, "EUR")
    total = (x + y) + z
    assert total == x + (y + z) == z + y + x
    assert Fraction(total.amount) == Fraction(a) + Fraction(b) + Fraction(c)
    assert (x < y) is (Fraction(a) < Fraction(b))


@given(amount=amounts, factor=st.integers(-(10**6), 10**6) | st.decimals(-1, 1, places=4))
def test_scaling_is_exact(amount: Decimal, factor: int | Decimal) -> None:
    """A share of an amount loses nothing, however long it gets."""
    assert Fraction((Money(amount, "EUR") * factor).amount) == Fraction(amount) * Fraction(factor)


@given(amount=amounts)
def test_the_repr_builds_an_equal_value(amount: Decimal) -> None:
    """On one line, without exponents; copies through pickle stay equal."""
    money = Money(amount, "EUR")
    assert eval(repr(money), {"Money": Money}) == money  # noqa: S307 -- our own repr
    assert "\n" not in repr(money)
    assert pickle.loads(pickle.dumps(money)) == money  # noqa: S301 -- our own bytes


def test_text_and_zero() -> None:
    """Amounts are shown as they were written, large ones without exponents, and no zero is negative."""
    assert str(Money("12.50", "EUR")) == "12.50 EUR"
    assert repr(Money("1e3", "JPY")) == "Money('1000', 'JPY')"
    assert str(-Money("0.00", "EUR")) == "0.00 EUR"


def test_a_purchase_is_of_money() -> None:
    """A bare number is refused, and so is a moment without a zone."""
    now = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    assert Purchase(customer=CustomerId("K-1"), at=now, amount=Money(5, "EUR")).what == ""
    with pytest.raises(InvalidValue, match="amount must be a Money"):
        Purchase(customer=CustomerId("K-1"), at=now, amount=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="at needs a zone"):
        Purchase(customer=CustomerId("K-1"), at=now.replace(tzinfo=None), amount=Money(5, "EUR"))
