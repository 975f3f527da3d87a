"""An invented month of a small shipper, written as events and messages; the same for the same seed."""

from random import Random

from crossdock.backbone.decide import Reducer
from crossdock.backbone.metrics import Metrics
from crossdock.model.deciding import PromiseJudged
from crossdock.model.events import Fact, ProofCaptured, ShipmentBooked, ShipmentVoided, TrackingReported
from crossdock.model.exceptions import ExceptionBreached, ExceptionRaised, ExceptionResolved, ExceptionRouted
from crossdock.model.fulfilment import summary_of
from crossdock.model.identifiers import PARTITIONS, digest, partition_of
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.party import Address
from crossdock.model.shipment import Booking
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.model.warehouse import (
    GoodsShipped,
    PickStarted,
    WarehouseOrderAcknowledged,
    WarehouseOrderCancelled,
    WarehouseOrderRefused,
    WarehouseOrderReleased,
)
from crossdock.ports.stores import NewEvent
from crossdock.ports.stores_delivery import Attempt, NewCommand, Outcome, Term
from crossdock.ports.stores_inbound import NewExchange, Settlement
from hubs import SeededIds
from views.seeding import FixedClock

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
AT = 1_795_262_400_000_000
"""The moment everything is counted at."""
DAYS = 10
CARRIERS = (("easypost", "UPS"), ("easypost", "FedEx"), ("gls", "GLS"))
WAREHOUSES = ("north", "south")
KINDS = (
    "route.none", "rates.none", "booking.failed", "label.failed", "proof.missing", "announcement.unacknowledged",
    "freight.unmatched", "scan.missing", "tracking.dead", "shipment.silent", "stage.overdue", "pick.not_started",
    "reconciliation.gap", "feed.silent", "shipment.customs", "kpi.failed_syncs", "record.failed",
)  # fmt: skip
SCANS = ("in_transit", "arrived_at_facility", "out_for_delivery", "delivered")


class Story:
    """Events of one order, gathered."""

    def __init__(self, number, random):
        self.subject = f"do:odoo:{number}"
        self.number = f"1Z{number:06d}"
        self.random = random
        self.partner, self.carrier = random.choice(CARRIERS)
        self.begun = AT - int(random.uniform(0, DAYS) * DAY)
        self.events = []

    def say(self, body, at, occurred=None):
        if at > AT:
            return
        stamp = occurred or from_epoch_us(at)
        fact = Fact(body, stamp, subject=self.subject)
        key, trace_id = fact.key(self.subject), digest(self.subject)
        self.events.append(NewEvent(key, self.subject, fact, at, self.partner, "", trace_id))

    def after(self, low, high):
        return int(self.random.uniform(low, high) * MINUTE)

    def at_the_warehouse(self):
        place, reference = self.random.choice(WAREHOUSES), f"R-{self.number}"
        at = self.begun
        self.say(WarehouseOrderReleased(place, reference), at)
        fate = self.random.random()
        if fate < 0.05:
            self.say(WarehouseOrderRefused(place, reference), at + self.after(1, 60))
            return None
        if fate < 0.15:
            return None
        at += self.after(1, 120)
        self.say(WarehouseOrderAcknowledged(place, reference), at)
        if fate < 0.2:
            self.say(WarehouseOrderCancelled(place, reference), at + self.after(5, 60))
            return None
        at += self.after(5, 300)
        self.say(PickStarted(place, reference), at)
        at += self.after(20, 2000)
        self.say(GoodsShipped(place, reference, "D1", ()), at)
        return at

    def on_its_way(self, at):
        self.say(ShipmentBooked(Booking(self.partner, "P1", f"S{self.number}", self.number, self.carrier, "std")), at)
        if self.random.random() < 0.05:
            self.say(ShipmentVoided(self.partner, "P1", f"S{self.number}", self.number), at + self.after(1, 30))
            return
        if self.random.random() < 0.1:
            return
        for milestone in SCANS[: self.random.randint(1, 4)]:
            at += self.after(30, 1500)
            self._scan(milestone, at)
            if milestone == "delivered":
                self._delivered(at)

    def _scan(self, milestone, at):
        code = "unknown" if self.random.random() < 0.05 else milestone
        place = Address(city="Gent", country="BE") if self.random.random() < 0.9 else Address()
        text = from_epoch_us(at).at
        zoned = self.random.random() < 0.9
        stamp = Stamp(text if zoned else text.removesuffix("Z"), tz_known=zoned)
        told = at + (self.after(300, 900) if self.random.random() < 0.1 else self.after(1, 20))
        event = TrackingEvent(self.partner, self.number, code, stamp, raw_text=milestone, place=place)
        self.say(TrackingReported(event), told, stamp)

    def _delivered(self, at):
        if self.random.random() < 0.8:
            due = at + self.after(-600, 3000)
            self.say(
                PromiseJudged(self.number, self.partner, self.carrier, "std", due, at, at <= due), at + MINUTE * 30
            )
        if self.random.random() < 0.7:
            self.say(
                ProofCaptured(ProofOfDelivery(self.partner, self.number, from_epoch_us(at))), at + self.after(60, 3000)
            )

    def trouble(self):
        for kind in KINDS:
            if self.random.random() < 0.03:
                self._exception(kind)

    def _exception(self, kind):
        at = self.begun + self.after(0, 3000)
        pointer = {"proof.missing": "/proof", "scan.missing": "/first_scan"}.get(kind, "/shipments") + f"/{self.number}"
        cause = str(at)
        self.say(ExceptionRaised(kind, f"{kind} of {self.number}", pointer, cause, self.carrier), at)
        queue = "technical" if kind in {"feed.silent", "record.failed"} else "business"
        due = at + self.after(60, 3000)
        self.say(ExceptionRouted(kind, self.random.choice(("ann", "bob")), "high", queue, pointer, cause,
                                 partner=self.carrier, resolve_by=due), at)  # fmt: skip
        if self.random.random() < 0.3:
            self.say(ExceptionBreached(kind, "resolve", due, pointer, cause), due)
        if self.random.random() < 0.5:
            self.say(ExceptionResolved(kind, pointer, cause), at + self.after(30, 4000))


def events_of(orders, seed=7):
    """All events of ``orders`` orders, by when they were received."""
    random = Random(seed)
    found = []
    for number in range(orders):
        story = Story(number, random)
        shipped = story.at_the_warehouse()
        if shipped is not None:
            story.on_its_way(shipped)
        story.trouble()
        found += story.events
    return sorted(found, key=lambda each: each.received_at)


async def write_events(store, events, bucket=HOUR, size=20_000):
    """Append them, recorded at the end of the hour each came in (``size`` at most in one transaction)."""
    batch, until = [], 0
    for event in events:
        if batch and (event.received_at > until or len(batch) == size):
            await _append(store, batch, until)
            batch = []
        if not batch:
            until = min((event.received_at // bucket + 1) * bucket, AT)
        batch.append(event)
    if batch:
        await _append(store, batch, until)


async def _append(store, batch, now):
    ordered = sorted(batch, key=lambda each: partition_of(each.subject))
    await store.run(lambda tx: tx.log.append(ordered, now))


async def fold(store, batch=400):
    """What the reducer makes of them; nobody decides anything."""
    reducer = Reducer(store, [], FixedClock(AT), SeededIds(), Metrics(), summary_of, batch)
    while await reducer.step(range(PARTITIONS)):
        pass
    return reducer


class Ledger:
    """Messages in and out, and what is to be counted of them."""

    def __init__(self, seed=7, size=60):
        self.random = Random(seed)
        self.size = size
        self.exchanges = []
        self.commands = []

    async def write(self, store):
        await store.run(self._inbound)
        for number in range(self.size):
            await store.run(lambda tx, number=number: self._outbound(tx, number))

    def _inbound(self, tx):
        for number in range(self.size):
            partner = self.random.choice(("easypost", "gls", "north"))
            at = AT - int(self.random.uniform(0, 2) * DAY)
            name = f"{number:026d}"
            tx.exchanges.accept([NewExchange(name, partner, "hook", b"{}", at, "t" * 32, delivery_id=f"id{number}")])
            status = self.random.choice(("translated", "translated", "translated", "parked"))
            why = ("", "") if status == "translated" else ("Mend the mapping.", "KeyError: 'status'")
            tx.exchanges.settle([Settlement(name, status, "", *why)], at + 1000)
            self.exchanges.append((partner, at, status))

    def _outbound(self, tx, number):
        kind = self.random.choice(("milestone.record.v1", "proof.record.v1", "rates.request.v1"))
        partner = "easypost" if kind == "rates.request.v1" else "odoo"
        at = AT - int(self.random.uniform(0, 1.5) * DAY)
        fate = self.random.choice(("done", "done", "done", "parked", "open"))
        took = int(self.random.uniform(1, 900) * 1_000_000)
        subject = f"ledger:{number}"
        tx.lanes.enqueue(
            [NewCommand(f"c{number:025d}", f"k{number}", partner, subject, kind, b"{}", 50, at, at, "t" * 32, "none")]
        )
        self.commands.append((partner, kind, at, fate, took))
        if fate != "open":
            [claimed] = [
                each for each in tx.lanes.claim(Term("w", at, at, at + HOUR), 50, [partner]) if each.subject == subject
            ]
            attempt = Attempt(claimed.id, 1, at, at + took, "Done" if fate == "done" else "Park", "Look.", "because")
            tx.lanes.settle([(claimed, Outcome(fate, attempt))])
