"""Addresses of mailboxes: what is one, and texts without any."""

import re

_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,253}")
_IN_TEXT = re.compile(r"[^\s@<>]+@[^\s@<>]+")


def is_address(text: str) -> bool:
    """Whether ``text`` is one plain mailbox (RFC 5321 without comments and quoting), so that nothing can hide in it.

    >>> is_address("ada@example.com"), is_address("ada@example.com, eve@example.com"), is_address("ada")
    (True, False, False)
    """
    return _ADDRESS.fullmatch(text) is not None


def without_addresses(text: str) -> str:
    """``text`` with every address taken out: servers repeat them in their answers.

    >>> without_addresses("550 <ada@example.com> is unknown")
    '550 <[address]> is unknown'
    """
    return _IN_TEXT.sub("[address]", text)
