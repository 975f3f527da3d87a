"""Who calls Shippo's webhook: a signature with a time where Shippo signs, else a token of ours in the address."""

import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from crossdock.ports.connector import Received
from crossdock.transports.signatures import TimestampedHmac

SIGNED = TimestampedHmac("shippo-auth-signature")
"""``Shippo-Auth-Signature: t=…,v1=…`` over ``<t>.<body>`` (docs.goshippo.com, webhook security)."""


def refusal(message: Received, secrets: Sequence[str], tokens: Sequence[str], now: int) -> str:
    """What is wrong with the credentials of a webhook at ``now`` (epoch microseconds); "" where nothing is. A signature
    that is sent decides, whatever the address holds; ``tokens`` are none where only signed webhooks count.
    """
    if SIGNED.header in message.headers and secrets:
        return SIGNED.refusal(message, secrets, now)
    if not tokens:
        return SIGNED.refusal(message, secrets, now) if secrets else "no webhook secret or token is configured"
    given = parse_qs(urlsplit(message.path).query).get("token", [""])[-1]
    found = False
    for token in tokens:
        found |= hmac.compare_digest(token.encode(), given.encode(errors="replace"))
    return "" if found else "the address holds no token that is configured"
