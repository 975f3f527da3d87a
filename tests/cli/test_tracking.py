"""`crossdock tracking link` and the page as `crossdock serve` mounts it, with a real SMTP server behind the codes."""

import asyncio
import json
import re

import httpx
import pytest

from crossdock import bootstrap
from crossdock.api.server import Doors
from crossdock.cli.serve_pages import pages_of
from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us, stamp
from crossdock.model.names import names_of
from crossdock.model.tracking import ProofOfDelivery
from crossdock.ports.stores import NewEvent
from crossdock.transports import machine
from mailing import ADA, SUBJECT, booked, opened, order, scanned

CONFIG = """\
store: {{url: "sqlite:///shop.db"}}
listen: {{public_url: "https://hub.example"}}
partners:
  mail:
    connector: mail
    config:
      host: 127.0.0.1
      port: {port}
      security: none
      sender: notices@shop.example
      public_url: https://hub.example
      link_secret: secret://file/links
      tracking_url: https://track.example/track/{{link}}
      tracking_secret: secret://file/tracking
customer_notices: {{}}
tracking_page:
  link_secret: secret://file/tracking
  public_url: https://track.example
  brand: {{shop: Acme}}
"""


def installed(folder, port, text=CONFIG):
    for name, value in (("links", "a secret of the tests"), ("tracking", "t" * 40)):
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
    path = folder / "crossdock.yaml"
    path.write_text(text.format(port=port))
    installation, faults = bootstrap.load(path)
    assert installation, faults
    return installation


async def api(_scope, _receive, send):
    """Stands where the API is."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"api"})


async def told(installation, store):
    await store.migrate()
    hub = bootstrap.hub(installation, store)
    hub.engine.partitions = tuple(range(64))
    now = machine.RealClock().now()
    booking = booked()
    proof = ProofOfDelivery("gls", booking.booking.tracking_number, stamp("2026-11-20T10:00:00+01:00"), "A. LOVELACE")

    def step(tx):
        for body in (ev.FulfilmentRequested(order()), booking, scanned("delivered", now), ev.ProofCaptured(proof)):
            tx.references.bind((name, SUBJECT) for name in names_of(body, "odoo"))
            fact = ev.Fact(body, from_epoch_us(now), subject=SUBJECT)
            tx.log.append([NewEvent(fact.key(SUBJECT), SUBJECT, fact, now, "odoo", "", "0" * 32)], now)

    await store.run(step)
    await hub.engine.settle_all()
    await hub.close()


@pytest.mark.req("E11", "E12")
async def test_from_the_mail_to_the_page_to_the_code_to_the_proof(tmp_path):
    async with opened() as post:
        installation = installed(tmp_path, post.port)
        store = bootstrap.open_store(installation)
        await told(installation, store)
        doors = Doors(None, api, pages=pages_of(installation, store, machine.RealClock(), "https://hub.example"))
        (mail,) = post.simulator.letters
        link = re.search(r"https://track\.example(/track/[\w.-]+\?lang=\w+)", mail.text).group(1)
        transport = httpx.ASGITransport(doors)
        async with httpx.AsyncClient(transport=transport, base_url="https://track.example") as client:
            page = await client.get(link)
            assert (page.status_code, "SO0016" in page.text) == (200, True)
            path = link.partition("?")[0]
            form = re.search(r'name="form" value="([^"]+)"', (await client.get(f"{path}/proof")).text).group(1)
            await client.post(f"{path}/proof", data={"form": form})
            letter = post.simulator.letters[-1]
            assert letter.recipient == ADA
            code = re.search(r"\d{6}", letter.subject).group()
            entered = await client.post(f"{path}/proof", data={"form": form, "code": code})
            assert "Secure" in entered.headers["set-cookie"]
            assert "A. LOVELACE" in (await client.get(entered.headers["location"])).text
        await store.close()


@pytest.mark.req("E11")
async def test_on_its_own_domain_nothing_else_answers(tmp_path):
    async with opened() as post:
        installation = installed(tmp_path, post.port)
        store = bootstrap.open_store(installation)
        await store.migrate()
        doors = Doors(api, api, api, ("", "orders"), pages_of(installation, store, machine.RealClock(), ""))
        transport = httpx.ASGITransport(doors)
        own = {"/": 303, "/track": 200, "/orders": 404, "/v1/shipments": 404, "/in/odoo/x": 404, "/metrics": 404,
               "/unsubscribe/mail": 299}  # fmt: skip
        async with httpx.AsyncClient(transport=transport, base_url="https://track.example") as client:
            assert {path: (await client.get(path)).status_code for path in own} == own
            port = await client.get("/orders", headers={"host": "TRACK.example:443"})
            assert port.status_code == 404
        async with httpx.AsyncClient(transport=transport, base_url="https://hub.example") as client:
            assert [(await client.get(path)).status_code for path in ("/", "/track", "/v1/shipments")] == [
                299,
                200,
                299,
            ]
        await store.close()


@pytest.mark.req("E11")
def test_a_link_is_made_on_the_command_line_and_audited(tmp_path, crossdock):
    installation = installed(tmp_path, 2525)

    async def fill():
        store = bootstrap.open_store(installation)
        await store.migrate()
        body = ev.FulfilmentRequested(order())

        def step(tx):
            tx.references.bind((name, SUBJECT) for name in names_of(body, "odoo"))

        await store.run(step)
        await store.close()

    asyncio.run(fill())
    config = tmp_path / "crossdock.yaml"
    made = json.loads(
        crossdock("tracking", "link", "SO0016", "-c", config, "--language", "de", "--days", 3, "--json").out
    )
    assert re.fullmatch(r"https://track\.example/track/[\w-]+\.[\w-]+\?lang=de", made["url"])
    assert made["expires_at"].endswith("Z")
    assert crossdock("tracking", "link", "SO9999", "-c", config).code == 2


@pytest.mark.req("E11")
@pytest.mark.parametrize(
    ("written", "instead", "key"),
    [
        ("brand: {{shop: Acme}}", 'brand: {{accent: "#ffcc00"}}', "tracking_page.brand.accent"),
        ("brand: {{shop: Acme}}", 'brand: {{accent_dark: "#202020"}}', "tracking_page.brand.accent_dark"),
        ("brand: {{shop: Acme}}", "brand: {{logo: nothing.svg}}", "tracking_page.brand.logo"),
        ("brand: {{shop: Acme}}", "brand: {{logo: links.exe}}", "tracking_page.brand.logo"),
        ("brand: {{shop: Acme}}", "languages: [en, xx]", "tracking_page.languages"),
        ("brand: {{shop: Acme}}", "languages: [de]", "tracking_page.default_language"),
        ("brand: {{shop: Acme}}", "carrier_links: {{GLS: 'javascript:x'}}", "tracking_page.carrier_links.GLS"),
        ("public_url: https://track.example", "public_url: https://hub.example", "tracking_page.public_url"),
        ("  link_secret: secret://file/tracking", "  link_secret: secret://file/links", "tracking_page.link_secret"),
    ],
)
def test_what_people_could_not_read_or_follow_is_refused(tmp_path, written, instead, key):
    assert written in CONFIG
    path = tmp_path / "crossdock.yaml"
    path.write_text(CONFIG.replace(f"{written}\n", f"{instead}\n").format(port=2525))
    installation, faults = bootstrap.load(path)
    assert installation is None
    assert [each.key for each in faults] == [key]
    assert faults[0].line > 0
