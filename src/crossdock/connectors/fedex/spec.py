"""FedEx's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.connector import SIGNED, FedexConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host; labels come inside its answers."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="fedex",
    title="FedEx",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Rates, labels, voids, pickups, end of day, address checks and tracking straight at FedEx.",
    config=FedexConfig,
    build=FedexConnector,
    commands=(
        "rates.request.v1",
        "label.buy.v1",
        "label.fetch.v1",
        "label.void.v1",
        "pickup.schedule.v1",
        "pickup.cancel.v1",
        "manifest.close.v1",
        "address.check.v1",
        "tracking.request.v1",
    ),
    emits=(
        "rates.quoted.v1",
        "shipment.booked.v1",
        "label.received.v1",
        "document.received.v1",
        "shipment.voided.v1",
        "pickup.scheduled.v1",
        "pickup.cancelled.v1",
        "manifest.closed.v1",
        "address.checked.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    webhooks=(Webhook("events", SIGNED.says, "Advanced Integrated Visibility: scans as they happen."),),
    aliases=(
        "fedex_ws",
        "fedex_web",
        "fedex_rest",
        "fedex_express",
        "fedex_ground",
        "fedex_freight",
        "fedex_legacy",
        "fedex_soap",
        "fedex_smartpost",
        "fedex_api",
    ),
    hosts=_hosts,
)
