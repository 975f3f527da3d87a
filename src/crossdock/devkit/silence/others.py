"""Lives of what is no order: receipts of purchases, and pickups asked for at the carriers' desk."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from crossdock.devkit.silence import goods
from crossdock.devkit.silence.lives import Partners
from crossdock.devkit.silence.words import HOUR, Act, Life
from crossdock.model import events as ev
from crossdock.model.changes import TransferChanged
from crossdock.model.collecting import PickupScheduled
from crossdock.model.commands import SchedulePickup
from crossdock.model.desk import DeskRequested, Relay
from crossdock.model.identifiers import transfer_id
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.shipment import BookedShipment, PickupWindow
from crossdock.model.transfers import Transfer, TransferLine
from crossdock.model.units import Measure
from crossdock.model.warehouse import GoodsReceived, InboundAnnounced, ReceivedLine
from crossdock.ports.stores_delivery import NewCommand

_RECEIVING = "procure_to_receive"


def receipt(partners: Partners) -> Life:
    """A purchase that comes in two deliveries, with a rest that comes days later."""
    number, at = partners.order.external_id, from_epoch_us(partners.start)
    last = partners.dice.choice((f"{_RECEIVING}/partly", "rest_of_receipt"))
    lines = (TransferLine("1", Item(goods.SKU), Decimal(5)),)
    planned = Transfer(
        transfer_id(goods.ERP, number), goods.ERP, number, f"WH/IN/{number}", "incoming", "ready", lines, at,
        purchase_order=f"P{number}",
    )  # fmt: skip

    def answer(command: NewCommand) -> Iterator[Act]:
        if command.kind == "inbound.announce.v1":
            yield from _arrivals(partners, planned.name, last)
        elif marker := str(msgspec.json.decode(command.body).get("marker", "")):
            written = ev.RecordWritten(goods.ERP, command.kind, marker)
            yield Act(partners.minutes(0.1, 3), written, f"{_RECEIVING}/receiving")

    owes = (f"{_RECEIVING}/announced", f"{_RECEIVING}/receiving", last)
    return Life(planned.id, (Act(0, TransferChanged(planned)),), answer, owes)


def _arrivals(partners: Partners, reference: str, owed: str) -> Iterator[Act]:
    yield Act(partners.minutes(1, 25), InboundAnnounced(goods.WMS, reference, "A1"), f"{_RECEIVING}/announced")
    at = int(partners.dice.uniform(20, 60) * HOUR)
    some = (ReceivedLine(Item(goods.SKU), Decimal(3)),)
    rest = (ReceivedLine(Item(goods.SKU), Decimal(2)),)
    yield Act(at, GoodsReceived(goods.WMS, reference, "GR1", some, final=False))
    later = at + int(partners.dice.uniform(10, 60) * HOUR)
    yield Act(later, GoodsReceived(goods.WMS, reference, "GR2", rest), owed)


def pickup(partners: Partners) -> Life:
    """Asked for at the desk; every third is refused at first, and somebody sees to it."""
    start, name = partners.start, f"pickup-{partners.order.external_id}"
    window = PickupWindow(from_epoch_us(start + 20 * HOUR), from_epoch_us(start + 24 * HOUR))
    parcel = BookedShipment("s1", "T1")
    wish = SchedulePickup(name, goods.HOUSE, window, (parcel,), Measure(Decimal(2), "KGM"))
    refused = partners.dice.random() < 0.5
    done = PickupScheduled(goods.CARRIER, name, f"p-{name}", window)

    def answer(command: NewCommand) -> Iterator[Act]:
        if refused:
            no = ev.CommandFailed(command.key, goods.CARRIER, command.kind, "No driver that day.", "409")
            yield Act(partners.minutes(0.5, 3), no, "carriers_desk/asked")
            yield Act(partners.minutes(20, 150), done, "carriers_desk/attention")
        else:
            yield Act(partners.minutes(0.5, 20), done, "carriers_desk/asked")

    asked = DeskRequested(f"j-{name}", "desk", Relay(goods.CARRIER, wish))
    owes = ("carriers_desk/attention",) if refused else ("carriers_desk/asked",)
    return Life(f"desk:{goods.CARRIER}:{name}", (Act(0, asked),), answer, owes)
