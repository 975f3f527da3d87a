"""The declaration of a carrier through karrio: what it can do and what it needs."""

from typing import Any

from crossdock.connectors.karrio.config import KarrioConfig
from crossdock.connectors.karrio.connector import KarrioConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability


def _hosts(_config: Any) -> tuple[str, ...]:
    """None of ours: karrio's process calls, and is held to the configured hosts there."""
    return ()


SPEC = ConnectorSpec(
    id="karrio",
    title="A carrier through karrio",
    kind=Kind.CARRIER,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Rates, labels, voids and tracking of any carrier karrio has, in a guarded process of its own.",
    config=KarrioConfig,
    build=KarrioConnector,
    commands=("rates.request.v1", "label.buy.v1", "label.void.v1", "tracking.request.v1"),
    emits=(
        "rates.quoted.v1",
        "shipment.booked.v1",
        "label.received.v1",
        "shipment.voided.v1",
        "tracking.reported.v1",
        "proof.captured.v1",
    ),
    aliases=("karrio_tracker",),
    hosts=_hosts,
)
