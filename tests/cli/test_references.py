"""A number is linked to an order from the command line, after a look that changes nothing."""

import pytest

from charged import MISTYPED, charge, waits
from crossdock.backbone.correlate import Origin, place
from crossdock.cli.opening import read, write
from crossdock.model.events import Fact, FulfilmentRequested
from crossdock.model.instants import from_epoch_us
from crossdock.model.names import names_of
from orders import delivery_order

NOW = 1_795_262_400_000_000


@pytest.fixture
def waiting(config, crossdock):
    assert crossdock("migrate", "-c", config).code == 0
    body = FulfilmentRequested(delivery_order(7))
    order = Fact(body, from_epoch_us(NOW), subject="do:odoo:7", binds=names_of(body, "odoo"))
    write(config, lambda tx: place(tx, [(Origin("", "odoo", NOW, "0" * 32), [order])], NOW))
    write(config, lambda tx: waits(tx, charge("1"), charge("2", number=""), at=NOW))
    return config


@pytest.mark.req("G3", "L9")
def test_a_number_is_looked_at_linked_and_in_the_audit(waiting, crossdock):
    ask = ("references", "link", MISTYPED, "SO0007", "--reason", "their typing", "-c", waiting)
    tried = crossdock(*ask, "--dry-run")
    assert (tried.code, "would be linked to do:odoo:7; 1 waited for it" in tried.err) == (0, True)
    assert read(waiting, lambda tx: len(tx.references.charges("", 9))) == 2
    done = crossdock(*ask, "--json").json
    assert (done["subject"], done["count"], done["freed"]) == (
        "do:odoo:7", 1, ["acme charges 6.30 EUR for Parcel <b>5 kg</b>"]
    )  # fmt: skip
    assert '"reference.link"' in crossdock("audit", "list", "--json", "-c", waiting).out
    again = crossdock(*ask)
    assert (again.code, "belongs to this order already" in again.err) == (1, True)
    line = crossdock("references", "link", "INV1/2", "SO0007", "--reason", "rent", "--json", "-c", waiting).json
    assert line["reference"] == {"kind": "freight_charge", "value": "INV1/2", "issuer": "acme"}
    assert read(waiting, lambda tx: tx.references.charges("", 9)) == []


def test_a_reason_is_asked_for_and_an_unknown_order_told(waiting, crossdock):
    assert crossdock("references", "link", MISTYPED, "SO0007", "--reason", " ", "-c", waiting).code == 2
    unknown = crossdock("references", "link", MISTYPED, "SO9", "--reason", "r", "-c", waiting)
    assert (unknown.code, "Nobody here knows 'SO9'" in unknown.err) == (1, True)
    assert read(waiting, lambda tx: len(tx.references.charges("", 9))) == 2
