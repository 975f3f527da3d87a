"""An order with one label, as a run of the engine leaves it."""

import asyncio

from msgspec.structs import replace

from crossdock import bootstrap
from crossdock.backbone.documents import StoredDocuments
from crossdock.model import events as ev
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Booking, Document
from crossdock.ports.stores import NewEvent
from crossdock.sim.labels import label_file
from crossdock.transports import machine
from orders import delivery_order, quote, rate

ORDER = delivery_order()


def seed(config) -> None:
    """An order with one label, as a run of the engine leaves it."""

    async def work():
        installation, faults = bootstrap.load(config)
        assert installation, faults
        store = bootstrap.open_store(installation)
        await store.migrate()
        clock = machine.RealClock()
        data = label_file("application/pdf", "T1", ("x",))
        sha = await StoredDocuments(store, clock).put(data, "application/pdf", "label")
        document = Document(sha, "application/pdf", "T1.pdf", len(data))
        bodies = [
            ev.FulfilmentRequested(ORDER),
            ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"), rate("x", "9.00", service="Express"))),
            ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")),
            ev.LabelReceived("P1", "s1", "T1", document),
            ev.DocumentReceived("P1", "s1", "T1", replace(document, name="T1-invoice.pdf", kind="customs_invoice")),
        ]
        now = clock.now()
        facts = [ev.Fact(body, from_epoch_us(now), subject=ORDER.id) for body in bodies]
        rows = [NewEvent(fact.key(ORDER.id), ORDER.id, fact, now, "", "", "0" * 32) for fact in facts]
        await store.run(lambda tx: tx.log.append(rows, now))
        names = (
            Reference(ReferenceKind.DELIVERY, ORDER.name, "odoo"),
            Reference(ReferenceKind.ORDER, ORDER.sales_order, "odoo"),
        )
        await store.run(lambda tx: tx.references.bind([(name, ORDER.id) for name in names]))
        await reduce(store, installation)
        await store.close()

    asyncio.run(work())


async def reduce(store, installation) -> None:
    """Let the engine decide; nothing leaves."""
    hub = bootstrap.compose(
        bootstrap.world(installation, store), installation.plans, bootstrap.processes_of(installation)
    )
    hub.engine.partitions = tuple(range(64))
    while await hub.engine.reduce():
        pass
    await hub.close()


def tell(config, *facts: ev.Fact) -> None:
    """Further facts of the order, decided on."""

    async def work():
        installation, faults = bootstrap.load(config)
        assert installation, faults
        store = bootstrap.open_store(installation)
        now = machine.RealClock().now()
        rows = [NewEvent(fact.key(ORDER.id), ORDER.id, fact, now, "", "", "0" * 32) for fact in facts]
        await store.run(lambda tx: tx.log.append(rows, now))
        await reduce(store, installation)
        await store.close()

    asyncio.run(work())
