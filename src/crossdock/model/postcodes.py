"""Postcodes as rules speak of them: a prefix (``90*``), a range (``1000-1999``), or one as it is."""

from functools import lru_cache

from msgspec import Struct


class BadPattern(ValueError):
    """A text that is no prefix, range or postcode. The text says what is wrong."""


class Span(Struct, frozen=True):
    """A pattern read: the first ``len(first)`` characters lie between ``first`` and ``last``; ``exact``: nothing
    follows.
    """

    first: str
    last: str
    exact: bool


@lru_cache(maxsize=4096)
def read(pattern: str) -> Span:
    """What a pattern means. Raises `BadPattern`.

    >>> read("90*"), read("1000-1999")
    (Span(first='90', last='90', exact=False), Span(first='1000', last='1999', exact=False))
    """
    text = cleaned(pattern)
    if text.endswith("*"):
        return Span(text[:-1], text[:-1], exact=False)
    first, dash, last = pattern.strip().partition("-")
    if dash and _is_range(cleaned(first), cleaned(last)):
        low, high = cleaned(first), cleaned(last)
        if low > high:
            raise BadPattern(f"the range '{pattern}' ends before it begins")
        return Span(low, high, exact=False)
    if not text or "*" in text:
        raise BadPattern(f"'{pattern}' is no postcode, prefix (90*) or range (1000-1999)")
    return Span(text, text, exact=True)


def _is_range(first: str, last: str) -> bool:
    """Both sides alike; what is not is a postcode with a dash in it, such as 00-950."""
    return len(first) == len(last) and [each.isdigit() for each in first] == [each.isdigit() for each in last]


def cleaned(postcode: str) -> str:
    """Without blanks and dashes, in capitals: ``b-9000`` and ``B9000`` are one."""
    return "".join(each for each in postcode.upper() if each not in " -")


def matches(pattern: str, postcode: str) -> bool:
    """Whether a postcode is what a pattern says. A range compares as many characters as its ends have.

    >>> matches("1000-1999", "1853"), matches("SW1*", "sw1a 1aa"), matches("90*", "")
    (True, True, False)
    """
    span, text = read(pattern), cleaned(postcode)
    start = text[: len(span.first)]
    if not text or len(start) < len(span.first) or not span.first <= start <= span.last:
        return False
    return not span.exact or len(text) == len(span.first)


def covers(wide: str, narrow: str) -> bool:
    """Whether every postcode of ``narrow`` is one of ``wide``. May say no where it is so, never yes where it is not.

    >>> covers("1*", "1000-1999"), covers("1000-1999", "1*")
    (True, False)
    """
    outer, inner = read(wide), read(narrow)
    size = len(outer.first)
    if outer.exact:
        return outer == inner
    if len(inner.first) < size:
        return False
    return outer.first <= inner.first[:size] and inner.last[:size] <= outer.last
