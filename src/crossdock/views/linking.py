"""What a person is shown before a name is linked to an order: which name, which order, and what it sets free."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.backbone.linking import NoSuchOrder, Unlinkable, check
from crossdock.model.freight import FreightCharged
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.ports.rows import ShipmentRow
from crossdock.ports.stores import Transaction, Waiting
from crossdock.views.saying import Said
from crossdock.views.searching import nearest
from crossdock.views.timeline import Ambiguous, resolve
from crossdock.views.wording import say

_SHOWN = 20
_MOST = 100


class WaitingLine(Struct, frozen=True):
    """One fact that waits, in words: who said it in which message, and the names it waits for."""

    key: str
    said: Said
    source: str
    exchange_id: str
    received_at: int
    names: tuple[Reference, ...]


class Near(Struct, frozen=True):
    """An order that has a name written almost alike."""

    value: str
    row: ShipmentRow


class Proposal(Struct, frozen=True):
    """A name, what waits for it (``count`` facts, the first of them in words), and the order it is to be of:
    ``subject`` is "" while nobody has said which. ``near`` are orders that may be meant.
    """

    reference: Reference
    count: int
    waiting: tuple[WaitingLine, ...]
    subject: str = ""
    row: ShipmentRow | None = None
    near: tuple[Near, ...] = ()

    @property
    def order(self) -> str:
        """What the order is called."""
        return (self.row.sales_order or self.row.name if self.row else "") or self.subject


def proposal(tx: Transaction, reference: Reference, order: str, *, suggest: bool = False) -> Proposal:
    """What linking ``reference`` to ``order`` (by any of its references; "" for none yet) would mean. Raises
    `Unlinkable` where it cannot be.
    """
    held = tx.references.held([reference])
    lines = tuple(map(line_of, held[:_SHOWN]))
    if not order:
        near = tuple(_near(tx, reference, held)) if suggest else ()
        return Proposal(reference, len(held), lines, near=near)
    subject = _subject(tx, order)
    check(tx, reference, subject)
    return Proposal(reference, len(held), lines, subject, tx.views.shipment(subject))


def named(tx: Transaction, value: str, kind: str = "", issuer: str = "") -> Reference:
    """The name that is meant by how it is written: of the names so written that something waits for the only one, else
    a tracking number. Raises `Unlinkable` where several could be meant.
    """
    text = value.strip()
    if kind:
        return Reference(kind, text, issuer)
    found = tx.references.waited_for(text)
    if len(found) > 1:
        kinds = ", ".join(f"{each.kind} of {each.issuer or 'anybody'}" for each in found)
        raise Unlinkable(f"Several names are written '{text}': say which kind is meant ({kinds}).")
    return found[0] if found else Reference(ReferenceKind.TRACKING, text)


def waiting_of(tx: Transaction, exchange_id: str) -> tuple[WaitingLine, ...]:
    """What a message said that waits for its order; at most a hundred lines."""
    return tuple(map(line_of, tx.references.of_message(exchange_id, _MOST)))


def waiting_line(tx: Transaction, key: str) -> WaitingLine | None:
    """One fact by its key; None where it waits no longer."""
    return next(map(line_of, tx.references.waiting([key])), None)


def line_of(waiting: Waiting) -> WaitingLine:
    """A fact that waits, in words."""
    fact = waiting.fact
    return WaitingLine(
        waiting.key, say(fact.body), waiting.source, waiting.exchange_id, waiting.received_at, fact.lookups
    )


def _subject(tx: Transaction, order: str) -> str:
    try:
        subject = resolve(tx, order)
    except Ambiguous as several:
        raise Unlinkable(f"'{order}' is not one order: name one of {', '.join(several.subjects)}.") from None
    if subject is None:
        raise NoSuchOrder(f"Nobody here knows '{order}'; try the order's name or a tracking number.")
    return subject


def _near(tx: Transaction, reference: Reference, held: Sequence[Waiting]) -> list[Near]:
    """Carriers mistype numbers: orders with a name at most two keystrokes away."""
    bodies = [each.fact.body for each in held[:1]]
    numbers = [each.tracking_number for each in bodies if isinstance(each, FreightCharged)]
    text = next((each for each in numbers if each), reference.value)
    rows = {hit.subject: Near(hit.value, row) for hit in nearest(tx, text)
            if (row := tx.views.shipment(hit.subject)) is not None and row.name}  # fmt: skip
    return list(rows.values())
