"""GLS's declaration: what it can do and what it needs."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.connector import GlsConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability


def _hosts(config: Any) -> tuple[str, ...]:
    """ShipIT's host, and the one that gives tokens."""
    urls = [config.url, config.oauth_url] if config.oauth_url else [config.url]
    return tuple(dict.fromkeys(urlsplit(url).hostname or "" for url in urls))


SPEC = ConnectorSpec(
    id="gls",
    title="GLS",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Offers by your tariff, labels, cancellations, collections, end of day and tracking over GLS ShipIT.",
    config=GlsConfig,
    build=GlsConnector,
    commands=(
        "rates.request.v1",
        "label.buy.v1",
        "label.fetch.v1",
        "label.void.v1",
        "pickup.schedule.v1",
        "manifest.close.v1",
        "tracking.request.v1",
    ),
    emits=(
        "rates.quoted.v1",
        "shipment.booked.v1",
        "label.received.v1",
        "shipment.voided.v1",
        "pickup.scheduled.v1",
        "manifest.closed.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    aliases=(
        "gls_spain",
        "gls_es",
        "gls_it",
        "gls_italy",
        "gls_hu",
        "gls_eastern_europe",
        "gls_nl",
        "gls_fr",
        "gls_pl",
        "gls_at",
        "gls_be",
        "gls_germany",
        "gls_parcel",
        "mygls",
        "gls_shipit",
        "gls_uk",
        "gls_pt",
        "gls_dk",
        "gls_group",
        "gls_web",
        "gls_de",
    ),
    hosts=_hosts,
)
