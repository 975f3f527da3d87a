"""Signs webhooks as ShipEngine does, written apart from the check of signatures so that one cannot hide a fault of
the other. The key is made anew by every process: nobody outside trusts it.
"""

import base64
from functools import cache

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from crossdock.model.instants import rfc3339

KEY_ID = "simulated-1"
_EXPONENT, _BITS = 65537, 2048


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(_EXPONENT, _BITS)


def key_set() -> dict[str, object]:
    """The public key as GET /jwks gives it (RFC 7517)."""
    numbers = _key().public_key().public_numbers()
    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": _text(numbers.n), "e": _text(numbers.e)}
    return {"keys": [key]}


def headers(body: bytes, now: int) -> dict[str, str]:
    """The headers of a webhook that leaves at ``now`` (epoch microseconds)."""
    timestamp = rfc3339(now)
    signature = _key().sign(timestamp.encode() + b"." + body, padding.PKCS1v15(), SHA256())
    return {
        "content-type": "application/json",
        "x-shipengine-timestamp": timestamp,
        "x-shipengine-rsa-sha256-key-id": KEY_ID,
        "x-shipengine-rsa-sha256-signature": base64.b64encode(signature).decode(),
    }


def _text(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
