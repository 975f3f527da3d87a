"""python -m benchmarks.endpoint.odoo.idle: what an idle hour costs a real Odoo, with webhooks installed and without.

A whole Crossdock (store, engine, intake over HTTP) follows the Odoo of CROSSDOCK_ODOO_URL, _DB, _LOGIN and _KEY on a
clock that is hurried while nothing happens: every call is made for real, only the waiting is shortened. Afterwards
transfers are changed at the clock's ordinary speed, and it is seen when Crossdock knows. ``--hooks`` installs the
webhooks first, as CROSSDOCK_ODOO_ADMIN_LOGIN and _ADMIN_KEY, and removes them at the end. Nothing is made in
Odoo, and --changes transfers get another consignee: give it a test database.
"""

import argparse
import asyncio
import json
import os
import secrets
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import uvicorn

from benchmarks.endpoint.odoo.direct import Direct, Place
from benchmarks.endpoint.odoo.hubs import PARTNER
from benchmarks.endpoint.odoo.hurried import HurriedClock
from benchmarks.endpoint.odoo.yard import PICKING, say
from crossdock.api.intake import IntakeApp
from crossdock.backbone.breaker import Limits
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, Sizes, World, compose, connect
from crossdock.catalog import connectors
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.operations.table import OPERATIONS
from crossdock.ports.spec import Errand, Surroundings
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse
from crossdock.storage.opening import open_store
from crossdock.transports.machine import FreshIds, worker_name

_HOUR = 3600.0
_CALM = 1500.0
"""Virtual seconds of silence before the hour: second looks are over and the cursor has settled."""
_CALM_CALLS = 5
"""Calls in half a second of ours that a hurried clock makes of idle polling; more is work."""
_HOOK = "secret://env/HOOK"


class Counted:
    """A caller that counts what Odoo is asked, by model and method."""

    def __init__(self, inner: HttpCaller) -> None:
        """Counts from the beginning; `calls` may be emptied."""
        self._inner = inner
        self.calls: Counter[str] = Counter()

    async def call(self, request: HttpRequest) -> HttpResponse:
        """Count and pass on."""
        self.calls[_asked(request)] += 1
        return await self._inner.call(request)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._inner.close()


def _asked(request: HttpRequest) -> str:
    if "/json/2/" in request.url:
        return ".".join(request.url.split("/")[-2:])
    arguments = json.loads(request.body).get("params", {}).get("args", [])
    return ".".join(map(str, arguments[3:5])) if len(arguments) > 4 else request.url.rsplit("/", 1)[-1]


class Keys:
    """The environment's keys by reference."""

    def __init__(self, **known: str) -> None:
        """``known`` by the last part of the reference."""
        self._known = known

    def reveal(self, reference: str) -> str:
        """The secret."""
        return self._known[reference.rsplit("/", 1)[-1]]


class Follower:
    """A Crossdock on one Odoo, with a door for webhooks, and what it asks counted."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        """Calls nothing yet."""
        self.given = given
        self.clock = HurriedClock()
        self.keys = Keys(KEY=os.environ["CROSSDOCK_ODOO_KEY"], HOOK=secrets.token_hex(16),
                         ADMIN=os.environ.get("CROSSDOCK_ODOO_ADMIN_KEY", ""))  # fmt: skip
        told = {"url": given.url, "database": given.database, "login": given.login, "api_key": "secret://env/KEY",
                "webhook_secret": _HOOK if given.hooks else "", "feeds": given.feeds,
                "default_package_weight": "0.5"}  # fmt: skip
        self.config = msgspec.convert(told, OdooConfig)
        self.store = open_store(f"sqlite:///{folder / 'idle.db'}")
        self.counted: Counted | None = None
        self.hub: Hub

    async def start(self) -> None:
        """Engine and door run from here on."""
        await self.store.migrate()
        spec = connectors().working()["odoo"]
        plan = PartnerPlan(PARTNER, spec, self.config, Limits(), allow_private=True)
        world = World(self.store, self.clock, FreshIds(), self.keys, self._connect, Metrics(), Spans(), worker_name())
        self.hub = compose(world, [plan], [], sizes=Sizes())
        door = uvicorn.Config(
            IntakeApp(self.hub.intake, self.clock), port=self.given.port, log_config=None, lifespan="off"
        )
        self._server = uvicorn.Server(door)
        self._tasks = [asyncio.create_task(self._server.serve()), asyncio.create_task(self.hub.engine.run())]

    def _connect(self, plan: PartnerPlan) -> Any:
        caller, journal = connect(plan)
        self.counted = Counted(caller)
        return self.counted, journal

    async def stop(self) -> None:
        """End both."""
        self._server.should_exit = True
        self.hub.engine.stop()
        await asyncio.gather(*self._tasks)
        await self.hub.close()
        await self.store.close()

    async def hooks(self, what: str) -> None:
        """``crossdock odoo webhooks install|remove``."""
        [operation] = [each for each in OPERATIONS if each.name == f"webhooks {what}"]
        plan = PartnerPlan(PARTNER, connectors().working()["odoo"], self.config, Limits(), allow_private=True)
        http, _ = connect(plan)
        around = Surroundings(PARTNER, self.config, http, self.clock, self.keys)
        options = {"admin-login": os.environ["CROSSDOCK_ODOO_ADMIN_LOGIN"], "admin-key": "secret://env/ADMIN"}
        inbound = f"http://127.0.0.1:{self.given.port}/in/{PARTNER}"
        errand = Errand(around, options, inbound, lambda _question: "", lambda _reference, _value: False, False)
        report = await operation.run(plan.spec.build(around), errand)
        say(f"webhooks {what}: {len(report.steps)} steps")
        await http.close()

    async def calm(self, seconds: float) -> None:
        """Let so much virtual time pass."""
        await self.clock.sleep(seconds)

    async def known(self, subject: str, since: int) -> bool:
        """Whether the log has more than ``since`` events of ``subject``."""
        return len(await self.store.read(lambda tx: tx.log.of_subject(subject))) > since

    async def settled(self) -> None:
        """Wait until the first pass of every feed is over."""
        quiet, most = 0, _CALM_CALLS if self.clock.speed > 1 else 1
        while quiet < 20:
            before = sum(self.counted.calls.values()) if self.counted else 0
            await asyncio.sleep(0.5)
            quiet = quiet + 1 if self.counted and sum(self.counted.calls.values()) - before <= most else 0


async def hour(follower: Follower) -> dict[str, Any]:
    """Calls of the idle hour, of the first pass, and the cost of one."""
    assert follower.counted is not None
    began = perf_counter()
    await follower.settled()
    first = sum(follower.counted.calls.values())
    say(f"first pass: {first} calls, {perf_counter() - began:.0f} s")
    follower.clock.speed = follower.given.speed
    await follower.calm(_CALM)
    await follower.settled()
    calming = sum(follower.counted.calls.values()) - first
    follower.counted.calls.clear()
    await follower.calm(_HOUR)
    follower.clock.speed = 1.0
    calls = dict(follower.counted.calls.most_common())
    return {"calls": sum(calls.values()), "by": calls, "first_pass": first, "calming": calming}


async def latencies(follower: Follower, odoo: Direct) -> list[float]:
    """Seconds from a change committed in Odoo to its event in the log, for transfers one after the other."""
    found = []
    domain = [("state", "=", "assigned"), ("picking_type_id.code", "=", "outgoing")]
    rows = odoo.find(PICKING, domain, ["partner_id"], limit=follower.given.changes)
    other = odoo.find("res.partner", [("zip", "!=", False), ("country_id", "!=", False)], ["id"], limit=9)
    for row in rows:
        subject = f"do:{PARTNER}:{row['id']}"
        before = len(await follower.store.read(lambda tx, subject=subject: tx.log.of_subject(subject)))  # type: ignore[misc]
        to = next(each["id"] for each in other if not row["partner_id"] or each["id"] != row["partner_id"][0])
        await asyncio.to_thread(odoo.write, PICKING, [row["id"]], {"partner_id": to})
        began = perf_counter()
        while not await follower.known(subject, before):  # noqa: ASYNC110 - the log has no event to wait for
            await asyncio.sleep(0.05)
        found.append(round(perf_counter() - began, 2))
        await asyncio.sleep(follower.given.between)
    return found


async def measure(given: argparse.Namespace) -> dict[str, Any]:
    """One run."""
    admin = Place(given.url, given.database, os.environ["CROSSDOCK_ODOO_ADMIN_LOGIN"],
                  os.environ["CROSSDOCK_ODOO_ADMIN_KEY"])  # fmt: skip
    odoo = Direct(admin)
    domain = [("state", "=", "assigned"), ("picking_type_id.code", "=", "outgoing")]
    count = len(odoo.find(PICKING, domain, ["id"]))
    with tempfile.TemporaryDirectory(prefix="crossdock-idle-") as folder:
        follower = Follower(given, Path(folder))
        if given.hooks:
            await follower.hooks("install")
        try:
            await follower.start()
            row = await hour(follower)
            row["latency_s"] = await latencies(follower, odoo)
            await follower.stop()
        finally:
            if given.hooks:
                await follower.hooks("remove")
    return {"odoo": odoo.version, "open": count, "hooks": given.hooks, "feeds": given.feeds, **row}


def main() -> None:
    """Print one JSON row."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, name in (("url", "URL"), ("database", "DB"), ("login", "LOGIN")):
        made.add_argument(f"--{option}", default=os.environ.get(f"CROSSDOCK_ODOO_{name}", ""))
    made.add_argument("--hooks", action="store_true", help="install webhooks for the run")
    made.add_argument("--feeds", nargs="*", default=["deliveries"])
    made.add_argument("--port", type=int, default=8491, help="where Odoo sends its webhooks")
    made.add_argument("--speed", type=float, default=60.0, help="virtual seconds in one while nothing happens")
    made.add_argument("--changes", type=int, default=5, help="transfers changed afterwards")
    made.add_argument("--between", type=float, default=3.0, help="seconds between these")
    print(json.dumps(asyncio.run(measure(made.parse_args()))))


if __name__ == "__main__":
    main()
