"""What of a sales order is to be invoiced or credited, as its lines and invoices say; pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

_NOTHING = Decimal(0)


class Due(Struct, frozen=True):
    """Quantities on an order: to invoice, to credit (as a positive number), and whether money was paid down."""

    to_invoice: Decimal
    to_credit: Decimal
    down_payment: bool


class Bill(Struct, frozen=True):
    """A row of account.move of an order: an invoice or credit note and where it stands."""

    id: int
    name: str
    kind: str
    state: str
    payment: str
    author: int
    date: str

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state == "draft"


def due_of(rows: Sequence[Mapping[str, Any]]) -> Due:
    """What the lines of an order say. A down payment is taken off again by a negative line, which is no credit."""
    goods = [Decimal(str(row["qty_to_invoice"])) for row in rows if not row.get("is_downpayment")]
    return Due(
        to_invoice=sum((each for each in goods if each > 0), _NOTHING),
        to_credit=-sum((each for each in goods if each < 0), _NOTHING),
        down_payment=any(row.get("is_downpayment") for row in rows),
    )


def bill_of(row: Mapping[str, Any]) -> Bill:
    """One invoice or credit note from its row."""
    author = row["create_uid"]
    return Bill(
        id=int(row["id"]),
        name=str(row["name"] or "") if row["name"] != "/" else "",
        kind=str(row["move_type"]),
        state=str(row["state"]),
        payment=str(row.get("payment_state") or ""),
        author=int(author[0]) if isinstance(author, list) else int(author or 0),
        date=str(row.get("invoice_date") or ""),
    )


def standing(bills: Sequence[Bill], kind: str) -> list[Bill]:
    """Those of a kind (``out_invoice``, ``out_refund``) that count: not cancelled."""
    return [each for each in bills if each.kind == kind and each.state != "cancel"]


def all_reversed(bills: Sequence[Bill]) -> bool:
    """Whether every posted invoice was taken back as a whole: what is to be invoiced then was invoiced before."""
    posted = [each for each in standing(bills, "out_invoice") if not each.is_draft]
    return bool(posted) and all(each.payment == "reversed" for each in posted)
