"""Invented words of a warehouse about one order, one receipt and one SKU, as hypothesis strategies."""

from decimal import Decimal

from hypothesis import strategies as st

from crossdock.model import inventory as inv
from crossdock.model import warehouse as wh
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.order import Package, Packed
from crossdock.model.stock import StockChange, StockCount, StockPlace
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.model.units import Measure

PARTNER, REFERENCE, PLACE = "north3pl", "WH/OUT/00016", StockPlace(warehouse="WH")

quantities = st.integers(1, 9).map(Decimal)
documents = st.sampled_from(["D1", "D2"])
revisions = st.integers(1, 3)
texts = st.text(max_size=3)
stamps = st.integers(0, 59).map(lambda minute: Stamp(f"2026-03-01T08:{minute:02}:00Z"))
items = st.sampled_from([Item("DESK-1"), Item("LAMP-2")])
remainders = st.sampled_from(["backorder", "cancel"])
lots = st.lists(st.builds(LotQuantity, st.sampled_from(["L1", "L2"]), quantities), max_size=2).map(tuple)
moved = st.lists(
    st.builds(MovedLine, items, quantities, lots=lots, line_id=st.sampled_from(["", "1"])), min_size=1, max_size=2
).map(tuple)
packages = st.lists(
    st.builds(
        Package,
        id=st.sampled_from(["P1", "P2"]),
        weight=st.builds(Measure, quantities, st.just("KGM")),
        contents=st.lists(st.builds(Packed, st.just("1"), quantities), max_size=1).map(tuple),
    ),
    min_size=1,
    max_size=2,
).map(tuple)
shipped = st.lists(st.builds(wh.ShippedPackage, st.sampled_from(["P1", "P2"]), st.sampled_from(["", "T1"])), max_size=2)
short = st.lists(st.builds(wh.ShortLine, items, quantities), min_size=1, max_size=2).map(tuple)
received = st.lists(
    st.builds(wh.ReceivedLine, items, quantities, st.none() | quantities, quantities), min_size=1, max_size=2
).map(tuple)
levels = st.builds(inv.StockLevel, items, st.just(PLACE), quantities, quantities)
changes = st.builds(StockChange, items, st.just(PLACE), quantities.map(lambda found: -found))
counts = st.builds(
    StockCount, items, st.just(PLACE), quantities, lot=st.sampled_from(["", "L1"]), expected=st.none() | quantities
)

_ours = (st.just(PARTNER), st.just(REFERENCE))
bodies = st.one_of(
    st.builds(wh.WarehouseOrderReleased, *_ours, revisions, documents),
    st.builds(wh.WarehouseOrderAcknowledged, *_ours, revisions, documents, st.none() | stamps),
    st.builds(wh.WarehouseOrderRefused, *_ours, revisions, st.sampled_from(["", "NOADDR"]), texts),
    st.builds(wh.WarehouseOrderCancelled, *_ours, texts),
    st.builds(wh.CancellationRefused, *_ours, st.sampled_from(["picked", "shipped"]), texts),
    st.builds(wh.PickStarted, *_ours, documents),
    st.builds(wh.GoodsPicked, *_ours, documents, moved),
    st.builds(wh.PackagesPacked, *_ours, packages),
    st.builds(wh.GoodsShipped, *_ours, documents, moved, shipped.map(tuple), remainders),
    st.builds(wh.StockShort, *_ours, documents, short, remainders),
    st.builds(wh.InboundAnnounced, *_ours, documents),
    st.builds(wh.GoodsReceived, *_ours, documents, received, st.booleans()),
    st.builds(inv.StockLevelReported, st.just(PARTNER), levels, stamps),
    st.builds(inv.StockCounted, st.just(PARTNER), documents, counts, stamps),
    st.builds(inv.StockDamaged, st.just(PARTNER), documents, changes, stamps),
    st.builds(inv.StockAdjusted, st.just(PARTNER), documents, changes, stamps),
    st.builds(inv.StorageAccrued, st.just(PARTNER), st.just("ACME"), st.just("2026-03-01"), documents),
)
"""Every kind of thing a warehouse says."""
