"""Facts that people or programs tell at a door, not by a partner's message: placed like any other, and audited."""

from msgspec import structs

from crossdock.backbone.correlate import Origin, place
from crossdock.model.events import Fact
from crossdock.model.identifiers import digest, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.releasing import ReviewDecided
from crossdock.ports.stores import NewEvent, Transaction


def tell(tx: Transaction, fact: Fact, source: str, now: int) -> tuple[str, ...]:
    """Note a fact with every subject its references name, and give them; one that belongs to nobody yet waits for its
    owner.
    """
    owners = sorted({each for subjects in tx.references.lookup(fact.lookups).values() for each in subjects})
    facts = [structs.replace(fact, subject=each, lookups=()) for each in owners] or [fact]
    origin = Origin("", source, now, trace_id_of(owners[0] if owners else fact.key()))
    place(tx, [(origin, facts)], now)
    return tuple(owners)


def decide(tx: Transaction, subject: str, review: ReviewDecided, now: int) -> bool:
    """Write down what somebody decided about a hold; False when it was there already."""
    fact = Fact(review, from_epoch_us(now), subject=subject)
    new = NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject))
    fresh = bool(tx.log.append([new], now))
    if fresh:
        tx.doors.audit(now, review.by, f"review.{review.gate}.{review.verdict}", subject, review.reason)
    return fresh


def review_id(actor: str, subject: str, gate: str, key: str) -> str:
    """The name of a decision: sent again with the same key it is the same."""
    return digest("review", actor, subject, gate, key)[:24]
