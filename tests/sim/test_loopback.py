"""A simulator behind a real socket: the same faults, the control door, and webhooks that arrive."""

import asyncio
import json

import pytest
from aiohttp import web

from crossdock.connectors.easypost.simulator import SIMULATOR
from crossdock.ports.wire import HttpRequest, NoAnswer
from crossdock.sim.clock import VirtualClock
from crossdock.sim.ledger import Ledger
from crossdock.sim.server import LoopbackServer
from crossdock.transports.http import AiohttpCaller

KEY = {"Authorization": "Basic eA=="}


@pytest.fixture
async def loopback():
    simulator = SIMULATOR.build({"webhook_secret": "x"})
    server = LoopbackServer(simulator, VirtualClock(1_795_000_000_000_000))
    port = await server.start()
    caller = AiohttpCaller(["127.0.0.1"])
    yield simulator, f"http://127.0.0.1:{port}", caller
    await caller.close()
    await server.stop()


async def ask(loopback, method, path, body=None):
    _, url, caller = loopback
    content = b"" if body is None else json.dumps(body).encode()
    return await caller.call(HttpRequest(method, f"{url}{path}", KEY, content))


async def test_calls_and_control_door(loopback):
    made = await ask(loopback, "POST", "/v2/trackers", {"tracker": {"tracking_code": "EZ4000000004"}})
    assert made.status == 201
    moved = await ask(loopback, "POST", "/_sim/do/advance", {"tracking_code": "EZ4000000004", "status": "failure"})
    assert json.loads(moved.body)["status"] == "failure"
    assert (await ask(loopback, "POST", "/_sim/do/nonsense", {})).status == 422
    assert (await ask(loopback, "GET", "/_sim/nothing")).status == 404
    assert json.loads((await ask(loopback, "GET", "/_sim/ledger")).body)[0]["kind"] == "tracker.scanned"
    assert json.loads((await ask(loopback, "GET", "/_sim/state")).body)["trackers"]


async def test_faults_are_scripted_at_run_time_and_a_lost_answer_is_lost(loopback):
    rule = {"match": {"path": "/v2/trackers"}, "do": {"lost_answer": True}, "when": {"nth": 1}}
    assert (await ask(loopback, "PUT", "/_sim/faults", [rule])).status == 200
    with pytest.raises(NoAnswer):
        await ask(loopback, "POST", "/v2/trackers", {"tracker": {"tracking_code": "EZ4000000004"}})
    again = await ask(loopback, "POST", "/v2/trackers", {"tracker": {"tracking_code": "EZ4000000004"}})
    assert again.status == 200
    assert (await ask(loopback, "POST", "/_sim/faults", {"do": {"status": 503, "retry_after": 2}})).status == 200
    refused = await ask(loopback, "GET", "/v2/trackers")
    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
    assert (await ask(loopback, "DELETE", "/_sim/faults")).status == 200
    assert (await ask(loopback, "PUT", "/_sim/faults", {"no": "list"})).status == 422
    assert (await ask(loopback, "GET", "/v2/trackers")).status == 200


async def test_webhooks_arrive_signed(loopback):
    arrived = asyncio.Queue()

    async def take(request):
        await arrived.put((request.headers.copy(), await request.read()))
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/in", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/in"
    await ask(loopback, "POST", "/v2/webhooks", {"webhook": {"url": url, "webhook_secret": "s"}})
    await ask(loopback, "POST", "/v2/trackers", {"tracker": {"tracking_code": "EZ1000000001"}})
    headers, body = await asyncio.wait_for(arrived.get(), 5)
    assert json.loads(body)["description"] == "tracker.created"
    assert headers["x-path"] == "/in"
    assert "x-hmac-signature-v2" in headers
    await runner.cleanup()


async def test_virtual_clock_wakes_sleepers_in_order():
    clock = VirtualClock(0, auto=False)
    order = []

    async def sleeper(seconds):
        await clock.sleep(seconds)
        order.append(seconds)

    tasks = [asyncio.create_task(sleeper(each)) for each in (3, 1, 2)]
    await asyncio.sleep(0)
    assert clock.next_due() == 1_000_000
    assert clock.advance(2) == 2
    await asyncio.sleep(0)
    assert order == [1, 2]
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert clock.next_due() is None
    assert clock.now() == 2_000_000


def test_ledger_is_dumped_as_json():
    ledger = Ledger()
    ledger.note(5, "label.bought", "T1", price="1.00")
    expected = [{"number": 1, "at": 5, "kind": "label.bought", "key": "T1", "details": {"price": "1.00"}}]
    assert json.loads(ledger.dump()) == expected
    assert ledger.of("label.voided") == ()


def test_options_and_webhook_retries():
    with pytest.raises(ValueError, match="colour"):
        SIMULATOR.build({"colour": "red"})
    simulator = SIMULATOR.build({"webhook_url": "https://hub.example/in", "mode": "production", "pace": "10"})
    simulator.handle(
        HttpRequest("POST", "https://api.easypost.com/v2/trackers", KEY, b'{"tracker":{"tracking_code":"T"}}'), 0
    )
    now, attempts = 0, 0
    while webhooks := simulator.take_webhooks(now):
        attempts += 1
        simulator.webhook_answered(webhooks[0], 500, now)
        now += 86_400_000_000
    assert attempts == 7
    assert len(simulator.ledger.of("webhook.given_up")) == 1
