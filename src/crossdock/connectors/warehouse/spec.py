"""The declaration of a warehouse or 3PL that speaks the warehouse dialect."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.warehouse.config import WarehouseConfig
from crossdock.connectors.warehouse.connector import SIGNED, WarehouseConnector
from crossdock.ports.spec import ConnectorSpec, Feed, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host, where there is one."""
    host = urlsplit(config.url).hostname
    return (host,) if host else ()


SPEC = ConnectorSpec(
    id="warehouse",
    title="Warehouse or 3PL",
    kind=Kind.WAREHOUSE,
    stability=Stability.BETA,
    since="0.3",
    summary="Orders, receipts and stock of a warehouse that speaks Crossdock's dialect: REST and webhooks, or CSV.",
    config=WarehouseConfig,
    build=WarehouseConnector,
    commands=(
        "warehouse_order.release.v1",
        "warehouse_order.amend.v1",
        "warehouse_order.cancel.v1",
        "inbound.announce.v1",
        "availability.request.v1",
    ),
    emits=(
        "warehouse_order.released.v1",
        "warehouse_order.acknowledged.v1",
        "warehouse_order.refused.v1",
        "warehouse_order.cancelled.v1",
        "warehouse_order.cancel_refused.v1",
        "pick.started.v1",
        "goods.picked.v1",
        "packages.packed.v1",
        "goods.shipped.v1",
        "stock.short.v1",
        "inbound.announced.v1",
        "goods.received.v1",
        "stock.level.v1",
        "stock.counted.v1",
        "stock.damaged.v1",
        "stock.adjusted.v1",
        "storage.accrued.v1",
        "exception.raised.v1",
    ),
    feeds=(
        Feed("events", 900.0, "Events behind the last one read, as a fall-back for lost webhooks."),
        Feed("stock", 900.0, "All stock as it is now."),
        Feed("files", 30.0, "CSV or JSON files in the shared folder."),
    ),
    webhooks=(
        Webhook("events", SIGNED.says, "Events as they happen."),
        Webhook("files", f"{SIGNED.says}; or a token of ours in Authorization", "CSV or JSON files, uploaded."),
    ),
    aliases=("wms", "3pl"),
    hosts=_hosts,
)
