"""Delivery orders and facts the tests build on."""

from decimal import Decimal

from crossdock.model.identifiers import delivery_order_id
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.money import money
from crossdock.model.order import DeliveryOrder, OrderLine, Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Quote, Rate
from crossdock.model.units import Measure

WAREHOUSE = Party("Warehouse", Address(("Dock 1",), "Fremont", "CA", "94538", "US"))
ANTWERP = Party("Warehouse", Address(("Dock 1",), "Antwerp", "", "2000", "BE"))
CUSTOMER = Party("Ann Example", Address(("12 Example St",), "Portland", "OR", "97201", "US"), phone="+15035550100")


def delivery_order(
    number: int = 7,
    *,
    packages: int = 1,
    ship_to: Party = CUSTOMER,
    sku: str = "SKU-1",
    changed_at: str = "2026-11-21T06:00:00Z",
) -> DeliveryOrder:
    return DeliveryOrder(
        id=delivery_order_id("odoo", str(number)),
        partner="odoo",
        external_id=str(number),
        name=f"WH/OUT/{number:05d}",
        sales_order=f"SO{number:04d}",
        ship_to=ship_to,
        ship_from=WAREHOUSE,
        lines=(OrderLine("1", Item(sku, "Widget", weight=Measure(Decimal(1), "KGM")), Decimal(2)),),
        packages=tuple(Package(f"P{i}", Measure(Decimal(2), "KGM")) for i in range(1, packages + 1)),
        changed_at=stamp(changed_at),
    )


def rate(rate_id: str, price: str, *, carrier: str = "USPS", service: str = "Priority", days: int | None = 2) -> Rate:
    return Rate(rate_id, carrier, service, money(price, "USD"), days)


def quote(package: str, shipment: str, *rates: Rate, partner: str = "easypost", reference: str = "") -> Quote:
    return Quote(partner, package, shipment, rates, reference=reference)
