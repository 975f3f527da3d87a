"""Invented events of one delivery order, as hypothesis strategies."""

from decimal import Decimal

from hypothesis import strategies as st

from crossdock.model import deciding
from crossdock.model import events as ev
from crossdock.model import exceptions as exc
from crossdock.model.channel_orders import ChannelOrder, ChannelOrderPlaced
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.desk import DeskRequested, Void
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.milestones import CATEGORIES, MILESTONES
from crossdock.model.money import Money
from crossdock.model.notices import KINDS, CustomerNotified, CustomerUnsubscribed, NoticeDecided
from crossdock.model.order import DeliveryOrder, OrderLine, Package
from crossdock.model.party import Address, Party
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled, ProcessMoved
from crossdock.model.routing import OrderRouted, Routable, Routed
from crossdock.model.sales import SalesLine
from crossdock.model.shipment import BookedShipment, Booking, Document, PickupWindow, Quote, Rate
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.model.units import Measure
from model import invented_returning, invented_warehouse

PARTNER = "easypost"
SUBJECT = "do:odoo:16"

WINDOW = PickupWindow(Stamp("2026-03-01T14:00:00", tz_known=False), Stamp("2026-03-01T17:00:00", tz_known=False))

stamps = st.integers(0, 59).map(lambda minute: Stamp(f"2026-03-01T08:{minute:02}:00+02:00"))
packages = st.sampled_from(["1", "2"])
shipments = st.sampled_from(["shp_1", "shp_2", "shp_3"])
numbers = st.sampled_from(["EZ1", "EZ2"])
times = st.integers(0, 2**53)
stages = st.sampled_from(["rating", "booking"])
documents = st.builds(
    Document,
    sha256=st.sampled_from(["a" * 64, "b" * 64]),
    media_type=st.just("application/pdf"),
    name=st.sampled_from(["EZ1.pdf", "EZ2.pdf"]),
    size=st.integers(1, 9),
)


def order(note: str = "", changed_at: Stamp | None = None) -> DeliveryOrder:
    ghent = Address(lines=("Korenmarkt 1",), city="Gent", postcode="9000", country="BE")
    return DeliveryOrder(
        id=SUBJECT,
        partner="odoo",
        external_id="16",
        name="WH/OUT/00016",
        ship_to=Party(name="Ada", address=ghent),
        ship_from=Party(name="Warehouse", address=ghent),
        lines=(OrderLine(id="1", item=Item(sku="DESK-1"), quantity=Decimal("2.50")),),
        packages=(
            Package(id="1", weight=Measure(Decimal("1.2"), "KGM")),
            Package(id="2", weight=Measure(Decimal(3), "KGM")),
        ),
        changed_at=changed_at or Stamp("2026-03-01T08:00:00Z"),
        sales_order="SO0016",
        note=note,
    )


quotes = st.builds(
    lambda package, shipment, price: Quote(
        partner=PARTNER,
        package_id=package,
        shipment_id=shipment,
        rates=(Rate(id="rate_1", carrier="USPS", service="Priority", price=Money(price, "USD")),),
    ),
    packages,
    shipments,
    st.integers(1, 3),
)
bookings = st.builds(
    Booking,
    partner=st.just(PARTNER),
    package_id=packages,
    shipment_id=shipments,
    tracking_number=numbers,
    carrier=st.just("USPS"),
    service=st.just("Priority"),
)
scans = st.builds(
    TrackingEvent,
    partner=st.just(PARTNER),
    tracking_number=numbers,
    milestone=st.sampled_from(sorted(MILESTONES)),
    occurred=stamps,
    exception_category=st.sampled_from(sorted(CATEGORIES)),
    raw_code=st.sampled_from(["", "in_transit"]),
    place=st.builds(Address, city=st.sampled_from(["", "Gent", "Liège"])),
)
proofs = st.builds(
    ProofOfDelivery,
    partner=st.just(PARTNER),
    tracking_number=numbers,
    occurred=stamps,
    signed_by=st.sampled_from(["", "A. Lovelace"]),
    document=st.none() | documents,
)

_KIND, _PLACE, _CAUSE = st.just("sku.unknown"), st.just("/lines/0/item/sku"), st.just("c1")
_NAMED = {"kind": _KIND, "pointer": _PLACE, "cause": _CAUSE}
_ASKED = {**_NAMED, "id": st.sampled_from(["r1", "r2", "r3"]), "actor": st.just("api:ann")}
_MOMENTS = st.integers(0, 2**53)
_CLOCKS = st.sampled_from(["acknowledge", "resolve"])
exceptions = st.one_of(
    st.builds(exc.ExceptionRaised, text=st.text(max_size=5), partner=st.sampled_from(["", PARTNER]), **_NAMED),
    st.builds(exc.ExceptionResolved, by=st.sampled_from(["", "api:ann"]), **_NAMED),
    st.builds(
        exc.ExceptionRouted,
        owner=st.just("order-desk"),
        severity=st.sampled_from(["low", "high"]),
        queue=st.just("business"),
        acknowledge_by=_MOMENTS,
        value=st.none() | st.builds(Money, st.integers(0, 9), st.just("EUR")),
        promised=st.none() | stamps,
        tier=st.sampled_from(["", "gold"]),
        **_NAMED,
    ),
    st.builds(
        exc.ExceptionAssigned,
        owner=st.sampled_from(["", "claims"]),
        assignee=st.sampled_from(["", "ann", "bob"]),
        **_ASKED,
    ),
    st.builds(exc.ExceptionWaiting, on=st.sampled_from(["customer", "carrier"]), until=_MOMENTS, **_ASKED),
    st.builds(exc.ExceptionResumed, **_ASKED),
    st.builds(exc.ExceptionRescheduled, promised=stamps, **_ASKED),
    st.builds(exc.ExceptionCommented, text=st.text(max_size=5), **_ASKED),
    st.builds(exc.ExceptionTimed, id=st.just("e1"), acknowledge_by=_MOMENTS, resolve_by=_MOMENTS, **_NAMED),
    st.builds(exc.ExceptionWarned, clock=_CLOCKS, due_at=_MOMENTS, **_NAMED),
    st.builds(exc.ExceptionBreached, clock=_CLOCKS, due_at=_MOMENTS, **_NAMED),
    st.builds(exc.ExceptionEscalated, level=st.integers(1, 3), to=st.just("lead"), **_NAMED),
)
"""Everything that happens to one exception."""

bodies = st.one_of(
    st.builds(ev.FulfilmentRequested, st.builds(order, st.text(max_size=3), stamps)),
    st.builds(ev.FulfilmentCancelled, st.just(SUBJECT), st.text(max_size=3), st.none() | stamps),
    st.builds(ev.RatesQuoted, quotes),
    st.builds(
        lambda quote: ev.CarrierSelected(
            quote.package_id, PARTNER, quote.shipment_id, "rate_1", "USPS", "Priority", "cheapest", (quote,)
        ),
        quotes,
    ),
    st.builds(ev.ShipmentBooked, bookings),
    st.builds(ev.LabelReceived, packages, shipments, numbers, documents),
    st.builds(ev.DocumentReceived, packages, shipments, numbers, documents),
    st.builds(ev.ShipmentVoided, st.just(PARTNER), packages, shipments, numbers),
    st.builds(ev.TrackingReported, scans),
    st.builds(ev.ProofCaptured, proofs),
    st.builds(ev.RecordWritten, st.just("odoo"), st.just("milestone.record.v1"), st.sampled_from(["m1", "m2"])),
    st.builds(ev.CommandFailed, st.just("c1"), st.just("odoo"), st.just("label.buy.v1"), st.text(), st.text()),
    exceptions,
    st.builds(PickupScheduled, st.just(PARTNER), st.just("pu-1"), shipments, st.just(WINDOW), st.text(max_size=3)),
    st.builds(PickupCancelled, st.just(PARTNER), st.just("pu-1"), shipments),
    st.builds(
        NoticeDecided,
        st.sampled_from(KINDS),
        st.sampled_from(["due", "held", "deferred", "dropped"]),
        st.just("delayed"),
        stamps,
        st.sampled_from(["", "stale"]),
    ),
    st.builds(
        CustomerNotified, st.just("mail"), st.sampled_from(KINDS), st.just("a" * 32), st.just("<m1@shop.example>")
    ),
    st.builds(CustomerUnsubscribed, st.just("a" * 32)),
    st.builds(
        ManifestClosed,
        st.just(PARTNER),
        st.just("mf-1"),
        shipments,
        st.just((BookedShipment("shp_1", "EZ1"),)),
        st.lists(documents, max_size=1).map(tuple),
    ),
    st.builds(
        AddressChecked,
        st.just(PARTNER),
        st.just("ad-1"),
        st.sampled_from(["valid", "corrected", "invalid", "unknown"]),
        st.builds(Address, city=st.sampled_from(["", "Gent"])),
    ),
    st.builds(
        deciding.BookingDiverted,
        packages,
        st.just(PARTNER),
        st.sampled_from(["hold", "withdraw", "reroute", "person", "released"]),
        st.text(max_size=3),
        st.just("c1"),
    ),
    st.builds(deciding.CommandWithdrawn, st.just("c1"), st.just(PARTNER), st.just("label.buy.v1"), packages),
    st.builds(
        deciding.PromiseJudged,
        numbers,
        st.just(PARTNER),
        st.just("USPS"),
        st.just("Priority"),
        st.just(1),
        st.just(2),
        st.booleans(),
    ),
    st.builds(DeskRequested, st.just("j1"), st.just("cli:ann"), st.just(Void("P1", again=True)), st.text(max_size=3)),
    st.builds(ev.DeadlinePassed, st.just("quote"), st.integers(0, 2**53)),
    st.builds(
        ProcessMoved, st.just("order_to_ship"), st.just(1), stages, stages, st.just("rates.quoted.v1"), st.just("c1")
    ),
    st.builds(
        ExpectationExpired,
        st.just("pick"),
        st.just("pick"),
        st.just("the pick"),
        st.just("wms"),
        st.integers(0, 2**53),
        st.integers(0, 2**53),
    ),
    st.builds(
        ExpectationFulfilled,
        st.just("pick"),
        st.just("pick"),
        st.just("the pick"),
        st.just("wms"),
        st.integers(0, 2**53),
        st.integers(0, 2**53),
    ),
    st.builds(
        ChannelOrderPlaced,
        st.builds(
            ChannelOrder,
            st.just("shop"),
            st.just("R-1"),
            st.just(Party("Ada")),
            st.integers(0, 2).map(lambda count: (SalesLine(Item("DESK-1"), Decimal(count)),)),
        ),
        st.integers(1, 3),
        known=st.sampled_from([(), ("DESK-1",)]),
    ),
    st.builds(
        OrderRouted,
        st.just(SUBJECT),
        st.builds(Routed, st.sampled_from(["", "north3pl"]), st.sampled_from(["", "r1"]), st.just("v1")),
        st.just(Routable(country="BE")),
        st.integers(0, 2),
    ),
    invented_warehouse.bodies,
    invented_returning.bodies,
)
"""Every kind of body there is."""
