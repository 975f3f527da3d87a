"""The API over a seeded SQLite store, with a client for every scope."""

from types import SimpleNamespace

import httpx
from prometheus_client import CollectorRegistry

from crossdock.api.app import build
from crossdock.api.context import Context
from crossdock.api.intake import IntakeApp
from crossdock.api.server import Doors
from crossdock.backbone.customers import Objective
from crossdock.backbone.parking import Requests
from crossdock.governance.access import ClientAccess, create_client
from crossdock.notices.links import recipient_hash
from crossdock.ports.policy import ALL_SCOPES
from crossdock.ports.verdicts import Explanation
from views.seeding import FixedClock, open_seeded


class Answer:
    def __init__(self, status, exchange_id="", why=None):
        self.status = status
        self.exchange_id = exchange_id
        self.why = why


class Intake:
    """Takes what comes from ``odoo`` and remembers it."""

    def __init__(self):
        self.taken = []
        self.refused = []
        self.answer = None

    async def accept(self, partner, message):
        if self.answer is not None:
            return self.answer
        if partner != "odoo":
            return Answer(404, why=Explanation("There is no such partner here.", f"'{partner}' is not configured"))
        self.taken.append(message)
        return Answer(202, "0" * 26)

    async def refuse(self, partner, message, status, why, length=-1):
        self.refused.append((partner, message, length))
        return Answer(status, why=why)


class Words:
    def reveal(self, _reference):
        return "a signing secret of more than thirty-two characters"


async def plan(ids, partner, since, until, flow, *, effects):
    """A planner that finds what it is told."""
    _ = partner, since, until, effects
    if flow not in {"", "tracking"}:
        raise ValueError(f"there is no flow '{flow}'")
    call = SimpleNamespace(partner="easypost", kind="rates.request.v1", subject="do:odoo:7")
    return SimpleNamespace(ids=tuple(ids), changed=("do:odoo:7",) if ids else (), effects=(call,) if ids else ())


class World:
    """Everything a test of the API needs."""

    def __init__(self, store, app, keys, intake, clock):
        self.store = store
        self.app = app
        self.keys = keys
        self.intake = intake
        self.clock = clock

    def client(self, scope="read"):
        headers = {"authorization": f"Bearer {self.keys[scope]}"} if scope else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://crossdock.test", headers=headers)


async def opened(folder, **more) -> World:
    store = await open_seeded(folder)
    clock, intake = FixedClock(), Intake()
    issuer = "http://crossdock.test"
    access = ClientAccess(store, clock, Words(), "secret://env/SIGNING", issuer)
    made = {}
    for scope in ALL_SCOPES:
        made[scope] = await store.run(lambda tx, scope=scope: create_client(tx, scope, (scope,), "test", clock.now()))
    made["all"] = await store.run(lambda tx: create_client(tx, "all", ALL_SCOPES, "test", clock.now()))
    context = Context(
        store=store, access=access, intake=intake, requests=Requests(), plan=plan, clock=clock,
        registry=CollectorRegistry(), version="0.1.0", issuer=issuer, partners=("odoo", "easypost"),
        notices=Objective(("delayed",), 15), address_hash=lambda address: recipient_hash("a secret", address), **more,
    )  # fmt: skip
    app = Doors(IntakeApp(intake, clock), build(context))
    world = World(store, app, {name: issued.key for name, issued in made.items()}, intake, clock)
    world.issued = made
    return world
