"""The words people read for goods that come back or in, and for parcels that could not be delivered."""

from crossdock.model import returning as words
from crossdock.model.events import EventBody
from crossdock.model.instants import rfc3339
from crossdock.model.return_reasons import REASONS
from crossdock.model.transfers import MovedLine
from crossdock.views.saying import Said

COMMANDS = {
    "transfer.complete.v1": "Finish transfer",
    "transfer.return.v1": "Take goods back",
    "transfer.cancel.v1": "Cancel transfer",
    "credit_note.issue.v1": "Issue credit note",
    "goods.receive.v1": "Receive goods",
    "goods.announce.v1": "Write supplier's notice",
    "stock.adjust.v1": "Adjust stock",
}
_CHOICES = {"again": "another attempt", "collect": "to collect it", "return": "the goods to go back"}
_GOODS = {"none": "nothing came", "back": "the goods go back to the customer", "kept": "the goods are kept"}


def say(body: EventBody) -> Said | None:
    """What was said of it, in words; nothing for other events."""
    return _say(body) if isinstance(body, words.ReturnEvent) else None


def _say(body: words.ReturnEvent) -> Said:
    match body:
        case words.ReturnRequested(_, source, lines, reason, raw, comment):
            why = REASONS[reason].name if reason in REASONS else reason
            said = f"{why} ('{raw}')" if raw else why
            return Said(
                f"Return of {_listed(lines) or 'all goods'} requested by {source}", f"{said}; {comment}", reason
            )
        case words.ReturnRefused(_, source, text, goods):
            return Said(f"Return refused by {source}: {_GOODS[goods]}", text)
        case words.ReturnedToSender(number, package, category, reason):
            return Said("Carrier brings the parcel back", f"{category} {reason}".strip(), number, package)
        case words.AsnReceived(partner, number, order, lines):
            return Said(f"{partner} announces {_listed(lines)}", f"of {order}" if order else "", number)
        case _:
            return _redelivery(body)


def _redelivery(body: words.RedeliveryOffered | words.RedeliveryChosen) -> Said:
    match body:
        case words.RedeliveryOffered(number, package, attempts, offer, answer_by):
            asked = f"Customer is asked what is to happen, for the {offer}. time"
            return Said(asked, f"{attempts} failed attempts; answer by {rfc3339(answer_by)}", number, package)
        case words.RedeliveryChosen(_, source, choice, number, day, place):
            return Said(f"{source} wants {_CHOICES[choice]}", " ".join(filter(None, (day, place))), number)


def _listed(lines: tuple[MovedLine, ...]) -> str:
    return ", ".join(f"{line.quantity.normalize():f} {line.item.sku}" for line in lines)
