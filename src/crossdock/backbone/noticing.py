"""What sweeps notice by themselves is written down like anything else that happens; said again it is the same."""

from collections.abc import Sequence

from crossdock.model.events import EventBody, Fact
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores import NewEvent, Transaction


def noticed(tx: Transaction, bodies: Sequence[tuple[str, EventBody]], now: int) -> int:
    """Write down what was noticed of each subject; how many exceptions were raised or resolved by it."""
    new = []
    for subject, body in sorted(bodies, key=lambda pair: partition_of(pair[0])):
        fact = Fact(body, from_epoch_us(now), subject=subject)
        new.append(NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject)))
    appended = tx.log.append(new, now) if new else []
    return sum(isinstance(each.body, ExceptionRaised | ExceptionResolved) for each in appended)
