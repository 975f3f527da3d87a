"""Invoices, credit notes, freight bills and landed costs in the system of record."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.money import Money
from crossdock.model.party import Party

CostSplit = Literal["equal", "by_quantity", "by_current_cost_price", "by_weight", "by_volume"]


class IssueInvoice(Struct, frozen=True, tag="invoice.issue.v1", omit_defaults=True):
    """Invoice what of a sales order (``external_id``) was delivered and not invoiced, and post it when ``post``.

    Nothing left to invoice, with an invoice there, is done: a second proof of delivery makes no second invoice.
    """

    external_id: str
    marker: str
    post: bool = True
    invoiced_on: Stamp | None = None


class IssueCreditNote(Struct, frozen=True, tag="credit_note.issue.v1", omit_defaults=True):
    """Credit what of a sales order was returned after it was invoiced, and post it when ``post``."""

    external_id: str
    marker: str
    post: bool = True
    reason: str = ""


class Charge(Struct, frozen=True, omit_defaults=True):
    """One charge of a bill: ``code`` is the biller's or UN/CEFACT's, ``price`` per unit without tax.

    ``item`` is the SKU of the service it is booked as; empty: the one the configuration names.
    """

    text: str
    price: Money
    quantity: Decimal = Decimal(1)
    code: str = ""
    item: str = ""


class RecordFreightBill(Struct, frozen=True, tag="freight_bill.record.v1", omit_defaults=True):
    """Enter a vendor's bill for freight once per (vendor, ``reference``), and post it when ``post``."""

    vendor: Party
    reference: str
    billed_on: Stamp
    charges: tuple[Charge, ...]
    marker: str
    company: str = ""
    post: bool = False


class AllocateLandedCost(Struct, frozen=True, tag="landed_cost.allocate.v1", omit_defaults=True):
    """Spread charges over the goods of ``transfers`` (external ids), once per ``marker``; ``bill`` is the external id
    of the vendor bill they come from.
    """

    transfers: tuple[str, ...]
    charges: tuple[Charge, ...]
    marker: str
    split: CostSplit = "by_current_cost_price"
    bill: str = ""
