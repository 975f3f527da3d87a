"""The HTTP caller against a real server on loopback: what it sends, what it refuses, what its failures mean."""

import asyncio
import ipaddress

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from crossdock.ports.wire import HttpRequest, NoAnswer, NotSent
from crossdock.transports.http import TRACEPARENT, AiohttpCaller, is_public


class Fixed(AbstractResolver):
    def __init__(self, *addresses):
        self.addresses = addresses

    async def resolve(self, host, port=0, family=0):
        return [
            {"hostname": host, "host": each, "port": port, "family": family, "proto": 0, "flags": 0}
            for each in self.addresses
        ]

    async def close(self):
        pass


@pytest.fixture
async def server():
    app = web.Application()
    seen = []

    async def echo(request):
        seen.append((request.method, dict(request.headers), await request.read()))
        return web.json_response({"ok": True}, headers={"X-Odd": "yes"})

    async def away(_request):
        raise web.HTTPFound("http://127.0.0.1:1/elsewhere")

    async def slow(_request):
        await asyncio.sleep(5)
        return web.Response()

    async def die(request):
        await request.read()
        request.transport.abort()
        return web.Response()

    async def large(_request):
        return web.Response(body=b"x" * 5000)

    for name, do in (("echo", echo), ("away", away), ("slow", slow), ("die", die), ("large", large)):
        app.router.add_route("*", f"/{name}", do)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, reuse_address=True).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    await runner.cleanup()


@pytest.fixture
async def caller():
    made = AiohttpCaller(["127.0.0.1"], limit=4000)
    yield made
    await made.close()


@pytest.mark.req("L1", "L20")
async def test_it_sends_what_it_is_given_and_the_trace(server, caller):
    url, seen = server
    TRACEPARENT.set("00-aa-bb-01")
    request = HttpRequest("POST", f"{url}/echo?a=%2F&b=1", {"X-One": "1"}, b"body")
    response = await caller.call(request)
    TRACEPARENT.set("")
    assert (response.status, response.headers["x-odd"]) == (200, "yes")
    method, headers, body = seen[0]
    assert (method, headers["X-One"], headers["traceparent"], body) == ("POST", "1", "00-aa-bb-01", b"body")


@pytest.mark.req("K3")
async def test_failures_after_sending_are_no_answer(server, caller):
    url, _ = server
    for request in (
        HttpRequest("GET", f"{url}/slow", timeout=0.2),
        HttpRequest("POST", f"{url}/die", body=b"x"),
        HttpRequest("GET", f"{url}/large"),
    ):
        with pytest.raises(NoAnswer):
            await caller.call(request)


@pytest.mark.req("N3")
async def test_redirects_are_not_followed(server, caller):
    assert (await caller.call(HttpRequest("GET", f"{server[0]}/away"))).status == 302


@pytest.mark.req("N3", "M25")
@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/",
        "https://partner.example.evil.example/",
        "https://suffix.example/",
        "http://partner.example/",
        "https://user:pass@partner.example/",
        "file:///etc/passwd",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "not a url",
        "https://partner.example:99999/",
        "",
    ],
)
async def test_egress_is_refused(url):
    caller = AiohttpCaller(["partner.example", "*.suffix.example"], resolver=Fixed("93.184.215.14"))
    with pytest.raises(NotSent):
        await caller.call(HttpRequest("GET", url, timeout=1))
    await caller.close()


@pytest.mark.req("N3")
@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "100.64.0.1"])
async def test_names_that_resolve_to_private_addresses_are_refused(address):
    caller = AiohttpCaller(["partner.example"], resolver=Fixed(address))
    with pytest.raises(NotSent, match="no public address"):
        await caller.call(HttpRequest("GET", "https://partner.example/", timeout=2))
    await caller.close()


@pytest.mark.req("N3")
async def test_a_private_partner_may_be_allowed(server):
    port = server[0].rpartition(":")[2]
    caller = AiohttpCaller(["*.inside.example"], allow_private=True, allow_plain=True, resolver=Fixed("127.0.0.1"))
    assert (await caller.call(HttpRequest("GET", f"http://odoo.inside.example:{port}/echo"))).status == 200
    await caller.close()


@pytest.mark.req("M5")
async def test_tls_is_verified_and_a_refused_connection_is_not_sent(server):
    port = server[0].rpartition(":")[2]
    caller = AiohttpCaller(["127.0.0.1"])
    for url in (f"https://127.0.0.1:{port}/echo", "http://127.0.0.1:1/"):
        with pytest.raises(NotSent):
            await caller.call(HttpRequest("POST", url, body=b"x", timeout=3))
    await caller.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
    ],
)
def test_public_addresses(address, public):
    assert is_public(ipaddress.ip_address(address)) is public
