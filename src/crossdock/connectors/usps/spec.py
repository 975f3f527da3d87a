"""USPS's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.connector import SIGNED, UspsConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host; labels come inside its answers."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="usps",
    title="USPS",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Prices, labels, cancellations, pickups, SCAN forms, address checks and tracking straight at USPS.",
    config=UspsConfig,
    build=UspsConnector,
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
        "shipment.voided.v1",
        "pickup.scheduled.v1",
        "pickup.cancelled.v1",
        "manifest.closed.v1",
        "address.checked.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    webhooks=(Webhook("events", SIGNED.says, "Tracking events of a subscription, as they happen."),),
    aliases=(
        "usps_international",
        "usps_web",
        "usps_rest",
        "usps_wt",
        "usps_wt_international",
        "usps_xml",
        "usps_v3",
        "usps_legacy",
        "usps_api",
        "usps_rest_international",
    ),
    hosts=_hosts,
)
