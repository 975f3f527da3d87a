"""Every feed there is, by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import Struct

from crossdock.connectors.odoo.client.feeds.deliveries import DELIVERIES, read_deliveries
from crossdock.connectors.odoo.client.feeds.orders import ORDERS, read_orders
from crossdock.connectors.odoo.client.feeds.transfers import TRANSFERS, read_transfers
from crossdock.connectors.odoo.client.reading import Document
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.watching import Source
from crossdock.connectors.odoo.wire import FORMAT, ORDERS_FORMAT, TRANSFERS_FORMAT

Reader = Callable[[OdooSession, Sequence[int]], Awaitable[tuple[set[int], list[Document]]]]


class Feed(Struct, frozen=True):
    """A source, the reader of its documents, and the form of its pages."""

    source: Source
    read: Reader
    format: str

    @property
    def name(self) -> str:
        """The name it is configured by."""
        return self.source.feed


FEEDS: Mapping[str, Feed] = {
    feed.name: feed
    for feed in (
        Feed(DELIVERIES, read_deliveries, FORMAT),
        Feed(ORDERS, read_orders, ORDERS_FORMAT),
        Feed(TRANSFERS, read_transfers, TRANSFERS_FORMAT),
    )
}
