"""UPS's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.connector import SIGNED, UpsConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host; labels come inside its answers."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="ups",
    title="UPS",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Rates, labels, voids, pickups, address checks and tracking straight at UPS.",
    config=UpsConfig,
    build=UpsConnector,
    commands=(
        "rates.request.v1",
        "label.buy.v1",
        "label.fetch.v1",
        "label.void.v1",
        "pickup.schedule.v1",
        "pickup.cancel.v1",
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
        "address.checked.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    webhooks=(Webhook("alerts", SIGNED.says, "Track Alert: scans as they happen, one a call."),),
    aliases=(
        "ups_web",
        "ups_rest",
        "ups_xml",
        "ups_freight",
        "ups_mail_innovations",
        "ups_mi",
        "ups_quantumview",
        "ups_track_alert",
        "ups_soap",
        "ups_legacy",
        "ups_api",
        "ups_trackalert",
        "ups_quantum_view",
        "ups_surepost",
    ),
    hosts=_hosts,
)
