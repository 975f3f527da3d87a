"""Links by which a customer follows an order without logging in: signed with HMAC-SHA-256 (RFC 2104), and expiring.

Whoever holds a link sees what it names until it expires, and nothing else. A pass is the same made after a second
factor, for as long as a person looks. What each is good for is part of what is signed, so neither stands for the other.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Purpose = Literal["follow", "proof", "invitation", "session"]
_SECOND = 1_000_000
DAY = 86_400 * _SECOND
_LONGEST = 600


class NotOurs(ValueError):
    """A text that was not signed here, or was changed on its way."""


class TrackingLink(Struct, frozen=True):
    """The subject that may be followed, and until when (epoch microseconds, whole seconds)."""

    subject: str
    until: int


def sign(secret: str, link: TrackingLink, purpose: Purpose = "follow") -> str:
    """``link`` as text for a path: letters, digits, ``-``, ``_`` and one dot."""
    said = f"{link.until // _SECOND}|{link.subject}".encode()
    return f"{_text(said)}.{_text(_signature(secret, purpose, said))}"


def read(secrets: Sequence[str], text: str, purpose: Purpose = "follow") -> TrackingLink:
    """What `sign` wrote with any of ``secrets``; whether it has expired is for the caller to say. Raises `NotOurs`."""
    said, _, signature = text.partition(".")
    try:
        data, given = _bytes(said), _bytes(signature)
    except (binascii.Error, ValueError):
        raise NotOurs("it is not a link") from None
    # every secret is tried, so that the time taken does not tell which fits
    fits = [hmac.compare_digest(given, _signature(each, purpose, data)) for each in secrets]
    if len(text) > _LONGEST or not any(fits):
        raise NotOurs("its signature does not fit")
    until, _, subject = data.decode().partition("|")
    return TrackingLink(subject, int(until) * _SECOND)


def tracking_url(public_url: str, secret: str, link: TrackingLink, language: str = "") -> str:
    """Where the order is followed, in ``language`` where one is named."""
    return f"{public_url.rstrip('/')}/track/{sign(secret, link)}{f'?lang={language}' if language else ''}"


def hidden(secret: str, purpose: str, *parts: str) -> str:
    """64 hex characters that stand for ``parts`` and cannot be guessed or turned back without ``secret``."""
    said = "\x1f".join(("hidden", purpose, *parts)).encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def _signature(secret: str, purpose: str, said: bytes) -> bytes:
    return hmac.new(secret.encode(), f"track|{purpose}|".encode() + said, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
