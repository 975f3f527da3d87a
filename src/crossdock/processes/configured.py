"""The business processes an installation's configuration asks for."""

from crossdock.ports.process import Process
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.order_to_ship import OrderToShipPolicy, order_to_ship
from crossdock.settings.sections import OrderToShip, Processes


def configured(settings: Processes) -> list[Process]:
    """In the order they decide in; one left out of the configuration does not run."""
    chosen: list[Process] = []
    if settings.order_to_ship:
        chosen.append(order_to_ship(_shipping(settings.order_to_ship)))
    if settings.delivery_to_invoice:
        given = settings.delivery_to_invoice
        policy = DeliveryToInvoicePolicy(given.when, given.complete_transfer, given.post)
        chosen.append(delivery_to_invoice(policy))
    return chosen


def _shipping(given: OrderToShip) -> OrderToShipPolicy:
    return OrderToShipPolicy(
        carriers=given.carriers,
        milestones=frozenset(given.milestones),
        label_format=given.label_format,
        quote_seconds=given.quote_deadline_seconds,
        prefer=given.prefer,
        max_delivery_days=given.max_delivery_days,
    )
