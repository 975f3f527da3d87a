"""The business processes an installation's configuration asks for."""

from collections.abc import Mapping

from crossdock.model.customs import Terms
from crossdock.model.item import DangerousGoods, Item
from crossdock.ports.process import Process
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.settings.sections import Processes
from crossdock.settings.shipping import Customs, Danger, Goods, OrderToShip


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
        customs=_terms(given.customs),
        goods=_goods(given.goods),
    )


def _terms(given: Customs) -> Terms:
    return Terms(given.incoterm, given.duties_paid_by, given.contents, given.eori, given.signer, given.required)


def _goods(given: Mapping[str, Goods]) -> dict[str, Item]:
    return {
        sku: Item(
            sku,
            hs_code=each.hs_code,
            country_of_origin=each.country_of_origin or "",
            dangerous_goods=tuple(map(_danger, each.dangerous)),
        )
        for sku, each in given.items()
    }


def _danger(given: Danger) -> DangerousGoods:
    return DangerousGoods(
        given.un_number,
        given.hazard_class,
        given.proper_shipping_name,
        given.packing_group,
        limited_quantity=given.limited_quantity,
        lithium=given.lithium,
    )
