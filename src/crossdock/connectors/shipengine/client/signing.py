"""Checks webhook signatures: RSA-SHA256 (PKCS #1 v1.5) over ``<timestamp>.<raw body>``, with a key of ShipEngine's
published set (docs.shipstation.com, webhook validation; RFC 7517 for the set).
"""

import base64
import binascii
from datetime import datetime
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from crossdock.ports.connector import Received

KEY_ID, SIGNATURE, TIMESTAMP = (
    "x-shipengine-rsa-sha256-key-id",
    "x-shipengine-rsa-sha256-signature",
    "x-shipengine-timestamp",
)
TOLERANCE_SECONDS = 300
"""How far a signed time may be from our clock, either way, as ShipEngine advises."""


class Key(Struct, frozen=True):
    """An RSA key of the set: number and exponent in Base64url."""

    kid: str = ""
    kty: str = ""
    n: str = ""
    e: str = ""


class KeySet(Struct, frozen=True):
    """A JSON Web Key Set."""

    keys: tuple[Key, ...]


@lru_cache(maxsize=8)
def keys_of(text: str) -> dict[str, RSAPublicKey]:
    """The RSA keys of a set by their ids. Raises `ValueError` where it is none."""
    try:
        found = msgspec.json.decode(text, type=KeySet)
        return {each.kid: _public(each) for each in found.keys if each.kty == "RSA"}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, binascii.Error) as problem:
        raise ValueError(f"this is no JSON Web Key Set: {problem}") from None


def _public(key: Key) -> RSAPublicKey:
    return RSAPublicNumbers(_number(key.e), _number(key.n)).public_key()


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def refusal(message: Received, keys: dict[str, RSAPublicKey], now: int) -> str:
    """What is wrong with the credentials of ``message`` at ``now`` (epoch microseconds); "" where nothing is."""
    given = [message.headers.get(name, "").strip() for name in (KEY_ID, SIGNATURE, TIMESTAMP)]
    if not all(given):
        return f"one of the headers {KEY_ID}, {SIGNATURE}, {TIMESTAMP} is missing"
    key = keys.get(given[0])
    if key is None:
        return f"the key '{given[0][:60]}' is not among those kept; run `crossdock shipengine keys`"
    signed = given[2].encode(errors="replace") + b"." + message.body
    try:
        key.verify(base64.b64decode(given[1], validate=True), signed, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return f"{SIGNATURE} does not match time and body"
    return "" if _is_fresh(given[2], now) else f"{TIMESTAMP} '{given[2][:40]}' is too far from our clock"


def _is_fresh(timestamp: str, now: int) -> bool:
    try:
        moment = datetime.fromisoformat(timestamp)
        if moment.tzinfo is None:
            return False
        said = moment.timestamp()
    except (ValueError, OverflowError):
        return False
    return abs(now / 1_000_000 - said) <= TOLERANCE_SECONDS
