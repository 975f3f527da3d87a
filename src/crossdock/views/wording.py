"""The words people read for events, commands and milestones."""

from crossdock.model import deciding
from crossdock.model import events as ev
from crossdock.model import exceptions as exc
from crossdock.model.channel_orders import ChannelOrderPlaced
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.desk import DeskRequested
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import lasting, rfc3339
from crossdock.model.milestones import MILESTONES
from crossdock.model.notices import CustomerNotified, CustomerUnsubscribed, NoticeDecided
from crossdock.model.party import Address
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled, ProcessMoved
from crossdock.model.routing import OrderRouted, Routed
from crossdock.model.tracking import TrackingEvent
from crossdock.views import charging, returning, warehousing
from crossdock.views.saying import Said
from crossdock.views.saying import many as _many

COMMANDS = {
    "rates.request.v1": "Open shipment and ask for rates",
    "label.buy.v1": "Buy label",
    "label.fetch.v1": "Fetch label",
    "label.void.v1": "Void label",
    "pickup.schedule.v1": "Schedule pickup",
    "pickup.cancel.v1": "Cancel pickup",
    "manifest.close.v1": "Close manifest",
    "address.check.v1": "Check address",
    "tracking.request.v1": "Ask for tracking",
    "shipping.record.v1": "Write label and tracking number",
    "milestone.record.v1": "Write milestone",
    "proof.record.v1": "Write proof of delivery",
    "document.record.v1": "Attach papers",
    "note.record.v1": "Write note",
    "sales_order.place.v1": "Enter order",
    "sales_order.amend.v1": "Change order",
    **warehousing.COMMANDS,
    "activity.raise.v1": "Raise activity",
    "activity.close.v1": "Close activity",
    "customer.notify.v1": "Mail the customer",
    **returning.COMMANDS,
}


def milestone_name(code: str) -> str:
    """The milestone as people say it; the code itself where the vocabulary has no name."""
    row = MILESTONES.get(code)
    return row.name if row else code


def command_name(kind: str) -> str:
    """A command's tag as people say it."""
    return COMMANDS.get(kind, kind)


def place_of(address: Address) -> str:
    """City, region and country on one line, as far as known."""
    return ", ".join(part for part in (address.city, address.region, address.country) if part)


def say(body: ev.EventBody) -> Said:
    """An event in words."""
    match body:
        case ev.TrackingReported(event):
            return _scan(event)
        case (
            ev.FulfilmentRequested()
            | ev.FulfilmentCancelled()
            | ExceptionRaised()
            | ExceptionResolved()
            | ev.CommandFailed()
        ):
            return _business(body)
        case ChannelOrderPlaced() | OrderRouted():
            return _placed(body) if isinstance(body, ChannelOrderPlaced) else _routed(body.routed)
        case ev.DeadlinePassed(timer):
            return Said("Deadline passed", timer)
        case ProcessMoved() | ExpectationExpired() | ExpectationFulfilled():
            return _progress(body)
        case _:
            return _shipping(body)


def _progress(body: ProcessMoved | ExpectationExpired | ExpectationFulfilled) -> Said:
    match body:
        case ProcessMoved(process, _, before, after, on):
            return Said(f"{process}: {before} → {after}" if before else f"{process}: {after}", f"on {on}", after)
        case ExpectationExpired(what=what, who=who, since=since, due_at=due):
            return Said(f"{what} has not come from {who}", f"waited for since {rfc3339(since)}, due {rfc3339(due)}")
        case ExpectationFulfilled(what=what, who=who, late_by=late):
            return Said(f"{what} has come from {who} after all", f"late by {lasting(late)}")


def _placed(body: ChannelOrderPlaced) -> Said:
    order, slot = body.order, body.slot
    again = f", revision {body.revision}" if body.revision > 1 else ""
    where = place_of(order.receiver.address) or "an unknown place"
    window = f", {slot.day} {slot.name}" if slot else ""
    told = f"{_many(len(order.lines), 'line')} to {order.receiver.name}, {where}{window}"
    return Said(f"Order {order.reference} placed by {order.channel}{again}", told)


def _routed(routed: Routed) -> Said:
    where = routed.partner or ("straight to a carrier" if routed.rule else "nobody")
    rule = f"by rule {routed.rule}" if routed.rule else "no rule fits"
    return Said(f"Routed to {where}", f"{rule}, version {routed.version}", routed.rule)


def _business(body: ev.EventBody) -> Said:
    match body:
        case ev.FulfilmentRequested(order):
            lines, packages = len(order.lines), len(order.packages)
            where = place_of(order.ship_to.address) or "an unknown place"
            return Said(
                f"Delivery order {order.name} released",
                f"{_many(lines, 'line')}, {_many(packages, 'package')} to {order.ship_to.name}, {where}",
            )
        case ev.FulfilmentCancelled(reason=reason):
            return Said("Delivery order cancelled", reason)
        case ExceptionRaised(kind, text, pointer):
            return Said(f"Exception: {text}", pointer, kind)
        case ExceptionResolved(kind, pointer, by=by, reason=reason):
            return Said(f"Exception resolved by {by}" if by else "Exception resolved", reason or pointer, kind)
        case ev.CommandFailed(what=what, operator=operator, package_id=package):
            return Said(f"{command_name(what)} failed", operator, package=package)
        case _:
            return Said(ev.type_of(body))


def _shipping(body: ev.EventBody) -> Said:  # noqa: PLR0911 - one return per kind of event
    match body:
        case ev.RatesQuoted(quote):
            return Said(
                f"{_many(len(quote.rates), 'rate')} quoted", "; ".join(quote.messages), package=quote.package_id
            )
        case deciding.CarrierSelected(
            package_id=package, carrier=carrier, service=service, rule=rule, rejected=rejected
        ):
            left_out = f"; {_many(len(rejected), 'offer')} left out" if rejected else ""
            return Said(f"Carrier chosen: {carrier} {service}", f"by rule {rule}{left_out}", package=package)
        case ev.ShipmentBooked(booking):
            cost = f" for {booking.cost}" if booking.cost else ""
            return Said(
                f"Booked with {booking.carrier} {booking.service}",
                f"tracking number {booking.tracking_number}{cost}",
                booking.shipment_id,
                booking.tracking_number,
            )
        case ev.LabelReceived(tracking_number=number, document=document):
            return Said("Label held", f"{document.name}, {document.size:,} bytes", package=number)
        case ev.DocumentReceived(tracking_number=number, document=document):
            name = document.kind.replace("_", " ").capitalize()
            return Said(f"{name} held", f"{document.name}, {document.size:,} bytes", package=number)
        case ev.ShipmentVoided(shipment_id=shipment, tracking_number=number):
            return Said("Label voided", code=shipment, package=number)
        case ev.ProofCaptured(proof):
            signed = f"signed by {proof.signed_by}" if proof.signed_by else "no signature"
            place = place_of(proof.place)
            return Said("Proof of delivery", f"{signed}, {place}" if place else signed, package=proof.tracking_number)
        case ev.RecordWritten(partner, what, marker):
            return Said(f"{partner} confirmed: {command_name(what)}", marker)
        case _:
            return _desk(body)


_WISHES = {
    "book": "book what has no label",
    "void": "void a label",
    "return": "a label for the way back",
    "relay": "something of a carrier",
    "returngoods": "to send goods back",
    "refusereturn": "not to take goods back",
    "receivereturn": "goods that came back to be booked",
    "redeliver": "what is to happen with a parcel",
    "announcereceipt": "a supplier's notice to be noted",
}
_DIVERSIONS = {
    "hold": "Booking held for {}",
    "withdraw": "Booking taken back from {}",
    "reroute": "Booking goes from {} to another carrier",
    "person": "Booking at {} waits for a person's decision",
    "released": "Held booking was taken by {}",
}


def _desk(body: ev.EventBody) -> Said:
    match body:
        case DeskRequested(actor=actor, wish=wish, reason=reason):
            return Said(f"{actor} asked: {_WISHES[type(wish).__name__.lower()]}", reason)
        case deciding.BookingDiverted(package, partner, action, reason, to_partner=other):
            detail = f"to {other}: {reason}" if other else reason
            return Said(_DIVERSIONS[action].format(partner), detail, package=package)
        case deciding.CommandWithdrawn():
            return _taken_back(body)
        case deciding.PromiseJudged(number, _, carrier, service, on_time=on_time):
            word = "in time" if on_time else "late"
            return Said(f"Delivered {word} by {carrier} {service}", package=number)
        case _:
            return _collected(body)


def _taken_back(body: deciding.CommandWithdrawn) -> Said:
    name, partner = command_name(body.what), body.partner
    if not body.by_person:
        return Said(f"{name} taken back: {partner} certainly did not do it", body.last, package=body.package_id)
    if body.doubtful:
        text = f"{name} ended by a person: {partner} may have done it"
        return Said(text, "what became of it was not known", package=body.package_id)
    return Said(f"{name} ended by a person: {partner} did not confirm it", package=body.package_id)


def _collected(body: ev.EventBody) -> Said:
    match body:
        case PickupScheduled(partner, reference, window=window, confirmation=confirmation):
            when = f"between {window.ready_at.at} and {window.closes_at.at}"
            return Said(f"{partner} comes for {reference}", when, confirmation)
        case PickupCancelled(partner, reference, pickup_id):
            return Said(f"{partner} does not come for {reference}", code=pickup_id)
        case ManifestClosed(partner, reference, manifest_id, shipments):
            return Said(f"Manifest {reference} closed with {partner}", _many(len(shipments), "shipment"), manifest_id)
        case AddressChecked(partner, verdict=verdict, messages=messages):
            return Said(f"Address {verdict}, says {partner}", "; ".join(messages))
        case _:
            return _worked_on(body)


def _worked_on(body: ev.EventBody) -> Said:
    """What people do about an exception."""
    match body:
        case exc.ExceptionAssigned(kind, actor=actor, owner=owner, assignee=assignee, reason=reason):
            to = " of ".join(each for each in (assignee, owner) if each)
            return Said(f"Exception given to {to} by {actor}", reason, kind)
        case exc.ExceptionWaiting(kind, actor=actor, on=on, until=until, reason=reason):
            span = f" until {rfc3339(until)[:16]}Z" if until else ""
            return Said(f"Exception waits on {on}{span}, says {actor}", reason, kind)
        case exc.ExceptionResumed(kind, actor=actor, reason=reason):
            return Said(
                f"Exception goes on, says {actor}" if actor else "Exception goes on: its time came", reason, kind
            )
        case exc.ExceptionCommented(kind, actor=actor, text=text):
            return Said(f"{actor}: {text}", code=kind)
        case exc.ExceptionRescheduled(kind, actor=actor, promised=promised, reason=reason):
            return Said(f"Promised for {promised.at} instead, says {actor}", reason, kind)
        case _:
            return _timed(body)


def _timed(body: ev.EventBody) -> Said:
    """What the exception desk does about it."""
    match body:
        case exc.ExceptionRouted(kind, owner, severity, resolve_by=resolve_by):
            by = f"to be over by {rfc3339(resolve_by)[:16]}Z" if resolve_by else ""
            return Said(f"Exception belongs to {owner}, {severity}", by, kind)
        case exc.ExceptionTimed(kind, resolve_by=resolve_by):
            by = f"is to be over by {rfc3339(resolve_by)[:16]}Z" if resolve_by else "has no time running"
            return Said(f"Exception {by}", code=kind)
        case exc.ExceptionWarned(kind, clock, due_at):
            return Said(f"Exception soon late: {_PROMISES[clock]} {rfc3339(due_at)[:16]}Z", code=kind)
        case exc.ExceptionBreached(kind, clock, due_at):
            return Said(f"Exception late: {_PROMISES[clock]} {rfc3339(due_at)[:16]}Z", code=kind)
        case exc.ExceptionEscalated(kind, level, to):
            return Said(f"Exception goes up to {to}", f"level {level}", kind)
        case _:
            return _notified(body)


_PROMISES = {"acknowledge": "somebody was to take it by", "resolve": "it was to be over by"}


_NOTICES = {"due": "Customer is told", "held": "Notice held", "deferred": "Notice waits", "dropped": "Notice dropped"}


def _notified(body: ev.EventBody) -> Said:
    match body:
        case NoticeDecided(kind, step, reason=reason, channels=channels):
            return Said(f"{_NOTICES[step]}: {kind.replace('_', ' ')}", reason.replace("_", " ") or ", ".join(channels))
        case CustomerNotified(partner, kind, assumed=assumed):
            detail = "the server's answer was lost; it is not sent again" if assumed else ""
            return Said(f"Mailed by {partner}: {kind.replace('_', ' ')}", detail)
        case CustomerUnsubscribed(by=by):
            return Said("Customer wants no more mails", f"by {by}")
        case _:
            return warehousing.say(body) or returning.say(body) or charging.say(body) or Said(ev.type_of(body))


def _scan(event: TrackingEvent) -> Said:
    trouble = "" if event.exception_category == "none" else f"{event.exception_category} {event.reason}".strip()
    detail = " · ".join(part for part in (event.raw_text, place_of(event.place), trouble) if part)
    return Said(milestone_name(event.milestone), detail, event.raw_code, event.tracking_number)
