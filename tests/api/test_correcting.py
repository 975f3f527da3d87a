"""Putting a message right by the API: only told unless asked, made once, and refused where it would stop again."""

import base64
import json
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client import CollectorRegistry

from api.doors import Words
from backbone.test_correcting import GOOD, PARTLY, facts, hub_of, parked
from crossdock.api.app import build
from crossdock.api.context import Context
from crossdock.backbone.correcting import Corrector, correction_id
from crossdock.governance.access import ClientAccess, create_client
from crossdock.ports.policy import ALL_SCOPES

RIGHT = json.dumps(GOOD)


@pytest.fixture
async def world():
    hub = hub_of()
    issuer = "http://crossdock.test"
    access = ClientAccess(hub.store, hub.clock, Words(), "secret://env/SIGNING", issuer)
    keys = {
        scope: (await hub.store.run(lambda tx, scope=scope: create_client(tx, scope, (scope,), "t", 1))).key
        for scope in ALL_SCOPES
    }
    context = Context(
        store=hub.store, access=access, intake=hub.intake, requests=hub.requests, plan=None, clock=hub.clock,
        registry=CollectorRegistry(), version="0.1.0", issuer=issuer,
        corrector=Corrector(hub.store, hub.replayer, 2000),
    )  # fmt: skip
    transport = httpx.ASGITransport(build(context), raise_app_exceptions=False)
    return SimpleNamespace(hub=hub, keys=keys, transport=transport, original=await parked(hub))


async def ask(world, scope="admin", key="k1", target="", **body):
    headers = {"authorization": f"Bearer {world.keys[scope]}", "idempotency-key": key}
    async with httpx.AsyncClient(
        transport=world.transport, base_url="http://crossdock.test", headers=headers
    ) as client:
        path = f"/v1/exchanges/{target or world.original}/correct"
        return await client.post(path, json={"reason": "they sent a riddle", **body})


async def seen(world, which=""):
    headers = {"authorization": f"Bearer {world.keys['read']}"}
    async with httpx.AsyncClient(
        transport=world.transport, base_url="http://crossdock.test", headers=headers
    ) as client:
        return (await client.get(f"/v1/exchanges/{which or world.original}")).json()


@pytest.mark.req("K4", "K6")
async def test_it_only_tells_unless_asked(world):
    answer = (await ask(world, body=json.dumps([*GOOD, ["T1", "returned", "2026-11-22T08:00:00Z"]]))).json()
    assert (answer["dry_run"], answer["acceptable"], answer["exchange_id"]) == (True, True, "")
    assert (answer["facts"], answer["known"], answer["ends"]) == (3, 2, "translated")
    assert [each["type"] for each in answer["events"]] == ["crossdock.tracking.reported.v1"]
    assert answer["changed"] == ["do:odoo:1"]
    assert {each["mark"] for each in answer["difference"]} >= {"-", "+"}
    assert (await seen(world))["exchange"]["status"] == "parked"


@pytest.mark.req("K2")
async def test_it_is_made_once_whatever_the_key(world):
    first = (await ask(world, body=RIGHT, dry_run=False)).json()
    assert (first["exchange_id"], first["repeated"]) == (correction_id(world.original), False)
    replayed = await ask(world, body=RIGHT, dry_run=False)
    assert (replayed.headers["idempotency-replayed"], replayed.json()) == ("true", first)
    again = (await ask(world, key="k2", body=RIGHT, dry_run=False)).json()
    assert (again["exchange_id"], again["repeated"]) == (first["exchange_id"], True)
    other = await ask(world, key="k3", body=json.dumps(GOOD[:1]), dry_run=False)
    assert (other.status_code, other.json()["type"]) == (409, "urn:crossdock:problem:not-correctable")
    await world.hub.engine.settle_all()
    assert len(await facts(world.hub)) == 2
    assert (await seen(world))["corrected_by"] == first["exchange_id"]
    assert (await seen(world, first["exchange_id"]))["corrects"] == world.original


@pytest.mark.req("K4", "K6")
async def test_what_would_stop_again_is_refused_with_its_place(world):
    wrong = '[["order", 1],\n ["order", 1],\n "riddle"]'
    told = (await ask(world, body=wrong)).json()
    assert not told["acceptable"]
    assert [(each["pointer"], each["line"], each["column"]) for each in told["faults"]] == [("/2", 3, 2)]
    refused = await ask(world, body=wrong, dry_run=False)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:crossdock:problem:correction-unreadable")
    assert refused.json()["errors"] == [{"detail": "line 3, column 2 /2: it went wrong", "pointer": "/body"}]
    assert (await seen(world))["exchange"]["status"] == "parked"


async def test_bytes_come_in_base64(world):
    encoded = base64.b64encode(RIGHT.encode()).decode()
    assert (await ask(world, body_base64=encoded)).json()["acceptable"]
    for given in (
        {},
        {"body": "x", "body_base64": encoded},
        {"body_base64": "%"},
        {"body": ""},
        {"body": RIGHT, "x": 1},
    ):
        assert (await ask(world, **given)).status_code == 422, given


@pytest.mark.req("M6")
async def test_who_may_and_how_much(world):
    for scope in ("read", "write"):
        assert (await ask(world, scope, body=RIGHT)).status_code == 403
    assert (await ask(world, target="nothing", body=RIGHT)).status_code == 404
    assert (await ask(world, body="x" * 2001)).status_code == 413
    assert (await ask(world, body=json.dumps(PARTLY))).json()["faults"][0]["engineer"] == "the bytes are the same"
