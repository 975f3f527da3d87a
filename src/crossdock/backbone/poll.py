"""Feeds that Crossdock fetches by itself: a page and the cursor behind it are made durable in one transaction."""

from collections.abc import Mapping
from hashlib import sha256

from crossdock.backbone.breaker import Limits
from crossdock.backbone.deliver import Partner
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.pacing import note_call, take_turn
from crossdock.ports.clock import Ids, SharedClock
from crossdock.ports.connector import Page
from crossdock.ports.stores import Fenced, Store, Transaction
from crossdock.ports.stores_inbound import NewExchange
from crossdock.ports.verdicts import Done, Verdict


class Poller:
    """Fetches one page at a time; who polls which feed is decided by lease (see `engine`)."""

    def __init__(
        self, store: Store, partners: Mapping[str, Partner], clock: SharedClock, ids: Ids, metrics: Metrics
    ) -> None:
        """``partners`` by id."""
        self._store = store
        self._partners = partners
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._pauses: dict[tuple[str, str], float | None] = {}

    def pause(self, partner: str, feed: str) -> float | None:
        """Seconds until the feed wants to be asked again, where its last page said so."""
        return self._pauses.get((partner, feed))

    async def step(self, partner: str, feed: str) -> bool:
        """Fetch the next page; True when there may be more at once. A partner's failure counts on its breaker."""
        limits = self._partners[partner].limits
        cursor = await self._store.run(lambda tx: self._start(tx, partner, feed, limits))
        if cursor is None:
            return False
        answer = await self._partners[partner].connector.fetch(feed, cursor)
        now = self._clock.now()
        self._pauses[partner, feed] = answer.next_after if isinstance(answer, Page) else None
        if not isinstance(answer, Page):
            verdict: Verdict = answer
            await self._note(partner, limits, verdict)
            return False
        page = answer
        if page.body or page.cursor != cursor:
            try:
                await self._store.run(lambda tx: self._keep(tx, partner, feed, cursor, page, now))
            except Fenced:
                return False
        await self._note(partner, limits, Done())
        if page.body:
            self._metrics.accepted.labels(partner, "fetched").inc()
            self._store.wake("inbound")
        return page.more

    def _start(self, tx: Transaction, partner: str, feed: str, limits: Limits) -> str | None:
        """The cursor, or None when the partner may not be called now."""
        return None if take_turn(tx, partner, limits, self._clock) else tx.partners.cursor(partner, feed)[0]

    async def _note(self, partner: str, limits: Limits, verdict: Verdict) -> None:
        move = await self._store.run(lambda tx: note_call(tx, partner, limits, verdict, self._clock))
        if move is not None:
            self._metrics.breaker.labels(partner).set(1 if move.state == "open" else 0)

    def _keep(self, tx: Transaction, partner: str, feed: str, cursor: str, page: Page, now: int) -> None:
        if page.body:
            trace_id = sha256(page.body).hexdigest()[:32]
            exchange = NewExchange(
                self._ids.fresh(now), partner, feed, page.body, now, trace_id, content_type="application/json"
            )
            tx.exchanges.accept([exchange])
        if not tx.partners.move_cursor(partner, feed, cursor, page.cursor, now):
            raise Fenced(f"the cursor of {partner}/{feed} was moved by another worker")
