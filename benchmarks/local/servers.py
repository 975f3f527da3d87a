"""The two servers the intake benchmark compares, each a process of its own: bare, and Crossdock's."""

import asyncio
import hmac
import sys
from hashlib import sha256
from typing import Any

import uvicorn

from benchmarks.local.messages import SECRET
from benchmarks.local.worlds import open_world
from crossdock.api.intake import IntakeApp
from crossdock.backbone.intake import GroupCommit
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports.machine import FreshIds, RealClock


class Bare:
    """The least a durable signed webhook can be: read, compare the HMAC, commit with others, answer."""

    def __init__(self, commit: GroupCommit) -> None:
        """Keep bodies through ``commit``."""
        self._commit = commit
        self._ids = FreshIds()
        self._clock = RealClock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        given = next((value for name, value in scope["headers"] if name == b"x-hmac-signature"), b"")
        wanted = b"hmac-sha256-hex=" + hmac.new(SECRET.encode(), body, sha256).hexdigest().encode()
        status = 401
        if hmac.compare_digest(given, wanted):
            now = self._clock.now()
            identity = self._ids.fresh(now)
            delivery = body[7:27].decode()
            # The same row as Crossdock's, so that both commit the same.
            kept = {"content_type": "application/json", "path": scope["path"], "delivery_id": delivery}
            await self._commit.put(NewExchange(identity, "bare", "tracker", body, now, identity, **kept))
            status = 202
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


async def main(kind: str, url: str, port: int) -> None:
    """Serve ``kind`` (bare or crossdock) on a loopback ``port`` with the store at ``url``."""
    world = await open_world(url)
    app: Any = Bare(GroupCommit(world.store, world.metrics)) if kind == "bare" else IntakeApp(world.intake, world.clock)
    config = uvicorn.Config(app, port=port, log_level="warning", access_log=False, lifespan="off", server_header=False)
    await uvicorn.Server(config).serve()
    await world.close()
    await world.store.close()


if __name__ == "__main__":
    loop_factory = uvicorn.Config(None).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
