"""The addon's signed push, as Standard Webhooks says."""

from crossdock.ports.connector import Received
from crossdock.transports.signatures import StandardWebhook

_FAMILY = StandardWebhook()


def is_push(message: Received) -> bool:
    """Whether the message claims to be a signed push."""
    return "webhook-signature" in message.headers


def push_problem(message: Received, secret: str, now: int) -> str:
    """Why the push is not acceptable at ``now`` (epoch microseconds); empty when it is."""
    return _FAMILY.refusal(message, [secret], now)
