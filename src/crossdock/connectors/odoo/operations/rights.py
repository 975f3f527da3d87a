"""What each flow needs in Odoo: groups for the integration user with the reason for each, and rights to check."""

from msgspec import Struct


class Need(Struct, frozen=True):
    """A group the integration user gets, and why; ``flow`` is "" for what it always needs."""

    flow: str
    group: str
    title: str
    why: str


NEEDS = (
    Need("", "base.group_user", "Internal user", "portal users may not use the API on transfers"),
    Need(
        "",
        "stock.group_stock_user",
        "Inventory / User",
        "reads transfers, writes tracking, quantities, notes and files",
    ),
    Need(
        "sales",
        "sales_team.group_sale_salesman_all_leads",
        "Sales / User: all documents",
        "orders of every salesperson are read, made and confirmed; own documents are not enough",
    ),
    Need(
        "sales",
        "base.group_partner_manager",
        "Contact Creation",
        "customers of a shop's orders are made where Odoo does not know them yet",
    ),
    Need("purchase", "purchase.group_purchase_user", "Purchase / User", "receipts are matched with purchase orders"),
    Need("invoicing", "account.group_account_invoice", "Invoicing", "invoices and freight bills are made and posted"),
    Need(
        "landed-cost",
        "stock.group_stock_manager",
        "Inventory / Administrator",
        "Odoo lets nobody else post landed cost; it also allows changing the warehouse, so it is never a default",
    ),
)
FLOWS = tuple(need.flow for need in NEEDS if need.flow)
DEFAULT_FLOWS = ("sales",)
"""The feed of deliveries reads the sale order of each transfer."""

RIGHTS: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("stock.picking", "read"), ("stock.picking", "write"), ("stock.move", "read"), ("stock.move", "write"),
        ("stock.move.line", "read"), ("stock.quant", "read"), ("stock.lot", "read"), ("product.product", "read"),
        ("res.partner", "read"), ("ir.attachment", "create"), ("mail.message", "create"),
    ),
    "sales": (("sale.order", "read"), ("sale.order", "create"), ("sale.order", "write"), ("res.partner", "create")),
    "purchase": (("purchase.order", "read"), ("purchase.order", "write")),
    "invoicing": (("account.move", "read"), ("account.move", "create"), ("account.move", "write")),
    "landed-cost": (("stock.landed.cost", "create"),),
}  # fmt: skip
"""Rights (`has_access`) by flow, as the calls of section "What is written to Odoo" need them."""


def needed(flows: tuple[str, ...]) -> tuple[Need, ...]:
    """What these flows need, in the order of the table."""
    return tuple(need for need in NEEDS if not need.flow or need.flow in flows)
