"""Addresses as keyed hashes, and links that a customer can follow without logging in.

A link carries the hash and the order it came from, signed with HMAC-SHA-256 (RFC 2104). It never expires: whoever
finds an old mail must still be able to unsubscribe.
"""

import base64
import binascii
import hashlib
import hmac
from urllib.parse import parse_qs, quote

from msgspec import Struct

_HASH = 32
_LONGEST = 4096


class InvalidLink(ValueError):
    """A link that was not made here, or was changed on its way."""


class Link(Struct, frozen=True):
    """What a link says: whose address (keyed hash), and the subject of the order it was about."""

    recipient: str
    subject: str = ""


def address_of(text: str) -> str:
    """An address as it is compared: without blanks around it and in lower case, which servers all but ignore."""
    return text.strip().casefold()


def recipient_hash(secret: str, address: str) -> str:
    """32 hex characters that stand for an address and cannot be turned back or guessed without ``secret``."""
    said = f"recipient|{address_of(address)}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:_HASH]


def token(secret: str, link: Link) -> str:
    """``link`` as text for a URL, signed."""
    said = f"{link.recipient}|{link.subject}".encode()
    return f"{_text(said)}.{_text(_signature(secret, said))}"


def read(secret: str, text: str) -> Link:
    """What `token` wrote. Raises `InvalidLink`."""
    said, _, signature = text.partition(".")
    try:
        data, given = _bytes(said), _bytes(signature)
    except (binascii.Error, ValueError):
        raise InvalidLink("it is not a token") from None
    if not hmac.compare_digest(given, _signature(secret, data)):
        raise InvalidLink("its signature does not fit")
    recipient, _, subject = data.decode().partition("|")
    return Link(recipient, subject)


def unsubscribe_url(public_url: str, partner: str, secret: str, link: Link) -> str:
    """Where this address unsubscribes: a page for people, and one click (RFC 8058) for their mail programs."""
    return f"{public_url.rstrip('/')}/unsubscribe/{quote(partner)}?t={token(secret, link)}"


def token_in(body: bytes) -> str:
    """The token in the form a door makes of a link that was followed, "" where there is none."""
    return parse_qs(body[:_LONGEST].decode("ascii", errors="replace")).get("t", [""])[0]


def _signature(secret: str, said: bytes) -> bytes:
    return hmac.new(secret.encode(), b"unsubscribe|" + said, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
