"""What people may ask for at the carriers' desk, as steps of a transaction: they commit together with their audit."""

from msgspec import structs

from crossdock.backbone.drift import reason_gap, standing, understood
from crossdock.model.desk import (
    AnnounceReceipt,
    DeskRequested,
    ReceiveReturn,
    Redeliver,
    RefuseReturn,
    Relay,
    ReturnGoods,
    Wish,
)
from crossdock.model.events import EventBody, Fact
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.return_reasons import UNKNOWN
from crossdock.model.returning import AsnReceived, RedeliveryChosen, ReturnRefused, ReturnRequested
from crossdock.model.warehouse import GoodsReceived
from crossdock.ports.stores import NewEvent, Transaction
from crossdock.ports.stores_delivery import BreakerMove

DESK = "desk"
"""Who says what somebody wrote down by hand."""


def ask(tx: Transaction, subject: str, request: DeskRequested, now: int) -> bool:
    """Write a request down; False when it was there already. Whoever holds the lease carries it out."""
    fact = Fact(request, from_epoch_us(now), subject=subject)
    tx.references.bind([(Reference(ReferenceKind.JOB, request.id), subject)])
    fresh = bool(tx.log.append([_new(fact, now)], now))
    if fresh:
        said = meant(tx, subject, request, now)
        if said is not None:
            tx.log.append([_new(Fact(said, fact.occurred, subject=subject), now)], now)
        tx.doors.audit(now, request.actor, f"desk.{name_of(request.wish)}", subject, request.reason)
    return fresh


def _new(fact: Fact, now: int) -> NewEvent:
    return NewEvent(fact.key(fact.subject), fact.subject, fact, now, "", "", trace_id_of(fact.subject))


def meant(tx: Transaction, subject: str, request: DeskRequested, now: int) -> EventBody | None:
    """The fact that a request is: what a portal, a warehouse or a supplier would have said by itself. None: it is
    something to be decided on.
    """
    match request.wish:
        case ReturnGoods(lines, said, source):
            asked = ReturnRequested(request.id, source, lines, raw_reason=said, comment=request.reason)
            told = understood(asked, standing(tx.mappings.rulings()).in_force)
            if said and told.reason == UNKNOWN:
                tx.mappings.note([reason_gap(told, "", now)])
            return told
        case RefuseReturn(goods):
            return ReturnRefused(request.id, request.actor, request.reason, goods)
        case ReceiveReturn(receipt, lines, final):
            return GoodsReceived(DESK, f"{subject} by hand", receipt, lines, final)
        case Redeliver(choice, number, day, place):
            return RedeliveryChosen(request.id, request.actor, choice, number, day, place)
        case AnnounceReceipt(number, lines, expected):
            return AsnReceived(DESK, number, "", lines, expected=expected)
        case _:
            return None


def name_of(wish: Wish) -> str:
    """What a request is called: book, void, return, or the command it relays."""
    body = wish.command if isinstance(wish, Relay) else wish
    return str(body.__struct_config__.tag)


def subject_of(partner: str, reference: str) -> str:
    """The subject of a request that belongs to no order."""
    return f"desk:{partner}:{reference}"


def pause(tx: Transaction, partner: str, actor: str, reason: str, now: int) -> bool:
    """Make no calls to a partner; its commands wait and nothing is lost. False when it was paused already."""
    health = tx.partners.health(partner)
    if health.paused:
        return False
    tx.partners.save_health(partner, structs.replace(health, paused=True))
    tx.partners.note_breaker(BreakerMove(partner, now, "paused", f"{actor}: {reason}"))
    tx.doors.audit(now, actor, "partner.pause", partner, reason)
    return True


def resume(tx: Transaction, partner: str, actor: str, reason: str, now: int) -> bool:
    """Let calls go out again; what waited goes in the order it was asked for. False when it was not paused."""
    health = tx.partners.health(partner)
    if not health.paused:
        return False
    tx.partners.save_health(partner, structs.replace(health, paused=False))
    tx.partners.note_breaker(BreakerMove(partner, now, "resumed", f"{actor}: {reason}"))
    tx.lanes.hasten(partner)
    tx.notices.hasten(f"notices/held/{partner}", now)
    tx.doors.audit(now, actor, "partner.resume", partner, reason)
    return True


def limit(
    tx: Transaction, partner: str, per_second: float | None, burst: int | None, actor: str, reason: str, now: int
) -> None:
    """Set the token bucket of a partner for all workers; None goes back to the configuration."""
    health = tx.partners.health(partner)
    tx.partners.save_health(partner, structs.replace(health, per_second=per_second, burst=burst))
    told = "as configured" if per_second is None and burst is None else f"{per_second}/s, burst {burst}"
    tx.doors.audit(now, actor, "partner.limit", partner, f"{told}: {reason}")
