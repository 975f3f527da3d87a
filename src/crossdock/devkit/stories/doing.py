"""Steps of a story, done: at the partners, at Crossdock's doors, and to Crossdock itself."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from crossdock.backbone import desk, telling
from crossdock.devkit.stories import steps as words
from crossdock.devkit.stories.evidence import Evidence
from crossdock.devkit.stories.office import Office
from crossdock.devkit.stories.theatre import Theatre
from crossdock.model.desk import AnnounceReceipt, DeskRequested, Redeliver, ReturnGoods, Wish
from crossdock.model.events import Fact
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.releasing import PaymentReported, ReviewDecided
from crossdock.model.transfers import MovedLine

T = TypeVar("T")
_SHOP = "shop"
_SCANS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "easypost": {
        "in_transit": {"status": "in_transit", "status_detail": "departed_facility"},
        "out_for_delivery": {"status": "out_for_delivery", "status_detail": "out_for_delivery"},
        "delivered": {"status": "delivered", "status_detail": "arrived_at_destination"},
        "return_to_sender": {"status": "return_to_sender", "status_detail": "return"},
        "attempted": {"status": "failure", "status_detail": "delivery_exception"},
    },
    "shippo": {
        "in_transit": {"status": "TRANSIT", "substatus": "package_departed"},
        "out_for_delivery": {"status": "TRANSIT", "substatus": "out_for_delivery"},
        "delivered": {"status": "DELIVERED", "substatus": "delivered"},
        "return_to_sender": {"status": "RETURNED", "substatus": "return_to_sender"},
        "attempted": {"status": "TRANSIT", "substatus": "delivery_attempted"},
    },
}
"""What a carrier calls a scan, by its connector."""
_NUMBER = {"easypost": "tracking_code", "shippo": "tracking_number"}


_METHODS = {
    "order": "_order",
    "change_order": "_change",
    "cancel_order": "_cancel",
    "credit": "_credit",
    "payment": "_payment",
    "review": "_review",
    "warehouse": "_warehouse",
    "warehouse_habit": "_habit",
    "warehouse_stock": "_stock",
    "warehouse_receives": "_received",
    "purchase": "_purchase",
    "supplier_notice": "_notice",
    "return_goods": "_back",
    "redeliver": "_redeliver",
    "parcel": "_parcel",
    "outage": "_outage",
    "partner": "_partner",
}
DONE = frozenset(_METHODS)
"""Every word that is done here; a test compares it with those of the format."""


class Ask(Protocol):
    """Answers a question about what is true now."""

    async def __call__(self, question: Callable[[Evidence], T]) -> T:
        """The answer."""
        ...


class Player:
    """Does what steps say. Raises `LookupError` for a name that is nowhere, in words for people."""

    def __init__(self, theatre: Theatre, odoo: str, ask: Ask) -> None:
        """``ask`` answers a question about what is true now."""
        self._theatre = theatre
        self._office = Office(theatre.cast.of(odoo)) if odoo else None
        self._erp = odoo
        self._ask = ask
        self._reviews = self._wishes = 0

    async def do(self, word: str, said: Any) -> None:
        """One step, but for those that concern Crossdock's own running."""
        doing: Callable[[Any], Awaitable[None]] = getattr(self, _METHODS[word])
        await doing(said)

    @property
    def _now(self) -> int:
        return self._theatre.clock.now()

    def office(self) -> Office:
        """The story's Odoo. Raises `LookupError` where it has none."""
        if self._office is None:
            raise LookupError("this story has no Odoo: name one among the partners")
        return self._office

    async def _order(self, said: words.PlaceOrder) -> None:
        self.office().place(said, self._now)

    async def _change(self, said: words.ChangeOrder) -> None:
        self.office().change(said, self._now)

    async def _cancel(self, said: words.OfOrder) -> None:
        self.office().cancel(said.order, self._now)

    async def _credit(self, said: words.Credit) -> None:
        self.office().credit(said, self._now)

    async def _payment(self, said: words.Payment) -> None:
        body = PaymentReported(_SHOP, said.transaction, said.state, said.sequence)
        names = tuple(Reference(ReferenceKind.ORDER, said.order, issuer) for issuer in ("", self._erp))
        fact = Fact(body, from_epoch_us(self._now), lookups=names)
        await self._theatre.write(lambda tx: telling.tell(tx, fact, _SHOP, self._now))

    async def _review(self, said: words.Review) -> None:
        subject = await self._ask(lambda now: now.subject(said.order))
        self._reviews += 1
        body = ReviewDecided(f"story-{self._reviews}", said.gate, said.verdict, said.by, said.reason)
        await self._theatre.write(lambda tx: telling.decide(tx, subject, body, self._now))

    async def _warehouse(self, said: words.Floor) -> None:
        subject = await self._ask(lambda now: now.subject(said.order, said.delivery))
        warehouse = self._theatre.cast.of(said.partner, "warehouse")
        known = warehouse.state()["orders"]
        released = [name for name in known if name == subject or name.startswith(f"{subject}/")]
        if not released:
            raise LookupError(f"{said.partner} has no order {said.order}: it was not released there")
        arguments: dict[str, Any] = {"reference": released[-1]}
        if said.does == "refuse":
            arguments["text"] = said.text
        if said.quantities:
            arguments["quantities"] = said.quantities
        warehouse.control(said.does, arguments, self._now)

    async def _habit(self, said: words.Habit) -> None:
        habits: dict[str, Any] = {"short": said.short, "damaged": said.damaged, "twice": said.twice}
        habits |= {"remainder": said.remainder, "acknowledge": said.acknowledge_seconds}
        self._theatre.cast.of(said.partner, "warehouse").control("habits", habits, self._now)

    async def _stock(self, said: words.Shelf) -> None:
        warehouse = self._theatre.cast.of(said.partner, "warehouse")
        for action, quantity in (("count", said.counted), ("damage", said.damaged)):
            if quantity is not None:
                warehouse.control(action, {"sku": said.sku, "quantity": quantity}, self._now)

    async def _received(self, said: words.Receipt) -> None:
        state = await self._ask(lambda now: now.state(now.subject(said.order)))
        told = [each for each in state.inbound.values() if each.partner == said.partner and not each.complete]
        if not told:
            raise LookupError(f"{said.partner} awaits nothing of {said.order}: nothing was announced, or all has come")
        arguments = {"reference": told[-1].reference, "received": said.received, "damaged": said.damaged}
        self._theatre.cast.of(said.partner, "warehouse").control("receive", arguments, self._now)

    async def _purchase(self, said: words.Purchase) -> None:
        self.office().buy(said, self._now)

    async def _notice(self, said: words.Notice) -> None:
        await self._wish(said.order, 1, AnnounceReceipt(said.number, _moved(said.lines)), "the supplier's notice")

    async def _back(self, said: words.Back) -> None:
        wanted = ReturnGoods(_moved(said.lines), said.said, _SHOP)
        await self._wish(said.order, said.delivery, wanted, said.said or "the customer asked")

    async def _redeliver(self, said: words.Redelivery) -> None:
        await self._wish(said.order, said.delivery, Redeliver(said.choice), "the customer's answer")

    async def _wish(self, order: str, delivery: int, wanted: Wish, reason: str) -> None:
        """Asked for at the desk, as by the API."""
        subject = await self._ask(lambda now: now.subject(order, delivery))
        self._wishes += 1
        request = DeskRequested(f"story-wish-{self._wishes}", "story", wanted, reason)
        await self._theatre.write(lambda tx: desk.ask(tx, subject, request, self._now))

    async def _parcel(self, said: words.Parcel) -> None:
        state = await self._ask(lambda now: now.state(now.subject(said.order, said.delivery)))
        live = state.live_bookings()
        bookings = [live[package] for package in sorted(live)]
        if len(bookings) < (said.only or 1):
            raise LookupError(f"{len(bookings)} parcels of {said.order} have a label")
        if said.only is not None:
            bookings = [bookings[said.only - 1]]
        for booking in bookings:
            kind = self._theatre.cast.connectors[booking.partner]
            arguments: dict[str, Any] = {_NUMBER[kind]: booking.tracking_number, **_SCANS[kind][said.status]}
            if not said.signed:
                arguments["unsigned"] = True
            self._theatre.cast.of(booking.partner).control("advance", arguments, self._now)

    async def _outage(self, said: words.Outage) -> None:
        self._theatre.away(said.partner, said.minutes)

    async def _partner(self, said: words.PartnerAct) -> None:
        self._theatre.cast.of(said.partner).control(said.action, said.arguments, self._now)


def _moved(lines: Mapping[str, float]) -> tuple[MovedLine, ...]:
    return tuple(MovedLine(Item(sku), Decimal(str(quantity))) for sku, quantity in lines.items())
