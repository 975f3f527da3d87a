"""Webhooks out: signed as the specification says, tried again, disabled, sent again, never to private addresses."""

import asyncio
import base64
import hmac
import json
import secrets
import signal

import msgspec
import pytest
from aiohttp import web

from bridges.test_brokers import Feeder
from cli.running import answers, commanded, ended, free_port, start
from crossdock import bootstrap
from crossdock.bridges.webhooks import BadSecret, WebhookWire, judged, signatures
from crossdock.ports.outbox import Declined, Envelope, Gone, Sent, Unreachable
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.wire import HttpResponse
from crossdock.settings.fanout import WebhookSettings

MESSAGE = Envelope("e1", "record.written.v1", "do:odoo:1", b'{"id":"e1"}', 1_700_000_000_000_000)
OLD, NEW = ("whsec_" + base64.b64encode(bytes([number]) * 24).decode() for number in (1, 2))


class Known:
    def __init__(self, **values):
        self.values = values

    def reveal(self, reference):
        try:
            return self.values[reference.rpartition("/")[2]]
        except KeyError:
            raise UnknownSecret(f"{reference} leads nowhere") from None


class Endpoint:
    """A receiver that verifies signatures on its own and answers what it is told."""

    def __init__(self, *keys):
        self.keys = [base64.b64decode(each.removeprefix("whsec_")) for each in keys]
        self.taken = []
        self.answers = []
        self.port = 0

    def proves(self, headers, body) -> bool:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        given = [each.split(",")[1] for each in headers["webhook-signature"].split()]
        wanted = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in self.keys]
        return bool(set(given) & set(wanted))

    async def handle(self, request):
        body = await request.read()
        if not self.proves(request.headers, body):
            return web.Response(status=401)
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            self.taken.append((request.headers["webhook-id"], json.loads(body)))
        headers = (
            {"retry-after": "7"} if status == 429 else {"location": "http://127.0.0.1:1/"} if status == 302 else {}
        )
        return web.Response(status=status, headers=headers)

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/hook", self.handle)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self.runner.addresses[0][1]
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()


def settings(port, **more):
    more = {"allow_private": True, "secrets": ("secret://env/OLD",)} | more
    return WebhookSettings(url=f"http://127.0.0.1:{port}/hook", **more)


@pytest.mark.req("I2")
def test_the_signature_is_the_published_one():
    """The worked example of the specification."""
    made = signatures(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.req("I2")
async def test_while_keys_are_changed_old_and_new_receivers_verify():
    known = Known(OLD=OLD, NEW=NEW)
    for key in (OLD, NEW):
        async with Endpoint(key) as endpoint:
            wire = WebhookWire(settings(endpoint.port, secrets=("secret://env/OLD", "secret://env/NEW")), known)
            assert await wire.send(MESSAGE) == Sent()
            await wire.close()
            assert endpoint.taken == [("e1", {"id": "e1"})]


@pytest.mark.parametrize("bad", ["whsec_!!!", "whsec_c2hvcnQ=", "plain words"])
def test_a_bad_secret_is_said_without_showing_it(bad):
    with pytest.raises(BadSecret) as said:
        signatures([bad], "e", 1, b"")
    assert bad.removeprefix("whsec_") not in str(said.value)


async def test_a_missing_secret_lets_events_wait():
    outcome = await WebhookWire(settings(1), Known()).send(MESSAGE)
    assert isinstance(outcome, Unreachable)
    assert "secret://env/OLD" in outcome.why.engineer


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Sent), (204, Sent), (302, Unreachable), (400, Declined), (401, Unreachable), (404, Unreachable),
     (410, Gone), (422, Declined), (429, Unreachable), (500, Declined), (503, Unreachable)],
)  # fmt: skip
def test_what_an_answer_means(status, kind):
    assert isinstance(judged(HttpResponse(status, {}, b"why")), kind)


async def test_the_endpoint_says_how_long_to_wait_and_redirects_are_not_followed():
    async with Endpoint(OLD) as endpoint:
        endpoint.answers = [429, 302]
        wire = WebhookWire(settings(endpoint.port), Known(OLD=OLD))
        first, second = await wire.send(MESSAGE), await wire.send(MESSAGE)
        await wire.close()
    assert (first.after, isinstance(second, Unreachable), endpoint.taken) == (7.0, True, [])


@pytest.mark.req("I2")
@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/hook", "https://10.1.2.3/", "https://169.254.169.254/latest", "https://[::1]/",
     "https://localhost/hook", "https://[::ffff:10.0.0.1]/", "http://198.51.100.7/"],
)  # fmt: skip
async def test_private_addresses_and_plain_http_are_refused(url):
    config = WebhookSettings(url=url, secrets=("secret://env/OLD",))
    wire = WebhookWire(config, Known(OLD=OLD))
    outcome = await wire.send(MESSAGE)
    await wire.close()
    assert isinstance(outcome, Unreachable)
    assert "not allowed" in outcome.why.engineer


def installed(folder, port, listen, **more):
    for name, value in (("key", "k" * 40), ("hook", OLD)):
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
    hook = {"url": f"http://127.0.0.1:{port}/hook", "secrets": ["secret://file/hook"], "allow_private": True}
    content = {
        "store": {"url": "sqlite:///crossdock.db"},
        "listen": {"port": listen},
        "telemetry": {"log_level": "error"},
        "security": {"signing_secret": "secret://file/key", "tower_login": False},
        "workers": {"lease_seconds": 5},
        "webhooks": {"portal": hook | {"start": "beginning"} | more},
    }
    path = folder / "crossdock.yaml"
    path.write_bytes(msgspec.json.encode(content))  # JSON is YAML
    return path


@pytest.mark.slow
@pytest.mark.req("E9", "I2", "K1")
async def test_a_killed_worker_and_a_failing_endpoint_lose_no_webhook_and_keep_the_order(tmp_path):
    async with Endpoint(OLD) as endpoint:
        path = installed(tmp_path, endpoint.port, free_port())
        store = bootstrap.open_store(bootstrap.load(path)[0])
        await store.migrate()
        feeder = Feeder(store, 400)
        worker = await start("serve", "--config", path)
        feeding = asyncio.create_task(feeder.feed(0.02))
        endpoint.answers = [204] * 60 + [503] + [204] * 60 + [502]
        await asyncio.sleep(3)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        worker = await start("serve", "--config", path)
        await feeding
        try:
            await feeder.all_sent("portal")
        finally:
            worker.send_signal(signal.SIGTERM)
            _, _, said = await ended(worker, 30)
            await store.close()
    assert "Traceback" not in said, said
    firsts = dict(reversed(endpoint.taken))
    order = {}
    for identity, event in dict(endpoint.taken).items():
        assert firsts[identity] == event
        order.setdefault(event["subject"], []).append(int(event["data"]["marker"]))
    wanted = {}
    for subject, number in feeder.pairs:
        wanted.setdefault(subject, []).append(number)
    assert order == wanted


@pytest.mark.req("I2", "I1")
async def test_people_list_ping_disable_enable_and_resend(tmp_path):
    """By the command line and by the API, on the running server."""
    async with Endpoint(OLD) as endpoint:
        port = free_port()
        path = installed(tmp_path, endpoint.port, port)
        store = bootstrap.open_store(bootstrap.load(path)[0])
        await store.migrate()
        feeder = Feeder(store, 20)
        await feeder.feed(0)
        worker = await start("serve", "--config", path)
        try:
            await answers(f"http://127.0.0.1:{port}/livez", worker)
            await feeder.all_sent("portal")
            sent = len(endpoint.taken)
            assert await said(path, "webhooks", "ping", "portal") == {"name": "portal", "taken": True, "why": None}
            assert endpoint.taken[-1][1]["type"] == "crossdock.ping.v1"
            await said(path, "webhooks", "disable", "portal", "--reason", "moves house")
            row = (await said(path, "webhooks", "list"))[0]
            assert (row["enabled"], "moves house" in row["note"], row["waiting"]) == (False, True, 0)
            again = await said(path, "webhooks", "resend", "portal", "--since", "1h")
            assert (again, len(endpoint.taken)) == ({"name": "portal", "events": 20, "resent": True}, sent + 1)
            await by_api(path, port)
            await feeder.all_sent("portal")
        finally:
            worker.send_signal(signal.SIGTERM)
            await ended(worker, 30)
            await store.close()
    ids = [identity for identity, event in endpoint.taken if event["subject"] != "ping"]
    assert (len(ids), len(set(ids))) == (40, 20)


async def by_api(path, port):
    """The same doors for machines: disabled it is shown, enabled it goes on."""
    import aiohttp  # noqa: PLC0415

    key = (await said(path, "clients", "create", "portal", "--scope", "admin", "--scope", "read"))["key"]
    base = f"http://127.0.0.1:{port}/v1/outboxes"
    headers = {"authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(base) as answer:
            row = (await answer.json())["items"][0]
        assert (row["id"], row["kind"], row["enabled"], row["waiting"]) == ("portal", "webhook", False, 20)
        for action, wanted in (
            ("ping", {"taken": True}),
            ("enable", {"changed": True}),
            ("enable", {"changed": False}),
        ):
            once = {"idempotency-key": secrets.token_hex(8)}
            async with session.post(f"{base}/portal/{action}", json={"reason": "test"}, headers=once) as answer:
                assert answer.status == 200, await answer.text()
                assert wanted.items() <= (await answer.json()).items()
        once = {"idempotency-key": secrets.token_hex(8)}
        async with session.post(f"{base}/nobody/enable", json={"reason": "test"}, headers=once) as answer:
            assert answer.status == 404


async def said(path, *arguments):
    code, out, err = await commanded(*arguments, "--config", path, "--json")
    assert code == 0, err
    return json.loads(out)
