"""The second transaction: exchanges become canonical events, and are settled with them in one commit."""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence

from crossdock.backbone.correlate import Origin, Placed, Placement, place
from crossdock.backbone.drift import gaps_of, ruled, standing
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.model.events import type_of
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Connector, Received, Translation, Unreadable
from crossdock.ports.stores import Fenced, Store, Transaction
from crossdock.ports.stores_inbound import Inbound, Settlement
from crossdock.ports.stores_mapping import Ruling
from crossdock.ports.verdicts import Explanation

Translated = Sequence[tuple[Inbound, Translation]]


class Translator:
    """Reads settled-for-now exchanges of owned partitions, translates them outside any transaction, and commits."""

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, Connector],
        clock: Clock,
        metrics: Metrics,
        spans: Spans,
        batch: int = 400,
    ) -> None:
        """``connectors`` by partner id; ``batch`` messages at most per transaction."""
        self._store = store
        self._connectors = connectors
        self._clock = clock
        self._metrics = metrics
        self._spans = spans
        self._batch = batch

    @property
    def batch(self) -> int:
        """How many messages are translated together at most."""
        return self._batch

    async def step(self, partitions: Iterable[int]) -> int:
        """Translate one batch; how many messages it took. A fenced batch counts as none: what of it is still ours is
        read again.
        """
        owned = list(partitions)
        inbound, rulings = await self._store.read(lambda tx: _waiting(tx, owned, self._batch))
        if not inbound:
            return 0
        in_force = standing(rulings).in_force
        translated = [(row, ruled(row.partner, self.translate(row), in_force)) for row in inbound]
        now = self._clock.now()
        try:
            placement, settlements = await self._store.run(_committing(translated, now))
        except Fenced:
            return 0
        partners = {row.id: row.partner for row, _ in translated}
        for each in settlements:
            self._metrics.translated.labels(partners[each.id], each.status).inc()
        if placement.appended:
            self.count(placement)
            self._store.wake("log")
        return len(inbound)

    def count(self, placement: Placement) -> None:
        """Count the events that were appended, and put them on their traces."""
        for event in placement.appended:
            self._spans.event(event)
            self._metrics.events.labels(type_of(event.body)).inc()

    def translate(self, row: Inbound) -> Translation:
        """What the partner's connector makes of the bytes; a mapping that raises is a bug and parks this one alone."""
        connector = self._connectors.get(row.partner)
        if connector is None:
            text = f"partner '{row.partner}' is not configured or not enabled"
            why = Explanation("Enable the partner in the configuration, then retry this message.", text)
            return Translation(problems=(Unreadable("", why),))
        message = Received(row.channel, row.body, row.headers, row.received_at, row.content_type, path=row.path)
        try:
            return connector.translate(message)
        except Exception as error:  # noqa: BLE001 - one poison message must not stop its neighbours (K4)
            engineer = "".join(traceback.format_exception(error))[-4000:]
            why = Explanation("This message shows a defect in Crossdock's mapping; it is kept. Report it.", engineer)
            return Translation(problems=(Unreadable("", why),))


def _waiting(tx: Transaction, owned: list[int], limit: int) -> tuple[Sequence[Inbound], Sequence[Ruling]]:
    found = tx.exchanges.received(owned, limit)
    return found, tx.mappings.rulings() if found else ()


def _committing(translated: Translated, now: int) -> Callable[[Transaction], tuple[Placement, list[Settlement]]]:
    def step(tx: Transaction) -> tuple[Placement, list[Settlement]]:
        tx.rederivable()  # the bytes are on disk
        return commit(tx, translated, now)

    return step


def commit(tx: Transaction, translated: Translated, now: int) -> tuple[Placement, list[Settlement]]:
    """Place every fact that could be read, park the messages of which something could not, settle all.

    A page of a feed holds many people's orders: one that is wrong parks the page, and the others go on. Raises `Fenced`
    when somebody else settled any of the messages: a worker that stood still wakes up with a translation of yesterday's
    mapping, and must not write it.
    """
    settlements: list[Settlement] = []

    def settle(placed: Sequence[Placed]) -> None:
        settlements.extend(
            _parked(row, translation, found) if translation.problems else _settled(row, found)
            for (row, translation), found in zip(translated, placed, strict=True)
        )
        tx.exchanges.settle_all(settlements, now)

    batch = [(_origin(row), translation.facts) for row, translation in translated]
    placement = place(tx, batch, now, settle)
    tx.mappings.note(gaps_of(translated, now))  # last: everybody counts the same few gaps
    return placement, settlements


def _origin(row: Inbound) -> Origin:
    return Origin(row.id, row.partner, row.received_at, row.trace_id, quiet=row.replay == "quiet")


def _settled(row: Inbound, placed: Placed) -> Settlement:
    if placed.ambiguous:
        names = ", ".join(reference.value for reference in placed.ambiguous)
        return Settlement(
            row.id,
            "parked",
            placed.subject,
            "The reference belongs to several orders. Correct it in the system of record, then retry this message.",
            f"ambiguous references: {names}",
        )
    if placed.late:
        why = Explanation(
            "The order ended so long ago that its facts are gone (retention.ended_days). The message changed nothing; "
            "nothing has to be done.",
            f"'{placed.subject}' has ended",
        )
        return Settlement(row.id, "repeated", placed.subject, why.operator, why.engineer)
    return Settlement(row.id, "waiting" if placed.waiting else "translated", placed.subject)


def _parked(row: Inbound, translation: Translation, placed: Placed) -> Settlement:
    first = translation.problems[0]
    engineer = "; ".join(f"{problem.pointer or '/'}: {problem.why.engineer}" for problem in translation.problems[:20])
    return Settlement(row.id, "parked", placed.subject, first.why.operator, engineer)
