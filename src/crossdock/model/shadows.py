"""Rules that can never decide: nothing fits them, or rules before them take everything they would. Pure.

What is said here is certain; that nothing is said proves nothing. A rule that lists several words is looked at word by
word, so that it is found as well when several rules before it share its cases among them.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from math import prod
from typing import TypeVar

from msgspec import Struct, structs

from crossdock.model.money import Money
from crossdock.model.postcodes import covers as postcode_covers
from crossdock.model.routing import Conditions, Effect, Rule, RuleBook

W = TypeVar("W")
N = TypeVar("N", Decimal, Money)
_MOST_CASES = 400
_WORDS = ("countries", "regions", "service_levels", "channels", "customer_groups", "companies", "weekdays")
_ALTERNATIVES = (*_WORDS, "postcodes", "skus", "tags")
_WILD = frozenset("*?[")


class Warned(Struct, frozen=True):
    """Something about a rule that its author will not have meant. ``rule`` is "" for the book as a whole."""

    rule: str
    text: str


def warnings(book: RuleBook) -> tuple[Warned, ...]:
    """Everything to be warned of, in the order of the rules."""
    found: list[Warned] = []
    before: list[Rule] = []
    for rule in book.rules:
        if text := contradiction(rule.when):
            found.append(Warned(rule.name, f"can never fit: {text}"))
            continue
        if taking := _takers(rule.when, before):
            names = " and ".join(f"'{each}'" for each in taking)
            found.append(
                Warned(rule.name, f"never decides: {names} before it take{'s' * (len(taking) == 1)} its orders")
            )
        before.append(rule)
    if book.rules and not any(rule.when == Conditions() for rule in book.rules):
        found.append(Warned("", "no rule takes every order: one that fits none is an exception (route.none)"))
    same = [rule.name for rule in book.rules if rule.then == Effect()]
    found += [Warned(name, "has no effect: say a partner, carriers, a service level or a priority") for name in same]
    return tuple(found)


def contradiction(when: Conditions) -> str:
    """Why no order can fit; "" where one may."""
    if when.min_weight is not None and when.max_weight is not None and when.min_weight > when.max_weight:
        return f"its least weight {when.min_weight} is above its greatest {when.max_weight}"
    if when.min_value is not None and when.max_value is not None:
        if when.min_value.currency != when.max_value.currency:
            return "its values are in two currencies"
        if when.min_value > when.max_value:
            return f"its least value {when.min_value} is above its greatest {when.max_value}"
    if when.since is not None and when.since == (1440 if when.until is None else when.until):
        return "its hours begin where they end"
    if when.during and when.during == when.outside:
        return f"it wants to be within and outside the calendar {when.during}"
    return ""


def _takers(when: Conditions, before: Sequence[Rule]) -> tuple[str, ...]:
    """Rules that together take every case of ``when``; none where a case is left."""
    named: dict[str, None] = {}
    for case in cases(when):
        taker = next((rule.name for rule in before if covers(rule.when, case)), None)
        if taker is None:
            return ()
        named[taker] = None
    return tuple(named)


def cases(when: Conditions) -> Iterator[Conditions]:
    """``when`` word by word: an order fits it where it fits any of these. As a whole where there would be too many."""
    lists = [(name, getattr(when, name)) for name in _ALTERNATIVES if getattr(when, name)]
    if prod(len(words) for _, words in lists) > _MOST_CASES:
        yield when
        return
    for chosen in itertools.product(*(words for _, words in lists)):
        yield structs.replace(when, **{name: (word,) for (name, _), word in zip(lists, chosen, strict=True)})


def covers(wide: Conditions, narrow: Conditions) -> bool:
    """Whether every order that fits ``narrow`` fits ``wide``. May say no where it is so, never yes where it is not."""
    words = all(_holds(getattr(wide, name), getattr(narrow, name), _equal) for name in (*_WORDS, "tags"))
    return (
        words
        and _holds(wide.postcodes, narrow.postcodes, postcode_covers)
        and _holds(wide.skus, narrow.skus, pattern_covers)
        and _holds(wide.only_skus, narrow.only_skus, pattern_covers)
        and _below(wide.min_weight, narrow.min_weight)
        and _below(narrow.max_weight, wide.max_weight, upper=True)
        and _below(wide.min_value, narrow.min_value)
        and _below(narrow.max_value, wide.max_value, upper=True)
        and _hours(wide, narrow)
        and wide.during in {"", narrow.during}
        and wide.outside in {"", narrow.outside}
    )


def _holds(wide: Sequence[W], narrow: Sequence[W], covering: Callable[[W, W], bool]) -> bool:
    return not wide or (bool(narrow) and all(any(covering(each, word) for each in wide) for word in narrow))


def _equal(one: object, other: object) -> bool:
    return one == other


def pattern_covers(wide: str, narrow: str) -> bool:
    """Whether every text of one pattern (``*`` for anything) is one of another, as far as can be said.

    >>> pattern_covers("DESK-*", "DESK-1"), pattern_covers("D*", "DESK-*"), pattern_covers("DESK-*", "D*")
    (True, True, False)
    """
    if wide in {"*", narrow}:
        return True
    if not _WILD & set(narrow):
        return fnmatchcase(narrow, wide)
    start = wide[:-1]
    return wide.endswith("*") and not _WILD & set(start) and _literal_start(narrow).startswith(start)


def _literal_start(pattern: str) -> str:
    return "".join(itertools.takewhile(lambda each: each not in _WILD, pattern))


def _below(low: N | None, high: N | None, *, upper: bool = False) -> bool:
    """Whether a lower bound is at or below another; with ``upper`` the order of the arguments is that of upper ones."""
    wide = high if upper else low
    if wide is None:
        return True
    if low is None or high is None:
        return False
    if isinstance(low, Money) and isinstance(high, Money) and low.currency != high.currency:
        return False
    return low <= high


def _hours(wide: Conditions, narrow: Conditions) -> bool:
    if wide.since is None and wide.until is None:
        return True
    one = (wide.since or 0, 1440 if wide.until is None else wide.until)
    other = (narrow.since or 0, 1440 if narrow.until is None else narrow.until)
    if one == other:
        return True
    return one[0] <= other[0] < other[1] <= one[1]
