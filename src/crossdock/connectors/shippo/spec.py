"""Shippo's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.shippo.client.signing import SIGNED
from crossdock.connectors.shippo.config import ShippoConfig
from crossdock.connectors.shippo.connector import ShippoConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host and those labels are fetched from."""
    return (urlsplit(config.url).hostname or "", *config.label_hosts)


SPEC = ConnectorSpec(
    id="shippo",
    title="Shippo",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Rates, labels, refunds, pickups, manifests and tracking of many parcel carriers through one account.",
    config=ShippoConfig,
    build=ShippoConnector,
    commands=(
        "rates.request.v1",
        "label.buy.v1",
        "label.fetch.v1",
        "label.void.v1",
        "pickup.schedule.v1",
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
        "manifest.closed.v1",
        "address.checked.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    webhooks=(Webhook("events", f"{SIGNED.says}; or a token in the address", "Tracking events as they happen."),),
    aliases=(
        "goshippo",
        "shippo_api",
    ),
    hosts=_hosts,
)
