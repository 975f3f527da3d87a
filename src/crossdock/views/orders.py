"""What a channel placed, and how far it is: the answer a shop gets, and a line in a list."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.model.channel_orders import ChannelOrderPlaced
from crossdock.model.events import Event, RecordWritten
from crossdock.model.identifiers import channel_order_id
from crossdock.model.windows import Slot
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_processes import Instance
from crossdock.views.timeline import CHANNEL, named_by

_PROCESS = "order_intake"
_PLACED = "placed"
_MOST_EXCEPTIONS = 200


class OrderProblem(Struct, frozen=True):
    """What stands against an order: a business exception, with the JSON pointer of the fault."""

    kind: str
    pointer: str
    text: str


class OrderView(Struct, frozen=True):
    """An order of a channel. ``state`` is where its intake stands; ``number`` and ``external_id`` are what the system
    of record calls it; times are epoch microseconds.
    """

    subject: str
    channel: str
    reference: str
    revision: int
    state: str
    since: int
    placed_at: int
    system: str
    number: str
    external_id: str
    slot: Slot | None
    problems: tuple[OrderProblem, ...]


def order_of(tx: Transaction, subject: str) -> OrderView | None:
    """The order behind a subject, if it is one."""
    events = tx.log.of_subject(subject)
    placements = [(event.body, event) for event in events if isinstance(event.body, ChannelOrderPlaced)]
    if not placements:
        return None
    last, _ = max(placements, key=lambda each: each[0].revision)
    stands = _standing(tx, subject)
    system, number, external_id = _entered(events)
    rows, _ = tx.views.exceptions(subject=subject, limit=_MOST_EXCEPTIONS)
    problems = sorted((row.kind, row.pointer, row.text) for row in rows)
    first = placements[0][1].recorded_at
    return OrderView(
        subject, last.order.channel, last.order.reference, last.revision, stands.stage if stands else _PLACED,
        stands.since if stands else first, first, system, number, external_id, last.slot,
        tuple(OrderProblem(*each) for each in problems),
    )  # fmt: skip


def find_orders(tx: Transaction, name: str) -> list[OrderView]:
    """The orders a name means: ``channel/reference``, the channel's number, the system of record's, or the subject."""
    channel, slash, reference = name.partition("/")
    subjects = [channel_order_id(channel, reference)] if slash else []
    subjects += [each for each in named_by(tx, name) if each.startswith(CHANNEL)]
    found = (order_of(tx, each) for each in dict.fromkeys(subjects))
    return [each for each in found if each is not None]


def standing_orders(tx: Transaction, stages: Sequence[str], limit: int) -> list[OrderView]:
    """Orders that stand in any of ``stages``, the longest there first within each."""
    rows = [row for stage in stages for row in tx.instances.standing(_PROCESS, stage, limit=limit)]
    found = (order_of(tx, row.subject) for row in rows[:limit])
    return [each for each in found if each is not None]


def _standing(tx: Transaction, subject: str) -> Instance | None:
    return next((each for each in tx.instances.of_subjects([subject]) if each.process == _PROCESS), None)


def _entered(events: Sequence[Event]) -> tuple[str, str, str]:
    """Which system has it, under which number and id."""
    for event in reversed(events):
        if isinstance(event.body, RecordWritten):
            for each in event.body.documents:
                if each.kind == "sales_order":
                    return event.body.partner, each.name, each.external_id
    return "", "", ""
