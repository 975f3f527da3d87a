"""How EasyPost signs its webhooks: two versions, and a key that is the NFKD form of the secret."""

import hmac
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from crossdock.ports.connector import Received

TOLERANCE_SECONDS = 300
"""How far a v2 timestamp may be from our clock, either way."""

_PREFIX = "hmac-sha256-hex="


def refusal(message: Received, secrets: tuple[str, ...], now: int, *, wanted: str, path: str) -> str:
    """What is wrong with a webhook's signatures at ``now`` (epoch microseconds), "" where nothing is. v2 (with path and
    time) is judged where it is sent, else v1, which has no time and can be played again; ``wanted`` narrows it to one
    of them, ``path`` is what EasyPost calls where a proxy changes it.
    """
    headers = message.headers
    if wanted != "v1" and "x-hmac-signature-v2" in headers:
        return _v2_problem(message, secrets, now, path or message.path)
    if wanted != "v2" and "x-hmac-signature" in headers:
        if is_signed(headers["x-hmac-signature"], message.body, secrets):
            return ""
        return "X-Hmac-Signature does not match the body with any configured secret"
    return f"no signature that counts (signatures: {wanted})"


def _v2_problem(message: Received, secrets: tuple[str, ...], now: int, here: str) -> str:
    timestamp, path = message.headers.get("x-timestamp", ""), message.headers.get("x-path", "")
    signed = f"{timestamp}{message.method.upper()}{path}".encode(errors="replace") + message.body
    if not is_signed(message.headers["x-hmac-signature-v2"], signed, secrets):
        return "X-Hmac-Signature-V2 does not match time, method, path and body with any configured secret"
    if not is_fresh(timestamp, now):
        return f"X-Timestamp '{timestamp[:60]}' is more than {TOLERANCE_SECONDS} s from our clock"
    if here and path not in {here, here.partition("?")[0]}:
        return f"X-Path '{path[:200]}' is not the path that was called; set webhook_path if a proxy changes it"
    return ""


def signature(secret: str, message: bytes) -> str:
    """``hmac-sha256-hex=`` and the HMAC of ``message``; the key is the NFKD form of the secret, as EasyPost's own
    libraries make it.
    """
    return f"{_PREFIX}{hmac.digest(_key(secret), message, 'sha256').hex()}"


@lru_cache(maxsize=16)
def _key(secret: str) -> bytes:
    return unicodedata.normalize("NFKD", secret).encode()


def is_signed(given: str, message: bytes, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets made the signature ``given``; every secret is tried, in constant time."""
    text = given.strip().encode(errors="replace")
    found = False
    for secret in secrets:
        found |= hmac.compare_digest(signature(secret, message).encode(), text)
    return found


def is_fresh(timestamp: str, now: int) -> bool:
    """Whether an RFC 2822 time is within the tolerance of ``now`` (epoch microseconds)."""
    try:
        moment = parsedate_to_datetime(timestamp)
        if moment.tzinfo is None:
            # "-0000" means UTC without a claim about the place (RFC 2822 3.3).
            moment = moment.replace(tzinfo=UTC)
        said = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return False
    return abs(now / 1_000_000 - said) <= TOLERANCE_SECONDS
