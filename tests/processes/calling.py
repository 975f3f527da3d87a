"""Histories of an order that is called off while its label is bought, and of one that is reopened."""

from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import stamp
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.process import command_key
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import delivery_order, quote, rate
from processes.history import History

ORDER = delivery_order()
OFF = ev.FulfilmentCancelled(ORDER.id, "", stamp("2026-11-22T10:00:00Z"))
BOOKED = ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority", label_url="https://x/l"))
VOIDED = ev.ShipmentVoided("easypost", "P1", "s1", "T1")


def failure(what: str, package: str = "P1", attempt: int = 1) -> ev.CommandFailed:
    return ev.CommandFailed(f"{what}#{attempt}", "easypost", what, "No.", f"4{attempt}", package)


def asked(order=ORDER) -> History:
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), ORDER.id)
    told.tell(ev.FulfilmentRequested(order))
    return told


def bought() -> tuple[History, str]:
    """An order whose label is being bought, and the key of that command."""
    told = asked()
    [order] = told.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    return told, command_key("order_to_ship", told.told[-1], order.name)


def settled(key: str, *, doubtful: bool = False) -> CommandWithdrawn:
    return CommandWithdrawn(key, "easypost", "label.buy.v1", "P1", "402", by_person=doubtful, doubtful=doubtful)


def standing(told: History) -> list[str]:
    """The kinds of the exceptions that were raised and not resolved."""
    there: list[ExceptionRaised] = []
    for body in told.events:
        if isinstance(body, ExceptionRaised):
            there.append(body)
        elif isinstance(body, ExceptionResolved):
            there = [each for each in there if (each.kind, each.pointer) != (body.kind, body.pointer)]
    return [each.kind for each in there]


def again(at: str = "11:00", **changes) -> ev.FulfilmentRequested:
    return ev.FulfilmentRequested(replace(ORDER, changed_at=stamp(f"2026-11-22T{at}:00Z"), **changes))


def off(at: str) -> ev.FulfilmentCancelled:
    return replace(OFF, changed_at=stamp(f"2026-11-22T{at}:00Z"))


def quoted(shipment: str, reference: str = "", package: str = "P1") -> ev.RatesQuoted:
    return ev.RatesQuoted(quote(package, shipment, rate("r", "5.00"), reference=reference))


def scan(milestone: str = "picked_up") -> ev.TrackingReported:
    return ev.TrackingReported(TrackingEvent("easypost", "T1", milestone, stamp("2026-11-22T13:00:00Z"), raw_code="x"))


def key_of_last(told: History) -> str:
    """The key of the command that the last event led to."""
    return command_key("order_to_ship", told.told[-1], told.orders[-1].name)


def kinds(orders: list) -> list[str]:
    return [type(order.body).__name__ for order in orders]
