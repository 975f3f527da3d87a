"""How webhooks are authenticated: the families carriers use, judged on the raw bytes before anything is parsed.

A family answers with what is wrong, "" where nothing is. Every secret is tried, in constant time.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from crossdock.ports.connector import Received

TOLERANCE_SECONDS = 300
"""How far a signed time may be from our clock, either way."""

_MICROSECONDS = 1_000_000


class Family(Protocol):
    """A way of signing. ``says`` describes it for people."""

    @property
    def says(self) -> str:
        """One sentence for the reference page."""
        ...

    def refusal(self, message: Received, secrets: Sequence[str], now: int) -> str:
        """What is wrong with the credentials of ``message`` at ``now`` (epoch microseconds); "" where nothing is."""
        ...


def _one_of(given: str, expected: Sequence[str]) -> bool:
    found = False
    for each in expected:
        found |= hmac.compare_digest(each.encode(), given.encode(errors="replace"))
    return found


class BodyHmac(Struct, frozen=True):
    """HMAC-SHA256 of the raw body in ``header``, as hex or Base64, behind ``prefix``. It carries no time."""

    header: str
    form: Literal["hex", "base64"] = "hex"
    prefix: str = ""

    @property
    def says(self) -> str:
        """One sentence for the reference page."""
        return f"HMAC-SHA256 of the body ({self.form}) in {self.header}; it carries no time"

    def refusal(self, message: Received, secrets: Sequence[str], now: int) -> str:  # noqa: ARG002 - carries no time
        """What is wrong, "" where nothing is."""
        given = message.headers.get(self.header, "").strip()
        if not given:
            return f"there is no header {self.header}"
        made = [f"{self.prefix}{_form(_mac(secret, message.body), self.form)}" for secret in secrets]
        return "" if _one_of(given, made) else f"{self.header} does not match the body with any configured secret"


class TimestampedHmac(Struct, frozen=True):
    """``header: t=<unix seconds>,v1=<hex>`` with HMAC-SHA256 over ``<t>.<body>`` (Shippo and others)."""

    header: str
    tolerance: int = TOLERANCE_SECONDS

    @property
    def says(self) -> str:
        """One sentence for the reference page."""
        return f"HMAC-SHA256 over time and body in {self.header}, within {self.tolerance} s of our clock"

    def refusal(self, message: Received, secrets: Sequence[str], now: int) -> str:
        """What is wrong, "" where nothing is."""
        parts = dict(part.strip().partition("=")[::2] for part in message.headers.get(self.header, "").split(","))
        said, given = parts.get("t", ""), parts.get("v1", "")
        if not said or not given:
            return f"there is no {self.header} with t= and v1="
        signed = said.encode(errors="replace") + b"." + message.body
        if not _one_of(given, [_mac(secret, signed).hex() for secret in secrets]):
            return f"{self.header} does not match time and body with any configured secret"
        return "" if is_fresh(said, now, self.tolerance) else f"{self.header} was made at {said[:20]}, too far from now"


class StandardWebhook(Struct, frozen=True):
    """Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over ``<id>.<unix seconds>.<body>`` in
    ``webhook-signature``. A secret is ``whsec_`` and Base64, or taken as it is.
    """

    tolerance: int = TOLERANCE_SECONDS

    @property
    def says(self) -> str:
        """One sentence for the reference page."""
        return f"HMAC-SHA256 over id, time and body as Standard Webhooks says, within {self.tolerance} s of our clock"

    def refusal(self, message: Received, secrets: Sequence[str], now: int) -> str:
        """What is wrong, "" where nothing is."""
        headers = message.headers
        identity, said = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        given = headers.get("webhook-signature", "").split()
        if not identity or not said or not given:
            return "there is no webhook-id, webhook-timestamp and webhook-signature"
        made = [standard_signature(secret, identity, said, message.body) for secret in secrets]
        if not any([_one_of(each, made) for each in given]):  # noqa: C419 - every one is compared
            return "webhook-signature does not match id, time and body with any configured secret"
        return "" if is_fresh(said, now, self.tolerance) else f"webhook-timestamp {said[:20]} is too far from now"


def standard_signature(secret: str, identity: str, seconds: str, body: bytes) -> str:
    """One signature of ``webhook-signature``, such as ``v1,K5oZ…``."""
    signed = f"{identity}.{seconds}.".encode(errors="replace") + body
    return f"v1,{base64.b64encode(hmac.digest(_standard_key(secret), signed, 'sha256')).decode()}"


def _standard_key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


class StaticCredential(Struct, frozen=True):
    """A secret that the partner sends along in ``header``, as it is or behind ``prefix`` (``Bearer ``)."""

    header: str
    prefix: str = ""

    @property
    def says(self) -> str:
        """One sentence for the reference page."""
        return f"a secret of ours that the partner sends in {self.header}; the body is not signed"

    def refusal(self, message: Received, secrets: Sequence[str], now: int) -> str:  # noqa: ARG002 - carries no time
        """What is wrong, "" where nothing is."""
        given = message.headers.get(self.header, "").strip()
        made = [f"{self.prefix}{secret}" for secret in secrets]
        return "" if given and _one_of(given, made) else f"{self.header} does not hold any configured secret"


class JwtHs256(Struct, frozen=True):
    """A JSON Web Token signed with HS256 (RFC 7515) in ``header``. It does not bind the body: treat what it brings as
    a hint where money depends on it.
    """

    header: str

    @property
    def says(self) -> str:
        """One sentence for the reference page."""
        return f"a JWT (HS256) in {self.header}; the body is not signed"

    def refusal(self, message: Received, secrets: Sequence[str], now: int) -> str:  # noqa: ARG002 - carries no time
        """What is wrong, "" where nothing is."""
        head, _, tail = message.headers.get(self.header, "").strip().rpartition(".")
        alg = _unpadded(head.partition(".")[0])
        if not head or b'"HS256"' not in alg:
            return f"{self.header} holds no JWT signed with HS256"
        given = _unpadded(tail)
        found = False
        for secret in secrets:
            found |= hmac.compare_digest(_mac(secret, head.encode(errors="replace")), given)
        return "" if found else f"{self.header} is not signed with any configured secret"


def is_fresh(seconds: str, now: int, tolerance: int = TOLERANCE_SECONDS) -> bool:
    """Whether Unix ``seconds`` are within ``tolerance`` of ``now`` (epoch microseconds)."""
    if not (seconds.isascii() and seconds.isdigit()) or len(seconds) > 12:
        return False
    return abs(now - int(seconds) * _MICROSECONDS) <= tolerance * _MICROSECONDS


def headers_of(family: BodyHmac | StaticCredential, secret: str, body: bytes) -> Mapping[str, str]:
    """What a partner would send: for simulators and for people who try a webhook by hand."""
    if isinstance(family, StaticCredential):
        return {family.header: f"{family.prefix}{secret}"}
    return {family.header: f"{family.prefix}{_form(_mac(secret, body), family.form)}"}


def _mac(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), message, "sha256")


def _form(mac: bytes, form: str) -> str:
    return mac.hex() if form == "hex" else base64.b64encode(mac).decode()


def _unpadded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
