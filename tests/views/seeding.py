"""A small store with a delivered order, a rejected one, a parked one, one in doubt, and a message nobody could read."""

from collections.abc import Callable

import msgspec

from crossdock.model import events as ev
from crossdock.model.cases import Case
from crossdock.model.commands import BuyLabel, CommandBody, RequestRates
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.fulfilment import FulfilmentState, apply, summary_of
from crossdock.model.identifiers import Reference, ReferenceKind, digest, trace_id_of
from crossdock.model.instants import Stamp, from_epoch_us, stamp
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Booking, Consignment, Document
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.ports.stores import NewEvent, StateRow, Transaction
from crossdock.ports.stores_delivery import Attempt, Blob, NewCommand, Outcome, Term
from crossdock.ports.stores_inbound import NewExchange, Settlement
from crossdock.storage.opening import open_store
from orders import CUSTOMER, delivery_order, quote, rate

NOW = 1_795_262_400_000_000
SECOND = 1_000_000
DELIVERED, REJECTED, PARKED, DOUBTFUL = (f"do:odoo:{number}" for number in (7, 8, 9, 10))
NUMBER = "9400100000000000000007"
LABEL = b"%PDF-1.4 a label"
LABEL_HASH = "5f" * 32
UNREADABLE = "unreadable".ljust(26, "0")
NOWHERE = Party(CUSTOMER.name, Address(("12 Example St",), "Portland", "OR", "", "US"))


class FixedClock:
    """A clock the test moves."""

    def __init__(self, now: int = NOW + 3600 * SECOND) -> None:
        self.instant = now

    def now(self) -> int:
        return self.instant

    async def sleep(self, seconds: float) -> None:
        self.instant += int(seconds * SECOND)


async def open_seeded(folder, seed: Callable[[Transaction], None] | None = None):
    """A fresh SQLite store with the rows of `fill`."""
    store = open_store(f"sqlite:///{folder / 'crossdock.db'}", folder=folder)
    await store.migrate()
    await store.run(seed or fill)
    return store


class Teller:
    """Tells one order's story through the transaction, as the engine would."""

    def __init__(self, tx: Transaction, subject: str, at: int) -> None:
        self.tx = tx
        self.subject = subject
        self.at = at
        self.state = FulfilmentState()
        self.count = 0

    def receive(self, partner: str, channel: str, body: object) -> str:
        self.at += SECOND
        self.count += 1
        name = f"{self.subject[3:].replace(':', '')}m{self.count}".ljust(26, "0")
        raw = msgspec.json.encode(body)
        message = NewExchange(
            name, partner, channel, raw, self.at, trace_id_of(self.subject), content_type="application/json"
        )
        self.tx.exchanges.accept([message])
        self.tx.exchanges.settle([Settlement(name, "translated", self.subject)], self.at)
        return name

    def say(self, body: ev.EventBody, source: str = "", exchange: str = "", occurred: Stamp | None = None) -> str:
        self.at += SECOND // 10
        fact = ev.Fact(body, occurred or from_epoch_us(self.at), subject=self.subject)
        key = fact.key(self.subject)
        event = NewEvent(key, self.subject, fact, self.at - 5000, source, exchange, trace_id_of(self.subject))
        self.tx.log.append([event], self.at)
        apply(self.state, body, key)
        return key

    def order(self, body: CommandBody, name: str, cause: str) -> str:
        self.at += SECOND // 10
        self.count += 1
        identity = f"{self.subject[3:].replace(':', '')}c{self.count}".ljust(26, "0")
        command = NewCommand(
            identity, digest(self.subject, name), "easypost", self.subject, str(body.__struct_config__.tag),
            msgspec.json.encode(body), 50, self.at, self.at, trace_id_of(self.subject), cause,
        )  # fmt: skip
        self.tx.lanes.enqueue([command])
        return identity

    def settle(self, status: str, verdict: str, operator: str = "", engineer: str = "") -> None:
        self.at += SECOND
        claimed = self.tx.lanes.claim(Term("test", self.at, self.at, self.at + 60 * SECOND), 1, ["easypost"])[0]
        assert claimed.subject == self.subject
        calls = b'[{"method": "POST", "url": "https://api.easypost.com/v2/shipments", "status": 200}]'
        attempt = Attempt(
            claimed.id, claimed.attempt, self.at, self.at + SECOND // 2, verdict, operator, engineer, calls
        )
        self.at += SECOND // 2
        outcome = Outcome(status, attempt, self.at if status == "retry" else 0)
        assert self.tx.lanes.settle([(claimed, outcome)]) == [True]

    def end(self, phase: str) -> None:
        summary = summary_of(self.state, phase)
        self.tx.states.save([StateRow(self.subject, msgspec.json.encode(self.state), {}, self.at, summary)])
        order = self.state.order
        names = [Reference(ReferenceKind.ORDER, order.sales_order), Reference(ReferenceKind.DELIVERY, order.name)]
        names += [Reference(ReferenceKind.TRACKING, number) for number in self.state.tracking_numbers()]
        self.tx.references.bind([(name, self.subject) for name in names])


def fill(tx: Transaction) -> None:
    """All of it."""
    _delivered(tx)
    _rejected(tx)
    _stuck(tx, 9, PARKED, "parked", "Park", "Ask for rates again, then retry.", "422 RATE.UNAVAILABLE")
    _stuck(tx, 10, DOUBTFUL, "in_doubt", "InDoubt", "The carrier is asked first.", "no answer within 40 s")
    message = NewExchange(UNREADABLE, "easypost", "trackers", b'{"result": null}', NOW, "0" * 31 + "1")
    tx.exchanges.accept([message])
    parked = Settlement(UNREADABLE, "parked", "", "Add the mapping, then retry.", "/result: expected object, got null")
    tx.exchanges.settle([parked], NOW)


def _opened(tx: Transaction, number: int, subject: str, at: int, **kwargs) -> tuple[Teller, str]:
    teller = Teller(tx, subject, at)
    message = teller.receive("odoo", "pickings", {"id": number, "name": f"WH/OUT/{number:05d}"})
    key = teller.say(ev.FulfilmentRequested(delivery_order(number, **kwargs)), "odoo", message)
    return teller, key


def _quoted(teller: Teller, number: int, cause: str) -> str:
    order = delivery_order(number)
    parcel = Consignment(f"{order.id}/P1", order.id, order.name, order.packages[0], order.ship_from, order.ship_to)
    ask = RequestRates(parcel)
    asked = teller.order(ask, "rates", cause)
    teller.settle("done", "Done")
    offers = quote("P1", f"shp_{number}", rate("r1", "7.58"), rate("r2", "9.12"))
    key = teller.say(ev.RatesQuoted(offers), "easypost", asked)
    teller.order(BuyLabel(parcel, offers.shipment_id, "r1", "USPS", "Priority"), "buy", key)
    return offers.shipment_id


def _delivered(tx: Transaction) -> None:
    teller, cause = _opened(tx, 7, DELIVERED, NOW)
    shipment = _quoted(teller, 7, cause)
    teller.settle("retry", "Retry", "The carrier is busy; Crossdock tries again.", "HTTP 503")
    teller.settle("done", "Done")
    teller.say(ev.ShipmentBooked(Booking("easypost", "P1", shipment, NUMBER, "USPS", "Priority")), "easypost")
    tx.blobs.put(Blob(LABEL_HASH, "application/pdf", "label", len(LABEL), teller.at, LABEL))
    document = Document(LABEL_HASH, "application/pdf", "label.pdf", len(LABEL))
    teller.say(ev.LabelReceived("P1", shipment, NUMBER, document), "easypost")
    for milestone, when in (("in_transit", "14"), ("picked_up", "09"), ("delivered", "16")):
        message = teller.receive("easypost", "trackers", {"result": {"status": milestone, "tracking_code": NUMBER}})
        occurred = stamp(f"2026-11-21T{when}:00:00+01:00")
        scan = TrackingEvent("easypost", NUMBER, milestone, occurred, raw_code=f"X-{milestone}", carrier="USPS")
        teller.say(ev.TrackingReported(scan), "easypost", message, occurred)
    proof = ProofOfDelivery("easypost", NUMBER, stamp("2026-11-21T16:00:00+01:00"), "A. EXAMPLE")
    teller.say(ev.ProofCaptured(proof), "easypost", message)
    teller.end("delivered")


def _rejected(tx: Transaction) -> None:
    teller, _ = _opened(tx, 8, REJECTED, NOW + 60 * SECOND, ship_to=NOWHERE)
    text, pointer = "the delivery address has no postcode", "/ship_to/address/postcode"
    teller.say(ExceptionRaised("address.incomplete", text, pointer))
    tx.exceptions.save([Case(REJECTED, "address.incomplete", pointer, "", text, teller.at)])
    teller.end("rejected")


def _stuck(tx: Transaction, number: int, subject: str, status: str, verdict: str, operator: str, engineer: str) -> None:
    teller, cause = _opened(tx, number, subject, NOW + number * 60 * SECOND)
    _quoted(teller, number, cause)
    teller.settle(status, verdict, operator, engineer)
    teller.end("attention" if status == "parked" else "booking")
