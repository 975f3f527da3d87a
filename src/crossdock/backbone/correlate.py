"""Whose is it: facts find their subject by reference, wait for it, or are seen to be ambiguous. Runs inside a step."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence

from msgspec import Struct, structs

from crossdock.model.events import Event, Fact
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.releasing import PaymentReported
from crossdock.ports.stores import NewEvent, Transaction, Waiting

_OF_THE_ORDER = (PaymentReported,)
"""What is said of an order as a whole, whichever of its deliveries it was told of."""


class Origin(Struct, frozen=True):
    """Where facts come from: the exchange that brought them."""

    exchange_id: str
    partner: str
    received_at: int
    trace_id: str
    quiet: bool = False


class Placed(Struct, frozen=True):
    """What became of one exchange's facts. ``ambiguous`` names references that several subjects claim; ``late``: it
    spoke of a subject that ended long ago, and changed nothing.
    """

    subject: str = ""
    waiting: int = 0
    ambiguous: tuple[Reference, ...] = ()
    late: bool = False


class Placement(Struct, frozen=True):
    """What became of a batch: per exchange in the order given, and the events that were new."""

    placed: list[Placed]
    appended: list[Event]


def place(
    tx: Transaction,
    batch: Sequence[tuple[Origin, Sequence[Fact]]],
    now: int,
    then: Callable[[list[Placed]], None] = lambda _: None,
) -> Placement:
    """Bind, look up, hold, release and append the facts of ``batch`` in one go.

    What a fact makes true is bound before anything is looked up, so a message may both name and use a reference.
    ``then`` does what else the transaction has to do: appending comes last, for it keeps others waiting to the commit.
    """
    bound, known = _bound_and_known(tx, batch)
    owners = _living(tx, known)
    events: list[NewEvent] = []
    held: list[Waiting] = []
    placed: list[Placed] = []
    for origin, facts in batch:
        placed.append(_place_one(origin, facts, owners, events, held))
    if held:  # what waits already waits for the message that said it first; the repetition is done with
        waiting = Counter(each.exchange_id for each in tx.references.hold(held))
        placed = [
            structs.replace(each, waiting=waiting[origin.exchange_id])
            for (origin, _), each in zip(batch, placed, strict=True)
        ]
    events.extend(_released(tx, bound, _bound_loudly(batch)))
    events.extend(_shared(tx, bound, batch))
    placed = _late(tx, placed)
    then(placed)
    return Placement(placed, tx.log.append(events, now) if events else [])


def _bound_and_known(
    tx: Transaction, batch: Sequence[tuple[Origin, Sequence[Fact]]]
) -> tuple[list[Reference], dict[Reference, list[str]]]:
    """The names that are new, and whose every name is that is looked up.

    Only names that are being bound or belong to nobody are locked, against somebody who binds them just now: whose a
    bound name is can be read at any time, and so two workers with scans of known shipments do not wait for each other.
    """
    lookups = {name for _, facts in batch for fact in facts for name in fact.lookups}
    binds = {name for _, facts in batch for fact in facts for name in fact.binds}
    known = tx.references.lookup(lookups)
    open_names = binds | (lookups - set(known))
    if not open_names:
        return [], known
    tx.references.lock(open_names)
    bound = tx.references.bind(
        (reference, fact.subject) for _, facts in batch for fact in facts if fact.subject for reference in fact.binds
    )
    return bound, known | tx.references.lookup(open_names & lookups)


def _living(tx: Transaction, owners: dict[Reference, list[str]]) -> dict[Reference, list[str]]:
    """Carriers use numbers again: where several subjects have one, those that ended long ago do not count."""
    several = {subject for subjects in owners.values() if len(subjects) > 1 for subject in subjects}
    over = tx.log.ended(several) if several else set()
    if not over:
        return owners
    return {name: [each for each in subjects if each not in over] or subjects for name, subjects in owners.items()}


def _late(tx: Transaction, placed: list[Placed]) -> list[Placed]:
    """Mark what speaks of an ended subject: nothing will be appended to it."""
    over = tx.log.ended({each.subject for each in placed if each.subject})
    return [structs.replace(each, late=True) if each.subject in over else each for each in placed] if over else placed


def _place_one(
    origin: Origin,
    facts: Sequence[Fact],
    owners: dict[Reference, list[str]],
    events: list[NewEvent],
    held: list[Waiting],
) -> Placed:
    first, waiting = "", 0
    ambiguous: list[Reference] = []
    for fact in facts:
        candidates = [fact.subject] if fact.subject else _candidates(fact, owners)
        if len(candidates) == 1 or (candidates and isinstance(fact.body, _OF_THE_ORDER)):
            events.extend(_event(fact, each, origin) for each in candidates)
            first = first or candidates[0]
        elif candidates:
            ambiguous.extend(fact.lookups)
            events.extend(_ambiguity(fact, candidates, origin))
        else:
            held.append(_waiting(fact, origin))
            waiting += 1
    return Placed(first, waiting, tuple(ambiguous))


def _waiting(fact: Fact, origin: Origin) -> Waiting:
    return Waiting(
        fact.key(), fact, origin.received_at, origin.partner, origin.exchange_id, origin.trace_id, origin.quiet
    )


def _candidates(fact: Fact, owners: dict[Reference, list[str]]) -> list[str]:
    """Whose it may be. Where a person said whose this very line of an invoice is, no number on it says otherwise."""
    own = {subject for name in fact.lookups if name.kind == ReferenceKind.CHARGE for subject in owners.get(name, ())}
    return sorted(own or {subject for name in fact.lookups for subject in owners.get(name, ())})


def _event(fact: Fact, subject: str, origin: Origin) -> NewEvent:
    return NewEvent(
        key=fact.key(subject),
        subject=subject,
        fact=fact,
        received_at=origin.received_at,
        source=origin.partner,
        exchange_id=origin.exchange_id,
        trace_id=trace_id_of(subject),
        quiet=origin.quiet,
    )


def _ambiguity(fact: Fact, candidates: Iterable[str], origin: Origin) -> Iterable[NewEvent]:
    """Nobody gets the fact; every candidate gets an exception that names all of them."""
    names = ", ".join(candidates)
    values = ", ".join(name.value for name in fact.lookups)
    raised = ExceptionRaised(
        kind="reference.ambiguous",
        text=f"'{values}' belongs to several orders: {names}. Correct the reference, then retry the message.",
        pointer="/references",
        cause=fact.key(),
        partner=origin.partner,
    )
    for subject in candidates:
        exception = Fact(raised, from_epoch_us(origin.received_at), subject=subject)
        yield _event(exception, subject, origin)


def _bound_loudly(batch: Sequence[tuple[Origin, Sequence[Fact]]]) -> set[Reference]:
    return {name for origin, facts in batch if not origin.quiet for fact in facts for name in fact.binds}


def _released(tx: Transaction, bound: Sequence[Reference], loud: Container[Reference]) -> list[NewEvent]:
    """Facts that were waiting for the names just bound, if each now has exactly one owner. What only a quiet replay
    sets free is quiet too: nothing that it leads to leaves.
    """
    if not bound:
        return []
    facts = tx.references.release(bound)
    if not facts:
        return []
    owners = _living(tx, tx.references.lookup({name for row in facts for name in row.fact.lookups}))
    events: list[NewEvent] = []
    for row in facts:
        quiet = row.quiet or not any(name in loud for name in row.fact.lookups)
        origin = Origin(row.exchange_id, row.source, row.received_at, row.trace_id, quiet=quiet)
        _place_one(origin, [row.fact], owners, events, [])
    return events


def _shared(
    tx: Transaction, bound: Sequence[Reference], batch: Sequence[tuple[Origin, Sequence[Fact]]]
) -> list[NewEvent]:
    """What was said of a whole order is true of a delivery of it that is made later (a backorder), too."""
    names = [name for name in bound if name.kind == ReferenceKind.ORDER]
    owners = {name: found for name, found in (tx.references.lookup(names) if names else {}).items() if len(found) > 1}
    events: list[NewEvent] = []
    for origin, facts in batch if owners else ():
        for fact in facts:
            others = {each for name in fact.binds for each in owners.get(name, ())} - {fact.subject}
            events.extend(
                _event(Fact(known.body, known.occurred, subject=fact.subject), fact.subject, origin)
                for other in (sorted(others) if fact.subject else ())
                for known in tx.log.of_subject(other)
                if isinstance(known.body, _OF_THE_ORDER)
            )
    return events


def release_overdue(tx: Transaction, now: int, limit: int = 200) -> list[Event]:
    """The net under `place`: bind facts whose reference is known although they still wait."""
    overdue = tx.references.overdue(limit)
    if not overdue:
        return []
    tx.references.lock(overdue)
    events = _released(tx, overdue, overdue)
    return tx.log.append(events, now) if events else []
