"""Which bytes of a file a request asks for: the header Range as RFC 9110 reads it, one range at a time."""

import re

from msgspec import Struct

_ONE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})?|-(?P<final>[0-9]{1,18}))", re.IGNORECASE)


class Span(Struct, frozen=True):
    """``count`` bytes from ``first`` on; none where nothing of what was asked for is there."""

    first: int
    count: int


def asked(header: str, size: int, most: int) -> Span | None:
    """The bytes of a file of ``size`` that ``header`` asks for, ``most`` at once; None where the whole is meant: no
    header, none that can be read, several ranges.

    >>> asked("bytes=2-5", 10, 100), asked("bytes=-3", 10, 100), asked("bytes=10-", 10, 100)
    (Span(first=2, count=4), Span(first=7, count=3), Span(first=0, count=0))
    """
    found = _ONE.fullmatch(header.strip())
    if found is None:
        return None
    if found["final"] is not None:
        first, last = max(size - int(found["final"]), 0), size - 1
    else:
        first, last = int(found["first"]), int(found["last"] or size)
        if last < first and found["last"]:
            return None
    last = min(last, size - 1)
    return Span(first, min(last - first + 1, most)) if first <= last else Span(0, 0)
