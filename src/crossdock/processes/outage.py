"""A carrier that does not take a booking: wait, go to the next one, or ask a person, by service level.

A booking is taken back before another carrier is asked, and taking back settles it: either it certainly was not made
(``command.withdrawn``) and the way is free, or it was (``shipment.booked``) and there is nothing to reroute. While the
first carrier cannot say which, nobody else is asked.
"""

from collections.abc import Callable

from crossdock.model import events as ev
from crossdock.model.customs import dangers_of
from crossdock.model.deciding import BookingDiverted, CommandWithdrawn
from crossdock.model.order import DeliveryOrder, Package
from crossdock.ports.process import Timer, command_key
from crossdock.processes.shipping_policy import Outage
from crossdock.processes.shipping_work import NAME, SECOND, Buying, Work

_TIMER = "outage/"
_DOUBT = "doubt/"
_SETTLING = 30
"""Seconds a carrier has to say what became of a booking that is taken back: a call under way ends in them."""
IN_DOUBT = "booking.in_doubt"
UNAVAILABLE = "carrier.unavailable"
MAYBE_BOUGHT = "label.maybe_bought"
CANCELLED = "cancelled"
"""What follows a purchase taken back because its order is off: nothing."""
_SETTLED_TWICE = "cancelled twice"


def watch(work: Work, order: DeliveryOrder, package: Package, partner: str, order_name: str) -> None:
    """A purchase was ordered: look after it when its time is up."""
    key = command_key(NAME, work.event.key, order_name)
    work.progress.buying[package.id] = Buying(key, partner, work.now, work.progress.asked.get(package.id, 1))
    rule = rule_for(work, order, package, partner)
    if rule is not None:
        work.timers.append(Timer(f"{_TIMER}{package.id}", work.now + int(rule.after_seconds * SECOND)))


def rule_for(work: Work, order: DeliveryOrder, package: Package, partner: str) -> Outage | None:
    """What holds for a package at a carrier: dangerous goods before the carrier's fallback before the service level."""
    if dangers_of(order, package):
        return work.policy.outages.get("dangerous_goods")
    rule, own = work.policy.outages.get(work.policy.level_of(order)), work.policy.fallbacks.get(partner)
    return Outage(rule.after_seconds, own.do) if rule and own and own.do else rule


def is_unwanted(buying: Buying | None) -> bool:
    """Whether a purchase was taken back because its order was called off."""
    return buying is not None and buying.then in {CANCELLED, _SETTLED_TWICE}


def settled(work: Work, package_id: str) -> Buying | None:
    """The purchase came through after all; what it was, None for one that was not under way."""
    buying = work.progress.buying.pop(package_id, None)
    if buying is None:
        return None
    _clear(work, package_id)
    work.resolve(lambda each: each.kind == UNAVAILABLE and each.pointer == f"/packages/{package_id}")
    if buying.held or buying.then:
        text = f"taken {_minutes(work.now - buying.since)} after it was asked for"
        work.events.append(BookingDiverted(package_id, buying.partner, "released", text, buying.key))
    return buying


def overdue(work: Work, elsewhere: Callable[[str], bool]) -> None:
    """A booking was not taken in time: decide by the order's priority. ``elsewhere`` says of a package whether another
    carrier, not tried yet, offers to take it.
    """
    body, order = work.event.body, work.order
    if not isinstance(body, ev.DeadlinePassed) or not body.timer.startswith(_TIMER) or order is None:
        return
    package_id = body.timer.removeprefix(_TIMER)
    package = next((each for each in order.packages if each.id == package_id), None)
    buying = work.progress.buying.get(package_id)
    rule = rule_for(work, order, package, buying.partner) if package and buying else None
    if buying is None or rule is None or buying.held or buying.then:
        return
    why = f"{buying.partner} has not taken it for {_minutes(work.now - buying.since)}"
    level = work.policy.level_of(order)
    alone = rule.do == "reroute" and not elsewhere(package_id)
    if rule.do == "hold" or alone:
        buying.held = True
        reason = f"{why}; {'no other carrier offers it, so it' if alone else level} waits for its carrier"
        work.events.append(BookingDiverted(package_id, buying.partner, "hold", reason, buying.key))
        if alone:
            text = f"{why}, and no other carrier offers it. It waits and goes on by itself; see whether it can."
            work.raise_exception(UNAVAILABLE, text, f"/packages/{package_id}", buying.partner)
        return
    take_back(work, package_id, rule.do, f"{why}; what became of it is settled before anybody else is asked")


def take_back(work: Work, package_id: str, then: str, reason: str) -> None:
    """Withdraw a purchase; ``then`` says what follows once it certainly was not made."""
    buying = work.progress.buying[package_id]
    if not buying.then:
        work.withdrawn.append(buying.key)
        work.events.append(BookingDiverted(package_id, buying.partner, "withdraw", reason, buying.key))
        work.timers.append(Timer(f"{_DOUBT}{package_id}", work.now + _SETTLING * SECOND))
    buying.then = then


def taken_back_again(work: Work, package_id: str) -> bool:
    """Take a purchase back once more that stopped while it was being taken back: where it certainly was not made that
    ends it, and nobody has to look. False where it was done before, or where nothing is taken back.
    """
    buying = work.progress.buying.get(package_id)
    if buying is None or buying.then != CANCELLED:
        return False
    buying.then = _SETTLED_TWICE
    work.withdrawn.append(buying.key)
    return True


def unsettled(work: Work) -> None:
    """A booking was taken back and its carrier does not say what became of it: somebody has to know."""
    body = work.event.body
    if not isinstance(body, ev.DeadlinePassed) or not body.timer.startswith(_DOUBT):
        return
    package_id = body.timer.removeprefix(_DOUBT)
    buying = work.progress.buying.get(package_id)
    if buying is not None and buying.then:
        text = (
            f"{buying.partner} was asked for a label {_minutes(work.now - buying.since)} ago and does not say whether "
            "it made one. Nobody else is asked until that is known; it goes on by itself. Look there if it cannot wait."
        )
        work.raise_exception(IN_DOUBT, text, f"/packages/{package_id}", buying.partner)


def _clear(work: Work, package_id: str) -> None:
    """What became of a purchase is known: nothing of it is waited for."""
    work.cleared += [f"{_TIMER}{package_id}", f"{_DOUBT}{package_id}"]
    certain(work, package_id)


def certain(work: Work, package_id: str) -> None:
    """What became of a purchase is known, or somebody else's to say."""
    work.resolve(lambda each: each.kind == IN_DOUBT and each.pointer == f"/packages/{package_id}")


def withdrawn(work: Work) -> tuple[str, Buying] | None:
    """The package whose purchase is not sent any more, and what it was; None for any other command."""
    body = work.event.body
    if not isinstance(body, CommandWithdrawn):
        return None
    for package_id, buying in work.progress.buying.items():
        if buying.key == body.command_key:
            del work.progress.buying[package_id]
            _clear(work, package_id)
            return package_id, buying
    return None


def is_doubtful(work: Work) -> bool:
    """Whether a person ended a command that may have been carried out."""
    return isinstance(work.event.body, CommandWithdrawn) and work.event.body.doubtful


def given_up(work: Work, reference: Callable[[str], str]) -> None:
    """A person ended a purchase that may have been made: somebody has to look for its label, which nothing here knows
    of. ``reference`` is by package what its label was asked for under.
    """
    body = work.event.body
    if isinstance(body, CommandWithdrawn) and body.doubtful and body.what == "label.buy.v1":
        text = (
            f"A purchase at {body.partner} was ended while it was not known whether it had been made. Look there for a "
            f"label under {reference(body.package_id)} and void it there; then book again, or void it here too."
        )
        work.raise_exception(MAYBE_BOUGHT, text, f"/packages/{body.package_id}")


def looked(work: Work, package_id: str) -> None:
    """Somebody who was told of a label that may exist has decided about its package."""
    work.resolve(lambda each: each.kind == MAYBE_BOUGHT and each.pointer == f"/packages/{package_id}")


def ask_a_person(work: Work, package_id: str, buying: Buying, reason: str) -> None:
    """Nobody else can take it, or nobody else may: somebody has to decide."""
    work.progress.phase = "attention"
    work.events.append(BookingDiverted(package_id, buying.partner, "person", reason, buying.key))
    text = f"{buying.partner} does not take this booking ({reason}). Nothing was bought; book it again when it does."
    own = work.policy.fallbacks.get(buying.partner)
    if own and own.words:
        text = f"{text} {own.words}"
    if own and own.contacts:
        text = f"{text} Call: {'; '.join(own.contacts)}."
    work.raise_exception(UNAVAILABLE, text, f"/packages/{package_id}", buying.partner)


def _minutes(span: int) -> str:
    seconds = span // SECOND
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
