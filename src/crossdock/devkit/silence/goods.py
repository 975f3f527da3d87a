"""Orders, packages and papers of the simulated week."""

from decimal import Decimal

from crossdock.model import events as ev
from crossdock.model.identifiers import delivery_order_id
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, OrderLine, Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import TrackingEvent
from crossdock.model.transfers import MovedLine
from crossdock.model.units import Measure

ERP, WMS, CARRIER = "erp", "wms", "carrier"
HOUSE = Party("Warehouse", Address(("Dock 1",), "Fremont", "CA", "94538", "US"))
SKU = "SKU-1"


def order(number: int, promised: int, *, postcode: str = "97201", quantity: int = 2, changed: int = 0) -> DeliveryOrder:
    """One order of ``quantity`` pieces; ``promised`` and ``changed`` are epoch microseconds."""
    to = Party(f"Customer {number}", Address(("12 Example St",), "Portland", "OR", postcode, "US"))
    return DeliveryOrder(
        id=delivery_order_id(ERP, str(number)),
        partner=ERP,
        external_id=str(number),
        name=f"WH/OUT/{number:06d}",
        ship_to=to,
        ship_from=HOUSE,
        lines=(OrderLine("1", Item(SKU, "Widget", weight=Measure(Decimal(1), "KGM")), Decimal(quantity)),),
        packages=(package(),),
        changed_at=from_epoch_us(changed),
        sales_order=f"SO{number:06d}",
        sales_order_id=str(number),
        deliver_by=from_epoch_us(promised),
    )


def package(name: str = "P1") -> Package:
    """A package of two kilograms."""
    return Package(name, Measure(Decimal(2), "KGM"))


def moved(quantity: int = 2) -> MovedLine:
    """So many pieces that moved."""
    return MovedLine(Item(SKU), Decimal(quantity), line_id="1")


def number_of(subject: str, package_id: str = "P1") -> str:
    """The tracking number of a package."""
    return f"T{subject.rpartition(':')[2]}{'R' if package_id != 'P1' else ''}"


def booking(subject: str, package_id: str = "P1") -> Booking:
    """Its label's booking."""
    number = number_of(subject, package_id)
    return Booking(CARRIER, package_id, f"s-{number}", number, "Carrier", "Ground")


def label(subject: str, package_id: str = "P1") -> ev.LabelReceived:
    """Its label."""
    each = booking(subject, package_id)
    paper = Document("a" * 64, "application/pdf", f"{each.tracking_number}.pdf", 10)
    return ev.LabelReceived(package_id, each.shipment_id, each.tracking_number, paper)


def scan(subject: str, milestone: str, at: int, package_id: str = "P1") -> ev.TrackingReported:
    """A scan that occurred ``at`` (epoch microseconds)."""
    number = number_of(subject, package_id)
    return ev.TrackingReported(
        TrackingEvent(CARRIER, number, milestone, from_epoch_us(at), carrier="Carrier", raw_code=milestone)
    )
