"""What is asked of warehouse and system of record for goods that come in, and what is wrong with what came."""

from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct, field

from crossdock.model.identifiers import digest
from crossdock.model.instants import Stamp
from crossdock.model.transfers import (
    AnnounceGoods,
    CompleteTransfer,
    MovedLine,
    ReceiveGoods,
    Remainder,
    Transfer,
)
from crossdock.model.warehouse import AnnounceInbound
from crossdock.model.warehouse_state import Receipt
from crossdock.processes.stepping import Course, Kept

_NONE = Decimal(0)


class ReceivingPolicy(Struct, frozen=True):
    """What configuration decides. ``warehouse`` is the partner told of what comes ("": none), ``announce`` when: once
    the receipt is planned, or only what a supplier's notice says. It has ``acknowledge_minutes`` to take that.
    ``remainder`` is what becomes of what is short, ``over`` and ``damaged`` goods are received or left out. A notice is
    due ``notice_hours`` before the planned arrival (0: none is waited for).
    """

    warehouse: str = ""
    announce: Literal["planned", "notice"] = "planned"
    acknowledge_minutes: float = 30.0
    remainder: Remainder = "backorder"
    over: Literal["receive", "leave"] = "receive"
    damaged: Literal["receive", "leave"] = "receive"
    notice_hours: float = 0.0


class Notice(Struct, frozen=True, omit_defaults=True):
    """A supplier's notice: what it sent."""

    lines: tuple[MovedLine, ...]
    expected: Stamp | None = None


class Arrived(Struct, omit_defaults=True):
    """One goods receipt of the warehouse: what of it is received, and whether it is the last of its reference."""

    place: str
    receipt: str
    reference: str = ""
    lines: tuple[MovedLine, ...] = ()
    final: bool = True
    content: str = ""


class Waiting(Struct, omit_defaults=True):
    """Something waited for: ``raised`` once it did not come in time."""

    since: int
    due: int
    raised: bool = False


class Receiving(Kept, omit_defaults=True, kw_only=True):
    """The process's own state: the transfer as it was last said, notices by number, receipts by place and number, what
    was announced under which reference, under which one the rest of it, and what is waited for.
    """

    transfer: Transfer | None = None
    version: tuple[int, str] = (0, "")
    removed: bool = False
    notices: dict[str, Notice] = field(default_factory=dict)
    receipts: dict[str, Arrived] = field(default_factory=dict)
    told: dict[str, tuple[MovedLine, ...]] = field(default_factory=dict)
    rests: dict[str, str] = field(default_factory=dict)
    waits: dict[str, Waiting] = field(default_factory=dict)


def expected(own: Receiving) -> tuple[MovedLine, ...]:
    """What is to come: what suppliers said, else what was ordered."""
    noticed = tuple(line for notice in own.notices.values() for line in notice.lines)
    return noticed or ordered(own.transfer)


def ordered(transfer: Transfer | None) -> tuple[MovedLine, ...]:
    """The lines of a transfer as they are to come."""
    lines = transfer.lines if transfer else ()
    return tuple(MovedLine(each.item, each.demand, each.unit) for each in lines if each.demand)


def is_here(own: Receiving) -> bool:
    """Nothing more is to come: the system of record says so, or every receipt is written and the last one is there."""
    done = own.transfer is not None and own.transfer.state == "done"
    if not own.receipts:
        return done
    written = all(own.is_over(f"receive/{name}") for name, each in own.receipts.items() if each.lines)
    if not own.told:
        return written and any(each.final for each in own.receipts.values())
    complete = {each.reference for each in own.receipts.values() if each.final}
    return written and complete >= set(own.told)


def announce(course: Course, own: Receiving, policy: ReceivingPolicy) -> None:
    """Tell the warehouse, once, unless everything is here already. A backorder comes under what it is left of."""
    transfer = own.transfer
    if transfer is None or not policy.warehouse:
        return
    if own.told:
        _call_off(course, own, policy, transfer)
        return
    if transfer.backorder_of or not _is_open(own):
        return
    if policy.announce == "notice" and not own.notices:
        return
    if own.receipts or course.state.inbound or not expected(own):
        return
    _tell(course, own, policy, transfer.name or transfer.id, expected(own))


def _call_off(course: Course, own: Receiving, policy: ReceivingPolicy, transfer: Transfer) -> None:
    """What the warehouse was told holds no longer: a person tells it, there is no message for that."""
    told = next(iter(own.told.values()))
    gone = own.removed or transfer.state == "cancelled"
    if own.receipts or (not gone and (told in (ordered(transfer), expected(own)) or not _is_open(own))):
        return
    what = "is cancelled" if gone else "was changed since"
    text = f"{', '.join(own.told)} was announced to {policy.warehouse} and {what}. Tell the warehouse."
    course.raise_exception("announcement.obsolete", text, "/announcement")


def _is_open(own: Receiving) -> bool:
    return own.transfer is not None and not own.removed and own.transfer.state in {"waiting", "ready"}


def _tell(
    course: Course, own: Receiving, policy: ReceivingPolicy, reference: str, lines: tuple[MovedLine, ...]
) -> None:
    assert own.transfer is not None
    due = own.transfer.planned_for
    when = next((each.expected for each in own.notices.values() if each.expected), due)
    body = AnnounceInbound(
        reference, lines, own.transfer.name, "purchase", purchase_order=own.transfer.purchase_order, expected=when
    )
    own.told[reference] = lines
    course.give(f"announce/{reference}", policy.warehouse, body)


def notify(course: Course, own: Receiving) -> None:
    """Write each supplier's notice onto the receipt that waits, once per number."""
    transfer = own.transfer
    if transfer is None or not transfer.purchase_order or not _is_open(own):
        return
    for number, notice in own.notices.items():
        name = f"notice/{number}"
        body = AnnounceGoods(transfer.purchase_order, notice.lines, course.marker(name), "", number, notice.expected)
        course.give(name, transfer.partner, body)


def follow(course: Course, own: Receiving, policy: ReceivingPolicy) -> None:
    """Take every goods receipt in once; say what is short, over or damaged."""
    for place in sorted(course.state.inbound):
        told = course.state.inbound[place]
        for number in sorted(told.receipts):
            receipt, name = told.receipts[number], f"{place} {number}"
            content = digest(msgspec.json.encode(receipt).decode())
            if name not in own.receipts and own.transfer is not None:
                found = Arrived(place, number, told.reference, (), receipt.final, content)
                own.receipts[name] = found
                found.lines = _received(course, own, policy, found, receipt)
            elif name in own.receipts and own.receipts[name].content != content:
                text = f"The receipt {number} was said again with other quantities after it was written. Compare them."
                course.raise_exception("receipt.changed", text, f"/receipts/{number}")


def _received(
    course: Course, own: Receiving, policy: ReceivingPolicy, found: Arrived, receipt: Receipt
) -> tuple[MovedLine, ...]:
    """What of a receipt is written: what came, less what the policy leaves out."""
    plan, before, lines = _plan(own, found, receipt), _came(course, own, found), []
    for line in receipt.lines:
        sku, quantity = line.item.sku, line.received
        before[sku] = before.get(sku, _NONE) + quantity
        over = min(quantity, before[sku] - plan[sku]) if sku in plan else quantity if plan else _NONE
        if over > 0:
            text = f"{over} of {sku} came more than announced ({found.receipt}). Tell the supplier, or order it."
            course.raise_exception("receipt.over", text, f"/receipts/{found.receipt}/{sku}")
            quantity -= over if policy.over == "leave" else _NONE
        if line.damaged:
            text = f"{line.damaged} of {line.received} of {sku} came damaged ({found.receipt}). Claim it."
            course.raise_exception("receipt.damaged", text, f"/receipts/{found.receipt}/{sku}")
            quantity -= line.damaged if policy.damaged == "leave" else _NONE
        if quantity > 0:
            lots = line.lots if quantity == line.received else ()
            lines.append(MovedLine(line.item, quantity, line.unit, lots, line.package))
    _compare(course, own, policy, found, (plan, before))
    return tuple(lines)


def _plan(own: Receiving, found: Arrived, receipt: Receipt) -> dict[str, Decimal]:
    """What was to come under a reference, by SKU: as we announced it, as the warehouse says we did, or as ordered."""
    announced = own.told.get(found.reference)
    if announced is None and any(each.announced is not None for each in receipt.lines):
        announced = tuple(MovedLine(each.item, each.announced or _NONE) for each in receipt.lines)
    plan: dict[str, Decimal] = {}
    for each in expected(own) if announced is None else announced:
        plan[each.item.sku] = plan.get(each.item.sku, _NONE) + each.quantity
    return plan


def _came(course: Course, own: Receiving, found: Arrived) -> dict[str, Decimal]:
    """What came before under the same reference, by SKU."""
    came: dict[str, Decimal] = {}
    for each in own.receipts.values():
        if each is not found and each.reference == found.reference:
            for line in course.state.inbound[each.place].receipts[each.receipt].lines:
                came[line.item.sku] = came.get(line.item.sku, _NONE) + line.received
    return came


def _compare(
    course: Course,
    own: Receiving,
    policy: ReceivingPolicy,
    found: Arrived,
    sums: tuple[dict[str, Decimal], dict[str, Decimal]],
) -> None:
    """What is missing when the warehouse expects nothing more; the rest is announced anew where it is to come."""
    plan, came = sums
    missing = {sku: wanted - came.get(sku, _NONE) for sku, wanted in plan.items() if came.get(sku, _NONE) < wanted}
    for sku in came:
        if sku not in missing:
            _resolve_at(course, f"/short/{sku}")
    if not any(each.final for each in own.receipts.values() if each.reference == found.reference):
        return
    for sku, quantity in missing.items():
        rest = "It stays on order" if policy.remainder == "backorder" else "The rest is cancelled"
        text = f"{quantity} of {plan[sku]} of {sku} did not come ({found.receipt}). {rest}: ask the supplier."
        course.raise_exception("receipt.short", text, f"/short/{sku}")
    if policy.remainder == "backorder" and policy.warehouse:
        _announce_rest(course, own, policy, found.reference, missing)


def _announce_rest(
    course: Course, own: Receiving, policy: ReceivingPolicy, reference: str, missing: dict[str, Decimal]
) -> None:
    """Once; where it turns out that nothing was missing, a person has to call it off."""
    assert own.transfer is not None
    there = own.rests.get(reference)
    lines = tuple(
        msgspec.structs.replace(line, quantity=missing[line.item.sku], lots=(), package="")
        for line in _by_sku(own.told.get(reference, ()))
        if line.item.sku in missing
    )
    if there is None and lines:
        own.rests[reference] = f"{own.transfer.name or own.transfer.id}/{len(own.rests) + 2}"
        _tell(course, own, policy, own.rests[reference], lines)
    elif there in own.told and not missing and all(each.reference != there for each in own.receipts.values()):
        del own.told[there]
        text = f"{there} was announced to {policy.warehouse}, but everything has come. Tell the warehouse."
        course.raise_exception("announcement.obsolete", text, "/announcement")


def _resolve_at(course: Course, pointer: str) -> None:
    course.resolve(lambda each: each.pointer == pointer)


def _by_sku(lines: tuple[MovedLine, ...]) -> list[MovedLine]:
    """The first line of each SKU."""
    return list({line.item.sku: line for line in reversed(lines)}.values())[::-1]


def advance(course: Course, own: Receiving, policy: ReceivingPolicy) -> None:
    """Write the receipts, one after the other."""
    transfer = own.transfer
    if transfer is None or transfer.return_of:
        return
    for name, found in own.receipts.items():
        step = f"receive/{name}"
        if not found.lines or own.is_over(step):
            continue
        if step not in own.steps:
            remainder: Remainder = policy.remainder if found.final else "backorder"
            course.give(step, transfer.partner, _receiving(course, transfer, step, found, remainder))
        if not own.is_over(step):
            return


def _receiving(
    course: Course, transfer: Transfer, step: str, found: Arrived, remainder: Remainder
) -> ReceiveGoods | CompleteTransfer:
    """Against the purchase order, which knows its backorders; goods nobody bought finish their transfer."""
    marker = course.marker(step)
    if not transfer.purchase_order:
        return CompleteTransfer(transfer.external_id, marker, found.lines, remainder)
    return ReceiveGoods(transfer.purchase_order, found.lines, marker, reference=found.receipt, remainder=remainder)
