"""The declaration of the Odoo connector."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import build
from crossdock.connectors.odoo.operations.table import OPERATIONS
from crossdock.ports.spec import ConnectorSpec, Feed, Kind, Stability, Webhook


def hosts(config: Any) -> tuple[str, ...]:
    """The one host this partner is called under."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="odoo",
    title="Odoo",
    kind=Kind.ERP,
    stability=Stability.BETA,
    since="0.1",
    summary="Orders and transfers of Odoo 17 to 20: labels, milestones, stock, returns, invoices, master data.",
    config=OdooConfig,
    build=build,
    commands=(
        "shipping.record.v1",
        "milestone.record.v1",
        "proof.record.v1",
        "document.record.v1",
        "note.record.v1",
        "sales_order.place.v1",
        "sales_order.confirm.v1",
        "sales_order.amend.v1",
        "sales_order.cancel.v1",
        "transfer.reserve.v1",
        "transfer.release.v1",
        "transfer.complete.v1",
        "transfer.cancel.v1",
        "transfer.return.v1",
        "invoice.issue.v1",
        "credit_note.issue.v1",
        "goods.receive.v1",
        "goods.announce.v1",
        "stock.count.v1",
        "stock.adjust.v1",
        "stock.move.v1",
        "freight_bill.record.v1",
        "landed_cost.allocate.v1",
        "activity.raise.v1",
        "activity.close.v1",
        "plan.record.v1",
        "master_data.upsert.v1",
    ),
    emits=(
        "fulfilment.requested.v1",
        "fulfilment.cancelled.v1",
        "sales_order.changed.v1",
        "transfer.changed.v1",
        "document.removed.v1",
        "record.written.v1",
        "master_data.applied.v1",
    ),
    feeds=(
        Feed("deliveries", 10.0, "Outgoing transfers that are ready, were cancelled or deleted, by write_date"),
        Feed("orders", 10.0, "Sales orders with what is delivered and invoiced, by write_date (off by default)"),
        Feed("transfers", 10.0, "Receipts, returns, internal moves, finished deliveries (off by default)"),
    ),
    webhooks=(
        Webhook(
            "deliveries",
            "secret in the address (?key=...), or the addon's signature",
            "Wakes the feeds; Odoo cannot sign, so nothing of it is believed but where to look first",
        ),
    ),
    operations=OPERATIONS,
    hosts=hosts,
    together=("shipping.record.v1", "milestone.record.v1", "proof.record.v1", "note.record.v1"),
)
