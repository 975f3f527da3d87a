"""EasyPost's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.easypost.connector import EasyPostConnector
from crossdock.ports.spec import ConnectorSpec, Feed, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host and those labels are fetched from."""
    return (urlsplit(config.url).hostname or "", *config.label_hosts)


SPEC = ConnectorSpec(
    id="easypost",
    title="EasyPost",
    kind=Kind.CARRIER,
    stability=Stability.BETA,
    since="0.1",
    summary="Rates, labels, refunds, pickups, manifests and tracking of many parcel carriers through one account.",
    config=EasyPostConfig,
    build=EasyPostConnector,
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
    feeds=(Feed("trackers", 1800.0, "Trackers that changed, as a fall-back for lost webhooks."),),
    webhooks=(Webhook("events", "HMAC-SHA256, v2 with path and time, or v1", "Tracker events as they happen."),),
    aliases=(
        "easypost-tracker",
        "easypost_v2",
        "easypost_api",
    ),
    hosts=_hosts,
)
