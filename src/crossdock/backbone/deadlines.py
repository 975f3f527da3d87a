"""Deadlines that have come: out of the store, and into the log as facts, exactly once each."""

from crossdock.model.events import DeadlinePassed, Fact
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores import NewEvent, Store, Transaction

BATCH = 500
"""How many deadlines become facts in one transaction."""


async def fire_timers(store: Store, now: int, limit: int = BATCH) -> int:
    """Turn due timers into ``deadline.passed`` events, the longest due first; how many."""

    def step(tx: Transaction) -> int:
        due = tx.timers.due(now, limit)
        events = []
        for timer in due:
            fact = Fact(DeadlinePassed(timer.name, timer.due_at), from_epoch_us(now), subject=timer.subject)
            trace_id = trace_id_of(timer.subject)
            events.append(NewEvent(fact.key(timer.subject), timer.subject, fact, now, "", "", trace_id))
        if events:
            events.sort(key=lambda event: partition_of(event.subject))
            tx.log.append(events, now)
        return len(due)

    fired = await store.run(step)
    if fired:
        store.wake("log")
    return fired


async def until_next(store: Store, now: int, most: float) -> float:
    """Seconds until the next deadline comes, 0 where one has come already, at most ``most``.

    Read without taking a place among the writers, so that waiting costs a busy store nothing.
    """
    soonest = await store.read(lambda tx: tx.timers.soonest())
    return most if soonest is None else min(max(0, soonest - now) / 1_000_000, most)
