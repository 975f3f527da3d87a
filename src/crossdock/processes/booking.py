"""From a released order to labels: rates, the choice among them, purchase, label; and their undoing."""

from collections.abc import Iterable, Sequence

from msgspec import structs

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.customs import Terms, dangers_of, declaration_of
from crossdock.model.deciding import BookingDiverted, CarrierSelected
from crossdock.model.desk import RETURN
from crossdock.model.instants import lasting
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.shipment import Booking, Consignment, Quote
from crossdock.ports.process import Order, Priority, Timer
from crossdock.processes import calling_off, outage
from crossdock.processes.promises import promise_of
from crossdock.processes.selection import Ask, Choice, select
from crossdock.processes.shipping_work import BEFORE_RATES, QUOTES, Buying, Work


def ask_rates(work: Work, order: DeliveryOrder, packages: Iterable[Package]) -> None:
    """Ask every carrier for every one of ``packages``, each under a reference of its own."""
    progress, policy = work.progress, work.policy
    progress.phase = "rating"
    for package in packages:
        progress.asked[package.id] = progress.asked.get(package.id, 0) + 1
        for carrier in work.carriers:
            body = cmd.RequestRates(consignment_of(work, order, package))
            work.orders.append(Order(f"rates/{package.id}/{carrier}", carrier, body))
    work.timers.append(Timer(QUOTES, work.now + policy.quote_wait(policy.level_of(order))))


def wanted(work: Work, order: DeliveryOrder) -> list[Package]:
    """The packages whose label rates were asked for, and which had none yet."""
    live = work.state.live_bookings()
    return [each for each in order.packages if each.id not in live and not _was_bought(work, each.id)]


def _was_bought(work: Work, package_id: str) -> bool:
    """Whether the label that rates were asked for last was bought, whatever became of it."""
    return work.progress.bought.get(package_id) == work.progress.asked.get(package_id, 1)


def consignment_of(work: Work, order: DeliveryOrder, package: Package, terms: Terms | None = None) -> Consignment:
    """All a carrier has to know of ``package``, under the reference of the label asked for now."""
    if work.policy.parcel_size and not (package.length and package.width and package.height):
        length, width, height = work.policy.parcel_size
        package = structs.replace(package, length=length, width=width, height=height)
    return Consignment(
        reference_of(order, package.id, work.progress.asked.get(package.id, 1)),
        order.id,
        order.name,
        package,
        order.ship_from,
        order.ship_to,
        work.policy.label_format,
        customs=declaration_of(order, package, terms or work.policy.customs),
        dangerous_goods=dangers_of(order, package),
        company=order.company,
        deliver_by=order.deliver_by,
    )


def reference_of(order: DeliveryOrder, package_id: str, number: int) -> str:
    """The reference of the ``number``-th label ever asked for a package, counted from 1."""
    return f"{order.id}/{package_id}" if number <= 1 else f"{order.id}/{package_id}/{number}"


def quoted(work: Work) -> None:
    """A quote that comes after the deadline still counts, as long as nothing was chosen."""
    progress = work.progress
    undecided = progress.phase == "rating" or (progress.phase == "attention" and not progress.selected)
    if undecided and not outstanding(work):
        choose(work)


def outstanding(work: Work) -> bool:
    """Whether a quote may still come."""
    return work.order is None or bool(_silent(work, work.order))


def _silent(work: Work, order: DeliveryOrder) -> list[str]:
    """The carriers that have said nothing yet of a package that has no label."""
    there = {f"{quote.package_id}/{quote.partner}" for quote in quotes_of(work)} | set(work.progress.failed)
    packages = wanted(work, order)
    return [name for name in work.carriers if any(f"{each.id}/{name}" not in there for each in packages)]


def quotes_of(work: Work) -> tuple[Quote, ...]:
    """The quotes for the labels asked for now, and none for an earlier one, whose address may have been another."""
    quotes = work.state.quotes
    return tuple(quotes[name] for name in sorted(quotes) if _is_for_now(work, quotes[name]))


def _is_for_now(work: Work, quote: Quote) -> bool:
    """One that does not say what it was asked for was asked for the first label."""
    order, number = work.order, work.progress.asked.get(quote.package_id, 1)
    if order is None or _was_bought(work, quote.package_id):
        return False
    return (quote.reference or reference_of(order, quote.package_id, 1)) == reference_of(
        order, quote.package_id, number
    )


def deadline(work: Work) -> None:
    """Time is up: choose among the quotes there are, or look after a booking that is not taken."""
    body = work.event.body
    outage.unsettled(work)
    outage.overdue(work, lambda package_id: _elsewhere(work, package_id))
    if isinstance(body, ev.DeadlinePassed) and body.timer == QUOTES and work.progress.phase == "rating":
        choose(work)


def choose(work: Work) -> None:
    """Choose a rate and buy it for every package, or say that there is none."""
    order, policy = work.order, work.policy
    if order is None:
        return
    quotes = quotes_of(work)
    order = structs.replace(order, packages=tuple(wanted(work, order)))
    if not order.packages:  # all have one, or had one that was voided: a person says what follows
        work.clear(QUOTES)
        work.progress.phase = "attention"
        return
    dangers = {package.id: dangers_of(order, package) for package in order.packages}
    choice = select(Ask(order, dangers, policy.level_of(order)), quotes, policy.wishes, work.record)
    work.clear(QUOTES)
    if not choice.picks:
        if work.progress.phase == "rating":
            silent = _silent(work, order)
            text = _unanswered(work, order, silent) if silent else nothing_offered(choice)
            work.raise_exception("rates.none", text, partner=silent[0] if silent else "")
        work.progress.phase = "attention"
        return
    work.resolve(lambda each: each.kind in {"rates.none", "rates.failed"} and not each.pointer.endswith(RETURN))
    work.progress.phase = "booking"
    buy(work, order, choice, quotes)


def buy(work: Work, order: DeliveryOrder, choice: Choice, quotes: Sequence[Quote]) -> None:
    """Order what was picked, and write the decision down."""
    for package in order.packages:
        if package.id not in choice.picks:
            continue
        quote, rate = choice.picks[package.id]
        offers: tuple[Quote, ...] = tuple(each for each in quotes if each.package_id == package.id)
        work.progress.selected.append(quote.shipment_id)
        work.progress.promised[package.id] = promise_of(quote, rate, work.now)
        work.events.append(
            CarrierSelected(
                package.id,
                quote.partner,
                quote.shipment_id,
                rate.id,
                rate.carrier,
                rate.service,
                choice.rule,
                offers,
                tuple(each for each in choice.rejected if each.package_id == package.id),
                choice.record,
            )
        )
        body = cmd.BuyLabel(
            consignment_of(work, order, package), quote.shipment_id, rate.id, rate.carrier, rate.service
        )
        name = f"buy/{package.id}"
        work.orders.append(Order(name, quote.partner, body, Priority.EXPRESS))
        outage.watch(work, order, package, quote.partner, name)


def taken_back(work: Work, order: DeliveryOrder, package_id: str, buying: Buying) -> None:
    """A purchase was not made: go to the next carrier, ask a person, or begin anew. What a person ended goes on when a
    person books it again.
    """
    doubtful = outage.is_doubtful(work)
    if work.progress.phase == "cancelled" or outage.is_unwanted(buying):
        work.resolve(lambda each: each.kind == "booking.failed" and each.pointer == f"/packages/{package_id}")
        if work.progress.phase not in {"cancelled", *BEFORE_RATES} and not doubtful:
            book_again(work, order)  # reopened while another package of it was on its way
        return
    work.progress.tried.append(f"{package_id}/{buying.partner}")
    if not buying.then or doubtful:
        work.progress.phase = "attention"
    elif buying.then == "again":
        book_again(work, order)
    elif buying.then == "reroute" and reroute(work, order, package_id, buying):
        return
    elif buying.then == "person":
        outage.ask_a_person(work, package_id, buying, "the rule for it says that a person decides")
    else:
        outage.ask_a_person(work, package_id, buying, "no other carrier offers to take it")


def _elsewhere(work: Work, package_id: str) -> bool:
    """Whether a carrier that neither has the package's purchase nor was tried may be bought from: an offer that a
    constraint forbids is no reason to take a booking back.
    """
    order, buying = work.order, work.progress.buying.get(package_id)
    return bool(order and _second(work, order, package_id, buying.partner if buying else "")[1].picks)


def _second(work: Work, order: DeliveryOrder, package_id: str, partner: str) -> tuple[tuple[Quote, ...], Choice]:
    """The choice for one package among the carriers that were not tried, and the quotes it was made of."""
    alone = structs.replace(order, packages=tuple(each for each in order.packages if each.id == package_id))
    quotes = _untried(work, package_id, partner)
    dangers = {each.id: dangers_of(order, each) for each in alone.packages}
    return quotes, select(Ask(alone, dangers, work.policy.level_of(order)), quotes, work.policy.wishes, work.record)


def _untried(work: Work, package_id: str, partner: str) -> tuple[Quote, ...]:
    """Where the carrier's fallback names others, the quotes of the first of them that offers."""
    tried = {*work.progress.tried, f"{package_id}/{partner}"}
    quotes = tuple(
        each
        for each in quotes_of(work)
        if each.package_id == package_id and each.rates and f"{package_id}/{each.partner}" not in tried
    )
    own = work.policy.fallbacks.get(partner)
    if not own or not own.carriers:
        return quotes
    first = next((name for name in own.carriers if any(each.partner == name for each in quotes)), "")
    return tuple(each for each in quotes if each.partner == first)


def reroute(work: Work, order: DeliveryOrder, package_id: str, buying: Buying) -> bool:
    """Buy at the next best of the carriers that were not tried; False where there is none."""
    quotes, choice = _second(work, order, package_id, buying.partner)
    if not choice.picks:
        return False
    partner = choice.picks[package_id][0].partner
    reason = f"certainly not booked with {buying.partner}; {choice.rule} among the others"
    work.events.append(BookingDiverted(package_id, buying.partner, "reroute", reason, buying.key, partner))
    buy(work, order, choice, quotes)
    return True


def book_again(work: Work, order: DeliveryOrder) -> None:
    """Ask for new labels for every package that has none and none under way; nothing where all have one."""
    live, progress = work.state.live_bookings(), work.progress
    if any(not package_id.endswith(RETURN) for package_id in progress.buying):
        return
    packages = [each for each in order.packages if each.id not in live]
    if packages:
        progress.tried, progress.failed, progress.selected = [], [], []
        work.resolve(lambda each: each.kind in _ENDED_BY_ANOTHER and not each.pointer.endswith(RETURN))
        ask_rates(work, order, packages)


def _unanswered(work: Work, order: DeliveryOrder, silent: Sequence[str]) -> str:
    """There may well be offers: somebody did not answer, and nothing is wrong with the order."""
    waited = lasting(work.policy.quote_wait(work.policy.level_of(order)))
    verb = "has" if len(silent) == 1 else "have"
    return (
        f"{', '.join(silent)} {verb} not answered what it costs for {waited}, so there is no rate to choose. "
        "It is asked on, and the order goes on by itself when it answers; its page under Partners says what keeps it."
    )


def nothing_offered(choice: Choice) -> str:
    """Why there is nothing to choose, for people."""
    text = "No carrier offers a rate that every package of this order can use."
    if choice.rejected:
        reasons = dict.fromkeys(
            f"{each.carrier} {each.service}: {each.text} ({each.constraint})" for each in choice.rejected
        )
        return f"{text} Left out: {'; '.join(list(reasons)[:5])}. Change the order or the rules, then book again."
    return f"{text} Check weights, address and account."


def booked(work: Work) -> None:
    """A label was bought: fetch it, or void it where the order was cancelled meanwhile."""
    body = work.event.body
    if not isinstance(body, ev.ShipmentBooked):
        return
    booking = body.booking
    work.resolve(lambda each: each.kind == "booking.failed" and each.pointer == f"/packages/{booking.package_id}")
    outage.looked(work, booking.package_id)
    buying, phase = outage.settled(work, booking.package_id), work.progress.phase
    if buying is not None:
        work.progress.bought[booking.package_id] = buying.number
    early = phase in {"waiting", "settling"} and not booking.package_id.endswith(RETURN)  # it was asked for before that
    if phase == "cancelled" or early or outage.is_unwanted(buying):
        calling_off.void(work, booking)
        return
    fetch = cmd.FetchLabel(
        booking.package_id, booking.shipment_id, booking.tracking_number, booking.label_url, booking.label_media_type
    )
    work.orders.append(Order(f"label/{booking.package_id}", booking.partner, fetch, Priority.EXPRESS))


def labelled(work: Work) -> None:
    """The label is here: write it, with all tracking numbers so far, into the system of record."""
    body, order = work.event.body, work.order
    if not isinstance(body, ev.LabelReceived) or order is None:
        return
    bought = next((each for each in work.state.bookings.values() if _is_of(each, body)), None)
    if bought is not None and work.state.is_voided(bought):
        return
    work.resolve(lambda each: each.kind == "label.failed" and each.pointer == f"/packages/{body.package_id}")
    carrier = bought.carrier if bought else ""
    work.resolve(lambda each: each.kind == "booking.failed" and each.pointer == f"/packages/{body.package_id}")
    numbers = work.state.tracking_numbers() or (body.tracking_number,)
    record = cmd.RecordShipping(order.external_id, body.tracking_number, numbers, carrier, body.document)
    work.orders.append(Order(f"shipping/{body.tracking_number}", order.partner, record))
    live = work.state.live_bookings()
    complete = all(p.id in live and live[p.id].tracking_number in work.state.labels for p in order.packages)
    if complete and work.progress.phase in {"booking", "attention"}:
        work.progress.phase = "labelled"
    elif work.progress.phase == "booking" and not work.progress.buying and work.lacks_label:
        work.progress.phase = "attention"  # the label of another package was voided for good


def _is_of(booking: Booking, label: ev.LabelReceived) -> bool:
    return booking.shipment_id == label.shipment_id and booking.tracking_number == label.tracking_number


_ENDED_BY_ANOTHER = frozenset({"booking.failed", "rates.none", "rates.failed", outage.UNAVAILABLE, outage.MAYBE_BOUGHT})
_FAILURES = {
    "rates.request.v1": "rates.failed",
    "label.buy.v1": "booking.failed",
    "label.fetch.v1": "label.failed",
    "label.void.v1": "void.failed",
}
_OF_OTHERS = frozenset(
    {
        "tracking.request.v1", "warehouse_order.release.v1", "warehouse_order.amend.v1", "warehouse_order.cancel.v1",
        "inbound.announce.v1", "availability.request.v1", "customer.notify.v1",
    }
)  # fmt: skip
"""Commands that another process gives and looks after."""


def failed(work: Work) -> None:
    """A command stopped: a person must look; a quote that will not come is waited for no longer."""
    body = work.event.body
    if not isinstance(body, ev.CommandFailed) or body.what in _OF_OTHERS or work.event.subject.startswith("desk:"):
        return
    calling_off.void_ended(work)
    if calling_off.is_moot(work, body):
        return
    pointer = f"/packages/{body.package_id}" if body.package_id else f"/{body.what}"
    work.raise_exception(_FAILURES.get(body.what, "record.failed"), body.operator, pointer)
    if body.what == "label.buy.v1":
        outage.certain(work, body.package_id)
    if body.what == "rates.request.v1":
        work.progress.failed.append(f"{body.package_id}/{body.partner}")
        if work.progress.phase == "rating" and not outstanding(work):
            choose(work)
