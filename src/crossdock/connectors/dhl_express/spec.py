"""DHL Express's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.connector import DhlExpressConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability


def _hosts(config: Any) -> tuple[str, ...]:
    """The API's host; labels come inside its answers."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="dhl_express",
    title="DHL Express",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Rates, labels, customs papers, pickups, address checks and tracking over the MyDHL API.",
    config=DhlExpressConfig,
    build=DhlExpressConnector,
    commands=(
        "rates.request.v1",
        "label.buy.v1",
        "label.fetch.v1",
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
        "pickup.scheduled.v1",
        "pickup.cancelled.v1",
        "address.checked.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    aliases=(
        "mydhl",
        "dhl_express_web",
        "dhl_express_xml",
        "dhl_express_rest",
        "dhl_express_soap",
        "mydhl_api",
        "mydhl_rest",
        "dhl_xml",
    ),
    hosts=_hosts,
)
