"""Sales orders: what a channel or the system of record says was sold, and the commands that change it there."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.money import Money
from crossdock.model.party import Party

SalesState = Literal["draft", "confirmed", "cancelled"]


class SalesLine(Struct, frozen=True, omit_defaults=True):
    """One line sold: ``quantity`` in UN/ECE Rec 20 ``unit``; ``price`` per unit without tax, None: the price list's.

    ``id`` is the system of record's number of the line; ``delivered`` and ``invoiced`` are in ``unit`` too.
    """

    item: Item
    quantity: Decimal
    unit: str = "H87"
    price: Money | None = None
    text: str = ""
    id: str = ""
    delivered: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)


class SalesOrder(Struct, frozen=True, omit_defaults=True):
    """A sales order as its system of record says. ``id`` is the subject (`identifiers.sales_order_id`).

    ``channel`` and ``reference`` are where it was placed and its number there; ``transfers`` are the external ids of
    the transfers that deliver it (returns included).
    """

    id: str
    partner: str
    external_id: str
    name: str
    state: SalesState
    customer: Party
    lines: tuple[SalesLine, ...]
    changed_at: Stamp
    channel: str = ""
    reference: str = ""
    currency: str = ""
    company: str = ""
    promised_for: Stamp | None = None
    transfers: tuple[str, ...] = ()
    delivery_state: str = ""
    invoice_state: str = ""


class PlaceSalesOrder(Struct, frozen=True, tag="sales_order.place.v1", omit_defaults=True):
    """Enter an order of a channel, once per (``channel``, ``reference``); the customer is matched or made.

    ``confirm`` confirms it at once. Items are found by GTIN, else SKU; ``marker`` names this command.
    """

    channel: str
    reference: str
    customer: Party
    lines: tuple[SalesLine, ...]
    marker: str
    ship_to: Party | None = None
    bill_to: Party | None = None
    currency: str = ""
    company: str = ""
    promised_for: Stamp | None = None
    note: str = ""
    confirm: bool = True


class ConfirmSalesOrder(Struct, frozen=True, tag="sales_order.confirm.v1", omit_defaults=True):
    """Confirm a draft order; already confirmed is done."""

    external_id: str
    marker: str


class LineChange(Struct, frozen=True, omit_defaults=True):
    """The new ordered ``quantity`` (UN/ECE Rec 20 ``unit``) of the line the system of record numbers ``line_id``."""

    line_id: str
    quantity: Decimal
    unit: str = "H87"


class AmendSalesOrder(Struct, frozen=True, tag="sales_order.amend.v1", omit_defaults=True):
    """Set ordered quantities; what was delivered already cannot be taken back by this. ``promised_for`` is what the
    customer is promised from now on; None leaves it.
    """

    external_id: str
    changes: tuple[LineChange, ...]
    marker: str
    reason: str = ""
    promised_for: Stamp | None = None


class CancelSalesOrder(Struct, frozen=True, tag="sales_order.cancel.v1", omit_defaults=True):
    """Cancel an order and what of its transfers is not done."""

    external_id: str
    marker: str
    reason: str = ""
