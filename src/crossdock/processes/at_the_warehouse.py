"""What follows from what a warehouse says of a release."""

from crossdock.model import events as ev
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.model.releasing import OrderCleared, ShipmentDispatched
from crossdock.model.transfers import CompleteTransfer
from crossdock.model.warehouse import (
    CancellationRefused,
    CancelOrder,
    GoodsShipped,
    PackagesPacked,
    StockShort,
    WarehouseEvent,
    WarehouseOrderRefused,
)
from crossdock.model.warehouse_state import is_overshipped, progress
from crossdock.processes import undoing
from crossdock.processes.release_chart import AT_THE_WAREHOUSE, STAGES_THERE
from crossdock.processes.release_work import Work

TOO_LATE = "order.cancelled_too_late"
_FAILURES = {
    "warehouse_order.release.v1": "release.failed",
    "warehouse_order.amend.v1": "change.failed",
    "warehouse_order.cancel.v1": "cancellation.failed",
}


def is_ours(work: Work) -> bool:
    """Whether this was said of the present release; an earlier one's words come late and change nothing."""
    body = work.event.body
    mine = (work.progress.warehouse, work.progress.reference)
    return isinstance(body, WarehouseEvent) and (body.partner, body.reference) == mine


def followed(work: Work) -> None:
    """The release has got as far as the warehouse says."""
    if not is_ours(work):
        return
    release, stage = work.release, work.progress.stage
    unheard = {"cancellation.failed"} if stage == "cancelling" else set()
    work.resolve(lambda each: each.kind in {*_FAILURES.values()} - unheard)
    if release is None or stage not in {*AT_THE_WAREHOUSE, "attention"}:
        return
    if release.cancelled or (release.refused and not release.acknowledged):  # what came late was said before
        undoing.begin(work, f"{release.partner} does not ship it")
        return
    if release.acknowledged >= work.progress.revision:
        work.resolve(lambda each: each.kind == "change.refused")
    work.progress.stage = STAGES_THERE.get(release.stage, stage)


def packed(work: Work) -> None:
    """Packages are closed: their labels may be bought."""
    followed(work)
    body, order = work.event.body, work.order
    if order is None or not is_ours(work) or not isinstance(body, PackagesPacked):
        return
    if work.progress.stage == "packed" and not work.state.cancelled:
        _clear(work, order)
    elif work.progress.stage in {"packed", "cancelling"}:
        work.progress.uncleared = True


def _clear(work: Work, order: DeliveryOrder) -> None:
    work.progress.uncleared = False
    work.events.append(OrderCleared(order.id, f"{work.progress.number}/{work.event.key[:16]}"))


def wanted_again(work: Work, order: DeliveryOrder) -> None:
    """It is there, was called off and is reopened: nothing has to come back, and what was packed gets its labels."""
    work.resolve(lambda each: each.kind == TOO_LATE)
    if work.progress.uncleared and work.progress.stage == "packed":
        _clear(work, order)


def refused(work: Work) -> None:
    """The warehouse will not: not at all, or not as it was changed."""
    body = work.event.body
    if not isinstance(body, WarehouseOrderRefused) or not is_ours(work):
        return
    why = f"{body.text} ({body.code})" if body.code else body.text
    release = work.release
    if body.revision > 1 and release is not None and release.acknowledged:
        text = f"{body.partner} did not take the change of the order: {why}. It ships as it was before; see there."
        work.raise_exception("change.refused", text)
    elif work.progress.stage in {*AT_THE_WAREHOUSE, "attention"}:
        undoing.begin(work, f"{body.partner} refused it: {why}")
    elif work.progress.stage == "cancelling":
        undoing.begin(work, "it was cancelled" if work.state.cancelled else f"{body.partner} refused it: {why}")


def short(work: Work) -> None:
    """Something is not there. Nothing left to ship undoes the order; else a person is told what is missing."""
    body, order = work.event.body, work.order
    if not isinstance(body, StockShort) or not is_ours(work) or order is None:
        return
    for line in body.lines:
        follows = "the rest follows" if body.remainder == "backorder" else "it will not follow"
        text = f"{body.partner} has {line.quantity:f} {line.unit} of {line.item.sku} less than {order.name} wants"
        work.raise_exception(
            "stock.shortage", f"{text} ({line.reason.replace('_', ' ')}); {follows}.", f"/sku/{line.item.sku}"
        )
    lines = progress(order, work.state.warehouse)
    nothing = body.remainder == "cancel" and all(each.short >= each.line.quantity for each in lines)
    if nothing and work.progress.stage in AT_THE_WAREHOUSE:
        undoing.begin(work, f"{body.partner} has nothing of it")


def shipped(work: Work) -> None:
    """Goods left: the system of record is told what really moved, once for each order."""
    body, order = work.event.body, work.order
    if not isinstance(body, GoodsShipped) or not is_ours(work) or order is None:
        return
    if body.despatch in work.progress.despatches:
        return
    work.progress.despatches.append(body.despatch)
    work.events.append(ShipmentDispatched(order.id, body.partner, body.despatch))
    if is_overshipped(order, work.state.warehouse):
        text = f"{body.partner} shipped more of {order.name} than was ordered. Compare with its despatch advices."
        work.raise_exception("order.overshipped", text)
    if len(work.progress.despatches) > 1:
        text = f"{body.partner} shipped again after {order.name} was finished; its rest is another order."
        work.raise_exception("order.shipped_again", text, f"/despatch/{body.despatch}")
        return
    _finish(work, order, body)


def _finish(work: Work, order: DeliveryOrder, body: GoodsShipped) -> None:
    """What did not leave becomes an order of its own in the system of record, so the warehouse is to forget it."""
    rest = any(each.open for each in progress(order, work.state.warehouse))
    marker = digest("order_release", order.id, body.despatch)[:16]
    remainder = body.remainder if rest else "backorder"
    done = CompleteTransfer(order.external_id, marker, body.lines, remainder, moved_at=work.event.occurred)
    work.give(f"complete/{body.despatch}", order.partner, done)
    if rest and body.remainder == "backorder":
        work.give("forget", work.progress.warehouse, CancelOrder(work.progress.reference, "the rest is released anew"))
    if not rest:
        work.resolve(lambda each: each.kind == "stock.shortage")
    was = work.progress.stage
    work.progress.stage = "shipped"
    work.resolve(lambda each: each.kind in _FAILURES.values())
    if work.progress.uncleared and not work.state.cancelled:
        _clear(work, order)
    if was in {"undoing", "undeliverable"} or work.state.cancelled:
        undoing.ask_back(work)


def too_late(work: Work) -> None:
    """It cannot be stopped any more: it goes on, and comes back, unless it was reopened meanwhile."""
    body = work.event.body
    if not isinstance(body, CancellationRefused) or not is_ours(work):
        return
    release = work.release
    work.progress.stage = STAGES_THERE.get(release.stage if release else "", "releasing")
    if not work.state.cancelled:
        return
    reached = body.stage.replace("_", " ")
    text = f"{body.partner} cannot stop it any more: it is {reached}. It goes out and has to come back."
    work.raise_exception(TOO_LATE, text)


def failed(work: Work) -> None:
    """A command of ours stopped: a person must look."""
    body = work.event.body
    if not isinstance(body, ev.CommandFailed):
        return
    if body.what in _FAILURES and body.partner == work.progress.warehouse:
        work.raise_exception(_FAILURES.get(body.what, "release.failed"), body.operator, f"/{body.what}")
        if body.what == "warehouse_order.release.v1" and work.progress.stage == "releasing":
            work.progress.stage = "attention"
    undoing.failed(work)
