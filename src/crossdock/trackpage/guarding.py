"""Who may see and do what: links, passes after a second factor, forms of ours, and tries that are counted.

A link is all a visitor has; there is no account and no ambient right, so a form from elsewhere has nothing to ride on.
Even so a form must be ours, made for this order, and not be sent by another site.
"""

import hmac
import ipaddress
import secrets as randomness
from typing import Any

from litestar import Request
from msgspec import Struct

from crossdock.notices.tracking_links import NotOurs, Purpose, TrackingLink, hidden, read, sign
from crossdock.ports.stores import Transaction
from crossdock.trackpage.context import Context, Limits

_SECOND = 1_000_000
_FORM_LIFE = 12 * 3600 * _SECOND
_PASS_LIFE = 15 * 60 * _SECOND
CODE_LIFE = 10 * 60 * _SECOND
CODE_TRIES = 5
CODES = Limits(3, 3600 * _SECOND)
"""Codes that are sent for one order within an hour."""

_GUESSES = Limits(15, 24 * 3600 * _SECOND)
"""Codes that are tried for one order within a day, whatever codes were sent."""

PASS = "crossdock_proof"  # noqa: S105 - the name of a cookie


class Visit(Struct, frozen=True):
    """What a link opened: the subject, and whether it is too old."""

    subject: str
    expired: bool


class Guard:
    """Judges links, forms and tries by the secrets of the page."""

    def __init__(self, context: Context) -> None:
        """The first of the context's secrets signs."""
        self._context = context
        self._secret = context.secrets[0]

    def visit(self, token: str) -> Visit | None:
        """What a link opens; None where it is not ours."""
        try:
            link = read(self._context.secrets, token)
        except NotOurs:
            return None
        return Visit(link.subject, link.until <= self._context.clock.now())

    def link(self, subject: str) -> str:
        """A link to a delivery, for as long as links are good for."""
        return self._signed(subject, self._context.link_life, "follow")

    def proven(self, request: Request[Any, Any, Any], subject: str) -> bool:
        """Whether this visitor entered the code that was mailed for this order, a short while ago."""
        try:
            found = read((self._secret,), request.cookies.get(PASS, ""), "proof")
        except NotOurs:
            return False
        return found.subject == subject and found.until > self._context.clock.now()

    def pass_for(self, subject: str) -> tuple[str, int]:
        """What shows that the code was entered, and the seconds it is good for."""
        return self._signed(subject, _PASS_LIFE, "proof"), _PASS_LIFE // _SECOND

    def form(self, subject: str) -> str:
        """A mark for a form on the page of one order; sent twice it is one request."""
        nonce = f"{self._context.clock.now() // _SECOND}-{randomness.token_hex(8)}"
        return f"{nonce}.{hidden(self._secret, 'form', subject, nonce)}"

    def form_of(self, subject: str, mark: str) -> str:
        """The id of the request that a form makes; "" where the form is not ours, not of this order, or too old."""
        nonce, _, given = mark.partition(".")
        moment = nonce.partition("-")[0]
        fits = hmac.compare_digest(given.encode(), hidden(self._secret, "form", subject, nonce).encode())
        if not fits or not moment.isdecimal() or int(moment) * _SECOND + _FORM_LIFE < self._context.clock.now():
            return ""
        return hidden(self._secret, "request", subject, nonce)[:32]

    def fresh_code(self, tx: Transaction, subject: str) -> str | None:
        """Expect a new code of six digits for an order; None where too many were sent."""
        if self._too_many(tx, CODES, "codes", subject):
            return None
        code = f"{randomness.randbelow(1_000_000):06d}"
        until = self._context.clock.now() + CODE_LIFE
        tx.knocks.open_code(self._key("code", subject), self._key("code", subject, code), until)
        return code

    def right_code(self, tx: Transaction, subject: str, code: str) -> bool:
        """Whether that is the code, which it is once."""
        if self._too_many(tx, _GUESSES, "guesses", subject):
            return False
        plain = "".join(each for each in code if each.isdecimal() and each.isascii())
        now, key = self._context.clock.now(), self._key("code", subject)
        return tx.knocks.try_code(key, self._key("code", subject, plain), now, CODE_TRIES)

    def too_often(self, tx: Transaction, limits: Limits, visitor: str, reference: str) -> int:
        """Count a look-up; the seconds to wait where this visitor, or anybody for this number, tried too often."""
        now = self._context.clock.now()
        keys = (self._key("visitor", _network(visitor)), self._key("reference", reference.casefold()))
        tried = [tx.knocks.knock(key, now, limits.window) for key in keys]
        waits = [until - now for tries, until in tried if tries > limits.tries]
        return max(waits, default=0) // _SECOND + bool(waits)

    def _too_many(self, tx: Transaction, limits: Limits, what: str, subject: str) -> bool:
        tries, _ = tx.knocks.knock(self._key(what, subject), self._context.clock.now(), limits.window)
        return tries > limits.tries

    def _signed(self, subject: str, life: int, purpose: Purpose) -> str:
        return sign(self._secret, TrackingLink(subject, self._context.clock.now() + life), purpose)

    def _key(self, purpose: str, *parts: str) -> str:
        return hidden(self._secret, purpose, *parts)


def _network(address: str) -> str:
    """One visitor: an address, of IPv6 the network that one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
