"""Signs webhooks as Shippo does, written apart from the check of signatures so that one cannot hide a fault of the
other.
"""

import hashlib
import hmac


def headers(secret: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of a webhook that leaves at ``now`` (epoch microseconds); unsigned without a secret."""
    plain = {"content-type": "application/json"}
    if not secret:
        return plain
    moment = str(now // 1_000_000)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return plain | {"shippo-auth-signature": f"t={moment},v1={digest}"}
