"""Business rules over canonical documents: what must be true before an order may be released."""

from collections.abc import Collection
from decimal import Decimal

from msgspec import Struct

from crossdock.model.customs import REQUIRED, missing_for_customs, missing_for_danger
from crossdock.model.order import DeliveryOrder
from crossdock.model.party import Address

_WITHOUT_POSTCODE = frozenset(
    """
    AE AG AN AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GD GH GM GN GQ GY HK JM KE KI KM KN
    KP LC ML MO MR MS MU MW NR NU PA QA RW SB SC SL SR ST SY TF TG TK TL TO TT TV TZ UG VU WS YE ZA ZW IE
    """.split()  # noqa: SIM905 - a table of codes reads better as text
)
"""Countries whose postal system works without a postcode (Universal Postal Union, addressing data by country)."""


class Problem(Struct, frozen=True, order=True):
    """One fault: ``kind`` is a business exception, ``pointer`` the JSON pointer into the order."""

    kind: str
    pointer: str
    text: str


def problems_of(order: DeliveryOrder, required: Collection[str] = REQUIRED) -> tuple[Problem, ...]:
    """Everything that keeps ``order`` from being released, sorted; empty when it may go. ``required`` are the facts of
    a line without which it does not go abroad.
    """
    found = {
        *address_problems(order.ship_to.address),
        *_lines(order),
        *_packages(order),
        *_declarations(order, required),
    }
    return tuple(sorted(found))


def address_problems(address: Address) -> list[Problem]:
    """What is missing of a delivery address; pointers begin with ``/ship_to/address``."""
    found = []
    base = "/ship_to/address"
    if not address.country:
        found.append(Problem("address.incomplete", f"{base}/country", "the delivery address has no country"))
    if not address.city:
        found.append(Problem("address.incomplete", f"{base}/city", "the delivery address has no city"))
    if not any(line.strip() for line in address.lines):
        found.append(Problem("address.incomplete", f"{base}/lines", "the delivery address has no street"))
    if not address.postcode.strip() and address.country not in _WITHOUT_POSTCODE:
        found.append(Problem("address.incomplete", f"{base}/postcode", "the delivery address has no postcode"))
    return found


def _lines(order: DeliveryOrder) -> list[Problem]:
    if not order.lines:
        return [Problem("order.empty", "/lines", "the order has no line to deliver")]
    found = []
    for index, line in enumerate(order.lines):
        if not line.item.sku.strip():
            text = f"the item '{line.item.name}' has no SKU"
            found.append(Problem("sku.unknown", f"/lines/{index}/item/sku", text))
        if line.quantity <= 0:
            found.append(Problem("quantity.invalid", f"/lines/{index}/quantity", "the quantity is not above zero"))
    return found


def _packages(order: DeliveryOrder) -> list[Problem]:
    if not order.packages:
        return [Problem("package.missing", "/packages", "there is no package to label")]
    return [
        Problem("weight.missing", f"/packages/{index}/weight", f"package '{package.id}' has no weight")
        for index, package in enumerate(order.packages)
        if package.weight.value <= Decimal(0)
    ]


def _declarations(order: DeliveryOrder, required: Collection[str]) -> list[Problem]:
    customs = [Problem("customs.incomplete", each.pointer, each.text) for each in missing_for_customs(order, required)]
    danger = [Problem("dangerous_goods.incomplete", each.pointer, each.text) for each in missing_for_danger(order)]
    return customs + danger
