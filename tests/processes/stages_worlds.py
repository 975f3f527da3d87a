"""For every process the facts that fit together on one subject, so that its histories get deep."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from crossdock.model import collecting as col
from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.changes import DocumentRemoved, TransferChanged
from crossdock.model.channel_orders import Checks
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.desk import RETURN, Book, DeskRequested, Relay, Return, Void
from crossdock.model.exceptions import ExceptionResolved
from crossdock.model.instants import stamp
from crossdock.model.progress import ProcessMoved
from crossdock.model.releasing import OrderChecked, OrderCleared, OrderFreed, OrderHeld, OrderStopped
from crossdock.model.returning import AsnReceived, RedeliveryChosen, ReturnRefused, ReturnRequested
from crossdock.model.shipment import BookedShipment, PickupWindow
from crossdock.model.transfers import MovedLine
from crossdock.ports.process import Process
from crossdock.processes.carriers_desk import carriers_desk
from crossdock.processes.configured import there_are
from crossdock.processes.credit_hold import CreditPolicy, credit_hold
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.failed_delivery import FailedDeliveryPolicy, failed_delivery
from crossdock.processes.order_intake import OrderIntakePolicy, order_intake
from crossdock.processes.order_release import order_release
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.payment_gate import PaymentPolicy, payment_gate
from crossdock.processes.procure_to_receive import procure_to_receive
from crossdock.processes.receiving_steps import ReceivingPolicy
from crossdock.processes.release_work import ReleasePolicy
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.processes.tracking_watch import WatchPolicy, tracking_watch
from orders import CUSTOMER, WAREHOUSE, delivery_order, quote, rate
from processes import test_delivery_to_invoice as billed
from processes import test_order_intake as intake
from processes import test_order_release as released
from processes import test_procure_to_receive as received
from processes import test_returning_anyhow as returning
from processes.history import NOON
from processes.stages_told import Branch, World, no_more, nothing
from processes.test_gates import order, paid, review

WMS, REF = released.WMS, released.REF
LATER = stamp("2026-11-21T06:10:00Z")
STRANGER = ev.DeadlinePassed("of another process", NOON)
OF_OTHERS = ev.CommandFailed("other#1", "smtp", "customer.notify.v1", "Look there.", "500")
WRITTEN_BY_OTHERS = ev.RecordWritten("odoo", "milestone.record.v1", "other")
FINISHED = ev.RecordWritten("odoo", "transfer.complete.v1", "c1")
INVOICED = ev.RecordWritten("odoo", "invoice.issue.v1", "i1")
SCANS = ("picked_up", "in_transit", "out_for_delivery", "delivered")


def by_reference(tag: str, body: Any) -> object:
    """What is given once at most: undoing, and what cannot be undone. None: as often as is wanted."""
    targets: dict[str, Callable[[], object]] = {
        "label.void.v1": lambda: body.shipment_id,
        "label.buy.v1": lambda: body.shipment_id,
        "warehouse_order.release.v1": lambda: body.reference,
        "warehouse_order.cancel.v1": lambda: (body.reference, body.reason),
        "warehouse_order.amend.v1": lambda: (body.reference, body.revision),
        "transfer.complete.v1": lambda: body.external_id,
        "transfer.release.v1": lambda: (body.external_id, body.marker),
        "transfer.cancel.v1": lambda: body.external_id,
        "transfer.return.v1": lambda: body.marker,
        "stock.adjust.v1": lambda: body.marker,
        "invoice.issue.v1": lambda: body.external_id,
        "credit_note.issue.v1": lambda: body.marker,
        "goods.receive.v1": lambda: body.reference,
        "sales_order.place.v1": lambda: body.reference,
        "activity.raise.v1": lambda: body.marker,
        "activity.close.v1": lambda: body.marker,
        "note.record.v1": lambda: body.marker,
        "milestone.record.v1": lambda: body.marker,
        "proof.record.v1": lambda: body.marker,
    }
    return targets.get(tag, lambda: None)()


def scan(number: str, milestone: str, day: int, partner: str = "easypost") -> ev.TrackingReported:
    at = stamp(f"2026-11-{day:02}T10:00:00Z")
    return ev.TrackingReported(ev.TrackingEvent(partner, number, milestone, at, raw_code=milestone))


def journeys(*numbers: str) -> Iterable[ev.EventBody]:
    return (scan(number, milestone, day) for number in numbers for day, milestone in enumerate(SCANS, 22))


def cancelled(minute: int) -> ev.FulfilmentCancelled:
    return ev.FulfilmentCancelled(released.ORDER.id, changed_at=stamp(f"2026-11-21T06:{minute:02}:00Z"))


def _world(process: Process, *pool: ev.EventBody, subject: str = "do:odoo:7", holds: Any = nothing) -> World:
    told = tuple({ev.encode_body(each): each for each in pool}.values())
    more = {"co:": placed_anew, "do:": called_off}.get(subject[:3], no_more)
    return World(process, subject, told, by_reference, holds, more)


def placed_anew(number: int) -> list[ev.EventBody]:
    """A channel can always send its order again."""
    return [intake.placed(intake.ORDER, 100 + number), intake.placed(intake.of_quantity(number + 1, 1), 100 + number)]


def called_off(number: int) -> list[ev.EventBody]:
    """An order can always be touched or called off."""
    at = stamp(f"2026-11-22T10:{number:02}:00Z")
    return [
        ev.FulfilmentRequested(replace(delivery_order(), changed_at=at)),
        ev.FulfilmentCancelled(released.ORDER.id, changed_at=at),
    ]


def intakes() -> list[World]:
    orders = [intake.ORDER, intake.of_quantity(5, 1), intake.of_quantity(0, 1), intake.of_quantity(6, 4)]
    noted = replace(intake.ORDER, note="ring twice")
    pool = [
        *(intake.placed(each, revision) for revision, each in enumerate(orders, 1)),
        intake.placed(noted, 5), intake.placed(intake.ORDER, 6), intake.placed(replace(intake.ORDER, lines=()), 7),
        *(intake.placed(intake.of_quantity(revision, 1), revision) for revision in (60, 61)),
        *(intake.placed(intake.ORDER, revision) for revision in (62, 63)),
        intake.WRITTEN, replace(intake.WRITTEN, marker="m2"), intake.AMENDED, replace(intake.AMENDED, marker="m2"),
        intake.FAILED, replace(intake.FAILED, command_key="k#2", engineer="again"), OF_OTHERS, WRITTEN_BY_OTHERS,
        ExceptionResolved("x", "", "y", "cli:ann"),
    ]  # fmt: skip
    return [
        _world(order_intake(OrderIntakePolicy("odoo", Checks(), another)), *pool, subject=intake.ORDER.subject)
        for another in ("refuse", "amend")
    ]


def gates() -> list[World]:
    asked = [order("150"), order("90", minute=1), order("200", minute=2), order("300", minute=40)]
    reviews = [
        review("approve"), review("reject", name="r2"), review("approve", name="r3"), review("reject", name="r4"),
        review("approve", "payment", "r5"), review("reject", "payment", "r6"),
    ]  # fmt: skip
    payments = [
        paid("pending"), paid("authorized", 1), paid("failed", 2), paid("captured", 3), paid("pending", 0, "t2"),
        paid("captured", 1, "t2"), paid("failed", 0, "t3"), paid("refunded", 4),
    ]  # fmt: skip
    off = [cancelled(1), cancelled(30), cancelled(50), STRANGER]
    return [
        _world(credit_hold(CreditPolicy(hours=24)), *asked, *reviews, *off),
        _world(credit_hold(CreditPolicy(hours=24, on_expiry="keep")), *asked, *reviews, *off),
        _world(payment_gate(PaymentPolicy()), *asked, *reviews, *payments, *off),
        _world(payment_gate(PaymentPolicy(require="all")), *asked, *reviews, *payments, *off),
    ]


def releases() -> list[World]:
    faulty = replace(released.ORDER.ship_to, address=replace(released.ORDER.ship_to.address, postcode=""))
    wanted = [
        released.requested(), released.requested(lines=(released.MORE,), changed_at=LATER),
        released.requested(ship_to=faulty, changed_at=stamp("2026-11-21T06:05:00Z")),
        released.requested(changed_at=stamp("2026-11-21T07:00:00Z")), cancelled(8), cancelled(30),
        ev.FulfilmentCancelled(released.ORDER.id, changed_at=stamp("2026-11-21T08:00:00Z")),
        released.requested(lines=(released.MORE,), changed_at=stamp("2026-11-21T09:00:00Z")),
    ]  # fmt: skip
    said = [fact for reference in (REF, f"{REF}/2") for fact in _of_warehouse(reference)]
    around = [
        OrderHeld("credit", "h1", "over limit"), OrderFreed("credit", "h1", "ann"), OrderFreed("payment", "h2", "x"),
        OrderHeld("payment", "h2", "pending"), OrderChecked(REF, "of another"), OrderStopped(REF, 99),
        ExceptionResolved("order.undeliverable", "", "x", "ann"), released.BOOKED, released.LABEL, released.VOIDED,
        ev.ShipmentVoided("easypost", "P9", "s9", "T9"), WRITTEN_BY_OTHERS, OF_OTHERS, scan("T1", "picked_up", 22),
        ev.CommandFailed("v#1", "easypost", "label.void.v1", "It was used.", "409", "P1"),
        ev.RecordWritten("odoo", "note.record.v1", "m1"), OrderChecked(REF, "of a third"),
    ]  # fmt: skip
    packed = [
        ev.FulfilmentRequested(replace(each.order, packages=delivery_order().packages))
        if isinstance(each, ev.FulfilmentRequested) else each for each in wanted
    ]  # fmt: skip
    return [
        _world(order_release(ReleasePolicy(lambda _: WMS)), *wanted, *said, *around, holds=undone),
        _world(order_release(ReleasePolicy(lambda _: "")), *packed, *around, *_of_warehouse(REF)),
    ]


def _of_warehouse(reference: str) -> list[ev.EventBody]:
    said = [
        wh.WarehouseOrderReleased(WMS, REF), wh.WarehouseOrderAcknowledged(WMS, REF), wh.PickStarted(WMS, REF, "L"),
        wh.GoodsPicked(WMS, REF, "L", (released.MOVED,)), released.PACKED, released.SHIPPED, released.REFUSED,
        wh.WarehouseOrderRefused(WMS, REF, 2, "LATE", "picked already"), wh.WarehouseOrderCancelled(WMS, REF),
        wh.CancellationRefused(WMS, REF, "packed"), released.short(1), released.short(2, "cancel"),
        replace(released.SHIPPED, despatch="D2"), wh.WarehouseOrderAcknowledged(WMS, REF, 2),
    ]  # fmt: skip
    again = reference != REF
    return [replace(each, reference=reference, **_numbered(each, again=again)) for each in said]


def _numbered(body: Any, *, again: bool) -> dict[str, str]:
    return {"despatch": f"{body.despatch}b"} if again and hasattr(body, "despatch") else {}


def undone(branch: Branch) -> None:
    """Nothing of an order that was stopped is alive."""
    if branch.stage == "undeliverable":
        given = [each for each in branch.given if each[1].body.__struct_config__.tag == "transfer.release.v1"]
        assert given, "undeliverable, and its stock was never given back"


def shipping() -> list[World]:
    whole = delivery_order()
    wanted = [
        ev.FulfilmentRequested(whole), ev.FulfilmentRequested(delivery_order(sku="", changed_at=LATER.at)),
        ev.FulfilmentRequested(replace(whole, lines=(released.MORE,), changed_at=stamp("2026-11-21T06:20:00Z"))),
        ev.FulfilmentRequested(delivery_order(changed_at="2026-11-21T07:00:00Z")), cancelled(30),
        ev.FulfilmentCancelled(whole.id, changed_at=stamp("2026-11-21T08:00:00Z")),
        ev.FulfilmentRequested(delivery_order(changed_at="2026-11-21T09:00:00Z")),
    ]  # fmt: skip
    wanted.append(ev.FulfilmentCancelled(whole.id, changed_at=stamp("2026-11-21T10:00:00Z")))
    numbers = [f"T-{partner}:{whole.id}/P1{again}" for partner in "es" for again in ("", "/2")]
    wishes = [Book(), Void("P1"), Void("P1", again=True), Return("P1"), Book()]
    around = [
        *(DeskRequested(f"w{at}", "cli:ann", wish) for at, wish in enumerate(wishes)), *journeys(*numbers),
        *(OrderCleared(whole.id, f"{at}/x") for at in range(4)), *(OrderStopped(whole.id, at) for at in range(1, 4)),
        ev.ProofCaptured(ev.ProofOfDelivery("easypost", numbers[0], LATER, "A. Smith")),
        ev.ProofCaptured(ev.ProofOfDelivery("easypost", numbers[0], LATER, "B. Other")),
        ev.DocumentReceived("P1", f"e:{whole.id}/P1", numbers[0], released.LABEL.document),
        ev.DocumentReceived("P9", "s9", "T9", released.LABEL.document), OF_OTHERS, WRITTEN_BY_OTHERS, STRANGER,
        ExceptionResolved("rates.none", "", "x", "ann"), ev.RatesQuoted(quote("P9", "s9", rate("r", "5.00"))),
        ev.RatesQuoted(quote("P1", "late", rate("r", "4.00"))), released.BOOKED, released.LABEL, released.VOIDED,
        ev.ShipmentVoided("easypost", "P9", "s9", "T9"), CommandWithdrawn("other", "easypost", "label.buy.v1", "P9"),
        CommandWithdrawn("others", "odoo", "note.record.v1"), ev.RecordWritten("odoo", "shipping.record.v1", "other"),
        ev.CommandFailed("o#1", "odoo", "milestone.record.v1", "Look.", "x"),
    ]  # fmt: skip
    return [
        _world(order_to_ship(policy), *wanted, *around, holds=voided)
        for policy in (
            OrderToShipPolicy(("easypost", "slowpost")), OrderToShipPolicy(("easypost",), on_clearance=True),
        )
    ]  # fmt: skip


def voided(branch: Branch) -> None:
    """A label of a cancelled order that no carrier has is being voided, whenever it came."""
    if branch.stage != "cancelled" or any(each.standing.moved for each in branch.state.journeys.values()):
        return
    asked = {order.body.shipment_id for _, order in branch.given if order.body.__struct_config__.tag == "label.void.v1"}
    lost = {each.shipment_id for each in branch.state.live_bookings().values()} - asked
    assert not lost, f"cancelled, and nobody voids {lost}"


def desks() -> list[World]:
    shipments = (BookedShipment("s1", "T1"),)
    window = PickupWindow(stamp("2026-11-23T08:00:00Z"), stamp("2026-11-23T12:00:00Z"))
    weight = delivery_order().packages[0].weight
    commands = [
        cmd.SchedulePickup("ad-1", WAREHOUSE, window, shipments, weight), cmd.CancelPickup("ad-1", "pu1"),
        cmd.CloseManifest("ad-1", WAREHOUSE, "2026-11-23", shipments), cmd.CheckAddress("ad-1", CUSTOMER),
    ]  # fmt: skip
    pool = [
        *(DeskRequested(f"q{at}", "cli:ann", Relay("ups", each)) for at, each in enumerate([*commands, *commands])),
        DeskRequested("other", "cli:ann", Book()),
        *(col.PickupScheduled("ups", "ad-1", f"pu{at}", window) for at in (1, 2)),
        *(col.PickupCancelled("ups", "ad-1", f"pu{at}") for at in (1, 2)),
        *(col.ManifestClosed("ups", "ad-1", f"m{at}", shipments) for at in (1, 2)),
        *(col.AddressChecked("ups", "ad-1", verdict) for verdict in ("valid", "invalid")), OF_OTHERS,
        *(ev.CommandFailed(f"k{tag}#1", "ups", tag, "Not now.", "500") for tag in
          ("pickup.schedule.v1", "pickup.cancel.v1", "manifest.close.v1", "address.check.v1")),
    ]  # fmt: skip
    return [_world(carriers_desk(), *pool, subject="desk:ups:ad-1")]


def invoices() -> list[World]:
    two = replace(billed.SOLD, packages=returning.SOLD.packages)
    pool = [
        *(ev.FulfilmentRequested(replace(two, changed_at=stamp(f"2026-11-21T06:{at:02}:00Z"))) for at in range(3)),
        ev.FulfilmentRequested(replace(two, sales_order_id="", changed_at=stamp("2026-11-21T05:00:00Z"))),
        *(returning.booked(f"P{at}", f"T{at}") for at in (1, 2)), returning.booked("P1", "T3"),
        *(scan(f"T{at}", each, 22) for at in (1, 2, 3) for each in ("in_transit", "delivered")),
        scan("T2", "returned", 23), *(billed.proof(f"T{at}") for at in (1, 2, 3)), billed.proof("T1", "B. Other"),
        *(ev.ShipmentVoided("easypost", f"P{at}", f"sT{at}", f"T{at}") for at in (1, 2)),
        ev.ShipmentVoided("easypost", "P9", "s9", "T9"), FINISHED, INVOICED, WRITTEN_BY_OTHERS,
        ev.RecordWritten("odoo", "invoice.issue.v1", "i2"), ev.RecordWritten("odoo", "note.record.v1", "n"),
    ]  # fmt: skip
    policies = [DeliveryToInvoicePolicy(), DeliveryToInvoicePolicy("delivered", complete=False, partial="invoice")]
    return [_world(delivery_to_invoice(policy), *pool) for policy in policies]


def failures() -> list[World]:
    tried = [scan(f"T{at}", "delivery_attempted", day) for at in (1, 2) for day in range(22, 26)]
    ends = [scan(f"T{at}", each, 28) for at in (1, 2) for each in ("delivered", "return_initiated", "in_transit")]
    choices = [
        RedeliveryChosen(f"a{at}", "shop", choice, number)
        for at, (choice, number) in enumerate((c, n) for c in ("again", "collect", "return") for n in ("T1", "T2", ""))
    ]
    pool = [
        ev.FulfilmentRequested(returning.SOLD), returning.booked("P1", "T1"), returning.booked("P2", "T2"), *tried,
        *ends, *choices, ev.ShipmentVoided("easypost", "P1", "sT1", "T1"), returning.booked("P1", "T3"), STRANGER,
        ev.ShipmentVoided("easypost", "P2", "sT2", "T2"), ev.ShipmentVoided("easypost", "P9", "s9", "T9"),
        returning.booked("P2", "T4"),
    ]  # fmt: skip
    policies = [FailedDeliveryPolicy(), FailedDeliveryPolicy(1, silence="again"), FailedDeliveryPolicy(1, offers=0)]
    return [_world(failed_delivery(policy), *pool) for policy in policies]


def returns() -> list[World]:
    sold, lines = returning.SOLD, (MovedLine(returning.WIDGET, Decimal(1)),)
    gone = replace(received.PLANNED, id=sold.id, direction="outgoing", state="done", purchase_order="")
    receipts = [
        returning.receipt(f"{sold.name}-R{case}", f"GR{case}{at}", 1, damaged, final=final)
        for case in (1, 2)
        for at, (damaged, final) in enumerate([(0, False), (1, True), (0, True)])
    ]
    pool = [
        *(ev.FulfilmentRequested(replace(sold, changed_at=stamp(f"2026-11-21T06:{at:02}:00Z"))) for at in range(3)),
        *(returning.booked(f"P{at}", f"T{at}") for at in (1, 2)), FINISHED, INVOICED, WRITTEN_BY_OTHERS, OF_OTHERS,
        *(returning.booked(f"P1{RETURN}", f"B{at}") for at in (1, 2)), TransferChanged(gone),
        *(ev.ShipmentVoided("easypost", f"P1{RETURN}", f"sB{at}", f"B{at}") for at in (1, 2)),
        *(scan("T1", each, 22 + at) for at, each in enumerate(("delivered", "return_initiated", "returned"))),
        *(scan(f"B{at}", each, 25) for at in (1, 2) for each in ("picked_up", "delivered")), *receipts,
        TransferChanged(replace(gone, changed_at=LATER)), ReturnRequested("r1", "shop", lines, "wrong_size"),
        ReturnRequested("r2", "shop", lines, raw_reason="odd"), ReturnRequested("r2", "shop", lines, "damaged"),
        ReturnRequested("r3", "desk", reason="changed_mind"), ReturnRefused("x", "cli:ann", goods="kept"),
        ReturnRefused("y", "cli:ann", request="shop/r1"), ReturnRefused("z", "cli:ann", request="shop/r9"),
        *(wh.InboundAnnounced(WMS, f"{sold.name}-R{at}", f"A{at}") for at in (1, 2, 9)),
        CommandWithdrawn("other", "easypost", "label.buy.v1", "P9"), CommandWithdrawn("2", "odoo", "note.record.v1"),
        ev.CommandFailed("o#2", "odoo", "note.record.v1", "Look.", "x"), scan("T2", "in_transit", 22),
    ]  # fmt: skip
    policies = [
        ReturnPolicy(), ReturnPolicy(WMS, "always", "reject", label=True),
        ReturnPolicy(refund="never", damaged="restock", leave=False, open=False),
    ]  # fmt: skip
    return [_world(return_to_refund(policy), *pool, subject=sold.id) for policy in policies]


def receivings() -> list[World]:
    states = [("ready", 10), ("waiting", 9), ("ready", 12), ("cancelled", 13), ("ready", 14), ("done", 15)]
    changes = [
        TransferChanged(replace(received.PLANNED, state=state, changed_at=stamp(f"2026-11-20T{hour:02}:00:00Z")))
        for state, hour in states
    ]
    notices = [AsnReceived("edi", f"DN{at}", "P00009", (MovedLine(received.DESK, Decimal(at)),)) for at in (2, 5)]
    pool = [
        *changes, *notices, AsnReceived("edi", "DN2", "P00009", (MovedLine(received.LAMP, Decimal(2)),)),
        received.receipt("GR1", final=False, DESK_1=3), received.receipt("GR2", DESK_1=[2, 1], LAMP_2=2),
        received.receipt("GR3", DESK_1=9, LAMP_2=1), received.receipt("GR1", final=False, DESK_1=4),
        *(wh.InboundAnnounced(WMS, reference, "A") for reference in (received.NAME, f"{received.NAME}-2", "else")),
        *(DocumentRemoved("odoo", "transfer", number) for number in ("12", "99")), DocumentRemoved("odoo", "move", "1"),
        OF_OTHERS, WRITTEN_BY_OTHERS, STRANGER, ev.DeadlinePassed("late", NOON + 1), FINISHED,
        CommandWithdrawn("other", WMS, "inbound.announce.v1"), CommandWithdrawn("2", "odoo", "note.record.v1"),
        ev.CommandFailed("o#2", "odoo", "note.record.v1", "Look.", "x"),
    ]  # fmt: skip
    policies = [
        ReceivingPolicy(WMS, notice_hours=24.0), ReceivingPolicy(WMS, "notice", remainder="cancel", over="leave"),
        ReceivingPolicy(damaged="leave"),
    ]  # fmt: skip
    return [_world(procure_to_receive(policy), *pool, subject=received.SUBJECT) for policy in policies]


def watches() -> list[World]:
    around = [
        *(returning.booked("P1", f"T{at}") for at in (1, 2)), *journeys("T1", "T2"), STRANGER, OF_OTHERS,
        ev.ShipmentVoided("easypost", "P1", "sT1", "T1"), ev.ShipmentVoided("easypost", "P9", "s9", "T9"),
        ev.CommandFailed("t#1", "easypost", "tracking.request.v1", "Gone.", "404", "P1"),
    ]  # fmt: skip
    moves = [
        ProcessMoved(process.name, 1, "", stage.name, "x", f"{process.name}/{stage.name}")
        for process in there_are()
        for stage in (process.chart.stages if process.chart else ())
        if process.name in {"order_release", "order_to_ship"}
    ]
    expecting = next(each for each in there_are() if each.name == "expectations")
    said = [*_of_warehouse(REF), released.requested(), cancelled(8), released.LABEL, billed.proof("T1")]
    said += [returning.receipt("R1", "GR1", 1, 0, final=True), wh.InboundAnnounced(WMS, "R1", "A1"), *moves]
    return [
        _world(tracking_watch(WatchPolicy(("easypost",))), *around),
        _world(expecting, *around, *said),
    ]


def worlds() -> list[World]:
    """All of them; a process may have several, under policies that differ."""
    made = (intakes, gates, releases, shipping, desks, invoices, failures, returns, receivings, watches)
    return [world for each in made for world in each()]
