"""The addon's signed push, as Standard Webhooks says (standardwebhooks.com): HMAC-SHA256 over ``id.timestamp.body``."""

import base64
import binascii
import hashlib
import hmac

from crossdock.ports.connector import Received

TOLERANCE_SECONDS = 300
"""How far a push's time may be from ours (the tolerance of the Standard Webhooks libraries)."""
_PREFIX = "whsec_"


def is_push(message: Received) -> bool:
    """Whether the message claims to be a signed push."""
    return "webhook-signature" in message.headers


def push_problem(message: Received, secret: str, now: int) -> str:
    """Why the push is not acceptable at ``now`` (epoch microseconds); empty when it is."""
    identity, stamp = message.headers.get("webhook-id", ""), message.headers.get("webhook-timestamp", "")
    signed = f"{identity}.{stamp}.".encode(errors="replace") + message.body
    wanted = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest())
    given = message.headers.get("webhook-signature", "").split()
    # Several signatures may stand side by side while a secret is renewed; every one is compared in constant time.
    matches = [hmac.compare_digest(wanted, each.removeprefix("v1,").encode(errors="replace")) for each in given]
    if not identity or not any(matches):
        return "webhook-signature does not match id, time and body with the configured secret"
    if not stamp.isascii() or not stamp.isdigit() or abs(now / 1_000_000 - int(stamp[:15])) > TOLERANCE_SECONDS:
        return f"webhook-timestamp '{stamp[:20]}' is more than {TOLERANCE_SECONDS} s from our clock"
    return ""


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
