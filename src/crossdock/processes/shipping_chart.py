"""The stages of order-to-ship, and what leads from one to another."""

from collections.abc import Iterable, Iterator

from crossdock.ports.process import Chart, Move, Stage

_STAGES = (
    Stage("new", "Facts of it are here, the order itself is not.", "the system of record", hours=1.0),
    Stage("waiting", "It waits for its clearance: gates, or the warehouse that packs it.", "whoever clears it"),
    Stage("rejected", "Something is missing or wrong in the order.", "a person, in the system of record", hours=8.0),
    Stage("rating", "Carriers were asked what they would take for it.", "the carriers", hours=0.5),
    Stage("booking", "Labels are being bought and fetched.", "the carrier", hours=1.0),
    Stage("labelled", "Every package has its label.", "the warehouse, then the carrier"),
    Stage("shipped", "The carrier has it.", "the carrier"),
    Stage("delivered", "Every package has arrived.", final=True),
    Stage("attention", "Nobody offers, or takes it, or it was taken back.", "a person", hours=8.0),
    Stage("cancelled", "The order was cancelled before the carrier had it.", final=True),
    Stage("settling", "It was reopened; what was bought before is being voided.", "the carrier", hours=1.0),
)
_OPEN = ("new", "waiting", "settling", "rejected", "rating", "booking", "labelled", "attention")


def _asked() -> Iterator[Move]:
    requested = "fulfilment.requested.v1"
    for on in (requested, "order.cleared.v1"):
        for before in ("new", "waiting", "settling", "rejected", "cancelled"):
            yield Move(before, "rating", on, "ask every carrier for rates")
        for before in ("new", "waiting", "settling", "cancelled"):
            yield Move(before, "rejected", on, "an exception for each fault, a note in the system of record")
    for before in ("new", "cancelled"):
        yield Move(before, "waiting", requested)
    yield from _reopened((requested, "order.cleared.v1"))


def _reopened(asked: Iterable[str]) -> Iterator[Move]:
    for on in asked:
        for before in ("waiting", "rejected", "cancelled"):
            yield Move(before, "settling", on, "void what was bought before it was called off")
        for after in ("shipped", "delivered"):
            yield Move("cancelled", after, on, "the carrier has it already")
        yield Move("cancelled", "attention", on, "the carrier has it, and its label is void")
    yield Move("settling", "rating", "tracking.reported.v1", "ask for what is not on its way")
    settled = ("shipment.voided.v1", "command.withdrawn.v1", "shipment.booked.v1")
    for on in (*settled, "desk.requested.v1", "exception.resolved.v1"):
        yield Move("settling", "rating", on, "ask every carrier for rates")
        yield Move("settling", "rejected", on, "an exception for each fault, a note in the system of record")


def _moves() -> Iterator[Move]:
    yield from _asked()
    quoted, withdrawn = "rates.quoted.v1", "command.withdrawn.v1"
    for on in (quoted, "deadline.passed.v1", "command.failed.v1"):
        yield Move("rating", "booking", on, "choose a carrier, buy its labels")
        yield Move("rating", "attention", on, "an exception: nothing suitable is offered")
    yield Move("attention", "booking", quoted, "choose a carrier, buy its labels")
    for before in ("booking", "attention"):
        yield Move(before, "labelled", "label.received.v1", "write labels and numbers into the system of record")
    yield Move("booking", "attention", "label.received.v1", "a person decides about the package without a label")
    for before in ("booking", "labelled", "shipped"):
        yield Move(before, "attention", "shipment.voided.v1", "a person decides whether it gets another label")
    for before in ("booking", "labelled", "attention", "shipped", "delivered"):
        yield Move(before, "rating", "shipment.voided.v1", "ask every carrier anew")
        yield Move(before, "rating", "desk.requested.v1", "ask every carrier anew")
        yield Move(before, "rating", withdrawn, "ask every carrier anew")
    for before in ("rating", "booking", "labelled", "shipped", "delivered"):
        yield Move(before, "attention", withdrawn, "an exception: somebody has to decide")
    for before in _OPEN:
        yield Move(before, "shipped", "tracking.reported.v1", "write milestones into the system of record")
        yield Move(before, "cancelled", "fulfilment.cancelled.v1", "take purchases back, void every label")
    for before in (*_OPEN, "shipped", "delivered"):
        yield Move(before, "cancelled", "order.stopped.v1", "take purchases back, void every label")
    for before in (*_OPEN, "shipped"):
        yield Move(before, "delivered", "tracking.reported.v1", "say whether the promise was kept")


CHART = Chart("From a delivery order to labels, and its milestones until delivery.", _STAGES, tuple(_moves()))
