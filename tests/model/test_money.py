"""Money is exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.money import InvalidAmount, Money, minor_exponent, money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("7.58", "USD", 758),
        ("5.49000", "USD", 549),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("-3.10", "EUR", -310),
    ],
)
def test_decimal_texts_become_minor_units(text, currency, minor):
    assert money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("7.585", "USD"),
        ("1.5", "JPY"),
        ("seven", "USD"),
        ("", "USD"),
        ("NaN", "USD"),
        ("sNaN", "USD"),
        ("Infinity", "USD"),
        ("1e999999999", "USD"),
        ("1e-999999999", "USD"),
        ("12345678901234567890123456789.01", "USD"),
        ("5.49000000000000000000000000000000000001", "USD"),
        ("7.58", "usd"),
        ("7.58", "US"),
    ],
)
def test_what_is_not_exact_is_refused(text, currency):
    with pytest.raises(InvalidAmount):
        money(text, currency)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"]))
def test_money_survives_its_text(amount, currency):
    text = str(Money(amount, currency)).removesuffix(f" {currency}")
    assert money(text, currency).amount == amount


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_any_number_is_exact_money_or_refused(number):
    try:
        got = money(str(number), "EUR")
    except InvalidAmount:
        return
    assert Decimal(got.amount).scaleb(-minor_exponent("EUR")) == number
