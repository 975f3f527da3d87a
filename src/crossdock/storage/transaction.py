"""One transaction over a synchronous connection: the parts joined, each made when it is first asked for."""

from functools import cached_property
from pathlib import Path
from typing import cast

from sqlalchemy import BigInteger, Connection, extract, func, select
from sqlalchemy import cast as as_type

from crossdock.storage.ageing import SqlAgeing
from crossdock.storage.blobs import SqlBlobs
from crossdock.storage.bodies import Bodies
from crossdock.storage.direct import Direct
from crossdock.storage.direct_postgresql import DirectPostgresql
from crossdock.storage.doors import SqlDoors
from crossdock.storage.exceptions import SqlAlerts, SqlExceptionBook
from crossdock.storage.exchanges import SqlExchanges
from crossdock.storage.filters import SqlFilters
from crossdock.storage.instances import SqlInstances
from crossdock.storage.knocks import SqlKnocks
from crossdock.storage.kpis import SqlKeyFigures
from crossdock.storage.lanes import SqlLanes
from crossdock.storage.leases import SqlLeases
from crossdock.storage.log import SqlLog
from crossdock.storage.mappings import SqlMappings
from crossdock.storage.measures import SqlMeasures
from crossdock.storage.notices import SqlNotices
from crossdock.storage.partners import SqlPartners
from crossdock.storage.records import Fetch
from crossdock.storage.references import SqlReferences
from crossdock.storage.slots import SqlSlots
from crossdock.storage.states import SqlStates
from crossdock.storage.tail import SqlTail
from crossdock.storage.timers import SqlTimers
from crossdock.storage.views_exceptions import ExceptionViews
from crossdock.storage.views_exchanges import ExchangeViews
from crossdock.storage.views_flows import FlowViews
from crossdock.storage.views_queues import QueueViews
from crossdock.storage.views_records import RecordViews
from crossdock.storage.views_shipments import ShipmentViews

_SERVER_TIME = select(as_type(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger))


class SqlViews(ShipmentViews, ExchangeViews, ExceptionViews, RecordViews, QueueViews, FlowViews):
    """Questions people ask (`crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection, bodies: Bodies, fetch: Fetch | None) -> None:
        """Works inside the transaction of ``connection``; large bodies are in ``bodies``."""
        ExchangeViews.__init__(self, connection, bodies, fetch)


class SqlTransaction:
    """Everything a step may touch (`crossdock.ports.stores.Transaction`)."""

    def __init__(
        self, direct: Direct | DirectPostgresql, folder: Path | None, *, writing: bool, fetch: Fetch | None = None
    ) -> None:
        """Inside the transaction of ``direct``; ``folder`` takes large bodies, ``fetch`` reads the stream."""
        self._direct = direct
        self._connection = cast("Connection", direct)  # the part of it that steps use
        self._fetch = fetch
        self._writing = writing
        self.bodies = Bodies(folder)

    def rederivable(self) -> None:
        """The commit need not wait for the disk."""
        self._direct.no_wait()

    def flush(self) -> None:
        """The commit waits for the disk."""
        self._direct.to_disk()

    def server_time(self) -> int | None:
        """What PostgreSQL's clock shows now, not when the transaction began; None for SQLite."""
        if self._connection.dialect.name != "postgresql":
            return None
        return int(self._connection.execute(_SERVER_TIME).scalar_one())

    @cached_property
    def exchanges(self) -> SqlExchanges:
        """The ledger of inbound messages."""
        return SqlExchanges(self._connection, self.bodies)

    @cached_property
    def log(self) -> SqlLog:
        """The event log."""
        return SqlLog(self._connection, self._fetch)

    @cached_property
    def tail(self) -> SqlTail:
        """What of the log is in the database, and what in a stream."""
        return SqlTail(self._connection)

    @cached_property
    def references(self) -> SqlReferences:
        """Who is called what."""
        return SqlReferences(self._connection)

    @cached_property
    def states(self) -> SqlStates:
        """Folded states."""
        return SqlStates(self._connection)

    @cached_property
    def exceptions(self) -> SqlExceptionBook:
        """Business exceptions."""
        return SqlExceptionBook(self._connection)

    @cached_property
    def alerts(self) -> SqlAlerts:
        """What somebody is told of exceptions."""
        return SqlAlerts(self._connection)

    @cached_property
    def lanes(self) -> SqlLanes:
        """Outbound commands."""
        return SqlLanes(self._connection)

    @cached_property
    def timers(self) -> SqlTimers:
        """Deadlines."""
        return SqlTimers(self._connection)

    @cached_property
    def instances(self) -> SqlInstances:
        """Where processes stand."""
        return SqlInstances(self._connection)

    @cached_property
    def slots(self) -> SqlSlots:
        """Delivery slots."""
        return SqlSlots(self._connection)

    @cached_property
    def partners(self) -> SqlPartners:
        """Health and cursors."""
        return SqlPartners(self._connection, writing=self._writing)

    @cached_property
    def blobs(self) -> SqlBlobs:
        """Labels and proofs."""
        return SqlBlobs(self._connection, self.bodies)

    @cached_property
    def leases(self) -> SqlLeases:
        """Who works on what."""
        return SqlLeases(self._connection)

    @cached_property
    def doors(self) -> SqlDoors:
        """What the API and the tower need."""
        return SqlDoors(self._connection)

    @cached_property
    def knocks(self) -> SqlKnocks:
        """Counted tries and one-time codes."""
        return SqlKnocks(self._connection)

    @cached_property
    def filters(self) -> SqlFilters:
        """Filters that people keep."""
        return SqlFilters(self._connection)

    @cached_property
    def notices(self) -> SqlNotices:
        """Customers' notices."""
        return SqlNotices(self._connection)

    @cached_property
    def mappings(self) -> SqlMappings:
        """Gaps and rulings."""
        return SqlMappings(self._connection)

    @cached_property
    def kpis(self) -> SqlKeyFigures:
        """Key figures."""
        return SqlKeyFigures(self._connection)

    @cached_property
    def measures(self) -> SqlMeasures:
        """What was measured of parcels and orders at warehouses."""
        return SqlMeasures(self._connection)

    @cached_property
    def ageing(self) -> SqlAgeing:
        """What grows old."""
        return SqlAgeing(self._connection, self.bodies)

    @cached_property
    def views(self) -> SqlViews:
        """What people ask."""
        return SqlViews(self._connection, self.bodies, self._fetch)
