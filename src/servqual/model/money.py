"""Money: an exact amount of one currency."""

import datetime as dt
import re
from decimal import Context, Decimal, InvalidOperation
from functools import total_ordering
from typing import Any, Final

import attrs

from servqual._checks import a, filled, instant
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.ids import CustomerId

DIGITS: Final = 30
# enough digits for the exact sum or product of any two amounts
_EXACT: Final = Context(prec=4 * DIGITS)


def _exact_amount(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise InvalidValue.of("amount", "be a text, an int or a Decimal", value, do="floats lose cents, write '12.50'")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or max(amount.adjusted(), -int(amount.as_tuple().exponent)) >= DIGITS:
        raise InvalidValue.of(
            "amount", f"be a number such as '12.50', of fewer than {DIGITS} digits before and after the point", value
        )
    return amount


def _currency(_instance: object, _attribute: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        meant = (value.upper(),) if isinstance(value, str) and len(value) == len("EUR") else ()
        raise InvalidValue.of("currency", "be a code of ISO 4217 such as 'EUR'", value, near=meant)


@declared("money")
@total_ordering
@attrs.frozen(order=False, field_transformer=typed)
class Money:
    """An exact amount of one currency.

    The amount is a text, an int or a `Decimal` and keeps its digits; the currency is a code of ISO 4217. Adding,
    subtracting, scaling and comparing are exact. Refused: a float, whose cents are already lost, and adding or ordering
    amounts of two currencies, because no exchange rate is known here. `==` compares any: other currencies are not
    equal. A sum begins at a zero of the currency.

    >>> Money("12.50", "EUR") + Money(3, "EUR")
    Money('15.50', 'EUR')
    >>> sum([Money("0.10", "EUR")] * 3, start=Money(0, "EUR")) == Money("0.3", "EUR")
    True
    >>> Money(1, "EUR") == Money(1, "USD")
    False
    >>> Money(1, "EUR") + Money(1, "USD")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: currency must be EUR on both sides (got 'USD'); convert one amount first
    """

    amount: Decimal = attrs.field(converter=_exact_amount)
    currency: str = attrs.field(validator=_currency)

    def __add__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        return Money(_EXACT.add(self.amount, self._same(other).amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        return Money(_EXACT.subtract(self.amount, self._same(other).amount), self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        if isinstance(factor, Money):
            return NotImplemented
        return Money(_EXACT.multiply(self.amount, _exact_amount(factor)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(_EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: "Money") -> bool:
        if not isinstance(other, Money):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        return self.amount < self._same(other).amount

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __repr__(self) -> str:
        return f"Money({f'{self.amount:f}'!r}, {self.currency!r})"

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise InvalidValue.of(
                "currency", f"be {self.currency} on both sides", other.currency, do="convert one amount first"
            )
        return other


@declared("purchase")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Purchase:
    """Purchase of a customer: what, when, and for how much.

    >>> Purchase(customer=CustomerId("K-1"), at=dt.datetime(2026, 5, 4, tzinfo=dt.UTC), amount=Money("99.90", "EUR"))
    Purchase(customer='K-1', at=datetime.datetime(2026, 5, 4, 0, 0, tzinfo=datetime.timezone.utc), \
amount=Money('99.90', 'EUR'), what='')
    """

    customer: CustomerId = attrs.field(validator=filled)
    at: dt.datetime = attrs.field(converter=instant)
    amount: Money = attrs.field(validator=a(Money))
    what: str = ""


def compensation(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Require money of 0 or more; an attrs validator."""
    if not isinstance(value, Money) or value.amount < 0:
        raise InvalidValue.of(attribute.name, "be Money of 0 or more", value)
