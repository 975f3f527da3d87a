"""The declaration of the Odoo connector."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import FEED, build
from crossdock.ports.spec import ConnectorSpec, Feed, Kind, Stability, Webhook


def hosts(config: Any) -> tuple[str, ...]:
    """The one host this partner is called under."""
    return (urlsplit(config.url).hostname or "",)


SPEC = ConnectorSpec(
    id="odoo",
    title="Odoo",
    kind=Kind.ERP,
    stability=Stability.BETA,
    since="0.1",
    summary="Outgoing transfers of Odoo 17 to 20 in; labels, tracking references, milestones and proofs back.",
    config=OdooConfig,
    build=build,
    commands=("shipping.record.v1", "milestone.record.v1", "proof.record.v1", "note.record.v1"),
    emits=("fulfilment.requested.v1", "fulfilment.cancelled.v1", "record.written.v1"),
    feeds=(Feed(FEED, 10.0, "Outgoing transfers that are ready or were cancelled, by write_date"),),
    webhooks=(
        Webhook(FEED, "secret in the address (?key=...)", "Wakes the feed; Odoo cannot sign, so nothing of it is used"),
    ),
    hosts=hosts,
)
