"""What must be settled before an order may go, and what was decided about it: payment, credit, holds and clearance."""

from typing import Literal

from msgspec import Struct

from crossdock.model.money import Money

Payment = Literal["pending", "authorized", "captured", "failed", "refunded"]
Verdict = Literal["approve", "reject"]


class CreditStanding(Struct, frozen=True, omit_defaults=True):
    """What a customer owes (``exposure``: invoiced and unpaid, and what is ordered) and may owe."""

    exposure: Money
    limit: Money


class PaymentReported(Struct, frozen=True, tag="payment.reported.v1", omit_defaults=True):
    """A shop or payment provider says how the payment of an order stands. ``transaction`` is the provider's number,
    ``sequence`` orders what it says of one (the highest holds).
    """

    partner: str
    transaction: str
    state: Payment
    sequence: int = 0
    amount: Money | None = None

    def identity(self) -> tuple[str, ...]:
        """A payment reaches a state once."""
        return (self.partner, self.transaction, self.state, str(self.sequence))


class OrderHeld(Struct, frozen=True, tag="order.held.v1", omit_defaults=True):
    """A gate (``credit``, ``payment``, or one that a person names) keeps the order back. ``hold`` names this hold."""

    gate: str
    hold: str
    reason: str

    def identity(self) -> tuple[str, ...]:
        """A hold begins once."""
        return (self.gate, self.hold)


class OrderFreed(Struct, frozen=True, tag="order.freed.v1", omit_defaults=True):
    """The hold is over: ``by`` whom or what, and why."""

    gate: str
    hold: str
    by: str
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """A hold ends once."""
        return (self.gate, self.hold)


class ReviewDecided(Struct, frozen=True, tag="review.decided.v1", omit_defaults=True):
    """A person decided about what a gate holds. ``id`` names the decision: sent again it is the same."""

    id: str
    gate: str
    verdict: Verdict
    by: str
    reason: str

    def identity(self) -> tuple[str, ...]:
        """One decision, however often it is sent."""
        return (self.id,)


class OrderChecked(Struct, frozen=True, tag="order.checked.v1", omit_defaults=True):
    """This version of an order has no fault; its gates have had their say by the time this is decided on."""

    order_id: str
    version: str

    def identity(self) -> tuple[str, ...]:
        """A version is checked once."""
        return (self.order_id, self.version)


class OrderStopped(Struct, frozen=True, tag="order.stopped.v1", omit_defaults=True):
    """The order was cancelled and certainly nothing of it leaves the warehouse: what was done for it can be undone.
    ``number`` counts how often that happened.
    """

    order_id: str
    number: int

    def identity(self) -> tuple[str, ...]:
        """Once each time."""
        return (self.order_id, str(self.number))


class OrderCleared(Struct, frozen=True, tag="order.cleared.v1", omit_defaults=True):
    """Nothing keeps the order's labels from being bought: no gate holds it and, where a warehouse packs it, it is
    packed. ``version`` tells one clearance from the next.
    """

    order_id: str
    version: str

    def identity(self) -> tuple[str, ...]:
        """A version is cleared once."""
        return (self.order_id, self.version)


class OrderUndeliverable(Struct, frozen=True, tag="order.undeliverable.v1", omit_defaults=True):
    """The order cannot be carried out and everything done for it was undone; the customer is to be told ``reason``."""

    order_id: str
    reason: str

    def identity(self) -> tuple[str, ...]:
        """Once per reason."""
        return (self.order_id, self.reason)


class ShipmentDispatched(Struct, frozen=True, tag="shipment.dispatched.v1", omit_defaults=True):
    """The goods left the warehouse under one despatch."""

    order_id: str
    partner: str
    despatch: str

    def identity(self) -> tuple[str, ...]:
        """A despatch leaves once."""
        return (self.order_id, self.partner, self.despatch)


ReleasingEvent = (
    PaymentReported
    | OrderHeld
    | OrderFreed
    | ReviewDecided
    | OrderChecked
    | OrderCleared
    | OrderStopped
    | OrderUndeliverable
    | ShipmentDispatched
)
