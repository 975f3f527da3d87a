"""The words people read for what carriers charge, and for names that people give orders."""

from collections.abc import Iterable

from crossdock.model.events import Event, EventBody
from crossdock.model.freight import FreightCharged, ReferenceLinked
from crossdock.model.identifiers import ReferenceKind
from crossdock.model.money import Money
from crossdock.views.saying import Said

KINDS = {
    ReferenceKind.TRACKING: "tracking number",
    ReferenceKind.BOOKING: "booking",
    ReferenceKind.CONSIGNMENT: "consignment",
    ReferenceKind.SSCC: "SSCC",
    ReferenceKind.CHARGE: "invoice line",
}
"""Names of what was sent, as people call them."""


def say(body: EventBody) -> Said | None:
    """A charge or a link in words; nothing for other events."""
    match body:
        case FreightCharged(partner, invoice, line, amount):
            what = f" for {body.text}" if body.text else ""
            verb = "credits" if amount.amount < 0 else "charges"
            shown = Money(abs(amount.amount), amount.currency)
            told = f"invoice {invoice}, line {line}, of {body.billed_on.at[:10]}"
            return Said(f"{partner} {verb} {shown}{what}", told, body.code, body.tracking_number)
        case ReferenceLinked(kind, value, actor, reason):
            word = KINDS.get(kind, kind.replace("_", " "))
            return Said(f"{word[:1].upper()}{word[1:]} {value} linked by {actor}", reason)
        case _:
            return None


def charges_of(events: Iterable[Event]) -> tuple[FreightCharged, ...]:
    """What was charged for an order, in the order it was learned."""
    return tuple(event.body for event in events if isinstance(event.body, FreightCharged))


def totals(charges: Iterable[FreightCharged]) -> tuple[Money, ...]:
    """The sum of each currency."""
    found: dict[str, int] = {}
    for each in charges:
        found[each.amount.currency] = found.get(each.amount.currency, 0) + each.amount.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(found.items()))
