"""What people ask of one order at the carriers' desk: book, void, a label for the way back."""

from msgspec import structs

from crossdock.model import commands as cmd
from crossdock.model.deciding import CarrierSelected
from crossdock.model.desk import Book, DeskRequested, Return, Void
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.shipment import Consignment, Quote
from crossdock.ports.process import Order, Priority
from crossdock.processes import booking, outage
from crossdock.processes.selection import Ask, select
from crossdock.processes.shipping_work import Work

RETURN = ":return"


def asked(work: Work) -> None:
    """Somebody asked for something of this order."""
    body, order = work.event.body, work.order
    if not isinstance(body, DeskRequested) or order is None or work.state.cancelled:
        return
    match body.wish:
        case Book():
            book(work, order)
        case Void(package_id, again):
            void(work, package_id, again=again)
        case Return(package_id):
            ask_return(work, order, package_id)


def book(work: Work, order: DeliveryOrder) -> None:
    """Begin anew where nothing is under way; a purchase that stopped is taken back first, and settled by that."""
    progress = work.progress
    if progress.phase in {"new", "rejected", "rating"}:
        return  # the order's own way leads to rates, or has to be put right first
    stopped = {each.pointer for each in progress.raised if each.kind == "booking.failed"}
    for package_id, buying in progress.buying.items():
        if f"/packages/{package_id}" in stopped and not buying.then:
            outage.take_back(work, package_id, "again", "somebody asked to book it anew")
    booking.book_again(work, order)


def void(work: Work, package_id: str, *, again: bool) -> None:
    """Void the live label of a package."""
    live = work.state.live_bookings().get(package_id)
    if live is None:
        return
    if again and package_id not in work.progress.rebook:
        work.progress.rebook.append(package_id)
    body = cmd.VoidLabel(live.package_id, live.shipment_id, live.tracking_number)
    work.orders.append(Order(f"void/{live.shipment_id}", live.partner, body, Priority.EXPRESS))


def voided(work: Work) -> None:
    """A label is gone: the package has none now, or gets another where that was asked for."""
    order, progress = work.order, work.progress
    if order is None or progress.phase == "cancelled" or work.state.cancelled:
        return
    bare = [each for each in order.packages if each.id not in work.state.live_bookings()]
    if bare and progress.phase in {"labelled", "booking", "shipped"}:
        progress.phase = "attention"
    wanted = [each for each in bare if each.id in progress.rebook]
    progress.rebook = [each for each in progress.rebook if each not in {package.id for package in wanted}]
    if wanted:
        booking.book_again(work, order)


def ask_return(work: Work, order: DeliveryOrder, package_id: str) -> None:
    """Ask every carrier what the way back costs, under a package id of its own; once while such a label lives."""
    package = next((each for each in order.packages if each.id == package_id), None)
    back = f"{package_id}{RETURN}"
    if package is None or back in work.state.live_bookings() or back in work.progress.returning:
        return
    work.progress.returning.append(back)
    work.progress.asked[back] = work.progress.asked.get(back, 0) + 1
    consignment = return_of(work, order, package)
    for carrier in work.policy.carriers:
        work.orders.append(Order(f"rates/{back}/{carrier}", carrier, cmd.RequestRates(consignment)))


def return_of(work: Work, order: DeliveryOrder, package: Package) -> Consignment:
    """The consignment of a package's way back."""
    back = structs.replace(package, id=f"{package.id}{RETURN}")
    turned = structs.replace(order, ship_from=order.ship_to, ship_to=order.ship_from, packages=(back,), deliver_by=None)
    terms = structs.replace(work.policy.customs, contents="returned_goods")
    consignment = booking.consignment_of(work, turned, back, terms)
    return structs.replace(consignment, is_return=True)


def quoted(work: Work, quote: Quote) -> bool:
    """A quote for a way back: the first one is taken, by the same rules; False for any other quote."""
    order, package_id = work.order, quote.package_id
    if not package_id.endswith(RETURN) or order is None:
        return False
    package = next((each for each in order.packages if f"{each.id}{RETURN}" == package_id), None)
    if package is None or package_id not in work.progress.returning or not quote.rates:
        return True
    consignment = return_of(work, order, package)
    turned = structs.replace(
        order, ship_from=order.ship_to, ship_to=order.ship_from, packages=(consignment.package,), deliver_by=None
    )
    choice = select(Ask(turned, level="economy"), (quote,), work.policy.wishes, work.record)
    if not choice.picks:
        return True
    work.progress.returning.remove(package_id)
    chosen, rate = choice.picks[package_id]
    picked = (chosen.partner, chosen.shipment_id, rate.id, rate.carrier, rate.service)
    work.events.append(CarrierSelected(package_id, *picked, f"return: {choice.rule}", (chosen,), choice.rejected))
    body = cmd.BuyLabel(consignment, chosen.shipment_id, rate.id, rate.carrier, rate.service)
    work.orders.append(Order(f"buy/{package_id}", chosen.partner, body))
    return True
