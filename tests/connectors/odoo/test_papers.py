"""Papers that go with a package, attached to its transfer beside the label."""

import hashlib

import pytest
from odoo_bench import Bench

from crossdock.model.commands import RecordDocument
from crossdock.model.shipment import Document
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import AlreadyDone, Done, Retry

INVOICE = b"%PDF-1.4 customs invoice"
SHA = hashlib.sha256(INVOICE).hexdigest()


class Shelf:
    async def get(self, sha256):
        return {SHA: INVOICE}[sha256]


@pytest.mark.req("C3", "K1")
async def test_a_customs_invoice_is_attached_once_and_found_again_after_a_lost_answer():
    bench = Bench()
    bench.control("confirm_orders", n=1)
    [subject] = {fact.subject for fact in (await bench.drain())[0] if fact.subject.startswith("do:")}
    paper = Document(SHA, "application/pdf", "1Z1-customs-invoice.pdf", len(INVOICE), "customs_invoice")
    body = RecordDocument(subject.rpartition(":")[2], "1Z1", paper, "m1")
    first, again = (Command("k1", "odoo", subject, body, "0" * 32, attempt) for attempt in (1, 2))
    assert isinstance(await bench.connector.settle(first, Shelf()), Retry)
    [told] = (await bench.connector.send(first, Shelf())).facts
    assert (told.body.what, told.body.marker) == ("document.record.v1", "m1")
    assert isinstance(await bench.connector.settle(first, Shelf()), Done | AlreadyDone)
    assert isinstance(await bench.connector.send(again, Shelf()), Done | AlreadyDone)
    [row] = bench.simulator.state().values()
    assert row["attachments"] == ["1Z1-customs-invoice.pdf"]
