"""The first transaction: bytes become a durable exchange, and only then is the partner answered.

Many callers, one writer, one commit for all of them (group commit). Nothing is interpreted here.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from crossdock.backbone.grouping import Grouped
from crossdock.backbone.metrics import Metrics
from crossdock.ports.clock import Clock, Ids
from crossdock.ports.connector import Connector, Received, Rejected, Verified
from crossdock.ports.stores import Store, StoreFull, StoreUnavailable, Transaction
from crossdock.ports.stores_inbound import NewExchange, Receipt, RefusedBody
from crossdock.ports.verdicts import Explanation

KEPT_OF_REFUSED = 64 * 1024
"""Bytes kept of a refused body (decision 0007)."""

_KEPT_HEADERS = frozenset({"user-agent", "x-timestamp", "x-path", "traceparent", "x-request-id"})


class IntakeAnswer(Struct, frozen=True):
    """What the door tells the caller: 202 with the exchange id, or a 4xx/5xx with both texts."""

    status: int
    exchange_id: str = ""
    repeated: bool = False
    why: Explanation | None = None


class GroupCommit:
    """Exchanges that arrive while a commit is under way are committed together in the next one."""

    def __init__(self, store: Store, metrics: Metrics, largest: int = 512) -> None:
        """Commit to ``store``, at most ``largest`` exchanges at a time."""
        self._store = store
        self._metrics = metrics
        self.put = Grouped(self._keep, largest).put
        """Wait until an exchange is durable. Raises `StoreFull` or `StoreUnavailable`."""

    async def _keep(self, batch: Sequence[NewExchange]) -> list[Receipt]:
        with self._metrics.commit.time():
            receipts = await self._store.run(_accepting(batch))
        self._metrics.commit_size.observe(len(batch))
        self._store.wake("inbound")
        return receipts


class Intake:
    """The door's way in: verify on raw bytes, make durable, answer."""

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, Connector],
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        on_hint: Callable[[str, str], None] = lambda _partner, _feed: None,
    ) -> None:
        """``connectors`` by partner id; ``on_hint`` is told (partner, feed) when a partner says that there is news."""
        self._store = store
        self._connectors = connectors
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._on_hint = on_hint
        self._commit = GroupCommit(store, metrics)
        self._accepted = {partner: metrics.accepted.labels(partner, "accepted") for partner in connectors}

    async def accept(self, partner: str, message: Received) -> IntakeAnswer:
        """Take one message from ``partner``: 202 once it is durable, 4xx when it is not theirs or not acceptable."""
        connector = self._connectors.get(partner)
        if connector is None:
            why = Explanation("There is no such partner here.", f"partner '{partner}' is not configured or not enabled")
            return IntakeAnswer(404, why=why)
        verified = connector.verify(message, self._clock.now())
        if isinstance(verified, Rejected):
            return await self.refuse(partner, message, verified.status, verified.why)
        return await self._keep(partner, message, verified)

    async def take(self, partner: str, message: Received, delivery_id: str) -> IntakeAnswer:
        """Take a message whose sender is proved by the connection to a broker it came over. 202 once it is durable;
        ``delivery_id`` deduplicates where the broker numbers messages.
        """
        if partner not in self._connectors:
            why = Explanation("Enable the partner.", f"partner '{partner}' is not configured or not enabled")
            return IntakeAnswer(404, why=why)
        return await self._keep(partner, message, Verified(delivery_id))

    async def _keep(self, partner: str, message: Received, verified: Verified) -> IntakeAnswer:
        identity = self._ids.fresh(message.received_at)
        exchange = NewExchange(
            id=identity,
            partner=partner,
            channel=message.channel,
            body=message.body,
            received_at=message.received_at,
            trace_id=_trace_of(message.headers) or f"{identity:0<32.32}",
            content_type=message.content_type,
            headers={name: message.headers[name] for name in _KEPT_HEADERS if name in message.headers},
            path=_without_query(message.path),
            delivery_id=verified.delivery_id,
            status="hint" if verified.hint else "received",
        )
        try:
            receipt = await self._commit.put(exchange)
        except (StoreFull, StoreUnavailable) as error:
            return _cannot_keep(error)
        if verified.hint:
            self._on_hint(partner, verified.hint)
        self._accepted[partner].inc()
        return IntakeAnswer(202, receipt.id, receipt.repeated)

    async def refuse(
        self, partner: str, message: Received, status: int, why: Explanation, length: int = -1
    ) -> IntakeAnswer:
        """Keep what is needed of a refused body (ring per known partner) and say no. ``length`` is the whole length
        when the body was cut by the door.
        """
        if partner not in self._connectors:
            return IntakeAnswer(status, why=why)
        row = RefusedBody(
            id=self._ids.fresh(message.received_at),
            partner=partner,
            channel=message.channel,
            status=status,
            received_at=message.received_at,
            body=message.body[:KEPT_OF_REFUSED],
            length=len(message.body) if length < 0 else length,
            sha256=sha256(message.body).hexdigest(),
            operator=why.operator,
            engineer=why.engineer,
        )
        self._metrics.accepted.labels(partner, "refused").inc()
        try:
            await self._store.run(lambda tx: tx.exchanges.refuse([row]))
        except (StoreFull, StoreUnavailable):
            return IntakeAnswer(status, why=why)
        return IntakeAnswer(status, row.id, why=why)


def _accepting(batch: Sequence[NewExchange]) -> Callable[[Transaction], list[Receipt]]:
    return lambda tx: tx.exchanges.accept(batch)


def _trace_of(headers: Mapping[str, str]) -> str:
    given = headers.get("traceparent")
    if not given:
        return ""
    parts = given.split("-")
    return parts[1] if len(parts) == 4 and len(parts[1]) == 32 else ""


def _cannot_keep(error: OSError) -> IntakeAnswer:
    if isinstance(error, StoreFull):
        text = "The store is full: free space or enlarge it. The message was not taken; it has to be sent again."
        return IntakeAnswer(507, why=Explanation(text, f"store full: {error}"))
    text = "The store cannot be reached. The message was not taken; it has to be sent again."
    return IntakeAnswer(503, why=Explanation(text, f"store unavailable: {error}"))


def _without_query(path: str) -> str:
    """What is kept of the address: its query is where partners that cannot sign put their secret."""
    return path.partition("?")[0]
