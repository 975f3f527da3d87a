"""Money as whole minor units of an ISO 4217 currency; never a float."""

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow

from msgspec import Struct

_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENT = {code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()}


_MOST_DIGITS = 18
_EXACT = Context(traps=[InvalidOperation, Inexact, Overflow])
"""What does not fit into 28 digits is refused, never rounded."""


class InvalidAmount(ValueError):
    """An amount that is no number, or has more decimals than its currency has minor units."""


class Money(Struct, frozen=True, order=True):
    """``amount`` minor units (cents for EUR, yen for JPY) of ``currency`` (ISO 4217 alphabetic code)."""

    amount: int
    currency: str

    def __str__(self) -> str:
        """The amount in major units with the currency, such as ``7.58 USD``."""
        exponent = minor_exponent(self.currency)
        return f"{Decimal(self.amount).scaleb(-exponent):.{exponent}f} {self.currency}"


def minor_exponent(currency: str) -> int:
    """How many decimals a currency has (ISO 4217 table A.1; 2 unless listed)."""
    return _EXPONENT.get(currency, 2)


def money(text: str, currency: str) -> Money:
    """Exact money from a decimal text such as ``7.58``. Raises `InvalidAmount` rather than rounding.

    >>> money("7.58", "USD")
    Money(amount=758, currency='USD')
    """
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise InvalidAmount(f"'{currency}' is not an ISO 4217 currency code")
    try:
        minor = Decimal(text).scaleb(minor_exponent(currency), _EXACT)
    except DecimalException:
        raise InvalidAmount(f"'{text}' is not a decimal number, or has too many digits to be exact") from None
    if not minor.is_finite() or minor.adjusted() >= _MOST_DIGITS or minor != minor.to_integral_value():
        # Partners quote trailing digits below the minor unit (EasyPost: "5.49000"); only a real remainder is refused.
        raise InvalidAmount(f"'{text}' {currency} is not a whole number of minor units")
    return Money(int(minor), currency)
