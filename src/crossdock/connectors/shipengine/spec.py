"""ShipEngine's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.shipengine.config import ShipEngineConfig
from crossdock.connectors.shipengine.connector import ShipEngineConnector
from crossdock.connectors.shipengine.operations import fetch_keys
from crossdock.ports.spec import ConnectorSpec, Kind, Operation, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host, the one the keys are published on, and those labels are fetched from."""
    named = (urlsplit(config.url).hostname or "", urlsplit(config.keys_url).hostname or "")
    return tuple(dict.fromkeys((*named, *config.label_hosts)))


SPEC = ConnectorSpec(
    id="shipengine",
    title="ShipEngine (ShipStation API)",
    kind=Kind.CARRIER,
    stability=Stability.BETA,
    since="0.1",
    summary="Rates, labels, returns, pickups, manifests and tracking of many carriers through one account.",
    config=ShipEngineConfig,
    build=ShipEngineConnector,
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
    webhooks=(
        Webhook("events", "RSA-SHA256 over time and body, with ShipEngine's published keys", "Tracking as it happens."),
    ),
    aliases=(
        "shipstation",
        "shipstation_v2",
        "shipstation_api",
        "shipengine_v1",
    ),
    operations=(Operation("keys", "Fetch the public keys webhooks are checked with.", fetch_keys, writes=True),),
    hosts=_hosts,
)
