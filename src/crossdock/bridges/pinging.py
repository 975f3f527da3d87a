"""A test event for one bridge or webhook: it names no order, and receivers know it by its type."""

import msgspec

from crossdock.model.instants import rfc3339
from crossdock.ports.outbox import Envelope, Outcome, Wire

PING = "ping.v1"
"""Type of the test event, as CloudEvents ``crossdock.ping.v1``."""


def ping_of(identity: str, now: int) -> Envelope:
    """The test event under a fresh id at ``now`` (epoch microseconds)."""
    event = {
        "specversion": "1.0",
        "id": identity,
        "source": "/crossdock",
        "type": f"crossdock.{PING}",
        "subject": "ping",
        "time": rfc3339(now),
        "datacontenttype": "application/json",
        "data": {"type": PING},
    }
    return Envelope(identity, PING, "ping", msgspec.json.encode(event), now)


async def ping(wire: Wire, identity: str, now: int) -> Outcome:
    """Send the test event and say what became of it; the outbox's place and health are left alone. Closes the wire."""
    try:
        return await wire.send(ping_of(identity, now))
    finally:
        await wire.close()
