"""Stock as warehouses reported it, folded into a store."""

from decimal import Decimal

from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.decide import Reducer
from crossdock.backbone.metrics import Metrics
from crossdock.model import inventory as inv
from crossdock.model.events import Fact
from crossdock.model.fulfilment import summary_of
from crossdock.model.identifiers import stock_item_id, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.names import names_of
from crossdock.model.stock import StockChange, StockPlace


def level(sku, available, at, location="WH", reserved=0):
    """A level at an instant (epoch microseconds)."""
    quantity, held = Decimal(available), Decimal(reserved)
    stock = inv.StockLevel(Item(sku), StockPlace(warehouse=location), quantity + held, quantity, held)
    return _fact(inv.StockLevelReported("north3pl", stock, from_epoch_us(at)), sku, location, at)


def damage(sku, quantity, at, location="WH"):
    """Damage at an instant."""
    change = StockChange(Item(sku), StockPlace(warehouse=location), Decimal(-quantity))
    return _fact(inv.StockDamaged("north3pl", f"D{at}", change, from_epoch_us(at)), sku, location, at)


def _fact(body, sku, location, at):
    subject = stock_item_id(sku, location)
    return Fact(body, from_epoch_us(at), subject=subject, binds=names_of(body, "north3pl"))


async def stock(store, clock, *facts):
    """Append these and fold them."""
    origin = Origin("x", "north3pl", clock.now(), trace_id_of("stock"))
    await store.run(lambda tx: place(tx, [(origin, facts)], clock.now()))
    reducer = Reducer(store, [], clock, None, Metrics(), summary_of)
    while await reducer.step(range(64)):
        pass
