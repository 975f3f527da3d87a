"""Signs webhooks as EasyPost does, written apart from the check of signatures so that one cannot hide a fault of
the other.
"""

import hashlib
import hmac
import unicodedata
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from crossdock.model.instants import from_epoch_us


def headers(secret: str, url: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of a webhook that leaves at ``now`` (epoch microseconds); unsigned without a secret."""
    plain = {"content-type": "application/json"}
    if not secret:
        return plain
    moment = datetime.fromisoformat(from_epoch_us(now).at).replace(tzinfo=None)
    timestamp, path = format_datetime(moment), urlsplit(url).path or "/"
    return plain | {
        "x-hmac-signature": _sign(secret, body),
        "x-timestamp": timestamp,
        "x-path": path,
        "x-hmac-signature-v2": _sign(secret, f"{timestamp}POST{path}".encode() + body),
    }


def _sign(secret: str, message: bytes) -> str:
    digest = hmac.new(unicodedata.normalize("NFKD", secret).encode(), message, hashlib.sha256)
    return f"hmac-sha256-hex={digest.hexdigest()}"
