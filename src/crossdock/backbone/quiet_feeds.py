"""Feeds and webhooks gone quiet: an exception names the partner and for how long; its next message ends it."""

from collections.abc import Mapping

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores import NewEvent, Store, Transaction

KIND = "feed.silent"
_HOUR = 3_600_000_000


class QuietFeeds:
    """A sweep over partners that are expected to say something at least so often (hours, by partner)."""

    def __init__(self, store: Store, expected: Mapping[str, float], started_at: int) -> None:
        """A partner that never said anything is counted from ``started_at`` (epoch microseconds)."""
        self._store = store
        self._expected = dict(expected)
        self._started_at = started_at

    async def __call__(self, now: int) -> int:
        """Look at all of them; how many exceptions were raised or resolved."""
        if not self._expected:
            return 0
        moved = await self._store.run(lambda tx: sum(self._one(tx, name, now) for name in sorted(self._expected)))
        if moved:
            self._store.wake("log")
        return moved

    def _one(self, tx: Transaction, partner: str, now: int) -> int:
        rows, _ = tx.views.exchanges(partner=partner, direction="inbound", limit=1)
        last = rows[0].received_at if rows else 0
        subject = f"feed:{partner}"
        standing, _ = tx.views.exceptions(kind=KIND, subject=subject, limit=1)
        quiet = now - max(last, self._started_at if not last else 0)
        if quiet >= int(self._expected[partner] * _HOUR):
            text = (
                f"{partner} has said nothing for {quiet // _HOUR} hours. Look whether its webhook or feed still works."
            )
            return 0 if standing else _tell(tx, subject, ExceptionRaised(KIND, text, "", str(last), partner), now)
        if not standing:
            return 0
        causes = [e.body.cause for e in tx.log.of_subject(subject) if isinstance(e.body, ExceptionRaised)]
        return _tell(tx, subject, ExceptionResolved(KIND, "", causes[-1] if causes else ""), now)


def _tell(tx: Transaction, subject: str, body: ev.EventBody, now: int) -> int:
    fact = ev.Fact(body, from_epoch_us(now), subject=subject)
    new = NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject))
    return len(tx.log.append([new], now))
