"""What becomes of an order when everybody does what they owe, and what each of them answers to a command."""

import random
from collections.abc import Callable, Iterable, Iterator

import msgspec

from crossdock.devkit.silence import goods
from crossdock.devkit.silence.roads import ROADS, travel
from crossdock.devkit.silence.words import HOUR, MINUTE, Act, Life
from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.commands import CommandBody, RequestRates
from crossdock.model.desk import Book, DeskRequested
from crossdock.model.instants import from_epoch_us
from crossdock.model.money import money
from crossdock.model.releasing import PaymentReported
from crossdock.model.shipment import Quote, Rate
from crossdock.ports.stores_delivery import NewCommand

_BODY = msgspec.json.Decoder(CommandBody)
_WEEK = 9 * 24 * HOUR
_STAGE_OF = {
    "invoice.issue.v1": "delivery_to_invoice/invoicing",
    "transfer.complete.v1": "delivery_to_invoice/completing",
    "transfer.release.v1": "order_release/undoing",
    "warehouse_order.release.v1": "order_release/releasing",
}
_AT_THE_WAREHOUSE = ("acknowledgement", "pick_start", "pick", "pack", "despatch")
_OF_LABELS = ("order_to_ship/booking",)
"""Carriers that say nothing to a question for rates are no silence: the process itself gives up on them in minutes."""


class Partners:
    """Everybody an order has to do with, under one seed of dice."""

    def __init__(self, number: int, start: int, dice: random.Random, road: str, *, warehouse: bool) -> None:
        """``start`` is when the order is placed (epoch microseconds)."""
        self.dice, self.road, self.warehouse, self.start = dice, road, warehouse, start
        self.order = goods.order(number, start + _WEEK)
        self.subject = self.order.id
        self.refuses = self.nothing_offered = self.short = False
        self.held_up = False
        self.asked = 0

    def minutes(self, low: float, high: float) -> int:
        """A span between so many minutes."""
        return int(self.dice.uniform(low, high) * MINUTE)

    def answer(self, command: NewCommand) -> Iterator[Act]:
        """What follows of a command."""
        body = _BODY.decode(command.body)
        if command.partner == goods.WMS:
            yield from self._warehouse(command.kind, body)
        elif command.partner == goods.CARRIER:
            yield from self._carrier(command.kind, body)
        elif marker := str(getattr(body, "marker", "")):
            owed = _STAGE_OF.get(command.kind, "")
            in_lane = (1.2, 3) if command.kind == "invoice.issue.v1" else (0.1, 1)  # one after the other, as in a lane
            if self.warehouse and command.kind == "transfer.complete.v1":
                owed = ""  # written when it leaves; nobody's stage waits for it
            yield Act(self.minutes(*in_lane), ev.RecordWritten(goods.ERP, command.kind, marker), owed)

    def _carrier(self, kind: str, body: CommandBody) -> Iterator[Act]:
        package = str(getattr(getattr(body, "consignment", None), "package", body) and _package_of(body))
        if isinstance(body, RequestRates):
            offers = () if self.nothing_offered else (Rate("r", "Carrier", "Ground", money("5.00", "USD"), 5),)
            self.nothing_offered = False
            self.asked += 1
            quote = Quote(
                goods.CARRIER,
                package,
                f"q-{self.subject}-{package}-{self.asked}",
                offers,
                reference=body.consignment.reference,
            )
            yield Act(self.minutes(0.1, 1.5), ev.RatesQuoted(quote))
        if kind == "label.buy.v1":
            booked = ev.ShipmentBooked(goods.booking(self.subject, package))
            yield Act(self.minutes(0.1, 2), booked, "order_to_ship/booking")
        if kind == "label.fetch.v1":
            yield Act(self.minutes(0.1, 2), goods.label(self.subject, package), "order_to_ship/booking")
            if not self.warehouse:
                yield from self._leave(self.minutes(30, 300))
        if kind == "label.void.v1":
            each = goods.booking(self.subject, package)
            void = ev.ShipmentVoided(goods.CARRIER, package, each.shipment_id, each.tracking_number)
            yield Act(self.minutes(0.1, 2), void, "order_release/undoing")

    def _leave(self, after: int) -> Iterator[Act]:
        for act in travel(self.subject, self.road, self.start + after, self.dice):
            yield msgspec.structs.replace(act, after=act.after + after)

    def _warehouse(self, kind: str, body: CommandBody) -> Iterator[Act]:
        ours = (goods.WMS, self.subject)
        if isinstance(body, wh.ReleaseOrder):
            if self.held_up:
                yield from self._stuck(ours)
                return
            yield Act(self.minutes(0.1, 5), wh.WarehouseOrderReleased(*ours), _STAGE_OF[kind])
            if self.refuses:
                refused = wh.WarehouseOrderRefused(*ours, 1, "E1", "unknown item")
                yield Act(self.minutes(6, 20), refused, "acknowledgement")
                return
            yield from self._floor(ours)
        if isinstance(body, wh.AmendOrder):
            told = self.minutes(0.1, 5)
            yield Act(told, wh.WarehouseOrderReleased(*ours, body.revision))
            yield Act(told + self.minutes(1, 15), wh.WarehouseOrderAcknowledged(*ours, body.revision), "change")
        if isinstance(body, wh.CancelOrder):
            owed = "backorder" if self.short else "order_release/cancelling"
            yield Act(self.minutes(1, 20), wh.WarehouseOrderCancelled(*ours), owed)

    def _stuck(self, ours: tuple[str, str]) -> Iterator[Act]:
        """The release is refused by the wire; a person puts it right within the hour."""
        no = ev.CommandFailed("k", goods.WMS, "warehouse_order.release.v1", "The key is wrong.", "401")
        yield Act(self.minutes(0.5, 3), no)
        at = self.minutes(10, 45)
        yield Act(at, wh.WarehouseOrderReleased(*ours), "order_release/attention")
        for act in self._floor(ours):
            yield msgspec.structs.replace(act, after=act.after + at)

    def _floor(self, ours: tuple[str, str]) -> Iterator[Act]:
        at = self.minutes(6, 25)
        yield Act(at, wh.WarehouseOrderAcknowledged(*ours), "acknowledgement")
        at += self.minutes(40, 150)
        yield Act(at, wh.PickStarted(*ours, "L1"), "pick_start")
        line = goods.moved(1 if self.short else 2)
        if self.short:
            lacking = wh.ShortLine(line.item, line.quantity, line_id="1")
            yield Act(at + self.minutes(5, 20), wh.StockShort(*ours, "S1", (lacking,)))
        at += self.minutes(30, 150)
        yield Act(at, wh.GoodsPicked(*ours, "L1", (line,)), "pick")
        at += self.minutes(30, 150)
        yield Act(at, wh.PackagesPacked(*ours, (goods.package(),)), "pack")
        at += self.minutes(60, 400)
        yield Act(at, wh.GoodsShipped(*ours, "D1", (line,)), "despatch")
        yield from self._leave(at)


def _package_of(body: object) -> str:
    consignment = getattr(body, "consignment", None)
    return str(consignment.package.id if consignment is not None else getattr(body, "package_id", ""))


def _common(partners: Partners) -> tuple[str, ...]:
    if partners.warehouse:
        return ("order_release/releasing", *_AT_THE_WAREHOUSE, *_OF_LABELS, "delivery_to_invoice/invoicing")
    return (*_OF_LABELS, "delivery_to_invoice/completing", "delivery_to_invoice/invoicing")


def _usual(partners: Partners) -> Life:
    """Ordered, shipped, delivered; its carrier's road owes what its scans fulfil."""
    road = tuple(owed for _, _, owed in ROADS[partners.road] if owed)
    ends_well = ROADS[partners.road][-1][0] == "delivered"
    owes = (*(_common(partners) if ends_well else _common(partners)[:-1]), *road, *(("proof",) if ends_well else ()))
    return Life(partners.subject, (Act(0, ev.FulfilmentRequested(partners.order)),), partners.answer, owes)


def _corrected(partners: Partners) -> Life:
    """An order without a postcode is put right by a person."""
    wrong = goods.order(int(partners.order.external_id), partners.start + _WEEK, postcode="")
    right = msgspec.structs.replace(partners.order, changed_at=from_epoch_us(partners.start + HOUR))
    fixed = Act(partners.minutes(30, 300), ev.FulfilmentRequested(right), _rejected(partners))
    begin = (Act(0, ev.FulfilmentRequested(wrong)), fixed)
    return Life(partners.subject, begin, partners.answer, (_rejected(partners),))


def _rejected(partners: Partners) -> str:
    return "order_release/rejected" if partners.warehouse else "order_to_ship/rejected"


def _changed(partners: Partners) -> Life:
    """The customer wants one more, while the warehouse has it."""
    later = from_epoch_us(partners.start + HOUR)
    more = msgspec.structs.replace(partners.order, note="leave at the neighbour", changed_at=later)
    begin = (
        Act(0, ev.FulfilmentRequested(partners.order)),
        Act(partners.minutes(45, 60), ev.FulfilmentRequested(more)),
    )
    return Life(partners.subject, begin, partners.answer, ("change",))


def _called_off(partners: Partners) -> Life:
    """Cancelled an hour later; the warehouse stops it."""
    at = from_epoch_us(partners.start + HOUR)
    begin = (
        Act(0, ev.FulfilmentRequested(partners.order)),
        Act(partners.minutes(35, 40), ev.FulfilmentCancelled(partners.subject, changed_at=at)),
    )
    return Life(partners.subject, begin, _until_stopped(partners), ("order_release/cancelling",))


def _until_stopped(partners: Partners) -> Callable[[NewCommand], Iterable[Act]]:
    """The floor does not get as far as picking before it is called off."""

    def answer(command: NewCommand) -> Iterator[Act]:
        acts = list(partners.answer(command))
        yield from (each for each in acts if each.after < 40 * MINUTE)

    return answer


def _refused(partners: Partners) -> Life:
    """The warehouse refuses; everything is undone."""
    partners.refuses = True
    begin = (Act(0, ev.FulfilmentRequested(partners.order)),)
    return Life(partners.subject, begin, partners.answer, ("order_release/undoing",))


def _short(partners: Partners) -> Life:
    """One of two pieces is missing: the rest is released anew, and the warehouse is to forget it."""
    partners.short = True
    begin = (Act(0, ev.FulfilmentRequested(partners.order)),)
    return Life(partners.subject, begin, partners.answer, ("backorder",))


def _held_up(partners: Partners) -> Life:
    """The warehouse's key is wrong for a while."""
    partners.held_up = True
    begin = (Act(0, ev.FulfilmentRequested(partners.order)),)
    return Life(partners.subject, begin, partners.answer, ("order_release/attention",))


def _paid_late(partners: Partners) -> Life:
    """The payment is pending for hours."""
    begin = (
        Act(0, PaymentReported("shop", partners.subject, "pending")),
        Act(MINUTE, ev.FulfilmentRequested(partners.order)),
        Act(
            partners.minutes(60, 600),
            PaymentReported("shop", partners.subject, "authorized", 1),
            "payment_gate/waiting",
        ),
    )
    return Life(partners.subject, begin, partners.answer, ("payment_gate/waiting",))


def _paid_at_last(partners: Partners) -> Life:
    """The first payment fails; another one comes through."""
    begin = (
        Act(0, PaymentReported("shop", partners.subject, "failed")),
        Act(MINUTE, ev.FulfilmentRequested(partners.order)),
        Act(
            partners.minutes(60, 300),
            PaymentReported("shop", f"{partners.subject}-2", "captured"),
            "payment_gate/failed",
        ),
    )
    return Life(partners.subject, begin, partners.answer, ("payment_gate/failed",))


def _early_scan(partners: Partners) -> Life:
    """A scan is here before its order."""
    begin = (
        Act(0, goods.scan(partners.subject, "info_received", partners.start)),
        Act(partners.minutes(5, 40), ev.FulfilmentRequested(partners.order), "order_to_ship/new"),
    )
    return Life(partners.subject, begin, partners.answer, ("order_to_ship/new",))


def _nothing_offered(partners: Partners) -> Life:
    """No carrier offers; a person sees to it and books again."""
    partners.nothing_offered = True
    again = DeskRequested(f"j-{partners.subject}", "desk", Book())
    begin = (
        Act(0, ev.FulfilmentRequested(partners.order)),
        Act(partners.minutes(30, 200), again, "order_to_ship/attention"),
    )
    return Life(partners.subject, begin, partners.answer, ("order_to_ship/attention",))


Kind = Callable[[Partners], Life]
AT_A_WAREHOUSE: tuple[Kind, ...] = (
    _corrected,
    _changed,
    _called_off,
    _refused,
    _short,
    _held_up,
    _paid_late,
    _paid_at_last,
)
STRAIGHT: tuple[Kind, ...] = (_corrected, _early_scan, _nothing_offered)
"""Lives out of the ordinary, by whether a warehouse ships."""


def ordered(partners: Partners) -> Life:
    """The life of an order."""
    if partners.dice.random() < 0.3:
        partners.road = "plain"
        return partners.dice.choice(AT_A_WAREHOUSE if partners.warehouse else STRAIGHT)(partners)
    return _usual(partners)
