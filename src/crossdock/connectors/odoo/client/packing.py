"""Compact texts for what a cursor remembers: numbers as differences to their neighbours, in base 85; pure.

A record's number is mostly one more than the one before it, so an id takes one byte, an id with a 32-bit mark five.
Base 85 (RFC 1924's alphabet, as Python has it) needs no escape in JSON and a quarter more than bytes.
"""

from base64 import b85decode, b85encode
from collections.abc import Iterable, Iterator, Mapping

_MARK_BYTES = 4


class Unpackable(ValueError):
    """A text that none of the functions here wrote."""


def pack_ids(ids: Iterable[int]) -> str:
    """Numbers in their order.

    >>> unpack_ids(pack_ids([7, 9, 3]))
    [7, 9, 3]
    """
    out, last = bytearray(), 0
    for each in ids:
        _put(out, _folded(each - last))
        last = each
    return b85encode(out).decode()


def unpack_ids(text: str) -> list[int]:
    """What `pack_ids` was given. Raises `Unpackable`."""
    found, last = [], 0
    for step in _numbers(iter(_bytes(text))):
        last += _unfolded(step)
        found.append(last)
    return found


def pack_seconds(rows: Mapping[int, int]) -> str:
    """Ids with a moment each.

    >>> unpack_seconds(pack_seconds({7: 1700000000, 8: 1700000000}))
    {7: 1700000000, 8: 1700000000}
    """
    out, last, moment = bytearray(), 0, 0
    for each in sorted(rows):
        _put(out, each - last)
        _put(out, _folded(rows[each] - moment))
        last, moment = each, rows[each]
    return b85encode(out).decode()


def unpack_seconds(text: str) -> dict[int, int]:
    """What `pack_seconds` was given. Raises `Unpackable`."""
    numbers = _numbers(iter(_bytes(text)))
    found, last, moment = {}, 0, 0
    for step in numbers:
        last += step
        moment += _unfolded(next(numbers, 0))
        found[last] = moment
    return found


def pack_marks(rows: Mapping[int, int]) -> str:
    """Ids with a mark of 32 bits each.

    >>> unpack_marks(pack_marks({7: 4294967295, 300: 0}))
    {7: 4294967295, 300: 0}
    """
    out, last = bytearray(), 0
    for each in sorted(rows):
        _put(out, each - last)
        out += rows[each].to_bytes(_MARK_BYTES, "big")
        last = each
    return b85encode(out).decode()


def unpack_marks(text: str) -> dict[int, int]:
    """What `pack_marks` was given. Raises `Unpackable`."""
    data = iter(_bytes(text))
    found, last = {}, 0
    for step in _numbers(data):
        last += step
        mark = bytes(byte for _, byte in zip(range(_MARK_BYTES), data, strict=False))
        if len(mark) < _MARK_BYTES:
            raise Unpackable("a mark is cut short")
        found[last] = int.from_bytes(mark, "big")
    return found


def _bytes(text: str) -> bytes:
    try:
        return b85decode(text)
    except ValueError as reason:
        raise Unpackable(str(reason)) from None


def _put(out: bytearray, number: int) -> None:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _numbers(data: Iterator[int]) -> Iterator[int]:
    for first in data:
        number, shift, byte = first & 0x7F, 7, first
        while byte & 0x80:
            byte = next(data, -1)
            if byte < 0:
                raise Unpackable("a number is cut short")
            number |= (byte & 0x7F) << shift
            shift += 7
        yield number


def _folded(number: int) -> int:
    """Small numbers of either sign as small ones without a sign."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def _unfolded(number: int) -> int:
    return -((number + 1) >> 1) if number & 1 else number >> 1
