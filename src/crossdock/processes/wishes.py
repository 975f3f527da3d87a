"""What people ask of one order at the carriers' desk: book, void, a label for the way back."""

from msgspec import structs

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.deciding import CarrierSelected
from crossdock.model.desk import RETURN, Book, DeskRequested, Return, Void
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.shipment import Consignment, Quote
from crossdock.ports.process import Order, Priority, Timer, command_key
from crossdock.processes import booking, calling_off, outage
from crossdock.processes.selection import Ask, select
from crossdock.processes.shipping_work import BEFORE_RATES, NAME, QUOTES, Buying, Work

_LEVEL = "economy"
"""The service level of a way back, whatever the order's is."""


def asked(work: Work) -> None:
    """Somebody asked for something of this order."""
    body, order = work.event.body, work.order
    if isinstance(body, DeskRequested) and isinstance(body.wish, Void):
        outage.looked(work, body.wish.package_id)
    if not isinstance(body, DeskRequested) or order is None:
        return
    off = work.progress.phase == "cancelled"
    if (off or work.state.cancelled) and not (off and isinstance(body.wish, Void)):
        return  # it was stopped, or is on its way: it goes on when the system of record says so
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
    if progress.phase == "settling":  # a person has looked for labels that may exist: it begins by itself
        work.resolve(lambda each: each.kind == outage.MAYBE_BOUGHT and not each.pointer.endswith(RETURN))
    if progress.phase in {*BEFORE_RATES, "rating"}:
        return
    stopped = {each.pointer for each in progress.raised if each.kind == "booking.failed"}
    for package_id, buying in progress.buying.items():
        if f"/packages/{package_id}" in stopped and not buying.then and not package_id.endswith(RETURN):
            outage.take_back(work, package_id, "again", "somebody asked to book it anew")
    work.resolve(lambda each: each.kind == calling_off.TOO_LATE)
    booking.book_again(work, order)


def void(work: Work, package_id: str, *, again: bool) -> None:
    """Void the live label of a package."""
    live = work.state.live_bookings().get(package_id)
    if live is None:
        return
    if again and package_id not in work.progress.rebook:
        work.progress.rebook.append(package_id)
    calling_off.void(work, live, Priority.EXPRESS)


def voided(work: Work) -> None:
    """A label is gone: the package has none now, or gets another where that was asked for."""
    _nothing_more_of_it(work)
    order, progress = work.order, work.progress
    if order is None or progress.phase == "cancelled":
        return
    bare = [each for each in order.packages if each.id not in work.state.live_bookings()]
    if bare and progress.phase in {"labelled", "booking", "shipped"}:
        progress.phase = "attention"
    if work.state.cancelled:
        return
    wanted = [each for each in bare if each.id in progress.rebook]
    progress.rebook = [each for each in progress.rebook if each not in {package.id for package in wanted}]
    if wanted and progress.phase not in BEFORE_RATES:
        booking.book_again(work, order)
    gone = [each for each in progress.rebook if each.endswith(RETURN) and each not in work.state.live_bookings()]
    progress.rebook = [each for each in progress.rebook if each not in gone]
    for back in gone:
        ask_return(work, order, back.removesuffix(RETURN))


def _nothing_more_of_it(work: Work) -> None:
    """Nobody has to look at what stopped for a label that is void, nor call its carrier for another pickup."""
    body = work.event.body
    if not isinstance(body, ev.ShipmentVoided):
        return
    over = {("pickup.failed", f"/shipments/{body.tracking_number}")}
    if body.package_id not in work.state.live_bookings():
        over |= {(kind, f"/packages/{body.package_id}") for kind in ("void.failed", "label.failed")}
    work.resolve(lambda each: (each.kind, each.pointer) in over)


def ask_return(work: Work, order: DeliveryOrder, package_id: str) -> None:
    """Ask every carrier what the way back costs, under a package id of its own; nothing where a label for it lives or
    is under way. A purchase that stopped is taken back first, and settled by that.
    """
    package = next((each for each in order.packages if each.id == package_id), None)
    back, progress = f"{package_id}{RETURN}", work.progress
    if package is None or back in work.state.live_bookings() or back in progress.returning:
        return
    if buying := progress.buying.get(back):
        stopped = any(each.kind == "booking.failed" and each.pointer == f"/packages/{back}" for each in progress.raised)
        if outage.is_unwanted(buying):
            buying.then = "again"
        elif stopped and not buying.then:
            outage.take_back(work, back, "again", "somebody asked to book it anew")
        return
    outage.looked(work, back)
    progress.returning.append(back)
    progress.asked[back] = progress.asked.get(back, 0) + 1
    progress.failed = [each for each in progress.failed if not each.startswith(f"{back}/")]
    consignment = return_of(work, order, package)
    for carrier in work.policy.carriers:
        work.orders.append(Order(f"rates/{back}/{carrier}", carrier, cmd.RequestRates(consignment)))
    work.timers.append(Timer(f"{QUOTES}/{back}", work.now + work.policy.quote_wait(_LEVEL)))


def return_of(work: Work, order: DeliveryOrder, package: Package) -> Consignment:
    """The consignment of a package's way back."""
    back = structs.replace(package, id=f"{package.id}{RETURN}")
    turned = structs.replace(order, ship_from=order.ship_to, ship_to=order.ship_from, packages=(back,), deliver_by=None)
    terms = structs.replace(work.policy.customs, contents="returned_goods")
    consignment = booking.consignment_of(work, turned, back, terms)
    return structs.replace(consignment, is_return=True)


def quoted(work: Work, quote: Quote) -> bool:
    """A quote for a way back; False for any other quote."""
    if not quote.package_id.endswith(RETURN):
        return False
    _answered(work, quote.package_id)
    return True


def failed(work: Work) -> None:
    """A carrier will not say what a way back costs: it is waited for no longer."""
    body = work.event.body
    if isinstance(body, ev.CommandFailed) and body.what == "rates.request.v1" and body.package_id.endswith(RETURN):
        _answered(work, body.package_id)


def deadline(work: Work) -> None:
    """Time is up for quotes of a way back."""
    body = work.event.body
    if isinstance(body, ev.DeadlinePassed) and body.timer.startswith(f"{QUOTES}/"):
        _choose(work, body.timer.removeprefix(f"{QUOTES}/"))


def taken_back(work: Work) -> None:
    """A purchase was not made, or a person ended it: one for a way back begins anew where that was asked for."""
    calling_off.void_ended(work)
    found, order = outage.withdrawn(work), work.order
    if order is None:
        return
    numbers = work.progress.asked
    outage.given_up(work, lambda package_id: booking.reference_of(order, package_id, numbers.get(package_id, 1)))
    if found is None:
        return
    package_id, buying = found
    if not package_id.endswith(RETURN) or work.progress.phase == "cancelled":
        booking.taken_back(work, order, package_id, buying)
    elif buying.then == "again" and not outage.is_doubtful(work):
        work.resolve(lambda each: each.kind == "booking.failed" and each.pointer == f"/packages/{package_id}")
        ask_return(work, order, package_id.removesuffix(RETURN))


def _answered(work: Work, back: str) -> None:
    """Choose as soon as every carrier has said something."""
    there = {each.partner for each in booking.quotes_of(work) if each.package_id == back}
    there |= {each.removeprefix(f"{back}/") for each in work.progress.failed if each.startswith(f"{back}/")}
    if there >= set(work.policy.carriers):
        _choose(work, back)


def _choose(work: Work, back: str) -> None:
    """Buy the best offer for a way back by the same rules, or say that there is none."""
    order, progress, pointer = work.order, work.progress, f"/packages/{back}"
    package = next((each for each in order.packages if f"{each.id}{RETURN}" == back), None) if order else None
    if order is None or package is None or back not in progress.returning or progress.phase == "cancelled":
        return
    progress.returning.remove(back)
    work.clear(f"{QUOTES}/{back}")
    consignment = return_of(work, order, package)
    turned = structs.replace(
        order, ship_from=order.ship_to, ship_to=order.ship_from, packages=(consignment.package,), deliver_by=None
    )
    quotes = tuple(each for each in booking.quotes_of(work) if each.package_id == back)
    ask = Ask(turned, {back: consignment.dangerous_goods}, _LEVEL)
    choice = select(ask, quotes, work.policy.wishes, work.record)
    if not choice.picks:
        work.raise_exception("rates.none", f"For the way back: {booking.nothing_offered(choice)}", pointer)
        return
    work.resolve(lambda each: each.kind in {"rates.none", "rates.failed"} and each.pointer == pointer)
    chosen, rate = choice.picks[back]
    picked = (chosen.partner, chosen.shipment_id, rate.id, rate.carrier, rate.service)
    rule = f"return: {choice.rule}"
    work.events.append(CarrierSelected(back, *picked, rule, quotes, choice.rejected, choice.record))
    body = cmd.BuyLabel(consignment, chosen.shipment_id, rate.id, rate.carrier, rate.service)
    name = f"buy/{back}"
    work.orders.append(Order(name, chosen.partner, body))
    key = command_key(NAME, work.event.key, name)
    progress.buying[back] = Buying(key, chosen.partner, work.now, progress.asked.get(back, 1))
