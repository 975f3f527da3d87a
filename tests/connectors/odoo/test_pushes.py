"""The addon's signed push and its outbox."""

import base64
import hashlib
import hmac

import pytest
from odoo_bench import Bench

from crossdock.connectors.odoo.client.feeds.hints import MOST_HINTS, Hint
from crossdock.connectors.odoo.client.feeds.outbox import MOST_ROWS, Outbox, Pulled
from crossdock.ports.connector import Received, Rejected, Verified

BODY = b'{"partner":"odoo","from":1,"to":2}'
SECRET = "s3cret-of-hook"


def pushed(bench, *, secret=SECRET, body=BODY, late=0, identity="msg_1", signatures=None):
    stamp = str(bench.clock.now() // 1_000_000 - late)
    digest = hmac.new(secret.encode(), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    given = signatures or f"v1,{base64.b64encode(digest).decode()}"
    headers = {"webhook-id": identity, "webhook-timestamp": stamp, "webhook-signature": given}
    message = Received("deliveries", BODY, headers, bench.clock.now(), path="/in/odoo/deliveries")
    return bench.connector.verify(message, bench.clock.now())


@pytest.fixture
def bench():
    return Bench(webhook_secret="secret://env/HOOK")


@pytest.mark.req("M13")
def test_a_signed_push_wakes_the_feeds_and_is_known_by_its_id(bench):
    assert pushed(bench) == Verified("msg_1", "deliveries")


@pytest.mark.req("M13")
@pytest.mark.parametrize(
    "change",
    [{"secret": "another"}, {"body": b"{}"}, {"late": 301}, {"late": -301}, {"identity": ""}, {"signatures": "v1,"},
     {"signatures": "v1a,AAAA"}],
)  # fmt: skip
def test_a_wrong_altered_or_stale_push_is_refused(bench, change):
    assert isinstance(pushed(bench, **change), Rejected)


def test_one_of_several_signatures_is_enough_while_a_secret_is_renewed(bench):
    stamp = str(bench.clock.now() // 1_000_000)
    digest = hmac.new(SECRET.encode(), f"msg_1.{stamp}.".encode() + BODY, hashlib.sha256).digest()
    given = f"v1,AAAA v1,{base64.b64encode(digest).decode()}"
    assert isinstance(pushed(bench, signatures=given), Verified)


class Told:
    """A session of an Odoo whose outbox holds what a test puts there."""

    def __init__(self, *pages):
        self.pages, self.calls = list(pages), []

    async def call(self, call):
        self.calls.append((call.method, dict(call.arguments)))
        return self.pages.pop(0) if call.method == "pull" else 1


def page(*rows, cursor="e.5.9", more=False, reset=False):
    return {"rows": list(rows), "cursor": cursor, "more": more, "reset": reset}


@pytest.mark.req("A9")
async def test_rows_of_the_outbox_become_hints_and_are_acknowledged_once_taken():
    rows = [{"model": "stock.picking", "res_id": 7, "action": "unlink"}, {"model": "sale.order", "res_id": 3}]
    session = Told(page(*rows), page(), page(reset=True))
    outbox = Outbox(session)
    assert await outbox.pull() == Pulled([Hint("stock.picking", 7), Hint("sale.order", 3)])
    assert await outbox.pull() == Pulled([])
    assert await outbox.pull() == Pulled([], lost=True), "Odoo says that rows are missing"
    assert [(method, given.get("after", given.get("upto"))) for method, given in session.calls] == [
        ("pull", ""), ("ack", "e.5.9"), ("pull", "e.5.9"), ("pull", "e.5.9"),
    ]  # fmt: skip


@pytest.mark.req("A9")
async def test_a_backlog_is_passed_over_and_everything_looked_at_instead():
    row = {"model": "stock.picking", "res_id": 7}
    session = Told(
        page(row, cursor="e.1.1", more=True), page(row, cursor="e.2.2", more=True), page(row, cursor="e.3.3")
    )
    assert await Outbox(session).pull() == Pulled(lost=True)
    taken = [given["upto"] for method, given in session.calls if method == "ack"]
    assert taken == ["e.1.1", "e.2.2"]
    assert [given["limit"] for method, given in session.calls if method == "pull"] == [MOST_HINTS, MOST_ROWS, MOST_ROWS]
