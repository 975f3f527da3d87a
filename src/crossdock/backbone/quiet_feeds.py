"""Feeds and webhooks gone quiet, and messages that did not come by their local time: an expectation expires, once, with
an exception that names the partner and by how much; its next message ends both.
"""

from collections.abc import Mapping, Sequence

import msgspec

from crossdock.backbone.feed_clock import Arrival, Waited, begin, heard, is_late
from crossdock.backbone.noticing import noticed
from crossdock.model import events as ev
from crossdock.model.calendars import ALWAYS, Calendar, add_working
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import lasting, rfc3339
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_delivery import DueTimer

KIND = "feed.silent"
_SILENCE, _ARRIVAL = "feed", "arrival"
"""Kinds of the expectations."""
_HOUR = 3_600_000_000
_ROWS = "expected:"
"""Begins the names of the rows that say since when something is expected; no partner's id has a colon."""
_DECODE = msgspec.json.Decoder(Waited).decode
_ENCODE = msgspec.json.Encoder().encode


class QuietFeeds:
    """A sweep over partners that are expected to say something: at least so often (hours, by partner), or on a channel
    by a local time.
    """

    def __init__(
        self,
        store: Store,
        expected: Mapping[str, float],
        started_at: int,
        arrivals: Sequence[Arrival] = (),
        calendars: Mapping[str, Calendar] | None = None,
    ) -> None:
        """A partner that never said anything is counted from ``started_at`` (epoch microseconds), or from when it was
        first expected by any process; ``calendars`` are those whose time the hours of a partner count in.
        """
        self._store = store
        self._expected = {name: hours for name, hours in expected.items() if hours}
        self._started_at = started_at
        self._arrivals = tuple(arrivals)
        self._calendars = dict(calendars or {})

    async def __call__(self, now: int) -> int:
        """Look at all of them; how many exceptions were raised or resolved."""
        if not (self._expected or self._arrivals):
            return 0
        moved = await self._store.run(lambda tx: self._look(tx, now))
        if moved:
            self._store.wake("log")
        return moved

    def _look(self, tx: Transaction, now: int) -> int:
        bodies: list[tuple[str, ev.EventBody]] = []
        for name in sorted(self._expected):
            bodies += ((f"feed:{name}", body) for body in self._silence(tx, name, now))
        for promise in self._arrivals:
            bodies += ((f"feed:{promise.partner}", body) for body in _arrived(tx, promise, now))
        return noticed(tx, bodies, now)

    def _silence(self, tx: Transaction, partner: str, now: int) -> list[ev.EventBody]:
        rows, _ = tx.views.exchanges(partner=partner, direction="inbound", limit=1)
        last = rows[0].received_at if rows else 0
        since = last or self._since(tx, partner, now)
        due = add_working(self._calendars.get(partner, ALWAYS), since, int(self._expected[partner] * _HOUR))
        standing, _ = tx.views.exceptions(kind=KIND, subject=f"feed:{partner}", limit=50)
        causes = [row.case.cause for row in standing if not row.pointer]
        what = f"a word of {partner}"
        if now >= due:
            text = (
                f"{partner} has said nothing for {(now - since) // _HOUR} hours, {lasting(now - due)} longer than it "
                "may. Look whether its webhook or feed still works."
            )
            return [] if causes else [
                ExpectationExpired(_SILENCE, _SILENCE, what, partner, since, due),
                ExceptionRaised(KIND, text, "", str(last), partner),
            ]  # fmt: skip
        ended: list[ev.EventBody] = []
        for cause in causes:
            was = add_working(self._calendars.get(partner, ALWAYS), int(cause or 0) or self._since(tx, partner, now),
                              int(self._expected[partner] * _HOUR))  # fmt: skip
            ended.append(ExpectationFulfilled(_SILENCE, _SILENCE, what, partner, was, max(last - was, 0)))
            ended.append(ExceptionResolved(KIND, "", cause))
        return ended

    def _since(self, tx: Transaction, partner: str, now: int) -> int:
        """Since when it is expected at all: a restart does not begin to count anew."""
        text, _ = tx.partners.cursor(_ROWS, partner)
        if not text:
            tx.partners.move_cursor(_ROWS, partner, "", str(self._started_at), now)
        return int(text or self._started_at)


def _arrived(tx: Transaction, promise: Arrival, now: int) -> list[ev.EventBody]:
    """One promise looked at: what has come since, and what is late now."""
    row = f"{promise.partner}/{promise.channel}"
    text, _ = tx.partners.cursor(_ROWS, row)
    first = waited = _DECODE(text) if text else begin(promise, now)
    bodies: list[ev.EventBody] = []
    while at := tx.views.first_heard(promise.partner, promise.channel, waited.after):
        if waited.raised:
            bodies += _ended(promise, waited, at)
        waited = heard(promise, waited, at)
    if is_late(promise, waited, now):
        waited = msgspec.structs.replace(waited, raised=True)
        bodies += _late(promise, waited, now)
    if (waited != first or not text) and not tx.partners.move_cursor(_ROWS, row, text, _ENCODE(waited).decode(), now):
        return []  # another scheduler was faster, and said it
    if waited != first or not text:
        _wait_for(tx, promise, waited)
    return bodies


def _late(promise: Arrival, waited: Waited, now: int) -> list[ev.EventBody]:
    text = (
        f"{promise.partner} has sent nothing on '{promise.channel}' that was due at {rfc3339(waited.due)[:16]}Z: "
        f"{lasting(now - waited.due)} late. Ask there."
    )
    return [
        ExpectationExpired(_name(promise), _ARRIVAL, _what(promise), promise.partner, waited.after, waited.due),
        ExceptionRaised(KIND, text, f"/{promise.channel}", str(waited.due), promise.partner),
    ]


def _ended(promise: Arrival, waited: Waited, at: int) -> list[ev.EventBody]:
    came = ExpectationFulfilled(
        _name(promise), _ARRIVAL, _what(promise), promise.partner, waited.due, max(at - waited.due, 0)
    )
    return [came, ExceptionResolved(KIND, f"/{promise.channel}", str(waited.due))]


def _wait_for(tx: Transaction, promise: Arrival, waited: Waited) -> None:
    """What is waited for stands among all that is (`crossdock process waiting`)."""
    subject = f"feed:{promise.partner}"
    if waited.raised:
        tx.timers.clear([(subject, _name(promise))])
        return
    due = waited.due + promise.grace
    tx.timers.set([DueTimer(subject, _name(promise), due, _what(promise), promise.partner, waited.after)])


def _name(promise: Arrival) -> str:
    return f"{_ARRIVAL}/{promise.channel}"


def _what(promise: Arrival) -> str:
    return f"a message on '{promise.channel}'"
