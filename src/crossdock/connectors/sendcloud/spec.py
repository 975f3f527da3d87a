"""Sendcloud's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.sendcloud.config import SendcloudConfig
from crossdock.connectors.sendcloud.connector import SIGNATURE, SendcloudConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host; labels lie there too."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="sendcloud",
    title="Sendcloud",
    kind=Kind.CARRIER,
    stability=Stability.BETA,
    since="0.1",
    summary="Prices, labels, returns, pickups and tracking of European carriers through one account.",
    config=SendcloudConfig,
    build=SendcloudConnector,
    commands=(
        "rates.request.v1",
        "label.buy.v1",
        "label.fetch.v1",
        "label.void.v1",
        "pickup.schedule.v1",
        "address.check.v1",
        "tracking.request.v1",
    ),
    emits=(
        "rates.quoted.v1",
        "shipment.booked.v1",
        "label.received.v1",
        "shipment.voided.v1",
        "pickup.scheduled.v1",
        "address.checked.v1",
        "tracking.reported.v1",
    ),
    webhooks=(Webhook("events", SIGNATURE.says, "Parcel statuses as they change."),),
    aliases=("sendcloud_v3", "sendcloud_v2"),
    hosts=_hosts,
)
