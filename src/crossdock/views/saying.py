"""What events are put in words with."""

from msgspec import Struct


class Said(Struct, frozen=True):
    """One event in words: a title, a detail, the partner's own code, and which package it is about."""

    title: str
    detail: str = ""
    code: str = ""
    package: str = ""


def many(count: int, noun: str) -> str:
    """A count with its noun.

    >>> many(1, "line"), many(2, "line")
    ('1 line', '2 lines')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
