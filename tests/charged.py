"""A freight charge that waits for its parcel, as the road leaves it."""

from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.noticing import noticed
from crossdock.backbone.unmatched_charges import raised, subject_of
from crossdock.model.cases import fold, opened
from crossdock.model.events import Fact
from crossdock.model.freight import FreightCharged
from crossdock.model.instants import stamp
from crossdock.model.money import Money
from crossdock.ports.stores_inbound import NewExchange, Settlement

MISTYPED = "9400100000000000000017"
"""One key beside the number of the seeded order 7."""
MESSAGE = "charged".ljust(26, "0")


def charge(line="1", number=MISTYPED, text="Parcel <b>5 kg</b>"):
    billed_on = stamp("2026-11-20")
    return FreightCharged("acme", "INV1", line, Money(630, "EUR"), billed_on, number, text)


def waits(tx, *charges, at, message=MESSAGE):
    """Charges came in one message and wait; each is an exception already. Gives their cases."""
    tx.exchanges.accept([NewExchange(message, "acme", "charges", b"a file", at, "0" * 32)])
    facts = [Fact(each, each.billed_on, lookups=each.lookups) for each in charges]
    place(tx, [(Origin(message, "acme", at, "0" * 32), facts)], at)
    tx.exchanges.settle([Settlement(message, "waiting", "")], at)
    held = [each for each in tx.references.charges("", 100) if each.exchange_id == message]
    noticed(tx, [(subject_of(each), raised(each)) for each in held], at)
    cases = [fold(opened(subject_of(each), raised(each)), raised(each), at) for each in held]
    tx.exceptions.save(cases)
    return sorted(cases, key=lambda each: each.pointer)
