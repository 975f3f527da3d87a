"""An order that is called off: what it bought is taken back or voided, and what only kept it from leaving is over."""

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.desk import RETURN
from crossdock.model.order import DeliveryOrder
from crossdock.model.shipment import Booking
from crossdock.ports.process import Order, Priority, command_key
from crossdock.processes import outage
from crossdock.processes.shipping_work import NAME, QUOTES, Raised, Work

OUTLIVES = frozenset({outage.IN_DOUBT, outage.MAYBE_BOUGHT, "void.failed", "record.failed", "mapping.unknown_code"})
"""What has to be looked at though its order wants no label any more: one may live, or the record may be wrong."""
TOO_LATE = "order.cancelled_after_pickup"


def is_over(work: Work, standing: Raised) -> bool:
    """Whether an exception only kept the order from leaving. A purchase that stopped is over once it is known that
    nothing was bought.
    """
    unsettled = standing.pointer.removeprefix("/packages/") in work.progress.buying
    return standing.kind not in OUTLIVES and not (standing.kind == "booking.failed" and unsettled)


def is_moot(work: Work, body: ev.CommandFailed) -> bool:
    """Whether nobody has to look at what stopped, since its order is off, or was."""
    if body.what == "label.buy.v1":
        return outage.taken_back_again(work, body.package_id)
    off = work.progress.phase == "cancelled" or (work.progress.settling and not body.package_id.endswith(RETURN))
    return off and body.what in {"rates.request.v1", "label.fetch.v1"}


def cancelled(work: Work) -> None:
    """The order is off: void what was bought, unless the goods are on their way. One that waited for its clearance is
    stopped by whoever clears it: a warehouse may have shipped it.
    """
    if work.state.cancelled and not work.policy.on_clearance:
        stopped(work)


def is_settling(work: Work, order: DeliveryOrder) -> bool:
    """Whether it was reopened, and something bought before lives, or may: then a person has yet to look."""
    if not work.progress.settling:
        return False
    live, raised = work.state.live_bookings(), work.progress.raised
    doubted = any(each.kind == outage.MAYBE_BOUGHT and not each.pointer.endswith(RETURN) for each in raised)
    bought = any(not package_id.endswith(RETURN) for package_id in work.progress.buying)
    return bought or doubted or any(each.id in live for each in order.packages)


def void_and_moving(work: Work, order: DeliveryOrder) -> list[str]:
    """The packages its carrier has though their labels are void, by tracking number: a person decides what follows."""
    void = [each for each in work.state.bookings.values() if work.state.is_voided(each)]
    own, journeys = {each.id for each in order.packages}, work.state.journeys
    gone = {each.tracking_number for each in void if each.package_id in own}
    return sorted(number for number in gone if number in journeys and journeys[number].standing.moved)


def stopped(work: Work) -> None:
    """Nothing of the order leaves: take back what is being bought, void what was bought; unless a carrier has it. What
    only kept it from leaving is over.
    """
    if work.progress.phase == "cancelled":
        return
    if any(journey.standing.moved for journey in work.state.journeys.values()):
        text = "The order was cancelled after the carrier had picked it up. Recall it or open a return."
        work.raise_exception(TOO_LATE, text)
        return
    work.progress.phase, work.progress.cleared = "cancelled", ""
    work.clear(QUOTES)
    work.resolve(lambda each: is_over(work, each))
    for package_id in work.progress.buying:
        outage.take_back(work, package_id, outage.CANCELLED, "the order was cancelled")
    void_all(work)


def gone(work: Work) -> None:
    """Its carrier has a package although the order was called off: said once. What is on its way back may move."""
    body = work.event.body
    if not isinstance(body, ev.TrackingReported) or work.progress.phase != "cancelled":
        return
    number, journeys = body.event.tracking_number, work.state.journeys
    once = f"{number}/gone"
    out = any(
        each.tracking_number == number and not each.package_id.endswith(RETURN) for each in work.state.bookings.values()
    )
    if out and once not in work.progress.noted and number in journeys and journeys[number].standing.moved:
        work.progress.noted.append(once)
        look_for(work, number)


def wanted_again(work: Work, order: DeliveryOrder) -> None:
    """It has not to be recalled; a package that moves with a void label, and waits for nobody else, is a person's."""
    before = len(work.progress.raised)
    work.resolve(lambda each: each.kind == TOO_LATE and not each.pointer)
    if len(work.progress.raised) < before and work.progress.phase == "attention":
        for number in void_and_moving(work, order):
            look_for(work, number)


def look_for(work: Work, number: str) -> None:
    """Somebody has to ask what becomes of a package that its carrier has and should not have."""
    partner = next((each.partner for each in work.state.bookings.values() if each.tracking_number == number), "")
    text = f"The carrier has {number}, though its order was cancelled. Ask there; recall it, or open a return."
    work.raise_exception(TOO_LATE, text, f"/shipments/{number}", partner)


def void_all(work: Work) -> None:
    """Void every label that lives, where a package has several too."""
    for name in sorted(work.state.bookings):
        if name not in work.state.voided:
            void(work, work.state.bookings[name])


def void(work: Work, booking: Booking, priority: int = Priority.NORMAL) -> None:
    """Void a label, unless that was asked for and has not failed."""
    name = f"{booking.partner}/{booking.shipment_id}"
    if name in work.progress.voiding or work.state.is_voided(booking):
        return
    order = f"void/{booking.shipment_id}"
    work.progress.voiding[name] = command_key(NAME, work.event.key, order)
    body = cmd.VoidLabel(booking.package_id, booking.shipment_id, booking.tracking_number)
    work.orders.append(Order(order, booking.partner, body, priority))


def void_ended(work: Work) -> None:
    """A void was refused or ended: it may be asked for again."""
    body = work.event.body
    if isinstance(body, ev.CommandFailed | CommandWithdrawn) and body.what == "label.void.v1":
        ended, voiding = body.command_key.partition("#")[0], work.progress.voiding
        # states of before commands were remembered by their keys have the package in their place
        work.progress.voiding = {name: key for name, key in voiding.items() if key not in {ended, body.package_id}}
